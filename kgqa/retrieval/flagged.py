"""Yes-or-no attributes at the end of a path: what they ask for is a test or a condition, hardly the word "yes"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from kgqa.graph import KnowledgeGraph
from kgqa.program import execute
from kgqa.program.algebra import Comparison, Exists, Follow, Program, Where
from kgqa.retrieval.attributes import Attributes
from kgqa.retrieval.contract import Candidate
from kgqa.retrieval.question import Asked, QuestionView
from kgqa.retrieval.scene import Marked
from kgqa.types import NodeIds


class FlagReadings:
    """Reads the yes-or-no attributes of one graph where a candidate ends in one."""

    def __init__(self, graph: KnowledgeGraph, attributes: Attributes) -> None:
        self._graph = graph
        self._attributes = attributes

    def read(self, view: QuestionView, candidates: Iterable[Candidate], negations: Sequence[Marked]) -> list[Candidate]:
        """The candidates; those that end in such an attribute test it, or narrow several things by it.

        "Has she done her first aid" is no question whether anything is known of it: "no" is a no. "Vegan food with soy"
        asks for the food, not for "yes".
        """
        found = []
        for candidate in candidates:
            test, program = isinstance(candidate.program, Exists), candidate.program
            program = program.source if isinstance(program, Exists) else program
            if isinstance(program, Follow) and self._is_flag(program):
                found.append(self._acted(view, candidate, program, negations, test=test))
            else:
                found.append(candidate)
        return found

    def _is_flag(self, program: Follow) -> bool:
        return not program.step.inverse and bool(self._attributes.flags[program.step.relation])

    def _acted(
        self, view: QuestionView, candidate: Candidate, ending: Follow, negations: Sequence[Marked], *, test: bool
    ) -> Candidate:
        holds = test or not any(mark.used & ~candidate.used for mark in negations)
        value = self._attributes.says(ending.step.relation, holds=holds)
        narrowed: Program = Where(ending.source, ending.step, Comparison.EQUAL, value)
        if test:
            return replace(candidate, program=Exists(narrowed))
        nodes: NodeIds = np.unique(execute(ending.source, self._graph).nodes)
        if len(nodes) < 2 or view.asked is Asked.YES_NO:
            return candidate
        inside = execute(narrowed, self._graph).nodes
        if not len(inside):
            return candidate
        used = candidate.used
        for mark in negations:
            used |= mark.used
        return replace(candidate, program=narrowed, nodes=inside, used=used)
