"""Exact search in numpy: the default, and the oracle of the faster indexes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kgqa.errors import VectorIndexError
from kgqa.index.contract import Floats, Ids, Index, IndexSpec, check_ids, check_vectors
from kgqa.index.storage import read_array, read_head, read_spec, write_index

_BLOCK_SCORES = 1 << 24  # scores held at a time: 64 MiB


@dataclass(frozen=True, kw_only=True, slots=True)
class ExactSpec(IndexSpec):
    """Compare with every vector, in numpy."""


class ExactIndex(Index):
    """All vectors in one float32 matrix, rows in the order of their ids; opened by memory map."""

    def __init__(self, ids: Ids, vectors: Floats, spec: ExactSpec) -> None:
        super().__init__(vectors.shape[1], spec)
        self._ids = ids
        self._vectors = vectors

    @classmethod
    def build(cls, vectors: ArrayLike, ids: ArrayLike | None = None, *, spec: IndexSpec | None = None) -> Self:
        """Index vectors [n, d] under ids [n] (0 to n - 1 unless given)."""
        own = ExactSpec() if spec is None else spec
        if not isinstance(own, ExactSpec):
            raise VectorIndexError(f"{cls.__name__} is built by ExactSpec, not {type(own).__name__}: use `build_index`")
        dimension = check_vectors(vectors).shape[1]
        index = cls(np.empty(0, np.int64), np.empty((0, dimension), np.float32), own)
        index._add(check_ids(ids, len(np.asarray(vectors))), index._prepare(vectors))
        return index

    def __len__(self) -> int:
        """Count the vectors."""
        return len(self._ids)

    @property
    def ids(self) -> Ids:
        """Give every id, ascending."""
        return self._ids

    def save(self, directory: Path) -> None:
        """Write `ids.npy` and `vectors.npy`."""
        files = {"ids.npy": partial(_save, self._ids), "vectors.npy": partial(_save, self._vectors)}
        write_index(Path(directory), "exact", self._spec, self._dimension, files)

    @classmethod
    def load(cls, directory: Path) -> Self:
        """Open what `save` wrote, by memory map."""
        head = read_head(directory)
        spec = read_spec(head, "exact", ExactSpec, directory)
        ids = read_array(directory / "ids.npy")
        return cls(ids, read_array(directory / "vectors.npy", (len(ids), head["dimension"])), spec)

    def _add(self, ids: Ids, vectors: Floats) -> None:
        joined = np.concatenate([self._ids, ids])
        order = np.argsort(joined)
        self._ids = joined[order]
        self._vectors = np.concatenate([self._vectors, vectors])[order]

    def _remove(self, ids: Ids) -> None:
        kept = ~np.isin(self._ids, ids)
        self._ids, self._vectors = self._ids[kept], self._vectors[kept]

    def _search(self, queries: Floats, k: int) -> tuple[Ids, Floats]:
        rows = np.empty((len(queries), k), np.int64)
        scores = np.empty((len(queries), k), np.float32)
        step = max(1, _BLOCK_SCORES // len(self))
        for start in range(0, len(queries), step):
            block = queries[start : start + step] @ self._vectors.T
            for i, row in enumerate(block, start):
                rows[i] = _top(row, k)
                scores[i] = row[rows[i]]
        return self._ids[rows], scores


def _top(scores: Floats, k: int) -> NDArray[np.int64]:
    """Find the k largest scores; of those equal to the last, the smallest rows (so the smallest ids)."""
    least = np.partition(scores, len(scores) - k)[len(scores) - k]
    chosen = np.flatnonzero(scores >= least)
    top: NDArray[np.int64] = chosen[np.argsort(-scores[chosen], kind="stable")[:k]]
    return top


def _save(values: NDArray[np.generic], file: Path) -> None:
    np.save(file, values, allow_pickle=False)
