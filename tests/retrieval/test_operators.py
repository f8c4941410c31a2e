"""Superlatives, comparisons, limits and exceptions, held against values worked out from the graph's own table."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kgqa import KGQA, KnowledgeGraph
from kgqa.graph.terms import XSD
from kgqa.program import check, execute
from kgqa.program.algebra import Compare, Difference, Program, Top, TopByCount, Where
from kgqa.retrieval.contract import Candidate
from kgqa.retrieval.limits import find_limits
from kgqa.retrieval.operator_words import find_extremes, negation_at
from kgqa.types import AnswerKind, Literal

# name: (population, founded, elevation, neighbours)
_TOWNS = {
    "Arden": (120_000, "1850-03-01", 12, ("Brook", "Crewe")),
    "Brook": (45_000, "1921-07-15", 340, ("Arden",)),
    "Crewe": (980_000, "1790-01-01", 75, ("Arden", "Dalby", "Elton")),
    "Dalby": (980_000, "1960-12-31", 5, ("Crewe",)),
    "Elton": (3_000, "2001-05-20", 910, ("Crewe",)),
}
_CLUBS = {"Green League": ("Arden", "Brook", "Crewe"), "Sea League": ("Crewe", "Dalby")}


def _facts() -> Iterator[tuple[str, str, object]]:
    for town, (population, founded, elevation, neighbours) in _TOWNS.items():
        yield town, "rdf:type", "town"
        yield town, "population", population
        yield town, "founded", Literal(founded, XSD + "date")
        yield town, "elevation", elevation
        for other in neighbours:
            yield town, "borders", other
    for club, members in _CLUBS.items():
        for town in members:
            yield town, "member of", club


@pytest.fixture(scope="module")
def towns() -> KGQA:
    return KGQA.from_graph(KnowledgeGraph.load(_facts()))


def _labels(system: KGQA, question: str) -> set[str]:
    return {value.label for value in system.ask(question).values}


_BY_POPULATION = sorted(_TOWNS, key=lambda t: -_TOWNS[t][0])
_BY_AGE = sorted(_TOWNS, key=lambda t: _TOWNS[t][1])


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Which town has the largest population?", {t for t in _TOWNS if _TOWNS[t][0] == 980_000}),
        ("Which town has the smallest population?", {_BY_POPULATION[-1]}),
        ("Which town is the oldest?", {_BY_AGE[0]}),
        ("Which town is the newest?", {_BY_AGE[-1]}),
        ("Which town has the highest elevation?", {max(_TOWNS, key=lambda t: _TOWNS[t][2])}),
        ("Which town borders the most towns?", {max(_TOWNS, key=lambda t: len(_TOWNS[t][3]))}),
        ("Which towns have a population of more than 100,000?", {t for t in _TOWNS if _TOWNS[t][0] > 100_000}),
        ("Which towns have a population under fifty thousand?", {t for t in _TOWNS if _TOWNS[t][0] < 50_000}),
        ("Which towns were founded after 1900?", {t for t in _TOWNS if _TOWNS[t][1] > "1900-12-31"}),
        ("Which towns were founded before 1850?", {t for t in _TOWNS if _TOWNS[t][1] < "1850-01-01"}),
        ("Which has the larger population, Arden or Brook?", {"Arden"}),
        ("Which members of the Sea League are not in the Green League?", {"Dalby"}),
    ],
)
def test_answers(towns: KGQA, question: str, answer: set[str]) -> None:
    assert _labels(towns, question) == answer


@pytest.mark.parametrize(("one", "two"), [("Arden", "Brook"), ("Brook", "Arden"), ("Elton", "Dalby")])
def test_a_comparison_takes_the_order_of_the_question(towns: KGQA, one: str, two: str) -> None:
    answer = towns.ask(f"Is the population of {one} larger than that of {two}?")
    assert answer.kind is AnswerKind.BOOLEAN
    assert answer.values[0].value is (_TOWNS[one][0] > _TOWNS[two][0])


def test_every_program_is_well_typed_and_its_nodes_are_its_result(towns: KGQA) -> None:
    operators: set[type[Program]] = set()
    for question in (
        "Which town borders the most towns?",
        "Which town of the Green League has the fewest inhabitants?",
        "Which towns founded after 1900 have a population below 50,000?",
        "Is Arden larger than Brook?",
        "Which members of the Sea League are not in the Green League?",
    ):
        retrieval = towns._engine(question).retriever.retrieve([question], [towns.link(question)])[0]
        for candidate in retrieval.candidates:
            check(candidate.program, towns.graph)
            _assert_nodes(towns.graph, candidate)
            operators.update(type(part) for part in candidate.program.walk())
    assert operators >= {Top, TopByCount, Where, Compare, Difference}


def _assert_nodes(graph: KnowledgeGraph, candidate: Candidate) -> None:
    program: Program = candidate.program
    if isinstance(program, Top | TopByCount | Where | Difference):
        assert candidate.nodes is not None
        assert execute(program, graph).nodes.tolist() == candidate.nodes.tolist()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("the highest mountain", "highest"),
        ("Who is older, A or B?", "older"),
        ("人口最多的城市", "最多"),
        ("the capital of France", None),
        ("a forest", None),
    ],
)
def test_superlatives(text: str, found: str | None) -> None:
    extreme = next(iter(find_extremes(text)), None)
    assert (text[extreme.start : extreme.end] if extreme else None) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("more than 3 rivers", [(">", "3")]),
        ("at least two million people", [(">=", "2000000")]),
        ("人口在四百万以上", [(">", "4000000")]),
        ("人口超过一亿", [(">", "100000000")]),
        ("before 1900", [("<", "1900")]),
        ("the year 1900", []),
        ("人口最多的是哪一座", []),
    ],
)
def test_limits(text: str, found: list[tuple[str, str]]) -> None:
    assert [(limit.comparison.value, limit.number.lexical) for limit in find_limits(text)] == found


def test_negation() -> None:
    assert negation_at("countries without a coast") == len("countries ")
    assert negation_at("哪些国家没有加入北约") == 4
    assert negation_at("countries with a coast") == -1
