"""Words of the user's own: what they pick, against the facts themselves, and what is refused."""

from __future__ import annotations

import pytest

from kgqa import KGQA, Config
from kgqa.config import WordConfig, from_mapping
from kgqa.errors import ConfigError
from kgqa.graph import KnowledgeGraph
from kgqa.types import Answer

TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
PEOPLE = {"Ayr": 9, "Bex": 70, "Cey": 400, "Dol": 52, "Eld": 310}
KILOMETRES = {"Fla": 20, "Gor": 900, "Hem": 75}
LIES = {"Ayr": "North", "Bex": "North", "Cey": "North", "Dol": "West", "Eld": "West"}
WORDS = (
    WordConfig(words=("major", "big"), relation="inhabitants", value=60),
    WordConfig(words=("major",), relation="length", value=70, comparison=">="),
    WordConfig(words=("sleepy",), relation="inhabitants", value=60, comparison="<"),
)


def graph() -> KnowledgeGraph:
    triples: list[tuple[object, ...]] = [(town, TYPE, "town") for town in PEOPLE]
    triples += [(river, TYPE, "river") for river in KILOMETRES]
    triples += [(town, "inhabitants", number) for town, number in PEOPLE.items()]
    triples += [(river, "length", number) for river, number in KILOMETRES.items()]
    triples += [(shire, TYPE, "shire") for shire in ("North", "West")]
    return KnowledgeGraph.load([*triples, *((town, "lies in", shire) for town, shire in LIES.items())])


GRAPH = graph()


@pytest.fixture(scope="module")
def system() -> KGQA:
    return KGQA.from_graph(GRAPH, config=Config(vocabulary=WORDS))


def labels(answer: Answer) -> set[str]:
    return {value.label or "" for value in answer.values}


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Which towns are major?", {t for t, n in PEOPLE.items() if n > 60}),
        ("List the big towns.", {t for t, n in PEOPLE.items() if n > 60}),
        ("Which are the major rivers?", {r for r, n in KILOMETRES.items() if n >= 70}),
        ("Which sleepy towns are there?", {t for t, n in PEOPLE.items() if n < 60}),
        ("Which major towns lie in North?", {t for t, n in PEOPLE.items() if n > 60 and LIES[t] == "North"}),
        ("How many major towns are there?", {"3"}),
        ("Which shires have major towns?", {LIES[t] for t, n in PEOPLE.items() if n > 60}),
        ("What are the major towns in the shire West?", {"Eld"}),
    ],
)
def test_a_word_stands_for_its_limit(system: KGQA, question: str, expected: set[str]) -> None:
    assert labels(system.ask(question)) == expected


def test_the_limit_is_told(system: KGQA) -> None:
    answer = system.ask("Which towns are major?")
    assert "inhabitants" in (answer.words or "")
    assert "60" in (answer.words or "")


def test_without_a_meaning_the_word_picks_nothing() -> None:
    assert labels(KGQA.from_graph(GRAPH).ask("List the big towns.")) != {t for t, n in PEOPLE.items() if n > 60}


def test_parts_of_words_and_of_names_are_no_such_words() -> None:
    facts = [("Big Sur", TYPE, "town"), ("Big Sur", "inhabitants", 8), ("Big Sur", "mayor", "Ann")]
    named = KGQA.from_graph(KnowledgeGraph.load([*GRAPH.to_triples(), *facts]), config=Config(vocabulary=WORDS))
    assert labels(named.ask("Who is the mayor of Big Sur?")) == {"Ann"}
    assert labels(named.ask("What is the inhabitants of Big Sur?")) == {"8"}


def test_chinese_words_stand_anywhere() -> None:
    facts = [("甲", TYPE, "城市"), ("乙", TYPE, "城市"), ("甲", "人口", 90), ("乙", "人口", 12)]
    words = (WordConfig(words=("重要",), relation="人口", value=50),)
    system = KGQA.from_graph(KnowledgeGraph.load(facts), config=Config(vocabulary=words))
    assert labels(system.ask("重要的城市有哪些？")) == {"甲"}


def test_settings_are_read_from_tables() -> None:
    table = {"words": ["major"], "relation": "length", "value": 70}
    assert from_mapping(Config, {"vocabulary": [table]}).vocabulary == (
        WordConfig(words=("major",), relation="length", value=70.0),
    )


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"words": [], "relation": "length", "value": 1}, "at least one word"),
        ({"words": ["x"], "relation": "length", "value": 1, "comparison": "over"}, "expected one of"),
        ({"words": ["x"], "relation": "length"}, "'vocabulary\\[0\\]' lacks 'value'"),
        ("major", "expected tables"),
    ],
)
def test_malformed_settings_are_refused(table: object, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        from_mapping(Config, {"vocabulary": [table] if isinstance(table, dict) else table})


def test_a_relation_that_the_graph_lacks_is_refused_with_one_that_it_has() -> None:
    with pytest.raises(ConfigError, match=r"'inhabitant', which the graph lacks.*'inhabitants'"):
        KGQA.from_graph(GRAPH, config=Config(vocabulary=(WordConfig(words=("x",), relation="inhabitant", value=1),)))


def test_what_is_not_measured_is_refused() -> None:
    with pytest.raises(ConfigError, match="no numbers or years"):
        KGQA.from_graph(GRAPH, config=Config(vocabulary=(WordConfig(words=("x",), relation="lies in", value=1),)))
