"""Vector indexes: one contract; exact search in numpy, approximate search in FAISS."""

from kgqa.index.bundled import index_from_bundle, index_sections
from kgqa.index.contract import Index, IndexSpec, Metric, SearchResult
from kgqa.index.exact import ExactIndex, ExactSpec
from kgqa.index.faiss_index import FlatIndex, FlatSpec, HnswIndex, HnswSpec, IvfIndex, IvfSpec, PqIndex, PqSpec
from kgqa.index.selection import build_index, load_index, recommended_spec

__all__ = [
    "ExactIndex",
    "ExactSpec",
    "FlatIndex",
    "FlatSpec",
    "HnswIndex",
    "HnswSpec",
    "Index",
    "IndexSpec",
    "IvfIndex",
    "IvfSpec",
    "Metric",
    "PqIndex",
    "PqSpec",
    "SearchResult",
    "build_index",
    "index_from_bundle",
    "index_sections",
    "load_index",
    "recommended_spec",
]
