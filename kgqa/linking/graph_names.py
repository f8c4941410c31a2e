"""The names of a graph's nodes, as entries of a label index."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

import numpy as np

from kgqa.graph import KnowledgeGraph
from kgqa.graph.terms import key_to_id, key_to_literal, local_name
from kgqa.linking.keys import NodeName
from kgqa.linking.variants import NameFlag
from kgqa.types import NodeIds

LONGEST_NAME = 300
LONGEST_VALUE = 60
_NUMERIC = re.compile(r"[\d\s.,:+\-/TZ]*")


def names_of_graph(graph: KnowledgeGraph) -> Iterator[NodeName]:
    """Every name of every node that a question may mean: entities by label, alias or local name, short strings.

    A term that only names others or only stands as a predicate is no such node. Names of more than
    300 characters are no one's words for a thing and are left out.
    """
    nodes = np.arange(graph.n_terms, dtype=np.int32)
    weights = _facts(graph, nodes)
    for node, name, flag in chain(_stated(graph), _local(graph, nodes[weights > 0])):
        if weights[node] and 0 < len(name) <= LONGEST_NAME:
            yield NodeName(node, name, flag, int(weights[node]))
    for node in nodes[graph.is_literal(nodes) & (weights > 0)].tolist():
        value = key_to_literal(graph.terms[node]).lexical
        if len(value) <= LONGEST_VALUE and not _NUMERIC.fullmatch(value):
            yield NodeName(node, value, NameFlag.LITERAL, int(weights[node]))


def _stated(graph: KnowledgeGraph) -> Iterator[tuple[int, str, int]]:
    roles = [(r, NameFlag.LABEL) for r in graph.schema.labels] + [(r, NameFlag.ALIAS) for r in graph.schema.aliases]
    for relation, flag in roles:
        for subject, target in zip(*map(np.ndarray.tolist, graph.relation_pairs(relation)), strict=True):
            yield subject, graph.label(target), flag


def _local(graph: KnowledgeGraph, nodes: NodeIds) -> Iterator[tuple[int, str, int]]:
    labelled = [graph.relation_pairs(r)[0] for r in graph.schema.labels]
    unlabelled = np.setdiff1d(nodes, np.concatenate([*labelled, nodes[:0]]))
    for node in unlabelled.tolist():
        key = graph.terms[node]
        if key.startswith("<"):
            yield node, local_name(key_to_id(key)), NameFlag.LABEL


def _facts(graph: KnowledgeGraph, nodes: NodeIds) -> NodeIds:
    """The number of facts of each node in which it is more than a name, int32 [nodes]."""
    into, relations, counts = graph.arrays.into.pairs(nodes)
    counts[np.isin(relations, list(graph.schema.naming))] = 0
    total = graph.arrays.out.degrees(nodes) + np.bincount(into, weights=counts, minlength=len(nodes)).astype(np.int64)
    return np.minimum(total, np.iinfo(np.int32).max).astype(np.int32)
