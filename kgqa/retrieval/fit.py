"""Whether the kind of a result agrees with the question word."""

from __future__ import annotations

from enum import Enum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kgqa.embedding import TextEncoder
from kgqa.graph import KnowledgeGraph
from kgqa.graph.graph import EMPTY
from kgqa.program.algebra import Aggregate, Compare, CompareNumbers, Contains, Count, Exists, Follow, Yields
from kgqa.retrieval.contract import Candidate
from kgqa.retrieval.question import Asked, QuestionView
from kgqa.types import NodeIds

_SAMPLE = 20
_TIMES = frozenset(("date", "dateTime", "gYear", "gYearMonth", "dateTimeStamp"))
_NUMBERS = frozenset(("integer", "decimal", "double", "float", "int", "long", "nonNegativeInteger", "quantity"))


class _Thing(Enum):
    PERSON = "person"
    ORGANISATION = "organisation"
    PLACE = "place"
    OTHER = "other"


_PROTOTYPES: dict[_Thing, tuple[str, ...]] = {
    _Thing.PERSON: ("person", "people", "human", "actor", "scientist", "employee", "worker", "maker", "student"),
    _Thing.ORGANISATION: ("organisation", "company", "institution", "team"),
    _Thing.PLACE: ("place", "location", "country", "city", "region", "river"),
    _Thing.OTHER: (
        *("thing", "substance", "language", "event", "film", "book", "currency", "category", "time", "group"),
        *("machine", "device", "document", "record", "award", "animal", "product"),
    ),
}
"""Example names of each kind of thing; a class is of the kind that holds the name nearest to its own."""

_ACCEPTED = {
    Asked.PERSON: frozenset((_Thing.PERSON, _Thing.ORGANISATION)),
    Asked.PLACE: frozenset((_Thing.PLACE, _Thing.ORGANISATION)),
}


class AnswerFit:
    """Compares what a question asks for with what a candidate yields."""

    def __init__(self, graph: KnowledgeGraph, encoder: TextEncoder) -> None:
        self._graph = graph
        self._encoder = encoder
        self._things: dict[int, _Thing] = {}

    def score(self, view: QuestionView, candidate: Candidate) -> float:
        """The agreement, in [-1, 1]; 0 where nothing can be said."""
        program, asked = candidate.program, view.asked
        test = isinstance(program, Compare | CompareNumbers | Contains | Exists)
        if asked is Asked.YES_NO or test:
            return 1.0 if test and asked is Asked.YES_NO else -1.0
        if isinstance(program, Count):
            return 0.5 if view.counting else -1.0
        if program.yields is Yields.TABLE:
            return 0.5
        if isinstance(program, Aggregate):
            return 0.5 if asked in (Asked.NUMBER, Asked.ANYTHING) else -0.5
        sample = self._sample(candidate)
        if asked is Asked.ANYTHING or not len(sample):
            return 0.0
        literal = self._graph.is_literal(sample)
        if literal.any():
            return self._literal_fit(asked, sample[literal])
        return self._entity_fit(asked, sample)

    def _sample(self, candidate: Candidate) -> NodeIds:
        """Some of what a candidate yields; where that is nothing, of what its last step leads to elsewhere."""
        if candidate.nodes is not None and not len(candidate.nodes) and isinstance(candidate.program, Follow):
            step = candidate.program.step
            return np.unique(self._graph.relation_pairs(step.relation)[0 if step.inverse else 1][:_SAMPLE])
        return EMPTY if candidate.nodes is None else candidate.nodes[:_SAMPLE]

    def both_people(self, noun: str, node_class: int) -> bool:
        """Whether a noun and a class both are kinds of people."""
        return self.is_of_people(node_class) and self._nearest([noun])[0] is _Thing.PERSON

    def is_of_people(self, node_class: int) -> bool:
        """Whether a class is a kind of people."""
        return self._kinds([node_class]) == {_Thing.PERSON}

    def _literal_fit(self, asked: Asked, literals: NodeIds) -> float:
        datatypes = {self._graph.literal(int(n)).datatype.rpartition("#")[2].rpartition(":")[2] for n in literals}
        timed, numeric = bool(datatypes & _TIMES), bool(datatypes & _NUMBERS)
        if asked is Asked.TIME:
            return 1.0 if timed else (0.2 if numeric else -0.5)
        if asked is Asked.NUMBER:
            return 1.0 if numeric else -0.5
        return -0.8 if timed or numeric else -0.2

    def _entity_fit(self, asked: Asked, nodes: NodeIds) -> float:
        if asked in (Asked.TIME, Asked.NUMBER):
            return -0.7
        things = self._kinds(self._graph.types(nodes).tolist())
        if not things:
            return 0.0
        return 0.3 if things & _ACCEPTED[asked] else -0.7

    def _kinds(self, classes: list[int]) -> set[_Thing]:
        """What the members of classes are; classes that are met for the first time are encoded together."""
        if new := [c for c in classes if c not in self._things]:
            self._things.update(zip(new, self._nearest([self._graph.label(c, "en") for c in new]), strict=True))
        return {self._things[c] for c in classes}

    def _nearest(self, names: list[str]) -> list[_Thing]:
        kinds = [thing for thing, examples in _PROTOTYPES.items() for _ in examples]
        nearest = (self._encoder.encode(names) @ self._prototypes.T).argmax(axis=1)
        return [kinds[int(at)] for at in nearest.tolist()]

    @cached_property
    def _prototypes(self) -> NDArray[np.float32]:
        return self._encoder.encode([name for names in _PROTOTYPES.values() for name in names])
