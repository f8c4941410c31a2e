"""Made questions about what things measure: limits, superlatives, comparisons, averages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from kgqa.graph.terms import XSD, literal_key
from kgqa.graph.values import ValueClass, values_of
from kgqa.program import algebra as ops
from kgqa.program import execute
from kgqa.program.algebra import Comparison, Order, Program, Step
from kgqa.retrieval.alike import AlikeAttributes
from kgqa.training.draws import Attribute, Draft, Drafts, Draws, degree, said
from kgqa.training.templates import Adjective, Forms
from kgqa.types import Literal, NodeIds

_YEAR = 4
_DIGITS = 2
_COUNTED = 0.25
"""The share of limits that ask for how many are within them."""
_BEYOND = (1.5, 2, 3, 5, 10, 20)
"""How many times the most that any thing has."""


@dataclass(frozen=True, slots=True)
class _Limit:
    """A value as the question says it and as programs compare with it."""

    said: str
    key: str
    number: float


class MeasuredDrafts(Drafts):
    """Drafts about what the things of a graph's classes measure."""

    def __init__(self, draws: Draws) -> None:
        super().__init__(draws)
        self._comparable = AlikeAttributes(self._graph)

    @property
    def kinds(self) -> tuple[Callable[[], Draft | None], ...]:
        """One method for each kind of question."""
        return (
            self.limit,
            self.first,
            self.compared,
            self.beside,
            self.first_k,
            self.folded,
            self.between,
            self.nth,
            self.of_first,
            self.limit_test,
            self.choice,
            self.beyond,
            self.own,
            self.own_gap,
        )

    # -- limits --------------------------------------------------------------------------------

    def limit(self) -> Draft | None:
        """Things with more or less of something than a value; at times how many they are."""
        things = self._draws.things()
        own = self._draws.attribute(things.nodes) if things else None
        limit = self._limit(own) if own else None
        if things is None or own is None or limit is None:
            return None
        above, words = self._draws.toss(), said(things, own, v=limit.said)
        program: Program = ops.Where(things.program, own.step, _over(above), self._edge(limit, upper=above))
        if not own.timed and above and self._drawn.random() < _COUNTED:
            return Draft(ops.Count(program), self._draws.choose(self._words.how_many_limited, words))
        if not own.timed and above and self._drawn.random() < _COUNTED / 2:
            return Draft(ops.Exists(program), self._draws.choose(self._words.any_limited, words))
        forms = self._words.above, self._words.below, self._words.after, self._words.before
        return Draft(program, self._draws.choose(forms[2 * own.timed + (not above)], words))

    def beyond(self) -> Draft | None:
        """Things of a part of a class with more of something than any has; at times how many or whether any."""
        things = self._draws.things()
        own = self._draws.attribute(things.nodes, timed=False) if things else None
        most = max(map(self._draws.number, own.values.tolist())) if own else 0.0
        limit = self._number(most * self._drawn.choice(_BEYOND)) if np.isfinite(most) and most > 0 else None
        if things is None or own is None or limit is None:
            return None
        program = ops.Where(things.program, own.step, Comparison.GREATER, limit.key)
        words, asked = said(things, own, v=limit.said), self._drawn.random()
        if asked < _COUNTED:
            return Draft(ops.Count(program), self._draws.choose(self._words.how_many_limited, words))
        if asked < 2 * _COUNTED:
            return Draft(ops.Exists(program), self._draws.choose(self._words.any_limited, words))
        return Draft(program, self._draws.choose(self._words.above, words), empty=True)

    def between(self) -> Draft | None:
        """Things with something between two values."""
        things = self._draws.things()
        own = self._draws.attribute(things.nodes) if things else None
        limits = [self._limit(own) for _ in range(2)] if own else []
        low, high = sorted((x for x in limits if x), key=lambda x: x.number) if all(limits) and limits else (None, None)
        if things is None or own is None or low is None or high is None or low.number == high.number:
            return None
        first = ops.Where(things.program, own.step, Comparison.GREATER_EQUAL, self._edge(low, upper=False))
        program = ops.Where(first, own.step, Comparison.LESS_EQUAL, self._edge(high, upper=True))
        forms = self._words.between_years if own.timed else self._words.between
        return Draft(program, self._draws.choose(forms, said(things, own, v=low.said, w=high.said)))

    def limit_test(self) -> Draft | None:
        """Whether a thing has more or less of something than a value."""
        things = self._draws.things(narrowed=False)
        own = self._draws.attribute(things.nodes, timed=False) if things else None
        limit = self._limit(own) if own else None
        if own is None or limit is None:
            return None
        above, thing = self._draws.toss(), int(self._drawn.choice(own.nodes.tolist()))
        program = ops.Exists(ops.Where(ops.Entities((thing,)), own.step, _over(above), limit.key))
        forms = self._words.limit_test_above if above else self._words.limit_test_below
        return Draft(program, self._draws.choose(forms, {"m": own.name, "x": self._draws.node(thing), "v": limit.said}))

    def _limit(self, own: Attribute) -> _Limit | None:
        """A round value among those that things have."""
        value = int(self._drawn.choice(own.values.tolist()))
        kind = ValueClass(int(values_of(self._graph).classes(np.array([value], dtype=np.int32))[0]))
        if kind is ValueClass.NUMBER:
            return self._number(self._draws.number(value))
        year = self._graph.literal(value).lexical[:_YEAR]
        if kind not in (ValueClass.YEAR, ValueClass.DATE) or not (year.isdigit() and len(year) == _YEAR):
            return None
        day = kind is ValueClass.DATE
        key = literal_key(Literal(f"{year}-01-01" if day else year, XSD + ("date" if day else "gYear")))
        return _Limit(year, key, float(year))

    def _number(self, value: float) -> _Limit | None:
        number = float(f"{value:.{_DIGITS}g}")
        if not np.isfinite(number):
            return None
        whole = number.is_integer() and abs(number) < 1e15
        lexical = str(int(number)) if whole else np.format_float_positional(number, trim="-")
        said = f"{int(number):,}" if whole and self._draws.toss() else lexical
        form, unit = self._words.large
        if whole and number >= unit and number % unit == 0 and self._draws.toss():
            said = form.format(v=int(number / unit))
        return _Limit(said, literal_key(Literal(lexical, XSD + ("integer" if whole else "decimal"))), number)

    @staticmethod
    def _edge(limit: _Limit, *, upper: bool) -> str:
        """The first or last day of a year that is an end of a span."""
        if not limit.key.endswith("#date>"):
            return limit.key
        return literal_key(Literal(f"{limit.said}-{'12-31' if upper else '01-01'}", XSD + "date"))

    # -- superlatives and comparisons ----------------------------------------------------------

    def first(self) -> Draft | None:
        """The one with most or least of something."""
        return self._ranked(self._words.first, self._words.first_adjective, ops.Top)

    def first_k(self) -> Draft | None:
        """The few with most or least of something."""
        k = self._drawn.randrange(len(self._words.numbers))
        make = lambda s, m, o: ops.Top(s, m, o, k + 2)  # noqa: E731 - one of three that differ in one word
        return self._ranked(self._words.first_k, self._words.first_k_adjective, make, self._words.numbers[k])

    def nth(self) -> Draft | None:
        """The second, third and so on by something."""
        n = self._drawn.randrange(len(self._words.ordinals))
        make = lambda s, m, o: ops.Nth(s, m, o, n + 2)  # noqa: E731 - as above
        return self._ranked(self._words.nth, self._words.nth_adjective, make, self._words.ordinals[n])

    def of_first(self) -> Draft | None:
        """What a relation of the one with most of something leads to."""
        step = Step(self._drawn.choice(self._draws.relations))
        make = lambda s, m, o: ops.Follow(ops.Top(s, m, o), step)  # noqa: E731 - as above
        forms = self._words.of_first, self._words.of_first_adjective
        return self._ranked(*forms, make, name=self._draws.name(step))

    def _ranked(
        self,
        forms: Forms,
        by_adjective: Forms,
        make: Callable[[Program, Step, Order], Program],
        k: str = "",
        name: str = "",
    ) -> Draft | None:
        things = self._draws.things()
        own = self._draws.attribute(things.nodes) if things else None
        if things is None or own is None:
            return None
        order, adjective = self._draws.order(), self._adjective(own)
        words = said(things, own, k=k, r=name) | degree(self._words, own, order)
        if adjective is not None and self._draws.toss():
            return Draft(
                make(things.program, own.step, order),
                self._draws.choose(by_adjective, words | _degrees(adjective, order)),
            )
        return Draft(make(things.program, own.step, order), self._draws.choose(forms, words))

    def beside(self) -> Draft | None:
        """Things with more or less of something than another thing."""
        things = self._draws.things()
        own = self._draws.attribute(things.nodes, timed=False) if things else None
        if things is None or own is None:
            return None
        order, thing = self._draws.order(), int(self._drawn.choice(own.nodes.tolist()))
        more = Comparison.GREATER if order is Order.LARGEST else Comparison.LESS
        program = ops.WhereBeside(things.program, own.step, more, ops.Entities((thing,)))
        words = said(things, own, x=self._draws.node(thing))
        return Draft(program, self._compared(own, order, words, self._words.beside, self._words.beside_adjective))

    def compared(self) -> Draft | None:
        """Whether one thing has more of something than another."""
        pair = self._pair()
        if pair is None:
            return None
        own, left, right = pair
        order = self._draws.order()
        more = Comparison.GREATER if order is Order.LARGEST else Comparison.LESS
        program = ops.Compare(ops.Entities((left,)), ops.Entities((right,)), own.step, more)
        words = {"m": own.name, "x": self._draws.node(left), "y": self._draws.node(right)}
        return Draft(program, self._compared(own, order, words, self._words.compare, self._words.compare_adjective))

    def choice(self) -> Draft | None:
        """Which of two things has more of something."""
        pair = self._pair()
        if pair is None:
            return None
        own, left, right = pair
        order = self._draws.order()
        program = ops.Top(ops.Entities(tuple(sorted((left, right)))), own.step, order)
        words = {"m": own.name, "x": self._draws.node(left), "y": self._draws.node(right)}
        return Draft(program, self._compared(own, order, words, self._words.choice, self._words.choice_adjective))

    def _compared(self, own: Attribute, order: Order, words: dict[str, str], forms: Forms, by_adjective: Forms) -> str:
        adjective = self._adjective(own)
        if adjective is not None and self._draws.toss():
            return self._draws.choose(by_adjective, words | _degrees(adjective, order))
        return self._draws.choose(forms, words | degree(self._words, own, order))

    def _pair(self) -> tuple[Attribute, int, int] | None:
        things = self._draws.things(narrowed=False)
        own = self._draws.attribute(things.nodes, timed=False) if things else None
        if own is None:
            return None
        left, right = (int(self._drawn.choice(own.nodes.tolist())) for _ in range(2))
        return None if left == right else (own, left, right)

    def _adjective(self, own: Attribute) -> Adjective | None:
        names = {own.name.casefold(), self._graph.relation_label(own.step.relation).casefold()}
        return next((found for name, found in self._words.adjectives.items() if name in names), None)

    # -- two attributes of one thing -------------------------------------------------------------

    def own(self) -> Draft | None:
        """Things with more or less of something than of something else."""
        things = self._draws.things()
        pair = self._two(things.nodes) if things else None
        if things is None or pair is None:
            return None
        own, other = pair
        above = self._draws.toss()
        program = ops.WhereOwn(things.program, own.step, Comparison.GREATER if above else Comparison.LESS, other.step)
        forms = self._words.own_above, self._words.own_below, self._words.own_later, self._words.own_earlier
        words = said(things, own, o=other.name)
        return Draft(program, self._draws.choose(forms[2 * own.timed + (not above)], words))

    def own_gap(self) -> Draft | None:
        """How much more a thing has of something than of something else."""
        things = self._draws.things(narrowed=False)
        pair = self._two(things.nodes, timed=False) if things else None
        if pair is None:
            return None
        own, other = pair
        thing = int(self._drawn.choice(own.nodes.tolist()))
        program = ops.GapOwn(ops.Entities((thing,)), own.step, other.step)
        if (execute(program, self._graph).number or 0) < 0:  # one is above the other
            own, other = other, own
            program = ops.GapOwn(program.source, own.step, other.step)
        words = {"x": self._draws.node(thing), "m": own.name, "o": other.name}
        return Draft(program, self._draws.choose(self._words.own_gap, words))

    def _two(self, nodes: NodeIds, *, timed: bool | None = None) -> tuple[Attribute, Attribute] | None:
        """Two attributes that may well be held against each other: of one unit or by names alike, or both of time."""
        own, other = (self._draws.attribute(nodes, timed=timed) for _ in range(2))
        if own is None or other is None or own.step == other.step:
            return None
        one, two, alike = own.step.relation, other.step.relation, self._comparable
        told = own.timed or alike.in_one_unit(one, two) or alike.share_a_word(one, two)
        return (own, other) if told and alike.alike(one, two) else None

    # -- averages ------------------------------------------------------------------------------

    def folded(self) -> Draft | None:
        """The average or the sum of what things measure."""
        things = self._draws.things()
        own = self._draws.attribute(things.nodes, timed=False) if things else None
        if things is None or own is None:
            return None
        average = self._drawn.random() < 0.6
        fold = ops.Aggregation.AVERAGE if average else ops.Aggregation.SUM
        forms = self._words.average if average else self._words.total
        return Draft(ops.Aggregate(things.program, own.step, fold), self._draws.choose(forms, said(things, own)))


def _over(above: bool) -> Comparison:
    return Comparison.GREATER if above else Comparison.LESS


def _degrees(adjective: Adjective, order: Order) -> dict[str, str]:
    if order is Order.LARGEST:
        return {"more": adjective.more, "most": adjective.most}
    return {"more": adjective.less, "most": adjective.least}
