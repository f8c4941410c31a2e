"""Numbers and dates of a question that are values in the graph."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kgqa.graph import KnowledgeGraph
from kgqa.graph.terms import XSD

_NUMBER = re.compile(r"(?<![\w.])[-+]?\d[\d.,:/\-]*\d(?!\w)|(?<![\w.])[-+]?\d(?!\w)")
_DATATYPES = ("integer", "decimal", "double", "gYear", "date", "int")
MAX_NUMBERS = 16
MAX_TYPES = 8


def literal_mentions(graph: KnowledgeGraph, text: str) -> Iterator[tuple[int, int, int]]:
    """(start, end, node) of every number in the text that is a literal of the graph, whatever its datatype."""
    for match in list(_NUMBER.finditer(text))[:MAX_NUMBERS]:
        for lexical in dict.fromkeys((match.group(), match.group().replace(",", ""))):
            for node in _nodes_of(graph, lexical):
                yield match.start(), match.end(), node


def _nodes_of(graph: KnowledgeGraph, lexical: str) -> Iterator[int]:
    terms = graph.terms
    prefix = f'"{lexical}"'
    start = terms.lower_bound(prefix)
    for node in range(start, min(start + MAX_TYPES, terms.sorted_size)):
        if not terms[node].startswith(prefix):
            break
        yield node
    if terms.sorted_size < len(terms):
        keys = (prefix, *(f"{prefix}^^<{XSD}{name}>" for name in _DATATYPES))
        yield from (node for node in map(terms.find, keys) if node >= terms.sorted_size)
