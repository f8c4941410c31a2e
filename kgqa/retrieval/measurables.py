"""What an operator may measure or count of a set, as a question's words name it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from kgqa.graph import KnowledgeGraph
from kgqa.program.algebra import Follow, Step
from kgqa.retrieval.attributes import Attributes
from kgqa.retrieval.derivation import Bench, Derivation, Form, within
from kgqa.retrieval.relations import Scores
from kgqa.retrieval.rules import TOLD, RuleWeights, SetRules
from kgqa.retrieval.scene import Scene, Spoken

_ATTRIBUTES = 4
_HOLDERS = 6
_LEAST = 0.2
_NEAR = 0.12
"""What each word between an operator and the attribute that it is about costs."""
CLEAR = 0.6
"""The match from which on words surely name an attribute."""
_PART = 0.35
"""What an attribute costs whose words begin the longer name of another."""
_GUESSED = 0.2
"""The score of an unsaid step whose neighbours are counted."""
UNNAMED = 0.5
"""What another attribute than the one named beside a superlative costs."""
_SECOND = 0.3
"""What an attribute costs that a word means only where another is lacking."""
_WIDELY = 0.5
"""The share of things that an attribute must be known of, beside another, to be what a word means of them."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A step to measure by, how well it is said, and the words that say it, a bit set."""

    step: Step
    score: float
    used: int = 0


@dataclass(frozen=True, slots=True)
class Counted:
    """A step whose neighbours are counted, those of a class alone if `members` is one."""

    step: Step
    score: float
    used: int
    members: Derivation | None = None


