"""Beam search over the relation paths that leave a node."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from kgqa.config import RetrievalConfig
from kgqa.graph import KnowledgeGraph
from kgqa.program.algebra import Difference, Entities, Follow, Program, Same, Step
from kgqa.retrieval.alignment import Alignment, AlignmentWeights, Extensions, PhraseGrid, extend
from kgqa.retrieval.relations import walkable
from kgqa.types import Link, NodeIds

_PEEK = 2_000
_WIDE = 12


@dataclass(frozen=True, slots=True)
class Path:
    """A relation path from a linked node.

    score : how well its steps are said. used : the words that say them, a bit set.
    program : the path as a program. nodes : what it reaches; None until walked. truncated : whether a
    set on the way was cut.
    """

    link: Link
    steps: tuple[Step, ...]
    score: float
    used: int
    program: Program
    nodes: NodeIds | None = None
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class _State:
    path: Path
    alignment: Alignment
    trail: tuple[tuple[Program, NodeIds], ...]
    """The program and its nodes from which each step goes on, the linked node first."""


@dataclass(frozen=True, slots=True)
class _Extension:
    """One step more of a state: column `at` of all that were scored together. score : of its best assignment."""

    state: _State
    columns: Extensions
    at: int
    score: float


class PathSearch:
    """Finds the paths that a question may mean, best first, within limits that hold on any graph.

    Only the `beam` best paths of each length are walked; from a set of more than a few thousand nodes the next
    relations are read off a sample, and a set larger than `max_frontier` is cut and marked.
    """

    def __init__(self, graph: KnowledgeGraph, config: RetrievalConfig, weights: AlignmentWeights) -> None:
        self._graph = graph
        self._config = config
        self._weights = weights
        self._open = np.zeros(graph.n_relations, dtype=bool)
        self._open[walkable(graph)] = True
        self._mediated = _mediated_relations(graph)

    def search(self, link: Link, grid: PhraseGrid, *, sharing: bool, deadline: float) -> list[Path]:
        """All paths met, best first; `deadline` is a time.perf_counter() value."""
        start = np.array([link.node], dtype=np.int32)
        program = Entities((link.node,))
        root = Path(link, (), 0.0, 0, program, start)
        layer = [_State(root, Alignment.empty(grid), (self._onward(program, start),))]
        found: list[Path] = []
        for hop in range(self._config.max_hops):
            if not layer or time.perf_counter() > deadline:
                break
            extended = self._extend_layer(layer, grid, sharing)
            layer = self._walk(extended, beam=self._config.beam if hop < 2 else _WIDE)
            found.extend(state.path for state in layer)
            best = max((p.score for p in found), default=0.0)
            layer = [s for s in layer if _bound(s, grid) >= best - self._weights.step]
        return sorted(found, key=lambda p: -p.score)

    def _extend_layer(self, layer: list[_State], grid: PhraseGrid, sharing: bool) -> list[_Extension]:
        extended: list[_Extension] = []
        for state in layer:
            steps = self._steps_from(state.trail[-1][1], first=not state.path.steps)
            if not steps:
                continue
            last = state.path.steps[-1] if state.path.steps else None
            back = np.array([last is not None and _returns(last, s) for s in steps], dtype=bool)
            free = np.array([self._is_mediated(s, last) for s in steps], dtype=bool)
            columns = extend(state.alignment, steps, grid, self._weights, back=back, free=free, sharing=sharing)
            best = columns.best
            order = np.argsort(-best, kind="stable")[: self._config.beam]
            extended.extend(_Extension(state, columns, i, float(best[i])) for i in order.tolist())
        return extended

    def _steps_from(self, nodes: NodeIds, *, first: bool) -> tuple[Step, ...]:
        graph = self._graph
        some = nodes if len(nodes) <= _PEEK else nodes[:: len(nodes) // _PEEK]
        if not first:
            some = some[~graph.is_literal(some)]
        forward, backward = graph.relations_around(some), graph.relations_around(some, inverse=True)
        return (
            *(Step(r) for r in forward[self._open[forward]].tolist()),
            *(Step(r, inverse=True) for r in backward[self._open[backward]].tolist()),
        )

    def _walk(self, extended: list[_Extension], *, beam: int) -> list[_State]:
        states: list[_State] = []
        for extension in sorted(extended, key=lambda e: -e.score):
            if len(states) == beam:
                break
            columns, at = extension.columns, extension.at
            walked = self._take(extension.state, columns.steps[at], columns.alignment(at))
            if walked is not None:
                states.append(walked)
        return states

    def _take(self, state: _State, step: Step, alignment: Alignment) -> _State | None:
        program, nodes = state.trail[-1]
        reached = self._graph.follow(nodes, step.relation, inverse=step.inverse)
        after: Program = Follow(program, step)
        steps = state.path.steps
        if steps and _returns(steps[-1], step):
            if state.path.truncated:  # what was cut can't be left out again
                return None
            origin, origin_nodes = state.trail[-2]
            reached = without(reached, origin_nodes)
            after = Difference(after, origin)
        if not len(reached):
            return None
        cut = len(reached) > self._config.max_frontier
        reached = reached[: self._config.max_frontier]
        truncated = state.path.truncated or cut
        path = Path(state.path.link, (*steps, step), alignment.best, alignment.used, after, reached, truncated)
        return _State(path, alignment, (*state.trail, self._onward(after, reached)))

    def _onward(self, program: Program, nodes: NodeIds) -> tuple[Program, NodeIds]:
        """From where a path goes on: from all that is stated to be the same as what it reached, too."""
        if not self._graph.schema.same:
            return program, nodes
        same = self._graph.same_as(nodes)
        return (Same(program), same) if len(same) > len(nodes) else (program, nodes)

    def _is_mediated(self, step: Step, last: Step | None) -> bool:
        if self._mediated[int(step.inverse), step.relation]:
            return True
        return last is not None and bool(self._mediated[int(last.inverse), last.relation])


def without(nodes: NodeIds, others: NodeIds) -> NodeIds:
    """The nodes of one sorted set that another sorted set lacks."""
    if not len(others):
        return nodes
    at = np.minimum(others.searchsorted(nodes), len(others) - 1)
    left: NodeIds = nodes[others[at] != nodes]
    return left


def returns(steps: Iterable[Step]) -> int:
    """How often a path goes back along the relation that it has just come by."""
    return sum(_returns(a, b) for a, b in pairwise(steps))


def _returns(last: Step, step: Step) -> bool:
    return last.relation == step.relation and last.inverse != step.inverse


def _bound(state: _State, grid: PhraseGrid) -> float:
    """The most that a path can still come to, if every word not used yet were said by a further step."""
    used = state.path.used
    return state.path.score + sum(gain for i, gain in grid.gains if not used >> i & 1)


def _mediated_relations(graph: KnowledgeGraph) -> NDArray[np.bool_]:
    """Which steps lead into mediator nodes, [2, relations]: forwards, inverse."""
    flags = np.zeros((2, graph.n_relations), dtype=bool)
    for relation in walkable(graph):
        subjects, objects = graph.relation_pairs(relation)
        for row, side in enumerate((objects, subjects)):
            sample = side[:: max(len(side) // 50, 1)]
            flags[row, relation] = bool(graph.is_mediator(np.unique(sample)).mean() > 0.5) if len(sample) else False
    return flags
