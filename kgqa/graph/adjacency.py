"""Adjacency as sorted integer arrays: from (node, relation) to neighbours without a scan.

A pair (node, relation) is packed into one int64, so that one `searchsorted` finds the neighbours
of a whole frontier. Distinct pairs are stored once with a pointer into the neighbours: listing
the relations of a node with a million neighbours reads its few pairs, not its edges.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from kgqa.types import NodeIds

RELATION_BITS = 20
MAX_RELATIONS = 1 << RELATION_BITS
_RELATION_MASK = MAX_RELATIONS - 1


def pack(nodes: NDArray[np.integer], relations: NDArray[np.integer] | int) -> NDArray[np.int64]:
    """Pairs (node, relation) as sortable int64 keys."""
    return (nodes.astype(np.int64) << RELATION_BITS) | np.asarray(relations, dtype=np.int64)


def expand(starts: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """The positions of several ranges, one after another: [starts[i], starts[i] + counts[i])."""
    total = int(counts.sum())
    before = np.cumsum(counts) - counts
    return np.repeat(starts - before, counts) + np.arange(total, dtype=np.int64)


def distinct(nodes: NodeIds) -> NodeIds:
    """The nodes sorted and without duplicates; several times faster than np.unique, which hashes integers."""
    ordered = np.sort(nodes)
    fresh = np.ones(len(ordered), dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=fresh[1:])
    found: NodeIds = ordered[fresh]
    return found


@dataclass(frozen=True, slots=True)
class Adjacency:
    """One direction of a graph's edges.

    pair_key : int64 [pairs], sorted. pair_ptr : int64 [pairs + 1] into `neighbours`.
    neighbours : int32 [triples], sorted within each pair.
    """

    pair_key: NDArray[np.int64]
    pair_ptr: NDArray[np.int64]
    neighbours: NodeIds

    @classmethod
    def from_sorted(cls, keys: NDArray[np.int64], neighbours: NodeIds) -> Adjacency:
        """Build from edges that are sorted by (key, neighbour)."""
        first = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]]) if len(keys) else np.zeros(0, dtype=np.int64)
        pointers = np.r_[first, len(keys)].astype(np.int64)
        return cls(keys[first], pointers, neighbours.astype(np.int32, copy=False))

    def __len__(self) -> int:
        return len(self.neighbours)

    def keys(self) -> NDArray[np.int64]:
        """The key of every edge, int64 [triples]."""
        return np.repeat(self.pair_key, np.diff(self.pair_ptr))

    def of(self, node: int, relation: int) -> NodeIds:
        """The neighbours of one node along a relation; `edges` without its overhead."""
        key = (node << RELATION_BITS) | relation
        at = int(self.pair_key.searchsorted(key))
        if at == len(self.pair_key) or self.pair_key[at] != key:
            return self.neighbours[:0]
        return self.neighbours[self.pair_ptr[at] : self.pair_ptr[at + 1]]

    def edges(self, nodes: NodeIds, relation: int) -> tuple[NodeIds, NodeIds, NDArray[np.int64]]:
        """All edges of a relation from a frontier: (from, to, position), each [edges]."""
        if len(nodes) == 1:
            return self._edges_of(nodes, relation)
        wanted = pack(nodes, relation)
        at = np.searchsorted(self.pair_key, wanted)
        hit = at < len(self.pair_key)
        hit[hit] = self.pair_key[at[hit]] == wanted[hit]
        at = at[hit]
        starts, counts = self.pair_ptr[at], self.pair_ptr[at + 1] - self.pair_ptr[at]
        positions = expand(starts, counts)
        return np.repeat(nodes[hit], counts), self.neighbours[positions], positions

    def _edges_of(self, nodes: NodeIds, relation: int) -> tuple[NodeIds, NodeIds, NDArray[np.int64]]:
        key = (int(nodes[0]) << RELATION_BITS) | relation
        at = int(self.pair_key.searchsorted(key))
        found = at < len(self.pair_key) and self.pair_key[at] == key
        start, stop = (int(self.pair_ptr[at]), int(self.pair_ptr[at + 1])) if found else (0, 0)
        return np.repeat(nodes, stop - start), self.neighbours[start:stop], np.arange(start, stop, dtype=np.int64)

    def pairs(self, nodes: NodeIds) -> tuple[NodeIds, NDArray[np.int32], NDArray[np.int64]]:
        """The distinct pairs of a frontier: (node, relation, number of edges), each [pairs]."""
        low = np.searchsorted(self.pair_key, pack(nodes, 0))
        high = np.searchsorted(self.pair_key, pack(nodes, _RELATION_MASK), side="right")
        at = expand(low, high - low)
        keys = self.pair_key[at]
        relations = (keys & _RELATION_MASK).astype(np.int32)
        return (keys >> RELATION_BITS).astype(np.int32), relations, self.pair_ptr[at + 1] - self.pair_ptr[at]

    def relations(self, nodes: NodeIds) -> NDArray[np.int32]:
        """The relations of a frontier, ascending; `pairs` without its counts."""
        if len(nodes) == 1:
            first, last = self.pair_key.searchsorted(
                (int(nodes[0]) << RELATION_BITS, (int(nodes[0]) + 1) << RELATION_BITS)
            )
            return (self.pair_key[first:last] & _RELATION_MASK).astype(np.int32)
        low = self.pair_key.searchsorted(pack(nodes, 0))
        high = self.pair_key.searchsorted(pack(nodes, _RELATION_MASK), side="right")
        found = self.pair_key[expand(low, high - low)] & _RELATION_MASK
        return np.bincount(found).nonzero()[0].astype(np.int32)

    def degrees(self, nodes: NodeIds) -> NDArray[np.int64]:
        """The number of edges of each node, [nodes]."""
        low = np.searchsorted(self.pair_key, pack(nodes, 0))
        high = np.searchsorted(self.pair_key, pack(nodes, _RELATION_MASK), side="right")
        return self.pair_ptr[high] - self.pair_ptr[low]
