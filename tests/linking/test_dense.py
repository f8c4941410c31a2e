"""Entity vectors against numpy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from kgqa.embedding.contract import Progress, TextEncoder, TextKind, TokenEmbeddings
from kgqa.errors import VectorIndexError
from kgqa.linking import EntityVectors, VectorNames

NODES = np.array([2, 5, 9], dtype=np.int32)


class LetterEncoder(TextEncoder):
    """Counts letters, so that a test can tell what a vector must be."""

    @property
    def name(self) -> str:
        return "letters"

    @property
    def fingerprint(self) -> str:
        return "letters-1"

    @property
    def dimension(self) -> int:
        return 26

    def encode(
        self, texts: Sequence[str], *, kind: TextKind = TextKind.PASSAGE, on_progress: Progress | None = None
    ) -> NDArray[np.float32]:
        counts = np.array([[text.count(chr(97 + i)) for i in range(26)] for text in texts], dtype=np.float32)
        unit: NDArray[np.float32] = counts / np.maximum(np.linalg.norm(counts, axis=1, keepdims=True), 1e-9)
        return unit

    def encode_tokens(self, texts: Sequence[str], *, kind: TextKind = TextKind.PASSAGE) -> list[TokenEmbeddings]:
        raise NotImplementedError

    def encode_static(self, texts: Sequence[str]) -> NDArray[np.float32]:
        raise NotImplementedError


ENCODER = LetterEncoder()
VECTORS = ENCODER.encode(["abba", "cd", "zz"])


def names_over(vectors: NDArray[np.float32], fingerprint: str = ENCODER.fingerprint) -> VectorNames:
    stored = EntityVectors.build(NODES, vectors, encoder="letters", fingerprint=fingerprint)
    return VectorNames(ENCODER, stored)


def test_similarities_are_cosines_and_zero_without_vector() -> None:
    first, second = names_over(VECTORS).similarities(["ab", "c"], [np.array([9, 2, 7, 99], dtype=np.int32), NODES[:0]])
    np.testing.assert_allclose(first, [0.0, 1.0, 0.0, 0.0], atol=1e-6)
    assert len(second) == 0


def test_nearest_are_the_best_cosines() -> None:
    ((nodes, cosines),) = names_over(VECTORS).nearest(["abc"], 2)
    expected = VECTORS @ ENCODER.encode(["abc"])[0]
    assert nodes.tolist() == NODES[np.argsort(-expected)[:2]].tolist()
    np.testing.assert_allclose(cosines, np.sort(expected)[::-1][:2], atol=1e-6)


def test_fewer_nodes_than_asked_for() -> None:
    ((nodes, _),) = names_over(VECTORS).nearest(["abc"], 8)
    assert len(nodes) == 3


def test_vectors_of_another_encoder_are_refused() -> None:
    with pytest.raises(VectorIndexError, match="letters"):
        names_over(VECTORS[:, :5])
    with pytest.raises(VectorIndexError, match="letters-0"):
        names_over(VECTORS, "letters-0")