class Measurables:
    """Finds the attributes and the neighbours by which the nodes of a set can be told apart."""

    def __init__(self, graph: KnowledgeGraph, attributes: Attributes, sets: SetRules, weights: RuleWeights) -> None:
        self._graph = graph
        self._attributes = attributes
        self._sets = sets
        self._weights = weights

    def attributes(
        self,
        source: Derivation,
        used: int,
        usual: Scores,
        scene: Scene,
        bench: Bench,
        *,
        fallback: bool = False,
        strict: bool = False,
    ) -> list[Measured]:
        """The attributes of a set that an operator may be about, the best first.

        strict : whether a named attribute must be one that the operator's words may mean, where there is such a one:
        "the most expensive product listed in 2004" is not the one listed last.
        """
        found: dict[tuple[Step, bool], Measured] = {}
        forward = [r for r in bench.around(source.nodes)[0] if self._attributes.measured[r]]
        usual = usual if fallback else self._leading(source, forward, usual)
        for spoken in scene.relations:
            if spoken.relation in forward and not spoken.used & (source.used | used):
                score = spoken.score - _NEAR * min(scene.gap(used, spoken.used), 3)
                score -= _PART * self._is_part(spoken, scene)
                score -= UNNAMED * (strict and max(usual[forward], default=0.0) >= CLEAR > 2 * usual[spoken.relation])
                _keep(found, Measured(Step(spoken.relation), score + 0.1, spoken.used))
        for relation in forward:
            score = float(usual[relation]) if len(usual) else 0.0
            said = 0.6 * float(scene.loudest[relation]) if fallback else 0.0
            if max(score, said) >= _LEAST:
                _keep(found, Measured(Step(relation), max(score, said)))
        return sorted(found.values(), key=lambda m: (-m.score, m.step.relation))[:_ATTRIBUTES]

    def _leading(self, source: Derivation, forward: list[int], usual: Scores) -> Scores:
        """What a word usually means, less what it means only of things that lack the first: "large" is of area."""
        clear = [r for r in forward if len(usual) and usual[r] >= CLEAR]
        if len(clear) < 2:
            return usual
        known = {r: len(np.unique(self._graph.edges(source.nodes, r)[0])) for r in clear}
        most = max(known.values())
        first = next(r for r in sorted(clear, key=lambda r: -usual[r]) if _WIDELY * most <= known[r])
        return np.where(usual < usual[first], np.maximum(usual - _SECOND, 0.0), usual).astype(np.float32)

    def _is_part(self, spoken: Spoken, scene: Scene) -> bool:
        """Whether words begin a longer name of another attribute: "population" in "population density"."""
        return any(
            other.used & spoken.used == spoken.used != other.used
            and other.used & -other.used == spoken.used & -spoken.used
            and other.relation != spoken.relation
            and other.score >= CLEAR
            and self._attributes.measured[other.relation]
            for other in scene.relations
        )

    def counted(
        self, source: Derivation, used: int, scene: Scene, bench: Bench, classes: list[Derivation]
    ) -> list[Counted]:
        """What an operator may count of the nodes of a set, the best first."""
        found: list[Counted] = []
        named = [c for c in classes if not c.used & (source.used | used)]
        near = min(named, key=lambda c: (scene.gap(used, c.used), -c.score), default=None)
        for spoken in scene.relations:
            if spoken.used & (source.used | used) or self._attributes.measured[spoken.relation]:
                continue
            for inverse in (False, True):
                step = Step(spoken.relation, inverse)
                if bench.leads(source.nodes, step) and self._attributes.linking[spoken.relation]:
                    cost = self._weights.inverse * inverse + self._weights.gap * scene.gap(used, spoken.used)
                    found += self._of(source, step, spoken.score - cost, spoken.used, near)
        if near is not None:
            for step, said in self._sets.silent(near.nodes, source.nodes, scene, bench, source.used | near.used | used):
                if said < TOLD:
                    found += self._of(source, step, _GUESSED + self._weights.said * said, 0, near)
        return sorted(found, key=lambda c: -c.score)[:4]

    def unsaid(self, source: Derivation, used: int, scene: Scene, bench: Bench) -> list[Counted]:
        """What may be counted where the noun behind "most" names nothing that the graph has: "made the most drops"."""
        noun = scene.meaning & 1 << used.bit_length()
        if source.form is Form.ENTITY or len(source.nodes) < 2 or not noun or noun & source.used:
            return []
        found = []
        for inverse, relations in enumerate(bench.around(source.nodes)):
            for relation in relations:
                if self._attributes.linking[relation]:
                    score = _GUESSED / 2 + self._weights.said * float(scene.loudest[relation])
                    found.append(Counted(Step(relation, inverse=bool(inverse)), score, noun))
        return sorted(found, key=lambda c: (-c.score, c.step.relation))[:_HOLDERS]

    def held_by(self, members: Derivation, used: int, scene: Scene, bench: Bench) -> list[Counted]:
        """What leads from what nobody names to the members of a class, the best first."""
        found: list[Counted] = []
        for inverse, relations in enumerate(bench.around(members.nodes)):
            for relation in relations:
                if not self._attributes.linking[relation]:
                    continue
                back = Step(relation, inverse=not inverse)
                own = bench.nodes(Follow(members.program, Step(relation, inverse=bool(inverse))))
                reached = self._graph.follow(own, relation, inverse=back.inverse)
                apart = members if len(within(reached, members.nodes)) < len(reached) else None
                spoken = [s for s in scene.relations if s.relation == relation and not s.used & (members.used | used)]
                best = max(spoken, key=lambda s: s.score, default=None)
                score = max(_GUESSED, self._weights.said * float(scene.loudest[relation]))
                if best is not None and best.score > score:
                    found.append(Counted(back, best.score, best.used, apart))
                else:
                    found.append(Counted(back, score, 0, apart))
        return sorted(found, key=lambda c: (-c.score, c.step.relation))[:_HOLDERS]

    def _of(
        self, source: Derivation, step: Step, score: float, used: int, near: Derivation | None
    ) -> Iterator[Counted]:
        """The neighbours along a step; where a class is named, those of the class."""
        if near is None or near.used & used:
            yield Counted(step, score, used)
            return
        reached = self._graph.follow(source.nodes, step.relation, inverse=step.inverse)
        inside = within(reached, near.nodes)
        if not len(inside):
            return
        bonus = near.score
        yield Counted(step, score + bonus, used | near.used, near if len(inside) < len(reached) else None)


def _keep(found: dict[tuple[Step, bool], Measured], measured: Measured) -> None:
    key = (measured.step, measured.used > 0)
    if key not in found or found[key].score < measured.score:
        found[key] = measured
