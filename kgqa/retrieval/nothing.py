"""Readings that the graph has no fact for: the states that border Hawaii are none, and their number is 0.

Without them the question would be read as the next best thing that has facts. Only classes tell that a thing could
have such facts, so that a graph without classes has no such readings.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kgqa.graph.graph import EMPTY
from kgqa.program.algebra import Follow, Step
from kgqa.retrieval.attributes import Attributes
from kgqa.retrieval.contract import strength
from kgqa.retrieval.derivation import Bench, Derivation, Form
from kgqa.retrieval.rules import NOTHING, TOLD, RuleWeights, SetRules
from kgqa.retrieval.scene import Scene

_FEW = 3
"""The most things that may all lack a fact."""
_SURE = 0.85
"""How sure a name must be for an unsaid step from it to lead nowhere."""


class NothingRules:
    """Makes the readings that come to nothing although things of such a kind have such facts."""

    def __init__(self, attributes: Attributes, sets: SetRules, weights: RuleWeights) -> None:
        self._attributes = attributes
        self._sets = sets
        self._weights = weights

    def extend(self, source: Derivation, scene: Scene, bench: Bench) -> Iterator[Derivation]:
        """A step that some words speak of and that leads nowhere, or a superlative of nothing."""
        if is_nothing(source):
            if isinstance(source.program, Follow) and self._attributes.linking[source.program.step.relation]:
                yield from self._superlative(source, scene)
        elif source.anchored and len(source.nodes) <= _FEW:
            yield from self._join(source, scene, bench)

    def merge(self, left: Derivation, right: Derivation, scene: Scene, bench: Bench) -> Iterator[Derivation]:
        """Those of a class that lead to nothing, and what a class and a name come to that nothing connects."""
        for named, other in ((left, right), (right, left)):
            if named.form is not Form.CLASS:
                continue
            cost = self._sets.distance(scene, named.used, other.used)
            if is_nothing(other) and isinstance(other.program, Follow):
                if bench.could_hold(other.program.step, named.nodes):
                    yield other.grown(other.program, EMPTY, -cost, named.used, named)
            elif _is_sure(other) and not bench.is_literal(other.nodes):
                yield from self._unconnected(named, other, cost, scene, bench)

    def _join(self, source: Derivation, scene: Scene, bench: Bench) -> Iterator[Derivation]:
        for spoken in scene.relations:
            if spoken.score < TOLD or spoken.used & source.used:
                continue
            for step in (Step(spoken.relation), Step(spoken.relation, inverse=True)):
                if bench.leads(source.nodes, step) or not bench.could_lead(source.nodes, step):
                    continue
                cost = self._weights.step + self._weights.inverse * step.inverse + NOTHING
                cost += self._sets.distance(scene, source.used, spoken.used)
                yield source.grown(Follow(source.program, step), EMPTY, spoken.score - cost, source.used | spoken.used)

    def _unconnected(
        self, named: Derivation, other: Derivation, cost: float, scene: Scene, bench: Bench
    ) -> Iterator[Derivation]:
        """An unsaid step from a name to things of a class, where others have it: "the rivers in Alaska"."""
        if self._sets.silent(named.nodes, other.nodes, scene, bench, named.used | other.used):
            return
        for inverse, relations in enumerate(bench.around(named.nodes)):
            for relation in sorted(relations):
                step = Step(relation, inverse=not inverse)
                if self._attributes.linking[relation] and bench.could_lead(other.nodes, step):
                    gain = self._weights.unsaid - NOTHING - cost
                    yield other.grown(Follow(other.program, step), EMPTY, gain, named.used, named)

    def _superlative(self, source: Derivation, scene: Scene) -> Iterator[Derivation]:
        """The largest of nothing is nothing."""
        for item in scene.superlatives:
            if not item.used & source.used:
                gain = self._weights.operator + float(item.usual.max(initial=0.0)) - self._weights.step
                grown = source.grown(source.program, EMPTY, gain, source.used | item.used)
                yield replace(grown, ended=True)


def _is_sure(other: Derivation) -> bool:
    """Whether a reading surely is one thing: a name well linked, or what a superlative picks."""
    if len(other.nodes) != 1:
        return False
    return other.ended or (other.form is Form.ENTITY and strength(other.links[0]) >= _SURE)


def is_nothing(derivation: Derivation) -> bool:
    """Whether a reading has come to nothing."""
    return not len(derivation.nodes)
