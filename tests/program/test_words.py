"""Words are readable, in both languages, and never show raw ids where there are labels."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kgqa.graph.terms import RDFS
from kgqa.program import algebra as a
from kgqa.program import notation, path_words, to_words
from kgqa.program.algebra import Aggregation, Comparison, Entities, Order, Program, Step
from kgqa.program.english import ordinal
from tests.program.oracle import graph_of
from tests.program.strategies import GENERATORS, TYPE, facts, programs, typed

LABEL = RDFS + "label"
NAMES = {
    "Q1": ("France", "法国"),
    "Q2": ("Euro", "欧元"),
    "Q3": ("country", "国家"),
    "Q4": ("river", "河流"),
    "Q5": ("Rhine", "莱茵河"),
    "P1": ("capital", "首都"),
    "P2": ("currency", "货币"),
    "P3": ("flows through", "流经"),
    "P4": ("population", "人口"),
    "P5": ("founded", "成立时间"),
    "P6": ("directed by", "导演"),
    "Q6": ("Paris", "巴黎"),
}
FACTS = [
    *(
        (f"<http://e/{id_}>", LABEL, f'"{name}"@{tag}')
        for id_, both in NAMES.items()
        for name, tag in zip(both, ("en", "zh"), strict=True)
    ),
    ("<http://e/Q1>", TYPE, "<http://e/Q3>"),
    ("<http://e/Q5>", TYPE, "<http://e/Q4>"),
    ("<http://e/Q1>", "http://e/P1", "<http://e/Q6>"),
    ("<http://e/Q1>", "http://e/P2", "<http://e/Q2>"),
    ("<http://e/Q5>", "http://e/P3", "<http://e/Q1>"),
    ("<http://e/Q1>", "http://e/P4", typed("68000000", "integer")),
    ("<http://e/Q1>", "http://e/P5", typed("0843", "gYear")),
    ("<http://e/Q1>", "http://e/P6", "<http://e/Q6>"),
]
GRAPH = graph_of(FACTS)


def node(number: int) -> int:
    return GRAPH.find(f"http://e/Q{number}")


def step(number: int, *, inverse: bool = False) -> Step:
    return Step(GRAPH.find_relation(f"http://e/P{number}"), inverse)


FRANCE, EURO = Entities((node(1),)), Entities((node(2),))
COUNTRIES = a.Instances(node(3))
WITH_EURO = a.Follow(EURO, step(2, inverse=True))
RIVERS = a.Follow(FRANCE, step(3, inverse=True))
EXAMPLES: list[tuple[Program, str, str]] = [
    (a.Follow(FRANCE, step(1)), "the capital of France", "法国的首都"),
    (WITH_EURO, "countries whose currency is Euro", "货币为欧元的国家"),
    (RIVERS, "rivers that flow through France", "流经为法国的河流"),
    (a.Follow(FRANCE, step(6)), "what France is directed by", "法国的导演"),
    (a.Follow(FRANCE, step(6, inverse=True)), "countries that are directed by France", "导演为法国的国家"),
    (
        a.Follow(a.Intersect(COUNTRIES, WITH_EURO), step(1)),
        "the capital of (countries whose currency is Euro)",
        "（货币为欧元的国家）的首都",
    ),
    (a.Top(COUNTRIES, step(4), Order.LARGEST), "the country with the largest population", "国家中人口最大的"),
    (
        a.Top(RIVERS, step(4), Order.SMALLEST, 3),
        "the 3 rivers with the smallest population among: rivers that flow through France",
        "（流经为法国的河流）中人口最小的3个",
    ),
    (
        a.Nth(COUNTRIES, step(5), Order.SMALLEST, 2),
        "the country with the 2nd earliest founded",
        "国家中成立时间第2早的",
    ),
    (
        a.Where(COUNTRIES, step(5), Comparison.LESS, typed("1900", "gYear")),
        "countries whose founded is before 1900",
        "国家中成立时间早于1900的",
    ),
    (
        a.Where(
            a.Where(COUNTRIES, step(5), Comparison.GREATER_EQUAL, typed("1900", "gYear")),
            step(5),
            Comparison.LESS_EQUAL,
            typed("1950", "gYear"),
        ),
        "countries whose founded is from 1900 to 1950",
        "国家中成立时间在1900到1950之间的",
    ),
    (a.Count(RIVERS), "the number of (rivers that flow through France)", "（流经为法国的河流）的数量"),
    (a.Aggregate(COUNTRIES, step(4), Aggregation.AVERAGE), "the average population of countries", "国家的人口的平均值"),
    (
        a.Difference(COUNTRIES, WITH_EURO),
        "countries except (countries whose currency is Euro)",
        "国家中不属于（货币为欧元的国家）的",
    ),
    (
        a.Contains(WITH_EURO, FRANCE),
        "whether France is among: countries whose currency is Euro",
        "法国是否都属于（货币为欧元的国家）",
    ),
    (
        a.Compare(FRANCE, EURO, step(4), Comparison.GREATER),
        "whether the population of France is greater than the population of Euro",
        "法国的人口是否大于欧元的人口",
    ),
    (
        a.Gap(FRANCE, EURO, step(4)),
        "how much greater the population of France is than that of Euro",
        "法国的人口比欧元的人口大多少",
    ),
    (
        a.Gap(FRANCE, EURO, step(5)),
        "how much later the founded of France is than that of Euro",
        "法国的成立时间比欧元的成立时间晚多少",
    ),
    (
        a.GapOwn(FRANCE, step(4), step(4)),
        "how much greater the population of France is than the population",
        "法国的人口比其人口大多少",
    ),
    (
        a.WhereOwn(COUNTRIES, step(4), Comparison.GREATER, step(4)),
        "countries whose population is greater than their population",
        "国家中人口大于其人口的",
    ),
    (
        a.WhereOwn(COUNTRIES, step(2), Comparison.NOT_EQUAL, step(4)),
        "countries whose currency is not their population",
        "国家中货币与其人口不同的",
    ),
    (
        a.WhereOwn(COUNTRIES, step(5), Comparison.EQUAL, step(5)),
        "countries whose founded is also their founded",
        "国家中成立时间与其成立时间相同的",
    ),
]


@pytest.mark.parametrize(("program", "english", "chinese"), EXAMPLES)
def test_reads_as_written(program: Program, english: str, chinese: str) -> None:
    assert to_words(program, GRAPH) == english
    assert to_words(program, GRAPH, "zh") == to_words(program, GRAPH, "zh-CN") == chinese


@pytest.mark.parametrize("kind", list(GENERATORS), ids=lambda kind: kind.__name__)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_every_operator_has_words_and_notation(kind: type[Program], data: st.DataObject) -> None:
    graph = graph_of(data.draw(facts()))
    program = data.draw(programs(graph, kind, 3))
    for words in (to_words(program, graph), to_words(program, graph, "zh"), notation(program, graph)):
        assert words.isprintable()
        assert words


@given(data=st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_raw_ids_where_there_are_labels(data: st.DataObject) -> None:
    nodes = st.sampled_from([node(n) for n in range(1, 7)])
    steps = st.builds(step, st.integers(1, 6), inverse=st.booleans())
    leaf = st.one_of(nodes.map(lambda n: Entities((n,))), nodes.map(a.Instances), steps.map(a.Having))
    program = data.draw(
        st.recursive(
            leaf,
            lambda inner: st.one_of(
                st.builds(a.Follow, inner, steps),
                st.builds(a.Intersect, inner, inner),
                st.builds(a.Union, inner, inner),
                st.builds(a.TopByCount, inner, steps, st.sampled_from(list(Order))),
            ),
            max_leaves=4,
        )
    )
    for language in ("en", "zh"):
        assert "http" not in to_words(program, GRAPH, language)


def test_notation_is_compact() -> None:
    program = a.Top(a.Intersect(COUNTRIES, WITH_EURO), step(4), Order.LARGEST)
    follow = "follow(<http://e/Q2>, ^currency)"
    assert notation(program, GRAPH) == f"top(intersect(instances(<http://e/Q3>), {follow}), population, largest, 1)"
    assert notation(RIVERS, GRAPH) == "follow(<http://e/Q1>, ^“flows through”)"


def test_a_path_in_words() -> None:
    path = (step(6), step(1, inverse=True))
    assert path_words(path, GRAPH) == "directed by → is the capital of"
    assert path_words(path, GRAPH, "zh") == "导演 → 作为首都"
    assert path_words((), GRAPH) == ""


def test_a_label_is_made_one_line() -> None:
    graph = graph_of([("<a\nb\u202ec>", "near\tto", "<b>")])
    program = a.Follow(Entities((graph.find("a\nb\u202ec"),)), Step(0))
    assert to_words(program, graph) == "what a b c is near to"


def test_ordinal() -> None:
    assert [ordinal(n) for n in (1, 2, 3, 4, 11, 22, 113)] == ["1st", "2nd", "3rd", "4th", "11th", "22nd", "113th"]
