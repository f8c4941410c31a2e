"""Superlatives, limits and counts over a set, as the question's words ask for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from kgqa.graph import KnowledgeGraph
from kgqa.program.algebra import (
    Comparison,
    Entities,
    Follow,
    GroupCount,
    Groups,
    Having,
    Intersect,
    Nth,
    OfType,
    Order,
    Program,
    Step,
    Top,
    TopByCount,
    TopRows,
    Where,
    WhereBeside,
    WhereCount,
    WhereRows,
)
from kgqa.retrieval.attributes import Attributes
from kgqa.retrieval.bounds import Bounds
from kgqa.retrieval.derivation import Bench, Derivation, Form, within
from kgqa.retrieval.limits import Limit
from kgqa.retrieval.measurables import CLEAR, UNNAMED, Counted, Measurables, Measured
from kgqa.retrieval.question import Asked
from kgqa.retrieval.rules import NOTHING, RuleWeights, SetRules
from kgqa.retrieval.scene import Bound, Scene, Superlative, words_of
from kgqa.text.units import unit_of

_MOST_COUNTED = 10_000
_LESSENED = 0.1
"""The most that the head costs where the attribute is named: "has the largest area"."""
_OF_MANY = 0.35
"""What a comparative costs as the superlative of a set: "larger" is said of two."""
_OPENING = 0.15
"""What a superlative costs that a question opens with."""
_PREDICATE = re.compile(r"\b(is|are|was|were)( the)?\s*$", re.I)
"""What stands before a superlative that is said of the subject: "which city is the largest"."""
_SAMPLE = 20
_BEHIND = 2
"""How many words on a noun may stand."""
_IN_UNIT = 0.55
"""How well a unit alone says what is measured: "songs under three minutes"."""
_NO = frozenset(("no", "none", "not", "false", "否", "无", "没有"))
_OUTRIGHT = 0.2
"""What it gains that a relation says no outright."""
_ONLY = 0.3
"""How well a limit says an attribute by there being no other."""
_TIMES = 3
"""How many times a limit may be about where no word surely names one."""
_UNSAID_TIME = 0.5
"""The share of its best match that such a time counts."""
_MEANT = 1.0
"""How well a word of the user's own names its attribute."""
_BEFORE = 0.4
"""What lacking something costs that is named before the negation: "which capitals are not major cities"."""
_SURELY = 0.8
"""The least score of an attribute that the words of a limit surely mean: "people" of population."""
_GUESSED = 0.5
"""The share of its best match that an attribute counts where a superlative neither says nor usually means any."""
_GUESSES = 2
_FEW_TIED = 3
"""Of so few a tie may be an answer."""
_HEAD = 0.5
"""What a superlative over another set than that of its own noun costs."""


