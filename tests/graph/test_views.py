from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from kgqa.graph import KnowledgeGraph
from kgqa.types import Triple
from tests.graph.facts import TRIPLES, facts

GRAPHS = st.lists(TRIPLES, min_size=1, max_size=12)


@settings(max_examples=80, deadline=None)
@given(GRAPHS)
def test_any_graph_comes_back_from_every_view(triples: list[Triple]) -> None:
    graph = KnowledgeGraph.load(triples)
    expected = {(t.subject, t.predicate, t.object) for t in triples}
    assert facts(graph) == expected
    assert facts(KnowledgeGraph.load(graph.to_triples())) == expected
    assert facts(KnowledgeGraph.load(graph.to_rdflib())) == expected
    assert facts(KnowledgeGraph.load(graph.to_networkx())) == expected
    assert facts(KnowledgeGraph.load(graph.to_oxigraph())) == expected
    assert facts(KnowledgeGraph.load(graph.to_oxigraph(blank_nodes=True))) == expected


def test_networkx_shows_literals_as_attributes() -> None:
    view = KnowledgeGraph.load([Triple("a", "p", "b", "x.nt"), ("a", "n", 3), ("a", "n", 4)]).to_networkx()
    assert list(view.edges(keys=True, data=True)) == [("a", "b", "p", {"relation": "p", "source": "x.nt"})]
    assert sorted(literal.lexical for literal in view.nodes["a"]["n"]) == ["3", "4"]


def test_blank_nodes_can_be_named_in_a_query_of_the_store() -> None:
    store = KnowledgeGraph.load([("_:b", "p", "a")]).to_oxigraph()
    assert bool(store.query("ASK { <urn:kgqa:blank:b> <urn:kgqa:name:p> <urn:kgqa:name:a> }"))
