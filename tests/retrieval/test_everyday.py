"""Questions as people type them, over two small graphs of everyday work that nothing was trained on."""

from __future__ import annotations

import pytest

from kgqa import KGQA
from kgqa.types import Answer

SHOP = """
Pump A|is_a|water pump
Pump B|is_a|water pump
Pump C|is_a|water pump
Hull Works|is_a|supply firm
Kiel Works|is_a|supply firm
Ada Moor|is_a|technician
Ben Crow|is_a|technician
Ida Lund|is_a|technician
Germany|is_a|country
Portugal|is_a|country
Pump A|made by|Hull Works
Pump B|made by|Kiel Works
Pump C|made by|Kiel Works
Pump A|list price (EUR)|120
Pump B|list price (EUR)|90
Pump C|list price (EUR)|310
Pump A|cycle time seconds|40
Pump B|cycle time seconds|150
Pump C|cycle time seconds|700
Pump A|dishwasher safe|yes
Pump B|dishwasher safe|no
Pump C|dishwasher safe|yes
Hull Works|based in|Portugal
Kiel Works|based in|Germany
Kiel Works|led by|Ada Moor
Ada Moor|citizen of|Portugal
Ben Crow|citizen of|Germany
Ida Lund|citizen of|Portugal
Ada Moor|date of birth|1980-04-01
Ben Crow|date of birth|1975-02-11
Ada Moor|date of death|2020-01-09
Ben Crow|date of death|2021-03-02
Ida Lund|services|Pump A
Pump B|requires|Pump A
Pump C|requires|Pump A
"""
TEA = """
云雾茶|类型|茶叶
红梅茶|类型|茶叶
雪芽茶|类型|茶叶
江南省|类型|省份
北山省|类型|省份
听雨楼|类型|茶馆
望月楼|类型|茶馆
云雾茶|产地|江南省
红梅茶|产地|江南省
雪芽茶|产地|北山省
云雾茶|每斤价格|300
红梅茶|每斤价格|800
听雨楼|所在省份|江南省
望月楼|所在省份|北山省
听雨楼|座位数|80
望月楼|座位数|120
听雨楼|面积（平方米）|310
望月楼|面积（平方米）|95
李青|类型|茶师
周远|类型|茶师
李青|卒年|2001
李青|生年|1930
周远|生年|1940
"""


def system(text: str) -> KGQA:
    return KGQA.from_graph(_triples(text))


def _triples(text: str) -> list[tuple[str, str, str]]:
    return [(s, p, o) for s, p, o in (line.split("|") for line in text.strip().splitlines())]


@pytest.fixture(scope="module")
def shop() -> KGQA:
    return system(SHOP)


@pytest.fixture(scope="module")
def tea() -> KGQA:
    return system(TEA)


def labels(answer: Answer) -> set[str]:
    return {value.label for value in answer.values}


@pytest.mark.parametrize(
    ("question", "found"),
    [
        # A class by the last word of its name, where no class has that name.
        ("Which pumps are made by Kiel Works?", {"Pump B", "Pump C"}),
        ("How many pumps are there?", {"3"}),
        ("List all firms based in Germany", {"Kiel Works"}),
        # What superlatives mean, by a word within a longer name.
        ("What's the most expensive pump?", {"Pump C"}),
        ("cheapest pump?", {"Pump B"}),
        # Limits by the unit alone, of money and of time, in other units than the graph's.
        ("Which pumps cost less than 100 euros?", {"Pump B"}),
        ("pumps under 5 minutes", {"Pump A", "Pump B"}),
        # Values that say yes or no.
        ("Which pumps are not dishwasher safe?", {"Pump B"}),
        ("Is Pump C dishwasher safe?", {"true"}),
        # Adjectives of countries, in small letters too.
        ("number of portuguese technicians", {"2"}),
        # Which asks for those that have the relation, not for what the thing lacks.
        ("Which pumps name Pump A as required?", {"Pump B", "Pump C"}),
    ],
)
def test_english(shop: KGQA, question: str, found: set[str]) -> None:
    answer = shop.ask(question)
    assert labels(answer) == found, answer.words


@pytest.mark.parametrize(
    ("question", "found"),
    [
        # A province as people say it, without its rank.
        ("江南有哪些茶叶？", {"云雾茶", "红梅茶"}),
        ("江南的茶叶有几种？", {"2"}),
        ("哪种茶叶最贵？", {"红梅茶"}),
        ("听雨楼和望月楼，哪家的座位数更多？", {"望月楼"}),
        ("听雨楼是不是在江南省？", {"true"}),
        # An attribute without the unit that its name says.
        ("哪家茶馆面积最大？", {"听雨楼"}),
    ],
)
def test_chinese(tea: KGQA, question: str, found: set[str]) -> None:
    answer = tea.ask(question)
    assert labels(answer) == found, answer.words


@pytest.mark.parametrize(
    "question",
    ["When did Ida Lund die?", "When was Ida Lund born?", "What is the anthem of Germany?"],
)
def test_what_the_graph_does_not_say_is_not_said_surely(shop: KGQA, question: str) -> None:
    answer = shop.ask(question)
    assert not answer.values or answer.confidence < 0.5, (answer.words, answer.confidence)


def test_a_missing_year_of_death_is_no_year_of_birth(tea: KGQA) -> None:
    answer = tea.ask("周远是哪年去世的？")
    assert not answer.values
    assert labels(tea.ask("李青是哪年去世的？")) == {"2001"}


def test_a_name_that_the_graph_lacks_lowers_confidence(shop: KGQA) -> None:
    known, unknown = shop.ask("Which firm made Pump A?"), shop.ask("Which firm made the Zephyr?")
    assert labels(known) == {"Hull Works"}
    assert not unknown.values or unknown.confidence < known.confidence / 2


def test_nothing_steps_to_a_class_unasked(shop: KGQA) -> None:
    assert labels(shop.ask("What is Pump A?")) == {"water pump"}
    assert labels(shop.ask("What type is Pump A?")) == {"water pump"}
    answer = shop.ask("What do people call Pump A?")
    assert "water pump" not in labels(answer)
