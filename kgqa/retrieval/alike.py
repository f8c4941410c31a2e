"""Which attributes of a graph can be held against each other: measured alike, and of one range of sizes."""

from __future__ import annotations

import numpy as np

from kgqa.graph import KnowledgeGraph
from kgqa.graph.values import values_of
from kgqa.program.algebra import Step
from kgqa.program.compare import measure_of
from kgqa.retrieval.bounds import Bounds
from kgqa.retrieval.relations import relation_names

_SAMPLE = 500
_STEM = 5
_WORD = 3


class AlikeAttributes:
    """Compares the measured relations of one graph."""

    def __init__(self, graph: KnowledgeGraph) -> None:
        self._graph = graph
        self._bounds = Bounds(graph)
        self._ranges: dict[int, tuple[float, float]] = {}
        self._stems: dict[int, frozenset[str]] = {}

    def alike(self, one: int, other: int) -> bool:
        """Whether values of two attributes can be held against each other: in one unit, if in any, and one range."""
        units = self._kinds_of_units(one, other)
        same = measure_of(self._graph, Step(one)) == measure_of(self._graph, Step(other))
        named = None in units and self.share_a_word(one, other)
        return same and (len(units) == 1 or named) and self._overlap(one, other)

    def in_one_unit(self, one: int, other: int) -> bool:
        """Whether both are in units of one kind, as the graph or their names say."""
        units = self._kinds_of_units(one, other)
        return len(units) == 1 and None not in units

    def share_a_word(self, one: int, other: int) -> bool:
        """Whether their names share a word: planned date, actual date."""
        return bool(self._stem(one) & self._stem(other))

    def _kinds_of_units(self, one: int, other: int) -> set[str | None]:
        return {unit.kind if unit else None for unit in map(self._bounds.unit, (one, other))}

    def _overlap(self, one: int, other: int) -> bool:
        """Whether some values of one attribute lie among those of another: a price is no size."""
        (low, high), (least, most) = self._range(one), self._range(other)
        return low <= most and least <= high

    def _range(self, relation: int) -> tuple[float, float]:
        if relation not in self._ranges:
            objects = self._graph.relation_pairs(relation)[1]
            table, measure = values_of(self._graph), measure_of(self._graph, Step(relation))
            some = objects[:: max(1, len(objects) // _SAMPLE)]
            numbers = table.numbers(some[table.measured(some, measure)])
            self._ranges[relation] = (float(numbers.min(initial=np.inf)), float(numbers.max(initial=-np.inf)))
        return self._ranges[relation]

    def _stem(self, relation: int) -> frozenset[str]:
        if relation not in self._stems:
            names = " ".join(relation_names(self._graph, relation)).casefold().split()
            self._stems[relation] = frozenset(word[:_STEM] for word in names if len(word) >= _WORD)
        return self._stems[relation]
