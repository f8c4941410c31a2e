"""Every index against brute force in float64: built, saved, opened, added to and removed from."""

from __future__ import annotations

import importlib.util
import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import kgqa.index
from kgqa.errors import VectorIndexError
from kgqa.index import (
    ExactIndex,
    ExactSpec,
    FlatIndex,
    FlatSpec,
    HnswIndex,
    HnswSpec,
    Index,
    IndexSpec,
    IvfIndex,
    IvfSpec,
    Metric,
    PqIndex,
    PqSpec,
    build_index,
    load_index,
)
from kgqa.index.faiss_index import load_faiss

COUNT, DIMENSION, QUERIES, K = 3000, 32, 40, 10
Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Case:
    """An index, how it is built, the recall it must reach, and how far its scores may be from the true ones."""

    index: type[Index]
    spec: IndexSpec
    recall: float
    error: float


CASES = (
    Case(ExactIndex, ExactSpec(), 1.0, 1e-4),
    Case(FlatIndex, FlatSpec(), 1.0, 1e-4),
    Case(IvfIndex, IvfSpec(nlist=32, nprobe=12), 0.9, 1e-4),
    Case(HnswIndex, HnswSpec(), 0.95, 1e-4),
    Case(PqIndex, PqSpec(m=16, nlist=8, nprobe=8), 0.6, 0.3),
)


@dataclass(slots=True)
class World:
    """The vectors that an index should hold, by id, and queries far from unit length."""

    ids: Array
    vectors: Array
    queries: Array

    def best(self, metric: Metric) -> Array:
        """Brute force: every score, best first, [queries, n] of (id, score)."""
        left, right = self.queries.astype(np.float64), self.vectors.astype(np.float64)
        if metric is Metric.COSINE:
            left = left / np.linalg.norm(left, axis=1, keepdims=True)
            right = right / np.linalg.norm(right, axis=1, keepdims=True)
        scores = left @ right.T
        order = np.lexsort((np.broadcast_to(self.ids, scores.shape), -scores))
        return np.stack([self.ids[order], np.take_along_axis(scores, order, 1)], axis=-1)


@pytest.fixture(scope="module")
def source() -> World:
    """Clustered vectors of many lengths, ids out of order and with gaps."""
    rng = np.random.default_rng(7)
    centres = rng.normal(size=(60, DIMENSION))
    vectors = centres[rng.integers(0, 60, COUNT)] + 0.6 * rng.normal(size=(COUNT, DIMENSION))
    vectors *= rng.uniform(0.5, 2, (COUNT, 1))
    queries = centres[:QUERIES] + 0.3 * rng.normal(size=(QUERIES, DIMENSION))
    queries *= rng.uniform(0.01, 100, (QUERIES, 1))
    ids = rng.permutation(COUNT * 3)[:COUNT].astype(np.int64)
    return World(ids, vectors.astype(np.float32), queries.astype(np.float32))


@pytest.fixture(params=CASES, ids=lambda case: case.index.__name__)
def case(request: pytest.FixtureRequest) -> Case:
    if request.param.index is not ExactIndex and importlib.util.find_spec("faiss") is None:
        pytest.skip("faiss is not installed")
    assert isinstance(request.param, Case)
    return request.param


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> None:
    """Keep FAISS's threads from waiting on each other where other work shares the cores."""
    if importlib.util.find_spec("faiss") is not None:
        load_faiss().omp_set_num_threads(1)


@pytest.fixture(params=Metric, ids=lambda metric: metric.value)
def metric(request: pytest.FixtureRequest) -> Metric:
    assert isinstance(request.param, Metric)
    return request.param


@pytest.fixture(scope="module")
def unchanged(source: World) -> Callable[[Case], Index]:
    """Build each case once, for tests that leave it as it is."""
    return cache(lambda case: case.index.build(source.vectors, source.ids, spec=case.spec))


@pytest.fixture
def build(case: Case, metric: Metric) -> Callable[[World], Index]:
    return lambda world: case.index.build(world.vectors, world.ids, spec=replace(case.spec, metric=metric))


def check(index: Index, world: World, case: Case, metric: Metric) -> None:
    """Recall against brute force; true scores for the ids found; nearest first; nothing but live ids."""
    result = index.search(world.queries, K)
    best = world.best(metric)
    assert len(index) == len(world.ids)
    assert result.ids.dtype == np.int64
    assert result.scores.dtype == np.float32
    assert result.ids.shape == result.scores.shape == (len(world.queries), K)
    hits = sum(len(set(found) & set(true[:K, 0])) for found, true in zip(result.ids, best, strict=True))
    assert hits >= case.recall * result.ids.size
    for found, scores, true in zip(result.ids, result.scores, best, strict=True):
        known = dict(true)
        expected = np.array([known[i] for i in found])
        assert np.abs(scores - expected).max() <= case.error * max(1, np.abs(true[:, 1]).max())
        assert (np.diff(scores) <= 0).all()
        assert len(set(found)) == K


def test_built(case: Case, metric: Metric, source: World, build: Callable[[World], Index]) -> None:
    index = build(source)
    assert index.dimension == DIMENSION
    assert np.array_equal(index.ids, np.sort(source.ids))
    check(index, source, case, metric)


def test_saved_and_opened(
    case: Case, metric: Metric, source: World, build: Callable[[World], Index], tmp_path: Path
) -> None:
    index = build(source)
    index.save(tmp_path / "index")
    for opened in (case.index.load(tmp_path / "index"), load_index(tmp_path / "index")):
        assert type(opened) is case.index
        assert opened.spec == index.spec
        check(opened, source, case, metric)
        before, after = index.search(source.queries, K), opened.search(source.queries, K)
        assert np.array_equal(before.ids, after.ids)
        assert np.array_equal(before.scores, after.scores)
    assert not [file for file in (tmp_path / "index").iterdir() if file.suffix in {".pkl", ".pickle"}]


