"""What is read off a question: limits, comparatives, cues; and questions that can't be answered, over a toy graph."""

from __future__ import annotations

import pytest

from kgqa import KGQA, KnowledgeGraph
from kgqa.graph.terms import XSD
from kgqa.program import check, execute
from kgqa.program.algebra import Order, Yields
from kgqa.retrieval.cues import find_asked_attributes, find_folds, find_negations
from kgqa.retrieval.limits import find_limits
from kgqa.retrieval.operator_words import find_extremes
from kgqa.types import AbstentionReason, AnswerKind, Literal

RIVERS = {"Ada": (300, 2, "North"), "Bela": (120, 5, "North"), "Cora": (800, 9, "South"), "Dina": (80, 1, "South")}
UNIT = "unit"


@pytest.fixture(scope="module")
def rivers() -> KGQA:
    facts: list[tuple[str, str, object]] = [("length", UNIT, "km"), ("width", UNIT, "m")]
    for name, (length, width, region) in RIVERS.items():
        facts += [
            (name, "rdf:type", "river"),
            (name, "length", length),
            (name, "width", width),
            (name, "in region", region),
            (name, "first mapped", Literal(f"{1700 + length}-06-01", XSD + "date")),
        ]
    facts += [("North", "rdf:type", "region"), ("South", "rdf:type", "region"), ("Oak", "rdf:type", "tree")]
    facts += [("Oak", "age", 900), ("Elm", "rdf:type", "tree"), ("Elm", "age", 90)]
    return KGQA.from_graph(KnowledgeGraph.load(facts))


def labels(qa: KGQA, question: str) -> set[str]:
    return {value.label for value in qa.ask(question).values}


@pytest.mark.parametrize(
    ("question", "holds"),
    [
        ("Which rivers are longer than 100 miles?", lambda length, width, region: length > 160.9344),
        ("Which rivers have a length between 100 and 400?", lambda length, width, region: 100 <= length <= 400),
        ("Which rivers are longer than Bela?", lambda length, width, region: length > 120),
        (
            "Which rivers in North are longer than Bela?",
            lambda length, width, region: region == "North" and length > 120,
        ),
        ("Which rivers have a width of at most 2?", lambda length, width, region: width <= 2),
        ("Which rivers were first mapped before 1850?", lambda length, width, region: length < 150),
        ("Which rivers were first mapped on 1 June 2000?", lambda length, width, region: length == 300),
    ],
)
def test_limits_hold_for_what_is_given(rivers: KGQA, question: str, holds: object) -> None:
    assert callable(holds)
    assert labels(rivers, question) == {name for name, values in RIVERS.items() if holds(*values)}


def test_tables(rivers: KGQA) -> None:
    counted = rivers.ask("How many rivers are there in each region?")
    assert counted.kind is AnswerKind.TABLE
    assert {value.label for value in counted.values} == {"North: 2", "South: 2"}
    averaged = rivers.ask("What is the average length of rivers per region?")
    assert {value.label for value in averaged.values} == {"North: 210", "South: 440"}


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("Which rivers were first mapped after 31 April 1900?", AbstentionReason.IMPOSSIBLE_VALUE),
        ("Which rivers are longer than 500 km and shorter than 100 km?", AbstentionReason.CONTRADICTION),
        ("Which rivers have a length of more than 5 kg?", AbstentionReason.UNIT_MISMATCH),
        ("Which tree has the largest width?", AbstentionReason.NO_ATTRIBUTE),
        ("Is Oak longer than Ada?", AbstentionReason.UNLIKE_THINGS),
    ],
)
def test_what_cannot_be_is_refused(rivers: KGQA, question: str, reason: AbstentionReason) -> None:
    answer = rivers.ask(question)
    assert answer.abstained is not None
    assert answer.abstained.reason is reason


@pytest.mark.parametrize(
    "question",
    [
        "Which rivers longer than 100 km but not in North have the smallest width?",
        "Is the average length of rivers in North more than 100?",
        "How many rivers or trees are longer than Ada without a region?",
        "top three rivers by length per region except Ada",
        "哪些河流比Ada长？",
        "Which rivers are not longer than the longest river in North?",
    ],
)
def test_no_candidate_is_ill_typed(rivers: KGQA, question: str) -> None:
    retrieval = rivers.read(question).retrieval
    assert retrieval.candidates
    for candidate in retrieval.candidates:
        check(candidate.program, rivers.graph)
        result = execute(candidate.program, rivers.graph)
        if result.yields is Yields.NODES:
            assert candidate.nodes is not None
            assert result.nodes.tolist() == candidate.nodes.tolist()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("between 5 and 10 million people", [(">=", "5000000", "10000000", "people")]),
        ("from 1900 to 1950", [(">=", "1900", "1950", "")]),
        ("1900年到1950年之间", [(">=", "1900", "1950", "")]),
        ("in 1949", [("=", "1949", "None", "")]),
        ("over 200 km long", [(">", "200", "None", "km")]),
        ("沸点低于100开尔文", [("<", "100", "None", "开尔文")]),
        ("in the 18th century", [(">=", "1701", "1800", "")]),
    ],
)
def test_spans_and_units(text: str, found: list[tuple[str, str, str, str]]) -> None:
    read = [(x.comparison.value, x.number.lexical, str(x.upper), x.unit) for x in find_limits(text)]
    assert read == found


@pytest.mark.parametrize(
    ("text", "order", "k", "nth", "beside"),
    [
        ("the second largest city", Order.LARGEST, 1, 2, False),
        ("the five smallest states", Order.SMALLEST, 5, 1, False),
        ("the top three rivers", Order.LARGEST, 3, 1, False),
        ("larger than France", Order.LARGEST, 1, 1, True),
        ("比法国小的国家", Order.SMALLEST, 1, 1, True),
        ("人口前五的国家", Order.LARGEST, 5, 1, False),
    ],
)
def test_superlatives_and_comparatives(text: str, order: Order, k: int, nth: int, beside: bool) -> None:
    extreme = find_extremes(text)[0]
    assert (extreme.order, extreme.k, extreme.nth, extreme.beside) == (order, k, nth, beside)


def test_cues() -> None:
    assert [cue.start for cue in find_negations("countries without a coast")] == [10]
    assert find_negations("countries with a coast") == ()
    assert [cue.aggregation.value for cue in find_folds("平均面积") if cue.aggregation] == ["average"]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("how big is France", "area"),
        ("the size of France", "area"),
        ("the average population per square km in France", "density"),
        ("how many people per square mile live there", "density"),
        ("the population of France", None),
    ],
)
def test_words_that_name_an_attribute(text: str, hint: str | None) -> None:
    found = find_asked_attributes(text)
    assert (hint in {h for cue in found for h in cue.hints}) if hint else not found
