"""The graph in other forms: triples, rdflib, NetworkX, an Oxigraph store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pyoxigraph as ox

from kgqa.errors import MissingExtraError
from kgqa.graph.adjacency import MAX_RELATIONS
from kgqa.graph.terms import XSD_STRING, encoded_name, key_to_id, key_to_iri, key_to_literal
from kgqa.types import Literal, Triple

if TYPE_CHECKING:
    import networkx
    import rdflib

    from kgqa.graph.graph import KnowledgeGraph


def to_triples(graph: KnowledgeGraph) -> Iterator[Triple]:
    """All facts as users see them, sorted by subject, relation and object; several sources are joined by `; `."""
    shown = _Terms(graph, lambda key: key_to_literal(key) if key.startswith('"') else key_to_id(key))
    sources = _sources_by_position(graph)
    for position, (subject, relation, obj) in enumerate(_facts(graph)):
        yield Triple(shown[subject], shown[relation], shown[obj], sources(position))


def to_rdflib(graph: KnowledgeGraph) -> rdflib.Graph:
    """An rdflib graph: plain names become `urn:kgqa:name:` IRIs.

    Left out, as rdflib has no place for them: sources, and the base direction of a text (`ar--rtl`).
    """
    try:
        import rdflib
    except ImportError as error:
        raise MissingExtraError("rdflib", "rdf", "view a graph as rdflib") from error

    def term(key: str) -> rdflib.term.Node:
        if key.startswith('"'):
            literal = key_to_literal(key)
            if literal.language:
                return rdflib.Literal(literal.lexical, lang=literal.language.partition("--")[0])
            datatype = None if literal.datatype == XSD_STRING else rdflib.URIRef(literal.datatype)
            # Not normalised: "01" stays as it was written.
            return rdflib.Literal(literal.lexical, datatype=datatype, normalize=False)
        return rdflib.BNode(key[2:]) if key.startswith("_:") else rdflib.URIRef(key_to_iri(key))

    made = rdflib.Graph()
    terms = _Terms(graph, term)
    for subject, relation, obj in _facts(graph):
        made.add((terms[subject], terms[relation], terms[obj]))
    return made


def to_networkx(graph: KnowledgeGraph) -> networkx.MultiDiGraph:
    """A MultiDiGraph whose nodes are ids, whose edge keys (and attribute `relation`) are relation ids.

    Literals are node attributes: relation id -> tuple of `Literal`. Edges carry their sources as `source`.
    """
    try:
        import networkx
    except ImportError as error:
        raise MissingExtraError("networkx", "networkx", "view a graph as NetworkX") from error
    made = networkx.MultiDiGraph()
    for triple in to_triples(graph):
        if isinstance(triple.object, Literal):
            made.add_node(triple.subject)
            attributes = made.nodes[triple.subject]
            attributes[triple.predicate] = (*attributes.get(triple.predicate, ()), triple.object)
        else:
            more = {"source": triple.source} if triple.source else {}
            made.add_edge(triple.subject, triple.object, key=triple.predicate, relation=triple.predicate, **more)
    return made


def to_oxigraph(graph: KnowledgeGraph, *, blank_nodes: bool = False) -> ox.Store:
    """An Oxigraph store in memory: plain names become `urn:kgqa:name:` IRIs; sources are left out.

    Oxigraph keeps the value of a number or date, not how it was written: "01" comes back as "1".

    blank_nodes : keep blank nodes as such; else they become `urn:kgqa:blank:` IRIs, which a query can name.
    """

    def term(key: str) -> ox.NamedNode | ox.BlankNode | ox.Literal:
        if key.startswith('"'):
            return _oxigraph_literal(key_to_literal(key))
        if blank_nodes and key.startswith("_:"):
            return ox.BlankNode(key[2:])
        return _oxigraph_node(key)

    store = ox.Store()
    terms = _Terms(graph, term)
    store.bulk_extend(ox.Quad(terms[s], terms[r], terms[o]) for s, r, o in _facts(graph))
    return store


def _oxigraph_node(key: str) -> ox.NamedNode:
    try:
        return ox.NamedNode(key_to_iri(key))
    except ValueError:  # reads as an IRI and is none
        return ox.NamedNode(encoded_name(key_to_id(key)))


def _oxigraph_literal(literal: Literal) -> ox.Literal:
    language, _, direction = literal.language.partition("--")
    if direction:
        return ox.Literal(literal.lexical, language=language, direction=ox.BaseDirection(direction))
    if language:
        return ox.Literal(literal.lexical, language=language)
    return ox.Literal(literal.lexical, datatype=ox.NamedNode(literal.datatype))


class _Terms(dict[int, Any]):
    """Terms in another form, each made once."""

    def __init__(self, graph: KnowledgeGraph, make: Callable[[str], Any]) -> None:
        super().__init__()
        self._strings = graph.terms
        self._make = make

    def __missing__(self, term: int) -> Any:
        made = self[term] = self._make(self._strings[term])
        return made


def _facts(graph: KnowledgeGraph) -> Iterator[tuple[int, int, int]]:
    """All facts as terms, the relation too."""
    relations = graph.arrays.relations[graph.arrays.out.keys() & (MAX_RELATIONS - 1)]
    columns = (graph.subjects, relations, graph.arrays.out.neighbours)
    return zip(*(np.asarray(column).tolist() for column in columns), strict=True)


def _sources_by_position(graph: KnowledgeGraph) -> Callable[[int], str]:
    first, names = graph.arrays.triple_source, graph.sources
    more: dict[int, list[int]] = {}
    for position, source in graph.arrays.more_sources.tolist():
        more.setdefault(position, []).append(source)

    def sources(position: int) -> str:
        if position not in more:
            return str(names[first[position]])
        return "; ".join(names[n] for n in (int(first[position]), *more[position]) if names[n])

    return sources
