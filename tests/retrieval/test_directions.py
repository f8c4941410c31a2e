"""The direction of a verb between like things, told by the order of words."""

from __future__ import annotations

import pytest

from kgqa.retrieval.directions import says_inverse
from kgqa.retrieval.question import QuestionView
from kgqa.types import Mention
from tests.retrieval.toy import Lab, build

FACTS = [
    ("Bob", "knows", "Ann"),
    ("Ann", "knows", "Carl"),
    ("Dora", "manages", "Ann"),
    ("Ann", "manages", "Erik"),
    ("Iris", "teaches", "Ann"),
    ("Ann", "teaches", "Jo"),
    ("Ann", "parent", "Hal"),
    ("Gil", "parent", "Ann"),
    ("安", "认识", "卡尔"),
    ("鲍勃", "认识", "安"),
    ("朵拉", "管理", "安"),
    ("安", "管理", "埃里克"),
]
PEOPLE = tuple(sorted({name for subject, _, obj in FACTS for name in (subject, obj)}))
QUESTIONS = [
    ("Who knows Ann?", {"Bob"}),
    ("Whom does Ann manage?", {"Erik"}),
    ("Ann knows whom?", {"Carl"}),
    ("people who know Ann", {"Bob"}),
    ("people that Ann manages", {"Erik"}),
    ("Who does Ann manage?", {"Erik"}),
    ("Who manages Ann?", {"Dora"}),
    ("Who is managed by Ann?", {"Erik"}),
    ("Who is Ann managed by?", {"Dora"}),
    ("By whom is Ann managed?", {"Dora"}),
    ("Who is the parent of Ann?", {"Hal"}),
    ("谁认识安？", {"鲍勃"}),
    ("安认识谁？", {"卡尔"}),
    ("安被谁管理？", {"朵拉"}),
    ("谁被安管理？", {"埃里克"}),
    ("管理安的人是谁？", {"朵拉"}),
    ("安管理的人是谁？", {"埃里克"}),
]


@pytest.mark.parametrize("types", [None, {"Person": PEOPLE}])
@pytest.mark.parametrize(("question", "found"), QUESTIONS)
def test_the_order_of_words_tells_who_does_what(
    types: dict[str, tuple[str, ...]] | None, question: str, found: set[str]
) -> None:
    assert Lab(build(FACTS, types=types)).first(question) == found


@pytest.mark.parametrize(
    ("question", "name", "inverse"),
    [
        ("Who manages Ann?", "managed by", False),
        ("Who does Ann manage?", "managed by", True),
        ("Who taught Ann?", "teaches", True),
        ("Who works for Ann?", "works for", True),
        ("Who does Ann work for?", "works for", False),
        ("Who is the mother of Ann?", "mother of", True),
        ("Ann is the mother of whom?", "mother of", False),
        ("Who is the parent of Ann?", "parent", None),
        ("Who is the manager of Ann?", "manages", None),
        ("Who lives with Ann?", "manages", None),
    ],
)
def test_voice_and_prepositions(question: str, name: str, inverse: bool | None) -> None:
    at = question.index("Ann")
    assert says_inverse(QuestionView(question), Mention(at, at + 3, "Ann"), name) is inverse


@pytest.mark.parametrize("question", ["Which states borders Aa?", "Which states does Aa borders?"])
def test_a_relation_told_both_ways_has_no_direction(question: str) -> None:
    facts = [("Aa", "borders", "Bb"), ("Bb", "borders", "Aa"), ("Cc", "borders", "Bb"), ("Bb", "borders", "Cc")]
    lab = Lab(build(facts, types={"State": ("Aa", "Bb", "Cc")}), names={"states": "State"})
    best = lab.ask(question).candidates[0]
    assert lab.ids(best) == {"Bb"}
    assert best.alignment > 0
    excepted = lab.ask("Which states not borders Aa?").candidates[0]
    assert lab.ids(excepted) == {"Aa", "Cc"}
