"""Vectors of entities under node numbers: fixed arrays with an index, and a small layer for what changed since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kgqa.errors import BundleError, VectorIndexError
from kgqa.graph.bundle import Bundle, Section
from kgqa.index import (
    ExactIndex,
    ExactSpec,
    Index,
    build_index,
    index_from_bundle,
    index_sections,
    load_index,
    recommended_spec,
)
from kgqa.types import NodeIds

Floats = NDArray[np.float32]
MOST_HIDDEN = 1_000
"""Changed entities that searches step over; with more, the layers become one."""


@dataclass(frozen=True, slots=True)
class VectorLayer:
    """Vectors of one time.

    nodes : int32 [n], ascending. vectors : float32 [n, d], unit length; both may be memory maps.
    index : finds the nearest; its ids are node numbers.
    """

    nodes: NodeIds
    vectors: Floats
    index: Index

    @classmethod
    def exact(cls, nodes: NodeIds, vectors: Floats) -> VectorLayer:
        """A layer that compares with every vector; nothing is copied."""
        return cls(nodes, vectors, ExactIndex(nodes.astype(np.int64), vectors, ExactSpec()))

    def rows(self, nodes: NodeIds) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Where nodes stand in the layer, and whether they do, each [nodes]."""
        at = np.minimum(np.searchsorted(self.nodes, nodes), max(0, len(self.nodes) - 1))
        known = self.nodes[at] == nodes if len(self.nodes) else np.zeros(len(nodes), dtype=bool)
        return at, known


