"""Kinds that a question passes through: "who heads the DEPARTMENT that offers Genetics" asks for no department."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from kgqa.graph import KnowledgeGraph
from kgqa.program.algebra import Yields
from kgqa.retrieval.contract import Candidate
from kgqa.retrieval.derivation import within
from kgqa.retrieval.fit import AnswerFit
from kgqa.retrieval.question import Asked, QuestionView, asks_for
from kgqa.types import Link

PASSED = 0.35
"""What a candidate costs that stops there. Not more, since the owner of a company may be a company."""
_DEFINITE = re.compile(r"\b(the|an?)\s+$", re.I)
_ASKED = frozenset((Asked.PERSON, Asked.TIME, Asked.NUMBER))
_SAMPLE = 20


class OnTheWay:
    """Charges the candidates of one graph that stop at what a question only passes through."""

    def __init__(self, graph: KnowledgeGraph, fit: AnswerFit) -> None:
        self._graph = graph
        self._fit = fit
        self._classes = frozenset(graph.classes.tolist())

    def charged(self, view: QuestionView, links: Sequence[Link], candidates: Sequence[Candidate]) -> list[Candidate]:
        """The candidates, those charged that yield things of a class that the question names beside what it asks."""
        passed = [link.node for link in links if view.asked in _ASKED and self._is_passed(view, link)]
        if not passed:
            return list(candidates)
        members = self._graph.instances(np.array(sorted(set(passed)), dtype=np.int32))
        return [
            replace(c, alignment=c.alignment - PASSED)
            if c.program.yields is Yields.NODES and c.nodes is not None and len(within(c.nodes[:_SAMPLE], members))
            else c
            for c in candidates
        ]

    def _is_passed(self, view: QuestionView, link: Link) -> bool:
        if link.node not in self._classes or asks_for(view, link.mention):
            return False
        if view.asked is Asked.PERSON and self._fit.is_of_people(link.node):
            return False
        return _DEFINITE.search(view.text[: link.mention.start]) is not None
