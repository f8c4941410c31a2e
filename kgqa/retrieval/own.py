"""Two attributes of one thing held against each other: "jobs over budget", "by how much is it below its list price"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import permutations

import numpy as np

from kgqa.graph import KnowledgeGraph
from kgqa.graph.graph import EMPTY
from kgqa.program.algebra import Comparison, Exists, GapOwn, Order, Step, WhereOwn
from kgqa.program.compare import IDENTITIES, SUBTRACTED, best_values, measure_of
from kgqa.retrieval.alike import AlikeAttributes
from kgqa.retrieval.attributes import Attributes
from kgqa.retrieval.contract import Candidate
from kgqa.retrieval.derivation import Bench, Derivation, Form
from kgqa.retrieval.own_words import NORM, OF_TIME
from kgqa.retrieval.question import Asked
from kgqa.retrieval.relations import relation_names
from kgqa.retrieval.rules import RuleWeights
from kgqa.retrieval.scene import Marked, Scene
from kgqa.types import NodeIds

_PAIRS = 3
"""How many pairs of attributes are tried of what one word holds against each other."""
_SAID = 0.45
"""The least match of the words that name one of the two."""
_MEANT = 0.5
"""How well a word such as "late" names what another should be."""
_NORM = re.compile(
    r"\b(?:due|promis|plan|sched|deadline|exp\b|expect|est\b|estim|predict|pred\b|forecast|target|budget|quot|limit"
    r"|allow|should|agreed|normal|usual)|应|计划|预计|约定|截止|预算|报价|额定|上限|标准|限",
    re.I,
)
_NORM_SAID = re.compile(
    r"\b(?:promised|planned|scheduled|expected|expecting|estimated?|predicted|forecast|targets?|budget(?:ed)?|quoted?"
    r"|allowed|agreed|supposed to|meant to|should(?: have)?)\b|应该|计划|预计|预期|约定|承诺|预算|报价",
    re.I,
)
"""What says in a question that something is held against what it should be."""
_UNSAID = 0.1
"""The score of one that no word names."""
_ALIKE = 0.25
"""What it adds that the two share a word of their names: planned date, actual date."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two attributes, how well the words say them, and the words, a bit set."""

    step: Step
    other: Step
    score: float
    used: int


