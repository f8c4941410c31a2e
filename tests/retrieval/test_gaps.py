"""How much one thing has over another is subtracted, and asked the other way round it has the other sign."""

from __future__ import annotations

import pytest

from kgqa.program import execute
from kgqa.program.algebra import Count, Follow, Gap, Top
from kgqa.retrieval.composer import COUNTS_ALL
from kgqa.retrieval.cues import find_gaps
from kgqa.retrieval.question import COUNTING
from kgqa.retrieval.siblings import COUNTED
from tests.retrieval.toy import Lab, build, lines

BOATS = ("Aa", "Bb", "Cc")
GRAPH = build(
    lines("Aa owner Pia\nBb owner Quy\nCc owner Quy"),
    types={"boats": BOATS, "Person": ("Pia", "Quy")},
    values=[
        *((boat, "length", size, "decimal") for boat, size in (("Aa", "12.5"), ("Bb", "9.25"))),
        *((boat, "year", size, "gYear") for boat, size in zip(BOATS, ("1987", "1999", "2004"), strict=True)),
        *((boat, "built", size, "integer") for boat, size in zip(BOATS, ("1985", "1995", "2001"), strict=True)),
        *((boat, "bunks", size, "integer") for boat, size in (("Aa", "4"), ("Bb", "0"))),
        *((boat, "launched", size, "date") for boat, size in (("Aa", "1987-05-01"), ("Bb", "1999-02-11"))),
    ],
)
LAB = Lab(GRAPH)


@pytest.mark.parametrize(
    ("question", "gap"),
    [
        ("How much longer is Aa than Bb?", 3.25),
        ("How much longer is Bb than Aa?", -3.25),
        ("How much shorter is Bb than Aa?", 3.25),
        ("By how much is Aa longer than Bb?", 3.25),
        ("What is the difference in length between Aa and Bb?", 3.25),
        ("What is the difference in length between Bb and Aa?", 3.25),
        ("How much do Aa and Bb differ in length?", 3.25),
        ("How many years older is Aa than Cc?", 17),
        ("What is the difference between the year of Aa and the year of Bb?", 12),
        ("How many years after Aa was Cc built?", 16),
    ],
)
def test_what_one_has_over_another(question: str, gap: float) -> None:
    best = LAB.ask(question).candidates[0]
    assert isinstance(best.program, Gap)
    assert execute(best.program, GRAPH).number == gap


@pytest.mark.parametrize(
    "question",
    [
        "How much longer is Cc than Aa?",
        "What is the difference in length between Aa and Cc?",
    ],
)
def test_nothing_is_taken_from_what_is_not_known(question: str) -> None:
    assert LAB.first(question) == set()


def test_dates_are_not_subtracted() -> None:
    found = LAB.ask("What is the difference in launched between Aa and Bb?").candidates
    launched = GRAPH.find_relation("launched")
    assert not any(isinstance(c.program, Gap) and c.program.step.relation == launched for c in found)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("How much longer is the Nile than the Rhine?", ("How much",)),
        ("How many more people live in Aa than in Bb?", ("How many",)),
        ("Who directed Irreconcilable Differences?", ()),
        ("How many boats are longer than Aa?", ()),
        ("How many people live in Aa?", ()),
        ("法国比德国大多少？", ("多少",)),
        ("氧比氢早发现几年？", ("几年",)),
        ("中国和印度的面积相差多少？", ("相差",)),
        ("法国的面积是多少？", ()),
        ("哪个国家比德国大？", ()),
    ],
)
def test_what_asks_for_a_gap(text: str, asked: tuple[str, ...]) -> None:
    assert tuple(text[cue.start : cue.end] for cue in find_gaps(text)) == asked


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("What is the number of boats?", True),
        ("number of boats", True),
        ("the largest number of boats", True),
        ("What is the phone number of the owner of Aa?", False),
        ("camera number of Aa", False),
    ],
)
def test_a_number_that_a_noun_names_is_not_counted(text: str, counts: bool) -> None:
    assert (COUNTING.search(text) is not None) is counts


def test_the_attribute_behind_a_first_place_is_not_what_is_asked_for() -> None:
    assert _lead("Which of the boats is longest by length?") > 0.4
    asked = _lead("What is the length of the longest of the boats?")
    assert asked < 0.4
    assert _lead("What is the length of the longest of the boats by Pia?") < asked + 0.3  # "by" may stand before a name


def _lead(question: str) -> float:
    """How far the boat that is longest leads over its length."""
    found = LAB.ask(question).candidates
    boat = max(c.alignment for c in found if isinstance(c.program, Top))
    told = [(c.program, c.alignment) for c in found]
    lengths = [score for program, score in told if isinstance(program, Follow) and _is_length_of_first(program)]
    return boat - max(lengths)


def _is_length_of_first(program: Follow) -> bool:
    return isinstance(program.source, Top) and program.step.relation == GRAPH.find_relation("length")


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("How many boats are there altogether?", 3),
        ("How many boats are there in total?", 3),
        ("What is the length of the boats altogether?", 21.75),
    ],
)
def test_how_many_there_are_altogether_is_no_sum(question: str, answer: float) -> None:
    assert execute(LAB.ask(question).candidates[0].program, GRAPH).number == answer


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Which boats have no bunks?", {"Bb"}),
        ("Which boats have no length?", {"Cc"}),
    ],
)
def test_none_is_0_where_some_have_0(question: str, answer: set[str]) -> None:
    assert LAB.first(question) == answer


def test_all_of_a_class_are_counted_not_listed() -> None:
    first, *others = LAB.ask("How many boats are there?").candidates
    assert isinstance(first.program, Count)
    (listed,) = (c for c in others if c.program == first.program.source)
    assert first.alignment - listed.alignment > COUNTED + COUNTS_ALL
