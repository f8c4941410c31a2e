"""Which relations of a graph measure, count or say yes and no."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kgqa.graph import KnowledgeGraph
from kgqa.graph.names import ANSWERS
from kgqa.graph.terms import XSD, literal_key
from kgqa.graph.values import ORDERED, TIMES, ValueClass, values_of
from kgqa.retrieval.relations import walkable
from kgqa.types import Literal, NodeIds

_SAMPLE = 200
_FEW = 5
_ZERO = literal_key(Literal("0", XSD + "integer"))
_BOOLEANS = {holds: literal_key(Literal(str(holds).lower(), XSD + "boolean")) for holds in (True, False)}


class Attributes:
    """The relations of one graph by the kind of what they lead to."""

    def __init__(self, graph: KnowledgeGraph) -> None:
        self._graph = graph
        self._few: dict[int, dict[str, int]] = {}

    @cached_property
    def classes(self) -> frozenset[int]:
        """The classes of the graph."""
        return frozenset(self._graph.classes.tolist())

    @cached_property
    def measured(self) -> NDArray[np.bool_]:
        """Which relations lead mostly to numbers or times, [relations]."""
        return self._mostly(ORDERED)

    @cached_property
    def timed(self) -> NDArray[np.bool_]:
        """Which relations lead mostly to times, [relations]."""
        return self._mostly(TIMES)

    @cached_property
    def flags(self) -> NDArray[np.bool_]:
        """Which relations lead mostly to yes or no, as booleans or in so many words, [relations]."""
        in_words = self._where(lambda r, sample: len(sample) and self._is_answer(sample[0]) and self._answers(r))
        mask: NDArray[np.bool_] = self._mostly((ValueClass.BOOLEAN,)) | in_words
        return mask

    def says(self, relation: int, *, holds: bool) -> str:
        """The key of the value by which a yes-or-no relation says that it holds, or that it doesn't."""
        answers = self._answers(relation)
        return answers.get(holds, literal_key(Literal("yes" if holds else "no"))) if answers else _BOOLEANS[holds]

    def _is_answer(self, node: int) -> bool:
        return self._graph.terms[int(node)].strip('"').casefold() in ANSWERS

    def values(self, relation: int) -> dict[str, int]:
        """The values of a relation by their folded labels; none where there are more than a few, or two alike."""
        if relation not in self._few:
            found = np.unique(self._graph.relation_pairs(relation)[1])
            few = found.tolist() if len(found) <= _FEW else []
            labels = {self._graph.label(value).casefold(): value for value in few}
            self._few[relation] = labels if len(labels) == len(few) else {}
        return self._few[relation]

    def zeros(self, relation: int) -> list[int]:
        """The values of a measured relation that are 0: one at most, since others are written otherwise."""
        at = self._graph.find_key(_ZERO) if self.measured[relation] else -1
        return [at] if at >= 0 and (self._graph.relation_pairs(relation)[1] == at).any() else []

    def _answers(self, relation: int) -> dict[bool, str]:
        """The values of a relation that says yes or no in words; none of another."""
        words = self.values(relation)
        known = words.keys() <= ANSWERS.keys() and self._graph.is_literal(np.array([*words.values()], dtype=np.int32))
        return {ANSWERS[word]: self._graph.terms[v] for word, v in words.items()} if np.all(known) else {}

    @cached_property
    def closed(self) -> NDArray[np.bool_]:
        """The relations that no phrase is held against: yes or no, and those to a node's class, [relations]."""
        mask = self.flags.copy()
        mask[list(self._graph.schema.types)] = True
        return mask

    @cached_property
    def linking(self) -> NDArray[np.bool_]:
        """The relations between things, those to a node's class left out, [relations]."""
        types = set(self._graph.schema.types)
        return self._where(lambda r, sample: r not in types and not self._graph.is_literal(sample).all())

    def _mostly(self, classes: Iterable[ValueClass]) -> NDArray[np.bool_]:
        wanted = [int(c) for c in classes]
        table = values_of(self._graph)
        return self._where(lambda _, sample: 2 * np.isin(table.classes(sample), wanted).sum() > len(sample))

    def _where(self, holds: Callable[[int, NodeIds], object]) -> NDArray[np.bool_]:
        mask = np.zeros(self._graph.n_relations, dtype=bool)
        for relation in walkable(self._graph):
            objects = self._graph.relation_pairs(relation)[1]
            sample: NodeIds = np.sort(objects[:: max(len(objects) // _SAMPLE, 1)])
            mask[relation] = bool(holds(relation, sample))
        return mask