class MeasureRules:
    """Rules that hold the nodes of a set against one another or against a number.

    measurables : what they may be held by.
    """

    def __init__(self, graph: KnowledgeGraph, attributes: Attributes, sets: SetRules, weights: RuleWeights) -> None:
        self._graph = graph
        self._attributes = attributes
        self._sets = sets
        self._weights = weights
        self._bounds = Bounds(graph)
        self.measurables = Measurables(graph, attributes, sets, weights)

    # -- superlatives -------------------------------------------------------------------------

    def superlative(
        self, source: Derivation, scene: Scene, bench: Bench, classes: list[Derivation]
    ) -> Iterator[Derivation]:
        """The largest, the n-th largest, those with the most of something."""
        alone = len(source.nodes) < 2
        if bench.is_literal(source.nodes) or (alone and (source.form is not Form.SET or source.ended)):
            return
        for item in scene.superlatives:
            if item.used & source.used or (item.extreme.beside and source.form is not Form.ENTITY):
                continue
            head = self._head_cost(source, item, scene, classes)
            many = _OF_MANY if item.extreme.comparative and source.form is not Form.ENTITY else 0.0
            named, idle = self._named(source, item, scene), self._weights.idle * alone
            for measured in self._ranking(source, item, scene, bench, strict=not named):
                extreme = item.extreme
                program: Program = Top(source.program, measured.step, extreme.order, extreme.k)
                if extreme.nth > 1:
                    program = Nth(source.program, measured.step, extreme.order, extreme.nth)
                cost = head + UNNAMED * named if not measured.used else min(head, _LESSENED)
                yield from self._ended(
                    source, program, measured.score - cost - many - idle, item.used | measured.used, bench
                )
            if item.extreme.counts:
                yield from self._most(source, item, scene, bench, classes)

    def _ranking(
        self, source: Derivation, item: Superlative, scene: Scene, bench: Bench, *, strict: bool
    ) -> list[Measured]:
        """The attributes that a superlative may rank a set by; the likeliest of all where none is said or meant."""
        found = self.measurables.attributes(source, item.used, item.usual, scene, bench, strict=strict)
        guessed = not found and not item.extreme.counts and not item.extreme.comparative
        if not guessed:
            return found
        relations = [r for r in bench.around(source.nodes)[0] if self._attributes.measured[r]]
        plain = [r for r in relations if not self._attributes.timed[r]] or relations
        likely = sorted(plain, key=lambda r: (-scene.loudest[r], r))[:_GUESSES]
        return [Measured(Step(r), _GUESSED * float(scene.loudest[r])) for r in likely]

    def named(self, source: Derivation, scene: Scene, bench: Bench) -> Iterator[Derivation]:
        """Those whose attribute is the most, where its name says so itself: "the state with the highest elevation"."""
        if source.form is Form.ENTITY or len(source.nodes) < 2 or bench.is_literal(source.nodes):
            return
        for item in scene.named:
            for spoken in scene.relations:
                inside = item.used & spoken.used == item.used and spoken.score >= CLEAR
                ahead = source.last <= spoken.used.bit_length() and not source.used & spoken.used
                step = Step(spoken.relation)
                limited = any(b.used > spoken.used and not scene.gap(spoken.used, b.used) for b in scene.bounds)
                if limited or not inside or not ahead:  # "whose highest elevation is above 4000" is none
                    continue
                if self._attributes.measured[spoken.relation] and bench.leads(source.nodes, step):
                    program = Top(source.program, step, item.extreme.order, item.extreme.k)
                    yield from self._ended(source, program, spoken.score, spoken.used, bench)

    def again(self, source: Derivation, scene: Scene, bench: Bench) -> Iterator[Derivation]:
        """The one that is the most of those that a relation of such a name leads to from many things.

        The highest point of the states in the USA is the highest of their highest points.
        """
        program, words = source.program, scene.view.words
        if not isinstance(program, Follow | Having) or len(source.nodes) < 2 or bench.is_literal(source.nodes):
            return
        step = program.step if isinstance(program, Follow) else Step(program.step.relation, not program.step.inverse)
        for item in scene.named:
            for spoken in scene.relations:
                inside = item.used & spoken.used == item.used and spoken.used & source.used == spoken.used
                rest = source.used & ~spoken.used
                ahead = not rest or spoken.used < rest & -rest
                if Step(spoken.relation) != step or not inside or not ahead:
                    continue
                behind = words[item.used.bit_length() - 1 : max(spoken.used, item.used << 1).bit_length()]
                many = any(word.text.endswith("s") for word in behind)
                found = self.measurables.attributes(source, source.used, item.usual, scene, bench)
                for measured in found[: 0 if many else 1]:
                    top = Top(program, measured.step, item.extreme.order, item.extreme.k)
                    yield from self._ended(source, top, measured.score, source.used, bench)
                return

    def beside(self, source: Derivation, other: Derivation, scene: Scene, bench: Bench) -> Iterator[Derivation]:
        """Those that are more, or less, than something else: "countries larger than France", 比法国大的国家."""
        if source.form is Form.ENTITY or bench.is_literal(source.nodes) or bench.is_literal(other.nodes):
            return
        for item in scene.superlatives:
            used = source.used | other.used
            if not item.extreme.beside or item.used & used or not _compared_with(item, other, scene):
                continue
            more = item.extreme.order is Order.LARGEST
            named = self._named(source, item, scene)
            for measured in self.measurables.attributes(source, item.used, item.usual, scene, bench):
                if measured.used & used or not bench.leads(other.nodes, measured.step):
                    continue
                comparison = Comparison.GREATER if more else Comparison.LESS
                program = WhereBeside(source.program, measured.step, comparison, other.program)
                score = measured.score + other.score - (0.0 if measured.used else UNNAMED * named)
                words = item.used | measured.used | other.used
                yield from self._ended(source, program, score, words, bench, other)

    def _most(
        self, source: Derivation, item: Superlative, scene: Scene, bench: Bench, classes: list[Derivation]
    ) -> Iterator[Derivation]:
        order, k = item.extreme.order, item.extreme.k
        found = self.measurables.counted(source, item.used, scene, bench, classes)
        for counted in found or self.measurables.unsaid(source, item.used, scene, bench):
            program: Program
            if counted.members is None:
                program = TopByCount(source.program, counted.step, order, k)
            else:
                table = GroupCount(source.program, counted.step, counted.members.program)
                program = Groups(TopRows(table, order, k))
            used = item.used | counted.used
            for made in self._ended(source, program, counted.score, used, bench, counted.members):
                if k > 1 or 2 * len(made.nodes) <= len(source.nodes) or len(source.nodes) <= _FEW_TIED:
                    yield made  # where most are even, the count tells nothing apart

    def doers(self, source: Derivation, scene: Scene, bench: Bench) -> Iterator[Derivation]:
        """Those who have most of a class, where no word says what they are: "who drove the most shipments"."""
        if source.form is not Form.CLASS or scene.view.asked is not Asked.PERSON:
            return
        for item in scene.superlatives:
            if not item.extreme.counts or item.used & source.used or scene.gap(item.used, source.used):
                continue
            for counted in self.measurables.held_by(source, item.used, scene, bench):
                own = Follow(source.program, Step(counted.step.relation, not counted.step.inverse))
                order, k = item.extreme.order, item.extreme.k
                program: Program = TopByCount(own, counted.step, order, k)
                if counted.members is not None:
                    program = Groups(TopRows(GroupCount(own, counted.step, source.program), order, k))
                yield from self._ended(source, program, counted.score, item.used | counted.used, bench)

    def _named(self, source: Derivation, item: Superlative, scene: Scene) -> bool:
        """Whether the attribute stands right beside the word: "lowest density", 面积最小, "a density lower than"."""
        words = scene.view.words
        said = words_of(scene.view, item.extreme.start, item.extreme.end)
        first, last = (said & -said).bit_length() - 1, said.bit_length()
        han = words[first].han
        for spoken in scene.relations:
            if self._attributes.measured[spoken.relation] and spoken.score >= CLEAR and not spoken.used & source.used:
                ahead, behind = spoken.used.bit_length() == first, spoken.used & -spoken.used == 1 << last
                if (ahead and (han or item.extreme.beside)) or (behind and not han):
                    return True
        return False

    def _head_cost(self, source: Derivation, item: Superlative, scene: Scene, classes: list[Derivation]) -> float:
        """A superlative belongs to the set of the noun behind it, where there is one: "the largest CITY in ..."."""
        first = (item.used & -item.used).bit_length() - 1
        said = scene.meaning & ((1 << first) - 1)  # "What is the largest ..." says it of no subject.
        if said and _PREDICATE.search(scene.view.text[: scene.view.words[first].start]):
            return 0.0 if source.first < first else _HEAD
        behind = _behind(item.used, scene)
        if behind < 0:
            return 0.0
        # What a question opens with is narrowed by all that follows: it is measured last.
        return _HEAD if _strays(source, behind, classes) else 0.0 if said else _OPENING

    # -- limits -------------------------------------------------------------------------------

    def limit(self, source: Derivation, scene: Scene, bench: Bench, classes: list[Derivation]) -> Iterator[Derivation]:
        """Those whose attribute, or number of neighbours, is above or below a number."""
        if source.form is Form.ENTITY or bench.is_literal(source.nodes):
            return
        for item in scene.bounds:
            if item.used & source.used:
                continue
            behind = _behind(item.used, scene) if item.limit.relation >= 0 else -1
            cost = _HEAD if behind >= 0 and _strays(source, behind, classes) else 0.0
            for measured in self.held(source, item, scene, bench):
                program: Program | None = self.limited(source.program, measured.step, item.limit)
                if program is not None and not _is_picked_by(source.program, measured.step):
                    score, used = measured.score - cost, item.used | measured.used
                    yield from self._ended(source, program, score, used, bench, empty=_is_said(measured, item))
            if _counts(item.limit):
                number = item.limit.number.value
                for counted in self.measurables.counted(source, item.used, scene, bench, classes):
                    program = self._where_count(source, counted, item.limit.comparison, int(number))
                    yield from self._ended(
                        source, program, counted.score, item.used | counted.used, bench, counted.members
                    )

    def none(self, source: Derivation, scene: Scene, bench: Bench, classes: list[Derivation]) -> Iterator[Derivation]:
        """Those without any neighbour of a kind: "states that have no rivers"."""
        if source.form is Form.ENTITY or bench.is_literal(source.nodes):
            return
        for mark in scene.negations:
            if mark.used & source.used:
                continue
            named = self._named_values(source, mark.used, scene, bench)
            for counted in (*self.measurables.counted(source, mark.used, scene, bench, classes), *named):
                program = self._where_count(source, counted, Comparison.EQUAL, 0)
                cost = _BEFORE * (0 < counted.used < mark.used)
                yield from self._ended(
                    source, program, counted.score - cost, mark.used | counted.used, bench, counted.members
                )
            yield from self._said_no(source, mark.used, scene, bench)

    def _said_no(self, source: Derivation, used: int, scene: Scene, bench: Bench) -> Iterator[Derivation]:
        """Those of which a relation says no in so many words, or 0: "stations that don't have step-free access"."""
        for spoken in scene.relations:
            if (
                spoken.score < CLEAR
                or spoken.used & (source.used | used)
                or not bench.leads(source.nodes, Step(spoken.relation))
            ):
                continue
            values = self._attributes.values(spoken.relation)
            said = [values[no] for no in sorted(_NO & values.keys())]
            if used < spoken.used and not scene.gap(used, spoken.used):  # "with no bolts", where some have 0
                said += self._attributes.zeros(spoken.relation)
            for no in said:
                back = Follow(Entities((no,)), Step(spoken.relation, inverse=True))
                program = Intersect(source.program, back)
                yield from self._ended(source, program, spoken.score + _OUTRIGHT, used | spoken.used, bench)

    def _named_values(self, source: Derivation, used: int, scene: Scene, bench: Bench) -> Iterator[Counted]:
        """The values right behind a negation that surely names them: "incidents with no date", "no author"."""
        for spoken in scene.relations:
            near = used < spoken.used and not scene.gap(used, spoken.used)
            if near and spoken.score >= CLEAR and not spoken.used & (source.used | used):
                step = Step(spoken.relation)
                if not self._attributes.linking[spoken.relation] and bench.leads(source.nodes, step):
                    yield Counted(step, spoken.score, spoken.used)

    def _where_count(self, source: Derivation, counted: Counted, comparison: Comparison, number: int) -> Program:
        if counted.members is None:
            return WhereCount(source.program, counted.step, comparison, number)
        table = GroupCount(source.program, counted.step, counted.members.program)
        return Groups(WhereRows(table, comparison, float(number)))

    def held(self, source: Derivation, item: Bound, scene: Scene, bench: Bench) -> list[Measured]:
        """The attributes of a set that a limit may be about, the best first."""
        step = Step(item.limit.relation)
        if item.limit.relation < 0:
            found = self.measurables.attributes(source, item.used, item.usual, scene, bench, fallback=True)
            in_unit = [*self._of_unit(source, item, bench)]
            if in_unit:  # "shorter than 4.5 metres" is of no number of seats
                found = [m for m in found if self._bounds.unit(m.step.relation) is not None]
            found = sorted((*found, *in_unit), key=lambda m: -m.score)
            timed = [r for r in bench.around(source.nodes)[0] if self._attributes.timed[r]]
            if item.limit.timed and timed:
                found = [m for m in found if self._attributes.timed[m.step.relation]]
                found += self._unsaid_times(timed, found, scene)
            return found or [*self._only(source, item, bench)]
        return [Measured(step, _MEANT)] if bench.leads(source.nodes, step) else []

    def _unsaid_times(self, timed: list[int], found: list[Measured], scene: Scene) -> Iterator[Measured]:
        """The likeliest other times of a set where no word surely names one: "started" of those hired on a day."""
        if len(timed) > 1 and all(m.score < CLEAR for m in found):
            others = set(timed) - {m.step.relation for m in found}
            likely = sorted(others, key=lambda r: (-scene.loudest[r], r))[: _TIMES - len(found)]
            yield from (Measured(Step(r), _UNSAID_TIME * float(scene.loudest[r])) for r in likely)

    def _of_unit(self, source: Derivation, item: Bound, bench: Bench) -> Iterator[Measured]:
        """The attributes of a set that are measured in the kind of unit that a limit is in."""
        given = unit_of(item.limit.unit)
        for relation in bench.around(source.nodes)[0] if given else ():
            own = self._bounds.unit(relation) if self._attributes.measured[relation] else None
            if own is not None and given is not None and own.kind == given.kind:
                yield Measured(Step(relation), _IN_UNIT)

    def _only(self, source: Derivation, item: Bound, bench: Bench) -> Iterator[Measured]:
        """The one attribute that things of a class have for a limit to be about: "grants in 2024"."""
        relations = [r for r in bench.around(source.nodes)[0] if self._attributes.measured[r]]
        own = [r for r in relations if bool(self._attributes.timed[r]) is item.limit.timed]
        if source.form is Form.CLASS and len(own) == 1 and not _counts(item.limit):
            yield Measured(Step(own[0]), _ONLY)

    def limited(self, source: Program, step: Step, limit: Limit) -> Program | None:
        """Those of a set within a limit; None where the attribute doesn't measure such things."""
        conditions = self._bounds.conditions(step.relation, limit)
        for comparison, key in conditions:
            source = Where(source, step, comparison, key)
        return source if conditions else None

    def _ended(
        self,
        source: Derivation,
        program: Program,
        score: float,
        used: int,
        bench: Bench,
        other: Derivation | None = None,
        *,
        empty: bool = False,
    ) -> Iterator[Derivation]:
        """What an operator makes of a set. empty : whether nothing will do."""
        gain = self._weights.operator + score - self._weights.step
        if not bench.admits(source.used | used, source.score + gain):
            return
        nodes = bench.nodes(program)
        if len(nodes) or (empty and not bench.spent):
            grown = source.grown(program, nodes, gain - (0.0 if len(nodes) else NOTHING), source.used | used)
            links = grown.links if other is None else tuple(dict.fromkeys((*grown.links, *other.links)))
            yield replace(grown, ended=True, links=links, anchored=True)


