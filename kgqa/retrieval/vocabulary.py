"""Words of the user's own for things above or below a value: "major" of cities with more than 150,000 inhabitants."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal

from kgqa.config import WordConfig
from kgqa.errors import ConfigError
from kgqa.graph import KnowledgeGraph
from kgqa.program.algebra import Comparison
from kgqa.retrieval.attributes import Attributes
from kgqa.retrieval.bounds import Bounds
from kgqa.retrieval.limits import Limit
from kgqa.retrieval.relations import relation_names, walkable
from kgqa.text import fold
from kgqa.text.numbers import NumberMention


class Vocabulary:
    """Knows the words of `Config.vocabulary` over one graph.

    Errors : ConfigError for a relation that the graph lacks, or that its value can't be held against.
    """

    def __init__(self, graph: KnowledgeGraph, words: Iterable[WordConfig] = ()) -> None:
        self._limits: list[tuple[re.Pattern[str], Limit]] = []
        self._words: dict[tuple[int, Comparison, str], str] = {}
        bounds, attributes = Bounds(graph), Attributes(graph)
        for own in words:
            limit = _limit(graph, own)
            conditions = bounds.conditions(limit.relation, limit)
            if not conditions or not attributes.measured[limit.relation]:
                raise ConfigError(
                    f"'vocabulary': {own.words[0]!r} holds {own.value:g} against {own.relation!r}, whose values are no "
                    "numbers or years; expected an attribute that is measured"
                )
            self._limits.append((_pattern(own.words), limit))
            self._words |= {(limit.relation, comparison, key): own.words[0] for comparison, key in conditions}

    def find(self, text: str) -> Iterator[Limit]:
        """The limits that words of a question stand for."""
        for pattern, limit in self._limits:
            for match in pattern.finditer(text):
                yield replace(limit, start=match.start(), end=match.end())

    def word(self, relation: int, comparison: Comparison, value: str) -> str:
        """The word for things whose attribute is held against a value, a literal's key; "" where there is none."""
        return self._words.get((relation, comparison, value), "")


def _limit(graph: KnowledgeGraph, own: WordConfig) -> Limit:
    number = NumberMention(0, 0, Decimal(str(own.value)))
    return Limit(0, 0, Comparison(own.comparison), number, timed=False, relation=_relation(graph, own))


def _relation(graph: KnowledgeGraph, own: WordConfig) -> int:
    """The relation that is meant, by id or by any of its names."""
    if (number := graph.find_relation(own.relation)) >= 0:
        return number
    names = {fold(name): relation for relation in walkable(graph) for name in relation_names(graph, relation)}
    if (found := names.get(fold(own.relation))) is not None:
        return found
    near = difflib.get_close_matches(fold(own.relation), names, n=3)
    raise ConfigError(
        f"'vocabulary': {own.words[0]!r} is about {own.relation!r}, which the graph lacks; expected the label or id of "
        f"a relation{', such as ' + ', '.join(map(repr, near)) if near else ''}"
    )


def _pattern(words: Iterable[str]) -> re.Pattern[str]:
    """Any of the words, whole, but for "how big"; in Chinese, which parts no words, anywhere."""
    ways = (rf"(?<!\bhow )\b{re.escape(word)}\b" if word.isascii() else re.escape(word) for word in words)
    return re.compile("|".join(ways), re.IGNORECASE)
