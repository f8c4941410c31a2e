"""Made questions about sets of things: limits, superlatives, comparisons, counts as conditions, averages, tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from kgqa.graph.terms import XSD, literal_key
from kgqa.graph.values import ValueClass, values_of
from kgqa.program import algebra as ops
from kgqa.program import execute
from kgqa.program.algebra import Comparison, Order, Program, Step
from kgqa.training.draws import Attribute, Draws, ThingSet
from kgqa.training.templates import Adjective, Forms
from kgqa.types import Literal

_YEAR = 4
_MOST_GROUPS = 30
_MOST_COUNTED = 9
_DIGITS = 2
_TRUE, _FALSE = (literal_key(Literal(text, XSD + "boolean")) for text in ("true", "false"))


@dataclass(frozen=True, slots=True)
class Draft:
    """A program and its wording; no program where the graph can't answer."""

    program: Program | None
    text: str


@dataclass(frozen=True, slots=True)
class _Limit:
    """A value as the question says it and as programs compare with it."""

    said: str
    key: str
    number: float


class ComposedDrafts:
    """Drafts about the classes of a graph and what their things measure."""

    def __init__(self, draws: Draws) -> None:
        self._draws = draws
        self._drawn = draws.random
        self._graph = draws.graph
        self._words = draws.templates

    @property
    def kinds(self) -> tuple[Callable[[], Draft | None], ...]:
        """One method for each kind of question."""
        return (
            self.limit,
            self.first,
            self.excepted,
            self.flagged,
            self.compared,
            self.more_than,
            self.beside,
            self.first_k,
            self.most_of,
            self.folded,
            self.count_each,
            self.either,
            self.between,
            self.nth,
            self.of_first,
            self.none,
            self.limit_test,
            self.choice,
            self.related,
            self.any_shared,
            self.best_each,
            self.how_many,
            self.listed,
            self.average_each,
        )

    # -- limits --------------------------------------------------------------------------------

    def limit(self) -> Draft | None:
        """Things with more or less of something than a value; at times how many they are."""
        things = self._draws.things()
        own = self._draws.attribute(things.nodes) if things else None
        limit = self._limit(own) if own else None
        if things is None or own is None or limit is None:
            return None
        above, words = self._toss(), self._said(things, own, v=limit.said)
        program: Program = ops.Where(things.program, own.step, _over(above), self._edge(limit, upper=above))
        if not own.timed and above and self._drawn.random() < 0.25:
            return Draft(ops.Count(program), self._draws.choose(self._words.how_many_limited, words))
        forms = self._words.above, self._words.below, self._words.after, self._words.before
        return Draft(program, self._draws.choose(forms[2 * own.timed + (not above)], words))

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
        return Draft(program, self._draws.choose(forms, self._said(things, own, v=low.said, w=high.said)))

    def limit_test(self) -> Draft | None:
        """Whether a thing has more or less of something than a value."""
        things = self._draws.things(narrowed=False)
        own = self._draws.attribute(things.nodes, timed=False) if things else None
        limit = self._limit(own) if own else None
        if own is None or limit is None:
            return None
        above, thing = self._toss(), int(self._drawn.choice(own.nodes.tolist()))
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
        said = f"{int(number):,}" if whole and self._toss() else lexical
        form, unit = self._words.large
        if whole and number >= unit and number % unit == 0 and self._toss():
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
        order, adjective = self._order(), self._adjective(own)
        words = self._said(things, own, k=k, r=name) | self._degree(own.timed, order)
        if adjective is not None and self._toss():
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
        order, thing = self._order(), int(self._drawn.choice(own.nodes.tolist()))
        more = Comparison.GREATER if order is Order.LARGEST else Comparison.LESS
        program = ops.WhereBeside(things.program, own.step, more, ops.Entities((thing,)))
        words = self._said(things, own, x=self._draws.node(thing))
        return Draft(program, self._compared(own, order, words, self._words.beside, self._words.beside_adjective))

    def compared(self) -> Draft | None:
        """Whether one thing has more of something than another."""
        pair = self._pair()
        if pair is None:
            return None
        own, left, right = pair
        order = self._order()
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
        order = self._order()
        program = ops.Top(ops.Entities(tuple(sorted((left, right)))), own.step, order)
        words = {"m": own.name, "x": self._draws.node(left), "y": self._draws.node(right)}
        return Draft(program, self._compared(own, order, words, self._words.choice, self._words.choice_adjective))

    def _compared(self, own: Attribute, order: Order, words: dict[str, str], forms: Forms, by_adjective: Forms) -> str:
        adjective = self._adjective(own)
        if adjective is not None and self._toss():
            return self._draws.choose(by_adjective, words | _degrees(adjective, order))
        return self._draws.choose(forms, words | self._degree(own.timed, order))

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

    def _degree(self, timed: bool, order: Order) -> dict[str, str]:
        more, most = self._words.extremes[timed][order is Order.SMALLEST]
        return {"more": more, "most": most}

    # -- sets ----------------------------------------------------------------------------------

    def excepted(self) -> Draft | None:
        """Things of which one fact does not hold, perhaps beside another that does."""
        things = self._draws.things(narrowed=False)
        step = self._draws.linked(things.nodes) if things else None
        if things is None or step is None:
            return None
        thing = int(self._drawn.choice(things.nodes.tolist()))
        others = self._draws.linked_to(np.array([thing], dtype=np.int32), step)
        if not others:
            return None
        back = Step(step.relation, inverse=not step.inverse)
        words = self._said(things, r=self._draws.name(back), x=self._draws.node(others[0]))
        if len(others) > 1 and self._toss():
            words["y"] = self._draws.node(others[1])
            forms = self._words.except_ if back.inverse else self._words.except_of
            program = ops.Difference(self._of_class(things, back, others[0]), _reached(others[1], back))
            return Draft(program, self._draws.choose(forms, words))
        if back.inverse and self._toss():
            return self._excepted_other(things, self._of_class(things, back, others[0]), words)
        words["y"] = words["x"]
        forms = self._words.unlike if back.inverse else self._words.unlike_of
        return Draft(
            ops.Difference(ops.Instances(things.node_class), _reached(others[0], back)),
            self._draws.choose(forms, words),
        )

    def _excepted_other(self, things: ThingSet, left: Program, words: dict[str, str]) -> Draft | None:
        """Things of the left set of which a fact of another relation does not hold."""
        step = self._draws.linked(things.nodes)
        pool = self._draws.linked_to(execute(left, self._graph).nodes, step) if step and not step.inverse else []
        if step is None or not pool:
            return None
        back, other = Step(step.relation, inverse=True), self._drawn.choice(pool)
        words |= {"q": self._draws.name(back), "y": self._draws.node(other)}
        program = ops.Difference(left, _reached(other, back))
        return Draft(program, self._draws.choose(self._words.except_other, words))

    def either(self) -> Draft | None:
        """Things that one of two is a fact of."""
        things = self._draws.things(narrowed=False)
        step = self._draws.linked(things.nodes) if things else None
        if things is None or step is None:
            return None
        back, pool = Step(step.relation, inverse=not step.inverse), self._draws.linked_to(things.nodes, step)
        if len(pool) < len(("x", "y")):
            return None
        first, second = self._drawn.sample(pool, 2)
        both = ops.Follow(ops.Entities(tuple(sorted((first, second)))), back)
        words = self._parts(things, back, first, second)
        return Draft(ops.OfType(both, things.node_class), self._draws.choose(self._words.either, words))

    def any_shared(self) -> Draft | None:
        """Whether there is a thing that two facts hold of."""
        things = self._draws.things(narrowed=False)
        steps = [self._draws.linked(things.nodes) for _ in range(2)] if things else []
        if things is None or None in steps:
            return None
        sides, parts = [], []
        for step in steps:
            pool = self._draws.linked_to(things.nodes, step) if step else []
            if step is None or not pool:
                return None
            back, node = Step(step.relation, inverse=not step.inverse), self._drawn.choice(pool)
            sides.append(self._of_class(things, back, node))
            parts.append(self._draws.condition(back, node))
        words = {"one": things.one, "many": things.many, "a": parts[0], "b": parts[1]}
        return Draft(ops.Exists(ops.Intersect(*sides)), self._draws.choose(self._words.any_shared, words))

    def flagged(self) -> Draft | None:
        """Things that a yes-or-no attribute holds of, or whether it holds of one."""
        things = self._draws.things(narrowed=False)
        flag = self._draws.flag(things.nodes) if things else None
        if things is None or flag is None:
            return None
        step, name = Step(flag), self._draws.name(Step(flag))
        if self._toss():
            thing = int(self._drawn.choice(self._graph.edges(things.nodes, flag)[0].tolist()))
            test = ops.Exists(ops.Where(ops.Entities((thing,)), step, Comparison.EQUAL, _TRUE))
            return Draft(test, self._draws.choose(self._words.flag_test, {"x": self._draws.node(thing), "f": name}))
        holds = self._drawn.random() < 0.75
        program = ops.Where(things.program, step, Comparison.EQUAL, _TRUE if holds else _FALSE)
        forms = self._words.flagged if holds else self._words.not_flagged
        return Draft(program, self._draws.choose(forms, {"one": things.one, "many": things.many, "f": name}))

    def related(self) -> Draft | None:
        """How two things are related."""
        fact = self._draws.fact()
        if fact is None or self._draws.is_literal(fact.object) or fact.step.inverse:
            return None
        program = ops.RelationBetween(ops.Entities((fact.subject,)), ops.Entities((fact.object,)))
        words = {"x": self._draws.node(fact.subject), "y": self._draws.node(fact.object)}
        return Draft(program, self._draws.choose(self._words.related, words))

    def listed(self) -> Draft | None:
        """Things of which one fact holds."""
        things = self._draws.things(narrowed=True)
        if things is None:
            return None
        return Draft(things.program, self._draws.choose(self._words.listed, self._said(things)))

    def _of_class(self, things: ThingSet, back: Step, node: int) -> Program:
        return ops.OfType(ops.Follow(ops.Entities((node,)), back), things.node_class)

    def _parts(self, things: ThingSet, back: Step, first: int, second: int) -> dict[str, str]:
        return {
            "one": things.one,
            "many": things.many,
            "a": self._draws.condition(back, first),
            "b": self._draws.condition(back, second),
            "y": self._draws.node(second),
        }

    # -- numbers of things ---------------------------------------------------------------------

    def how_many(self) -> Draft | None:
        """How many things there are."""
        things = self._draws.things()
        if things is None:
            return None
        return Draft(ops.Count(things.program), self._draws.choose(self._words.how_many, self._said(things)))

    def more_than(self) -> Draft | None:
        """Things with more than some number of others."""
        things, step = self._counted()
        if things is None or step is None:
            return None
        k, least = self._drawn.randint(2, _MOST_COUNTED), self._drawn.random() < 0.3
        comparison = Comparison.GREATER_EQUAL if least else Comparison.GREATER
        program = ops.WhereCount(things.program, step, comparison, k)
        said = str(k) if self._toss() else self._words.numbers[k - 2]
        forms = self._words.at_least if least else self._words.more_than
        return Draft(program, self._draws.choose(forms, self._said(things, k=said, r=self._called(step))))

    def none(self) -> Draft | None:
        """Things that have none of something."""
        things, step = self._counted()
        if things is None or step is None:
            return None
        program = ops.WhereCount(things.program, step, Comparison.EQUAL, 0)
        return Draft(program, self._draws.choose(self._words.none, self._said(things, r=self._called(step))))

    def most_of(self) -> Draft | None:
        """The thing with the most others, or the fewest."""
        things, step = self._counted()
        if things is None or step is None:
            return None
        order = Order.LARGEST if self._drawn.random() < 0.75 else Order.SMALLEST
        forms = self._words.most_of if order is Order.LARGEST else self._words.fewest_of
        words = self._said(things, r=self._called(step))
        return Draft(ops.TopByCount(things.program, step, order), self._draws.choose(forms, words))

    def _counted(self) -> tuple[ThingSet | None, Step | None]:
        things = self._draws.things()
        step = self._draws.linked(things.nodes) if things else None
        return things, step

    def _called(self, step: Step) -> str:
        """What the things that a step leads to are called: by their class against a relation, else by its name."""
        if step.inverse:
            subjects = self._graph.relation_pairs(step.relation)[0]
            own = self._draws.class_of(subjects)
            return self._draws.plural(own) if own else self._draws.name(step)
        return self._draws.plural(self._draws.name(step))

    # -- averages and tables -------------------------------------------------------------------

    def folded(self) -> Draft | None:
        """The average or the sum of what things measure."""
        things = self._draws.things()
        own = self._draws.attribute(things.nodes, timed=False) if things else None
        if things is None or own is None:
            return None
        average = self._drawn.random() < 0.6
        fold = ops.Aggregation.AVERAGE if average else ops.Aggregation.SUM
        forms = self._words.average if average else self._words.total
        return Draft(ops.Aggregate(things.program, own.step, fold), self._draws.choose(forms, self._said(things, own)))

    def count_each(self) -> Draft | None:
        """For each of some things, how many others it has."""
        found = self._grouped()
        if found is None:
            return None
        groups, step, members = found
        program = ops.GroupCount(groups.program, step, members.program)
        return Draft(program, self._draws.choose(self._words.count_each, {"one": groups.one, "d": members.many}))

    def average_each(self) -> Draft | None:
        """For each of some things, the average of what others measure."""
        found = self._grouped()
        own = self._draws.attribute(found[2].nodes, timed=False) if found else None
        if found is None or own is None:
            return None
        groups, step, members = found
        parts = groups.program, step, members.program, own.step
        words = {"one": groups.one, "d": members.many, "m": own.name}
        return Draft(
            ops.GroupAggregate(*parts, ops.Aggregation.AVERAGE), self._draws.choose(self._words.average_each, words)
        )

    def best_each(self) -> Draft | None:
        """For each of some things, the other with most or least of something."""
        found = self._grouped()
        own = self._draws.attribute(found[2].nodes, timed=False) if found else None
        if found is None or own is None:
            return None
        groups, step, members = found
        order = self._order()
        program = ops.GroupBest(groups.program, step, members.program, own.step, order)
        words = {"one": groups.one, "d": members.one, "m": own.name} | self._degree(own.timed, order)
        return Draft(program, self._draws.choose(self._words.best_each, words))

    def _grouped(self) -> tuple[ThingSet, Step, ThingSet] | None:
        """A few things, and the class of others that a step from them leads to."""
        groups = self._draws.things(narrowed=False)
        step = self._draws.linked(groups.nodes) if groups and len(groups.nodes) <= _MOST_GROUPS else None
        members = self._draws.class_reached(groups.nodes, step) if groups and step else None
        if groups is None or step is None or members is None:
            return None
        return (groups, step, members) if self._draws.is_lone(groups.nodes, step, members.nodes) else None

    # -- words ---------------------------------------------------------------------------------

    def _said(self, things: ThingSet, own: Attribute | None = None, **more: str) -> dict[str, str]:
        return {"one": things.one, "many": things.many, "m": own.name if own else ""} | more

    def _toss(self) -> bool:
        return self._drawn.random() < 0.5

    def _order(self) -> Order:
        return self._drawn.choice(list(Order))


def _reached(node: int, step: Step) -> Program:
    return ops.Follow(ops.Entities((node,)), step)


def _over(above: bool) -> Comparison:
    return Comparison.GREATER if above else Comparison.LESS


def _degrees(adjective: Adjective, order: Order) -> dict[str, str]:
    if order is Order.LARGEST:
        return {"more": adjective.more, "most": adjective.most}
    return {"more": adjective.less, "most": adjective.least}