class OwnRules:
    """Holds what things of a set have of one attribute against what they have of another."""

    def __init__(self, graph: KnowledgeGraph, attributes: Attributes, weights: RuleWeights) -> None:
        self._graph = graph
        self._attributes = attributes
        self._weights = weights
        self._comparable = AlikeAttributes(graph)

    def extend(self, source: Derivation, scene: Scene, bench: Bench) -> Iterator[Derivation]:
        """Those of a set of which one attribute is more than another, or the same, or not."""
        if source.form is Form.ENTITY or bench.is_literal(source.nodes):
            return
        for mark in scene.owns:
            for pair in self._pairs(source, mark, scene, bench):
                used = source.used | self._words(mark, scene) | pair.used
                gain = self._weights.operator + pair.score - self._weights.step
                if not bench.admits(used, source.score + gain):
                    continue
                program = WhereOwn(source.program, pair.step, _comparison(mark), pair.other)
                nodes = bench.nodes(program)
                if len(nodes):
                    gain -= self._weights.idle if len(nodes) == len(source.nodes) else 0.0
                    grown = source.grown(program, nodes, gain, used)
                    yield replace(grown, ended=True, anchored=True)

    def tests(self, source: Derivation, scene: Scene, bench: Bench) -> Iterator[Candidate]:
        """Whether it is so of one thing: "did job 12 go over its quote"."""
        if scene.view.asked is not Asked.YES_NO or len(source.nodes) != 1 or bench.is_literal(source.nodes):
            return
        for mark in scene.owns:
            for pair in self._pairs(source, mark, scene, bench):
                program = Exists(WhereOwn(source.program, pair.step, _comparison(mark), pair.other))
                yield self._candidate(source, program, pair, self._words(mark, scene), EMPTY)

    def gaps(self, derivations: list[Derivation], scene: Scene, bench: Bench) -> Iterator[Candidate]:
        """How far two attributes of one thing are apart."""
        for mark in scene.gaps:
            for source in derivations:
                if len(source.nodes) != 1 or source.used & mark.used or bench.is_literal(source.nodes):
                    continue
                for pair in self._pairs(source, mark, scene, bench, subtracted=True):
                    step, other = self._larger_first(source.nodes, pair)
                    yield self._candidate(source, GapOwn(source.program, step, other), pair, mark.used, source.nodes)

    def _candidate(
        self, source: Derivation, program: Exists | GapOwn, pair: Pair, used: int, nodes: NodeIds
    ) -> Candidate:
        gain = self._weights.operator + pair.score - self._weights.step
        words = source.used | used | pair.used
        return Candidate(program, source.links, source.score + gain, used=words, nodes=nodes, truncated=source.cut)

    def _larger_first(self, nodes: NodeIds, pair: Pair) -> tuple[Step, Step]:
        """A difference between two has no sign."""
        steps = (pair.step, pair.other)
        most = [best_values(self._graph, nodes, s, Order.LARGEST)[1].max(initial=-np.inf) for s in steps]
        return steps if most[0] >= most[1] else steps[::-1]

    @staticmethod
    def _words(mark: Marked, scene: Scene) -> int:
        """The words of a mark, those of a comparative inside it included."""
        used = mark.used
        for item in scene.superlatives:
            used |= item.used if item.used & mark.used else 0
        return used

    def _pairs(
        self, source: Derivation, mark: Marked, scene: Scene, bench: Bench, *, subtracted: bool = False
    ) -> list[Pair]:
        """The attributes that a mark may hold against each other, the best said first."""
        if mark.used & source.used or any(mark.used & bound.used for bound in scene.bounds):
            return []
        terms = not subtracted and _comparison(mark) in IDENTITIES
        forward = sorted(r for r in bench.around(source.nodes)[0] if self._may_be(r, terms=terms))
        if OF_TIME in mark.cue.hints:
            forward = [r for r in forward if self._attributes.timed[r]]
        said = {r: self._said(r, source.used | mark.used, scene) for r in forward}
        if NORM in mark.cue.hints or _NORM_SAID.search(scene.view.text):
            said |= {r: (_MEANT, 0) for r in forward if self._is_norm(r) and said[r][0] < _MEANT}
        found: list[Pair] = []
        for one, other in permutations(forward, 2):
            if max(said[one][0], said[other][0]) < _SAID or not self._alike(one, other, bench):
                continue
            if subtracted and measure_of(self._graph, Step(one)).value_class not in SUBTRACTED:
                continue
            pair = self._pair(one, other, said, mark, terms=terms or subtracted)
            found += [] if pair is None else [pair]
        best = sorted(found, key=lambda p: (-p.score, p.step.relation, p.other.relation))
        return best[:_PAIRS]

    def _pair(
        self, one: int, other: int, said: dict[int, tuple[float, int]], mark: Marked, *, terms: bool
    ) -> Pair | None:
        """Two attributes in this order; None where the words have it the other way round."""
        (first, words), (second, others) = said[one], said[other]
        if words & others:  # the same words name one alone
            first, words, second, others = (first, words, 0.0, 0) if first >= second else (0.0, 0, second, others)
        score = max(first, _UNSAID) + max(second, _UNSAID) - self._weights.step
        score += _ALIKE * self._comparable.share_a_word(one, other)
        if terms:  # either way round is the same
            backwards = one > other
        elif words and others:
            backwards = words > others
        elif self._is_norm(one) is not self._is_norm(other):
            backwards = self._is_norm(one)
        else:
            backwards = (bool(words) and words > mark.used) or (bool(others) and others < mark.used)
        return None if backwards else Pair(Step(one), Step(other), score, words | others)

    def _may_be(self, relation: int, *, terms: bool) -> bool:
        measured = bool(self._attributes.measured[relation])
        return measured or (terms and bool(self._attributes.linking[relation]))

    def _said(self, relation: int, used: int, scene: Scene) -> tuple[float, int]:
        """How well words that are not used yet name a relation, and the words."""
        spoken = (s for s in scene.relations if s.relation == relation and not s.used & used and s.score >= _SAID)
        best = max(spoken, key=lambda s: s.score, default=None)
        return (0.0, 0) if best is None else (best.score, best.used)

    def _alike(self, one: int, other: int, bench: Bench) -> bool:
        """Whether two attributes can be held against each other, or two relations lead to things of one kind."""
        measured = self._attributes.measured
        if bool(measured[one]) is not bool(measured[other]):
            return False
        if measured[one]:
            return self._comparable.alike(one, other)
        ends = [self._graph.relation_pairs(relation)[1] for relation in (one, other)]
        return bench.kin(*ends)

    def _is_norm(self, relation: int) -> bool:
        """Whether an attribute is by its name what another should be: planned, promised, a budget, a limit."""
        return any(_NORM.search(name) for name in relation_names(self._graph, relation))


def _comparison(mark: Marked) -> Comparison:
    assert mark.cue.comparison is not None
    return mark.cue.comparison
