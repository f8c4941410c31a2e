"""Yes-or-no attributes at the end of a path: what they ask for is a test or a condition, hardly the word "yes"."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from kgqa.graph import KnowledgeGraph
from kgqa.program import execute
from kgqa.program.algebra import Comparison, Exists, Follow, Program, Where
from kgqa.retrieval.attributes import Attributes
from kgqa.retrieval.contract import Candidate
from kgqa.retrieval.question import Asked
from kgqa.retrieval.scene import Scene


class FlagReadings:
    """Reads the yes-or-no attributes of one graph where a candidate ends in one."""

    def __init__(self, graph: KnowledgeGraph, attributes: Attributes) -> None:
        self._graph = graph
        self._attributes = attributes

    def read(self, candidates: Iterable[Candidate], scene: Scene) -> list[Candidate]:
        """The candidates; those that end in such an attribute test it, or narrow several things by it.

        "Has she done her first aid" is no question whether anything is known of it: "no" is a no. "Vegan food with soy"
        asks for the food, not for "yes".
        """
        found = []
        for candidate in candidates:
            test, program = isinstance(candidate.program, Exists), candidate.program
            program = program.source if isinstance(program, Exists) else program
            if isinstance(program, Follow) and self._is_flag(program):
                found.append(self._acted(candidate, program, scene, test=test))
            else:
                found.append(candidate)
        return found

    def _is_flag(self, program: Follow) -> bool:
        return not program.step.inverse and bool(self._attributes.flags[program.step.relation])

    def _acted(self, candidate: Candidate, ending: Follow, scene: Scene, *, test: bool) -> Candidate:
        # Only a negation of the attribute itself turns it: "vegan dishes without soy" are vegan.
        turned = next((f for f in scene.flags if f.relation == ending.step.relation and not f.holds), None)
        value = self._attributes.says(ending.step.relation, holds=test or turned is None)
        narrowed: Program = Where(ending.source, ending.step, Comparison.EQUAL, value)
        if test:
            return replace(candidate, program=Exists(narrowed))
        if scene.view.asked is Asked.YES_NO or len(execute(ending.source, self._graph).nodes) < 2:
            return candidate
        inside = execute(narrowed, self._graph).nodes
        used = candidate.used | (turned.used if turned else 0)
        return replace(candidate, program=narrowed, nodes=inside, used=used) if len(inside) else candidate
