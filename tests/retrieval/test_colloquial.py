"""Counts, units, limits, namesakes and places as people speak of them, over graphs that nothing was trained on."""

from __future__ import annotations

import pytest

from kgqa import KGQA
from kgqa.config import Config, RetrievalConfig
from kgqa.types import Answer

PATIENT = Config(retrieval=RetrievalConfig(budget_ms=60_000.0))
"""A busy machine must not end the search."""
LANDS = """
Ash|type|state
Birch|type|state
Cedar|type|state
Ash|in_country|usa
Birch|in_country|usa
Cedar|in_country|usa
Ash|borders|Birch
Birch|borders|Ash
Birch|borders|Cedar
Cedar|borders|Birch
Ash|highest_point|Mount Tip
Birch|highest_point|Mount Top
Cedar|highest_point|Low Hill
Mount Tip|elevation|900
Mount Top|elevation|2100
Low Hill|elevation|120
Mount Tip|type|place
Mount Top|type|place
Low Hill|type|place
Grey Peak|type|mountain
Blue Peak|type|mountain
Grey Peak|altitude|5200
Blue Peak|altitude|3100
Mere Lake|type|lake
Far Lake|type|lake
Mere Lake|in_state|Ash
Mere Lake|in_state|Birch
Far Lake|in_state|Ash
Ash|population|300
Ash|area|77
Birch|area|88
Birch|population|500
Cedar|population|1000
Ash|lowest_elevation|-20
Birch|lowest_elevation|40
Cedar|lowest_elevation|10
Ash|highest_elevation|900
Birch|highest_elevation|2100
Cedar|highest_elevation|120
"""
HOMES = """
甲苑1号|类型|房源
甲苑2号|类型|房源
甲苑3号|类型|房源
甲苑1号|挂牌价(万元)|90
甲苑2号|挂牌价(万元)|210
甲苑3号|挂牌价(万元)|350
甲苑1号|所属小区|甲苑
甲苑2号|所属小区|甲苑
甲苑3号|所属小区|乙苑
甲苑|类型|小区
乙苑|类型|小区
甲苑|物业费(元)|2
乙苑|物业费(元)|5
王强|类型|员工
李敏|类型|员工
赵云飞|类型|员工
李敏|直接上级|王强
赵云飞|直接上级|李敏
大象|类型|动物
小鹿|类型|动物
大象|体重kg|4000
小鹿|体重kg|60
"""


def system(text: str) -> KGQA:
    rows = (line.split("|") for line in text.strip().splitlines())
    return KGQA.from_graph([(s, p, o) for s, p, o in rows], config=PATIENT)


@pytest.fixture(scope="module")
def lands() -> KGQA:
    return system(LANDS)


@pytest.fixture(scope="module")
def homes() -> KGQA:
    return system(HOMES)


def labels(answer: Answer) -> set[str]:
    return {value.label for value in answer.values}


@pytest.mark.parametrize(
    ("question", "found"),
    [
        # A country by what people call it, and the highest of many highest points.
        ("what is the highest point in the us", {"Mount Top"}),
        ("Which states are in America?", {"Ash", "Birch", "Cedar"}),
        ("what is the highest point", {"Mount Top"}),
        ("what is the elevation of the highest point in the us", {"2100"}),
        ("what is the highest spot in Ash", {"Mount Tip"}),
        # Each highest point, where they are asked for.
        ("what are the highest points of the states that border Birch", {"Mount Tip", "Low Hill"}),
        # What "highest" means of mountains, though "highest elevation" is the name of something else.
        ("Which mountain is the highest?", {"Grey Peak"}),
        ("which mountains are higher than 5000 meters", {"Grey Peak"}),
        # A measure, and no count.
        ("how many square km is Ash", {"77"}),
        ("how many meters high is Mount Tip", {"900"}),
        ("how many states are next to Birch", {"2"}),
        # A comparison that is turned.
        ("which states are not as populous as Birch", {"Ash"}),
        # A number of things, to the one.
        ("which states border exactly two states", {"Birch"}),
        ("which states border only one other state", {"Ash", "Cedar"}),
        # A limit within the words of a relation's own superlative.
        ("in which states is the highest point above 800 meters", {"Ash", "Birch"}),
        ("which states never rise above 900 meters", {"Ash", "Cedar"}),
        ("which states dip below sea level", {"Ash"}),
        # A sum.
        ("how many people live in all the states put together", {"1800"}),
        # What both have.
        ("what lake do Ash and Birch share", {"Mere Lake"}),
        # All states but those.
        ("which states do not border Ash", {"Ash", "Cedar"}),
    ],
)
def test_english(lands: KGQA, question: str, found: set[str]) -> None:
    answer = lands.ask(question)
    assert labels(answer) == found, answer.words


