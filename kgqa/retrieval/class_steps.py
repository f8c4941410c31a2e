"""Steps to the class of a thing: few questions mean them, and every thing has one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from kgqa.graph import KnowledgeGraph
from kgqa.program.algebra import Follow
from kgqa.retrieval.contract import Candidate
from kgqa.retrieval.question import QuestionView

UNASKED = 0.6
"""What each step to a class costs where nothing asks for kinds."""
_KINDS = re.compile(
    r"\b(type|kind|sort|class|category|categorie)s?\b|\bclassified\b|类型|类别|种类|哪一?[类种]|什么[类种]|属于什么",
    re.I,
)


class ClassSteps:
    """Charges the candidates of one graph for steps that a question doesn't ask for."""

    def __init__(self, graph: KnowledgeGraph) -> None:
        self._types = frozenset(graph.schema.types)

    def charged(self, view: QuestionView, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The candidates, those charged that step to the class of a thing although the question asks for no kind.

        A question that says nothing but a name ("what is gold") may ask for it.
        """
        if not self._types or _KINDS.search(view.text):
            return list(candidates)
        return [self._charged(view, candidate) for candidate in candidates]

    def _charged(self, view: QuestionView, candidate: Candidate) -> Candidate:
        parts = candidate.program.walk()
        steps = sum(isinstance(part, Follow) and part.step.relation in self._types for part in parts)
        if not steps or not view.content_words(link.mention for link in candidate.links):
            return candidate
        return replace(candidate, alignment=candidate.alignment - UNASKED * steps)
