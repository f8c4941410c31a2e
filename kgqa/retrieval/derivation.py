"""Partial readings of a question: what one stretch of it comes to, and the bench that works each out."""

from __future__ import annotations

import heapq
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from kgqa.graph import KnowledgeGraph
from kgqa.graph.graph import EMPTY
from kgqa.graph.nodes import LITERAL
from kgqa.program.algebra import Program, Step
from kgqa.program.execute import Run
from kgqa.types import Link, NodeIds

CONTENDERS = 40
"""How many derivations of one size are worked out at most before worse ones are passed over."""
_PEEK = 400
_FEW = 3
_COST_NODES = 4_000
"""Nodes that cost as much as one program more."""


class Form(Enum):
    """What a derivation stands for."""

    ENTITY = "entity"
    CLASS = "class"
    SET = "set"


@dataclass(frozen=True, slots=True, eq=False)
class Derivation:
    """A program for some words of a question.

    nodes : what it yields, sorted. score : how well the words say it. used : the words that say it, a bit set.
    links : the mentions that it rests on. cut : whether a set on the way was cut. ended : whether a superlative or a
    limit stands outermost, so that what narrows it further comes too late. anchored : whether it rests on more than
    classes: a name, a superlative, a limit. paired : whether it is things named together by "and".
    """

    program: Program
    nodes: NodeIds
    score: float
    used: int
    links: tuple[Link, ...]
    form: Form
    cut: bool = False
    ended: bool = False
    anchored: bool = False
    paired: bool = False

    @property
    def first(self) -> int:
        """The position of its first word."""
        return (self.used & -self.used).bit_length() - 1

    @property
    def last(self) -> int:
        """The position behind its last word."""
        return self.used.bit_length()

    def grown(self, program: Program, nodes: NodeIds, gain: float, used: int, *others: Derivation) -> Derivation:
        """A set made of this and others."""
        links = self.links
        if others:
            links = tuple(dict.fromkeys((*links, *(link for other in others for link in other.links))))
        return Derivation(
            program,
            nodes,
            self.score + sum(other.score for other in others) + gain,
            self.used | used,
            links,
            Form.SET,
            cut=self.cut,
            anchored=self.anchored or any(other.anchored for other in others),
        )


class Bench:
    """Runs the partial programs of one question, each once, within a budget.

    programs : the most programs, large sets counting for more. deadline : a time.perf_counter() value.
    """

    def __init__(self, graph: KnowledgeGraph, *, limit: int, programs: int, deadline: float) -> None:
        self.graph = graph
        self._run = Run(graph, limit)
        self._left = float(programs)
        self._deadline = deadline
        self._around: dict[int, tuple[NodeIds, tuple[frozenset[int], frozenset[int]]]] = {}
        self._cut: set[Program] = set()
        self._kinds: dict[int, tuple[NodeIds, frozenset[int]]] = {}
        self._starts: dict[Step, frozenset[int]] = {}
        self._scores: dict[int, list[float]] = defaultdict(list)

    @property
    def left(self) -> float:
        """How much of the budget is left."""
        return self._left

    def admits(self, used: int, score: float) -> bool:
        """Whether a derivation could still be among the best of its size; if so it is counted as one of them."""
        best = self._scores[used.bit_count()]
        if len(best) >= CONTENDERS and score <= best[0]:
            return False
        (heapq.heappushpop if len(best) >= CONTENDERS else heapq.heappush)(best, score)
        return True

    @property
    def spent(self) -> bool:
        """Whether the budget is used up."""
        return self._left <= 0 or time.perf_counter() > self._deadline

    def is_cut(self, program: Program) -> bool:
        """Whether a set was cut on the way to a program's result."""
        return any(part in self._cut for part in program.walk())

    def nodes(self, program: Program) -> NodeIds:
        """The nodes of a program; none once the budget is used up."""
        if self.spent:
            return EMPTY
        self._run.truncated = False
        found = self._run.nodes(program)
        if self._run.truncated:
            self._cut.add(program)
        self._left -= 1 + len(found) / _COST_NODES
        return found

    def around(self, nodes: NodeIds) -> tuple[frozenset[int], frozenset[int]]:
        """The relations that leave and that enter a set, read off a sample of a large one."""
        known = self._around.get(id(nodes))
        if known is None:
            some = nodes if len(nodes) <= _PEEK else nodes[:: len(nodes) // _PEEK]
            forward, backward = (
                frozenset(self.graph.relations_around(some, inverse=inverse).tolist()) for inverse in (False, True)
            )
            known = self._around[id(nodes)] = (nodes, (forward, backward))
        return known[1]

    def kin(self, nodes: NodeIds, others: NodeIds) -> bool:
        """Whether two sets hold things of one class, told from a few of each."""
        return not self._types(nodes).isdisjoint(self._types(others))

    def _types(self, nodes: NodeIds) -> frozenset[int]:
        known = self._kinds.get(id(nodes))
        if known is None:
            known = self._kinds[id(nodes)] = (nodes, frozenset(self.graph.types(nodes[:_FEW]).tolist()))
        return known[1]

    def leads(self, nodes: NodeIds, step: Step) -> bool:
        """Whether a step leaves a set."""
        return step.relation in self.around(nodes)[int(step.inverse)]

    def could_lead(self, nodes: NodeIds, step: Step) -> bool:
        """Whether things of such a kind have a step: told from the classes of what the graph has it of."""
        return not self._types(nodes).isdisjoint(self._bearing(step))

    def could_hold(self, step: Step, nodes: NodeIds) -> bool:
        """Whether a step leads to things of such a kind."""
        return self.could_lead(nodes, Step(step.relation, not step.inverse))

    def _bearing(self, step: Step) -> frozenset[int]:
        """The classes of things that have a step."""
        if step not in self._starts:
            side = self.graph.relation_pairs(step.relation)[int(step.inverse)]
            sample = np.unique(side[:: max(len(side) // _PEEK, 1)])
            self._starts[step] = frozenset(self.graph.types(sample).tolist())
        return self._starts[step]

    def is_literal(self, nodes: NodeIds) -> bool:
        """Whether a set holds values."""
        return bool(len(nodes)) and bool(self.graph.kinds[nodes[0]] == LITERAL)


def pairs_of_things(
    derivations: Iterable[Derivation], used: int, bench: Bench
) -> Iterator[tuple[Derivation, Derivation]]:
    """Two things each, as the question names them in order, that share no words with each other or with `used`."""
    things = [d for d in derivations if len(d.nodes) == 1 and not d.used & used and not bench.is_literal(d.nodes)]
    for left, right in permutations(things, 2):
        if left.first < right.first and not left.used & right.used:
            yield left, right


def within(few: NodeIds, many: NodeIds) -> NodeIds:
    """The nodes of one sorted set that are in another, by binary search."""
    if not len(many):
        return few[:0]
    at = np.minimum(np.searchsorted(many, few), len(many) - 1)
    hit: NDArray[np.bool_] = many[at] == few
    return few[hit]