@dataclass(frozen=True, slots=True)
class EntityVectors:
    """The vectors of a graph's entities; immutable: a change makes a new object that shares the arrays.

    encoder, fingerprint : what made them. base : most of them. hidden : int32, ascending, the nodes whose vectors in
    `base` no longer count. recent : vectors that came since.
    """

    encoder: str
    fingerprint: str
    base: VectorLayer
    hidden: NodeIds
    recent: VectorLayer

    @classmethod
    def build(
        cls, nodes: NodeIds, vectors: Floats, *, encoder: str, fingerprint: str, index: Index | None = None
    ) -> EntityVectors:
        """Take vectors float32 [n, d] of unit length under ascending nodes int32 [n].

        index : one over the same vectors; the recommended kind is built unless given.
        Raises VectorIndexError for arrays that don't fit; MissingExtraError where the kind needs FAISS.
        """
        if vectors.ndim != 2 or len(vectors) != len(nodes) or np.any(np.diff(nodes) <= 0):
            raise VectorIndexError(
                f"entity vectors of shape {vectors.shape} for {len(nodes)} nodes; expected one row a node, nodes "
                "ascending. Encode the entities again"
            )
        spec = recommended_spec(*vectors.shape)
        if index is None and not isinstance(spec, ExactSpec):
            index = build_index(vectors, nodes, spec=spec)
        base = VectorLayer.exact(nodes, vectors) if index is None else VectorLayer(nodes, vectors, index)
        return cls(encoder, fingerprint, base, nodes[:0], VectorLayer.exact(nodes[:0], vectors[:0]))

    def __len__(self) -> int:
        return len(self.base.nodes) - len(self.hidden) + len(self.recent.nodes)

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        return int(self.base.vectors.shape[1])

    @property
    def nodes(self) -> NodeIds:
        """Every node with a vector, ascending."""
        return np.union1d(np.setdiff1d(self.base.nodes, self.hidden), self.recent.nodes).astype(np.int32)

    def cosines(self, query: Floats, nodes: NodeIds) -> Floats:
        """The cosines of a unit vector [d] and nodes, float32 [nodes]; 0 for a node without vector."""
        cosines = np.zeros(len(nodes), dtype=np.float32)
        for layer, hidden in ((self.base, self.hidden), (self.recent, self.hidden[:0])):
            at, known = layer.rows(nodes)
            known &= ~np.isin(nodes, hidden)
            cosines[known] = layer.vectors[at[known]] @ query
        return cosines

    def nearest(self, queries: Floats, count: int) -> list[tuple[NodeIds, Floats]]:
        """For each query [q, d], the nearest nodes and their cosines, at most `count`, best first; ties by number."""
        base = self.base.index.search(queries, count + len(self.hidden))
        recent = self.recent.index.search(queries, count)
        ids, scores = np.hstack([base.ids, recent.ids]), np.hstack([base.scores, recent.scores])
        hidden = np.isin(base.ids, self.hidden)
        ids[:, : base.ids.shape[1]][hidden] = -1
        return [_best(row_ids, row_scores, count) for row_ids, row_scores in zip(ids, scores, strict=True)]

    def with_changes(self, removed: NodeIds, nodes: NodeIds, vectors: Floats) -> EntityVectors:
        """The vectors without some nodes' and with new ones [n, d] of others; nothing is trained again."""
        touched = np.union1d(removed, nodes)
        hidden = np.union1d(self.hidden, np.intersect1d(self.base.nodes, touched)).astype(np.int32)
        kept = ~np.isin(self.recent.nodes, touched)
        recent = _sorted(np.r_[self.recent.nodes[kept], nodes], np.r_[self.recent.vectors[kept], vectors])
        changed = replace(self, hidden=hidden, recent=VectorLayer.exact(*recent))
        return changed.merged() if len(hidden) + len(recent[0]) > MOST_HIDDEN else changed

    def merged(self) -> EntityVectors:
        """The same vectors in one layer."""
        if not len(self.hidden) and not len(self.recent.nodes):
            return self
        kept = ~np.isin(self.base.nodes, self.hidden)
        nodes, vectors = _sorted(
            np.r_[self.base.nodes[kept], self.recent.nodes], np.r_[self.base.vectors[kept], self.recent.vectors]
        )
        index = None if isinstance(self.base.index, ExactIndex) else self._merged_index()
        return EntityVectors.build(nodes, vectors, encoder=self.encoder, fingerprint=self.fingerprint, index=index)

    def _merged_index(self) -> Index:
        # Others may hold the index: the change is made to a copy.
        with TemporaryDirectory() as name:
            self.base.index.save(Path(name))
            index = load_index(Path(name))
        index.remove(self.hidden.astype(np.int64))
        index.add(self.recent.nodes.astype(np.int64), self.recent.vectors)
        return index

    # -- storing ------------------------------------------------------------------------------

    @contextmanager
    def sections(self) -> Iterator[dict[str, Section]]:
        """What a bundle stores, by name, for as long as the context is open; `from_bundle` opens it."""
        whole = self.merged()
        with index_sections(whole.base.index) as index:
            yield {"nodes": whole.base.nodes, "vectors": whole.base.vectors, **index}

    @property
    def meta(self) -> dict[str, str]:
        """What a bundle's manifest tells of them."""
        return {"encoder": self.encoder, "fingerprint": self.fingerprint}

    @classmethod
    def from_bundle(cls, bundle: Bundle, prefix: str, meta: Mapping[str, Any]) -> EntityVectors:
        """Open what `sections` and `meta` gave, vectors by memory map.

        Raises BundleError if it doesn't fit together; MissingExtraError without the FAISS that the index needs.
        """
        nodes, vectors = bundle.array(prefix + "nodes"), bundle.array(prefix + "vectors")
        try:
            index = index_from_bundle(bundle, prefix)
            found = cls.build(
                nodes,
                vectors,
                encoder=meta["encoder"],
                fingerprint=meta["fingerprint"],
                index=index or _exact(nodes, vectors),
            )
        except (VectorIndexError, KeyError) as error:
            raise BundleError(f"the entity vectors of {str(bundle.directory)!r} are damaged: {error}") from error
        if len(found.base.index) != len(nodes):
            held, where = len(found.base.index), str(bundle.directory)
            raise BundleError(
                f"the index of entities in {where!r} holds {held}; expected {len(nodes)}. Build the bundle again: "
                "kgqa build GRAPH -o BUNDLE --entities"
            )
        return found


def _exact(nodes: NodeIds, vectors: Floats) -> Index:
    return ExactIndex(nodes.astype(np.int64), vectors, ExactSpec())


def _sorted(nodes: NodeIds, vectors: Floats) -> tuple[NodeIds, Floats]:
    order = np.argsort(nodes)
    return nodes[order].astype(np.int32), vectors[order]


def _best(ids: NDArray[np.int64], scores: Floats, count: int) -> tuple[NodeIds, Floats]:
    ids, scores = ids[ids >= 0], scores[ids >= 0]
    order = np.lexsort((ids, -scores))[:count]
    return ids[order].astype(np.int32), scores[order]
