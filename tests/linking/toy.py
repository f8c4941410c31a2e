"""A toy graph and what the tests read off links."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kgqa.graph import KnowledgeGraph
from kgqa.graph.build import EdgeBuffer
from kgqa.graph.terms import entity_key, literal_key
from kgqa.linking import HybridLinker, LabelIndex
from kgqa.types import Link, Literal

RDFS_LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
ALT_LABEL = "http://www.w3.org/2004/02/skos/core#altLabel"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
XSD = "http://www.w3.org/2001/XMLSchema#"

FACTS = (
    ("Caro diario", "directed_by", "Nanni Moretti"),
    ("Inception", "directed_by", "Christopher Nolan"),
    ("Memento", "directed_by", "Christopher Nolan"),
    ("What's Eating Gilbert Grape", "starred", "Johnny Depp"),
    ("Gilbert", "starred", "Somebody Else"),
    ("Grape", "starred", "Somebody Else"),
    ("It", "starred", "Bill Skarsgård"),
    ("Her", "starred", "Joaquin Phoenix"),
    ("what", "starred", "Nobody Known"),
    ("The Prowler", "starred", "Evelyn Keyes"),
    ("The Beatles", "origin", "Liverpool"),
    ("Lemonade", "by", "Beyoncé"),
    ("anna_of_holstein-gottorp", "spouse", "john_of_east_frisia"),
    ("United Kingdom", "capital", "London"),
    ("United States of America", "capital", "Washington"),
    ("France", "capital", "Paris"),
    ("Shu (state)", "capital", "Chengdu"),
    ("《Hydrogen》", "kind", "element"),
    ("helium", "kind", "element"),
    ("Spider-Man", "lives_in", "New York City"),
    ("New York", "in", "United States of America"),
    ("City", "in", "New York"),
    ("老特拉福德球场", "启用", "1910年2月19日"),
    ("阿伯丁(华盛顿州)", "人口", "16000"),
    ("莫妮卡·贝鲁奇", "职业", "演员"),
    ("茯苓#5511810", "门", "担子菌门"),
    ("Robert'); DROP TABLE <b>x</b>\n{y}\u202e", "is", "odd"),
    ("???", "is", "odd"),
)


def build_graph(
    facts: Iterable[tuple[str, str, str]], literals: Iterable[tuple[str, str, Literal]] = ()
) -> KnowledgeGraph:
    """A graph of plain names and literals."""
    buffer = EdgeBuffer()
    buffer.origin("toy")
    for subject, predicate, obj in facts:
        buffer.add(entity_key(subject), entity_key(predicate), entity_key(obj))
    for subject, predicate, value in literals:
        buffer.add(entity_key(subject), entity_key(predicate), literal_key(value))
    return KnowledgeGraph.from_buffer(buffer)


def build_linker(graph: KnowledgeGraph) -> HybridLinker:
    """A linker over all names of a graph."""
    return HybridLinker(graph, LabelIndex.from_graph(graph))


def link_one(linker: HybridLinker, question: str) -> tuple[Link, ...]:
    """The links of one question."""
    return linker.link([question])[0]


def ids(graph: KnowledgeGraph, links: Sequence[Link]) -> list[str]:
    """The ids of the linked nodes, in order."""
    return [graph.id(link.node) for link in links]
