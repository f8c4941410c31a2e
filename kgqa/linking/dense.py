"""What vectors of entity names add to linking."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kgqa.embedding.contract import TextEncoder, TextKind
from kgqa.errors import VectorIndexError
from kgqa.linking.entity_vectors import EntityVectors
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
    """Entity vectors, compared with questions that the same encoder encodes.

    Raises VectorIndexError for vectors of another encoder.
    """

    def __init__(self, encoder: TextEncoder, vectors: EntityVectors) -> None:
        if (vectors.fingerprint, vectors.dimension) != (encoder.fingerprint, encoder.dimension):
            raise VectorIndexError(
                f"the entity vectors are of {vectors.encoder} ({vectors.fingerprint[:12]}, {vectors.dimension} numbers "
                f"each); expected {encoder.name} ({encoder.fingerprint[:12]}, {encoder.dimension}). Encode them "
                "again: kgqa build GRAPH -o BUNDLE --entities"
            )
        self._encoder = encoder
        self._vectors = vectors

    def similarities(self, questions: Sequence[str], nodes: Sequence[NodeIds]) -> list[Floats]:
        """For each question, the cosine of the question and each of its nodes, [nodes]; 0 for a node without vector."""
        asked = self._encoder.encode(questions, kind=TextKind.QUERY)
        return [self._vectors.cosines(vector, own) for vector, own in zip(asked, nodes, strict=True)]

    def nearest(self, questions: Sequence[str], count: int) -> list[tuple[NodeIds, Floats]]:
        """For each question, the nodes nearest to it and their cosines, at most `count`, best first."""
        return self._vectors.nearest(self._encoder.encode(questions, kind=TextKind.QUERY), count)
