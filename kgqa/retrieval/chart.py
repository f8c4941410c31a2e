"""Bottom-up composition: readings of ever more words of a question, the best of each size kept.

A chart parser over sets of words rather than spans (floating, after Pasupat and Liang, 2015): a derivation may leave
words out and take them in later, so that "the largest city in Texas" can be narrowed before it is measured. Each
program is run as soon as it is made; what is empty is dropped.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import reduce
from operator import or_

import numpy as np

from kgqa.graph import KnowledgeGraph
from kgqa.program.algebra import Entities, Follow, Having, Instances, Nth, Program, Step, Top, Union, Where
from kgqa.retrieval.alignment import MASK_WORDS
from kgqa.retrieval.attributes import Attributes
from kgqa.retrieval.contract import is_code, strength
from kgqa.retrieval.derivation import Bench, Derivation, Form, within
from kgqa.retrieval.events import EventRules
from kgqa.retrieval.measures import MeasureRules
from kgqa.retrieval.nothing import NothingRules
from kgqa.retrieval.own import OwnRules
from kgqa.retrieval.question import asks_for
from kgqa.retrieval.rules import RuleWeights, SetRules
from kgqa.retrieval.scene import Scene, mention_of, words_of
from kgqa.types import Link

LINK = 0.4
"""What a link surely read adds, and one hardly read takes off."""
_WIDTH = 24
_SAME_WORDS = 5
_NAMES = 14
_SHARE = 3.0
"""How many times its even share of the budget one size may take."""
_NOUN = 0.7
"""The least match of a word that may stand for all that a relation leads to."""
_BEARERS = 0.6
_OF_CLASS = 0.65
"""What it gains that the class which has a relation stands right before it: "state capital"."""
_VERBAL = ("s", "ing", "ed", "to", "with", "by", "of", "in", "door", "beside")
"""How words end that are no noun in the singular: "which state BORDERS"."""
_AS_CODE = 0.4
"""What a word in small letters costs as a code."""
_DOMAIN = 0.4
"""What it costs that only an attribute says what kind of things are meant."""
_WELL = 0.55
"""The match from which on an operator's words name an attribute well."""
_LIKELY = 0.35
_OF_LOUDEST = 0.1
"""The share of its best match by which one date is a likelier one than another to have a limit, where none is named."""
_FEW = 3
"""How many attributes are tried that an operator's words may name, from `_LIKELY` on, where they name none well."""
_SURELY = 0.8
_ONE_CHARACTER = 0.3
"""What a class costs whose name is one character: 国 is more often part of a word."""


