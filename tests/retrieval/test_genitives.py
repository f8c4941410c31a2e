"""Chains of genitives: how many steps they take, and that retrieval prefers readings which take them all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgqa.retrieval.build import build_matcher
from kgqa.retrieval.genitives import chained
from kgqa.types import Mention
from tests.retrieval.toy import WordEncoder, build, lines

GRAPH = build(lines("Ann mother Bea\nAnn birthplace Lund\nBea sister Cia"))
MATCHER = build_matcher(GRAPH, WordEncoder())
NOUN = st.sampled_from(["mother", "sister", "home town", "other half", "boss"])


def steps(text: str, *kinds: str) -> int:
    start = text.index("Ann")
    return chained(text, Mention(start, start + 3, "Ann"), MATCHER, kinds)


@given(st.lists(NOUN, max_size=3), st.lists(NOUN, max_size=3), st.sampled_from(["", "What is ", "who's the ", "the "]))
def test_every_noun_of_a_chain_is_a_step(before: list[str], after: list[str], opening: str) -> None:
    text = opening + "".join(f"{noun} of the " for noun in before) + "Ann" + "".join(f" 's {noun}" for noun in after)
    assert steps(f"{text} ?") == len(before) + len(after)


@pytest.mark.parametrize(
    "question",
    [
        "Who wrote the diary of Ann?",
        "What is the name that the mother of Ann took?",
        "Ann sister",
        "the mother of Ann in Lund",
        "mothers and sisters of Ann",
    ],
)
def test_other_questions_are_no_chains(question: str) -> None:
    assert steps(question) == 0


def test_a_word_for_a_class_is_no_step() -> None:
    assert steps("the mayor of the city of Ann") == 2
    assert steps("the mayor of the city of Ann", "city") == 1


def test_a_noun_with_of_in_it_is_one() -> None:
    graph = build([("Ann", "place of birth", "Lund")])
    matcher = build_matcher(graph, WordEncoder())
    text = "the place of birth of Ann"
    assert chained(text, Mention(22, 25, "Ann"), matcher) == 1
    assert steps(text) == 2
