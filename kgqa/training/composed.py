"""Made questions about sets of things: exceptions, either of two, yes or no, counts as conditions, tables."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from kgqa.program import algebra as ops
from kgqa.program import execute
from kgqa.program.algebra import Comparison, Order, Program, Step
from kgqa.training.conditions import of_one
from kgqa.training.draws import Draft, Drafts, ThingSet, degree, said
from kgqa.training.templates import Forms

_MOST_GROUPS = 30
_MOST_COUNTED = 9


class ComposedDrafts(Drafts):
    """Drafts about the classes of a graph."""

    @property
    def kinds(self) -> tuple[Callable[[], Draft | None], ...]:
        """One method for each kind of question, bare lists twice, as people ask for those more often."""
        return (
            self.listed,
            self.excepted,
            self.flagged,
            self.more_than,
            self.most_of,
            self.count_each,
            self.either,
            self.none,
            self.unrelated,
            self.related,
            self.any_shared,
            self.lacking,
            self.best_each,
            self.how_many,
            self.listed,
            self.any_one,
            self.but_not,
            self.average_each,
        )

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
        words = said(things, r=self._draws.name(back), x=self._draws.node(others[0]))
        if len(others) > 1 and self._draws.toss():
            words["y"] = self._draws.node(others[1])
            forms = self._words.except_ if back.inverse else self._words.except_of
            program = ops.Difference(self._of_class(things, back, others[0]), _reached(others[1], back))
            return Draft(program, self._draws.choose(forms, words))
        if back.inverse and self._draws.toss():
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
        sides = [self._side(things) for _ in range(2)] if things else []
        if things is None or None in sides:
            return None
        (first, a), (second, b) = filter(None, sides)
        words = _conditions(things, a, b)
        return Draft(ops.Exists(ops.Intersect(first, second)), self._draws.choose(self._words.any_shared, words))

    def any_one(self) -> Draft | None:
        """Whether there is a thing that a fact holds of, perhaps of two at once."""
        things = self._draws.things(narrowed=False)
        step = self._draws.linked(things.nodes) if things else None
        if things is None or step is None:
            return None
        back, pool = Step(step.relation, inverse=not step.inverse), self._draws.linked_to(things.nodes, step)
        first, second = self._drawn.choice(pool), self._drawn.choice(pool)
        program = self._of_class(things, back, first)
        if first == second or self._draws.toss():
            said = self._draws.condition(back, first)
        else:
            program = ops.Intersect(program, _reached(second, back))
            said = self._draws.condition_both(back, first, second)
        words = _conditions(things, said, "")
        return Draft(ops.Exists(program), self._draws.choose(self._words.any_one, words))

    def but_not(self) -> Draft | None:
        """Things of which one fact holds and another does not, in any words."""
        things = self._draws.things(narrowed=False)
        side = self._side(things) if things else None
        if things is None or side is None:
            return None
        left, said = side
        return self._lacking(left, {"many": things.many, "a": said}, self._words.but_not)

    def lacking(self) -> Draft | None:
        """Those of a part of a class of which a fact does not hold."""
        things = self._draws.things(narrowed=True)
        return self._lacking(things.program, {"many": things.many}, self._words.lacking) if things else None

    def _lacking(self, left: Program, words: dict[str, str], forms: Forms) -> Draft | None:
        """Those of a set of which a fact does not hold that does of others in it."""
        nodes = execute(left, self._graph).nodes
        step = self._draws.linked(nodes) if len(nodes) else None
        pool = self._draws.linked_to(nodes, step) if step else []
        if step is None or not pool:
            return None
        back, other = Step(step.relation, inverse=not step.inverse), self._drawn.choice(pool)
        words = words | {"b": self._draws.lacks(back, other, nodes)}
        return Draft(ops.Difference(left, _reached(other, back)), self._draws.choose(forms, words))

    def _side(self, things: ThingSet) -> tuple[Program, str] | None:
        """Things of a class of which a fact holds, and what is said of them."""
        step = self._draws.linked(things.nodes)
        pool = self._draws.linked_to(things.nodes, step) if step else []
        if step is None or not pool:
            return None
        back, node = Step(step.relation, inverse=not step.inverse), self._drawn.choice(pool)
        return self._of_class(things, back, node), self._draws.condition(back, node)

    def unrelated(self) -> Draft | None:
        """Things of which a fact holds that no fact is known of, though one is of others of its class."""
        things = self._draws.things(narrowed=False)
        step = self._draws.linked(things.nodes) if things else None
        others = self._draws.class_reached(things.nodes, step) if things and step else None
        if things is None or step is None or others is None:
            return None
        free = sorted(set(others.nodes.tolist()).difference(self._draws.linked_to(things.nodes, step)))
        if not free:
            return None
        back, node = Step(step.relation, inverse=not step.inverse), self._drawn.choice(free)
        said = self._draws.condition(back, node)
        words = _conditions(things, said, said)
        return Draft(_reached(node, back), self._draws.choose(self._words.which, words), empty=True)

    def flagged(self) -> Draft | None:
        """Things that a yes-or-no attribute holds of, or whether it holds of one."""
        things = self._draws.things(narrowed=False)
        flag = self._draws.flag(things.nodes) if things else None
        if things is None or flag is None:
            return None
        step, name = Step(flag), self._draws.name(Step(flag))
        if self._draws.toss():
            thing = int(self._drawn.choice(self._graph.edges(things.nodes, flag)[0].tolist()))
            value = self._draws.attributes.says(flag, holds=True)
            test = ops.Exists(ops.Where(ops.Entities((thing,)), step, Comparison.EQUAL, value))
            return Draft(test, self._draws.choose(self._words.flag_test, {"x": self._draws.node(thing), "f": name}))
        holds = self._drawn.random() < 0.75
        value = self._draws.attributes.says(flag, holds=holds)
        program = ops.Where(things.program, step, Comparison.EQUAL, value)
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
        """Things of a class or of a kind, or those of them of which one fact holds."""
        things = self._draws.things(narrowed=None if self._draws.toss() else True)
        if things is None:
            return None
        return Draft(things.program, self._draws.choose(self._words.listed, said(things)))

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
        return Draft(ops.Count(things.program), self._draws.choose(self._words.how_many, said(things)))

    def more_than(self) -> Draft | None:
        """Things with more than some number of others."""
        things, step = self._counted()
        if things is None or step is None:
            return None
        k, least = self._drawn.randint(2, _MOST_COUNTED), self._drawn.random() < 0.3
        comparison = Comparison.GREATER_EQUAL if least else Comparison.GREATER
        program = ops.WhereCount(things.program, step, comparison, k)
        number = str(k) if self._draws.toss() else self._words.numbers[k - 2]
        forms = self._words.at_least if least else self._words.more_than
        return Draft(program, self._draws.choose(forms, said(things, k=number, r=self._called(step))))

    def none(self) -> Draft | None:
        """Things that have none of something."""
        things, step = self._counted()
        if things is None or step is None:
            return None
        program = ops.WhereCount(things.program, step, Comparison.EQUAL, 0)
        return Draft(program, self._draws.choose(self._words.none, said(things, r=self._called(step))))

    def most_of(self) -> Draft | None:
        """The thing with the most others, or the fewest."""
        things, step = self._counted()
        if things is None or step is None:
            return None
        order = Order.LARGEST if self._drawn.random() < 0.75 else Order.SMALLEST
        forms = self._words.most_of if order is Order.LARGEST else self._words.fewest_of
        words = said(things, r=self._called(step))
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

    # -- tables -------------------------------------------------------------------

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
        order = self._draws.order()
        program = ops.GroupBest(groups.program, step, members.program, own.step, order)
        words = {"one": groups.one, "d": members.one, "m": own.name} | degree(self._words, own, order)
        return Draft(program, self._draws.choose(self._words.best_each, words))

    def _grouped(self) -> tuple[ThingSet, Step, ThingSet] | None:
        """A few things, and the class of others that a step from them leads to."""
        groups = self._draws.things(narrowed=False)
        step = self._draws.linked(groups.nodes) if groups and len(groups.nodes) <= _MOST_GROUPS else None
        members = self._draws.class_reached(groups.nodes, step) if groups and step else None
        if groups is None or step is None or members is None:
            return None
        return (groups, step, members) if self._draws.is_lone(groups.nodes, step, members.nodes) else None


def _conditions(things: ThingSet, a: str, b: str) -> dict[str, str]:
    """Two conditions, as they are said of many things and of one."""
    return {"one": things.one, "many": things.many, "a": a, "b": b, "a1": of_one(a), "b1": of_one(b)}


def _reached(node: int, step: Step) -> Program:
    return ops.Follow(ops.Entities((node,)), step)
