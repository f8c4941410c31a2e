"""Nodes that only hold facts together: what they stand for, told by their neighbours."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

import numpy as np

from kgqa.graph import KnowledgeGraph
from kgqa.graph.terms import key_to_id, key_to_literal
from kgqa.graph.values import TIMES, value_of
from kgqa.program.evidence import Fact
from kgqa.program.names import one_line

_TIMES_SHOWN = 2
_NAMES_SHOWN = 4
_LONGEST_NAME = 40
_FACTS_EACH = 8
_FACTS_A_RELATION = 3
_LOOKED_AT = 24
_LIKE_A_DATE = re.compile(r"(?:1\d{3}|20\d\d)(?:-\d\d){0,2}")


def shown_label(graph: KnowledgeGraph, node: int, language: str = "") -> str:
    """What to call a node: its label, a mediator's description, or else its id."""
    return describe(graph, node, language) or graph.label(node, language) or graph.id(node)


def describe(graph: KnowledgeGraph, node: int, language: str = "") -> str:
    """A mediator by its times and its neighbours, such as "2007: Google, CEO, Eric Schmidt"; "" for any other node.

    At most 2 times and 4 names of at most 40 characters; where all neighbours are mediators too, theirs. A single
    name stands behind the node's class: "post: Google".
    """
    if not _is_mediator(graph, node):
        return ""
    neighbours = list(dict.fromkeys(_neighbours(graph, node)))
    plain = [other for other in neighbours if not _is_mediator(graph, other)]
    if not plain:
        beyond = (far for other in neighbours for far in _neighbours(graph, other))
        plain = [far for far in dict.fromkeys(islice(beyond, _LOOKED_AT)) if not _is_mediator(graph, far)]
    times = [_name(graph, other, language) for other in plain if _is_time(graph, other)][:_TIMES_SHOWN]
    names = [_name(graph, other, language) for other in plain if not _is_time(graph, other)]
    names = list(dict.fromkeys(filter(None, names)))[:_NAMES_SHOWN]
    if len(times) + len(names) < 2:  # one name alone would pass for the thing that it names
        return ": ".join((_class_name(graph, node, language) or "…", *times, *names))
    return ": ".join(part for part in ("–".join(sorted(times)), ", ".join(names)) if part)


def context(graph: KnowledgeGraph, facts: Iterable[Fact], *, limit: int) -> tuple[Fact, ...]:
    """What the graph says besides of the mediators in some facts: at most 8 facts of each, `limit` in all."""
    given = tuple(facts)
    ends = dict.fromkeys(node for subject, _, obj in given for node in (subject, obj))
    mediators = (node for node in ends if _is_mediator(graph, node))
    known = set(given)
    fresh = (f for node in mediators for f in islice((f for f in _facts(graph, node) if f not in known), _FACTS_EACH))
    return tuple(islice(dict.fromkeys(fresh), max(limit, 0)))


def _is_mediator(graph: KnowledgeGraph, node: int) -> bool:
    return bool(graph.is_mediator(np.array([node], dtype=np.int32))[0])


def _facts(graph: KnowledgeGraph, node: int) -> Iterator[Fact]:
    """Facts that a node stands in, those about it first; a few of each relation."""
    at = np.array([node], dtype=np.int32)
    for inverse in (True, False):
        for relation in graph.relations_of(at, inverse=inverse)[0].tolist():
            if relation not in graph.schema.naming:
                for other in graph.edges(at, relation, inverse=inverse)[1][:_FACTS_A_RELATION].tolist():
                    yield (other, relation, node) if inverse else (node, relation, other)


def _neighbours(graph: KnowledgeGraph, node: int) -> Iterator[int]:
    """The nodes that tell mediators apart: no classes."""
    facts = (fact for fact in _facts(graph, node) if fact[1] not in graph.schema.types)
    return (obj if subject == node else subject for subject, _, obj in islice(facts, _LOOKED_AT))


def _is_time(graph: KnowledgeGraph, node: int) -> bool:
    key = graph.terms[node]
    # Graphs of plain names have years as names or as numbers.
    if _LIKE_A_DATE.fullmatch(key_to_id(key)):
        return True
    return key.startswith('"') and value_of(key_to_literal(key)).value_class in TIMES


def _name(graph: KnowledgeGraph, node: int, language: str) -> str:
    name = one_line(graph.label(node, language))
    return name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…"


def _class_name(graph: KnowledgeGraph, node: int, language: str) -> str:
    classes = graph.types(np.array([node], dtype=np.int32))
    return _name(graph, int(classes[0]), language) if len(classes) else ""
