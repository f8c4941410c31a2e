"""A step between things of one kind, taken twice or three times."""

from __future__ import annotations

import pytest

from kgqa.program import execute
from kgqa.program.algebra import Follow
from kgqa.retrieval.cues import find_ladders
from tests.retrieval.toy import Lab, build, lines

STAFF = ("Ann", "Bob", "Cec", "Dot", "Eve")
GRAPH = build(
    lines(
        "Bob boss Ann\nCec boss Bob\nDot boss Cec\nEve boss Cec\nAnn office Rome\nBob office Oslo\n"
        "Ann cousin Eve\nRome twin Oslo\nOslo twin Lima"
    ),
    types={"Person": STAFF, "City": ("Rome", "Oslo", "Lima")},
    values=[],
)
LAB = Lab(GRAPH)


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Who is two levels above Dot?", {"Bob"}),
        ("Who is three levels above Dot by boss?", {"Ann"}),
        ("Who is Cec's chief's chief?", {"Ann"}),
        ("Who is two rungs below Bob?", {"Dot", "Eve"}),
        ("What is two places on from Rome?", {"Lima"}),
    ],
)
def test_a_step_taken_again(question: str, found: set[str]) -> None:
    candidates = [c for c in LAB.ask(question).candidates if isinstance(c.program, Follow)]
    yielded = [{GRAPH.label(n) for n in execute(c.program, GRAPH).nodes.tolist()} for c in candidates[:3]]
    assert found in yielded


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("who sits two rungs below Ann", "two rungs below"),
        ("BW-2 is a redo of a redo", "redo of a redo"),
        ("grandpups of Juniper", "grandpups"),
        ("江培往下数两级都有谁", "往下数两级"),
        ("卫长风下面隔一级的是哪些人", "下面隔一级的"),
    ],
)
def test_words_for_a_step_taken_again(text: str, words: str) -> None:
    assert [text[cue.start : cue.end] for cue in find_ladders(text)] == [words]


@pytest.mark.parametrize(
    "text",
    [
        "a grand piano",
        "grandeur",
        "two of the people",
        "the boss's office",
        "张三的上级是谁",
        "二级医院有哪些",
        "name two places in Rome",
        "two steps",
        "上海的公司",
        "一级教师",
    ],
)
def test_no_step_taken_again(text: str) -> None:
    assert find_ladders(text) == ()
