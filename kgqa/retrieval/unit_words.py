"""Units that a question names without a number: "how many LITRES did the co-op collect", "all the KILOS together"."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kgqa.graph import KnowledgeGraph
from kgqa.retrieval.attributes import Attributes
from kgqa.retrieval.bounds import Bounds
from kgqa.retrieval.question import QuestionView
from kgqa.text.units import Unit, unit_of

_LEAST = 2
"""The fewest letters of a unit that stands alone: "m" may be anything."""
_LOOSE = frozenset(("year", "years", "people", "degree", "degrees", "second", "foot", "feet", "年", "人", "度"))
"""Words that are units and more often something else."""


class UnitWords:
    """Finds the attributes of one graph that the units of a question speak of."""

    def __init__(self, graph: KnowledgeGraph, attributes: Attributes) -> None:
        self._attributes = attributes
        self._bounds = Bounds(graph)

    def find(self, view: QuestionView) -> Iterator[tuple[int, int, int]]:
        """Each unit without a number as (start, end, relation), for each attribute measured in its kind."""
        for i, word in enumerate(view.words):
            unit = unit_of(word.text) if len(word.text) >= _LEAST and word.text not in _LOOSE else None
            if unit is None or (i and view.words[i - 1].text[-1:].isdigit()):
                continue
            for relation in self._in(unit):
                yield word.start, word.end, relation

    def _in(self, unit: Unit) -> Iterator[int]:
        for relation in np.flatnonzero(self._attributes.measured).tolist():
            own = self._bounds.unit(relation)
            if own is not None and own.kind == unit.kind:
                yield relation
