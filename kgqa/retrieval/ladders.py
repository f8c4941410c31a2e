"""The same step twice between things of one kind: "two levels above Ann", "a redo of a redo", 隔一级."""

from __future__ import annotations

from collections.abc import Iterator

from kgqa.program.algebra import Follow, Program, Step
from kgqa.retrieval.attributes import Attributes
from kgqa.retrieval.contract import Candidate
from kgqa.retrieval.derivation import Bench, Derivation, Form
from kgqa.retrieval.rules import RuleWeights
from kgqa.retrieval.scene import Scene
from kgqa.types import NodeIds

_MOST = 6
"""How many steps are tried."""
_TAKEN = 0.2
"""What it gains that the question says so of just this."""


class LadderRules:
    """Takes a step between things of one kind again and again."""

    def __init__(self, attributes: Attributes, weights: RuleWeights, max_hops: int) -> None:
        self._max_hops = max_hops
        self._attributes = attributes
        self._weights = weights

    def candidates(self, derivations: list[Derivation], scene: Scene, bench: Bench) -> Iterator[Candidate]:
        """What the things that a question names come to by a step taken twice, or three times."""
        for mark in scene.ladders:
            for source in derivations:
                times = 3 if mark.cue.hints else 2
                thing = source.form is Form.ENTITY and len(source.nodes) == 1 and not source.used & mark.used
                if thing and times <= self._max_hops:
                    yield from self._climbed(source, mark.used, times, scene, bench)

    def _climbed(self, source: Derivation, used: int, times: int, scene: Scene, bench: Bench) -> Iterator[Candidate]:
        forward, backward = bench.around(source.nodes)
        steps = [Step(r, inverse) for inverse, side in ((False, forward), (True, backward)) for r in side]
        steps = [step for step in steps if self._attributes.linking[step.relation]]
        ranked = sorted(steps, key=lambda s: (-scene.loudest[s.relation], s.relation, s.inverse))
        for step in [step for step in ranked if self._is_of_one_kind(source, step, bench)][:_MOST]:
            program: Program = source.program
            for _ in range(times):
                program = Follow(program, step)
            nodes: NodeIds = bench.nodes(program)
            if len(nodes):
                said = self._weights.said * float(scene.loudest[step.relation])
                score = source.score + self._weights.operator + _TAKEN + said - self._weights.inverse * step.inverse
                yield Candidate(
                    program, source.links, score, used=source.used | used, nodes=nodes, truncated=source.cut
                )

    @staticmethod
    def _is_of_one_kind(source: Derivation, step: Step, bench: Bench) -> bool:
        return bench.kin(source.nodes, bench.nodes(Follow(source.program, step)))
