"""The facts between a graph's entities, numbered without gaps: what structural embeddings learn from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kgqa.graph import KnowledgeGraph
from kgqa.graph.adjacency import MAX_RELATIONS
from kgqa.types import NodeIds


@dataclass(frozen=True, slots=True)
class EntityFacts:
    """Every fact whose subject and object are entities; what has a literal, or is about a predicate, is left out.

    nodes : int32 [entities], ascending, those that stand in such a fact. relations : int32 [used], the graph's numbers.
    rows : int64 [facts, 3], (subject, relation, object) as places in `nodes` and `relations`.
    """

    nodes: NodeIds
    relations: NDArray[np.int32]
    rows: NDArray[np.int64]

    @classmethod
    def of(cls, graph: KnowledgeGraph) -> EntityFacts:
        """Take them from a graph."""
        is_entity = np.zeros(graph.n_terms, dtype=bool)
        is_entity[graph.entities] = True
        subjects, objects = graph.subjects, graph.arrays.out.neighbours
        kept = is_entity[subjects] & is_entity[objects]
        relations, relation_rows = np.unique(graph.arrays.out.keys()[kept] & (MAX_RELATIONS - 1), return_inverse=True)
        ends = np.concatenate([subjects[kept], objects[kept]])
        nodes, places = np.unique(ends, return_inverse=True)
        heads, tails = places.reshape(2, -1)
        rows = np.stack([heads, relation_rows, tails], axis=1).astype(np.int64)
        return cls(nodes.astype(np.int32), relations.astype(np.int32), rows)

    def digest(self) -> str:
        """A hash of numbers and facts."""
        sha = hashlib.sha256()
        for part in (self.nodes, self.relations, self.rows):
            sha.update(np.ascontiguousarray(part).view(np.uint8).data)
        return sha.hexdigest()
