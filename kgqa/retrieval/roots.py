"""What a whole question asks of a set: the set itself, how many, whether, an average, a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import permutations

from kgqa.graph import KnowledgeGraph
from kgqa.program.algebra import (
    Aggregate,
    Aggregation,
    Compare,
    Comparison,
    Contains,
    Count,
    Exists,
    Follow,
    GroupCount,
    Groups,
    Having,
    Instances,
    Nth,
    OfType,
    Order,
    Program,
    RelationBetween,
    Step,
    Top,
    TopByCount,
    TopRows,
    Where,
)
from kgqa.retrieval.attributes import Attributes
from kgqa.retrieval.contract import Candidate
from kgqa.retrieval.cues import asks_for_some, find_asked_attributes
from kgqa.retrieval.derivation import Bench, Derivation, Form, pairs_of_things, within
from kgqa.retrieval.gaps import GapRules
from kgqa.retrieval.grouping import GroupRules
from kgqa.retrieval.ladders import LadderRules
from kgqa.retrieval.measures import MeasureRules
from kgqa.retrieval.nothing import is_nothing
from kgqa.retrieval.own import OwnRules
from kgqa.retrieval.question import Asked
from kgqa.retrieval.rules import RuleWeights, SetRules
from kgqa.retrieval.scene import Scene, Superlative, words_of
from kgqa.types import MatchKind, NodeIds

_ROOTS = 80
_LOOKED_AT = 20
_CHOSEN = 0.5
"""What counting those that a superlative has picked costs."""
_RELATED = 0.3
"""What the words that ask how two things are related add."""
_BACKWARDS = 0.05
_NO_MEMBER = 0.4
"""What testing for a class costs that a thing is not of, where the question says more: "did she go to the training"."""
_ANY = 0.8
"""What asking for one thing costs where the question asks whether there is any."""
_EACH_OF_TIED = 0.15
"""What counting for each of several that share a first place gains over counting for all of them together."""
_OF_CLASS = 0.15
"""What it gains besides where a class says what is counted."""
_VALUE = 0.1
"""What the value of a superlative costs where no word asks for a number: "what does the dearest sell for"."""
_BELONGING = 0.1
"""What the unsaid step costs from a kind of things to those of that kind."""


class RootRules:
    """Turns the derivations of a question into candidates."""

    def __init__(
        self,
        graph: KnowledgeGraph,
        attributes: Attributes,
        rules: tuple[SetRules, MeasureRules],
        beside: tuple[OwnRules, LadderRules],
        weights: RuleWeights,
    ) -> None:
        sets, measures = rules
        self._own, self._ladders = beside
        self._graph = graph
        self._attributes = attributes
        self._measures = measures
        self._weights = weights
        self._gaps = GapRules(graph, measures, weights)
        self._groups = GroupRules(graph, attributes, (sets, measures), weights)

    def candidates(
        self,
        derivations: list[Derivation],
        scene: Scene,
        bench: Bench,
        domains: Iterable[Derivation] = (),
        near: Iterable[Derivation] = (),
    ) -> list[Candidate]:
        """All that the question may ask of its best derivations, and of all that has an attribute.

        near : what a single step from a name leads to, of which sums, first places and limits alone are asked.
        """
        found: list[Candidate] = []
        ranked = sorted(derivations, key=lambda d: -d.score - 0.15 * (d.used & scene.meaning).bit_count())
        for derivation in ranked[:_ROOTS]:
            if derivation.form is not Form.ENTITY:
                found.append(_candidate(derivation, derivation.program, derivation.nodes))
            else:
                found.extend(self._belonging(derivation, scene, bench))
            found.extend(self._best_values(derivation, scene, bench))
            found.extend(self._numbers(derivation, scene, bench))
            found.extend(self._tests(derivation, ranked, scene, bench))
            found.extend(self._own.tests(derivation, scene, bench))
        for domain in domains:
            numbers = self._numbers(domain, scene, bench)
            found.extend(c for c in numbers if isinstance(c.program, Aggregate) and _is_about(c.program, domain))
        classes = [d for d in derivations if d.form is Form.CLASS]
        for source in near:
            found.extend(c for c in self._numbers(source, scene, bench) if isinstance(c.program, Aggregate))
            for made in self._told_apart(source, scene, bench, classes):
                found.append(_candidate(made, made.program, made.nodes))
                found.extend(self._best_values(made, scene, bench))
                found.extend(c for c in self._numbers(made, scene, bench) if isinstance(c.program, Count))
        found.extend(self._choices(derivations, scene, bench))
        found.extend(self._gaps.candidates(derivations, scene, bench))
        found.extend(self._ladders.candidates(ranked, scene, bench))
        found.extend(self._own.gaps(ranked[:_ROOTS], scene, bench))
        found.extend(self._relations(derivations, scene))
        found.extend(self._groups.candidates(ranked, scene, bench))
        kept = (c for c in found if c.links or c.used & _operators(scene))
        return [replace(c, truncated=c.truncated or bench.is_cut(c.program)) for c in kept]

    def _told_apart(
        self, source: Derivation, scene: Scene, bench: Bench, classes: list[Derivation]
    ) -> Iterator[Derivation]:
        """Those of what a single step from a name leads to that an operator picks."""
        yield from self._measures.superlative(source, scene, bench, classes)
        yield from self._measures.limit(source, scene, bench, classes)
        yield from self._measures.none(source, scene, bench, classes)

    def _belonging(self, source: Derivation, scene: Scene, bench: Bench) -> Iterator[Candidate]:
        """What belongs to a thing that is named in the plural: "list all noble gases"."""
        if len(source.nodes) != 1 or source.links[0].match is not MatchKind.INFLECTED:
            return
        for relation in sorted(bench.around(source.nodes)[1]):
            if self._attributes.linking[relation] and not scene.meaning & ~source.used:
                program = Follow(source.program, Step(relation, inverse=True))
                yield _candidate(source, program, bench.nodes(program), -_BELONGING)

    def _best_values(self, source: Derivation, scene: Scene, bench: Bench) -> Iterator[Candidate]:
        """What the first of a superlative has of what it is first by: "how many were in our biggest booking"."""
        program, asked = source.program, scene.view.asked
        if not isinstance(program, Top | Nth) or (isinstance(program, Top) and program.k > 1):
            return
        timed = bool(self._attributes.timed[program.step.relation])
        if asked is (Asked.TIME if timed else Asked.NUMBER) or asked is Asked.ANYTHING:
            values = Follow(program, program.step)
            cost = _VALUE if asked is Asked.ANYTHING else 0.0
            yield _candidate(source, values, bench.nodes(values), -cost, scene.counting)

    def _is_missing_value(self, source: Derivation) -> bool:
        """Whether it is a number or text that the graph lacks: of such there are not 0, it is not known."""
        program = source.program
        if not is_nothing(source) or not isinstance(program, Follow) or program.step.inverse:
            return False
        return not self._attributes.linking[program.step.relation]

    def _numbers(self, source: Derivation, scene: Scene, bench: Bench) -> Iterator[Candidate]:
        gain = self._weights.operator
        if bench.is_literal(source.nodes) or (source.form is Form.ENTITY and len(source.nodes) == 1):
            return
        if self._is_missing_value(source):
            return
        if scene.counting and not scene.counting & source.used:
            chosen = isinstance(source.program, Top | Nth | TopByCount)
            used = scene.counting | _in_all(scene)
            yield _candidate(source, Count(source.program), source.nodes, gain - _CHOSEN * chosen, used)
            yield from self._each_of_tied(source, gain, scene, bench)
        for mark in scene.folds:
            fold = mark.cue.aggregation
            if fold is None or mark.used & source.used:
                continue
            for measured in self._measures.measurables.attributes(source, mark.used, scene.loudest, scene, bench):
                timed = self._attributes.timed[measured.step.relation]
                if timed and fold in (Aggregation.SUM, Aggregation.AVERAGE):
                    continue
                if fold is Aggregation.SUM and _counts_all(scene, measured.used):
                    continue
                program = Aggregate(source.program, measured.step, fold)
                gained = gain + measured.score - self._weights.step
                yield _candidate(source, program, source.nodes, gained, mark.used | measured.used)

    def _each_of_tied(self, source: Derivation, gain: float, scene: Scene, bench: Bench) -> Iterator[Candidate]:
        """How many each has of several that share a first place: "how many border the state that borders the most"."""
        last: Program = source.program
        while isinstance(last, OfType | Where):
            last = last.source
        if isinstance(last, Follow) and _is_first(last.source) and len(bench.nodes(last.source)) > 1:
            members = _members(source.program)
            named = _OF_CLASS * isinstance(members, Instances)
            table = GroupCount(last.source, last.step, members)
            yield _candidate(source, table, source.nodes, gain + _EACH_OF_TIED + named, scene.counting)

    def _tests(self, source: Derivation, others: list[Derivation], scene: Scene, bench: Bench) -> Iterator[Candidate]:
        if scene.view.asked is not Asked.YES_NO:
            return
        gain = self._weights.operator
        if source.form is Form.ENTITY and len(source.nodes) == 1:
            yield from self._flags(source, scene, bench)
            yield from self._limits(source, scene, bench)
            return
        anything = next((m.used for m in scene.anys if not m.used & source.used), 0)
        if source.form is Form.SET and (anything or not is_nothing(source)):
            yield _candidate(source, Exists(source.program), source.nodes, gain - (0.0 if anything else 0.4), anything)
        if asks_for_some(scene.view.text):
            return
        for other in others:
            if other.form is Form.ENTITY and not other.used & source.used and self._may_hold(source, other, bench):
                program = Contains(source.program, other.program)
                joined = replace(source, links=(*source.links, *other.links), used=source.used | other.used)
                cost = self._weights.gap * scene.gap(source.used, other.used) + (_ANY if scene.anys else 0.0)
                if source.form is Form.CLASS and not len(within(other.nodes, source.nodes)):
                    cost += _NO_MEMBER * bool(scene.meaning & ~joined.used)
                yield _candidate(joined, program, source.nodes, gain + other.score - cost)

    def _may_hold(self, source: Derivation, other: Derivation, bench: Bench) -> bool:
        """Whether a set could hold a node at all: its last step ever leads there, or the class is its own."""
        if len(other.nodes) != 1 or bench.is_literal(source.nodes) is not bench.is_literal(other.nodes):
            return False
        types = self._graph.types(source.nodes[:_LOOKED_AT]), self._graph.types(other.nodes)
        if (
            source.form is not Form.CLASS
            and all(len(found) for found in types)
            and not bench.kin(source.nodes, other.nodes)
        ):
            return False
        last = source.program
        if not isinstance(last, Follow):
            return True
        back = Step(last.step.relation, not last.step.inverse)
        return bench.leads(other.nodes, back) or (is_nothing(source) and bench.could_lead(other.nodes, back))

    def _flags(self, source: Derivation, scene: Scene, bench: Bench) -> Iterator[Candidate]:
        for spoken in scene.flags:
            step = Step(spoken.relation)
            if not spoken.used & source.used and bench.leads(source.nodes, step):
                value = self._attributes.says(spoken.relation, holds=spoken.holds)
                program = Exists(Where(source.program, step, Comparison.EQUAL, value))
                gained = spoken.score - self._weights.step + self._weights.operator
                yield _candidate(source, program, source.nodes, gained, spoken.used)

    def _limits(self, source: Derivation, scene: Scene, bench: Bench) -> Iterator[Candidate]:
        for bound in scene.bounds:
            if bound.used & source.used:
                continue
            for measured in self._measures.held(source, bound, scene, bench):
                limited = self._measures.limited(source.program, measured.step, bound.limit)
                if limited is not None:
                    gained = measured.score - self._weights.step + self._weights.operator
                    yield _candidate(source, Exists(limited), source.nodes, gained, bound.used | measured.used)

    def _choices(self, derivations: list[Derivation], scene: Scene, bench: Bench) -> Iterator[Candidate]:
        """Whether one thing is larger than another."""
        if scene.view.asked is not Asked.YES_NO:
            return
        for item in scene.superlatives:
            for left, right in pairs_of_things(derivations, item.used, bench):
                yield from self._compare(left, right, item, scene, bench)

    def _compare(
        self, left: Derivation, right: Derivation, item: Superlative, scene: Scene, bench: Bench
    ) -> Iterator[Candidate]:
        both = replace(left, links=(*left.links, *right.links), used=left.used | right.used)
        for measured in self._measures.measurables.attributes(left, item.used, item.usual, scene, bench):
            if not bench.leads(right.nodes, measured.step) or measured.used & both.used:
                continue
            more = Comparison.GREATER if item.extreme.order is Order.LARGEST else Comparison.LESS
            program = Compare(left.program, right.program, measured.step, more)
            gained = self._weights.operator + right.score + measured.score - self._weights.step
            yield _candidate(both, program, left.nodes, gained, item.used | measured.used)

    def _relations(self, derivations: list[Derivation], scene: Scene) -> Iterator[Candidate]:
        names = [d for d in derivations if d.form is Form.ENTITY and len(d.nodes) == 1]
        for mark in scene.relatings:
            for left, right in permutations(names, 2):
                if left.used & right.used:
                    continue
                both = replace(left, links=(*left.links, *right.links), used=left.used | right.used)
                backwards = _BACKWARDS if right.first < left.first else 0.0
                gain = self._weights.operator + right.score + _RELATED - backwards
                yield _candidate(both, RelationBetween(left.program, right.program), left.nodes, gain, mark.used)


def _operators(scene: Scene) -> int:
    """The words of operators that may stand on a relation alone: "the largest capital", "anything vegan"."""
    used = 0
    extremes = (*scene.superlatives, *scene.named)
    marks = (*(s.used for s in extremes), *(b.used for b in scene.bounds), *(m.used for m in scene.folds))
    marks += tuple(flag.used for flag in scene.flags if not scene.links)
    for operator in marks:
        used |= operator
    return used


def _in_all(scene: Scene) -> int:
    """The words that say of a count that it is of all: "how many are there in total"."""
    used = 0
    for mark in scene.folds:
        used |= mark.used if mark.cue.aggregation is Aggregation.SUM else 0
    return used


def _counts_all(scene: Scene, used: int) -> bool:
    """Whether "how many" asks for no sum of an attribute: "how many elements are there altogether"."""
    if not scene.counting or find_asked_attributes(scene.view.text):
        return False
    for link in scene.links:
        if link.node in scene.classes:
            used &= ~words_of(scene.view, link.mention.start, link.mention.end)
    return not used & ~scene.counting


def _is_first(program: Program) -> bool:
    """Whether a set is what one first place goes to, which several may share."""
    if isinstance(program, Groups):
        return isinstance(program.table, TopRows) and program.table.k == 1
    return isinstance(program, Nth) or (isinstance(program, Top | TopByCount) and program.k == 1)


def _members(neighbours: Program) -> Program:
    """What the neighbours of each of several are to be counted among, given those of all."""
    if isinstance(neighbours, OfType) and isinstance(neighbours.source, Follow):
        return Instances(neighbours.node_class)
    return neighbours


def _is_about(program: Aggregate, domain: Derivation) -> bool:
    """Whether an average is that of the attribute which all things of a set have."""
    return isinstance(domain.program, Having) and program.step == domain.program.step


def _candidate(
    source: Derivation, program: Program, nodes: NodeIds | None, gain: float = 0.0, used: int = 0
) -> Candidate:
    return Candidate(
        program,
        source.links,
        source.score + gain,
        used=source.used | used,
        nodes=nodes,
        truncated=source.cut,
    )
