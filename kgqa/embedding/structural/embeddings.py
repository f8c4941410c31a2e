"""Structural embeddings: a vector for each entity and relation that tells where it stands in the graph."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kgqa.embedding.structural.config import StructuralModel
from kgqa.errors import BundleError, VectorIndexError
from kgqa.graph.bundle import Bundle, Section
from kgqa.index import Index, build_index, index_from_bundle, index_sections, recommended_spec
from kgqa.types import NodeIds

Floats = NDArray[np.float32]
_HASHED = 1_000
_REBUILD = "Build the bundle again: kgqa build GRAPH -o BUNDLE --structural MODEL"


@dataclass(frozen=True)
class StructuralEmbeddings:
    """The trained vectors of one graph; may be memory maps.

    model : what made them, and so how they score facts. Vectors of ComplEx and RotatE hold d / 2 complex numbers: the
    real parts, then the imaginary ones.
    nodes : int32 [entities], ascending: the entities that stand in a fact with another entity. Literals, predicates
    and entities that have nothing but literals have no row.
    vectors : float32 [entities, d]. relation_vectors : float32 [relations, d], by the graph's numbers; zeros for a
    relation between no two entities.
    about : settings and last loss, as JSON holds them. stored : an index over the vectors that was opened with them.
    """

    model: StructuralModel
    nodes: NodeIds
    vectors: Floats
    relation_vectors: Floats
    about: Mapping[str, Any] = field(default_factory=dict)
    stored: Index | None = None

    def __post_init__(self) -> None:
        shapes = (self.nodes.shape, self.vectors.shape, self.relation_vectors.shape)
        fits = self.vectors.ndim == self.relation_vectors.ndim == 2 and self.nodes.shape == self.vectors.shape[:1]
        if not fits or self.vectors.shape[1] != self.relation_vectors.shape[1] or np.any(np.diff(self.nodes) <= 0):
            raise VectorIndexError(
                f"nodes, vectors and relation vectors of shapes {shapes}; expected [n], [n, d] and [relations, d], "
                "nodes ascending. Train them again"
            )
        if self.model.is_complex and self.dimension % 2:
            raise VectorIndexError(f"vectors of {self.dimension} numbers; {self.model.value} needs an even number")

    def __len__(self) -> int:
        return len(self.nodes)

    @property
    def dimension(self) -> int:
        """The length of a vector, in real numbers."""
        return int(self.vectors.shape[1])

    def rows(self, nodes: NodeIds) -> NDArray[np.int64]:
        """Where nodes stand in `vectors`, int64 [n]; -1 for those without a row."""
        at = np.minimum(np.searchsorted(self.nodes, nodes), max(0, len(self) - 1))
        known = self.nodes[at] == nodes if len(self) else np.zeros(len(nodes), dtype=bool)
        return np.where(known, at, -1)

    def vectors_of(self, nodes: NodeIds) -> Floats:
        """The vectors of nodes, float32 [n, d]; zeros for one without a row."""
        rows = self.rows(nodes)
        found = np.zeros((len(nodes), self.dimension), dtype=np.float32)
        found[rows >= 0] = self.vectors[rows[rows >= 0]]
        return found

    def vectors_of_relations(self, relations: NDArray[np.int32]) -> Floats:
        """The vectors of relations, by the graph's numbers, float32 [n, d]; zeros for one that came later."""
        found = np.zeros((len(relations), self.dimension), dtype=np.float32)
        known = relations < len(self.relation_vectors)
        found[known] = self.relation_vectors[relations[known]]
        return found

    @cached_property
    def fingerprint(self) -> str:
        """Which space the vectors are of: a hash of the model, the nodes, the relations and a sample of the vectors.

        Vectors that were trained again have another one, even where the graph is the same.
        """
        rows = np.unique(np.linspace(0, max(0, len(self) - 1), _HASHED).astype(np.int64)) if len(self) else slice(0)
        sha = hashlib.sha256(f"{self.model.value} {self.vectors.shape}".encode())
        for part in (self.nodes, self.relation_vectors, self.vectors[rows]):
            sha.update(np.ascontiguousarray(part).tobytes())
        return sha.hexdigest()[:32]

    @cached_property
    def index(self) -> Index:
        """Finds the nearest by cosine; its ids are node numbers. Built when first asked for, unless stored.

        Raises MissingExtraError for so many entities that the index needs FAISS, where there is none.
        """
        if self.stored is not None:
            return self.stored
        return build_index(self.vectors, self.nodes, spec=recommended_spec(*self.vectors.shape))

    def nearest(self, nodes: NodeIds, count: int) -> list[tuple[NodeIds, Floats]]:
        """For each node, the most similar others and their cosines, at most `count`, best first; ties by number.

        A node without a row has none.
        """
        rows = self.rows(nodes)
        known = rows >= 0
        found = self.index.search(self.vectors[rows[known]], count + 1) if known.any() else None
        places = np.cumsum(known) - 1
        return [
            _others(found.ids[place], found.scores[place], node, count) if found is not None and has else _NONE
            for node, has, place in zip(nodes.tolist(), known.tolist(), places.tolist(), strict=True)
        ]

    # -- storing ------------------------------------------------------------------------------

    @contextmanager
    def sections(self) -> Iterator[dict[str, Section]]:
        """What a bundle stores, by name, for as long as the context is open; `from_bundle` opens it."""
        with index_sections(self.index) as index:
            yield {"nodes": self.nodes, "vectors": self.vectors, "relations": self.relation_vectors, **index}

    @property
    def meta(self) -> dict[str, Any]:
        """What a bundle's manifest tells of them."""
        return {"model": self.model.value, "about": dict(self.about)}

    @classmethod
    def from_bundle(cls, bundle: Bundle, prefix: str, meta: Mapping[str, Any]) -> StructuralEmbeddings:
        """Open what `sections` and `meta` gave, by memory map; nothing of training is imported.

        Raises BundleError if it doesn't fit together; MissingExtraError without the FAISS that the index needs.
        """
        nodes, vectors, relations = (bundle.array(prefix + name) for name in ("nodes", "vectors", "relations"))
        try:
            model, about = StructuralModel(meta["model"]), meta["about"]
            found = cls(model, nodes, vectors, relations, about, index_from_bundle(bundle, prefix))
        except (VectorIndexError, KeyError, ValueError) as error:
            raise BundleError(
                f"the structural embeddings of {str(bundle.directory)!r} are damaged: {error}. {_REBUILD}"
            ) from error
        if found.stored is not None and len(found.stored) != len(nodes):
            held, where = len(found.stored), str(bundle.directory)
            raise BundleError(f"the structural index in {where!r} holds {held}; expected {len(nodes)}. {_REBUILD}")
        return found


_NONE: tuple[NodeIds, Floats] = (np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32))


def _others(ids: NDArray[np.int64], scores: Floats, node: int, count: int) -> tuple[NodeIds, Floats]:
    kept = (ids >= 0) & (ids != node)
    return ids[kept][:count].astype(np.int32), scores[kept][:count]
