"""The kind of things that a question asks for by a noun: "which AIRPLANES", 哪些飞机."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from kgqa.embedding import TextKind
from kgqa.graph import KnowledgeGraph
from kgqa.graph.values import ORDERED, ValueClass, values_of
from kgqa.retrieval.asked_kind import noun_asked_for
from kgqa.retrieval.contract import Candidate, Noun
from kgqa.retrieval.fit import AnswerFit
from kgqa.retrieval.question import Asked, QuestionView
from kgqa.retrieval.relations import RelationMatcher
from kgqa.retrieval.scene import Scene, words_of
from kgqa.types import Link

ASTRAY = 0.8
"""What a candidate costs that yields things of another kind than the noun asked for, and leaves the noun unread."""
_ALIKE, _ALIKE_STRETCHED = 0.43, 0.27
"""The cosine from which on a noun may mean a class; the second where cosines are stretched."""
_SAMPLE = 20
_VALUE = -1
"""Stands for the class of numbers and times, which no noun names that is left unread."""
_VALUES = [int(c) for c in (*ORDERED, ValueClass.BOOLEAN)]


class KindCheck:
    """Holds what candidates yield against the noun that a question asks for."""

    def __init__(self, graph: KnowledgeGraph, matcher: RelationMatcher, fit: AnswerFit) -> None:
        self._graph = graph
        self._matcher = matcher
        self._fit = fit
        self._classes = frozenset(graph.classes.tolist())

    def unknown(self, scene: Scene, links: Iterable[Link]) -> Noun | None:
        """The noun asked for, where the graph has classes and no name, class, head of a class or relation has it."""
        view = scene.view
        asked = noun_asked_for(view) if self._classes and not view.choice else None
        if asked is None:
            return None
        found = Noun(asked.text, words_of(view, asked.start, asked.end))
        every = (*links, *(link for family in scene.families for link in family))
        named = [(words_of(view, link.mention.start, link.mention.end), link.node) for link in every]
        behind = 1 << found.used.bit_length()
        known = any(used & found.used or (used & behind and node in self._classes) for used, node in named)
        operator = any(used & found.used for used in (*scene.operators, *(m.used for m in scene.amounts)))
        return None if known or operator or self._matcher.names_relation(found.text) else found

    def charged(self, view: QuestionView, candidates: Sequence[Candidate], noun: Noun) -> list[Candidate]:
        """The candidates, those marked and charged that leave a noun unread and yield things of another kind."""
        vector = self._matcher.encoder.encode([noun.text], kind=TextKind.QUERY)[0]
        known: dict[int, bool] = {}
        marked = []
        for candidate in candidates:
            classes = self._classes_of(candidate)
            # Numbers are no things of a kind, unless asked for: "lands" may be like areas of countries, but are none.
            values = classes == [_VALUE] and view.asked is not Asked.NUMBER
            classes = [] if candidate.used & noun.used and not values else classes
            known |= {node: self._is_like(node, noun, vector) for node in classes if node not in known}
            astray = bool(classes) and not any(known[node] for node in classes)
            marked.append(replace(candidate, alignment=candidate.alignment - ASTRAY * astray, astray=astray))
        return marked

    def _classes_of(self, candidate: Candidate) -> list[int]:
        """The classes of what a candidate yields; `_VALUE` for numbers, times, yes and no."""
        if candidate.nodes is None:
            return []
        nodes = candidate.nodes[:_SAMPLE]
        if len(nodes) and np.isin(values_of(self._graph).classes(nodes), _VALUES).all():
            return [_VALUE]
        classes: list[int] = self._graph.types(nodes).tolist()
        return classes

    def _is_like(self, node: int, noun: Noun, vector: NDArray[np.float32]) -> bool:
        if node == _VALUE:
            return False
        names = sorted({self._graph.label(node, language) for language in ("", "en", "zh")})
        cosines = self._matcher.stretch(self._matcher.encoder.encode(names) @ vector)
        least = _ALIKE_STRETCHED if self._matcher.stretches else _ALIKE
        return float(cosines.max()) >= least or self._fit.both_people(noun.text, node)
