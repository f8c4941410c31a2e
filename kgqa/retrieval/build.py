"""Building the relation matcher of a graph."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from kgqa.embedding import TextEncoder
from kgqa.errors import BundleError
from kgqa.graph import KnowledgeGraph
from kgqa.index import build_index, recommended_spec
from kgqa.retrieval.relations import NameSpace, RelationMatcher, RelationTexts, mean_cosine

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_SAMPLE = 2_000


def relation_vectors(texts: RelationTexts, encoder: TextEncoder) -> NDArray[np.float32]:
    """Encode the names of relations, float32 [texts, d]."""
    if not texts.texts:
        return np.zeros((0, encoder.dimension), dtype=np.float32)
    return encoder.encode(texts.texts)


def build_matcher(
    graph: KnowledgeGraph,
    encoder: TextEncoder,
    vectors: NDArray[np.float32] | None = None,
    *,
    asking: TextEncoder | None = None,
) -> RelationMatcher:
    """Index the relations of a graph.

    vectors : as `relation_vectors` gave them, where they are stored; encoded now where not.
    asking : an encoder tuned to bring what people ask near the relations that they mean; it then matches phrases.
    """
    texts = RelationTexts.of(graph)
    if vectors is None:
        vectors = relation_vectors(texts, encoder)
    if vectors.shape != (len(texts.texts), encoder.dimension):
        raise BundleError(
            f"the stored relation vectors have shape {vectors.shape}; expected "
            f"{(len(texts.texts), encoder.dimension)}. Build the bundle again: kgqa build GRAPH -o BUNDLE"
        )
    tuned = None if asking is None else _space(asking, relation_vectors(texts, asking), asking=True)
    return RelationMatcher(texts, _space(encoder, vectors), n_relations=graph.n_relations, asking=tuned)


def _space(encoder: TextEncoder, vectors: NDArray[np.float32], *, asking: bool = False) -> NameSpace:
    index = build_index(vectors, spec=recommended_spec(*vectors.shape))
    return NameSpace(encoder, index, mean_cosine(vectors), asking)


def languages_of(graph: KnowledgeGraph) -> dict[str, int]:
    """How many names are in which language, by tag and, where there is none, by script; read off a sample."""
    counted: Counter[str] = Counter()
    for relation in (*graph.schema.labels, *graph.schema.aliases):
        objects = graph.relation_pairs(relation)[1]
        counted.update(_language(graph, node) for node in _sample(objects))
    counted.update(_script(name) for name in RelationTexts.of(graph).texts)
    nodes = np.arange(graph.n_terms, dtype=np.int32)
    counted.update(_script(graph.id(node)) for node in _sample(nodes[~graph.is_literal(nodes)]))
    return dict(counted)


def _sample(nodes: NDArray[np.int32]) -> Iterable[int]:
    return (int(n) for n in nodes[:: max(len(nodes) // _SAMPLE, 1)])


def _language(graph: KnowledgeGraph, node: int) -> str:
    if not graph.is_literal(np.array([node], dtype=np.int32))[0]:
        return ""
    name = graph.literal(node)
    return name.language.split("-")[0] or _script(name.lexical)


def _script(text: str) -> str:
    return "zh" if _HAN.search(text) else ""
