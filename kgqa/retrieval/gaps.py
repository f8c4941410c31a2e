"""How much one thing has over another: "how much longer is the Nile than the Rhine", "the difference in area"."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kgqa.graph import KnowledgeGraph
from kgqa.program.algebra import Gap, Order, Step
from kgqa.program.compare import SUBTRACTED, best_values, measure_of
from kgqa.retrieval.contract import Candidate
from kgqa.retrieval.derivation import Bench, Derivation, pairs_of_things
from kgqa.retrieval.measurables import Measured
from kgqa.retrieval.measures import MeasureRules
from kgqa.retrieval.relations import Scores
from kgqa.retrieval.rules import RuleWeights
from kgqa.retrieval.scene import Marked, Scene


class GapRules:
    """Subtracts what one thing has of an attribute from what another has."""

    def __init__(self, graph: KnowledgeGraph, measures: MeasureRules, weights: RuleWeights) -> None:
        self._graph = graph
        self._measures = measures
        self._weights = weights

    def candidates(self, derivations: list[Derivation], scene: Scene, bench: Bench) -> Iterator[Candidate]:
        """The gaps that a question may ask for: those that a comparative sets a side of, then those that none does."""
        for mark in scene.gaps:
            for left, right in pairs_of_things(derivations, mark.used, bench):
                yield from self._between(left, right, mark, scene, bench)

    def _between(
        self, left: Derivation, right: Derivation, mark: Marked, scene: Scene, bench: Bench
    ) -> Iterator[Candidate]:
        compared = [s for s in scene.superlatives if s.extreme.comparative and not s.used & (left.used | right.used)]
        for item in compared:
            used = mark.used | item.used
            for measured in self._measured(left, right, used, item.usual, scene, bench):
                sides = (left, right) if item.extreme.order is Order.LARGEST else (right, left)
                yield self._candidate(sides, measured, used)
        nothing = np.zeros(self._graph.n_relations, dtype=np.float32)
        for measured in () if compared else self._measured(left, right, mark.used, nothing, scene, bench):
            yield self._candidate(self._larger_first(left, right, measured.step), measured, mark.used)

    def _measured(
        self, left: Derivation, right: Derivation, used: int, usual: Scores, scene: Scene, bench: Bench
    ) -> Iterator[Measured]:
        """The attributes in numbers that both have, or could have."""
        found: dict[Step, Measured] = {}
        for one, other in ((left, right), (right, left)):
            for measured in self._measures.measurables.attributes(one, used, usual, scene, bench):
                step = measured.step
                both = bench.leads(other.nodes, step) or bench.could_lead(other.nodes, step)
                numbers = both and measure_of(self._graph, step).value_class in SUBTRACTED
                if numbers and step not in found and not measured.used & (left.used | right.used):
                    found[step] = measured
                    yield measured

    def _larger_first(self, left: Derivation, right: Derivation, step: Step) -> tuple[Derivation, Derivation]:
        """A difference between two has no sign."""
        most = (
            best_values(self._graph, side.nodes, step, Order.LARGEST)[1].max(initial=-np.inf) for side in (left, right)
        )
        return (left, right) if next(most) >= next(most) else (right, left)

    def _candidate(self, sides: tuple[Derivation, Derivation], measured: Measured, used: int) -> Candidate:
        left, right = sides
        gained = self._weights.operator + measured.score - self._weights.step
        return Candidate(
            Gap(left.program, right.program, measured.step),
            (*left.links, *right.links),
            left.score + right.score + gained,
            used=left.used | right.used | used | measured.used,
            nodes=left.nodes,
            truncated=left.cut or right.cut,
        )
