"""What a change of facts means for the names of nodes."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from kgqa.graph import KnowledgeGraph
from kgqa.graph.adjacency import Adjacency, pack
from kgqa.graph.build import EdgeBuffer, GraphArrays
from kgqa.graph.objects import read_triples
from kgqa.graph.problems import Problems
from kgqa.linking.graph_names import names_of_graph
from kgqa.linking.keys import NodeName
from kgqa.linking.label_index import LabelIndex
from kgqa.types import NodeIds

MOST_CHANGED = 20_000
"""Nodes whose names lie outside the first part of the index; with more, it is built anew."""

_EMPTY: NodeIds = np.zeros(0, dtype=np.int32)
_COUNTED = 1_000


def touched_nodes(before: KnowledgeGraph, after: KnowledgeGraph, changes: Iterable[object]) -> NodeIds:
    """The nodes whose facts differ, ascending, and the terms of new relations.

    changes : the facts that were added and removed, as `KnowledgeGraph.with_changes` took them.
    """
    buffer = EdgeBuffer()
    read_triples(changes, buffer, Problems())
    keys = list(buffer.ids)
    found = [after.arrays.relations[before.n_relations :]]
    for subject, predicate in set(zip(buffer.subjects, buffer.predicates, strict=True)):
        node, relation = after.find_key(keys[subject]), after.find_relation(keys[predicate][1:-1])
        if node >= 0 and relation >= 0:
            # How a tail was read, as a node or as a value, only the graphs tell.
            differing = np.setxor1d(_objects(before, node, relation), _objects(after, node, relation))
            found += [differing, np.array([node] * bool(len(differing)), dtype=np.int32)]
    return np.unique(np.concatenate(found)).astype(np.int32)


def _objects(graph: KnowledgeGraph, node: int, relation: int) -> NodeIds:
    known = node < graph.n_terms and relation < graph.n_relations
    return graph.edges(np.array([node], dtype=np.int32), relation)[1] if known else _EMPTY


def update_labels(labels: LabelIndex, before: KnowledgeGraph, after: KnowledgeGraph, touched: NodeIds) -> LabelIndex:
    """The index after a change: the first part stays, one other holds the names of all nodes touched since.

    touched : what `touched_nodes` gave. Another schema renames every node: then the index is built anew.
    """
    since = [part.keys.nodes for part in labels.parts[1:]]
    changed = np.unique(np.concatenate([touched, *since])).astype(np.int32)
    if before.schema != after.schema or len(changed) > MOST_CHANGED:
        return LabelIndex.from_graph(after)
    return LabelIndex(labels.parts[:1]).with_changes(names_of_nodes(after, changed), changed)


def names_of_nodes(graph: KnowledgeGraph, nodes: NodeIds) -> list[NodeName]:
    """What `names_of_graph` gives of some nodes, without a walk over the others; weights stop at 1,000 a relation."""
    wanted = set(nodes.tolist())
    return [name for name in names_of_graph(_facts_around(graph, nodes)) if name.node in wanted]


def _facts_around(graph: KnowledgeGraph, nodes: NodeIds) -> KnowledgeGraph:
    """The graph with no other facts than those of some nodes; terms and relations keep their numbers."""
    out, into = _edges(graph, nodes, inverse=False), _edges(graph, nodes, inverse=True)[::-1]
    # Sorted by subject, relation, object; a fact between two of the nodes is there once.
    subjects, relations, objects = np.unique(np.concatenate([out, into], axis=1), axis=1)
    order = np.lexsort((subjects, pack(objects, relations)))
    arrays = GraphArrays(
        relations=graph.arrays.relations,
        out=Adjacency.from_sorted(pack(subjects, relations), objects),
        into=Adjacency.from_sorted(pack(objects, relations)[order], subjects[order]),
        into_position=order,
        triple_source=np.zeros(len(subjects), dtype=np.int32),
        more_sources=np.zeros((0, 2), dtype=np.int64),
    )
    around = KnowledgeGraph(graph.terms, arrays, graph.sources, graph.schema_config)
    # What the whole graph tells, its part can't: which predicates are names, what the terms are.
    around.__dict__.update(schema=graph.schema, kinds=graph.kinds)
    return around


def _edges(graph: KnowledgeGraph, nodes: NodeIds, *, inverse: bool) -> NDArray[np.int32]:
    """The facts of some nodes on one side, at most 1,000 of a node and relation: node, relation, other; [3, n]."""
    found = [np.zeros((3, 0), dtype=np.int32)]
    for relation in graph.relations_of(nodes, inverse=inverse)[0].tolist():
        near, far = graph.edges(nodes, relation, inverse=inverse)
        kept = np.arange(len(near)) - np.searchsorted(near, near) < _COUNTED
        found.append(np.stack([near[kept], np.full(int(kept.sum()), relation), far[kept]]).astype(np.int32))
    return np.concatenate(found, axis=1)
