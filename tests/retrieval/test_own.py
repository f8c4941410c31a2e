"""Two attributes of one thing held against each other, by the words that do so."""

from __future__ import annotations

from pathlib import Path

import pytest

from kgqa import KGQA
from kgqa.program import execute
from kgqa.program.algebra import Comparison, GapOwn, WhereOwn
from kgqa.retrieval.own_words import find_own
from tests.retrieval.toy import Lab, build, lines

JOBS = ("Aa", "Bb", "Cc", "Dd")
GRAPH = build(
    lines("Aa opener Pia\nBb opener Pia\nCc opener Quy\nAa closer Pia\nBb closer Quy\nCc closer Quy"),
    types={"jobs": JOBS, "Person": ("Pia", "Quy")},
    values=[
        *((job, "quoted price", n, "integer") for job, n in zip(JOBS, ("100", "250", "90", "70"), strict=True)),
        *((job, "final price", n, "integer") for job, n in zip(JOBS, ("130", "240", "90", "65"), strict=True)),
        *((job, "floors", n, "integer") for job, n in zip(JOBS, ("1", "2", "3", "4"), strict=True)),
        *((job, "promised date", f"2024-05-0{n}", "date") for job, n in zip(JOBS, "1234", strict=True)),
        *((job, "delivered date", f"2024-05-0{n}", "date") for job, n in zip(JOBS, "1533", strict=True)),
    ],
)
LAB = Lab(GRAPH)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Which jobs had a final price over the quoted price?", {"Aa"}),
        ("Which jobs had a final price above their quoted price?", {"Aa"}),
        ("jobs with a final price lower than the quoted price", {"Bb", "Dd"}),
        ("Which jobs were delivered later than promised?", {"Bb"}),
        ("Which jobs were delivered earlier than promised?", {"Dd"}),
        ("jobs that were handed over later than we had promised", {"Bb"}),
        ("Which jobs have the same opener and closer?", {"Aa", "Cc"}),
        ("Which jobs have a different opener and closer?", {"Bb"}),
    ],
)
def test_those_of_which_one_attribute_is_more_than_another(question: str, answer: set[str]) -> None:
    best = next(c for c in LAB.ask(question).candidates if isinstance(c.program, WhereOwn))
    assert {GRAPH.label(n) for n in execute(best.program, GRAPH).nodes.tolist()} == answer
    assert LAB.first(question) == answer


@pytest.mark.parametrize(
    ("question", "gap"),
    [
        ("How much is the final price of Aa over the quoted price?", 30),
        ("What is the difference between the quoted price and the final price of Bb?", 10),
        ("By how much did the final price of Dd fall below its quoted price?", 5),
    ],
)
def test_how_far_two_attributes_are_apart(question: str, gap: float) -> None:
    gaps = [c for c in LAB.ask(question).candidates[:3] if isinstance(c.program, GapOwn)]
    assert [execute(c.program, GRAPH).number for c in gaps[:1]] == [gap]


def test_a_price_is_held_against_no_number_of_floors() -> None:
    floors = GRAPH.find_relation("floors")
    for question in (
        "Which jobs had a final price over the floors?",
        "By how much is the final price of Aa over floors?",
    ):
        programs = [part for c in LAB.ask(question).candidates for part in c.program.walk()]
        own = [p for p in programs if isinstance(p, WhereOwn | GapOwn)]
        assert not any(floors in (p.step.relation, p.other.relation) for p in own)


@pytest.mark.parametrize(
    ("text", "comparison"),
    [
        ("jobs over budget", Comparison.GREATER),
        ("orders that took longer than we said", Comparison.GREATER),
        ("fewer pairs than the reorder point", Comparison.LESS),
        ("set by one teacher and marked by another", Comparison.NOT_EQUAL),
        ("finished on time", Comparison.EQUAL),
        ("超支的项目", Comparison.GREATER),
        ("库存低于补货线的商品", Comparison.LESS),
        ("借车和还车不是同一家店的", Comparison.NOT_EQUAL),
    ],
)
def test_words_that_hold_two_against_each_other(text: str, comparison: Comparison) -> None:
    assert comparison in [cue.comparison for cue in find_own(text)]


@pytest.mark.parametrize("text", ["jobs over 500", "more than 20 floors", "who owns Aa", "超过5公里", "before 1900"])
def test_a_number_is_a_limit_and_no_attribute(text: str) -> None:
    assert find_own(text) == ()


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Which jobs were late?", {"Bb"}),
        ("Which jobs came in early?", {"Dd"}),
        ("Was Bb late?", True),
        ("Was Aa late?", False),
    ],
)
def test_what_should_be_is_known_by_its_name(question: str, answer: object) -> None:
    best = LAB.ask(question).candidates[0].program
    found = execute(best, GRAPH)
    assert (found.boolean if isinstance(answer, bool) else set(map(GRAPH.label, found.nodes.tolist()))) == answer


def test_arsenic_has_a_boiling_point_below_its_melting_point() -> None:
    elements = KGQA.from_graph(Path(__file__).parents[2] / "graphs/elements.ttl")
    answer = elements.ask("Which elements have a boiling point below their melting point?")
    assert [value.label for value in answer.values] == ["Arsenic"]
    assert "30 of 118 have no boiling point" in str(answer.words)
