"""Exact and flat search on small integer vectors, where ties are many and floats are exact."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kgqa.errors import MissingExtraError, VectorIndexError
from kgqa.index import (
    ExactSpec,
    FlatSpec,
    HnswSpec,
    IvfSpec,
    Metric,
    PqSpec,
    build_index,
    exact,
    recommended_spec,
)
from kgqa.index.faiss_index import load_faiss

small_vectors = st.integers(0, 25).flatmap(
    lambda n: arrays(np.float32, (n, 3), elements=st.integers(-2, 2).map(float)),
)
queries = arrays(np.float32, (4, 3), elements=st.integers(-2, 2).map(float))


def brute_force(vectors: Any, ids: list[int], query: Any, k: int) -> list[tuple[int, float]]:
    """Python's own arithmetic: best score first, equal scores by smaller id."""
    scores = [(sum(float(a) * float(b) for a, b in zip(row, query, strict=True))) for row in vectors]
    return sorted(zip(ids, scores, strict=True), key=lambda pair: (-pair[1], pair[0]))[:k]


@settings(max_examples=150, deadline=None)
@given(vectors=small_vectors, queries=queries, k=st.integers(1, 30), seed=st.integers(0, 9))
def test_exact_equals_brute_force_ties_included(vectors: Any, queries: Any, k: int, seed: int) -> None:
    ids = np.random.default_rng(seed).permutation(100)[: len(vectors)]
    result = build_index(vectors, ids, spec=ExactSpec(metric=Metric.INNER_PRODUCT)).search(queries, k)
    for found, scores, query in zip(result.ids, result.scores, queries, strict=True):
        expected = brute_force(vectors, ids.tolist(), query, k)
        padding = k - len(expected)
        assert found.tolist() == [i for i, _ in expected] + [-1] * padding
        assert scores.tolist() == [score for _, score in expected] + [-np.inf] * padding


@pytest.mark.skipif(importlib.util.find_spec("faiss") is None, reason="faiss is not installed")
@settings(max_examples=80, deadline=None)
@given(vectors=small_vectors, queries=queries, k=st.integers(1, 30))
def test_flat_scores_equal_brute_force(vectors: Any, queries: Any, k: int) -> None:
    result = build_index(vectors, spec=FlatSpec(metric=Metric.INNER_PRODUCT)).search(queries, k)
    for found, scores, query in zip(result.ids, result.scores, queries, strict=True):
        expected = brute_force(vectors, list(range(len(vectors))), query, k)
        assert scores[: len(expected)].tolist() == [score for _, score in expected]
        # FAISS doesn't say which of the vectors that tie for the last place it takes.
        own = {i: float(vectors[i] @ query) for i in found if i >= 0}
        assert list(own.values()) == [score for _, score in expected]


def test_blocks_of_queries_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    index = build_index(rng.normal(size=(200, 8)))
    queries = rng.normal(size=(30, 8))
    whole = index.search(queries, 5)
    monkeypatch.setattr(exact, "_BLOCK_SCORES", 700)
    blocks = index.search(queries, 5)
    assert np.array_equal(whole.ids, blocks.ids)
    assert np.allclose(whole.scores, blocks.scores)


def test_cosine_ignores_length_and_survives_extremes() -> None:
    index = build_index(np.array([[1e-30, 0], [0, 1e30], [0, 0], [3, 3]]), spec=ExactSpec(metric=Metric.COSINE))
    result = index.search([[1e25, 0]], 4)
    assert result.ids.tolist() == [[0, 3, 1, 2]]
    assert result.scores[0].tolist() == pytest.approx([1, 2**-0.5, 0, 0])


def test_an_empty_index_finds_nothing() -> None:
    result = build_index(np.empty((0, 4))).search(np.ones((2, 4)), 3)
    assert (result.ids == -1).all()
    assert np.isneginf(result.scores).all()


def test_import_is_light() -> None:
    code = "import sys, kgqa.index; print('faiss' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert found.stdout.strip() == "False"


def test_without_faiss_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "faiss", None)
    for spec in (FlatSpec(), IvfSpec(), HnswSpec(), PqSpec()):
        with pytest.raises(MissingExtraError, match=r"pip install 'kgqa\[cpu\]'"):
            build_index(np.ones((2000, 8)), spec=spec)
    assert len(build_index(np.ones((3, 8)))) == 3


@pytest.mark.parametrize(
    ("count", "dimension", "kind"),
    [(0, 384, ExactSpec), (49_999, 384, ExactSpec), (50_000, 384, IvfSpec), (10_000_000, 384, PqSpec)],
)
def test_recommendation_grows_with_the_count(count: int, dimension: int, kind: type) -> None:
    spec = recommended_spec(count, dimension, metric=Metric.INNER_PRODUCT)
    assert type(spec) is kind
    assert spec.metric is Metric.INNER_PRODUCT


def test_too_few_vectors_to_train() -> None:
    pytest.importorskip("faiss")
    vectors = np.random.default_rng(0).normal(size=(100, 8))
    with pytest.raises(VectorIndexError, match="100 vectors are too few to train PQ codes, which need 624"):
        build_index(vectors, spec=PqSpec())
    with pytest.raises(VectorIndexError, match="m is 3, which does not divide 8"):
        build_index(vectors, spec=PqSpec(m=3))
    with pytest.raises(VectorIndexError, match="0 vectors are too few"):
        build_index(vectors[:0], spec=IvfSpec())
    # Inverted lists shrink instead: 100 vectors train two.
    assert build_index(vectors, spec=IvfSpec(nlist=1000)).search(vectors, 1).ids.ravel().tolist() == list(range(100))


def test_gpu_copy_is_searched_and_the_cpu_master_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    faiss = pytest.importorskip("faiss")
    sent: list[object] = []

    def to_gpu(_resources: object, _device: int, core: Any) -> Any:
        sent.append(core)
        return core

    monkeypatch.setattr(faiss, "StandardGpuResources", object, raising=False)
    monkeypatch.setattr(faiss, "index_cpu_to_gpu", to_gpu, raising=False)
    monkeypatch.setattr(faiss, "get_num_gpus", lambda: 1)
    index = build_index(np.eye(4), spec=FlatSpec())
    assert sent
    assert index.search(np.eye(4), 1).ids.ravel().tolist() == [0, 1, 2, 3]
    assert load_faiss() is faiss
