"""Words of everyday questions: superlatives, limits, negations, yes or no, nouns that no relation is called by."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgqa.program.algebra import Comparison, Order
from kgqa.retrieval.cues import find_asked_outright, find_folds, find_gaps, find_negations
from kgqa.retrieval.limits import find_limits
from kgqa.retrieval.operator_words import find_extremes
from kgqa.retrieval.own_words import find_own
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
        ("the most densely populated state", Order.LARGEST, "density"),
        ("the least densely populated state", Order.SMALLEST, "density"),
        ("rivers that are not as long as the Rhine", Order.SMALLEST, "length"),
        ("countries that aren't as big as France", Order.SMALLEST, "area"),
        ("the tiniest state", Order.SMALLEST, "area"),
        ("who has been with us longer, Ann or Bob", Order.SMALLEST, "hire date"),
        ("who joined us most recently", Order.LARGEST, "hire date"),
        ("the newest member of the team", Order.LARGEST, "hire date"),
        ("Who placed the latest order?", Order.LARGEST, "date"),
        ("which came later, A or B", Order.LARGEST, "date"),
        ("which contract ends soonest", Order.SMALLEST, "date"),
        ("the lengthiest report", Order.LARGEST, "length"),
        ("our best-selling product", Order.LARGEST, "sold"),
        ("what sells best", Order.LARGEST, "units sold"),
        ("which stay brought in the most money", Order.LARGEST, "total"),
        ("who pays us best for milk", Order.LARGEST, "price"),
        ("what do we have the most of", Order.LARGEST, "quantity"),
        ("the steepest trail", Order.LARGEST, "slope"),
        ("the easiest route", Order.SMALLEST, "difficulty"),
        ("卖得最好的茶", Order.LARGEST, "销量"),
        ("最难的路线", Order.LARGEST, "难度"),
        ("Who was the first sponsor to sign?", Order.SMALLEST, "date"),
        ("第二便宜的车型", Order.SMALLEST, "价"),
        ("花蕾和车小虎谁来公司早", Order.SMALLEST, "date"),
        ("资历最浅的管家", Order.LARGEST, "入职"),
        ("最先到期的合同", Order.SMALLEST, "入职"),
        ("the city with the greatest number of inhabitants", Order.LARGEST, "population"),
        ("which mountain stands taller than all the others", Order.LARGEST, "height"),
        ("where do more people live than in any other city", Order.LARGEST, "population"),
        ("Who on the team has been here the longest?", Order.SMALLEST, "hire date"),
        ("Longest-serving member of staff?", Order.SMALLEST, "hire date"),
        ("Which hut was put up first?", Order.SMALLEST, "founding year"),
        ("when was it inspected last?", Order.LARGEST, "date"),
        ("东二厩岁数最大的马", Order.SMALLEST, "出生年份"),
        ("第二老的品牌是哪个", Order.SMALLEST, "founding year"),
        ("the widest boat", Order.LARGEST, "width"),
        ("哪条船最宽", Order.LARGEST, "宽"),
        ("which is quicker to play, Owlet or Pocket", Order.SMALLEST, "duration"),
        ("our longest-standing client", Order.SMALLEST, "hire date"),
        ("the eldest in the team", Order.SMALLEST, "date of birth"),
        ("who is the best paid of them", Order.LARGEST, "salary"),
        ("second strongest thing we make", Order.LARGEST, "abv"),
        ("the most distant object", Order.LARGEST, "distance"),
    ],
)
def test_superlatives(text: str, order: Order, hint: str) -> None:
    (found,) = find_extremes(text)
    assert found.order is order
    assert hint in found.hints


@pytest.mark.parametrize(
    ("text", "nth"),
    [
        ("the second site we ever opened", 2),
        ("the first person to join", 1),
        ("the third branch founded", 3),
        ("a third of the branches", None),
    ],
)
def test_ordinals_of_time(text: str, nth: int | None) -> None:
    assert [extreme.nth for extreme in find_extremes(text)] == ([nth] if nth else [])


def test_more_than_something_in_chinese() -> None:
    (found,) = find_extremes("雷诺的身高有没有超过将军？")
    assert (found.order, found.comparative, found.beside) == (Order.LARGEST, True, True)
    assert not find_extremes("人口超过100万的城市")


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
    ("text", "comparison", "number"),
    [
        ("states with exactly four rivers", Comparison.EQUAL, 4),
        ("books with just over 300 pages", Comparison.GREATER, 300),
        ("正好三个地铁站的街道", Comparison.EQUAL, 3),
        ("rooms with not more than 20 seats", Comparison.LESS_EQUAL, 20),
        ("roads that don't exceed 5 km", Comparison.LESS_EQUAL, 5),
        ("hills that never fall below 300 m", Comparison.GREATER_EQUAL, 300),
        ("lakes below sea level", Comparison.LESS, 0),
        ("films released only in 2004", Comparison.EQUAL, 2004),
    ],
)
def test_limits_before_the_number(text: str, comparison: Comparison, number: int) -> None:
    (limit,) = find_limits(text)
    assert limit.comparison is comparison
    assert limit.number.value == number
    assert limit.timed is ("released" in text)


@pytest.mark.parametrize("text", ["how far above sea level is Quito", "peaks of 3000 m above sea level"])
def test_from_where_a_height_is_taken_is_no_limit(text: str) -> None:
    assert not [limit for limit in find_limits(text) if limit.number.value == 0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("how many people live in all the states put together", "together"),
        ("if you add the two areas together, how much is that", "together"),
        ("add up the lengths of the rivers", "add up"),
        ("the films that X and Y made together", None),
        ("what do all of their orders come to", "come to"),
        ("所有单子加在一起收了多少钱", "加在一起"),
        ("一共接了几张急单", None),
    ],
)
def test_sums(text: str, said: str | None) -> None:
    assert [text[cue.start : cue.end] for cue in find_folds(text)] == ([said] if said else [])


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


@pytest.mark.parametrize("text", ["When is Ola Berg's birthday?", "her date of birth", "欧拉哪天生日"])
def test_a_birthday_is_asked_for_outright(text: str) -> None:
    (names,) = find_asked_outright(text)
    assert names.search("birth date")
    assert not names.search("hired on")


_HAN = "最 第 二 便宜 便 宜 早 比 更 哪个 谁 先 垫底 资历 浅 一 5 多少 差 超支 不 没 含 以后 月 年 吧 的 笔"
_LATIN = (
    "the most second dearest longer than who been joined last since May 2024 over 5 not by how much between and to "
    "nobody with five seats at least under a same another km kilos first sponsor sign of ? , ."
)


@given(st.lists(st.sampled_from(f"{_HAN} {_LATIN}".split()), max_size=14), st.sampled_from(("", " ")))
def test_any_run_of_such_words_is_read(words: list[str], between: str) -> None:
    text = between.join(words)
    found = [span for e in find_extremes(text) for span in e.spans] + [(b.start, b.end) for b in find_limits(text)]
    marks = (find_folds, find_negations, find_gaps, find_own)
    found += [(cue.start, cue.end) for find in marks for cue in find(text)]
    assert all(0 <= start <= end <= len(text) for start, end in found)
