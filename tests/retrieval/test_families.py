"""Kinds of things that no class is called by: heads of several classes' names, and all that has an attribute."""

from __future__ import annotations

import pytest

from kgqa import KGQA, KnowledgeGraph
from kgqa.config import Config, ReaderConfig
from kgqa.types import AbstentionReason, AnswerKind

# name: (type, launched, length)
_SHIPS = {
    "Cutty Sark": ("sailing ship", 1869, 85),
    "Mayflower": ("sailing ship", 1609, 30),
    "Vasa": ("warship", 1627, 69),
    "Titanic": ("steamship", 1911, 269),
}


@pytest.fixture(scope="module")
def ships() -> KnowledgeGraph:
    facts: list[tuple[str, str, object]] = []
    for name, (kind, launched, length) in _SHIPS.items():
        facts += [(name, "rdf:type", kind), (name, "launched", launched), (name, "length", length)]
    return KnowledgeGraph.load(facts)


@pytest.fixture(scope="module")
def system(ships: KnowledgeGraph) -> KGQA:
    return KGQA.from_graph(ships)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Which ships were launched before 1700?", {"Mayflower", "Vasa"}),
        ("What was launched before 1700?", {"Mayflower", "Vasa"}),
        ("Which ship is the longest?", {"Titanic"}),
        ("Which sailing ship is the longest?", {"Cutty Sark"}),
        ("How many ships are longer than 50 m?", {"3"}),
    ],
)
def test_a_kind_without_a_class_of_its_own(system: KGQA, question: str, expected: set[str]) -> None:
    assert {value.label for value in system.ask(question).values} == expected


@pytest.mark.parametrize(
    "question",
    [
        "Which airplanes were launched before 1700?",
        "How many airplanes are longer than 50 m?",
        "Which airplane is the longest?",
        "What presidents were launched before 1700?",
        "哪些飞机的length超过50米？",
    ],
)
def test_a_kind_that_the_graph_has_no_word_for_is_refused(system: KGQA, question: str) -> None:
    answer = system.ask(question)
    assert answer.kind is AnswerKind.NONE
    assert answer.abstained is not None
    assert answer.abstained.reason is AbstentionReason.UNKNOWN_KIND


def test_no_reader_is_sure_enough_to_answer_with_another_kind(ships: KnowledgeGraph) -> None:
    system = KGQA.from_graph(ships, config=Config(reader=ReaderConfig(name="shipped")))
    for question in ("Which airplanes were launched before 1700?", "Which airplane is the longest?"):
        answer = system.ask(question)
        assert answer.abstained is not None
        assert answer.abstained.reason is AbstentionReason.UNKNOWN_KIND


def test_a_word_like_a_class_is_taken_for_it(ships: KnowledgeGraph) -> None:
    # By retrieval alone: the shipped weights read the same, but are not sure enough of it to answer (19 %).
    system = KGQA.from_graph(ships, config=Config(reader=ReaderConfig(name="zero-shot")))
    assert {v.label for v in system.ask("Which vessels were launched before 1700?").values} == {"Mayflower", "Vasa"}


@pytest.mark.parametrize("question", ["Which lies further north, Aa or Bb?", "Which covers the most?", "What is it?"])
def test_a_verb_behind_the_question_word_is_no_noun(system: KGQA, question: str) -> None:
    assert not system.read(question).retrieval.unknown
