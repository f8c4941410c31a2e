"""Ill-typed programs are refused with the value, the expectation and the cure."""

from __future__ import annotations

from typing import Any, cast

import pytest

from kgqa.errors import ProgramError
from kgqa.program import algebra as a
from kgqa.program import check, evidence, execute, notation, to_sparql, to_words
from kgqa.program.algebra import Aggregation, Comparison, Entities, Order, Program, Step
from tests.program.oracle import graph_of
from tests.program.strategies import typed

GRAPH = graph_of(
    [("<a>", "size", typed("5", "integer")), ("<a>", "since", typed("2020-01-01", "date")), ("<a>", "near", "<b>")]
)
SIZE, SINCE, NEAR = (Step(GRAPH.find_relation(name)) for name in ("size", "since", "near"))
ALL = Entities((GRAPH.find("a"), GRAPH.find("b")))
BACK = Step(SIZE.relation, inverse=True)
OTHER: Any = object()


def loose(kind: Any, *arguments: Any) -> Program:
    """A program with fields of the wrong type."""
    return cast(Program, kind(*arguments))


REFUSED: list[tuple[Program, str]] = [
    (loose(lambda: "a"), "is no program"),
    (Entities((GRAPH.n_terms,)), "graph.find"),
    (Entities((-1,)), "-1 means that the graph lacks it"),
    (Entities((1, 0)), "sorted"),
    (Entities((1, 1)), "duplicates"),
    (loose(Entities, [1]), "tuple of node numbers"),
    (loose(Entities, ("a",)), "tuple of node numbers"),
    (a.Instances(-1), "Instances.node_class names node -1"),
    (loose(a.Instances, "City"), "whole number"),
    (a.Follow(ALL, Step(99)), "find_relation"),
    (a.Follow(ALL, Step(-1)), "find_relation"),
    (loose(a.Follow, ALL, 0), "expected a Step"),
    (loose(a.Follow, None, NEAR), "expected a program that yields nodes"),
    (a.Follow(a.Count(ALL), NEAR), "Count, which yields number"),
    (a.Intersect(ALL, a.Exists(ALL)), "Exists, which yields boolean"),
    (a.Groups(ALL), "expected a program that yields table"),
    (a.TopRows(ALL, Order.LARGEST), "expected a program that yields table"),
    (a.CompareNumbers(ALL, a.Count(ALL), Comparison.EQUAL), "expected a program that yields number"),
    (a.Top(ALL, BACK, Order.LARGEST), "TopByCount"),
    (a.Where(ALL, BACK, Comparison.EQUAL, typed("5", "integer")), "inverse"),
    (a.GroupBest(ALL, NEAR, ALL, BACK, Order.LARGEST), "GroupBest.attribute is inverse"),
    (a.Top(ALL, SIZE, Order.LARGEST, 0), "expected 1 or more"),
    (a.Nth(ALL, SIZE, Order.LARGEST, 0), "expected 1 or more"),
    (loose(a.Top, ALL, SIZE, "largest"), "expected a Order"),
    (loose(a.Aggregate, ALL, SIZE, "sum"), "expected a Aggregation"),
    (a.Where(ALL, SIZE, Comparison.EQUAL, "<a>"), "intersect with Follow"),
    (a.Where(ALL, SIZE, Comparison.EQUAL, "5"), "key of a literal"),
    (a.Where(ALL, SIZE, Comparison.LESS, typed("true", "boolean")), "no order"),
    (a.Where(ALL, SIZE, Comparison.NOT_EQUAL, typed("x", "integer")), "no order"),
    (a.WhereRows(a.GroupCount(ALL, NEAR, ALL), Comparison.LESS, float("nan")), "finite"),
    (a.TopRows(a.GroupBest(ALL, NEAR, ALL, SIZE, Order.LARGEST), Order.LARGEST), "compares numbers"),
    (a.Gap(ALL, ALL, SINCE), "neither numbers nor years"),
    (a.Gap(ALL, ALL, BACK), "inverse"),
    (a.GapOwn(ALL, SIZE, SINCE), "measured alike"),
    (a.GapOwn(ALL, SINCE, SINCE), "neither numbers nor years"),
    (a.GapOwn(ALL, SIZE, BACK), "inverse"),
    (a.WhereOwn(ALL, SIZE, Comparison.LESS, SINCE), "measured alike"),
    (a.WhereOwn(ALL, BACK, Comparison.EQUAL, SINCE), "inverse"),
    (
        a.CompareNumbers(a.Aggregate(ALL, SINCE, Aggregation.MAXIMUM), a.Count(ALL), Comparison.LESS),
        "compares numbers",
    ),
]


@pytest.mark.parametrize(("program", "message"), REFUSED)
def test_refuses(program: Program, message: str) -> None:
    with pytest.raises(ProgramError, match=message):
        check(program, GRAPH)


@pytest.mark.parametrize("program", [ill for ill, _ in REFUSED])
def test_nothing_runs_or_renders_unchecked(program: Program) -> None:
    with pytest.raises(ProgramError):
        execute(program, GRAPH)
    with pytest.raises(ProgramError):
        evidence(program, GRAPH, execute(ALL, GRAPH).nodes)
    for render in (to_sparql, to_words, notation):
        with pytest.raises(ProgramError):
            render(program, GRAPH)


def test_a_fault_deep_inside_is_found() -> None:
    program: Program = Entities((GRAPH.n_terms,))
    for _ in range(50):
        program = a.Follow(program, NEAR)
    with pytest.raises(ProgramError, match=r"Entities\.nodes"):
        check(program, GRAPH)
