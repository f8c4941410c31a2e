from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from kgqa.graph import KnowledgeGraph
from kgqa.types import Literal, Triple
from tests.graph.facts import facts, typed

NODES = "abcdefgh"
RELATIONS = "pqr"
FACT = st.builds(
    Triple,
    st.sampled_from(NODES),
    st.sampled_from(RELATIONS),
    st.sampled_from([*NODES, Literal("1"), Literal("2")]),
    st.sampled_from(["", "x.nt", "y.nt"]),
)
FACTS = st.lists(FACT, max_size=15)


def key(triple: Triple) -> tuple[str, str, str | Literal]:
    return triple.subject, triple.predicate, triple.object


def neighbours(graph: KnowledgeGraph, node: str, relation: str, *, inverse: bool) -> set[str]:
    start, number = graph.find(node), graph.find_relation(relation)
    if start < 0 or number < 0:
        return set()
    return {graph.terms[int(n)] for n in graph.follow(np.array([start], dtype=np.int32), number, inverse=inverse)}


@settings(max_examples=120, deadline=None)
@given(st.lists(FACT, min_size=1, max_size=15), FACTS, FACTS)
def test_a_changed_graph_equals_one_built_anew(base: list[Triple], add: list[Triple], remove: list[Triple]) -> None:
    before = KnowledgeGraph.load(base)
    graph, report = before.with_changes(add, remove)
    old, new, gone = ({key(t) for t in triples} for triples in (base, add, remove))
    expected = (old - gone) | new
    assert facts(graph) == expected
    assert facts(before) == old
    assert (report.removed, report.not_found) == (len(old & gone), len(gone - old))
    assert (report.added, report.already_present) == (len(new - (old - gone)), len(new & (old - gone)))
    assert [before.terms[i] for i in range(before.n_terms)] == [graph.terms[i] for i in range(before.n_terms)]
    assert report.new_nodes == tuple(range(before.n_terms, graph.n_terms))
    if expected:
        check_walks(graph, KnowledgeGraph.load([Triple(*fact) for fact in expected]))
        kept = [t for t in base if key(t) not in gone]
        check_sources(graph, KnowledgeGraph.load([*kept, *add]))


def check_walks(graph: KnowledgeGraph, fresh: KnowledgeGraph) -> None:
    for node in NODES:
        for relation in RELATIONS:
            for inverse in (False, True):
                found = neighbours(graph, node, relation, inverse=inverse)
                assert found == neighbours(fresh, node, relation, inverse=inverse)
    for number in range(graph.n_relations):
        subjects, objects = graph.relation_pairs(number)
        again = fresh.find_relation(graph.relation_id(number))
        assert len(subjects) == len(objects) == (fresh.relation_size(again) if again >= 0 else 0)


def check_sources(graph: KnowledgeGraph, fresh: KnowledgeGraph) -> None:
    def sources(g: KnowledgeGraph) -> dict[object, set[str]]:
        return {key(g.triple(*t)): set(g.sources_of(*t)) for t in g.triples()}

    assert sources(graph) == sources(fresh)


@settings(max_examples=40, deadline=None)
@given(st.lists(FACT, min_size=1, max_size=10), FACTS, FACTS)
def test_changes_can_follow_changes(base: list[Triple], first: list[Triple], second: list[Triple]) -> None:
    graph, _ = KnowledgeGraph.load(base).with_changes(first)
    graph, _ = graph.with_changes((), second)
    graph, _ = graph.with_changes(second)
    assert facts(graph) == {key(t) for t in (*base, *first, *second)}
    positions = graph.arrays.into_position
    assert np.array_equal(graph.arrays.out.neighbours[positions], graph.arrays.into.keys() >> 20)
    assert np.array_equal(graph.subjects[positions], graph.arrays.into.neighbours)


def test_bare_names_are_read_as_the_relation_was() -> None:
    graph = KnowledgeGraph.load(
        [("a", "released", "1990"), ("b", "released", "1991"), ("a", "label", "A"), ("a", "in", "b")]
    )
    changed, _ = graph.with_changes(
        [("c", "released", "1992"), ("c", "label", "1990"), ("c", "in", "1999"), ("c", "weight", "12 kg")]
    )
    assert {(p, o) for s, p, o in facts(changed) if s == "c"} == {
        ("released", typed("1992", "gYear")),
        ("label", Literal("1990")),
        ("in", "1999"),
        ("weight", Literal("12 kg", "urn:kgqa:datatype:quantity")),
    }
    assert changed.label(changed.find("c")) == "1990"
    emptied, report = graph.with_changes((), [("a", "released", "1990"), ("a", "label", "A"), ("z", "in", "b")])
    assert (report.removed, report.not_found) == (2, 1)
    assert facts(emptied) == {("b", "released", typed("1991", "gYear")), ("a", "in", "b")}


def test_names_and_kinds_know_new_terms() -> None:
    graph, _ = KnowledgeGraph.load([("a", "p", "b")]).with_changes(
        [("c", "label", "Sea"), ("_:x", "p", "c"), ("c", "p", "m.0abc")]
    )
    assert {text for _, text, _, _ in graph.all_names()} == {"a", "b", "Sea"}
    blank = np.array([graph.find("_:x"), graph.find("m.0abc"), graph.find("c")], dtype=np.int32)
    assert graph.is_mediator(blank).tolist() == [True, True, False]
