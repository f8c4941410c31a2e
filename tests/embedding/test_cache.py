"""The cache of text vectors: it returns what the encoder would, survives a kill, and never serves another encoder's."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from kgqa.embedding import CachedEncoder, TextEncoder, TextKind, TokenEmbeddings
from kgqa.embedding import cache as cache_module
from kgqa.embedding.contract import Floats, Progress
from kgqa.errors import EncoderError


class HashEncoder:
    """A vector for each text and kind from its hash; it counts texts and can be stopped after some."""

    def __init__(self, fingerprint: str = "one", stop_after: int = 10**9) -> None:
        self.name = "hash"
        self.fingerprint = fingerprint
        self.dimension = 8
        self.count = 0
        self.stop_after = stop_after

    def encode(
        self, texts: Sequence[str], *, kind: TextKind = TextKind.PASSAGE, on_progress: Progress | None = None
    ) -> Floats:
        if self.count + len(texts) > self.stop_after:
            raise KeyboardInterrupt
        self.count += len(texts)
        rows = [hashlib.sha256(f"{self.fingerprint}{kind}{text}".encode()).digest()[:8] for text in texts]
        vectors = np.array([list(row) for row in rows], np.float32).reshape(-1, 8) + 1
        out: Floats = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return out

    def encode_tokens(self, texts: Sequence[str], *, kind: TextKind = TextKind.PASSAGE) -> list[TokenEmbeddings]:
        raise NotImplementedError

    def encode_static(self, texts: Sequence[str]) -> Floats:
        raise NotImplementedError


TEXTS = [f"label {i % 250}" for i in range(300)]


@pytest.fixture(autouse=True)
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_module, "_SHARD_TEXTS", 100)


def test_it_is_an_encoder(tmp_path: Path) -> None:
    cached: TextEncoder = CachedEncoder(HashEncoder(), tmp_path)
    assert (cached.name, cached.fingerprint, cached.dimension) == ("hash", "one", 8)


def test_same_vectors_and_each_text_once(tmp_path: Path) -> None:
    encoder = HashEncoder()
    expected = HashEncoder().encode(TEXTS)
    assert np.allclose(CachedEncoder(encoder, tmp_path).encode(TEXTS), expected, atol=1e-6)
    again = CachedEncoder(encoder, tmp_path)
    assert np.allclose(again.encode(TEXTS[::-1]), expected[::-1], atol=1e-6)
    assert encoder.count == len(again) == 250


def test_kinds_are_kept_apart(tmp_path: Path) -> None:
    cached = CachedEncoder(HashEncoder(), tmp_path)
    for kind in TextKind:
        assert np.allclose(cached.encode(TEXTS, kind=kind), HashEncoder().encode(TEXTS, kind=kind), atol=1e-6)


def test_a_stopped_run_goes_on_where_it_was(tmp_path: Path) -> None:
    stopped = HashEncoder(stop_after=220)
    with pytest.raises(KeyboardInterrupt):
        CachedEncoder(stopped, tmp_path).encode(TEXTS)
    resumed = HashEncoder()
    assert np.allclose(CachedEncoder(resumed, tmp_path).encode(TEXTS), HashEncoder().encode(TEXTS), atol=1e-6)
    assert (stopped.count, resumed.count) == (200, 50)


def test_a_shard_cut_off_before_its_keys_counts_as_absent(tmp_path: Path) -> None:
    CachedEncoder(HashEncoder(), tmp_path).encode(TEXTS)
    next(tmp_path.rglob("*.keys.npy")).unlink()
    encoder = HashEncoder()
    assert np.allclose(CachedEncoder(encoder, tmp_path).encode(TEXTS), HashEncoder().encode(TEXTS), atol=1e-6)
    assert 50 <= encoder.count <= 100


def test_another_encoder_gets_no_stale_vectors(tmp_path: Path) -> None:
    CachedEncoder(HashEncoder("one"), tmp_path).encode(TEXTS)
    other = HashEncoder("two")
    assert np.allclose(CachedEncoder(other, tmp_path).encode(TEXTS), HashEncoder("two").encode(TEXTS), atol=1e-6)
    assert other.count == 250


def test_a_damaged_shard_names_itself(tmp_path: Path) -> None:
    CachedEncoder(HashEncoder(), tmp_path).encode(TEXTS)
    file = next(tmp_path.rglob("*.vectors.npy"))
    file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(EncoderError, match="Delete both"):
        CachedEncoder(HashEncoder(), tmp_path)


def test_half_precision_stays_near(tmp_path: Path) -> None:
    CachedEncoder(HashEncoder(), tmp_path, half=True).encode(TEXTS)
    found = CachedEncoder(HashEncoder(stop_after=0), tmp_path, half=True).encode(TEXTS)
    assert np.allclose(found, HashEncoder().encode(TEXTS), atol=1e-3)
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-6)


def test_few_texts_leave_the_disk_alone(tmp_path: Path) -> None:
    CachedEncoder(HashEncoder(), tmp_path).encode(["euro"])
    assert not list(tmp_path.rglob("*.npy"))


def test_no_texts(tmp_path: Path) -> None:
    assert CachedEncoder(HashEncoder(), tmp_path).encode([]).shape == (0, 8)


def test_progress_reaches_all_distinct_texts(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    CachedEncoder(HashEncoder(), tmp_path).encode(TEXTS, on_progress=lambda done, total: seen.append((done, total)))
    assert seen == [(100, 250), (200, 250), (250, 250)]
