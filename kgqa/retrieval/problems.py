"""What stands in the way of an answer, however the question is read: values that don't exist, unlike things."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from kgqa.graph import KnowledgeGraph
from kgqa.program.algebra import Comparison
from kgqa.retrieval.attributes import Attributes
from kgqa.retrieval.bounds import Bounds
from kgqa.retrieval.contract import Problem, strength
from kgqa.retrieval.limits import Limit
from kgqa.retrieval.question import Asked
from kgqa.retrieval.scene import Scene, words_of
from kgqa.text.dates import find_dates
from kgqa.text.units import unit_of
from kgqa.types import AbstentionReason, Link

_CLEAR = 0.6
"""The match from which on words surely name an attribute."""
_SURE = 0.6
"""How sure a link must be for a refusal to rest on it."""
_TWO = 2
_UPWARDS = (Comparison.GREATER, Comparison.GREATER_EQUAL)
_DOWNWARDS = (Comparison.LESS, Comparison.LESS_EQUAL)


class ProblemFinder:
    """Finds the problems of questions to one graph."""

    def __init__(self, graph: KnowledgeGraph, attributes: Attributes) -> None:
        self._graph = graph
        self._attributes = attributes
        self._bounds = Bounds(graph)

    def find(self, scene: Scene) -> Problem | None:
        """The first problem of a question, the surest kind first."""
        return next(self._all(scene), None)

    def _all(self, scene: Scene) -> Iterator[Problem]:
        yield from self._impossible(scene)
        yield from self._contradictions(scene)
        yield from self._units(scene)
        yield from self._unmeasured(scene)
        yield from self._unlike(scene)

    def _impossible(self, scene: Scene) -> Iterator[Problem]:
        text = scene.view.text
        for day in find_dates(text):
            if not day.exists:
                yield Problem(AbstentionReason.IMPOSSIBLE_VALUE, (text[day.start : day.end],))

    def _contradictions(self, scene: Scene) -> Iterator[Problem]:
        text = scene.view.text
        for one, two in combinations([bound.limit for bound in scene.bounds], 2):
            if _alike(one, two) and _disjoint(one, two):
                about = (text[one.start : one.end], text[two.start : two.end])
                yield Problem(AbstentionReason.CONTRADICTION, about)

    def _units(self, scene: Scene) -> Iterator[Problem]:
        """A limit in a unit that the attribute named beside it isn't measured in."""
        for bound in scene.bounds:
            given = unit_of(bound.limit.unit) if bound.limit.unit else None
            named = [s for s in scene.relations if s.score >= _CLEAR and not s.used & bound.used]
            measured = [s for s in named if self._attributes.measured[s.relation]]
            if given is None or not measured:
                continue
            units = [self._bounds.unit(s.relation) for s in measured]
            if all(unit is not None and unit.kind != given.kind for unit in units):
                label = self._graph.relation_label(measured[0].relation, scene.view.language.value)
                yield Problem(AbstentionReason.UNIT_MISMATCH, (bound.limit.unit, label))

    def _unmeasured(self, scene: Scene) -> Iterator[Problem]:
        """A superlative over an attribute that nothing of the class asked about has."""
        if not scene.superlatives or scene.view.asked is Asked.YES_NO:
            return
        classes = [link for link in scene.links if self._is_class(link)]
        named = [s for s in scene.relations if s.score >= _CLEAR and self._attributes.measured[s.relation]]
        if len({link.node for link in classes}) != 1 or not named:
            return
        members = self._graph.instances(np.array([classes[0].node], dtype=np.int32))
        known = set(self._graph.relations_of(members)[0].tolist())
        if len(members) and not any(s.relation in known for s in named) and not self._meant(scene, classes, known):
            best = max(named, key=lambda s: s.score)
            language = scene.view.language.value
            about = (self._graph.label(classes[0].node, language), self._graph.relation_label(best.relation, language))
            yield Problem(AbstentionReason.NO_ATTRIBUTE, about)

    def _meant(self, scene: Scene, classes: list[Link], known: set[int]) -> bool:
        """Whether only a superlative is said, and things of the class have what it usually means.

        "Highest mountain" is like "highest elevation", but means the altitude of mountains.
        """
        own = [item.used for item in scene.superlatives]
        own += [words_of(scene.view, link.mention.start, link.mention.end) for link in classes]
        if any(s.score >= _CLEAR and not any(s.used & w for w in own) for s in scene.relations):
            return False
        return any(
            item.usual[r] >= _CLEAR for item in scene.superlatives for r in known if self._attributes.measured[r]
        )

    def _is_class(self, link: Link) -> bool:
        return link.node in self._attributes.classes and strength(link) >= _SURE

    def _unlike(self, scene: Scene) -> Iterator[Problem]:
        """Two things compared that no attribute measures both of."""
        comparative = any(item.extreme.comparative for item in scene.superlatives)
        named: dict[tuple[int, int], list[Link]] = {}
        for link in scene.links:
            if strength(link) >= _SURE and link.node not in self._attributes.classes:
                named.setdefault((link.mention.start, link.mention.end), []).append(link)
        asked = scene.view.asked is Asked.YES_NO or scene.view.choice
        if not comparative or not asked or len(named) != _TWO:
            return
        one, two = ([link.node for link in group] for group in named.values())
        if not self._measured_of(one) & self._measured_of(two):
            labels = (self._graph.label(nodes[0], scene.view.language.value) for nodes in (one, two))
            yield Problem(AbstentionReason.UNLIKE_THINGS, tuple(labels))

    def _measured_of(self, nodes: list[int]) -> set[int]:
        relations, _ = self._graph.relations_of(np.unique(np.array(nodes, dtype=np.int32)))
        return {r for r in relations.tolist() if self._attributes.measured[r]}


def _alike(one: Limit, two: Limit) -> bool:
    """Whether two limits speak of the same attribute, as far as their words tell."""
    pairs = ((one.hints, two.hints), (one.unit, two.unit))
    same = one.timed is two.timed and all(a == b or not a or not b for a, b in pairs)
    return same and one.upper is None and two.upper is None


def _disjoint(one: Limit, two: Limit) -> bool:
    """Whether no value is within both limits."""
    if one.comparison in _DOWNWARDS:
        one, two = two, one
    if one.comparison not in _UPWARDS or two.comparison not in _DOWNWARDS:
        return False
    first = one.last if one.comparison is Comparison.GREATER else one.date
    last = two.date if two.comparison is Comparison.LESS else two.last
    if bool(first) is not bool(last) or first[:1] != last[:1]:  # a day without a year may be of any
        return False
    low, high = (first, last) if first else (one.number.value, two.number.value)
    strict = Comparison.GREATER in (one.comparison, two.comparison) or two.comparison is Comparison.LESS
    return bool(low > high) or (strict and low == high)  # type: ignore[operator]
