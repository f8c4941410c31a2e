"""Things by what happened to them within a time: "customers who ordered something in May", "dogs that stayed in 2024".

The time is not theirs but that of an order, a stay or a visit, which the question tells by its verb alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kgqa.program.algebra import Follow, Intersect, Program, Step
from kgqa.retrieval.attributes import Attributes
from kgqa.retrieval.derivation import Bench, Derivation, Form, within
from kgqa.retrieval.measures import MeasureRules
from kgqa.retrieval.rules import RuleWeights
from kgqa.retrieval.scene import Scene

_UNTOLD = 0.1
"""How well a verb that names no relation speaks of one, and what its nearness adds to that."""
_NEARNESS = 0.7
_RELATIONS = 4


class EventRules:
    """Narrows a class by the times of what has its things for a part."""

    def __init__(self, attributes: Attributes, measures: MeasureRules, weights: RuleWeights) -> None:
        self._attributes = attributes
        self._measures = measures
        self._weights = weights

    def extend(self, source: Derivation, scene: Scene, bench: Bench, classes: list[Derivation]) -> Iterator[Derivation]:
        """Those of a class of which there is something within a time."""
        if source.form is not Form.CLASS or not any(b.limit.timed and not b.used & source.used for b in scene.bounds):
            return
        for events, back in self._events(source, scene, bench):
            for held in self._measures.limit(events, scene, bench, classes):
                if not bench.admits(held.used, held.score):
                    continue
                program: Program = Follow(held.program, back)
                nodes = bench.nodes(program)
                own = within(nodes, source.nodes)
                if len(own) < len(nodes):
                    program = Intersect(source.program, program)
                if len(own):
                    yield replace(held, program=program, nodes=own, ended=False)

    def _events(self, source: Derivation, scene: Scene, bench: Bench) -> Iterator[tuple[Derivation, Step]]:
        """What leads to things of a class and has a time, and the step there, the best said first."""
        found: list[tuple[float, int, int]] = []
        for relation in bench.around(source.nodes)[1]:
            if self._attributes.linking[relation]:
                spoken = [s for s in scene.relations if s.relation == relation and not s.used & source.used]
                best = max(spoken, key=lambda s: s.score, default=None)
                near = _UNTOLD + _NEARNESS * float(scene.loudest[relation])
                said = best is not None and best.score >= near
                found.append((best.score, relation, best.used) if best is not None and said else (near, relation, 0))
        for score, relation, used in sorted(found, key=lambda f: (-f[0], f[1]))[:_RELATIONS]:
            program = Follow(source.program, Step(relation, inverse=True))
            nodes = bench.nodes(program)
            if any(self._attributes.timed[r] for r in bench.around(nodes)[0]):
                gain = score - self._weights.step - self._weights.inverse
                yield source.grown(program, nodes, gain, source.used | used), Step(relation)
