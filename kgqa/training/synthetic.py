"""Questions made from a graph itself: programs drawn at random, worded by templates in English or Chinese.

What a reader learns from them is how operators are asked for and how relations chain, not how people word a relation:
names are taken from labels and aliases, and a share of the questions leaves some of their words out.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np

from kgqa.evaluation import Gold, Question, QuestionSet
from kgqa.graph import KnowledgeGraph
from kgqa.program import algebra as ops
from kgqa.program import execute
from kgqa.program.algebra import Program, Step, Yields
from kgqa.retrieval.relations import relation_names, walkable
from kgqa.text import guess_language
from kgqa.types import NodeIds

_MOST_ANSWERS = 30
_TRIES = 12
_CHOICES = 6


@dataclass(frozen=True, slots=True)
class Draft:
    """A program and its wording."""

    program: Program
    text: str


@dataclass(frozen=True, slots=True)
class _Fact:
    subject: int
    step: Step
    object: int


class Synthesiser:
    """Draws questions about one graph.

    language : "en" or "zh". seed : of every draw.
    """

    def __init__(self, graph: KnowledgeGraph, *, language: str = "en", seed: int = 0) -> None:
        self._graph = graph
        self._language = language
        self._drawn = random.Random(seed)  # noqa: S311 - a sample, not a secret
        self._relations = [r for r in walkable(graph) if r not in graph.schema.types]
        terms = {graph.relation_term(r) for r in range(graph.n_relations)}
        self._schema = terms | set(graph.classes.tolist())
        self._numeric = [r for r in self._relations if self._measures(r)]
        self._wording = _CHINESE if language == "zh" else _ENGLISH

    def questions(self, wanted: int) -> QuestionSet:
        """About `wanted` questions with answers, of every kind that the graph allows, in turn."""
        found: dict[str, tuple[Question, Gold]] = {}
        kinds = (
            self._lookup,
            self._chain,
            self._lookup,
            self._count,
            self._shared,
            self._test,
            self._most,
            self._chain,
        )
        for number in range(wanted * _TRIES):
            if len(found) == wanted or not self._relations:
                break
            draft = kinds[number % len(kinds)]()
            answers = self._answers(draft.program) if draft else None
            if draft and answers and draft.text not in found:
                id_ = f"synthetic-{self._language}-{len(found)}"
                found[draft.text] = Question(id_, draft.text, self._language), Gold(answers)
        pairs = list(found.values())
        return QuestionSet(tuple(question for question, _ in pairs), {q.id: gold for q, gold in pairs})

    # -- programs ------------------------------------------------------------------------------

    def _lookup(self) -> Draft | None:
        fact = self._fact(self._relation())
        if fact is None:
            return None
        start = ops.Entities((fact.subject,))
        return Draft(ops.Follow(start, fact.step), self._said(self._node(fact.subject), [fact.step], fact.object))

    def _chain(self) -> Draft | None:
        """Two or three steps from a node."""
        fact = self._fact(self._relation())
        if fact is None:
            return None
        program: Program = ops.Follow(ops.Entities((fact.subject,)), fact.step)
        steps, at = [fact.step], fact.object
        for _ in range(self._drawn.choice((1, 1, 2))):
            step = self._onward(at, steps[-1])
            if step is None:
                break
            program, steps = ops.Follow(program, step), [*steps, step]
            at = int(self._graph.follow(np.array([at], dtype=np.int32), step.relation, inverse=step.inverse)[0])
        return Draft(program, self._said(self._node(fact.subject), steps, at)) if len(steps) > 1 else None

    def _count(self) -> Draft | None:
        draft = self._lookup()
        if draft is None or not isinstance(draft.program, ops.Follow):
            return None
        program = draft.program
        reached = execute(program, self._graph).nodes
        if self._literal(int(reached[0])):
            return None
        name = self._name(program.step)
        node = program.source.nodes[0] if isinstance(program.source, ops.Entities) else -1
        things = self._class_of(reached) if program.step.inverse else ""
        words = {"r": name, "x": self._node(node), "c": things or name}
        return Draft(
            ops.Count(program), self._choose(self._wording.counts_back if things else self._wording.counts, words)
        )

    def _shared(self) -> Draft | None:
        """Things that two facts hold of."""
        fact = self._fact(self._relation())
        if fact is None:
            return None
        other = self._onward(fact.object, None)
        if other is None or (other == Step(fact.step.relation, inverse=not fact.step.inverse)):
            return None
        at = int(self._graph.follow(np.array([fact.object], dtype=np.int32), other.relation, inverse=other.inverse)[0])
        back = Step(other.relation, inverse=not other.inverse)
        program = ops.Intersect(
            ops.Follow(ops.Entities((fact.subject,)), fact.step), ops.Follow(ops.Entities((at,)), back)
        )
        things = self._class_of(np.array([fact.object], dtype=np.int32)) or self._choose(self._wording.things, {})
        parts = [self._condition(fact.step, fact.subject), self._condition(back, at)]
        return Draft(program, self._choose(self._wording.shared, {"c": things, "a": parts[0], "b": parts[1]}))

    def _test(self) -> Draft | None:
        fact = self._fact(self._relation())
        if fact is None or fact.step.inverse:
            return None
        other = fact.object
        if self._drawn.random() < 0.5:
            objects = self._graph.relation_pairs(fact.step.relation)[1]
            other = int(objects[self._drawn.randrange(len(objects))])
        program = ops.Contains(ops.Follow(ops.Entities((fact.subject,)), fact.step), ops.Entities((other,)))
        words = {"r": self._name(fact.step), "x": self._node(fact.subject), "y": self._node(other)}
        return Draft(program, self._choose(self._wording.tests, words))

    def _most(self) -> Draft | None:
        """The one of a set that has most of something."""
        fact = self._fact(self._relation())
        if fact is None or not self._numeric:
            return None
        source: Program = ops.Follow(ops.Entities((fact.subject,)), fact.step)
        nodes = execute(source, self._graph).nodes
        own = [r for r in self._numeric if len(nodes) > 1 and len(self._graph.edges(nodes, r)[0]) > 1]
        if not own:
            return None
        step, order = Step(self._drawn.choice(own)), self._drawn.choice(list(ops.Order))
        things = self._class_of(nodes) or self._name(fact.step)
        words = {"c": things, "a": self._condition(fact.step, fact.subject), "m": self._name(step)}
        templates = self._wording.largest if order is ops.Order.LARGEST else self._wording.smallest
        return Draft(ops.Top(source, step, order), self._choose(templates, words))

    # -- draws ---------------------------------------------------------------------------------

    def _relation(self) -> int:
        return self._drawn.choice(self._relations)

    def _fact(self, relation: int) -> _Fact | None:
        """A fact seen from either end, with few on the other side; from its object only if that is an entity."""
        subjects, objects = self._graph.relation_pairs(relation)
        at = self._drawn.randrange(len(subjects))
        subject, other = int(subjects[at]), int(objects[at])
        if subject in self._schema or other in self._schema:
            return None
        if self._drawn.random() < 0.35 and not self._literal(other):
            return _Fact(other, Step(relation, inverse=True), subject)
        return _Fact(subject, Step(relation), other)

    def _onward(self, node: int, last: Step | None) -> Step | None:
        """A step out of a node, not back along the one before."""
        if self._literal(node):
            return None
        at = np.array([node], dtype=np.int32)
        known = set(self._relations)
        steps = [Step(r, inverse=i) for i in (False, True) for r in self._graph.relations_of(at, inverse=i)[0].tolist()]
        steps = [s for s in steps if s.relation in known and (last is None or s.relation != last.relation)]
        return self._drawn.choice(steps) if steps else None

    def _answers(self, program: Program) -> tuple[str, ...] | None:
        """The program's values as a question file writes them; None if there are none or too many."""
        result = execute(program, self._graph)
        if result.yields is Yields.BOOLEAN:
            return (str(bool(result.boolean)).lower(),)
        if result.yields is Yields.NUMBER:
            return None if result.number is None else (f"{result.number:.15g}",)
        few = 0 < len(result.nodes) <= _MOST_ANSWERS
        return tuple(self._graph.id(node) for node in result.nodes.tolist()) if few else None

    # -- words ---------------------------------------------------------------------------------

    def _said(self, name: str, steps: list[Step], last: int) -> str:
        """A chain in words: along a relation by its name, against it by what has it."""
        said = name
        for step in steps[:-1]:
            forms = self._wording.against if step.inverse else self._wording.along
            said = self._choose(forms, {"r": self._name(step), "x": said, "c": self._choose(self._wording.things, {})})
        step = steps[-1]
        things = self._class_of(np.array([last], dtype=np.int32))
        if step.inverse:
            words = {"r": self._name(step), "x": said, "c": things or self._choose(self._wording.things, {})}
            return self._choose(self._wording.asks_back, words)
        asked = self._choose(self._wording.along, {"r": self._name(step), "x": said})
        return self._choose(self._wording.asks, {"a": asked})

    def _condition(self, step: Step, node: int) -> str:
        """What is said of things that a step from a node reaches."""
        forms = self._wording.has if step.inverse else self._wording.is_of
        return self._choose(forms, {"r": self._name(step), "x": self._node(node)})

    def _choose(self, forms: tuple[str, ...], words: dict[str, str]) -> str:
        return self._drawn.choice(forms).format(**words)

    def _name(self, step: Step) -> str:
        own = self._graph.relation_label(step.relation, self._language)
        speaks = guess_language(own)
        others = [name for name in relation_names(self._graph, step.relation) if guess_language(name) is speaks]
        return own if self._drawn.random() < 0.5 or not others else self._drawn.choice(others)

    def _node(self, node: int) -> str:
        return self._graph.label(node, self._language)

    def _class_of(self, nodes: NodeIds) -> str:
        types = self._graph.types(nodes[:_CHOICES])
        return self._graph.label(int(types[0]), self._language) if len(types) else ""

    def _literal(self, node: int) -> bool:
        return bool(self._graph.is_literal(np.array([node], dtype=np.int32))[0])

    def _measures(self, relation: int) -> bool:
        """Whether a relation leads to numbers or dates."""
        objects = self._graph.relation_pairs(relation)[1][:_CHOICES]
        literals = objects[self._graph.is_literal(objects)]
        texts = ("string", "langString", "boolean")
        return bool(len(literals)) and all(
            self._graph.literal(int(n)).datatype.rpartition("#")[2] not in texts for n in literals
        )


