"""The names of a graph's nodes, as entries of a label index."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from kgqa.graph import KnowledgeGraph
from kgqa.graph.naming import relation_phrase
from kgqa.graph.terms import OWL, RDF, key_to_id, key_to_literal, local_name
from kgqa.linking.keys import NodeName
from kgqa.linking.variants import NameFlag
from kgqa.types import NodeIds

_LABEL, _ALIAS, _LITERAL = int(NameFlag.LABEL), int(NameFlag.ALIAS), int(NameFlag.LITERAL)
_RELATION_CLASSES = (
    RDF + "Property",
    *(OWL + name for name in ("ObjectProperty", "DatatypeProperty", "AnnotationProperty", "SymmetricProperty")),
)
LONGEST_NAME = 300
LONGEST_VALUE = 60
# Local names that are numbers of a catalogue, such as Q42, m.0d05w3 or E005.
_CODE = re.compile(r"[A-Za-z]{0,4}[.\-:_ ]?(?=\w*\d)[0-9a-z_]+")
_NUMERIC = re.compile(r"[\d\s.,:+\-/TZ]*")


def names_of_graph(graph: KnowledgeGraph) -> Iterator[NodeName]:
    """Every name of every node that a question may mean: entities by label, alias or local name, short strings.

    A term that only names others or that stands as a predicate is no such node, unless it is a class: questions mean a
    relation by its name, not the relation's own description. Names of more than 300 characters are no one's words for
    a thing and are left out.
    """
    nodes = np.arange(graph.n_terms, dtype=np.int32)
    weights = _facts(graph, nodes)
    weights[np.setdiff1d(graph.arrays.relations, graph.classes)] = 0
    weights[_declared_relations(graph)] = 0
    for node, name, flag in _entity_names(graph, nodes[weights > 0]):
        if weights[node] and 0 < len(name) <= LONGEST_NAME:
            yield NodeName(node, name, flag, int(weights[node]))
    for node in nodes[graph.is_literal(nodes) & (weights > 0)].tolist():
        value = key_to_literal(graph.terms[node]).lexical
        if len(value) <= LONGEST_VALUE and not _NUMERIC.fullmatch(value):
            yield NodeName(node, value, _LITERAL, int(weights[node]))


def _declared_relations(graph: KnowledgeGraph) -> NodeIds:
    """The nodes that a schema declares to be relations, whether or not a fact uses them."""
    kinds = [node for node in map(graph.find, _RELATION_CLASSES) if node >= 0]
    return graph.instances(np.array(kinds, dtype=np.int32))


def _entity_names(graph: KnowledgeGraph, nodes: NodeIds) -> Iterator[tuple[int, str, int]]:
    labels: dict[int, str] = {}
    classes = frozenset(graph.classes.tolist())
    for relation in graph.schema.labels:
        for subject, name in _stated(graph, relation):
            labels[subject] = name
            yield subject, name, _LABEL
    for relation in graph.schema.aliases:
        for subject, name in _stated(graph, relation):
            yield subject, name, _ALIAS
    for node in nodes.tolist():
        key = graph.terms[node]
        name = local_name(key_to_id(key)) if key.startswith("<") else ""
        if node not in labels:
            yield node, name, _LABEL
            if node in classes and (words := relation_phrase(name)) != name:
                yield node, words, _ALIAS
        elif name != labels[node] and not _CODE.fullmatch(name):
            yield node, name, _ALIAS


def _stated(graph: KnowledgeGraph, relation: int) -> Iterator[tuple[int, str]]:
    subjects, targets = graph.relation_pairs(relation)
    for subject, target in zip(subjects.tolist(), targets.tolist(), strict=True):
        key = graph.terms[target]
        yield subject, key_to_id(key) if key.startswith('"') else local_name(key_to_id(key))


def _facts(graph: KnowledgeGraph, nodes: NodeIds) -> NodeIds:
    """The number of facts of each node in which it is more than a name, int32 [nodes]."""
    into, relations, counts = graph.arrays.into.pairs(nodes)
    counts[np.isin(relations, list(graph.schema.naming))] = 0
    total = graph.arrays.out.degrees(nodes) + np.bincount(into, weights=counts, minlength=len(nodes)).astype(np.int64)
    return np.minimum(total, np.iinfo(np.int32).max).astype(np.int32)
