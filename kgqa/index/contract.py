"""What every vector index promises, and the values that cross its boundary."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kgqa.errors import VectorIndexError

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]


class Metric(Enum):
    """How two vectors are compared; larger is nearer.

    COSINE : both sides are brought to unit length inside the index; a zero vector scores 0 with everything.
    INNER_PRODUCT : the vectors as given.
    """

    COSINE = "cosine"
    INNER_PRODUCT = "inner_product"


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexSpec:
    """Which index to build; each kind has its own subclass with its own arguments."""

    metric: Metric = Metric.COSINE


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The nearest vectors of each query, nearest first; equal scores by smaller id.

    ids : int64 [queries, k], -1 where fewer than k were found.
    scores : float32 [queries, k], -inf there.
    """

    ids: Ids
    scores: Floats


class Index(ABC):
    """Vectors under integer ids, searched in batches."""

    def __init__(self, dimension: int, spec: IndexSpec) -> None:
        self._dimension = dimension
        self._spec = spec

    @classmethod
    @abstractmethod
    def build(cls, vectors: ArrayLike, ids: ArrayLike | None = None, *, spec: IndexSpec | None = None) -> Self:
        """Index vectors [n, d] under ids [n] (0 to n - 1 unless given).

        Errors : VectorIndexError for NaN, duplicate or negative ids, differing lengths, or too few vectors to train on.
        """

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        return self._dimension

    @property
    def spec(self) -> IndexSpec:
        """What the index was built by."""
        return self._spec

    @abstractmethod
    def __len__(self) -> int:
        """Count the vectors."""

    @property
    @abstractmethod
    def ids(self) -> Ids:
        """Give every id, ascending."""

    def add(self, ids: ArrayLike, vectors: ArrayLike) -> None:
        """Add vectors [n, d] under ids [n] that are not there yet.

        Errors : VectorIndexError as for `build`.
        """
        checked = self._prepare(vectors)
        new = check_ids(ids, len(checked))
        if len(taken := np.intersect1d(new, self.ids)):
            raise VectorIndexError(f"id {taken[0]} is in the index already: remove it first, or give a new id")
        self._add(new, checked)

    def remove(self, ids: ArrayLike) -> None:
        """Remove vectors by id.

        Errors : VectorIndexError for an id that is not there.
        """
        gone = check_ids(ids, np.size(np.asarray(ids)))
        if len(unknown := np.setdiff1d(gone, self.ids)):
            raise VectorIndexError(f"id {unknown[0]} is not in the index of {len(self)} vectors: nothing was removed")
        self._remove(gone)

    def search(self, queries: ArrayLike, k: int) -> SearchResult:
        """Find the k nearest vectors of each query [q, d].

        Errors : VectorIndexError for NaN, another dimension, or k < 1.
        """
        if k < 1:
            raise VectorIndexError(f"k is {k}; ask for at least 1 neighbour")
        checked = self._prepare(queries)
        out = SearchResult(np.full((len(checked), k), -1, np.int64), np.full((len(checked), k), -np.inf, np.float32))
        width = min(k, len(self))
        if width and len(checked):
            ids, scores = self._search(checked, width)
            out.ids[:, :width], out.scores[:, :width] = _ordered(ids, scores)
        return out

    @abstractmethod
    def save(self, directory: Path) -> None:
        """Write the index into a directory, which is made if it is not there."""

    @classmethod
    @abstractmethod
    def load(cls, directory: Path) -> Self:
        """Open what `save` wrote.

        Errors : VectorIndexError if it is missing, damaged or of another kind.
        """

    @abstractmethod
    def _add(self, ids: Ids, vectors: Floats) -> None: ...

    @abstractmethod
    def _remove(self, ids: Ids) -> None: ...

    @abstractmethod
    def _search(self, queries: Floats, k: int) -> tuple[Ids, Floats]: ...

    def _prepare(self, vectors: ArrayLike) -> Floats:
        """Check vectors and, for cosine, bring them to unit length."""
        checked = check_vectors(vectors)
        if checked.shape[1] != self._dimension:
            raise VectorIndexError(f"vectors have {checked.shape[1]} dimensions; this index holds {self._dimension}")
        return normalise(checked) if self._spec.metric is Metric.COSINE else checked


def check_vectors(vectors: ArrayLike) -> Floats:
    """Give vectors as contiguous finite float32 [n, d], or say what is wrong with them."""
    checked = np.ascontiguousarray(vectors, dtype=np.float32)
    if checked.ndim != 2 or not checked.shape[1]:
        raise VectorIndexError(f"vectors have shape {checked.shape}; expected [n, d], one row a vector")
    if len(bad := np.flatnonzero(~np.isfinite(checked).all(axis=1))):
        raise VectorIndexError(f"vector {bad[0]} has a NaN or infinite value; every value must be a finite float32")
    return checked


def check_ids(ids: ArrayLike | None, count: int) -> Ids:
    """Give ids as distinct non-negative int64 [count], or say what is wrong with them; None counts from 0."""
    if ids is None:
        return np.arange(count, dtype=np.int64)
    given = np.asarray(ids)
    if given.size and given.dtype.kind not in "iu":
        raise VectorIndexError(f"ids have type {given.dtype}; expected integers")
    checked = given.astype(np.int64)
    if checked.shape != (count,):
        raise VectorIndexError(f"ids have shape {checked.shape} for {count} vectors; expected one id a vector")
    if checked.min(initial=0) < 0:
        raise VectorIndexError(f"id {checked.min()} is negative; ids start at 0 (-1 marks an empty place in a result)")
    distinct, times = np.unique(checked, return_counts=True)
    if len(distinct) < count:
        raise VectorIndexError(f"id {distinct[times > 1][0]} is given twice; every vector needs its own id")
    return checked


def normalise(vectors: Floats) -> Floats:
    """Scale rows to unit length; a zero row stays zero."""
    # The largest value first: squares of very large or small numbers leave float32's range.
    largest = np.abs(vectors).max(axis=1, keepdims=True, initial=0)
    scaled = np.divide(vectors, largest, out=np.zeros_like(vectors), where=largest > 0)
    length = np.linalg.norm(scaled, axis=1, keepdims=True)
    out: Floats = np.divide(scaled, length, out=scaled, where=length > 0)
    return out


def _ordered(ids: Ids, scores: Floats) -> tuple[Ids, Floats]:
    """Sort each row by falling score, then rising id; empty places go last."""
    scores = np.where(ids < 0, np.float32(-np.inf), scores)
    order = np.lexsort((np.where(ids < 0, np.iinfo(np.int64).max, ids), -scores))
    return np.take_along_axis(ids, order, 1), np.take_along_axis(scores, order, 1)