class Chart:
    """Composes the derivations of one question."""

    def __init__(self, graph: KnowledgeGraph, attributes: Attributes, weights: RuleWeights) -> None:
        self._graph = graph
        self._sets = SetRules(attributes, weights)
        self._measures = MeasureRules(graph, attributes, self._sets, weights)
        self.own = OwnRules(graph, attributes, weights)
        self._events = EventRules(attributes, self._measures, weights)
        self._nothing = NothingRules(attributes, self._sets, weights)
        self._classes = frozenset(graph.classes.tolist())

    @property
    def rules(self) -> tuple[SetRules, MeasureRules]:
        """The rules over sets and those over attributes."""
        return self._sets, self._measures

    def fill(
        self, scene: Scene, bench: Bench, paths: Iterable[Derivation] = (), domains: Iterable[Derivation] = ()
    ) -> list[Derivation]:
        """All derivations kept, those of fewest words first; `paths` are taken in ready made.

        domains : sets that only a superlative or a limit makes something of, see `domains`.
        """
        names = self.names(scene, bench)
        classes = [d for d in names if d.form is Form.CLASS]
        layers: dict[int, list[Derivation]] = defaultdict(list)
        for derivation in (*names, *self._bearers(scene, bench, classes), *paths):
            layers[derivation.used.bit_count()].append(derivation)
        for derivation in self._over_domains(domains, scene, bench, classes):
            layers[derivation.used.bit_count()].append(derivation)
        kept: list[Derivation] = []
        sizes = min(len(scene.view.words), MASK_WORDS)
        for size in range(1, sizes + 1):
            floor = bench.left * (1 - _SHARE / max(sizes - size + 1, _SHARE))
            for derivation in self._with_again(_best(layers.pop(size, [])), scene, bench, classes):
                if bench.spent:
                    return kept
                if bench.left < floor:
                    kept.append(derivation)
                    continue
                for made in self._extend(derivation, kept, scene, bench, classes):
                    if self._mixes_values(made.program):
                        continue
                    layers[made.used.bit_count()].append(made)
                kept.append(derivation)
        return kept

    def _with_again(
        self, derivations: list[Derivation], scene: Scene, bench: Bench, classes: list[Derivation]
    ) -> Iterator[Derivation]:
        """Derivations, each with what the same words make of many: the highest of several highest points.

        Where a class is named, "the highest point" alone is that of its members: "the state with the highest point".
        """
        for derivation in derivations:
            yield derivation
            if derivation.form is not Form.ENTITY and not (classes and isinstance(derivation.program, Having)):
                yield from self._measures.again(derivation, scene, bench)

    def _mixes_values(self, program: Program) -> bool:
        """Whether it takes a number of one kind for one of another: rooms whose price is the age of something."""
        measured = self._sets.attributes.measured
        return any(
            isinstance(part, Follow)
            and part.step.inverse
            and isinstance(part.source, Follow)
            and not part.source.step.inverse
            and part.source.step.relation != part.step.relation
            and bool(measured[part.step.relation] and measured[part.source.step.relation])
            for part in program.walk()
        )

    def names(self, scene: Scene, bench: Bench) -> list[Derivation]:
        """The names and classes of a question, each by itself."""
        found: list[Derivation] = []
        for link in scene.links[:_NAMES]:
            used = words_of(scene.view, link.mention.start, link.mention.end)
            if not used:
                continue
            score = LINK * (2 * strength(link) - 1) - _AS_CODE * is_code(link)
            if link.node in self._classes:
                nodes = bench.nodes(members := Instances(link.node))
                if len(nodes):
                    score -= _ONE_CHARACTER * (len(link.mention.text) == 1)
                    found.append(Derivation(members, nodes, score, used, (link,), Form.CLASS))
                if not self._stands_alone(link.node):
                    continue
            nodes = np.array([link.node], dtype=np.int32)
            found.append(Derivation(Entities((link.node,)), nodes, score, used, (link,), Form.ENTITY, anchored=True))
        return [*found, *self._families(scene, bench)]

    def _families(self, scene: Scene, bench: Bench) -> Iterator[Derivation]:
        """All things of the classes whose names have a word for their head: "ships"."""
        for family in scene.families:
            mention = family[0].mention
            program: Program = Instances(family[0].node)
            for link in family[1:]:
                program = Union(program, Instances(link.node))
            nodes = bench.nodes(program)
            score = LINK * (2 * strength(family[0]) - 1)
            if len(nodes):
                yield Derivation(
                    program, nodes, score, words_of(scene.view, mention.start, mention.end), family, Form.CLASS
                )

    def domains(self, scene: Scene, bench: Bench) -> list[Derivation]:
        """All that has an attribute which an operator names well, where no class is named: "launched before 1700"."""
        if any(link.node in self._classes and strength(link) >= _SURELY for link in scene.links):
            return []
        usual = [*(s.usual for s in scene.superlatives), *(b.usual for b in scene.bounds)]
        if not usual and not scene.folds:
            return [] if scene.links else [*self._flagged(scene, bench)]
        said = {s.relation: s.score for s in reversed(scene.relations)}
        found: list[Derivation] = []
        scored: dict[int, float] = {}
        dated = any(bound.limit.timed for bound in scene.bounds)
        for relation in np.flatnonzero(self._sets.attributes.measured).tolist():
            score = max(said.get(relation, 0.0), *(float(u[relation]) for u in usual if len(u)), 0.0)
            if dated and self._sets.attributes.timed[relation]:
                score = max(score, _LIKELY + _OF_LOUDEST * float(scene.loudest[relation]))
            scored[relation] = score
        well = [relation for relation, score in scored.items() if score >= _WELL]
        likely = sorted((r for r, score in scored.items() if score >= _LIKELY), key=lambda r: -scored[r])[:_FEW]
        for relation in well or likely:
            nodes = bench.nodes(bearers := Having(Step(relation)))
            found.append(Derivation(bearers, nodes, -_DOMAIN, 0, (), Form.SET))
        return found

    def _flagged(self, scene: Scene, bench: Bench) -> Iterator[Derivation]:
        """All of which a yes-or-no attribute tells, where nothing else says what kind of things are meant."""
        for relation in dict.fromkeys(flag.relation for flag in scene.flags):
            nodes = bench.nodes(bearers := Having(Step(relation)))
            yield Derivation(bearers, nodes, -_DOMAIN, 0, (), Form.SET)

    def _over_domains(
        self, domains: Iterable[Derivation], scene: Scene, bench: Bench, classes: list[Derivation]
    ) -> Iterator[Derivation]:
        """The largest of all that has an attribute, or those within a limit."""
        for domain in domains:
            made = (
                *self._measures.superlative(domain, scene, bench, classes),
                *self._measures.limit(domain, scene, bench, classes),
            )
            yield from (d for d in made if measures_domain(d.program) and _says(d, scene))
            if not scene.links:
                yield from self._sets.flag(domain, scene, bench)

    def _stands_alone(self, node: int) -> bool:
        """Whether a class is also a thing that facts lead to."""
        relations = self._graph.relations_around(np.array([node], dtype=np.int32), inverse=True)
        return bool(self._sets.attributes.linking[relations].any())

    def _bearers(self, scene: Scene, bench: Bench, classes: list[Derivation]) -> Iterator[Derivation]:
        """All that a relation leads to, where the question names it like a class: "the largest capital"."""
        for spoken in scene.relations:
            if spoken.score >= _NOUN and self._sets.attributes.linking[spoken.relation]:
                nodes = bench.nodes(bearers := Having(Step(spoken.relation, inverse=True)))
                score = spoken.score - _BEARERS
                apart = not any(spoken.used & named.used for named in classes)
                asked = apart and asks_for(scene.view, mention_of(scene.view, spoken.used))
                known = not asked and any(len(within(nodes, named.nodes)) for named in classes)
                if len(nodes) and not bench.is_literal(nodes):
                    if not known:
                        yield Derivation(bearers, nodes, score, spoken.used, (), Form.SET)
                    if not mention_of(scene.view, spoken.used).text.endswith(_VERBAL):
                        bare = Derivation(bearers, nodes, score, spoken.used, (), Form.SET)
                        yield from self._compound(bare, spoken.relation, classes, bench)

    def _compound(
        self, bearers: Derivation, relation: int, classes: list[Derivation], bench: Bench
    ) -> Iterator[Derivation]:
        """What things of a class have, where its name only says more of the noun: "which STATE capital"."""
        for named in classes:
            beside = named.last == bearers.first and not named.links[0].mention.text.endswith("s")
            if beside and bench.leads(named.nodes, Step(relation)):
                program = Follow(named.program, Step(relation))
                links, used = named.links, bearers.used | named.used
                score = bearers.score + named.score + _OF_CLASS
                yield Derivation(program, bench.nodes(program), score, used, links, Form.SET, anchored=True)

    def _extend(
        self, derivation: Derivation, kept: list[Derivation], scene: Scene, bench: Bench, classes: list[Derivation]
    ) -> Iterator[Derivation]:
        yield from self._sets.join(derivation, scene, bench)
        yield from self._sets.flag(derivation, scene, bench)
        yield from self._measures.superlative(derivation, scene, bench, classes)
        yield from self._measures.doers(derivation, scene, bench)
        yield from self._measures.named(derivation, scene, bench)
        yield from self._measures.limit(derivation, scene, bench, classes)
        yield from self._measures.none(derivation, scene, bench, classes)
        yield from self.own.extend(derivation, scene, bench)
        yield from self._events.extend(derivation, scene, bench, classes)
        yield from self._nothing.extend(derivation, scene, bench)
        for other in kept:
            if not other.used & derivation.used:
                yield from self._nothing.merge(other, derivation, scene, bench)
                yield from self._sets.merge(other, derivation, scene, bench)
                yield from self._measures.beside(other, derivation, scene, bench)
                yield from self._measures.beside(derivation, other, scene, bench)