@dataclass(frozen=True, slots=True)
class _Wording:
    """Templates of one language: r a relation, x and y names, c a class, m a measure, a and b parts."""

    along: tuple[str, ...]
    against: tuple[str, ...]
    asks: tuple[str, ...]
    asks_back: tuple[str, ...]
    has: tuple[str, ...]
    is_of: tuple[str, ...]
    counts: tuple[str, ...]
    counts_back: tuple[str, ...]
    shared: tuple[str, ...]
    tests: tuple[str, ...]
    largest: tuple[str, ...]
    smallest: tuple[str, ...]
    things: tuple[str, ...]


_ENGLISH = _Wording(
    along=("the {r} of {x}", "{x}'s {r}", "the {r} of {x}", "the {r} for {x}", "{x} {r}"),
    against=("the {c} whose {r} is {x}", "the {c} with {r} {x}", "what has {x} as its {r}"),
    asks=("What is {a}?", "what is {a}", "Tell me {a}.", "Who or what is {a}?", "Which is {a}?", "{a}?", "Name {a}."),
    asks_back=(
        "Which {c} has the {r} {x}?",
        "Which {c} have {x} as their {r}?",
        "What {c} has {r} {x}?",
        "Whose {r} is {x}?",
        "{x} is the {r} of what?",
        "{x} is the {r} of which {c}?",
    ),
    has=("have {x} as {r}", "with {r} {x}", "whose {r} is {x}", "have the {r} {x}"),
    is_of=("are a {r} of {x}", "are the {r} of {x}", "are {x}'s {r}"),
    counts=("How many {r} does {x} have?", "what is the number of {r} of {x}", "How many {r} has {x}?"),
    counts_back=("How many {c} have the {r} {x}?", "how many {c} have {x} as {r}", "Count the {c} whose {r} is {x}."),
    shared=("Which {c} {a} and {b}?", "what {c} {a} and also {b}", "Name the {c} that {a} and {b}."),
    tests=("Is {y} the {r} of {x}?", "Is {x}'s {r} {y}?", "Does {x} have the {r} {y}?", "is {y} a {r} of {x}"),
    largest=(
        "Which of the {c} that {a} has the largest {m}?",
        "Which {c} {a} and has the highest {m}?",
        "Of the {c} that {a}, which has the most {m}?",
        "the {c} with the greatest {m} that {a}",
    ),
    smallest=(
        "Which of the {c} that {a} has the smallest {m}?",
        "Which {c} {a} and has the lowest {m}?",
        "Of the {c} that {a}, which has the least {m}?",
    ),
    things=("things", "ones", "items", "entities"),
)
_CHINESE = _Wording(
    along=("{x}的{r}", "{x}的{r}", "{x}{r}"),
    against=("{r}是{x}的{c}", "{r}为{x}的{c}", "以{x}为{r}的{c}"),
    asks=("{a}是什么？", "{a}是谁？", "{a}是哪个？", "请问{a}是什么？", "你知道{a}是什么吗？", "{a}有哪些？", "{a}？"),
    asks_back=("哪些{c}的{r}是{x}？", "{x}是哪个{c}的{r}？", "{r}是{x}的{c}有哪些？", "{x}是谁的{r}？"),
    has=("{r}是{x}", "{r}为{x}", "以{x}为{r}"),
    is_of=("是{x}的{r}", "属于{x}的{r}"),
    counts=("{x}有多少个{r}？", "{x}的{r}有几个？", "{x}的{r}一共有多少个？"),
    counts_back=("有多少个{c}的{r}是{x}？", "{r}是{x}的{c}有几个？"),
    shared=("哪些{c}{a}，并且{b}？", "{a}而且{b}的{c}有哪些？", "哪个{c}既{a}又{b}？"),
    tests=("{y}是{x}的{r}吗？", "{x}的{r}是不是{y}？", "{x}的{r}是{y}吗？"),
    largest=("{a}的{c}中，哪个{m}最大？", "{a}的{c}里{m}最高的是哪个？"),
    smallest=("{a}的{c}中，哪个{m}最小？", "{a}的{c}里{m}最低的是哪个？"),
    things=("东西", "事物", "对象"),
)
