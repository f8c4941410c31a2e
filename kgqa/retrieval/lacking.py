"""Facts that a thing lacks, though things like it have them: the atomic number of oxygen, where nobody noted it.

Left alone, a question for it is read as the next best thing that is known: the atomic weight of oxygen, or the atomic
numbers of its neighbours. Those readings pay for what they put in its place, and beside them stands the one that finds
nothing. So does a comparison of things by what one of them lacks. Classes tell what things are alike; guessed from the
relations that they share it costs more right answers than it saves (`docs/reader.md`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from kgqa.graph import KnowledgeGraph
from kgqa.graph.graph import EMPTY
from kgqa.program.algebra import (
    Compare,
    Difference,
    Entities,
    Follow,
    Gap,
    Nth,
    OfType,
    Program,
    Same,
    Step,
    Top,
    listed,
)
from kgqa.retrieval.contract import Candidate, strength
from kgqa.retrieval.derivation import within
from kgqa.retrieval.rules import NOTHING, TOLD
from kgqa.retrieval.scene import Scene, Spoken, words_of
from kgqa.types import Link

LACKED = 0.5
"""What it costs to answer by other facts than the one asked for, besides how much worse words say them."""
_SURE = 0.6
"""How sure a name must be for what its thing lacks to count."""
_CLEAR = 0.75
"""The match from which on words surely ask for a relation."""
_WORSE = 0.1
"""How much worse the relations of another reading are said by those words."""
_SAMPLE = 40
"""About how many facts of a relation are looked at."""
_SAME = 0.5
"""The share of a relation's facts that another repeats, if it says the same."""


@dataclass(frozen=True, slots=True)
class _Lost:
    """What words ask of a thing that lacks it."""

    link: Link
    step: Step
    said: Spoken