def _best(derivations: list[Derivation]) -> list[Derivation]:
    """The best derivations of one size, few of the same words, none twice."""
    seen: set[tuple[int, Form, bytes | Program]] = set()
    words: dict[int, int] = defaultdict(int)
    kept: list[Derivation] = []
    for derivation in sorted(derivations, key=lambda d: -d.score):
        # Nothing is found in many ways, and each says something else.
        result = derivation.nodes.tobytes() if len(derivation.nodes) else derivation.program
        key = (derivation.used, derivation.form, result)
        if key in seen or words[derivation.used] == _SAME_WORDS:
            continue
        seen.add(key)
        words[derivation.used] += 1
        kept.append(derivation)
        if len(kept) == _WIDTH:
            break
    return kept


def _says(derivation: Derivation, scene: Scene) -> bool:
    """Whether a limit or superlative takes in the words that name its attribute, where there are any."""
    assert isinstance(derivation.program, Where | Top | Nth)
    relation = derivation.program.step.relation
    operators = reduce(or_, (*(s.used for s in scene.superlatives), *(b.used for b in scene.bounds)), 0)
    named = any(s.relation == relation and s.score >= _WELL and not s.used & operators for s in scene.relations)
    return not named or derivation.used & ~operators != 0


def measures_domain(program: Program) -> bool:
    """Whether what is measured is just what all things of a set are known to have."""
    steps = []
    while isinstance(program, Where | Top | Nth):
        steps.append(program.step)
        program = program.source
    return isinstance(program, Having) and bool(steps) and all(step == program.step for step in steps)


def best_links(links: Iterable[Link]) -> tuple[Link, ...]:
    """The links worth composing with, best first."""
    return tuple(sorted(links, key=lambda link: -link.score))
