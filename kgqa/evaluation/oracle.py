"""Programs held against gold: which of them give exactly the gold answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np

from kgqa.answering import AnswerBuilder, Reading
from kgqa.calibration import Calibrations
from kgqa.config import AnswerConfig
from kgqa.evaluation.matching import Matching, match, normalise
from kgqa.evaluation.predictions import predicted_value
from kgqa.graph import KnowledgeGraph
from kgqa.graph.terms import key_to_id
from kgqa.program import Result, execute
from kgqa.program.algebra import Difference, Entities, Follow, Program, Same, Step, Yields
from kgqa.retrieval.contract import Candidate
from kgqa.types import NodeIds


class GoldJudge:
    """Tells whether results are exactly the gold answers of one question, by the rule of `matching`.

    answers : the gold answers. language : of the labels that values are compared by.
    A program is right by what it gives: one that comes to the same answers by chance counts as well. With no gold
    answers nothing is right.
    """

    def __init__(self, graph: KnowledgeGraph, answers: Sequence[str], matching: Matching, language: str) -> None:
        self._graph = graph
        self._answers = answers
        self._matching = matching
        self._language = language
        self._builder = AnswerBuilder(graph, AnswerConfig(), Calibrations())
        self._wanted = frozenset(normalise(answer, matching) for answer in answers)
        self._known: dict[int, frozenset[str]] = {}

    def found_by(self, node: int) -> frozenset[str]:
        """The gold answers that a node is, normalised; worked out once."""
        if node not in self._known:
            value = predicted_value(self._builder.value(node, self._language))
            self._known[node] = value.forms(self._matching) & self._wanted
        return self._known[node]

    def are_gold(self, nodes: NodeIds) -> bool:
        """Whether every node is a gold answer and no gold answer is missing."""
        found: set[str] = set()
        # Most sets fail at their first node, so that labels are made for few.
        for node in map(int, nodes):
            own = self.found_by(node)
            if not own:
                return False
            found |= own
        return bool(found) and found == self._wanted

    def cover_gold(self, nodes: NodeIds) -> bool:
        """Whether no gold answer is missing among some nodes."""
        return frozenset[str]().union(*(self.found_by(node) for node in map(int, nodes))) == self._wanted

    def wrong_of(self, nodes: NodeIds) -> list[int]:
        """The nodes that are no gold answer."""
        return [node for node in map(int, nodes) if not self.found_by(node)]

    def accepts(self, program: Program, result: Result) -> bool:
        """Whether what a program gives is exactly the gold answers."""
        if result.yields is Yields.NODES:
            return self.are_gold(result.nodes)
        size = max(len(result.relations), len(result.rows), 1)
        values = [predicted_value(value) for value in self._builder.values(program, result, self._language, size)]
        hits = match(values, self._answers, self._matching)
        return bool(values) and all(hits.right) and hits.found == hits.gold

    def is_right(self, candidate: Candidate) -> bool:
        """Whether a candidate's program, executed without limits, gives exactly the gold answers."""
        whole = candidate.program.yields is Yields.NODES and not candidate.truncated
        # The first node of the set that retrieval walked already rules most of them out.
        if whole and candidate.nodes is not None and not self._starts_right(candidate.nodes):
            return False
        return self.accepts(candidate.program, execute(candidate.program, self._graph))

    def _starts_right(self, nodes: NodeIds) -> bool:
        return len(nodes) > 0 and bool(self.found_by(int(nodes[0])))


@dataclass(frozen=True, slots=True)
class Ranks:
    """Where the right programs of a reading stand; all None where no candidate is right.

    program, read : place of the first right one, from 1, as retrieval and as the reader ordered the candidates.
    best : the right candidate that the reader likes best.
    """

    program: int | None = None
    read: int | None = None
    best: Candidate | None = None

    @classmethod
    def of(cls, reading: Reading, judge: GoldJudge) -> Ranks:
        """Execute all candidates and hold them against gold."""
        candidates = reading.retrieval.candidates
        rights = [number for number, candidate in enumerate(candidates) if judge.is_right(candidate)]
        if not rights:
            return cls()
        read = next(place for place, number in enumerate(reading.chosen.tolist()) if number in rights)
        return cls(rights[0] + 1, read + 1, candidates[int(reading.chosen[read])])


class NamedNodes:
    """The nodes that texts name, by id, label, alias or value, found in one walk over the names of a graph."""

    def __init__(self, graph: KnowledgeGraph, texts: Iterable[str], matching: Matching) -> None:
        self._matching = matching
        self._nodes: dict[str, list[int]] = {normalise(text, matching): [] for text in texts}
        for node, text in _all_texts(graph) if self._nodes else ():
            own = self._nodes.get(normalise(text, matching))
            if own is not None:
                own.append(node)

    def of(self, texts: Iterable[str]) -> NodeIds:
        """The nodes that any of the texts names, ascending."""
        found = {node for text in texts for node in self._nodes[normalise(text, self._matching)]}
        return np.array(sorted(found), dtype=np.int32)


def _all_texts(graph: KnowledgeGraph) -> Iterator[tuple[int, str]]:
    for node, name, _, _ in graph.all_names():
        yield node, name
    every = np.arange(graph.n_terms, dtype=np.int32)
    nodes = np.union1d(graph.entities, every[graph.is_literal(every)])
    for node, key in zip(nodes.tolist(), graph.terms.many(nodes), strict=True):
        yield node, key_to_id(key)


def steps_of(program: Program) -> tuple[Step, ...]:
    """The steps that a program takes, in the order in which it is worked out."""
    inner = (step for part in program.parts() for step in steps_of(part))
    own = (value for f in fields(program) if isinstance(value := getattr(program, f.name), Step))
    return (*inner, *own)


def relation_labels(program: Program, graph: KnowledgeGraph, language: str) -> tuple[str, ...]:
    """The labels of the relations of a program, in the order in which it is worked out."""
    return tuple(graph.relation_label(step.relation, language) for step in steps_of(program))


def as_path(program: Program) -> tuple[NodeIds, tuple[Step, ...]] | None:
    """The start and steps of a program that only follows relations, from which nodes may be left out; else None."""
    steps: list[Step] = []
    while not isinstance(program, Entities):
        if isinstance(program, Difference):
            program = program.left
        elif isinstance(program, Same):
            program = program.source
        elif isinstance(program, Follow):
            steps.append(program.step)
            program = program.source
        else:
            return None
    return np.array(program.nodes, dtype=np.int32), tuple(reversed(steps))
