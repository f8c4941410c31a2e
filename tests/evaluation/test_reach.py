"""Distances and paths against NetworkX and brute force."""

from __future__ import annotations

import networkx as nx
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kgqa.evaluation.reach import Reach, facts_of, follow_facts, path_labels
from kgqa.graph import KnowledgeGraph
from kgqa.types import NodeIds

NODES = "abcdef"
FACTS = st.lists(
    st.tuples(st.sampled_from(NODES), st.sampled_from(["r", "s"]), st.sampled_from(NODES)), min_size=1, max_size=12
)


def nodes(graph: KnowledgeGraph, names: str) -> NodeIds:
    return np.array(sorted(graph.find(name) for name in names if graph.find(name) >= 0), dtype=np.int32)


@given(FACTS, st.sampled_from(NODES), st.sampled_from(NODES), st.integers(0, 4))
def test_distance_is_that_of_networkx(facts: list[tuple[str, str, str]], start: str, goal: str, limit: int) -> None:
    graph = KnowledgeGraph.load(facts)
    undirected = nx.Graph((s, o) for s, _, o in facts)
    expected = None
    if start in undirected and goal in undirected and nx.has_path(undirected, start, goal):
        expected = nx.shortest_path_length(undirected, start, goal)
    found = Reach(graph).distance(nodes(graph, start), nodes(graph, goal), limit)
    assert found == (expected if expected is not None and expected <= limit else None)


@given(FACTS, st.sampled_from(NODES), st.integers(1, 3))
def test_paths_are_those_of_brute_force(facts: list[tuple[str, str, str]], start: str, length: int) -> None:
    graph = KnowledgeGraph.load(facts)
    reached: list[frozenset[str]] = [frozenset(start)] if graph.find(start) >= 0 else []
    for _ in range(length):
        onwards = []
        for at in reached:
            for relation in ("r", "s"):
                onwards.append({o for s, r, o in facts if r == relation and s in at} - {start})
                onwards.append({s for s, r, o in facts if r == relation and o in at} - {start})
        reached = [frozenset(found) for found in onwards if found]
    found = Reach(graph).paths_of_length(nodes(graph, start), length)
    assert found is not None
    assert sorted("".join(graph.id(n) for n in at) for at in found) == sorted("".join(sorted(at)) for at in reached)


def test_what_is_the_same_is_no_step_and_walks_end_at_literals() -> None:
    graph = KnowledgeGraph.load(
        [
            ("a", "r", "b"),
            ("b", "http://www.w3.org/2002/07/owl#sameAs", "c"),
            ("c", "r", "d"),
            ("d", "year", 7),
            ("e", "year", 7),
        ]
    )
    reach = Reach(graph)
    assert reach.distance(nodes(graph, "a"), nodes(graph, "c"), 4) == 1
    assert reach.distance(nodes(graph, "a"), nodes(graph, "d"), 4) == 2
    seven = np.flatnonzero(graph.is_literal(np.arange(graph.n_terms, dtype=np.int32))).astype(np.int32)
    assert reach.distance(nodes(graph, "a"), seven, 4) == 3
    assert reach.distance(nodes(graph, "a"), nodes(graph, "e"), 9) is None
    assert reach.distance(seven, nodes(graph, "e"), 1) == 1
    jump = (("a", "r", "b"), ("c", "r", "d"))
    assert follow_facts(graph, facts_of(jump), nodes(graph, "a")).tolist() == nodes(graph, "d").tolist()
    assert not len(follow_facts(graph, facts_of((("a", "r", "b"), ("e", "year", "7"))), nodes(graph, "a")))


def test_forms_of_gold_paths() -> None:
    assert facts_of(("a", "r", "b", "s", "c")) == [("a", "r", "b"), ("b", "s", "c")]
    assert facts_of((("a", "r", "b"), ("c", "s", "b"))) == [("a", "r", "b"), ("c", "s", "b")]
    for other in ((), ("a", "r"), ("a",), ("a", "r", "b", "s"), (("a", "r"),), (("a", "r", "b"), "s")):
        assert facts_of(other) == []
    graph = KnowledgeGraph.load([("a", "place_of_birth", "b")])
    assert path_labels(graph, ("a", "place_of_birth", "b", "lost", "c"), "en") == ("place of birth", "lost")
