"""How readings of two stretches of a question make one of both: joins, constraints, set operations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np

from kgqa.program.algebra import (
    Comparison,
    Difference,
    Entities,
    Follow,
    Instances,
    Intersect,
    Nth,
    OfType,
    Program,
    Step,
    Top,
    Union,
    Where,
)
from kgqa.retrieval.attributes import Attributes
from kgqa.retrieval.clauses import is_noun_of, leaves_clause
from kgqa.retrieval.cues import calling
from kgqa.retrieval.derivation import Bench, Derivation, Form, within
from kgqa.retrieval.question import Asked
from kgqa.retrieval.scene import Scene, words_of
from kgqa.types import NodeIds


@dataclass(frozen=True, kw_only=True)
class RuleWeights:
    """What rules cost and gain; chosen on train parts and dev halves.

    step, inverse : as in `AlignmentWeights`. unsaid : a step that no phrase speaks of; said : what the best match
    anywhere in the question adds to it. gap : each meaningful word that is jumped over. operator : an operator that
    the question asks for. late : narrowing what a superlative or a limit has already been applied to.
    idle : a condition that changes nothing. parallel : two sides reached by the same step.
    crossed : two stretches that interlock. back : back along the same relation. vague : a condition that only asks
    for any neighbour of a class. loose : two names taken together by "and" alone. adrift : a step from all of a class.
    kin : an unsaid step between things of one kind. narrow : an unsaid step that
    reaches fewer than another. unlike : either of two sets of different kinds.
    namesake : the share of its match that a step gains by the name of a class alone.
    turned : leaving out what a negation right before a yes-or-no attribute turns: "have no lift".
    torn : leaving out what names on both sides of "not" come to: "countries in Europe that are not in NATO".
    outside : taking a superlative without its noun or that noun's clause: "the largest state that borders Texas".
    """

    step: float = 0.4
    inverse: float = 0.1
    unsaid: float = -0.2
    said: float = 0.25
    gap: float = 0.08
    operator: float = 0.25
    late: float = 0.2
    turned: float = 0.3
    idle: float = 0.1
    parallel: float = 0.15
    crossed: float = 0.2
    back: float = 0.6
    vague: float = 0.2
    loose: float = 0.25
    adrift: float = 0.2
    kin: float = 0.25
    narrow: float = 0.15
    unlike: float = 0.4
    namesake: float = 0.8
    torn: float = 0.6
    outside: float = 0.6


_SILENT = 4
"""How many unsaid steps are tried between two sets."""
_NAMESAKE = 0.75
"""The least match of a class's name that speaks of a relation too."""
NOTHING = 0.1
"""What it costs that a reading finds nothing."""
TOLD = 0.6
"""The match from which on a step is said by words of its own, and need not be guessed."""


