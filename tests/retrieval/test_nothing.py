"""Readings that come to nothing: chosen where things of such a kind have such facts, and only there."""

from __future__ import annotations

import pytest

from kgqa.program import execute
from kgqa.program.algebra import Contains, Count, Exists
from tests.retrieval.toy import Lab, build

BORDERS = [("Aa", "Bb"), ("Bb", "Aa"), ("Bb", "Cc"), ("Cc", "Bb")]
RIVERS = {"Roe": ("Aa", "Bb"), "Sen": ("Bb",)}
AREA = {"Aa": 300, "Bb": 100, "Cc": 200, "Dd": 900}
POPULATION = {"Aa": 10, "Bb": 20, "Cc": 80, "Dd": 40}
GRAPH = build(
    [
        *((one, "borders", other) for one, other in BORDERS),
        *((river, "crosses", state) for river, states in RIVERS.items() for state in states),
        ("Aa", "capital", "Xu"),
        ("Bb", "capital", "Yo"),
        ("Cc", "capital", "Za"),
    ],
    types={"State": tuple(AREA), "River": tuple(RIVERS), "City": ("Xu", "Yo", "Za")},
    values=[
        *((state, "area", str(size), "integer") for state, size in AREA.items()),
        *((state, "population", str(size), "integer") for state, size in POPULATION.items()),
        ("Roe", "length", "70", "integer"),
        ("Sen", "length", "20", "integer"),
        ("Xu", "population", "5", "integer"),
    ],
)
NAMES = {
    "states": "State",
    "state": "State",
    "rivers": "River",
    "river": "River",
}
LAB = Lab(GRAPH, names=NAMES)


@pytest.mark.parametrize(
    "question",
    [
        "Which states borders Dd?",
        "Which rivers crosses Dd?",
        "Which rivers are in Cc?",
        "What is the shortest river in Cc?",
        "Which rivers are in the largest state?",
        "Which states borders the largest state?",
        "Which states have a population over 500?",
        "Which rivers in Bb have a length over 90?",
        "Which rivers crosses Aa with a length below 20?",
    ],
)
def test_what_no_fact_says_is_read_as_nothing(question: str) -> None:
    assert LAB.first(question) == set()


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("How many states borders Dd?", 0),
        ("How many states borders Bb?", 2),
        ("How many rivers are there in Cc?", 0),
        ("How many rivers are there in Bb?", 2),
        ("How many states borders the largest state?", 0),
        ("How many states have a population over 500?", 0),
    ],
)
def test_a_count_may_be_nought(question: str, number: int) -> None:
    program = LAB.ask(question).candidates[0].program
    assert isinstance(program, Count)
    assert execute(program, GRAPH).number == number


@pytest.mark.parametrize(
    "question", ["Is Dd borders Aa?", "Is there any river that crosses Dd?", "Is there a state with an area over 999?"]
)
def test_a_test_of_nothing_is_denied(question: str) -> None:
    assert execute(LAB.ask(question).candidates[0].program, GRAPH).boolean is False


def test_existence_is_asked_of_the_class_that_is_named() -> None:
    """A name in the question is no answer to "is there a", and other things that lead there are not asked for."""
    for question in ("Is there a state that borders Bb?", "Are there rivers that crosses Bb?"):
        program = LAB.ask(question).candidates[0].program
        assert isinstance(program, Exists)
        assert execute(program, GRAPH).boolean is True
        assert not any(isinstance(c.program, Contains) for c in LAB.ask(question).candidates)


def test_things_that_never_have_such_facts_are_not_read_so() -> None:
    assert all(LAB.ids(c) for c in LAB.ask("Which states borders Roe?").candidates)


@pytest.mark.parametrize(
    "question", ["Which states adjoin Bb?", "What are the neighboring states of Bb?", "Bb 与哪些 states 相邻?"]
)
def test_neighbours_are_what_borders(question: str) -> None:
    assert LAB.first(question) == {"Aa", "Cc"}


def test_a_thing_lacks_what_others_of_its_kind_have() -> None:
    """Neither class nor operator is said: the paths from the thing are not all that there is."""
    assert LAB.first("What is the capital of Dd?") == set()
    assert LAB.first("What is the capital of Aa?") == {"Xu"}


def test_what_no_thing_of_the_kind_has_is_not_read_as_nothing() -> None:
    assert all(LAB.ids(c) for c in LAB.ask("What is the capital of Roe?").candidates)


def test_a_value_that_is_not_known_is_not_counted() -> None:
    """Of a population that the graph lacks there are not 0."""
    candidates = LAB.ask("How many population does Yo have?").candidates
    assert set() in [LAB.ids(c) for c in candidates if not isinstance(c.program, Count)]
    assert not [c for c in candidates if isinstance(c.program, Count) and not LAB.ids(c)]