class LackedFacts:
    """Finds what the things of one graph lack."""

    def __init__(self, graph: KnowledgeGraph) -> None:
        self._graph = graph
        self._known: dict[tuple[bytes, Step], bool] = {}
        self._repeated: dict[tuple[int, int], bool] = {}

    def charged(self, scene: Scene, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The candidates, those charged that answer by other facts, and the readings that find nothing instead."""
        spoken = tuple(_spoken(scene))
        lost = [one for link in _sure(scene, candidates) for one in self._lost(scene, link, spoken, candidates)]
        found: list[Candidate] = []
        nothing: dict[Program, Candidate] = {}
        for candidate in candidates:
            costs = [(_cost(candidate, one, scene, spoken), one) for one in lost]
            costs += [(0.0, one) for one in self._uncompared(candidate)]
            cost, one = max(((c, o) for c, o in costs if c is not None), key=lambda pair: pair[0], default=(0.0, None))
            if one is None or not _finds(candidate):
                found.append(candidate)
                continue
            found.append(replace(candidate, alignment=candidate.alignment - cost - LACKED))
            if _says_more(candidate, one, scene, spoken):
                continue
            empty = _empty(candidate, one, spoken)
            known = nothing.get(empty.program)
            if known is None or known.alignment < empty.alignment:
                nothing[empty.program] = empty
        return [*found, *nothing.values()]

    def _lost(
        self, scene: Scene, link: Link, spoken: Sequence[Spoken], candidates: Sequence[Candidate]
    ) -> Iterator[_Lost]:
        """What is clearly asked of a thing, or of no other thing of its name, that has none of it either way."""
        masked = words_of(scene.view, link.mention.start, link.mention.end)
        others = [c for c in candidates if _finds(c) and _rests_on_namesake(c, link)]
        clear = {s.relation: s for s in sorted(spoken, key=lambda s: s.score) if s.score >= _CLEAR}
        own = {step.relation for step in self._steps(link.node)} if clear else set()
        for relation, said in clear.items():
            if said.used & masked or relation in own or any(self.repeats(known, relation) for known in own):
                continue
            steps = (Step(relation, inverse=inverse) for inverse in (False, True))
            could = next((step for step in steps if self._could_lead(link.node, step)), None)
            if could is not None and not any(relation in _relations_of(c.program) for c in others):
                yield _Lost(link, could, said)

    def _uncompared(self, candidate: Candidate) -> Iterator[_Lost]:
        """The things by name that a candidate compares with others, by what they lack."""
        for part in candidate.program.walk():
            if isinstance(part, Compare | Gap):
                nodes = (*listed(part.left), *listed(part.right))
            elif isinstance(part, Top | Nth):
                nodes = listed(part.source)
            else:
                continue
            for node in nodes if len(nodes) > 1 else ():
                link = next((link for link in candidate.links if link.node == node), None)
                if link is not None and part.step not in self._steps(node) and self._could_lead(node, part.step):
                    yield _Lost(link, part.step, Spoken(candidate.used, part.step.relation, 1.0))

    def _steps(self, node: int) -> frozenset[Step]:
        one = np.array([node], dtype=np.int32)
        sides = (self._graph.relations_around(one, inverse=inverse).tolist() for inverse in (False, True))
        return frozenset(Step(r, inverse=bool(inverse)) for inverse, side in enumerate(sides) for r in side)

    def _could_lead(self, node: int, step: Step) -> bool:
        """Whether things of its classes have a step."""
        classes = self._graph.types(np.array([node], dtype=np.int32))
        key = classes.tobytes(), step
        if len(classes) and key not in self._known:
            owners = np.unique(self._graph.relation_pairs(step.relation)[int(step.inverse)])
            self._known[key] = len(within(self._graph.instances(classes), owners)) > 0
        return self._known.get(key, False)

    def repeats(self, relation: int, other: int) -> bool:
        """Whether a relation joins, either way round, most of what another does: parents and children."""
        key = relation, other
        if key not in self._repeated:
            subjects, objects = self._graph.relation_pairs(other)
            at = range(0, len(subjects), max(len(subjects) // _SAMPLE, 1))
            held = [self._joins(relation, int(subjects[i]), int(objects[i])) for i in at]
            self._repeated[key] = bool(held) and sum(held) >= _SAME * len(held)
        return self._repeated[key]

    def _joins(self, relation: int, one: int, two: int) -> bool:
        start = np.array([one], dtype=np.int32)
        return any(two in self._graph.follow(start, relation, inverse=inverse) for inverse in (False, True))


def _spoken(scene: Scene) -> Iterator[Spoken]:
    """What words speak of, those of superlatives included."""
    yield from scene.relations
    for item in scene.superlatives:
        yield from (Spoken(item.used, int(r), float(item.usual[r])) for r in np.flatnonzero(item.usual >= TOLD))


def _sure(scene: Scene, candidates: Sequence[Candidate]) -> dict[Link, None]:
    links = (link for candidate in candidates for link in candidate.links)
    return dict.fromkeys(link for link in links if strength(link) >= _SURE and link.node not in scene.classes)


def _finds(candidate: Candidate) -> bool:
    return candidate.nodes is None or len(candidate.nodes) > 0


def _rests_on_namesake(candidate: Candidate, link: Link) -> bool:
    return any(other.mention == link.mention and other.node != link.node for other in candidate.links)


def _says_more(candidate: Candidate, one: _Lost, scene: Scene, spoken: Sequence[Spoken]) -> bool:
    """Whether a candidate explains more than names, operators, and the words that ask for what is lost.

    Such words may have been learnt to speak of a step ("dad"), so that others are asked for it and not the thing.
    """
    told = [words_of(scene.view, link.mention.start, link.mention.end) for link in candidate.links]
    told += [s.used for s in spoken if s.relation == one.step.relation and s.score >= _CLEAR]
    left = candidate.used & scene.meaning
    for used in (*told, *scene.operators, scene.counting, one.said.used):
        left &= ~used
    return left != 0


def _relations_of(program: Program) -> set[int]:
    values = (getattr(part, f.name) for part in program.walk() for f in fields(part))
    return {value.relation for value in values if isinstance(value, Step)}


def _cost(candidate: Candidate, one: _Lost, scene: Scene, spoken: Sequence[Spoken]) -> float | None:
    """How much worse a candidate says the words that ask for what is lost; None where it does them justice."""
    program, relation = candidate.program, one.step.relation
    if one.link.node not in program.named():
        return None
    used = _relations_of(program)
    if relation in used:
        return 0.0 if _is_detour(program, one, spoken) and not _says_more(candidate, one, scene, spoken) else None
    said = max((s.score for s in spoken if s.relation in used and s.used & one.said.used), default=0.0)
    worse = one.said.score - said
    return worse if worse >= _WORSE else None


def _is_detour(program: Program, one: _Lost, spoken: Sequence[Spoken]) -> bool:
    """Whether a path comes to what a thing lacks by way of others, and no word speaks of the way."""
    for part in program.walk():
        values = [getattr(part, f.name) for f in fields(part)]
        if not any(isinstance(value, Step) and value.relation == one.step.relation for value in values):
            continue
        for source in (value for value in values if isinstance(value, Program)):
            way = _way(source, one.link.node)
            told = (s for s in spoken if s.relation in way and s.score >= TOLD and not s.used & one.said.used)
            if way and next(told, None) is None:
                return True
    return False


def _way(program: Program, node: int) -> list[int]:
    """The relations of a path from a thing; none of any other program."""
    way = []
    while isinstance(program, Difference | Follow | OfType | Same):
        way += [program.step.relation] if isinstance(program, Follow) else []
        program = program.left if isinstance(program, Difference) else program.source
    return way if isinstance(program, Entities) and node in program.nodes else []


def _empty(candidate: Candidate, one: _Lost, spoken: Sequence[Spoken]) -> Candidate:
    """The reading that asks a thing for what it lacks, and for nothing that the one says whose place it takes."""
    said, used = 0.0, _relations_of(candidate.program)
    if one.step.relation not in used:
        best = {s.relation: s.score for s in sorted(spoken, key=lambda s: s.score) if s.relation in used}
        said = one.said.score - sum(best.values())
    asked = Follow(Entities((one.link.node,)), one.step)
    alignment = candidate.alignment + said - NOTHING
    return replace(candidate, program=asked, links=(one.link,), alignment=alignment, nodes=EMPTY)