class SetRules:
    """Rules over sets; each yields what can be made, and nothing that is empty."""

    def __init__(self, attributes: Attributes, weights: RuleWeights) -> None:
        self.attributes = attributes
        self._weights = weights

    # -- one set and some words ---------------------------------------------------------------

    def join(self, source: Derivation, scene: Scene, bench: Bench) -> Iterator[Derivation]:
        """A step that some words speak of."""
        literal = bench.is_literal(source.nodes)
        for spoken in scene.relations:
            if spoken.used & source.used:
                continue
            for inverse in (False, True):
                step = Step(spoken.relation, inverse)
                if (literal and not inverse) or not bench.leads(source.nodes, step):
                    continue
                cost = self._step_cost(source, step) + self.distance(scene, source.used, spoken.used)
                cost += 0.0 if source.anchored else self._weights.adrift
                cost += self._weights.outside * leaves_clause(scene, source.used, spoken.used)
                used = source.used | spoken.used
                if not bench.admits(used, source.score + spoken.score - cost):
                    continue
                nodes = bench.nodes(program := Follow(source.program, step))
                if len(nodes) and not _comes_back(source.program, nodes, bench):
                    together = scene.boths or (scene.view.sharing and scene.view.asked is Asked.YES_NO)
                    apart = self._weights.loose if source.paired and together else 0.0
                    yield source.grown(program, nodes, spoken.score - cost - apart, used)
                if source.paired and len(nodes):
                    tested = scene.view.asked is Asked.YES_NO or bool(scene.boths)
                    yield from self._shared(source, step, spoken.score - cost, used, bench, tested=tested)

    def _shared(
        self, source: Derivation, step: Step, gain: float, used: int, bench: Bench, *, tested: bool
    ) -> Iterator[Derivation]:
        """What the same step leads to from each of several things: "countries that border France and Spain".

        tested : whether nothing is an answer too: the question asks if there is any, or for what both have.
        """
        nodes = bench.nodes(program := _of_each(source.nodes, step))
        if len(nodes) or tested:
            yield source.grown(program, nodes, gain + self._weights.loose + self._weights.parallel, used)

    def flag(self, source: Derivation, scene: Scene, bench: Bench) -> Iterator[Derivation]:
        """Only those of which a yes-or-no attribute holds: "landlocked countries"."""
        if source.form is Form.ENTITY or bench.is_literal(source.nodes):
            return
        for spoken in scene.flags:
            step = Step(spoken.relation)
            if spoken.used & source.used or not bench.leads(source.nodes, step):
                continue
            value = self.attributes.says(spoken.relation, holds=spoken.holds)
            nodes = bench.nodes(program := Where(source.program, step, Comparison.EQUAL, value))
            if len(nodes):
                gain = spoken.score - self._weights.step + self._weights.operator
                gain -= self.distance(scene, source.used, spoken.used)
                yield replace(source.grown(program, nodes, gain, source.used | spoken.used), anchored=True)

    # -- two sets -----------------------------------------------------------------------------

    def merge(self, left: Derivation, right: Derivation, scene: Scene, bench: Bench) -> Iterator[Derivation]:
        """All that two sets can be made to: one narrowed by the other, their common part, their union."""
        used = left.used | right.used
        cost = self.distance(scene, left.used, right.used)
        for one, two in ((left, right), (right, left)):
            yield from self._narrow(one, two, scene, used, cost, bench)
        if left.form is Form.SET and right.form is Form.SET:
            yield from self._intersect(left, right, used, cost, bench)
        yield from self._unite(left, right, scene, bench)
        yield from self._except(left, right, scene, bench)

    def _narrow(
        self, source: Derivation, other: Derivation, scene: Scene, used: int, cost: float, bench: Bench
    ) -> Iterator[Derivation]:
        """One set narrowed by another."""
        if source.form is Form.CLASS and other.form is Form.SET:
            yield from self._classify(other, source, used, cost, bench)
        if source.form is Form.CLASS and other.form is Form.ENTITY:
            yield from self._titled(other, source, scene, used)
            yield from self._called(other, source, scene)
        if source.form is not Form.ENTITY and not bench.is_literal(source.nodes):
            yield from self._constrain(source, other, scene, used, cost, bench)
        elif source.form is other.form is Form.ENTITY and source.last == other.first:
            yield from self._apposed(source, other, scene, used, bench)

    def _classify(
        self, source: Derivation, named: Derivation, used: int, cost: float, bench: Bench
    ) -> Iterator[Derivation]:
        if bench.is_literal(source.nodes):
            return
        inside = within(source.nodes, named.nodes)
        if not len(inside):
            return
        program: Program = source.program
        late = 0.0
        if len(inside) < len(source.nodes):
            inside = bench.nodes(program := of_class(source.program, named))
            late = self._weights.late if source.ended else 0.0
        if len(inside):
            grown = source.grown(program, inside, -cost - late, used, named)
            yield replace(grown, ended=source.ended)

    def _titled(self, named: Derivation, title: Derivation, scene: Scene, used: int) -> Iterator[Derivation]:
        """A name beside its class: "the Colorado river", "the city of New York"."""
        words = scene.view.words[title.last : named.first]
        beside = named.last == title.first or title.last == named.first or [w.text for w in words] == ["of"]
        if beside and len(within(named.nodes, title.nodes)) == len(named.nodes):
            yield _formed(named.grown(named.program, named.nodes, self._weights.parallel, used, title), Form.ENTITY)

    def _called(self, named: Derivation, title: Derivation, scene: Scene) -> Iterator[Derivation]:
        """All things of a class that go by a name: "cities called Springfield", 叫张伟的员工."""
        words = calling(scene.view.text, title.links[0].mention, (mention := named.links[0].mention))
        if words is None:
            return
        own = [link.node for link in scene.links if link.mention == mention]
        nodes = within(np.unique(np.array(own, dtype=np.int32)), title.nodes)
        if len(nodes):
            used = named.used | title.used | words_of(scene.view, *words)
            grown = named.grown(Entities(tuple(nodes.tolist())), nodes, self._weights.operator, used, title)
            yield replace(grown, ended=True)

    def _constrain(
        self, source: Derivation, other: Derivation, scene: Scene, used: int, cost: float, bench: Bench
    ) -> Iterator[Derivation]:
        """Those of a set that an unsaid step leads to from another: "cities in Texas"."""
        if not self._may_constrain(other, bench):
            return
        weights = self._weights
        gain = weights.unsaid - cost - (weights.late if source.ended else 0.0)
        gain -= 0.0 if other.anchored else weights.vague
        gain -= weights.kin if bench.kin(source.nodes, other.nodes) else 0.0
        gain -= weights.outside * (source.form is Form.CLASS and is_noun_of(scene, source, other))
        if not bench.admits(used, source.score + other.score + gain):
            return
        steps = self.silent(source.nodes, other.nodes, scene, bench, used)
        if not steps and source.form is Form.CLASS and other.form is Form.ENTITY:
            yield from self._far(source, other, scene, used, gain, bench)
        met = list(self._met(source, other, steps, bench))
        most = max((len(nodes) for *_, nodes in met), default=0)
        if other.paired and scene.boths:
            yield from self._common(source, other, [(step, said) for step, said, *_ in met], gain, used, bench)
            gain -= weights.loose
        for step, said, program, nodes in met:
            worth = weights.said * said - weights.narrow * (len(nodes) < most)
            worth += self._namesake(source, step, scene)
            idle = weights.idle if len(nodes) == len(source.nodes) else 0.0
            yield source.grown(program, nodes, gain + worth - idle, used, other)

    def _common(
        self,
        source: Derivation,
        other: Derivation,
        steps: list[tuple[Step, float]],
        gain: float,
        used: int,
        bench: Bench,
    ) -> Iterator[Derivation]:
        """Those of a set that an unsaid step leads to from each of several things: "what lake do X and Y share"."""
        for step, said in steps:
            nodes = bench.nodes(condition := _of_each(other.nodes, step))
            if len(inside := within(nodes, source.nodes)):
                program = _narrowed(source, condition, inside, nodes)
                worth = gain + self._weights.said * said + self._weights.loose + self._weights.parallel
                yield source.grown(program, bench.nodes(program), worth, used, other)

    @staticmethod
    def _may_constrain(other: Derivation, bench: Bench) -> bool:
        """Whether a set can be a condition: a name, what is anchored to one, or a class ("states with rivers")."""
        literal = other.form is not Form.ENTITY and bench.is_literal(other.nodes)
        return not literal and (other.anchored or other.form is Form.CLASS)

    def _met(
        self, source: Derivation, other: Derivation, steps: list[tuple[Step, float]], bench: Bench
    ) -> Iterator[tuple[Step, float, Program, NodeIds]]:
        """The unsaid steps by which one set narrows another, with what is left of it."""
        for step, said in steps:
            if said >= TOLD or goes_back(other.program, step):
                continue
            reached = bench.nodes(condition := Follow(other.program, step))
            few, many = (source.nodes, reached) if len(source.nodes) < len(reached) else (reached, source.nodes)
            inside = within(few, many)
            if _leads_back(other.program, inside, bench):
                continue
            program = _narrowed(source, condition, inside, reached)
            nodes = bench.nodes(program) if len(inside) else inside
            if len(nodes):
                yield step, said, program, nodes

    def _namesake(self, source: Derivation, step: Step, scene: Scene) -> float:
        """What a step gains that the name of a class alone speaks of: "which CURRENCY is used in ..."."""
        if source.form is not Form.CLASS:
            return 0.0
        match = scene.said_within(step.relation, source.used)
        return self._weights.namesake * (match - self._weights.step) if match >= _NAMESAKE else 0.0

    def _apposed(
        self, named: Derivation, place: Derivation, scene: Scene, used: int, bench: Bench
    ) -> Iterator[Derivation]:
        """A name told apart by the next: "Portland, Maine"."""
        for step, _ in self.silent(named.nodes, place.nodes, scene, bench, used):
            if len(within(named.nodes, bench.nodes(Follow(place.program, step)))) == len(named.nodes):
                grown = named.grown(named.program, named.nodes, self._weights.unsaid / 2, used, place)
                yield _formed(grown, Form.ENTITY)
                return

    def _far(
        self, source: Derivation, other: Derivation, scene: Scene, used: int, gain: float, bench: Bench
    ) -> Iterator[Derivation]:
        """Those of a class that two unsaid steps lead to from a name: "rivers in the USA" by way of its states."""
        forward, backward = bench.around(other.nodes)
        firsts = [Step(r, i) for i, side in ((True, backward), (False, forward)) for r in side]
        for first in sorted(firsts, key=lambda s: (-scene.loudest[s.relation], s.relation))[:_SILENT]:
            if not self.attributes.linking[first.relation]:
                continue
            middle = bench.nodes(between := Follow(other.program, first))
            if bench.is_literal(middle):
                continue
            for second, said in self.silent(source.nodes, middle, scene, bench, used)[:1]:
                reached = bench.nodes(condition := Follow(between, second))
                program: Program = condition
                if len(within(reached, source.nodes)) < len(reached):
                    program = of_class(condition, source)
                inside = bench.nodes(program)
                if len(inside):
                    worth = gain + self._weights.unsaid - self._weights.back + self._weights.said * said
                    yield source.grown(program, inside, worth, used, other)

    def silent(
        self, nodes: NodeIds, others: NodeIds, scene: Scene, bench: Bench, used: int
    ) -> list[tuple[Step, float]]:
        """The steps that may lead from `others` into `nodes`, the best said first, with what is said of them."""
        into, out_of = bench.around(nodes), bench.around(others)
        steps = []
        for inverse in (False, True):
            shared = out_of[int(inverse)] & into[1 - int(inverse)]
            steps += [Step(r, inverse) for r in shared if self.attributes.linking[r] or bench.is_literal(others)]
        ranked = sorted(steps, key=lambda s: (-scene.loudest[s.relation], s.relation, s.inverse))
        return [(step, scene.said(step.relation, used)) for step in ranked[:_SILENT]]

    def _intersect(
        self, left: Derivation, right: Derivation, used: int, cost: float, bench: Bench
    ) -> Iterator[Derivation]:
        if bench.is_literal(left.nodes) or bench.is_literal(right.nodes) or not (left.anchored and right.anchored):
            return
        few, many = (left, right) if len(left.nodes) < len(right.nodes) else (right, left)
        if not len(within(few.nodes, many.nodes)):
            return
        first, second = (right, left) if right.first < left.first else (left, right)
        nodes = bench.nodes(program := Intersect(first.program, second.program))
        weights = self._weights
        gain = -cost - (weights.late if left.ended or right.ended else 0.0)
        gain -= weights.idle if len(nodes) == len(few.nodes) else 0.0
        if len(nodes):
            yield left.grown(program, nodes, gain, used, right)

    def _unite(self, left: Derivation, right: Derivation, scene: Scene, bench: Bench) -> Iterator[Derivation]:
        first, second = (right, left) if right.first < left.first else (left, right)
        loose = 0.0 if scene.view.choice else self._weights.loose
        for marks, cost in ((scene.unions, 0.0), (scene.pairs, loose)):
            for mark in marks:
                if not first.last <= mark.used.bit_length() - 1 < second.first or mark.used & (left.used | right.used):
                    continue
                both = first.form is second.form is Form.ENTITY
                alike = both or (first.form is second.form is Form.SET and marks is scene.unions)
                if not alike:
                    continue
                joined = np.union1d(first.nodes, second.nodes)
                program: Program = Entities(tuple(joined.tolist())) if both else Union(first.program, second.program)
                nodes = bench.nodes(program)
                gain = (0.0 if cost else self._weights.operator) - cost
                gain -= self.distance(scene, first.used | mark.used, second.used)
                gain += self._parallel(first.program, second.program)
                gain -= 0.0 if both or bench.kin(first.nodes, second.nodes) else self._weights.unlike
                if len(nodes):
                    grown = first.grown(program, nodes, gain, first.used | second.used | mark.used, second)
                    paired = both and marks is scene.pairs
                    yield replace(grown, form=Form.ENTITY if both else Form.SET, paired=paired)

    def _except(self, left: Derivation, right: Derivation, scene: Scene, bench: Bench) -> Iterator[Derivation]:
        """What is in one set and not in the one that a negation stands before."""
        for source, other in ((left, right), (right, left)):
            if source.form is Form.ENTITY or bench.is_literal(source.nodes):
                continue
            for mark in scene.negations:
                if mark.used & (left.used | right.used) or mark.used > other.used:
                    continue
                used = left.used | right.used | mark.used
                cost = self._weights.gap * (
                    4 * scene.gap(mark.used, other.used & -other.used)
                    + scene.gap(left.used, right.used | mark.used) / 2
                )
                cost += self._weights.torn if _is_torn(other, mark.used, scene) else 0.0
                cost += self._weights.turned * any(mark.used & flag.used for flag in scene.flags)
                for program, nodes, gain in self._excepted(source, other, scene, bench):
                    idle = self._weights.idle * 2 if len(nodes) == len(source.nodes) else 0.0
                    if len(nodes):
                        yield source.grown(program, nodes, gain + self._weights.operator - cost - idle, used, other)

    def _excepted(
        self, source: Derivation, other: Derivation, scene: Scene, bench: Bench
    ) -> Iterator[tuple[Program, NodeIds, float]]:
        program: Program
        if len(within(other.nodes, source.nodes)):
            nodes = bench.nodes(program := Difference(source.program, other.program))
            yield program, nodes, self._parallel(source.program, other.program)
        if not bench.is_literal(other.nodes):
            for step, said in self.silent(source.nodes, other.nodes, scene, bench, source.used | other.used):
                nodes = bench.nodes(program := Difference(source.program, Follow(other.program, step)))
                parallel = self._parallel(source.program, Follow(other.program, step))
                yield program, nodes, self._weights.unsaid + self._weights.said * said + parallel

    # -- costs --------------------------------------------------------------------------------

    def _step_cost(self, source: Derivation, step: Step) -> float:
        weights = self._weights
        back = goes_back(source.program, step)
        return weights.step + weights.inverse * step.inverse + weights.back * back

    def distance(self, scene: Scene, used: int, other: int) -> float:
        """What it costs that two stretches of words stand apart."""
        crossed = _hull(used) & other and _hull(other) & used
        return self._weights.gap * scene.gap(used, other) + (self._weights.crossed if crossed else 0.0)

    def _parallel(self, one: Program, two: Program) -> float:
        alike = isinstance(one, Follow) and isinstance(two, Follow) and one.step == two.step
        if isinstance(one, Follow) and isinstance(one.source, Instances):
            return 0.0  # "which states don't border Texas" is of all states
        return self._weights.parallel if alike else 0.0


