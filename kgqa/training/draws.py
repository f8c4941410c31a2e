"""What made questions are drawn from: facts, steps, classes and attributes of one graph, with their names."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from kgqa.graph import KnowledgeGraph
from kgqa.graph.values import values_of
from kgqa.program import algebra as ops
from kgqa.program import execute
from kgqa.program.algebra import Order, Program, Step
from kgqa.retrieval.attributes import Attributes
from kgqa.retrieval.relations import relation_names, walkable
from kgqa.text import guess_language, pluralised
from kgqa.training.chinese import CHINESE
from kgqa.training.conditions import is_open, turned
from kgqa.training.paraphrases import Paraphrase, paraphrases
from kgqa.training.templates import ENGLISH, Forms, Templates
from kgqa.types import NodeIds

_LOOKED_AT = 6
_WHICH = "Which {cs} "
_THAT = re.compile(r"\bthat (with|whose)\b")
"""Conditions without a verb stand right behind the noun: "countries that", "with capital Paris"."""
_BACKWARDS = 0.35
_NARROWED = 0.5
_OF_A_KIND = 0.3
"""The share of sets that are of a kind that a relation names, "noble gases", where the graph has such a relation."""
_KINDS = frozenset({"category", "type", "kind", "sort", "classification", "类别", "类型", "种类", "分类"})
"""What those relations are called."""
_CLASS_SAID = 0.15
"""The share of names that the class goes before: "the country France"."""
_FEWEST, _MOST = 3, 5_000
"""How many things a class must have for questions about all of them."""
_TRIES = 8
_VOCABULARIES = (
    "http://www.w3.org/2002/07/owl#",
    "http://www.w3.org/2000/01/rdf-schema#",
    "http://www.w3.org/1999/02/",
)
"""Where the classes of relations and of classes are."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A program and its wording; no program where the graph can't answer. empty : whether it is to find nothing."""

    program: Program | None
    text: str
    empty: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact seen from either end."""

    subject: int
    step: Step
    object: int


@dataclass(frozen=True, slots=True)
class ThingSet:
    """A set of things in words. one, many : in the singular and in the plural. node_class : of all of them, or -1."""

    program: Program
    one: str
    many: str
    nodes: NodeIds
    node_class: int


@dataclass(frozen=True, slots=True)
class Attribute:
    """What some things measure. nodes, values : each thing that has a value, with the literal, side by side."""

    step: Step
    name: str
    timed: bool
    nodes: NodeIds
    values: NodeIds


class Draws:
    """Draws from one graph. language : "en" or "zh". seed : of every draw."""

    def __init__(self, graph: KnowledgeGraph, *, language: str, seed: int) -> None:
        self.graph = graph
        self.random = random.Random(seed)  # noqa: S311 - a sample, not a secret
        self.templates: Templates = CHINESE if language == "zh" else ENGLISH
        self.attributes = Attributes(graph)
        self._language = language
        self.relations = [r for r in walkable(graph) if r not in graph.schema.types]
        self._known = frozenset(self.relations)
        self._schema = {graph.relation_term(r) for r in range(graph.n_relations)} | self.attributes.classes
        self._instances = lru_cache(maxsize=None)(self._compute_instances)

    # -- facts ---------------------------------------------------------------------------------

    def fact(self, relations: Sequence[int] = ()) -> Fact | None:
        """A fact of one of the relations, of any unless given; from its object only if that is an entity."""
        relation = self.random.choice(relations or self.relations)
        subjects, objects = self.graph.relation_pairs(relation)
        at = self.random.randrange(len(subjects))
        subject, other = int(subjects[at]), int(objects[at])
        if subject in self._schema or other in self._schema:
            return None
        if self.random.random() < _BACKWARDS and not self.is_literal(other):
            return Fact(other, Step(relation, inverse=True), subject)
        return Fact(subject, Step(relation), other)

    def onward(self, node: int, last: Step | None) -> Step | None:
        """A step out of a node, not along the relation before."""
        if self.is_literal(node):
            return None
        steps = [s for s in self.steps_of(node) if last is None or s.relation != last.relation]
        return self.random.choice(steps) if steps else None

    def steps_of(self, node: int) -> list[Step]:
        """All steps out of a node."""
        at = np.array([node], dtype=np.int32)
        found = ((r, i) for i in (False, True) for r in self.graph.relations_of(at, inverse=i)[0].tolist())
        return [Step(r, inverse=i) for r, i in found if r in self._known]

    def reached(self, node: int, step: Step) -> NodeIds:
        """What a step from a node leads to."""
        return self.graph.follow(np.array([node], dtype=np.int32), step.relation, inverse=step.inverse)

    def is_literal(self, node: int) -> bool:
        """Whether a node is a value."""
        return bool(self.graph.is_literal(np.array([node], dtype=np.int32))[0])

    # -- sets ----------------------------------------------------------------------------------

    @cached_property
    def classes(self) -> list[int]:
        """The classes that have some things, and not too many."""
        own = [c for c in self.graph.classes.tolist() if not self.graph.id(c).startswith(_VOCABULARIES)]
        return [c for c in own if _FEWEST <= len(self.instances(c)) <= _MOST]

    def instances(self, node_class: int) -> NodeIds:
        """The things of a class."""
        return self._instances(node_class)

    def things(self, *, narrowed: bool | None = None) -> ThingSet | None:
        """A class, or the part of it of which one fact holds; at times a kind, unless one of the two is wanted."""
        if not self.classes:
            return None
        if narrowed is None and self._kinds and self.random.random() < _OF_A_KIND:
            return self._of_a_kind()
        chosen = self.random.choice(self.classes)
        one = self.node(chosen)
        whole = ThingSet(ops.Instances(chosen), one, self.plural(one), self.instances(chosen), chosen)
        if narrowed is False or (narrowed is None and self.random.random() >= _NARROWED):
            return whole
        return self._narrowed(whole)

    @cached_property
    def _kinds(self) -> list[int]:
        """The relations from things to their kinds."""
        named = [r for r in self.relations if self.graph.relation_label(r, self._language).casefold() in _KINDS]
        return [r for r in named if self.attributes.linking[r]]

    def _of_a_kind(self) -> ThingSet | None:
        """Things of one kind."""
        relation = self.random.choice(self._kinds)
        kind = int(self.random.choice(self.graph.relation_pairs(relation)[1].tolist()))
        program = ops.Follow(ops.Entities((kind,)), Step(relation, inverse=True))
        nodes = execute(program, self.graph).nodes
        if self.is_literal(kind) or kind in self._schema or not _FEWEST <= len(nodes) <= _MOST:
            return None
        one = self.node(kind)
        return ThingSet(program, one, self.plural(one), nodes, -1)

    def _narrowed(self, whole: ThingSet) -> ThingSet | None:
        for _ in range(_TRIES):
            thing = int(self.random.choice(whole.nodes.tolist()))
            out = self.onward(thing, None)
            other = int(self.random.choice(self.reached(thing, out).tolist())) if out else -1
            if out is None or self.is_literal(other) or other in self._schema:
                continue
            back = Step(out.relation, inverse=not out.inverse)
            program = ops.OfType(ops.Follow(ops.Entities((other,)), back), whole.node_class)
            nodes = execute(program, self.graph).nodes
            if 1 < len(nodes) < len(whole.nodes):
                said = self._narrowing(back, other, whole)
                one, many = (said.format(c=form) for form in (whole.one, whole.many))
                return ThingSet(program, one, many, nodes, whole.node_class)
        return None

    def _narrowing(self, back: Step, other: int, whole: ThingSet) -> str:
        """A form of words for those of a class that a step from a node reaches; {c} stands for the class."""
        lone = self._is_lone(back, other, whole.nodes)
        own = self.templates.narrowed if back.inverse else self.templates.narrowed_of
        words = {"r": _braced(self.name(back)), "x": _braced(self.node(other)), "c": "{c}"}
        return self.choose((*self.templates.vague, *own) if lone else own, words)

    def _is_lone(self, step: Step, node: int, nodes: NodeIds) -> bool:
        """Whether no other step from a node leads to any of some things."""
        return not any(s != step and self._leads(node, s, nodes) for s in self.steps_of(node))

    def _leads(self, node: int, step: Step, nodes: NodeIds) -> bool:
        return bool(np.isin(self.reached(node, step), nodes).any())

    def attribute(self, nodes: NodeIds, *, timed: bool | None = None) -> Attribute | None:
        """Something that at least two of the nodes measure."""
        relations, _ = self.graph.relations_of(nodes)
        mask = self.attributes.measured
        own = [r for r in relations.tolist() if mask[r] and r in self._known]
        own = [r for r in own if timed is None or bool(self.attributes.timed[r]) is timed]
        self.random.shuffle(own)
        for relation in own:
            owners, values = self.graph.edges(nodes, relation)
            if len(np.unique(values)) > 1:
                step, is_time = Step(relation), bool(self.attributes.timed[relation])
                return Attribute(step, self.name(step), is_time, owners, values)
        return None

    def flag(self, nodes: NodeIds) -> int | None:
        """A yes-or-no attribute of some of the nodes."""
        own = [r for r in self.graph.relations_of(nodes)[0].tolist() if self.attributes.flags[r]]
        return self.random.choice(own) if own else None

    def linked(self, nodes: NodeIds) -> Step | None:
        """A step from some of the nodes to other things."""
        found = self._links(nodes)
        return self.random.choice(found) if found else None

    def is_lone(self, nodes: NodeIds, step: Step, others: NodeIds) -> bool:
        """Whether no other step from some nodes leads to the others, and this one does from most of the nodes."""
        links = [s for s in self._links(nodes) if np.isin(self.linked_to(nodes, s), others).any()]
        return links == [step] and 2 * len(self.graph.edges(nodes, step.relation, inverse=step.inverse)[0]) >= len(
            nodes
        )

    def _links(self, nodes: NodeIds) -> list[Step]:
        return [
            Step(r, inverse=i)
            for i in (False, True)
            for r in self.graph.relations_of(nodes, inverse=i)[0].tolist()
            if self.attributes.linking[r] and r in self._known
        ]

    def linked_to(self, nodes: NodeIds, step: Step) -> list[int]:
        """The things that a step leads to from some nodes."""
        found = self.graph.follow(nodes, step.relation, inverse=step.inverse)
        return [int(node) for node in found[~self.graph.is_literal(found)].tolist()]

    def class_reached(self, nodes: NodeIds, step: Step) -> ThingSet | None:
        """The class of what a step leads to from some nodes."""
        found = self.linked_to(nodes, step)
        types = self.graph.types(np.array(found[:1], dtype=np.int32))
        if not len(types) or int(types[0]) not in self.classes:
            return None
        chosen = int(types[0])
        one = self.node(chosen)
        return ThingSet(ops.Instances(chosen), one, self.plural(one), self.instances(chosen), chosen)

    def number(self, value: int) -> float:
        """What a literal is worth."""
        return float(values_of(self.graph).numbers(np.array([value], dtype=np.int32))[0])

    def _compute_instances(self, node_class: int) -> NodeIds:
        return self.graph.instances(np.array([node_class], dtype=np.int32))

    def toss(self) -> bool:
        """Heads or tails."""
        return self.random.random() < 0.5

    def order(self) -> Order:
        """Largest or smallest."""
        return self.random.choice(list(Order))

    # -- words ---------------------------------------------------------------------------------

    def choose(self, forms: tuple[str, ...], words: dict[str, str]) -> str:
        """One of the templates, filled in."""
        return _THAT.sub(r"\1", self.random.choice(forms).format(**words))

    def condition(self, step: Step, node: int) -> str:
        """What is said of things that a step from a node reaches."""
        own = self.templates
        return self._condition(step, node, (own.has, own.is_of), (own.placed, own.where), self._verbal(step, node))

    def condition_both(self, step: Step, node: int, other: int) -> str:
        """What is said of things that a step from either of two nodes reaches."""
        words, own, verbal = {"x": self.node(node), "y": self.node(other)}, self.templates, self._verbal(step, node)
        if verbal and self.toss():
            return self.choose(verbal, {"x": f"both {words['x']} and {words['y']}"})
        return self.choose(own.has_both if step.inverse else own.is_of_both, words | {"r": self.name(step)})

    def lacks(self, step: Step, node: int, nodes: NodeIds) -> str:
        """What is said of those of some things that a step from a node does not reach."""
        own = self.templates
        verbal = tuple(filter(None, map(turned, self._verbal(step, node))))
        vague = own.vague_not if step.inverse and self._is_lone(step, node, nodes) else ()
        forms = (*own.has_not, *vague), own.is_not_of
        return self._condition(step, node, forms, (own.not_placed, own.not_where), verbal)

    def _condition(
        self, step: Step, node: int, plain: tuple[Forms, Forms], opened: tuple[Forms, Forms], verbal: Forms
    ) -> str:
        """A condition in one of some forms: for names of relations, for those that end in a preposition, with a verb.

        plain, opened : for steps against and along a relation.
        """
        words = {"r": self.name(step).removeprefix("is "), "x": self.node(node)}
        if verbal and self.toss():
            return self.choose(verbal, words)
        own = opened if is_open(words["r"]) and opened[0] else plain
        return self.choose(own[0] if step.inverse else own[1], words)

    def _verbal(self, step: Step, node: int) -> Forms:
        """How people say it with a verb, "border {x}": what questions for such things go on with."""
        other = self.paraphrase(node, step) if step.inverse else None
        asked = (form.removesuffix("?") for form in (other.backs if other else ()) if form.startswith(_WHICH))
        said = (form.removeprefix(_WHICH) for form in asked)
        return tuple(
            form for form in said if "{x}" in form and not form.startswith(("did ", "{x}")) and "{c" not in form
        )

    def name(self, step: Step) -> str:
        """A relation's label, or in half of the cases any of its names in the language, or another noun for it."""
        own = self.graph.relation_label(step.relation, self._language)
        speaks = guess_language(own)
        others = [name for name in relation_names(self.graph, step.relation) if guess_language(name) is speaks]
        if step.relation in self._paraphrases:
            others += self._paraphrases[step.relation].nouns
        return own if self.random.random() < 0.5 or not others else self.random.choice(others)

    def paraphrase(self, node: int, step: Step) -> Paraphrase | None:
        """Other words for a step from a node, unless they would do for another of its steps too."""
        found = self._paraphrases.get(step.relation)
        rivals = found.rivals if found else ()
        return None if any(len(self.reached(node, Step(r, inverse=step.inverse))) for r in rivals) else found

    @cached_property
    def _paraphrases(self) -> dict[int, Paraphrase]:
        if self._language != "en":
            return {}
        names = {name for r in self.relations for name in relation_names(self.graph, r)}
        return paraphrases({r: self.graph.relation_label(r, "en") for r in self.relations}, names)

    @property
    def nouns(self) -> set[str]:
        """The other nouns for relations."""
        return {noun for said in self._paraphrases.values() for noun in said.nouns}

    def node(self, node: int) -> str:
        """A node's label."""
        return self.graph.label(node, self._language)

    def mention(self, node: int) -> str:
        """A node's label, at times after its class."""
        own, kind = self.node(node), self.class_of(np.array([node], dtype=np.int32))
        if not kind or self._language != "en" or self.random.random() >= _CLASS_SAID:
            return own
        return self.random.choice(("the {c} {x}", "{c} {x}")).format(c=kind, x=own)

    def plural(self, noun: str) -> str:
        """An English noun in the plural, as which it may already stand; as it is in Chinese."""
        head, space, last = noun.rpartition(" ")
        return pluralised(head + space + last.casefold()) if self._language == "en" else noun

    def class_of(self, nodes: NodeIds) -> str:
        """The label of the first class of the first nodes; empty where they have none."""
        types = self.graph.types(nodes[:_LOOKED_AT])
        return self.graph.label(int(types[0]), self._language) if len(types) else ""


class Drafts:
    """Kinds of drafts about the graph that is drawn from."""

    def __init__(self, draws: Draws) -> None:
        self._draws = draws
        self._drawn = draws.random
        self._graph = draws.graph
        self._words = draws.templates


def said(things: ThingSet, own: Attribute | None = None, **more: str) -> dict[str, str]:
    """The words of a set and of an attribute, and others, for templates."""
    return {"one": things.one, "many": things.many, "m": own.name if own else ""} | more


def degree(words: Templates, own: Attribute, order: Order) -> dict[str, str]:
    """How a language says more and most of an attribute, or less and least."""
    more, most = words.extremes[own.timed][order is Order.SMALLEST]
    return {"more": more, "most": most}


def _braced(name: str) -> str:
    """A name that stays as it is when a template is filled in around it."""
    return name.replace("{", "{{").replace("}", "}}")
