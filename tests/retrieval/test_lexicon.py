"""Words of everyday questions: superlatives, limits, negations, yes or no, nouns that no relation is called by."""

from __future__ import annotations

import pytest

from kgqa.program.algebra import Comparison, Order
from kgqa.retrieval.cues import find_negations
from kgqa.retrieval.limits import find_limits
from kgqa.retrieval.operator_words import find_extremes
from kgqa.retrieval.question import Asked, QuestionView


@pytest.mark.parametrize(
    ("text", "order", "hint"),
    [
        ("What's the busiest station?", Order.LARGEST, "passengers"),
        ("the most expensive product", Order.LARGEST, "price"),
        ("the least expensive product", Order.SMALLEST, "price"),
        ("the highest-rated hotel", Order.LARGEST, "rating"),
        ("Which was founded first, Rome or Athens?", Order.SMALLEST, "founding year"),
        ("哪个展览来的人最少？", Order.SMALLEST, "人数"),
        ("哪种茶最便宜", Order.SMALLEST, "价"),
        ("甲和乙，哪家贵？", Order.LARGEST, "价"),
    ],
)
def test_superlatives(text: str, order: Order, hint: str) -> None:
    (found,) = find_extremes(text)
    assert found.order is order
    assert hint in found.hints


def test_at_first_is_no_superlative() -> None:
    assert not find_extremes("the first president of France")


@pytest.mark.parametrize(
    ("text", "comparison"),
    [
        ("wines that scored 96 points or more", Comparison.GREATER_EQUAL),
        ("rooms with 20 seats or fewer", Comparison.LESS_EQUAL),
        ("films of 1990 and later", Comparison.GREATER_EQUAL),
    ],
)
def test_limits_behind_the_number(text: str, comparison: Comparison) -> None:
    assert comparison in {limit.comparison for limit in find_limits(text)}


@pytest.mark.parametrize(
    ("text", "asked", "negated"),
    [
        ("邓凯会不会Go？", Asked.YES_NO, False),
        ("她上过培训没有？", Asked.YES_NO, False),
        ("林奎斯特是不是学生？", Asked.YES_NO, False),
        ("哪些国家没有海岸线？", Asked.ANYTHING, True),
        ("哪些茶不是绿茶？", Asked.ANYTHING, True),
    ],
)
def test_chinese_asks_yes_or_no_by_a_negation(text: str, asked: Asked, *, negated: bool) -> None:
    assert QuestionView(text).asked is asked
    assert bool(find_negations(text)) is negated


def test_people_are_counted_and_population_is_not() -> None:
    assert QuestionView("移动应用部一共多少人？").counting
    assert not QuestionView("首都是开罗的国家有多少人口？").counting
    assert not QuestionView("展厅有多少平米").counting
