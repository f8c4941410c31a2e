"""The words of made questions, in English and Chinese."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

Forms = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Adjective:
    """What is said of things that have more or less of an attribute, comparative and superlative."""

    more: str
    most: str
    less: str
    least: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Templates:
    """Templates of one language.

    r, q : relations. x, y : names. c, d : classes, {one} and {many} for singular and plural sets. m : an attribute.
    a, b : parts. v, w : values. k : a number. most, more : as `extremes` and `adjectives` give them.
    extremes : for (largest, smallest) of numbers and of times, (comparative, superlative) each. large : how a number of
    some size is said in units of another. foreign : what many things have, for questions that a graph can't answer.
    """

    along: Forms
    against: Forms
    asks: Forms
    asks_who: Forms
    asks_back: Forms
    has: Forms
    is_of: Forms
    counts: Forms
    counts_back: Forms
    shared: Forms
    same: Forms
    tests: Forms
    largest: Forms
    smallest: Forms
    things: Forms
    narrowed: Forms
    narrowed_of: Forms
    vague: Forms
    either: Forms
    except_: Forms
    except_of: Forms
    except_other: Forms
    unlike: Forms
    unlike_of: Forms
    flagged: Forms
    not_flagged: Forms
    flag_test: Forms
    above: Forms
    below: Forms
    after: Forms
    before: Forms
    between: Forms
    between_years: Forms
    limit_test_above: Forms
    limit_test_below: Forms
    beside: Forms
    beside_adjective: Forms
    compare: Forms
    compare_adjective: Forms
    choice: Forms
    choice_adjective: Forms
    first: Forms
    first_adjective: Forms
    first_k: Forms
    first_k_adjective: Forms
    nth: Forms
    nth_adjective: Forms
    of_first: Forms
    of_first_adjective: Forms
    average: Forms
    total: Forms
    how_many: Forms
    how_many_limited: Forms
    listed: Forms
    any_shared: Forms
    related: Forms
    none: Forms
    more_than: Forms
    at_least: Forms
    most_of: Forms
    fewest_of: Forms
    count_each: Forms
    average_each: Forms
    best_each: Forms
    large: tuple[str, int]
    numbers: Forms
    ordinals: Forms
    extremes: Mapping[bool, tuple[tuple[str, str], tuple[str, str]]]
    adjectives: Mapping[str, Adjective] = field(repr=False)
    foreign: Forms
    foreign_people: Forms
    people: Forms


def _listed(names: str) -> Forms:
    """The names that commas part, of either script."""
    return tuple(re.split("[,、] ?", names))


_LARGE = Adjective("larger", "largest", "smaller", "smallest")
_HIGH = Adjective("higher", "highest", "lower", "lowest")
_HEAVY = Adjective("heavier", "heaviest", "lighter", "lightest")
_NEW = Adjective("newer", "newest", "older", "oldest")

ENGLISH = Templates(
    along=("the {r} of {x}", "{x}'s {r}", "the {r} of {x}", "the {r} for {x}", "{x} {r}"),
    against=("the {c} whose {r} is {x}", "the {c} with {r} {x}", "what has {x} as its {r}"),
    asks=("What is {a}?", "what is {a}", "Tell me {a}.", "Who or what is {a}?", "Which is {a}?", "{a}?", "Name {a}."),
    asks_who=("Who is {a}?", "who is {a}", "Who was {a}?", "Who's {a}?"),
    asks_back=(
        "Which {c} has the {r} {x}?",
        "Which {c} have {x} as their {r}?",
        "What {c} has {r} {x}?",
        "Whose {r} is {x}?",
        "{x} is the {r} of what?",
        "{x} is the {r} of which {c}?",
    ),
    has=("have {x} as {r}", "with {r} {x}", "whose {r} is {x}", "have the {r} {x}"),
    is_of=("are a {r} of {x}", "are the {r} of {x}", "are {x}'s {r}"),
    counts=("How many {r} does {x} have?", "what is the number of {r} of {x}", "How many {r} has {x}?"),
    counts_back=("How many {c} have the {r} {x}?", "how many {c} have {x} as {r}", "Count the {c} whose {r} is {x}."),
    shared=("Which {c} {a} and {b}?", "what {c} {a} and also {b}", "Name the {c} that {a} and {b}."),
    same=(
        "{many} that have the same {r} as {x}",
        "{many} with the same {r} as {x}",
        "{many} that share a {r} with {x}",
        "other {many} with {x}'s {r}",
        "{many} whose {r} is the same as that of {x}",
    ),
    tests=("Is {y} the {r} of {x}?", "Is {x}'s {r} {y}?", "Does {x} have the {r} {y}?", "is {y} a {r} of {x}"),
    largest=(
        "Which of the {c} that {a} has the largest {m}?",
        "Which {c} {a} and has the highest {m}?",
        "Of the {c} that {a}, which has the most {m}?",
        "the {c} with the greatest {m} that {a}",
    ),
    smallest=(
        "Which of the {c} that {a} has the smallest {m}?",
        "Which {c} {a} and has the lowest {m}?",
        "Of the {c} that {a}, which has the least {m}?",
    ),
    things=("things", "ones", "items", "entities"),
    narrowed=("{c} whose {r} is {x}", "{c} with {r} {x}", "{c} with the {r} {x}", "{c} that have {r} {x}"),
    narrowed_of=("{c} that are {r} of {x}", "{c} that are a {r} of {x}"),
    vague=("{c} of {x}", "{c} in {x}", "{x} {c}"),
    either=("Which {many} {a} or {y}?", "What {many} {a} or {y}?", "List the {many} that {a} or {y}."),
    except_=(
        "Which {many} have {r} {x} but not {y}?",
        "{many} with {r} {x} but not {y}",
        "Which {many} have {x} but not {y} as {r}?",
        "Which {many} have the {r} {x} and not {y}?",
    ),
    except_of=("Which {many} are {r} of {x} but not of {y}?", "{many} that are {r} of {x} and not of {y}"),
    except_other=(
        "Which {many} have {r} {x} but not {q} {y}?",
        "Which {many} have {x} as {r} but do not have {y} as {q}?",
        "{many} with {r} {x} but without {q} {y}",
    ),
    unlike=(
        "Which {many} do not have {y} as {r}?",
        "Which {many} don't have the {r} {y}?",
        "{many} whose {r} is not {y}",
    ),
    unlike_of=("Which {many} are not {r} of {y}?", "{many} that aren't a {r} of {y}"),
    flagged=(
        "Which {many} are {f}?",
        "What {many} are {f}?",
        "List all {many} that are {f}.",
        "Which {f} {many} are there?",
    ),
    not_flagged=("Which {many} are not {f}?", "List the {many} that aren't {f}."),
    flag_test=("Is {x} {f}?", "is {x} {f}"),
    above=(
        "Which {many} have a {m} of more than {v}?",
        "Which {many} have more than {v} {m}?",
        "{many} with a {m} above {v}",
        "Which {one} has a {m} greater than {v}?",
        "Name the {many} whose {m} is over {v}.",
    ),
    below=(
        "Which {many} have a {m} of less than {v}?",
        "{many} with a {m} below {v}",
        "Which {one} has a {m} smaller than {v}?",
        "Name the {many} whose {m} is under {v}.",
    ),
    after=(
        "Which {many} have a {m} after {v}?",
        "{many} with {m} after {v}",
        "Name the {many} whose {m} is after {v}.",
    ),
    before=(
        "Which {many} have a {m} before {v}?",
        "{many} with {m} before {v}",
        "Name the {many} whose {m} is before {v}.",
    ),
    between=("Which {many} have a {m} between {v} and {w}?", "{many} whose {m} is between {v} and {w}"),
    between_years=("Which {many} have a {m} between {v} and {w}?", "{many} whose {m} is between {v} and {w}"),
    limit_test_above=(
        "Is the {m} of {x} more than {v}?",
        "Is {x}'s {m} above {v}?",
        "Does {x} have a {m} of more than {v}?",
    ),
    limit_test_below=(
        "Is the {m} of {x} less than {v}?",
        "Is {x}'s {m} below {v}?",
        "Does {x} have a {m} of less than {v}?",
    ),
    beside=(
        "Which {many} have a {more} {m} than {x}?",
        "{many} with a {more} {m} than {x}",
        "Which {one} has a {more} {m} than {x}?",
    ),
    beside_adjective=(
        "Which {many} are {more} than {x}?",
        "{many} {more} than {x}",
        "What {many} are {more} than {x}?",
    ),
    compare=(
        "Does {x} have a {more} {m} than {y}?",
        "Is the {m} of {x} {more} than that of {y}?",
        "Is {x}'s {m} {more} than {y}'s?",
    ),
    compare_adjective=("Is {x} {more} than {y}?", "is {x} {more} than {y}"),
    choice=(
        "Which has the {more} {m}, {x} or {y}?",
        "Which has a {more} {m}: {x} or {y}?",
        "Of {x} and {y}, which has the {more} {m}?",
    ),
    choice_adjective=("Which is {more}, {x} or {y}?", "What is {more}: {x} or {y}?"),
    first=(
        "Which {one} has the {most} {m}?",
        "What is the {one} with the {most} {m}?",
        "Name the {one} with the {most} {m}.",
        "{one} with the {most} {m}",
    ),
    first_adjective=(
        "What is the {most} {one}?",
        "Which is the {most} {one}?",
        "Which {one} is the {most}?",
        "{most} {one}",
    ),
    first_k=(
        "Which {k} {many} have the {most} {m}?",
        "What are the {k} {many} with the {most} {m}?",
        "List the {k} {many} with the {most} {m}.",
    ),
    first_k_adjective=("What are the {k} {most} {many}?", "Which are the {k} {most} {many}?", "the {k} {most} {many}"),
    nth=("Which {one} has the {k} {most} {m}?", "What is the {one} with the {k} {most} {m}?"),
    nth_adjective=("What is the {k} {most} {one}?", "Which {one} is the {k} {most}?"),
    of_first=("What is the {r} of the {one} with the {most} {m}?", "the {r} of the {one} that has the {most} {m}"),
    of_first_adjective=("What is the {r} of the {most} {one}?", "the {r} of the {most} {one}"),
    average=("What is the average {m} of {many}?", "What is the mean {m} of the {many}?", "average {m} of {many}"),
    total=(
        "What is the total {m} of the {many}?",
        "What is the combined {m} of {many}?",
        "sum of the {m} of the {many}",
    ),
    how_many=("How many {many} are there?", "How many {many} do you know?", "Count the {many}.", "number of {many}"),
    how_many_limited=("How many {many} have a {m} of more than {v}?", "How many {many} have a {m} above {v}?"),
    listed=(
        "Which are the {many}?",
        "What {many} are there?",
        "List the {many}.",
        "List all {many}.",
        "Name the {many}.",
        "Name all {many}.",
        "Show me all {many}.",
        "Give me a list of all {many}.",
        "Which {many} do you know?",
        "{many}",
    ),
    any_shared=(
        "Is there a {one} that {a} and {b}?",
        "Are there any {many} that {a} and {b}?",
        "Does any {one} {a} and {b}?",
    ),
    related=(
        "How are {x} and {y} related?",
        "What is the relation between {x} and {y}?",
        "How is {x} connected to {y}?",
        "What is the relationship between {x} and {y}?",
    ),
    none=("Which {many} have no {r}?", "Which {many} do not have any {r}?", "{many} without a {r}"),
    more_than=(
        "Which {many} have more than {k} {r}?",
        "{many} with more than {k} {r}",
        "Name the {many} with over {k} {r}.",
    ),
    at_least=("Which {many} have at least {k} {r}?", "{many} with at least {k} {r}"),
    most_of=(
        "Which {one} has the most {r}?",
        "Which {one} has the highest number of {r}?",
        "the {one} with the most {r}",
        "What {one} has the largest number of {r}?",
    ),
    fewest_of=("Which {one} has the fewest {r}?", "Which {one} has the lowest number of {r}?"),
    count_each=(
        "How many {d} are there for each {one}?",
        "How many {d} does each {one} have?",
        "Number of {d} by {one}",
        "How many {d} are there in each {one}?",
    ),
    average_each=("What is the average {m} of {d} by {one}?", "What is the average {m} of the {d} of each {one}?"),
    best_each=(
        "Which {d} has the {most} {m} in each {one}?",
        "What is the {d} with the {most} {m} of each {one}?",
        "the {d} with the {most} {m} for each {one}",
    ),
    large=("{v} million", 1_000_000),
    numbers=("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    ordinals=("second", "third", "fourth", "fifth", "sixth"),
    extremes={
        False: (("larger", "largest"), ("smaller", "smallest")),
        True: (("later", "latest"), ("earlier", "earliest")),
    },
    adjectives={
        "area": _LARGE,
        "size": _LARGE,
        "population": Adjective("more populous", "most populous", "less populous", "least populous"),
        "elevation": _HIGH,
        "height": Adjective("taller", "tallest", "shorter", "shortest"),
        "altitude": _HIGH,
        "length": Adjective("longer", "longest", "shorter", "shortest"),
        "mass": _HEAVY,
        "weight": _HEAVY,
        "atomic mass": _HEAVY,
        "density": Adjective("denser", "densest", "less dense", "least dense"),
        "depth": Adjective("deeper", "deepest", "shallower", "shallowest"),
        "speed": Adjective("faster", "fastest", "slower", "slowest"),
        "price": Adjective("more expensive", "most expensive", "cheaper", "cheapest"),
        "founded": _NEW,
        "founding year": _NEW,
        "founding date": _NEW,
        "birth date": Adjective("younger", "youngest", "older", "oldest"),
        "born": Adjective("younger", "youngest", "older", "oldest"),
    },
    foreign=_listed(
        "anthem, motto, mascot, flag colour, tallest building, favourite food, telephone number, email address, "
        "annual budget, shoe size, eye colour, hair colour, blood type, zodiac sign, football team, newspaper, "
        "television station, radio station, airport, railway station, national dish, unemployment rate, "
        "life expectancy, crime rate, literacy rate, interest rate, exchange rate, share price, revenue, "
        "number of employees, pet, hobby, salary, net worth, school, thesis title, publisher, ISBN, "
        "licence plate, engine power, fuel consumption, top speed, screen size, battery life, calories, "
        "allergens, side effects, dosage, symptoms, habitat, lifespan, wingspan, diet, average rainfall, "
        "average temperature, time zone, postal code, voltage, driving side, smell, taste, price, warranty, "
        "manufacturer, serial number, website, opening hours, ticket price, ranking, world record, nickname, "
        "last words, burial place, signature dish, theme song"
    ),
    foreign_people=_listed(
        "president, prime minister, mayor, king, queen, governor, head of state, inventor, architect, sponsor, "
        "head coach, captain, chief executive, chairman, lawyer, doctor, dentist, best friend, doctoral advisor, "
        "translator, patron saint, editor, landlord, heir, bodyguard, ambassador, spokesperson, principal, curator"
    ),
    people=_listed("person, people, human, agent, person or institution, artist, politician, scientist, actor"),
)

_LARGE_ZH = Adjective("大", "最大", "小", "最小")
_HIGH_ZH = Adjective("高", "最高", "低", "最低")
_HEAVY_ZH = Adjective("重", "最重", "轻", "最轻")

CHINESE = Templates(
    along=("{x}的{r}", "{x}的{r}", "{x}{r}"),
    against=("{r}是{x}的{c}", "{r}为{x}的{c}", "以{x}为{r}的{c}"),
    asks=("{a}是什么？", "{a}是谁？", "{a}是哪个？", "请问{a}是什么？", "你知道{a}是什么吗？", "{a}有哪些？", "{a}？"),
    asks_who=("{a}是谁？", "谁是{a}？", "{a}是哪位？"),
    asks_back=("哪些{c}的{r}是{x}？", "{x}是哪个{c}的{r}？", "{r}是{x}的{c}有哪些？", "{x}是谁的{r}？"),
    has=("{r}是{x}", "{r}为{x}", "以{x}为{r}"),
    is_of=("是{x}的{r}", "属于{x}的{r}"),
    counts=("{x}有多少个{r}？", "{x}的{r}有几个？", "{x}的{r}一共有多少个？"),
    counts_back=("有多少个{c}的{r}是{x}？", "{r}是{x}的{c}有几个？"),
    shared=("哪些{c}{a}，并且{b}？", "{a}而且{b}的{c}有哪些？", "哪个{c}既{a}又{b}？"),
    same=("和{x}的{r}相同的{many}", "与{x}有相同{r}的{many}", "跟{x}有一样的{r}的{many}"),
    tests=("{y}是{x}的{r}吗？", "{x}的{r}是不是{y}？", "{x}的{r}是{y}吗？"),
    largest=("{a}的{c}中，哪个{m}最大？", "{a}的{c}里{m}最高的是哪个？"),
    smallest=("{a}的{c}中，哪个{m}最小？", "{a}的{c}里{m}最低的是哪个？"),
    things=("东西", "事物", "对象"),
    narrowed=("{r}是{x}的{c}", "{r}为{x}的{c}"),
    narrowed_of=("是{x}的{r}的{c}",),
    vague=("{x}的{c}", "{x}{c}"),
    either=("哪些{many}{a}或者{y}？", "{a}或{y}的{many}有哪些？"),
    except_=("哪些{many}的{r}是{x}但不是{y}？", "{r}是{x}而不是{y}的{many}有哪些？"),
    except_of=("哪些{many}是{x}的{r}但不是{y}的{r}？", "是{x}的{r}但不是{y}的{r}的{many}有哪些？"),
    except_other=("哪些{many}的{r}是{x}但{q}不是{y}？", "{r}是{x}而{q}不是{y}的{many}有哪些？"),
    unlike=("哪些{many}的{r}不是{y}？", "{r}不是{y}的{many}有哪些？"),
    unlike_of=("哪些{many}不是{y}的{r}？", "不是{y}的{r}的{many}有哪些？"),
    flagged=("哪些{many}是{f}？", "有哪些{f}{many}？", "{f}的{many}有哪些？"),
    not_flagged=("哪些{many}不是{f}？",),
    flag_test=("{x}是{f}吗？", "{x}是不是{f}？"),
    above=("{m}超过{v}的{many}有哪些？", "哪些{many}的{m}大于{v}？", "{m}在{v}以上的{many}"),
    below=("{m}低于{v}的{many}有哪些？", "哪些{many}的{m}小于{v}？", "{m}在{v}以下的{many}"),
    after=("{m}在{v}年之后的{many}有哪些？", "哪些{many}的{m}在{v}年以后？"),
    before=("{m}在{v}年之前的{many}有哪些？", "哪些{many}的{m}在{v}年以前？"),
    between=("{m}在{v}到{w}之间的{many}有哪些？", "哪些{many}的{m}在{v}和{w}之间？"),
    between_years=("{m}在{v}年到{w}年之间的{many}有哪些？",),
    limit_test_above=("{x}的{m}超过{v}吗？", "{x}的{m}大于{v}吗？"),
    limit_test_below=("{x}的{m}低于{v}吗？", "{x}的{m}小于{v}吗？"),
    beside=("哪些{many}的{m}比{x}{more}？", "{m}比{x}{more}的{many}有哪些？"),
    beside_adjective=("哪些{many}比{x}{more}？", "比{x}{more}的{many}有哪些？"),
    compare=("{x}的{m}比{y}{more}吗？",),
    compare_adjective=("{x}比{y}{more}吗？",),
    choice=("{x}和{y}哪个{m}更{more}？", "{x}和{y}，哪个的{m}更{more}？"),
    choice_adjective=("{x}和{y}哪个更{more}？", "{x}和{y}相比哪个更{more}？"),
    first=("哪个{one}的{m}{most}？", "{m}{most}的{one}是哪个？", "{m}{most}的{one}"),
    first_adjective=("{most}的{one}是哪个？", "哪个{one}{most}？"),
    first_k=("{m}{most}的{k}个{many}是哪些？", "{m}{most}的前{k}个{many}有哪些？"),
    first_k_adjective=("{most}的{k}个{many}是哪些？",),
    nth=("{m}第{k}{more}的{one}是哪个？",),
    nth_adjective=("第{k}{more}的{one}是哪个？",),
    of_first=("{m}{most}的{one}的{r}是什么？", "哪个是{m}{most}的{one}的{r}？"),
    of_first_adjective=("{most}的{one}的{r}是什么？",),
    average=("{many}的平均{m}是多少？", "{many}的{m}平均是多少？"),
    total=("{many}的总{m}是多少？", "{many}的{m}总和是多少？", "{many}的{m}一共是多少？"),
    how_many=("有多少个{many}？", "{many}有几个？", "一共有多少{many}？"),
    how_many_limited=("有多少个{many}的{m}超过{v}？", "{m}超过{v}的{many}有几个？"),
    listed=("{many}有哪些？", "有哪些{many}？", "列出{many}。", "列出所有{many}。", "{many}都有哪些？"),
    any_shared=("有没有{a}并且{b}的{one}？", "有{a}而且{b}的{one}吗？"),
    related=("{x}和{y}是什么关系？", "{x}与{y}有什么关系？", "{x}和{y}之间是什么关系？"),
    none=("哪些{many}没有{r}？", "没有{r}的{many}有哪些？"),
    more_than=("哪些{many}有超过{k}个{r}？", "{r}超过{k}个的{many}有哪些？"),
    at_least=("哪些{many}至少有{k}个{r}？",),
    most_of=("哪个{one}的{r}最多？", "{r}最多的{one}是哪个？", "哪个{one}有最多的{r}？"),
    fewest_of=("哪个{one}的{r}最少？", "{r}最少的{one}是哪个？"),
    count_each=("每个{one}有多少个{d}？", "每个{one}有几个{d}？", "各{one}的{d}数量是多少？"),
    average_each=("每个{one}的{d}的平均{m}是多少？", "各{one}{d}的平均{m}是多少？"),
    best_each=("每个{one}{m}{most}的{d}是哪个？", "各{one}中{m}{most}的{d}是哪个？"),
    large=("{v}万", 10_000),
    numbers=("两", "三", "四", "五", "六", "七", "八", "九", "十"),
    ordinals=("二", "三", "四", "五", "六"),
    extremes={False: (("大", "最大"), ("小", "最小")), True: (("晚", "最晚"), ("早", "最早"))},
    adjectives={
        "面积": _LARGE_ZH,
        "海拔": _HIGH_ZH,
        "高度": _HIGH_ZH,
        "长度": Adjective("长", "最长", "短", "最短"),
        "质量": _HEAVY_ZH,
        "重量": _HEAVY_ZH,
        "相对原子质量": _HEAVY_ZH,
        "原子量": _HEAVY_ZH,
        "深度": Adjective("深", "最深", "浅", "最浅"),
        "密度": Adjective("密", "最密", "疏", "最疏"),
    },
    foreign=_listed(
        "国歌、口号、吉祥物、最高建筑、特色菜、电话号码、邮箱、年度预算、鞋码、血型、"
        "星座、足球队、报纸、电视台、机场、火车站、失业率、预期寿命、犯罪率、"
        "识字率、利率、汇率、股价、营业额、员工人数、宠物、爱好、工资、净资产、"
        "毕业论文、车牌号、发动机功率、油耗、最高时速、屏幕尺寸、电池续航、热量、副作用、"
        "剂量、症状、栖息地、翼展、食性、平均降雨量、平均气温、时区、邮政编码、电压、气味、味道、保修期、"
        "制造商、序列号、网站、开放时间、门票、世界纪录、绰号、遗言、墓地"
    ),
    foreign_people=_listed(
        "总统、总理、市长、国王、女王、省长、国家元首、发明者、建筑师、赞助商、主教练、队长、首席执行官、董事长、"
        "律师、医生、博士导师、译者、编辑、继承人、大使、发言人、校长、馆长"
    ),
    people=_listed("人、人物、个人、作家、演员、科学家、政治家、人或机构"),
)
