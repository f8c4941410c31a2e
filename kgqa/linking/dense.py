"""What vectors of entity names add to linking."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kgqa.embedding.contract import TextEncoder, TextKind
from kgqa.errors import VectorIndexError
from kgqa.index import ExactIndex, Index
from kgqa.types import NodeIds

Floats = NDArray[np.float32]


class DenseNames(Protocol):
    """Entity names (or descriptions) as vectors, compared with questions."""

    def similarities(self, questions: Sequence[str], nodes: Sequence[NodeIds]) -> list[Floats]:
        """For each question, the cosine of the question and each of its nodes, [nodes]; 0 for a node without vector."""
        ...

    def nearest(self, questions: Sequence[str], count: int) -> list[tuple[NodeIds, Floats]]:
        """For each question, the nodes nearest to it and their cosines, at most `count`, best first."""
        ...


class VectorNames:
    """Entity vectors in memory or in a memory map, and an index over them.

    encoder : the encoder that made the vectors. nodes : int32 [n], sorted. vectors : float32 [n, d], unit length.
    index : finds the nearest; exact search over `vectors` unless given. Its ids are node numbers.
    """

    def __init__(self, encoder: TextEncoder, nodes: NodeIds, vectors: Floats, *, index: Index | None = None) -> None:
        if vectors.shape != (len(nodes), encoder.dimension):
            raise VectorIndexError(
                f"the entity vectors have shape {vectors.shape}; expected ({len(nodes)}, {encoder.dimension}) for "
                f"{encoder.name}. Encode the entities again"
            )
        self._encoder = encoder
        self._nodes = nodes
        self._vectors = vectors
        self._index = index or ExactIndex.build(vectors, nodes)

    def similarities(self, questions: Sequence[str], nodes: Sequence[NodeIds]) -> list[Floats]:
        """For each question, the cosine of the question and each of its nodes, [nodes]; 0 for a node without vector."""
        asked = self._encoder.encode(questions, kind=TextKind.QUERY)
        return [self._cosines(vector, own) for vector, own in zip(asked, nodes, strict=True)]

    def nearest(self, questions: Sequence[str], count: int) -> list[tuple[NodeIds, Floats]]:
        """For each question, the nodes nearest to it and their cosines, at most `count`, best first."""
        found = self._index.search(self._encoder.encode(questions, kind=TextKind.QUERY), count)
        rows = zip(found.ids, found.scores, strict=True)
        return [(ids[ids >= 0].astype(np.int32), scores[ids >= 0]) for ids, scores in rows]

    def _cosines(self, question: Floats, nodes: NodeIds) -> Floats:
        cosines = np.zeros(len(nodes), dtype=np.float32)
        at = np.minimum(np.searchsorted(self._nodes, nodes), max(0, len(self._nodes) - 1))
        known = self._nodes[at] == nodes if len(self._nodes) else np.zeros(len(nodes), dtype=bool)
        cosines[known] = self._vectors[at[known]] @ question
        return cosines
