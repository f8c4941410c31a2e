"""From what retrieval found to what a reader sees."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from kgqa.graph import KnowledgeGraph
from kgqa.program import algebra as ops
from kgqa.program.algebra import Program, Yields
from kgqa.reader.contract import Operation, ReaderCandidate, ReaderInput, ResultKind, Yielded
from kgqa.reader.serialise import STEPS, ProgramToken, Serialiser, TokenKind, masked_question, slots_of
from kgqa.retrieval.contract import Candidate, Retrieval
from kgqa.retrieval.gist import gist
from kgqa.retrieval.vocabulary import Vocabulary
from kgqa.types import NodeIds

SAMPLE = 5
"""Nodes that are looked at of what a program yields."""
SHOWN = 3
"""Nodes whose names are read."""
_TIMES = frozenset(("date", "dateTime", "gYear", "gYearMonth", "dateTimeStamp", "time"))
_TEXTS = frozenset(("string", "langString"))
_WHERES = (ops.WhereBeside, ops.WhereOwn, ops.WhereCount)
_OPERATIONS: tuple[tuple[Operation, tuple[type[Program], ...]], ...] = (
    (Operation.YES_NO, (ops.Contains, ops.Exists)),
    (Operation.COMPARISON, (ops.Compare, ops.CompareNumbers, ops.Gap, ops.GapOwn, ops.Where, *_WHERES)),
    (Operation.SUPERLATIVE, (ops.Top, ops.Nth, ops.TopByCount)),
    (Operation.COUNT, (ops.Count,)),
    (Operation.AGGREGATE, (ops.Aggregate, ops.GroupCount, ops.GroupAggregate, ops.GroupBest, ops.Groups)),
    (Operation.FILTER, (ops.Intersect, ops.Union, ops.OfType)),
)


class InputBuilder:
    """Makes the inputs of a reader from one graph's candidates."""

    def __init__(self, graph: KnowledgeGraph, vocabulary: Vocabulary | None = None) -> None:
        self._graph = graph
        known = vocabulary or Vocabulary(graph)
        self._serialiser = lru_cache(maxsize=8)(lambda language: Serialiser(graph, language, known))

    def build(self, retrieval: Retrieval) -> ReaderInput:
        """The question and its candidates, in retrieval's order."""
        return ReaderInput(retrieval.question.text, tuple(self._seen(retrieval, c) for c in retrieval.candidates))

    def _seen(self, retrieval: Retrieval, candidate: Candidate) -> ReaderCandidate:
        language, program = retrieval.question.language.value, candidate.program
        slots, serialiser = slots_of(program, candidate.links), self._serialiser(language)
        tokens = serialiser.tokens(program, slots)
        result, sample = self._result(candidate), sample_of(candidate)
        shown = tuple(self._graph.label(node, language) for node in sample[:SHOWN])
        return ReaderCandidate(
            gist(program, self._graph, language),
            candidate.alignment,
            candidate.coverage,
            candidate.fit,
            candidate.support,
            tokens=(*tokens, self._yielded(candidate, result, serialiser)),
            masked=masked_question(retrieval.question.text, candidate.links, slots),
            operation=operation_of(program),
            result=result,
            hops=sum(token.kind in STEPS for token in tokens),
            names=len(slots),
            size=0 if candidate.nodes is None else len(candidate.nodes),
            truncated=candidate.truncated,
            yielded=Yielded(sample, shown),
        )

    def _yielded(self, candidate: Candidate, result: ResultKind, serialiser: Serialiser) -> ProgramToken:
        """A token for what the program yields: the class of its first node, or the kind of its values."""
        nodes = candidate.nodes
        named = result is ResultKind.ENTITY and nodes is not None and len(nodes) > 0
        label = serialiser.class_of(int(nodes[0])) if named and nodes is not None else ""
        return ProgramToken(TokenKind.RESULT, label or ("" if result is ResultKind.ENTITY else result.value))

    def _result(self, candidate: Candidate) -> ResultKind:
        if candidate.program.yields is Yields.BOOLEAN:
            return ResultKind.BOOLEAN
        if candidate.program.yields is Yields.NUMBER:
            return ResultKind.NUMBER
        return kind_of_nodes(self._graph, candidate.nodes)


def sample_of(candidate: Candidate) -> tuple[int, ...]:
    """The first nodes that a program yields, at most `SAMPLE`; none of one that yields a number or a truth value."""
    if candidate.program.yields is not Yields.NODES or candidate.nodes is None:
        return ()
    return tuple(candidate.nodes[:SAMPLE].tolist())


def operation_of(program: Program) -> Operation:
    """What a program does: the operator that stands first in the order of `Operation`'s weight, else a lookup."""
    types = {type(part) for part in program.walk()}
    return next((operation for operation, kinds in _OPERATIONS if types & set(kinds)), Operation.LOOKUP)


def kind_of_nodes(graph: KnowledgeGraph, nodes: NodeIds | None) -> ResultKind:
    """What kind of values a set holds, by its first nodes."""
    if nodes is None or not len(nodes):
        return ResultKind.ENTITY
    sample = nodes[:SAMPLE]
    literals = sample[graph.is_literal(sample)]
    if not len(literals):
        return ResultKind.ENTITY
    datatypes = {graph.literal(int(n)).datatype.rpartition("#")[2] for n in np.asarray(literals)}
    if datatypes & _TIMES:
        return ResultKind.TIME
    return ResultKind.TEXT if datatypes & _TEXTS else ResultKind.NUMBER