def test_added_to(case: Case, metric: Metric, source: World, build: Callable[[World], Index]) -> None:
    index = build(World(source.ids[:2500], source.vectors[:2500], source.queries))
    index.add(source.ids[2500:], source.vectors[2500:])
    check(index, source, case, metric)


@pytest.mark.parametrize("share", [0.1, 0.6])
def test_removed_from(
    case: Case, metric: Metric, source: World, build: Callable[[World], Index], share: float, tmp_path: Path
) -> None:
    index = build(source)
    gone = int(COUNT * share)
    index.remove(source.ids[:gone])
    left = World(source.ids[gone:], source.vectors[gone:], source.queries)
    check(index, left, case, metric)
    index.save(tmp_path)
    check(load_index(tmp_path), left, case, metric)
    index.add(source.ids[:gone], source.vectors[:gone])
    check(index, source, case, metric)


def test_fewer_than_k(case: Case, metric: Metric, source: World, build: Callable[[World], Index]) -> None:
    index = build(source)
    index.remove(source.ids[4:])
    result = index.search(source.queries[:3], 6)
    assert ((result.ids >= 0).sum(axis=1) <= 4).all()
    assert (result.ids[:, 4:] == -1).all()
    assert np.isneginf(result.scores[result.ids < 0]).all()
    assert set(result.ids[result.ids >= 0]) <= set(source.ids[:4])


def test_no_queries(case: Case, unchanged: Callable[[Case], Index]) -> None:
    result = unchanged(case).search(np.empty((0, DIMENSION), np.float32), 3)
    assert result.ids.shape == result.scores.shape == (0, 3)


def test_ids_count_from_zero_unless_given(case: Case, source: World) -> None:
    index = build_index(source.vectors, spec=case.spec)
    assert type(index) is case.index
    assert np.array_equal(index.ids, np.arange(COUNT))


def bad_value(value: float) -> Array:
    vectors = np.ones((2, DIMENSION), np.float32)
    vectors[1, 3] = value
    return vectors


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda index, _: index.search(np.ones((1, 5)), 3), "5 dimensions; this index holds 32"),
        (lambda index, _: index.search(np.ones(DIMENSION), 3), r"shape \(32,\); expected \[n, d\]"),
        (lambda index, _: index.search(np.ones((1, DIMENSION)), 0), "k is 0; ask for at least 1"),
        (lambda index, _: index.search(bad_value(np.nan), 3), "vector 1 has a NaN or infinite value"),
        (lambda index, _: index.add([10**6, 10**6 + 1], bad_value(np.inf)), "vector 1 has a NaN or infinite value"),
        (lambda index, _: index.add([10**6, 10**6], np.ones((2, DIMENSION))), "id 1000000 is given twice"),
        (lambda index, _: index.add([-1], np.ones((1, DIMENSION))), "id -1 is negative"),
        (lambda index, _: index.add([1.5], np.ones((1, DIMENSION))), "type float64; expected integers"),
        (lambda index, _: index.add([10**6], np.ones((2, DIMENSION))), r"shape \(1,\) for 2 vectors"),
        (lambda index, world: index.add(world.ids[:1], np.ones((1, DIMENSION))), "is in the index already"),
        (lambda index, _: index.remove([10**6]), "id 1000000 is not in the index of 3000 vectors"),
    ],
)
def test_misuse_says_what_and_changes_nothing(
    case: Case,
    source: World,
    unchanged: Callable[[Case], Index],
    call: Callable[[Index, World], object],
    message: str,
) -> None:
    index = unchanged(case)
    before = index.search(source.queries, K)
    with pytest.raises(VectorIndexError, match=message):
        call(index, source)
    after = index.search(source.queries, K)
    assert len(index) == COUNT
    assert np.array_equal(before.ids, after.ids)
    assert np.array_equal(before.scores, after.scores)


def test_damage_is_noticed(case: Case, unchanged: Callable[[Case], Index], tmp_path: Path) -> None:
    unchanged(case).save(tmp_path)
    for file in sorted(tmp_path.iterdir()):
        whole = file.read_bytes()
        file.write_bytes(whole[: len(whole) // 2])
        with pytest.raises(VectorIndexError, match="Build"):
            load_index(tmp_path)
        file.unlink()
        with pytest.raises(VectorIndexError, match="Build"):
            load_index(tmp_path)
        file.write_bytes(whole)
    assert len(load_index(tmp_path)) == COUNT


def test_another_kind_is_refused(case: Case, source: World, unchanged: Callable[[Case], Index], tmp_path: Path) -> None:
    unchanged(case).save(tmp_path)
    other = next(known.index for known in CASES if known.index is not case.index)
    with pytest.raises(VectorIndexError, match="use `load_index`"):
        other.load(tmp_path)
    with pytest.raises(VectorIndexError, match="use `build_index`"):
        other.build(source.vectors, spec=case.spec)


def test_every_index_has_a_case() -> None:
    def concrete(kind: Any) -> set[type[Index]]:
        own = set() if inspect.isabstract(kind) else {kind}
        return own.union(*(concrete(child) for child in kind.__subclasses__()))

    assert concrete(Index) == {known.index for known in CASES}
    specs = {value for value in vars(kgqa.index).values() if isinstance(value, type) and issubclass(value, IndexSpec)}
    assert specs - {IndexSpec} == {type(known.spec) for known in CASES}
