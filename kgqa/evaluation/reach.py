"""What can be reached in a graph: distances, gold paths and all paths of a length, on the arrays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from kgqa.evaluation.questions import PathItem
from kgqa.graph import KnowledgeGraph
from kgqa.graph.adjacency import MAX_RELATIONS, Adjacency, distinct, expand, pack
from kgqa.graph.graph import EMPTY
from kgqa.program.algebra import Step
from kgqa.retrieval.relations import walkable
from kgqa.types import NodeIds

Fact = tuple[str, str, str]
MOST_PATHS = 3_000
"""Paths that `paths_of_length` looks at; where there are more, it gives up."""


class Reach:
    """Walks in both directions along all relations that a question may walk; no walk goes on behind a literal.

    To pass to a node that is stated to be the same is no step in `distance`, and not done in paths.
    """

    def __init__(self, graph: KnowledgeGraph) -> None:
        self._graph = graph
        self._open = np.zeros(graph.n_relations, dtype=bool)
        self._open[walkable(graph)] = True

    def distance(self, starts: NodeIds, goals: NodeIds, limit: int) -> int | None:
        """The fewest steps from a set to another by breadth-first search; None if more than `limit`."""
        wanted = np.zeros(self._graph.n_terms, dtype=bool)
        seen = wanted.copy()
        wanted[goals] = True
        frontier = self._graph.same_as(starts)
        for steps in range(limit + 1):
            if wanted[frontier].any():
                return steps
            seen[frontier] = True
            frontier = frontier if not steps else frontier[~self._graph.is_literal(frontier)]
            frontier = self._graph.same_as(self._neighbours(frontier))
            frontier = frontier[~seen[frontier]]
        return None

    def _neighbours(self, nodes: NodeIds) -> NodeIds:
        arrays = self._graph.arrays
        return distinct(np.concatenate([self._along(side, nodes) for side in (arrays.out, arrays.into)]))

    def _along(self, side: Adjacency, nodes: NodeIds) -> NodeIds:
        low = np.searchsorted(side.pair_key, pack(nodes, 0))
        high = np.searchsorted(side.pair_key, pack(nodes, MAX_RELATIONS - 1), side="right")
        pairs = expand(low, high - low)
        pairs = pairs[self._open[side.pair_key[pairs] & (MAX_RELATIONS - 1)]]
        found: NodeIds = side.neighbours[expand(side.pair_ptr[pairs], side.pair_ptr[pairs + 1] - side.pair_ptr[pairs])]
        return found

    def paths_of_length(self, start: NodeIds, length: int) -> list[NodeIds] | None:
        """What each path of a length reaches that never comes back to its start; None if they are too many."""
        layer = [start]
        for _ in range(length):
            extended: list[NodeIds] = []
            for nodes in layer:
                extended.extend(filter(len, (self.onwards(nodes, step, start) for step in self._steps(nodes))))
                if len(extended) > MOST_PATHS:
                    return None
            layer = extended
        return layer

    def onwards(self, nodes: NodeIds, step: Step, start: NodeIds) -> NodeIds:
        """The nodes one step on, those of the start left out."""
        return np.setdiff1d(self._graph.follow(nodes, step.relation, inverse=step.inverse), start, assume_unique=True)

    def _steps(self, nodes: NodeIds) -> Iterator[Step]:
        going = nodes[~self._graph.is_literal(nodes)]
        for inverse in (False, True):
            relations: NDArray[np.int32] = self._graph.relations_of(going, inverse=inverse)[0]
            yield from (Step(r, inverse) for r in relations[self._open[relations]].tolist())


def facts_of(path: Sequence[PathItem]) -> list[Fact]:
    """The facts of a gold path: `n, r, n, r, n`, or a list of (n, r, n); empty for any other form."""
    if path and all(isinstance(item, tuple) and len(item) == 3 for item in path):
        return [(item[0], item[1], item[2]) for item in path]
    flat = [item for item in path if isinstance(item, str)]
    if len(flat) != len(path) or len(flat) < 3 or len(flat) % 2 == 0:
        return []
    return [(flat[i], flat[i + 1], flat[i + 2]) for i in range(0, len(flat) - 2, 2)]


def path_labels(graph: KnowledgeGraph, path: Sequence[PathItem], language: str) -> tuple[str, ...]:
    """The labels of the relations of a gold path, in order; those that the graph lacks as they are written."""
    names = [fact[1] for fact in facts_of(path)]
    numbers = [graph.find_relation(name) for name in names]
    return tuple(
        name if number < 0 else graph.relation_label(number, language)
        for name, number in zip(names, numbers, strict=True)
    )


def follow_facts(graph: KnowledgeGraph, facts: Sequence[Fact], topics: NodeIds) -> NodeIds:
    """All nodes that the relations of a gold path reach; empty where the graph lacks a part.

    The path starts at the node of its first fact that is a topic, the subject if neither or both are. Each relation is
    walked in the direction in which its fact goes on from the one before, over nodes that are stated to be the same
    where the path jumps between them.
    """
    nodes = _start(graph, facts[0], topics) if facts else EMPTY
    for subject, name, obj in facts:
        relation = graph.find_relation(name)
        ends = [_node(graph, subject), _node(graph, obj)]
        places = (nodes, graph.same_as(nodes))
        found = next(((at, i) for at in places for i in (0, 1) if np.isin(ends[i], at).any()), None)
        if relation < 0 or found is None:
            return EMPTY
        nodes = graph.follow(found[0], relation, inverse=bool(found[1]))
    return nodes


def _start(graph: KnowledgeGraph, fact: Fact, topics: NodeIds) -> NodeIds:
    ends = (_node(graph, fact[0]), _node(graph, fact[2]))
    return next((end for end in ends if np.isin(end, topics).any()), ends[0])


def _node(graph: KnowledgeGraph, name: str) -> NodeIds:
    node = graph.find(name)
    return np.array([node], dtype=np.int32) if node >= 0 else EMPTY
