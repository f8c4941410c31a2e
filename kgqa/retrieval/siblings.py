"""Readings that another makes unlikely: nothing where the other way finds something, a count of what is always one."""

from __future__ import annotations

from collections.abc import Sequence
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


def charged_backwards(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates, those charged that find nothing by their only step, which finds something the other way."""
    found = {part for c in candidates if c.nodes is not None and len(c.nodes) for part in c.program.walk()}
    return [
        replace(c, alignment=c.alignment - BACKWARDS) if _is_empty(c) and _reversed(c.program) in found else c
        for c in candidates
    ]


def _is_empty(candidate: Candidate) -> bool:
    return candidate.nodes is not None and not len(candidate.nodes)


def _reversed(program: Program) -> Program | None:
    if not isinstance(program, Follow):
        return None
    return Follow(program.source, Step(program.step.relation, not program.step.inverse))


def charged_trivial(candidates: Sequence[Candidate], graph: KnowledgeGraph) -> list[Candidate]:
    """The candidates, those charged that count by a step of which nothing has more than one."""
    return [replace(c, alignment=c.alignment - TRIVIAL) if _is_trivial(c, graph) else c for c in candidates]


def _is_trivial(candidate: Candidate, graph: KnowledgeGraph) -> bool:
    inner = candidate.program.source if isinstance(candidate.program, Count) else None
    if not isinstance(inner, Follow) or candidate.nodes is None or len(candidate.nodes) != 1:
        return False
    owners = graph.relation_pairs(inner.step.relation)[1 if inner.step.inverse else 0]
    return len(np.unique(owners)) == len(owners)