def _narrowed(source: Derivation, condition: Program, inside: NodeIds, reached: NodeIds) -> Program:
    """A set narrowed by a condition; a class that holds all that the condition reaches goes without saying."""
    if source.form is not Form.CLASS:
        return Intersect(source.program, condition)
    return of_class(condition, source) if len(inside) < len(reached) else condition


def _of_each(nodes: NodeIds, step: Step) -> Program:
    """What a step leads to from each of some things."""
    programs: list[Program] = [Follow(Entities((node,)), step) for node in nodes.tolist()]
    return reduce(Intersect, programs)


def of_class(program: Program, named: Derivation) -> Program:
    """Those of a set that are of a class, or of one of several classes."""
    if isinstance(named.program, Instances):
        return OfType(program, named.program.node_class)
    return Intersect(program, named.program)


def _comes_back(program: Program, nodes: NodeIds, bench: Bench) -> bool:
    """Whether a step leads from a set to the one that it was reached from: the country of the capital of France."""
    while isinstance(program, OfType):
        program = program.source
    return isinstance(program, Follow) and np.array_equal(bench.nodes(program.source), nodes)


def goes_back(program: Program, step: Step) -> bool:
    """Whether a step goes back along one that led to a set, or to both of which it is the common part.

    So it does to what has the most of its set: a state whose highest point is the highest of all highest points.
    """
    while isinstance(program, OfType) or (step.inverse and isinstance(program, Top | Nth)):
        program = program.source
    if isinstance(program, Intersect):
        return goes_back(program.left, step) and goes_back(program.right, step)
    last = program.step if isinstance(program, Follow) else None
    return last is not None and last.relation == step.relation and last.inverse is not step.inverse


def _leads_back(program: Program, nodes: NodeIds, bench: Bench) -> bool:
    """Whether nodes are all among those that a set was reached from."""
    while isinstance(program, OfType):
        program = program.source
    if not isinstance(program, Follow) or not len(nodes):
        return False
    return len(within(nodes, bench.nodes(program.source))) == len(nodes)


def _is_torn(other: Derivation, mark: int, scene: Scene) -> bool:
    """Whether what is left out rests on names before the negation and on names behind it."""
    named, before = 0, (mark & -mark) - 1
    for link in other.links:
        named |= words_of(scene.view, link.mention.start, link.mention.end)
    return bool(named & before and named & ~(before | mark))


def _hull(used: int) -> int:
    """All words from the first to the last of a bit set."""
    return ((1 << used.bit_length()) - 1) & -(used & -used)


def _formed(derivation: Derivation, form: Form) -> Derivation:
    return replace(derivation, form=form)
