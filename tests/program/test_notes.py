"""What an answer leaves out, in words, on a graph small enough to count by hand."""

from __future__ import annotations

import pytest

from kgqa.graph import KnowledgeGraph
from kgqa.program.algebra import (
    Aggregate,
    Aggregation,
    Comparison,
    Entities,
    Follow,
    Instances,
    Order,
    Program,
    Step,
    Top,
    Union,
    Where,
)
from kgqa.program.notes import with_notes

GRAPH = KnowledgeGraph.load(
    [
        *((name, "rdf:type", "town") for name in ("A", "B", "C")),
        ("A", "size", 5),
        ("B", "size", 7),
        ("A", "height", 1),
        ("B", "height", 2),
        ("C", "height", 3),
    ]
)
NAMED = Entities(tuple(sorted(GRAPH.find(name) for name in "ABC")))
TOWNS = Instances(GRAPH.find("town"))
SIZE, HEIGHT = (Step(GRAPH.find_relation(name)) for name in ("size", "height"))


@pytest.mark.parametrize(
    "program",
    [
        Top(TOWNS, SIZE, Order.LARGEST),
        Aggregate(TOWNS, SIZE, Aggregation.AVERAGE),
        Where(TOWNS, SIZE, Comparison.GREATER, '"1"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        Follow(NAMED, SIZE),
        Follow(Union(Entities(NAMED.nodes[:1]), Entities(NAMED.nodes[1:])), SIZE),
    ],
)
def test_things_without_a_value_are_counted(program: Program) -> None:
    assert with_notes("it", program, GRAPH, "en", overran=False) == "it (1 of 3 have no size and are left out)"
    assert with_notes("它", program, GRAPH, "zh-Hans", overran=False) == "它（3项中有1项没有size，未计入）"


@pytest.mark.parametrize(
    "program", [TOWNS, Top(TOWNS, HEIGHT, Order.SMALLEST), Follow(NAMED, HEIGHT), Follow(TOWNS, SIZE)]
)
def test_nothing_left_out_is_not_told(program: Program) -> None:
    assert with_notes("it", program, GRAPH, "en", overran=False) == "it"


def test_a_search_cut_short_is_told() -> None:
    assert "cut short" in with_notes("it", TOWNS, GRAPH, "en", overran=True)
