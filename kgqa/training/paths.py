"""Made questions about paths: lookups either way, chains, counts, two conditions, yes or no, the most of some."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from kgqa.program import algebra as ops
from kgqa.program import execute
from kgqa.program.algebra import Program, Step
from kgqa.training.draws import Draft, Drafts


class PathDrafts(Drafts):
    """Drafts that start from a fact."""

    @property
    def kinds(self) -> tuple[Callable[[], Draft | None], ...]:
        """One method for each kind of question, the plainest more often."""
        return (
            self.lookup,
            self.chain,
            self.lookup,
            self.count,
            self.shared,
            self.test,
            self.most,
            self.chain,
            self.same,
        )

    def lookup(self) -> Draft | None:
        """What one step from a node leads to."""
        fact = self._draws.fact()
        if fact is None:
            return None
        way = [(fact.subject, fact.step)]
        return Draft(ops.Follow(ops.Entities((fact.subject,)), fact.step), self._said(way, fact.object))

    def chain(self) -> Draft | None:
        """Two or three steps from a node."""
        fact = self._draws.fact()
        if fact is None:
            return None
        program: Program = ops.Follow(ops.Entities((fact.subject,)), fact.step)
        way, at = [(fact.subject, fact.step)], fact.object
        for _ in range(self._drawn.choice((1, 1, 2))):
            step = self._draws.onward(at, way[-1][1])
            if step is None:
                break
            program, way = ops.Follow(program, step), [*way, (at, step)]
            at = int(self._draws.reached(at, step)[0])
        return Draft(program, self._said(way, at)) if len(way) > 1 else None

    def same(self) -> Draft | None:
        """Other things of which the same fact holds, or what a step from those leads to."""
        fact = self._draws.fact()
        if fact is None or fact.step.inverse:
            return None
        own = ops.Entities((fact.subject,))
        back = Step(fact.step.relation, inverse=True)
        program: Program = ops.Difference(ops.Follow(ops.Follow(own, fact.step), back), own)
        others = execute(program, self._graph).nodes
        if not len(others):
            return None
        kind = self._draws.class_of(np.array([fact.subject], dtype=np.int32)) or self._things()
        words = {"r": self._draws.name(fact.step), "x": self._draws.node(fact.subject)}
        said = self._draws.choose(self._words.same, words | {"many": self._draws.plural(kind)})
        other = int(others[0])
        onward = self._draws.onward(other, fact.step) if self._draws.toss() else None
        if onward is None or onward.inverse:
            return Draft(program, self._draws.choose(self._words.listed, {"many": said}))
        return Draft(ops.Follow(program, onward), self._asked(said, other, onward, other))

    def count(self) -> Draft | None:
        """How many nodes one step leads to."""
        draft = self.lookup()
        if draft is None or not isinstance(draft.program, ops.Follow):
            return None
        program = draft.program
        reached = execute(program, self._graph).nodes
        if self._draws.is_literal(int(reached[0])):
            return None
        name = self._draws.name(program.step)
        node = program.source.nodes[0] if isinstance(program.source, ops.Entities) else -1
        things = self._draws.class_of(reached) if program.step.inverse else ""
        words = {"r": name, "x": self._draws.node(node), "c": things or name}
        return Draft(
            ops.Count(program), self._draws.choose(self._words.counts_back if things else self._words.counts, words)
        )

    def shared(self) -> Draft | None:
        """Things that two facts hold of."""
        fact = self._draws.fact()
        if fact is None:
            return None
        other = self._draws.onward(fact.object, None)
        if other is None or (other == Step(fact.step.relation, inverse=not fact.step.inverse)):
            return None
        at = int(self._draws.reached(fact.object, other)[0])
        back = Step(other.relation, inverse=not other.inverse)
        program = ops.Intersect(
            ops.Follow(ops.Entities((fact.subject,)), fact.step), ops.Follow(ops.Entities((at,)), back)
        )
        things = self._draws.class_of(np.array([fact.object], dtype=np.int32)) or self._things()
        parts = [self._draws.condition(fact.step, fact.subject), self._draws.condition(back, at)]
        return Draft(program, self._draws.choose(self._words.shared, {"c": things, "a": parts[0], "b": parts[1]}))

    def test(self) -> Draft | None:
        """Whether a fact holds; in half of the cases of another object."""
        fact = self._draws.fact()
        if fact is None or fact.step.inverse:
            return None
        other = fact.object
        if self._drawn.random() < 0.5:
            objects = self._graph.relation_pairs(fact.step.relation)[1]
            other = int(objects[self._drawn.randrange(len(objects))])
        program = ops.Contains(ops.Follow(ops.Entities((fact.subject,)), fact.step), ops.Entities((other,)))
        words = {"r": self._draws.name(fact.step), "x": self._draws.node(fact.subject), "y": self._draws.node(other)}
        return Draft(program, self._draws.choose(self._words.tests, words))

    def most(self) -> Draft | None:
        """The one of a set that has most of something."""
        fact = self._draws.fact()
        if fact is None:
            return None
        source: Program = ops.Follow(ops.Entities((fact.subject,)), fact.step)
        nodes = execute(source, self._graph).nodes
        own = self._draws.attribute(nodes, timed=False) if len(nodes) > 1 else None
        if own is None:
            return None
        order = self._drawn.choice(list(ops.Order))
        things = self._draws.class_of(nodes) or self._draws.name(fact.step)
        words = {"c": things, "a": self._draws.condition(fact.step, fact.subject), "m": own.name}
        templates = self._words.largest if order is ops.Order.LARGEST else self._words.smallest
        return Draft(ops.Top(source, own.step, order), self._draws.choose(templates, words))

    def _said(self, way: Sequence[tuple[int, Step]], last: int) -> str:
        """A chain in words; `way` are its steps with the nodes that they start from."""
        said = self._draws.mention(way[0][0])
        for (node, step), (reached, _) in pairwise(way):
            said = self._part(said, node, step, reached)
        return self._asked(said, *way[-1], last)

    def _part(self, said: str, node: int, step: Step, reached: int) -> str:
        """What a step leads to, as a noun phrase."""
        other = self._draws.paraphrase(node, step)
        forms = () if other is None else other.against if step.inverse else other.along
        if not forms or self._draws.toss():
            forms = self._words.against if step.inverse else self._words.along
        return self._draws.choose(forms, self._kind(reached) | {"r": self._draws.name(step), "x": said})

    def _asked(self, said: str, node: int, step: Step, reached: int) -> str:
        """A question for what a step leads to: along a relation by its name, against it by what has it."""
        other = self._draws.paraphrase(node, step)
        forms = () if other is None else other.backs if step.inverse else other.asks
        words = self._kind(reached) | {"r": self._draws.name(step), "x": said}
        if forms and self._draws.toss():
            return self._draws.choose(forms, words)
        if step.inverse:
            return self._draws.choose(self._words.asks_back, words)
        who = words["c"].casefold() in self._words.people and self._draws.toss()
        asks = self._words.asks_who if who else self._words.asks
        return self._draws.choose(asks, {"a": self._draws.choose(self._words.along, words)})

    def _kind(self, node: int) -> dict[str, str]:
        """What a thing is, in the singular and in the plural, for templates."""
        kind = self._draws.class_of(np.array([node], dtype=np.int32)) or self._things()
        return {"c": kind, "cs": self._draws.plural(kind)}

    def _things(self) -> str:
        """A word for what has no class."""
        return self._draws.choose(self._words.things, {})
