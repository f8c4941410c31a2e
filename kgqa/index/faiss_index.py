"""FAISS behind the index contract: flat, inverted lists, a navigable graph, product quantisation; CPU or GPU."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike

from kgqa.errors import MissingExtraError, VectorIndexError
from kgqa.index.contract import Floats, Ids, Index, IndexSpec, check_ids, check_vectors
from kgqa.index.storage import read_array, read_head, read_spec, write_index

POINTS_A_CENTROID = 39  # what FAISS asks for to train one centroid
_DEAD_SHARE = 0.25


@dataclass(frozen=True, kw_only=True, slots=True)
class FlatSpec(IndexSpec):
    """Compare with every vector, in FAISS."""


@dataclass(frozen=True, kw_only=True, slots=True)
class IvfSpec(IndexSpec):
    """Search the lists whose centroids are nearest.

    nlist : lists; None takes 4 sqrt(n). Fewer where there are not 39 vectors for each.
    nprobe : lists searched; None takes a sixteenth of them, at least 8.
    """

    nlist: int | None = None
    nprobe: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class HnswSpec(IndexSpec):
    """Walk a navigable small-world graph.

    m : links of each vector.
    ef_construction, ef_search : candidates kept while building and while searching.
    """

    m: int = 32
    ef_construction: int = 100
    ef_search: int = 64


@dataclass(frozen=True, kw_only=True, slots=True)
class PqSpec(IndexSpec):
    """Search inverted lists of vectors kept as short codes: scores are approximate.

    m : parts a vector is cut into; None takes a quarter of the dimension, or the largest divisor below.
    nbits : bits of each part's code; fewer (at least 4) where there are not 39 vectors for each centroid.
    nlist, nprobe : as for IvfSpec.
    """

    m: int | None = None
    nbits: int = 8
    nlist: int | None = None
    nprobe: int | None = None


class FaissIndex(Index):
    """What the FAISS kinds share. A GPU is used for searching when FAISS has one; the CPU copy stays the master."""

    kind: ClassVar[str]
    spec_type: ClassVar[type[IndexSpec]]

    def __init__(self, ids: Ids, core: Any, spec: IndexSpec) -> None:
        super().__init__(core.d, spec)
        self._ids = np.sort(ids)
        self._core = core
        self._searcher = _to_device(core)

    @classmethod
    def build(cls, vectors: ArrayLike, ids: ArrayLike | None = None, *, spec: IndexSpec | None = None) -> Self:
        """Index vectors [n, d] under ids [n] (0 to n - 1 unless given); the kinds that train do so on them."""
        own = cls.spec_type() if spec is None else spec
        if not isinstance(own, cls.spec_type):
            wanted, given = cls.spec_type.__name__, type(own).__name__
            raise VectorIndexError(f"{cls.__name__} is built by {wanted}, not {given}: use `build_index`")
        checked = check_vectors(vectors)
        numbers = check_ids(ids, len(checked))
        with _foreign_errors():
            core = cls._make(checked.shape[1], len(checked), own)
            index = cls(np.empty(0, np.int64), core, own)
            prepared = index._prepare(checked)
            if not core.is_trained:
                core.train(prepared)
        index._add(numbers, prepared)
        return index

    def __len__(self) -> int:
        """Count the vectors."""
        return len(self._ids)

    @property
    def ids(self) -> Ids:
        """Give every id, ascending."""
        return self._ids

    def save(self, directory: Path) -> None:
        """Write `index.faiss` in FAISS's own format, and `ids.npy`."""
        faiss = load_faiss()
        files = {
            "ids.npy": lambda file: np.save(file, self._ids, allow_pickle=False),
            "index.faiss": lambda file: faiss.write_index(self._core, str(file)),
        }
        with _foreign_errors():
            write_index(Path(directory), self.kind, self._spec, self._dimension, files)

    @classmethod
    def load(cls, directory: Path) -> Self:
        """Open what `save` wrote."""
        faiss = load_faiss()
        head = read_head(directory)
        spec = read_spec(head, cls.kind, cls.spec_type, directory)
        ids = np.array(read_array(directory / "ids.npy"))
        with _foreign_errors():
            core = faiss.read_index(str(directory / "index.faiss"))
        if core.d != head["dimension"] or core.ntotal < len(ids):
            found = f"{core.ntotal} vectors of {core.d} dimensions, expected {len(ids)} of {head['dimension']}"
            raise VectorIndexError(f"{directory / 'index.faiss'} has {found}. Build the index again.")
        return cls(ids, core, spec)

    @classmethod
    @abstractmethod
    def _make(cls, dimension: int, count: int, spec: Any) -> Any:
        """Make the untrained FAISS index for `count` vectors."""

    def _add(self, ids: Ids, vectors: Floats) -> None:
        with _foreign_errors():
            self._core.add_with_ids(vectors, ids)
        self._ids = np.sort(np.concatenate([self._ids, ids]))
        self._searcher = _to_device(self._core)

    def _remove(self, ids: Ids) -> None:
        with _foreign_errors():
            self._core.remove_ids(ids)
        self._ids = np.setdiff1d(self._ids, ids)
        self._searcher = _to_device(self._core)

    def _search(self, queries: Floats, k: int) -> tuple[Ids, Floats]:
        with _foreign_errors():
            scores, ids = self._searcher.search(queries, k)
        return ids, scores


