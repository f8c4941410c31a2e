"""Comparisons and first places whose attribute is named: what is larger than what, and how many are wanted."""

from __future__ import annotations

import pytest

from kgqa.program.algebra import Aggregation, Order
from kgqa.retrieval.cues import find_folds
from kgqa.retrieval.limits import find_limits
from kgqa.retrieval.operator_words import find_extremes
from kgqa.retrieval.question import COUNTING


@pytest.mark.parametrize(
    ("text", "beside", "words"),
    [
        ("Which isles are larger than Ara?", True, ("larger than",)),
        ("Which isles have a larger population than Ara?", True, ("larger", "than")),
        ("Which isles have a higher population density than Ara?", True, ("higher", "than")),
        ("Which isles have a population larger than Ara?", True, ("larger than",)),
        ("Which is larger, Ara or Bel?", False, ("larger",)),
        ("Which isle is larger of those no smaller in area, population, height, rain and wind than Ara?", False, ()),
    ],
)
def test_what_is_compared_with_may_stand_behind_the_attribute(text: str, beside: bool, words: tuple[str, ...]) -> None:
    first = find_extremes(text)[0]
    assert first.beside is beside
    assert not words or tuple(text[start:end] for start, end in first.spans) == words


@pytest.mark.parametrize(
    ("text", "k"),
    [
        ("What are the five isles with the largest area?", 5),
        ("List the 3 isles of the north that have the highest population", 3),
        ("Which two isles have the largest population?", 2),
        ("What are the five largest isles?", 5),
        ("Which isles with two harbours have the largest area?", 1),
        ("What is the isle with the largest area?", 1),
    ],
)
def test_how_many_are_wanted_may_stand_before_their_name(text: str, k: int) -> None:
    (found,) = find_extremes(text)
    assert (found.k, found.order) == (k, Order.LARGEST)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("isles whose height is between 1.9 and 6.9", 1.9, 6.9),
        ("Which isles have an area between 240000 and 450,000?", 240_000, 450_000),
        ("isles founded between 1945 and 1950.", 1945, 1950),
    ],
)
def test_a_span_ends_where_its_number_ends(text: str, low: float, high: float) -> None:
    span = next(limit for limit in find_limits(text) if limit.upper is not None)
    assert (float(span.number.value), float(span.upper or 0)) == (low, high)


@pytest.mark.parametrize(
    ("text", "k", "order"),
    [
        ("面积最小的前十个岛有哪些？", 10, Order.SMALLEST),
        ("面积最大的五个岛是哪些？", 5, Order.LARGEST),
        ("面积前三的岛是哪些？", 3, Order.LARGEST),
    ],
)
def test_how_many_are_wanted_in_chinese(text: str, k: int, order: Order) -> None:
    (found,) = find_extremes(text)
    assert (found.k, found.order) == (k, order)


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("一共有多少组织？", True),
        ("法国有多少邻国？", True),
        ("法国有多少人口？", False),
        ("法国的人口是多少？", False),
    ],
)
def test_things_are_counted_without_a_measure_word(text: str, counts: bool) -> None:
    assert (COUNTING.search(text) is not None) is counts


@pytest.mark.parametrize(
    ("text", "sums"), [("欧洲国家的总人口是多少？", True), ("法国的总统是谁？", False), ("法国的总理是谁？", False)]
)
def test_a_total_is_no_title(text: str, sums: bool) -> None:
    assert any(cue.aggregation is Aggregation.SUM for cue in find_folds(text)) is sums
