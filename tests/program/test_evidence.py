"""Evidence is true, enough and bounded."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kgqa.graph import KnowledgeGraph
from kgqa.graph.adjacency import pack
from kgqa.graph.build import link_arrays
from kgqa.program import algebra as a
from kgqa.program import evidence, execute
from kgqa.program.algebra import Comparison, Order, Program, Step
from kgqa.program.evidence import Fact
from tests.program.oracle import graph_of
from tests.program.strategies import GENERATORS, SUBCLASS, TYPE, facts, programs, typed

RELAXED = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
MONOTONE = (a.Entities, a.Instances, a.Having, a.Follow, a.Same, a.Intersect, a.Union, a.OfType, a.Where)
"""Operators whose answers need no fact to be absent, so that the evidence alone proves them."""


def subgraph(graph: KnowledgeGraph, kept: tuple[Fact, ...]) -> KnowledgeGraph:
    """The same terms and numbers with these facts only."""
    triples = np.array(sorted(kept), dtype=np.int32).reshape(-1, 3)
    keys = pack(triples[:, 0], triples[:, 1])
    origins, more = np.zeros(len(triples), dtype=np.int32), np.zeros((0, 2), dtype=np.int64)
    arrays = link_arrays(graph.arrays.relations, keys, triples[:, 2], origins, more)
    return KnowledgeGraph(graph.terms, arrays)


@pytest.mark.parametrize("kind", list(GENERATORS), ids=lambda kind: kind.__name__)
@RELAXED
@given(data=st.data())
def test_evidence_is_in_the_graph(kind: type[Program], data: st.DataObject) -> None:
    graph = graph_of(data.draw(facts()))
    program = data.draw(programs(graph, kind, 2))
    limit = data.draw(st.integers(0, 6))
    found = evidence(program, graph, execute(program, graph).nodes, limit=limit)
    assert len(found) <= limit
    assert len(set(found)) == len(found)
    assert set(found) <= set(graph.triples())
    assert found == evidence(program, graph, execute(program, graph).nodes, limit=limit)


@pytest.mark.parametrize("kind", MONOTONE, ids=lambda kind: kind.__name__)
@RELAXED
@given(data=st.data())
def test_evidence_alone_proves_each_answer(kind: type[Program], data: st.DataObject) -> None:
    graph = graph_of(data.draw(facts()))
    program = data.draw(programs(graph, kind, 3))
    if not all(isinstance(part, MONOTONE) for part in program.walk()):
        return
    for node in execute(program, graph).nodes:
        proof = evidence(program, graph, np.array([node]), limit=1_000)
        assert node in execute(program, subgraph(graph, proof)).nodes


CITIES = graph_of(
    [
        ("<Lyon>", "in", "<France>"),
        ("<Paris>", "in", "<France>"),
        ("<Rome>", "in", "<Italy>"),
        ("<Lyon>", "size", typed("5", "integer")),
        ("<Paris>", "size", typed("20", "integer")),
        ("<Rome>", "size", typed("28", "integer")),
        ("<Paris>", TYPE, "<Capital>"),
        ("<Rome>", TYPE, "<Capital>"),
        ("<Capital>", SUBCLASS, "<City>"),
        ("<City>", SUBCLASS, "<Place>"),
        ("<Place>", SUBCLASS, "<City>"),
    ]
)


def node(name: str) -> int:
    return CITIES.find(name)


def only(name: str) -> a.Entities:
    return a.Entities((node(name),))


IN, SIZE = (Step(CITIES.find_relation(name)) for name in ("in", "size"))
IN_FRANCE = a.Follow(only("France"), Step(IN.relation, inverse=True))


def shown(program: Program, name: str = "", *, limit: int = 50) -> list[tuple[str, str, str]]:
    nodes = np.array([node(name)] if name else [], dtype=np.int32)
    found = evidence(program, CITIES, nodes, limit=limit)
    return [(CITIES.id(s), CITIES.label(CITIES.relation_term(r)), CITIES.id(o)) for s, r, o in found]


def test_a_superlative_shows_the_chain_and_the_value() -> None:
    program = a.Top(IN_FRANCE, SIZE, Order.LARGEST)
    assert shown(program, "Paris") == [("Paris", "in", "France"), ("Paris", "size", "20")]


def test_a_class_shows_the_subclass_chain() -> None:
    chain = [("Paris", "type", "Capital"), ("Capital", "subClassOf", "City"), ("City", "subClassOf", "Place")]
    assert shown(a.Instances(node("Place")), "Paris") == chain


def test_a_path_is_told_from_the_anchor_on() -> None:
    program = a.Follow(IN_FRANCE, SIZE)
    assert shown(program, "20") == []  # a name, and not the literal that it looks like
    twenty = np.array([CITIES.find_key(typed("20", "integer"))], dtype=np.int32)
    assert evidence(program, CITIES, twenty) == (
        (node("Paris"), IN.relation, node("France")),
        (node("Paris"), SIZE.relation, int(twenty[0])),
    )


def test_a_comparison_shows_both_values() -> None:
    program = a.Compare(only("Paris"), only("Rome"), SIZE, Comparison.GREATER)
    assert shown(program) == [("Paris", "size", "20"), ("Rome", "size", "28")]


def test_a_gap_shows_both_values() -> None:
    program = a.Gap(only("Paris"), only("Rome"), SIZE)
    assert shown(program) == [("Paris", "size", "20"), ("Rome", "size", "28")]
    assert execute(program, CITIES).number == -8


def test_a_maximum_shows_the_fact_that_holds_it() -> None:
    program = a.Aggregate(IN_FRANCE, SIZE, a.Aggregation.MAXIMUM)
    assert shown(program) == [("Paris", "in", "France"), ("Paris", "size", "20")]


def test_a_count_shows_a_sample_within_the_limit() -> None:
    assert shown(a.Count(IN_FRANCE)) == [("Lyon", "in", "France"), ("Paris", "in", "France")]
    assert shown(a.Count(IN_FRANCE), limit=1) == [("Lyon", "in", "France")]


def test_a_relation_shows_one_fact_each() -> None:
    assert shown(a.RelationBetween(only("Paris"), only("France"))) == [("Paris", "in", "France")]


def test_a_node_that_is_no_answer_has_no_evidence() -> None:
    assert shown(IN_FRANCE, "Rome") == []