class FlatIndex(FaissIndex):
    """Exact search in FAISS; on a GPU the fastest exact one."""

    kind = "flat"
    spec_type = FlatSpec

    @classmethod
    def _make(cls, dimension: int, _count: int, _spec: FlatSpec) -> Any:
        faiss = load_faiss()
        return faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))


class IvfIndex(FaissIndex):
    """Inverted lists: exact scores for the vectors of the nearest lists."""

    kind = "ivf"
    spec_type = IvfSpec

    @classmethod
    def _make(cls, dimension: int, count: int, spec: IvfSpec) -> Any:
        faiss = load_faiss()
        lists = _list_count(count, spec.nlist)
        core = faiss.IndexIVFFlat(faiss.IndexFlatIP(dimension), dimension, lists, faiss.METRIC_INNER_PRODUCT)
        return _with_probes(core, spec.nprobe)


class PqIndex(FaissIndex):
    """Inverted lists of product-quantised vectors: the smallest in memory."""

    kind = "pq"
    spec_type = PqSpec

    @classmethod
    def _make(cls, dimension: int, count: int, spec: PqSpec) -> Any:
        faiss = load_faiss()
        parts = spec.m or next(m for m in range(max(1, dimension // 4), 0, -1) if dimension % m == 0)
        if dimension % parts:
            raise VectorIndexError(f"m is {parts}, which does not divide {dimension} dimensions: give a divisor")
        bits = min(spec.nbits, int(math.log2(max(1, count / POINTS_A_CENTROID))))
        if bits < min(4, spec.nbits):
            least = POINTS_A_CENTROID * 2 ** min(4, spec.nbits)
            raise VectorIndexError(f"{count} vectors are too few to train PQ codes, which need {least}: use ExactSpec")
        lists = _list_count(count, spec.nlist)
        coarse, metric = faiss.IndexFlatIP(dimension), faiss.METRIC_INNER_PRODUCT
        return _with_probes(faiss.IndexIVFPQ(coarse, dimension, lists, parts, bits, metric), spec.nprobe)


class HnswIndex(FaissIndex):
    """A navigable graph: fast and near exact, slow to build, CPU only.

    FAISS can't remove from it: removed vectors stay as hidden way-points, and the graph is rebuilt when more than a
    quarter of it is hidden. `index.faiss` holds them too; `ids.npy` tells which are live.
    """

    kind = "hnsw"
    spec_type = HnswSpec

    @classmethod
    def _make(cls, dimension: int, _count: int, spec: HnswSpec) -> Any:
        faiss = load_faiss()
        core = faiss.IndexHNSWFlat(dimension, spec.m, faiss.METRIC_INNER_PRODUCT)
        core.hnsw.efConstruction = spec.ef_construction
        core.hnsw.efSearch = spec.ef_search
        return faiss.IndexIDMap2(core)

    def _add(self, ids: Ids, vectors: Floats) -> None:
        if np.isin(ids, self._stored()).any():
            self._rebuild()  # an id that was removed comes back: its hidden vector has to go first
        super()._add(ids, vectors)

    def _remove(self, ids: Ids) -> None:
        self._ids = np.setdiff1d(self._ids, ids)
        if len(self._ids) < (1 - _DEAD_SHARE) * self._core.ntotal:
            self._rebuild()

    def _search(self, queries: Floats, k: int) -> tuple[Ids, Floats]:
        faiss = load_faiss()
        width: dict[str, Any] = {"efSearch": max(self._own_spec().ef_search, k)}
        if len(self._ids) < self._core.ntotal:
            width["sel"] = faiss.IDSelectorNot(faiss.IDSelectorBatch(np.setdiff1d(self._stored(), self._ids)))
        with _foreign_errors():
            scores, ids = self._core.search(queries, k, params=faiss.SearchParametersHNSW(**width))
        return ids, scores

    def _own_spec(self) -> HnswSpec:
        assert isinstance(self._spec, HnswSpec)
        return self._spec

    def _stored(self) -> Ids:
        """Give the ids in FAISS's own order, those of hidden vectors too."""
        stored: Ids = load_faiss().vector_to_array(self._core.id_map)
        return stored

    def _rebuild(self) -> None:
        stored = self._stored()
        live = np.isin(stored, self._ids)
        vectors = (
            self._core.index.reconstruct_n(0, len(stored))[live] if len(stored) else np.empty((0, self._dimension))
        )
        self._core = self._make(self._dimension, int(live.sum()), self._own_spec())
        with _foreign_errors():
            self._core.add_with_ids(np.ascontiguousarray(vectors, np.float32), stored[live])
        self._searcher = self._core


def load_faiss() -> Any:
    """Import FAISS.

    Errors : MissingExtraError without it.
    """
    try:
        import faiss
    except ImportError as error:
        raise MissingExtraError("faiss", "cpu", "search large vector indexes (on a GPU: the extra 'gpu')") from error
    return faiss


def _to_device(core: Any) -> Any:
    """Give a GPU copy if this FAISS can and a device is there, else the index itself."""
    faiss = load_faiss()
    if not hasattr(faiss, "StandardGpuResources") or not faiss.get_num_gpus():
        return core
    return _gpu_copy(faiss, core)


def _gpu_copy(faiss: Any, core: Any) -> Any:
    try:
        return faiss.index_cpu_to_gpu(faiss.StandardGpuResources(), 0, core)
    except RuntimeError:  # the kind has no GPU form, or its arguments don't fit one
        return core


def _list_count(count: int, wanted: int | None) -> int:
    if not count:
        raise VectorIndexError("0 vectors are too few to train an index on: use ExactSpec, FlatSpec or HnswSpec")
    lists = wanted or int(4 * math.sqrt(count))
    return max(1, min(lists, count // POINTS_A_CENTROID))


def _with_probes(core: Any, wanted: int | None) -> Any:
    core.nprobe = min(core.nlist, wanted or max(8, core.nlist // 16))
    return core


@contextmanager
def _foreign_errors() -> Iterator[None]:
    """Translate what FAISS raises."""
    try:
        yield
    except (RuntimeError, AssertionError) as error:
        raise VectorIndexError(f"FAISS failed: {error}. Check the arguments, or use ExactSpec") from error