@pytest.mark.parametrize(
    ("question", "found"),
    [
        # Money in units of ten thousand, with and without a unit, and limits that negate.
        ("挂牌价100万以内的房源有哪些？", {"甲苑1号"}),
        ("挂牌价超过300万元的房源", {"甲苑3号"}),
        ("挂牌价不超过210万的房源", {"甲苑1号", "甲苑2号"}),
        # A unit joined to the name.
        ("体重超过一吨的动物有哪些？", {"大象"}),
        # Counted by other measure words; "which" is no count.
        ("甲苑一共有几套房源？", {"2"}),
        # Whose place is above.
        ("王强的下属是谁？", {"李敏"}),
        # A bare adjective between two.
        ("甲苑跟乙苑，哪个物业费高？", {"乙苑"}),
    ],
)
def test_chinese(homes: KGQA, question: str, found: set[str]) -> None:
    answer = homes.ask(question)
    assert labels(answer) == found, answer.words


BOATS = """
Molly|type|boat
Rasmus|type|boat
Molly|skipper|Eva Lind
Rasmus|skipper|Jon Berg
Eva Lind|type|employee
Jon Berg|type|employee
Tom Reed|type|employee
Ann Vik|type|employee
Eva Lind|supervisor|Jon Berg
Tom Reed|supervisor|Eva Lind
Ann Vik|supervisor|Eva Lind
Tom Reed|mentored by|Ann Vik
"""


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Eva Lind's subordinates?", {"Tom Reed", "Ann Vik"}),
        ("who are Eva Lind's direct reports", {"Tom Reed", "Ann Vik"}),
        ("who does Tom Reed answer to", {"Eva Lind"}),
        ("who trained Tom Reed?", {"Ann Vik"}),
        ("who is in charge of Molly?", {"Eva Lind"}),
    ],
)
def test_nouns_known_to_mean_a_relation_by_another_name_are_no_strange_ones(question: str, found: set[str]) -> None:
    answer = system(BOATS).ask(question)
    assert labels(answer) == found, (answer.words, answer.confidence)


FARMS = """
Hazel Farm|type|farm
Brook Farm|type|farm
Top Farm|type|farm
Hazel Farm|hectares|120
Brook Farm|hectares|45
Top Farm|hectares|310
Hazel Farm|owner|Joan Pike
Brook Farm|owner|Sam Ode
Top Farm|owner|Joan Pike
Joan Pike|type|farmer
Sam Ode|type|farmer
Rust|type|tractor
Bluebell|type|tractor
Old Tom|type|tractor
Rust|kept at|Hazel Farm
Bluebell|kept at|Top Farm
Old Tom|kept at|Top Farm
Rust|horsepower|95
Bluebell|horsepower|150
Old Tom|horsepower|48
"""


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("how many hectares does Joan Pike own altogether", {"430"}),
        ("which tractors are not as powerful as Rust", {"Old Tom"}),
        ("which farms have exactly two tractors", {"Top Farm"}),
        ("which farm has no tractor", {"Brook Farm"}),
        ("how old is Bluebell", set()),
    ],
)
def test_farms(question: str, found: set[str]) -> None:
    answer = system(FARMS).ask(question)
    assert labels(answer) == found, (answer.words, answer.confidence)


def test_all_of_a_class_is_no_answer_where_more_is_said() -> None:
    boats = system(BOATS)
    assert len(boats.ask("list all employees").values) == 4
    assert not boats.ask("which employees juggle burning torches").values


def test_the_word_for_a_class_is_no_part_of_a_name() -> None:
    towns = system("Mexico City|type|city\nQuebec City|type|city\nMexico City|population|9\nQuebec City|population|1")
    links = {link.label for link in towns.ask("how many people live in the largest city").links}
    assert "city" in links
    assert not links & {"Mexico City", "Quebec City"}


def test_the_us_is_a_country_and_us_is_no_name(lands: KGQA) -> None:
    assert "usa" in {link.label for link in lands.ask("which states lie in the us").links}
    assert "usa" not in {link.label for link in lands.ask("tell us which states border Ash").links}


@pytest.mark.parametrize("question", ["When was Mount Tip born?", "What is the phone number of Ash?"])
def test_words_that_mean_one_thing_only_are_not_read_as_another(lands: KGQA, question: str) -> None:
    answer = lands.ask(question)
    assert not answer.values, (answer.words, answer.confidence)
