from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgqa.graph import KnowledgeGraph
from kgqa.graph.strings import StringTable
from kgqa.types import Triple
from tests.graph.facts import TRIPLES, facts

GRAPHS = st.lists(TRIPLES, min_size=1, max_size=15)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.text(st.characters(blacklist_categories=["Cs"])), unique=True, max_size=20), st.lists(st.text("ab🎉é"))
)
def test_strings_are_found_where_they_stand(strings: list[str], later: list[str]) -> None:
    table = StringTable.from_sorted(sorted(strings)).with_added(later)
    expected = [*sorted(strings), *dict.fromkeys(text for text in later if text not in strings)]
    assert [table[i] for i in range(len(table))] == expected
    assert [table.find(text) for text in expected] == list(range(len(expected)))
    assert table.many(np.arange(len(expected))) == expected
    assert table.find("never there") == -1


@settings(max_examples=60, deadline=None)
@given(GRAPHS)
def test_walking_equals_filtering_the_facts(triples: list[Triple]) -> None:
    graph = KnowledgeGraph.load(triples)
    rows = list(graph.triples())
    nodes = np.unique(np.array([n for s, _, o in rows for n in (s, o)], dtype=np.int32))
    for some in (nodes, nodes[::2], nodes[:0]):
        wanted = set(some.tolist())
        for relation in range(graph.n_relations):
            out = sorted({o for s, r, o in rows if r == relation and s in wanted})
            into = sorted({s for s, r, o in rows if r == relation and o in wanted})
            assert graph.follow(some, relation).tolist() == out
            assert graph.follow(some, relation, inverse=True).tolist() == into
        relations, counts = graph.relations_of(some)
        edges = [r for s, r, _ in rows if s in wanted]
        assert dict(zip(relations.tolist(), counts.tolist(), strict=True)) == {r: edges.count(r) for r in edges}
        for one in (some, some[:1]):
            inside = set(one.tolist())
            assert graph.relations_around(one).tolist() == sorted({r for s, r, _ in rows if s in inside})
            assert graph.relations_around(one, inverse=True).tolist() == sorted({r for _, r, o in rows if o in inside})
    degrees = [sum((s == n) + (o == n) for s, _, o in rows) for n in nodes.tolist()]
    assert graph.degrees(nodes).tolist() == degrees


@settings(max_examples=30, deadline=None)
@given(GRAPHS)
def test_numbers_follow_the_sorted_terms(triples: list[Triple]) -> None:
    graph, again = KnowledgeGraph.load(triples), KnowledgeGraph.load(triples[::-1])
    keys = [graph.terms[i] for i in range(graph.n_terms)]
    assert keys == sorted(set(keys))
    assert keys == [again.terms[i] for i in range(again.n_terms)]
    assert all(graph.is_literal(np.arange(graph.n_terms, dtype=np.int32)) == [key.startswith('"') for key in keys])
    assert facts(graph) == facts(again)


def test_unknown_names_are_minus_one() -> None:
    graph = KnowledgeGraph.load([("a", "p", "b")])
    assert (graph.find("z"), graph.find_relation("z"), graph.find_relation("a"), graph.find("")) == (-1, -1, -1, -1)


def test_labels_with_markup_and_control_characters_are_only_text() -> None:
    nasty = 'a "b" {c} </script>\n\u200f<x> ^^'
    graph = KnowledgeGraph.load([Triple("q", "label", nasty), ("q", "p", nasty)])
    assert graph.find(nasty) >= 0
    assert graph.id(graph.find(nasty)) == nasty


@pytest.mark.slow
def test_a_hub_is_walked_without_a_scan_of_its_edges() -> None:
    graph = KnowledgeGraph.load([*((f"n{i}", "in", "hub") for i in range(50_000)), ("hub", "in", "top")])
    hub = np.array([graph.find("hub")], dtype=np.int32)
    assert len(graph.follow(hub, 0, inverse=True)) == 50_000
    assert [counts.tolist() for counts in graph.relations_of(hub, inverse=True)] == [[0], [50_000]]
