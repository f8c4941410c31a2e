"""Whether the kind of a result agrees with the question word."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from kgqa.embedding import TextEncoder
from kgqa.graph import KnowledgeGraph
from kgqa.graph.graph import EMPTY
from kgqa.program.algebra import (
    Aggregate,
    Compare,
    CompareNumbers,
    Contains,
    Count,
    Exists,
    Follow,
    Gap,
    GapOwn,
    Program,
    Yields,
)
from kgqa.retrieval.contract import Candidate
from kgqa.retrieval.cues import find_asked_attributes
from kgqa.retrieval.limits import YEARS
from kgqa.retrieval.question import Asked, QuestionView
from kgqa.retrieval.roles import Roles
from kgqa.retrieval.thing import Thing
from kgqa.text.stopwords import is_stop
from kgqa.types import NodeIds

_SAMPLE = 20
_THESE = re.compile(r"\b(?:what|which)\s+(\w+)", re.I)
_THOSE = re.compile(r"\b(?:what|which) (?:is|are|was|were) the (\w+) (?:that|which|who|by|with)\b", re.I)
"""The noun asked for, wherever it stands: `asked_kind` passes over kinds and types, which tell things apart here."""
_HAN = re.compile("[\u3400-\u9fff]")
_TIMES = frozenset(("date", "dateTime", "gYear", "gYearMonth", "dateTimeStamp"))
_NUMBERS = frozenset(("integer", "decimal", "double", "float", "int", "long", "nonNegativeInteger", "quantity"))


_PROTOTYPES: dict[Thing, tuple[str, ...]] = {
    Thing.PERSON: (
        *("person", "people", "human", "actor", "scientist", "employee", "worker", "maker", "student"),
        *("coach", "player", "leader", "owner", "curator"),
    ),
    Thing.ORGANISATION: ("organisation", "company", "institution", "team"),
    Thing.PLACE: ("place", "location", "country", "city", "region", "river"),
    Thing.OTHER: (
        *("thing", "substance", "language", "event", "film", "book", "currency", "category", "time", "group"),
        *("machine", "device", "document", "record", "award", "animal", "product", "ship", "vehicle", "type"),
    ),
}
"""Example names of each kind of thing; a class is of the kind that holds the name nearest to its own."""
_HAN_PROTOTYPES: dict[Thing, tuple[str, ...]] = {
    Thing.PERSON: ("人", "人物", "员工", "演员", "科学家", "学生", "作者"),
    Thing.ORGANISATION: ("组织", "公司", "机构", "团队", "部门"),
    Thing.PLACE: ("地点", "国家", "城市", "省份", "地区", "河流", "建筑"),
    Thing.OTHER: (
        "事物",
        "物质",
        "语言",
        "活动",
        "电影",
        "书",
        "货币",
        "类别",
        "项目",
        "合同",
        "产品",
        "记录",
        "奖项",
        "动物",
    ),
}

_ACCEPTED = {
    Asked.PERSON: frozenset((Thing.PERSON, Thing.ORGANISATION)),
    Asked.PLACE: frozenset((Thing.PLACE, Thing.ORGANISATION)),
}


class AnswerFit:
    """Compares what a question asks for with what a candidate yields.

    by_roles : whether names of relations tell kinds of things where the graph has no classes.
    """

    def __init__(self, graph: KnowledgeGraph, encoder: TextEncoder, *, by_roles: bool = False) -> None:
        self._graph = graph
        self._encoder = encoder
        self._roles = Roles(graph, encoder) if by_roles else None
        self._things: dict[int, Thing] = {}
        self._prototypes: dict[bool, tuple[list[Thing], NDArray[np.float32]]] = {}

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
        if isinstance(program, Aggregate | Gap | GapOwn):
            return {Asked.NUMBER: 1.0, Asked.ANYTHING: 0.5}.get(asked, -0.5)
        sample = self._sample(candidate)
        if not len(sample):
            return 0.0
        if asked is Asked.ANYTHING:
            return self._noun_fit(view, sample, program)
        literal = self._graph.is_literal(sample)
        if literal.any():
            # How many of a kind there are is one number, and none of theirs.
            many = view.counting and len(sample) > 1 and not find_asked_attributes(view.text)
            return 0.0 if many else self._literal_fit(asked, sample[literal])
        return self._entity_fit(asked, sample, program)

    def _sample(self, candidate: Candidate) -> NodeIds:
        """Some of what a candidate yields; where that is nothing, of what its last step leads to elsewhere."""
        if candidate.nodes is not None and not len(candidate.nodes) and isinstance(candidate.program, Follow):
            step = candidate.program.step
            return np.unique(self._graph.relation_pairs(step.relation)[0 if step.inverse else 1][:_SAMPLE])
        return EMPTY if candidate.nodes is None else candidate.nodes[:_SAMPLE]

    def both_people(self, noun: str, node_class: int) -> bool:
        """Whether a noun and a class both are kinds of people."""
        return self.is_of_people(node_class) and self._nearest([noun])[0] is Thing.PERSON

    def is_of_people(self, node_class: int) -> bool:
        """Whether a class is a kind of people."""
        return self._kinds([node_class]) == {Thing.PERSON}

    def _literal_fit(self, asked: Asked, literals: NodeIds) -> float:
        datatypes = {self._graph.literal(int(n)).datatype.rpartition("#")[2].rpartition(":")[2] for n in literals}
        timed, numeric = bool(datatypes & _TIMES), bool(datatypes & _NUMBERS)
        if asked is Asked.TIME:
            return 1.0 if timed else (0.2 if numeric and self._may_be_years(literals) else -0.5)
        if asked is Asked.NUMBER:
            return 1.0 if numeric else -0.5
        return -0.8 if timed or numeric else -0.2

    def _may_be_years(self, literals: NodeIds) -> bool:
        texts = [self._graph.literal(int(node)).lexical for node in literals]
        return all(text.isdecimal() and int(text) in YEARS for text in texts)

    def _entity_fit(self, asked: Asked, nodes: NodeIds, program: Program) -> float:
        if asked in (Asked.TIME, Asked.NUMBER):
            return -0.7
        things = self._kinds(self._graph.types(nodes).tolist())
        if not things and self._roles is not None and (told := self._roles.of(program)):
            things = {told}
        if not things:
            return 0.0
        return 0.3 if things & _ACCEPTED[asked] else -0.7

    def _noun_fit(self, view: QuestionView, nodes: NodeIds, program: Program) -> float:
        """Whether things without a class are of the kind that the noun asked for is: "which FILMS" are no people."""
        told = None if self._roles is None else self._roles.of(program)
        if self._roles is None or told is None or len(self._graph.types(nodes)):
            return 0.0
        noun = _THOSE.search(view.text) or _THESE.search(view.text)
        kind = self._roles.kind(noun[1]) if noun and not is_stop(noun[1].casefold()) else None
        return 0.0 if kind is None else 0.3 if kind is told else -0.7

    def _kinds(self, classes: list[int]) -> set[Thing]:
        """What the members of classes are; classes that are met for the first time are encoded together."""
        if new := [c for c in classes if c not in self._things]:
            self._things.update(zip(new, self._nearest([self._graph.label(c, "en") for c in new]), strict=True))
        return {self._things[c] for c in classes}

    def _nearest(self, names: list[str]) -> list[Thing]:
        """The kind of the example nearest to each name, of those in its own script."""
        return [self._kind_of(name, vector) for name, vector in zip(names, self._encoder.encode(names), strict=True)]

    def _kind_of(self, name: str, vector: NDArray[np.float32]) -> Thing:
        kinds, vectors = self._examples(bool(_HAN.search(name)))
        return kinds[int((vectors @ vector).argmax())]

    def _examples(self, han: bool) -> tuple[list[Thing], NDArray[np.float32]]:
        if han not in self._prototypes:
            table = _HAN_PROTOTYPES if han else _PROTOTYPES
            kinds = [thing for thing, examples in table.items() for _ in examples]
            self._prototypes[han] = kinds, self._encoder.encode([name for names in table.values() for name in names])
        return self._prototypes[han]
