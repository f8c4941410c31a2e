"""What a thing lacks is not answered by the next best thing that is known, and what it has is answered as ever."""

from __future__ import annotations

import pytest

from kgqa.program.algebra import Count
from kgqa.retrieval.lacking import LackedFacts
from tests.retrieval.toy import Lab, build, lines

STATES = ("Aa", "Bb", "Cc", "Dd")
GRAPH = build(
    [
        *lines("Aa borders Bb\nBb borders Aa\nBb borders Cc\nCc borders Bb\nBb continent Asia\nCc continent Asia"),
        *lines("Aa capital Xu\nBb capital Yo\nXu mayor Pia\nZa mayor Quy"),
    ],
    types={"State": STATES, "City": ("Xu", "Yo", "Za"), "Person": ("Pia", "Quy")},
    values=[
        *((state, "atomic weight", str(size), "integer") for state, size in zip(STATES, (16, 12, 4, 9), strict=True)),
        *((state, "atomic number", str(size), "integer") for state, size in zip(STATES[1:], (8, 6, 2), strict=True)),
        *((state, "latitude", str(size), "integer") for state, size in (("Bb", 70), ("Cc", 60))),
        *((state, "longitude", str(size), "integer") for state, size in zip(STATES, (5, 6, 7, 8), strict=True)),
    ],
)
LAB = Lab(GRAPH)
FACTS = lines("Bo parent Ann\nCy parent Bo\nBo child Cy\nDi parent Eve\nEve child Di\nEve home Lund\nAnn home Oslo")
BARE = Lab(build(FACTS))


@pytest.mark.parametrize(
    "question",
    [
        "What is the atomic number of Aa?",
        "What is the continent of Aa?",
        "Is the latitude of Aa larger than that of Bb?",
        "Which has the larger latitude, Aa or Bb?",
        "Which has the larger atomic number, Bb or Aa?",
        "Who is the mayor of Yo?",
        "Who is the mayor of the capital of Bb?",
    ],
)
def test_what_a_thing_of_a_class_lacks_is_not_answered(question: str) -> None:
    assert LAB.first(question) == set()


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What is the atomic number of Bb?", {"8"}),
        ("What is the atomic weight of Aa?", {"16"}),
        ("What is the continent of the borders of Aa?", {"Asia"}),
        ("Which has the larger latitude, Cc or Bb?", {"Bb"}),
        ("Who is the mayor of the capital of Aa?", {"Pia"}),
    ],
)
def test_what_is_known_is_answered(question: str, answer: set[str]) -> None:
    assert LAB.first(question) == answer


def test_without_classes_nothing_tells_what_a_thing_lacks() -> None:
    assert BARE.first("Who is the home of Cy?") != set()


def test_a_relation_that_says_the_same_the_other_way_stands_for_another() -> None:
    graph = build(FACTS)
    parent, child, home = (graph.find_relation(name) for name in ("parent", "child", "home"))
    lacked = LackedFacts(graph)
    assert lacked.repeats(parent, child)
    assert not lacked.repeats(home, child)


def test_what_each_has_one_of_is_not_counted_as_none() -> None:
    assert not isinstance(LAB.ask("How many capital does Cc have?").candidates[0].program, Count)


def test_what_another_thing_is_asked_for_is_not_lost() -> None:
    """The way to it is hardly said, but no other words say it."""
    graph = build(
        [
            *((one, "old family mother", other) for one, other in (("Ann", "Bea"), ("Bea", "Cia"), ("Dot", "Eve"))),
            *(("Bea", "spouse", "Cal"), ("Dot", "spouse", "Dan"), ("Eve", "spouse", "Eli")),
        ],
        types={"Person": ("Ann", "Bea", "Cia", "Dot", "Eve", "Cal", "Dan", "Eli")},
    )
    assert Lab(graph).first("Who is the spouse of the mother of Ann?") == {"Cal"}
    assert Lab(graph).first("Who is the spouse of Ann?") == set()
