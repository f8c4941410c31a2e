"""Oxigraph as the judge: the same graph in its store, its answers as node numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pyoxigraph as ox

from kgqa.graph import KnowledgeGraph
from kgqa.graph.build import EdgeBuffer
from kgqa.graph.terms import entity_key, key_to_iri, key_to_literal, literal_key
from kgqa.program import Result
from kgqa.program.algebra import Yields
from kgqa.types import Literal

Facts = Iterable[tuple[str, str, str]]
Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


def graph_of(facts: Facts) -> KnowledgeGraph:
    """A graph from term keys; relations are given by name."""
    buffer = EdgeBuffer()
    buffer.origin("")
    for subject, relation, obj in facts:
        buffer.add(subject, entity_key(relation), obj)
    return KnowledgeGraph.from_buffer(buffer)


def to_term(key: str) -> ox.NamedNode | ox.Literal:
    if not key.startswith('"'):
        return ox.NamedNode(key_to_iri(key))
    literal = key_to_literal(key)
    if literal.language:
        return ox.Literal(literal.lexical, language=literal.language)
    return ox.Literal(literal.lexical, datatype=ox.NamedNode(literal.datatype))


@dataclass(frozen=True)
class Outcome:
    """A result in a form that both sides have."""

    nodes: frozenset[str] = frozenset()
    number: float | None = None
    boolean: bool | None = None
    rows: frozenset[tuple[str, str | float]] = frozenset()


class Oracle:
    """A graph in Oxigraph."""

    def __init__(self, graph: KnowledgeGraph) -> None:
        self.graph = graph
        self.store = ox.Store()
        for subject, relation, obj in graph.triples():
            keys = (graph.terms[subject], graph.terms[graph.relation_term(relation)], graph.terms[obj])
            s, p, o = map(to_term, keys)
            assert isinstance(s, ox.NamedNode)
            assert isinstance(p, ox.NamedNode)
            self.store.add(ox.Quad(s, p, o))
        self._keys = {
            key_to_iri(key): key for key in map(graph.terms.__getitem__, range(graph.n_terms)) if key[0] != '"'
        }

    def run(self, query: str, yields: Yields) -> Outcome:
        found = self.store.query(query)
        if isinstance(found, ox.QueryBoolean):
            return Outcome(boolean=bool(found))
        assert isinstance(found, ox.QuerySolutions)
        rows = [[row[i] for i in range(len(found.variables))] for row in found]
        if yields is Yields.NUMBER:
            values = [row[0] for row in rows if row[0] is not None]
            assert len(values) <= 1
            return Outcome(number=self._value(values[0])) if values else Outcome()
        if yields is Yields.TABLE:
            return Outcome(rows=frozenset((self._key(row[0]), self._rounded(row[1])) for row in rows))
        return Outcome(nodes=frozenset(self._key(row[0]) for row in rows))

    def _key(self, term: Term | None) -> str:
        if isinstance(term, ox.NamedNode):
            return self._keys[term.value]
        assert isinstance(term, ox.Literal)
        return literal_key(Literal(term.value, term.datatype.value, term.language or ""))

    def _value(self, term: Term) -> float:
        key = self._key(term)
        return comparable(key)

    def _rounded(self, term: Term | None) -> str | float:
        key = self._key(term)
        return comparable(key) if key.startswith('"') else key


def comparable(key: str) -> float:
    """A literal's worth, rounded to the six digits that an xsd:float, which Oxigraph averages as such, holds."""
    from kgqa.graph.values import value_of

    return rounded(value_of(key_to_literal(key)).number)


def rounded(number: float) -> float:
    return float(f"{number:.6g}")


def outcome_of(result: Result, graph: KnowledgeGraph) -> Outcome:
    """Our own result in the same form."""
    if result.yields is Yields.BOOLEAN:
        return Outcome(boolean=result.boolean)
    if result.yields is Yields.NUMBER:
        return Outcome(number=_number(result.number, result.literal, graph))
    if result.yields is Yields.TABLE:
        return Outcome(rows=frozenset((graph.terms[r.group], _cell(r.number, r.node, graph)) for r in result.rows))
    terms = result.relations if result.yields is Yields.RELATIONS else result.nodes
    numbers = [graph.relation_term(n) for n in terms.tolist()] if result.yields is Yields.RELATIONS else terms.tolist()
    return Outcome(nodes=frozenset(graph.terms[n] for n in numbers))


def _number(number: float | None, literal: int | None, graph: KnowledgeGraph) -> float | None:
    if literal is not None:
        return comparable(graph.terms[literal])
    return None if number is None else rounded(float(number))


def _cell(number: float | None, node: int | None, graph: KnowledgeGraph) -> str | float:
    if node is not None:
        key = graph.terms[node]
        return comparable(key) if key.startswith('"') else key
    assert number is not None
    return rounded(float(number))
