from __future__ import annotations

import logging

from hypothesis import given, settings
from hypothesis import strategies as st

from kgqa.graph import KnowledgeGraph
from kgqa.types import Triple
from tests.graph.facts import TRIPLES, facts, typed

GRAPHS = st.lists(TRIPLES, min_size=1, max_size=12)


# rdflib logs every literal that it can't convert; it is kept all the same.
logging.getLogger("rdflib.term").setLevel(logging.ERROR)


@settings(max_examples=80, deadline=None)
@given(GRAPHS)
def test_any_graph_comes_back_from_every_view(triples: list[Triple]) -> None:
    graph = KnowledgeGraph.load(triples)
    expected = {(t.subject, t.predicate, t.object) for t in triples}
    assert facts(graph) == expected
    assert facts(KnowledgeGraph.load(graph.to_triples())) == expected
    assert facts(KnowledgeGraph.load(graph.to_rdflib())) == expected
    assert facts(KnowledgeGraph.load(graph.to_networkx())) == expected
    # Oxigraph keeps the value of a number, not how it was written.
    by_value = {(s, p, typed("1", "integer") if o == typed("01", "integer") else o) for s, p, o in expected}
    assert facts(KnowledgeGraph.load(graph.to_oxigraph())) == by_value
    assert facts(KnowledgeGraph.load(graph.to_oxigraph(blank_nodes=True))) == by_value


def test_networkx_shows_literals_as_attributes() -> None:
    view = KnowledgeGraph.load([Triple("a", "p", "b", "x.nt"), ("a", "n", 3), ("a", "n", 4)]).to_networkx()
    assert list(view.edges(keys=True, data=True)) == [("a", "b", "p", {"relation": "p", "source": "x.nt"})]
    assert sorted(literal.lexical for literal in view.nodes["a"]["n"]) == ["3", "4"]


def test_blank_nodes_can_be_named_in_a_query_of_the_store() -> None:
    store = KnowledgeGraph.load([("_:b", "p", "a")]).to_oxigraph()
    assert bool(store.query("ASK { <urn:kgqa:blank:b> <urn:kgqa:name:p> <urn:kgqa:name:a> }"))
