"""Which index for how many vectors, and building and opening one by its kind."""

from __future__ import annotations

from pathlib import Path

from numpy.typing import ArrayLike

from kgqa.errors import VectorIndexError
from kgqa.index.contract import Index, IndexSpec, Metric
from kgqa.index.exact import ExactIndex, ExactSpec
from kgqa.index.faiss_index import FlatIndex, FlatSpec, HnswIndex, HnswSpec, IvfIndex, IvfSpec, PqIndex, PqSpec
from kgqa.index.storage import read_head

EXACT_BELOW = 50_000
FULL_VECTORS_BELOW_BYTES = 8 << 30

_BY_SPEC: dict[type[IndexSpec], type[Index]] = {
    ExactSpec: ExactIndex,
    FlatSpec: FlatIndex,
    IvfSpec: IvfIndex,
    HnswSpec: HnswIndex,
    PqSpec: PqIndex,
}
_BY_KIND: dict[str, type[Index]] = {
    "exact": ExactIndex,
    "flat": FlatIndex,
    "ivf": IvfIndex,
    "hnsw": HnswIndex,
    "pq": PqIndex,
}


def recommended_spec(count: int, dimension: int, *, metric: Metric = Metric.COSINE) -> IndexSpec:
    """Recommend an index for `count` vectors: exact below 50,000, then inverted lists, PQ where vectors fill 8 GiB."""
    if count < EXACT_BELOW:
        return ExactSpec(metric=metric)
    if count * dimension * 4 < FULL_VECTORS_BELOW_BYTES:
        return IvfSpec(metric=metric)
    return PqSpec(metric=metric)


def build_index(vectors: ArrayLike, ids: ArrayLike | None = None, *, spec: IndexSpec | None = None) -> Index:
    """Build the index that a spec asks for; an exact one unless given.

    Errors : as for `Index.build`; MissingExtraError without FAISS.
    """
    own = ExactSpec() if spec is None else spec
    kind = _BY_SPEC.get(type(own))
    if kind is None:
        known = ", ".join(spec_type.__name__ for spec_type in _BY_SPEC)
        raise VectorIndexError(f"no index is built by {type(own).__name__}; expected one of {known}")
    return kind.build(vectors, ids, spec=own)


def load_index(directory: Path) -> Index:
    """Open an index of any kind.

    Errors : VectorIndexError if it is missing or damaged; MissingExtraError without the FAISS it needs.
    """
    kind = read_head(Path(directory))["kind"]
    if kind not in _BY_KIND:
        raise VectorIndexError(f"{directory} holds an index of kind {kind!r}; expected one of {', '.join(_BY_KIND)}")
    return _BY_KIND[kind].load(Path(directory))