def _is_picked_by(program: Program, step: Step) -> bool:
    """Whether a set is the most of an attribute already: no limit is put on that any more."""
    while isinstance(program, OfType | Where):
        program = program.source
    return isinstance(program, Top | Nth) and program.step == step


def _is_said(measured: Measured, item: Bound) -> bool:
    """Whether an attribute is named or surely meant: then it is an answer too that nothing is within the limit."""
    return bool(measured.used) or item.limit.relation >= 0 or measured.score >= _SURELY


def _behind(used: int, scene: Scene) -> int:
    """The meaningful word right behind some words, or -1."""
    last = used.bit_length()
    near = range(last, min(last + _BEHIND, len(scene.view.words)))
    return next((i for i in near if scene.meaning >> i & 1), -1)


def _strays(source: Derivation, behind: int, classes: list[Derivation]) -> bool:
    """Whether what belongs to a noun would be said of other things: "major cities" of states."""
    named = [c for c in classes if c.used >> behind & 1]
    if named:
        return not any(len(within(source.nodes[:_SAMPLE], c.nodes)) for c in named)
    return not source.used >> behind & 1


def _counts(limit: Limit) -> bool:
    """Whether a limit may be one of how many: a whole number without a unit."""
    number = limit.number.value
    plain = limit.upper is None and not limit.timed and not limit.unit and limit.relation < 0
    return plain and number == number.to_integral_value() and number < _MOST_COUNTED


def _compared_with(item: Superlative, other: Derivation, scene: Scene) -> bool:
    """Whether a set stands where a comparative names what it compares with."""
    words = [i for i in range(item.used.bit_length()) if item.used >> i & 1]
    if len(item.extreme.parts) > 1 and item.extreme.parts[-1][0] == item.extreme.start:  # 比 ... 大
        return words[0] < other.first and other.last <= words[-1] + 1
    return other.first > words[-1] and not scene.gap(item.used, other.used & -other.used)
