"""Readings that another makes unlikely: nothing where the other way finds something, a count of what is always one,
things where their number is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import replace

import numpy as np

from kgqa.graph import KnowledgeGraph
from kgqa.program.algebra import Count, Follow, Program, Step
from kgqa.retrieval.contract import Candidate

BACKWARDS = 0.3
"""What it costs to find nothing by a step that finds something the other way: "which courses name Calculus as a
prerequisite" asks for those that have it, not for the one that it lacks."""

TRIVIAL = 0.3
"""What it costs to count by a step of which nothing has more than one: "how many councillors does the party have" does
not count its leader."""

UNKNOWN = 0.8
"""What it costs to count nothing by such a step: that a state has no capital is not told, but not known."""

COUNTED = 0.5
"""What it costs to list what is counted by another reading: such are made only where a question asks how many."""


class Siblings:
    """Charges the candidates of one graph that others, or what the graph is like, make unlikely."""

    def __init__(self, graph: KnowledgeGraph) -> None:
        self._graph = graph
        self._single: dict[Step, bool] = {}

    def charged(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The candidates, those charged that find nothing by a step that finds something the other way, those that
        count by a step of which nothing has more than one, and those that list what others count.
        """
        found = {part for c in candidates if c.nodes is not None and len(c.nodes) for part in c.program.walk()}
        counted = {c.program.source for c in candidates if isinstance(c.program, Count)}
        costs = (
            BACKWARDS * _is_backwards(c, found) + self._trivial(c) + COUNTED * (c.program in counted)
            for c in candidates
        )
        return [replace(c, alignment=c.alignment - cost) for c, cost in zip(candidates, costs, strict=True)]

    def _trivial(self, candidate: Candidate) -> float:
        inner = candidate.program.source if isinstance(candidate.program, Count) else None
        if not isinstance(inner, Follow) or candidate.nodes is None or len(candidate.nodes) > 1:
            return 0.0
        cost = TRIVIAL if len(candidate.nodes) else UNKNOWN
        return cost if self._is_single(inner.step) else 0.0

    def _is_single(self, step: Step) -> bool:
        if step not in self._single:
            owners = self._graph.relation_pairs(step.relation)[1 if step.inverse else 0]
            self._single[step] = len(np.unique(owners)) == len(owners)
        return self._single[step]


def _is_backwards(candidate: Candidate, found: Set[Program]) -> bool:
    program = candidate.program
    if candidate.nodes is None or len(candidate.nodes) or not isinstance(program, Follow):
        return False
    return Follow(program.source, Step(program.step.relation, not program.step.inverse)) in found
