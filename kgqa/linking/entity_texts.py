"""What is encoded of an entity: its name, its class, the beginning of its description."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kgqa.embedding.contract import Progress, TextEncoder
from kgqa.graph import KnowledgeGraph
from kgqa.linking.entity_vectors import EntityVectors
from kgqa.types import NodeIds

_CLASSES = 2
_PREFERRED = ("", "en")
_LONGEST_NAME = 200
_LONGEST_DESCRIPTION = 80


def named_entities(graph: KnowledgeGraph) -> NodeIds:
    """The entities with a name to encode, ascending: mediators have none."""
    return graph.entities[~graph.is_mediator(graph.entities)]


def entity_text(graph: KnowledgeGraph, node: int) -> str:
    """One entity in a few words: "Paris, city, capital of France"."""
    parts = (graph.label(node)[:_LONGEST_NAME], *_classes(graph, node), *_description(graph, node))
    return ", ".join(dict.fromkeys(part for part in (" ".join(part.split()) for part in parts) if part))


def encode_entities(
    graph: KnowledgeGraph, encoder: TextEncoder, *, on_progress: Progress | None = None
) -> EntityVectors:
    """Encode every named entity of a graph.

    Raises MissingExtraError for a graph so large that its index needs FAISS, where there is none.
    """
    nodes = named_entities(graph)
    vectors = _encode(graph, nodes, encoder, on_progress)
    return EntityVectors.build(nodes, vectors, encoder=encoder.name, fingerprint=encoder.fingerprint)


def update_entities(
    known: EntityVectors, graph: KnowledgeGraph, touched: NodeIds, encoder: TextEncoder
) -> EntityVectors:
    """The vectors after a change; only touched entities, and the instances of touched classes, are encoded.

    graph : the changed one. touched : int32, the nodes whose facts changed.
    """
    before, after = known.nodes, named_entities(graph)
    instances = [graph.follow(touched, relation, inverse=True) for relation in graph.schema.types]
    stale = np.concatenate([touched, *instances, np.setdiff1d(after, before)])
    nodes = np.intersect1d(after, stale).astype(np.int32)
    return known.with_changes(np.setdiff1d(before, after), nodes, _encode(graph, nodes, encoder, None))


def _encode(
    graph: KnowledgeGraph, nodes: NodeIds, encoder: TextEncoder, on_progress: Progress | None
) -> NDArray[np.float32]:
    if not len(nodes):
        return np.zeros((0, encoder.dimension), dtype=np.float32)
    return encoder.encode([entity_text(graph, node) for node in nodes.tolist()], on_progress=on_progress)


def _classes(graph: KnowledgeGraph, node: int) -> list[str]:
    # In the order of labels: numbers depend on when a class came.
    classes = graph.types(np.array([node], dtype=np.int32)).tolist()
    return sorted(graph.label(other) for other in classes)[:_CLASSES]


def _description(graph: KnowledgeGraph, node: int) -> list[str]:
    texts = graph.names(node, graph.schema.descriptions)
    best = sorted((text.language not in _PREFERRED, text.lexical) for text in texts)
    return [text[:_LONGEST_DESCRIPTION] for _, text in best[:1]]
