"""Misspelt words: which are set right, which stay, and where they stood in the question asked."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgqa import KGQA
from kgqa.config import Config, LinkingConfig
from kgqa.graph import KnowledgeGraph
from kgqa.linking import HybridLinker, LabelIndex, SpellingCorrector, Spelt
from kgqa.retrieval.relations import RelationTexts
from kgqa.types import Correction, Literal

LABEL, TYPE = "rdfs:label", "rdf:type"
FACTS: list[tuple[object, ...]] = [
    ("ex:country", LABEL, Literal("country")),
    ("ex:capital", LABEL, Literal("capital")),
    ("ex:weight", LABEL, Literal("atomic weight")),
    ("ex:fr", LABEL, Literal("France")),
    ("ex:eg", LABEL, Literal("Egypt")),
    ("ex:is", LABEL, Literal("Iceland")),
    ("ex:ir", LABEL, Literal("Ireland")),
    ("ex:paris", LABEL, Literal("Paris")),
    ("ex:cairo", LABEL, Literal("Cairo")),
    ("ex:fr", TYPE, "ex:country"),
    ("ex:eg", TYPE, "ex:country"),
    ("ex:is", TYPE, "ex:country"),
    ("ex:ir", TYPE, "ex:country"),
    ("ex:fr", "ex:capital", "ex:paris"),
    ("ex:eg", "ex:capital", "ex:cairo"),
    ("ex:fr", "ex:weight", Literal("1", "http://www.w3.org/2001/XMLSchema#integer")),
]


@pytest.fixture(scope="module")
def graph() -> KnowledgeGraph:
    return KnowledgeGraph.load(FACTS)


def spelt(graph: KnowledgeGraph, question: str) -> Spelt:
    labels = LabelIndex.from_graph(graph)
    links = HybridLinker(graph, labels).link([question])[0]
    return SpellingCorrector(graph, labels, RelationTexts.of(graph).texts).correct(question, links)


@pytest.mark.parametrize(
    ("asked", "read"),
    [
        ("What is the captial of France?", "What is the capital of France?"),
        ("What is the capitl of France?", "What is the capital of France?"),
        ("What is the cappital of France?", "What is the capital of France?"),
        ("What is the capotal of France?", "What is the capital of France?"),
        ("Whcih countires are there?", "Which countries are there?"),
        ("WHCIH COUNTIRES ARE THERE?", "WHICH COUNTRIES ARE THERE?"),
        ("hwo big is France?", "how big is France?"),
        ("Who wrtoe a book about France?", "Who wrote a book about France?"),
        # The graph's own word comes before a commoner one: "right" is, "wright" is even a word.
        ("What is the atomic wright of France?", "What is the atomic weight of France?"),
        # Names too short for the likeness of whole names.
        ("What is the capital of Egpyt?", "What is the capital of Egypt?"),
        ("what is the capital of egpyt", "what is the capital of egypt"),
        ("What is the capital of Monyolia and Egpyt?", "What is the capital of Monyolia and Egypt?"),
    ],
)
def test_a_misspelt_word_is_set_right(graph: KnowledgeGraph, asked: str, read: str) -> None:
    assert spelt(graph, asked).text == read


@pytest.mark.parametrize(
    "asked",
    [
        "What is the capital of France?",
        "Which countries are denser than France?",
        "What is the densest country?",
        "Which neighbours does France have?",  # British
        "Which minerals crystallise in France?",  # British
        "What is the capital of Wakanda?",
        "What is the capital of Iieland?",  # Iceland or Ireland
        'Which film is called "Captial"?',
        "Which countries are in NTAO?",
        "Welche Hauptstadt besitzt Frankreich?",
        "法国的captial是什么？",
        "Is France part of the Uraeus-capitl?",  # a piece of a compound
        "",
        "?",
    ],
)
def test_other_words_stay(graph: KnowledgeGraph, asked: str) -> None:
    assert spelt(graph, asked) == Spelt(asked)


def test_corrections_tell_where_they_stood(graph: KnowledgeGraph) -> None:
    found = spelt(graph, "Waht is the capitl of France?")
    assert found.corrections == (Correction("Waht", 0, 4, "What"), Correction("capitl", 12, 18, "capital"))
    at = found.text.index("France")
    assert found.asked_span(at, at + 6) == (22, 28)
    assert found.asked_span(12, 19) == (12, 18)


@st.composite
def changed(draw: st.DrawFn) -> tuple[str, tuple[Correction, ...]]:
    """A text in which some words stand for others."""
    words = draw(st.lists(st.text("abc", min_size=1, max_size=5), min_size=1, max_size=8))
    corrections, at = [], 0
    for word in words:
        if draw(st.booleans()):
            corrections.append(Correction(word, at, at + len(word), draw(st.text("xyz", min_size=1, max_size=6))))
        at += len(word) + 1
    return " ".join(words), tuple(corrections)


@settings(max_examples=200, deadline=None)
@given(changed(), st.data())
def test_places_lead_back_to_the_question_asked(made: tuple[str, tuple[Correction, ...]], data: st.DataObject) -> None:
    asked, corrections = made
    # Independently: every character of the new text beside the characters of the old one that it came from.
    text, origin, at = "", [], 0
    for change in corrections:
        origin += [(i, i + 1) for i in range(at, change.start)] + [(change.start, change.end)] * len(change.meant)
        text += asked[at : change.start] + change.meant
        at = change.end
    origin += [(i, i + 1) for i in range(at, len(asked))]
    text += asked[at:]
    found = Spelt.corrected(asked, corrections)
    assert found.text == text
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    assert found.asked_span(start, end) == (origin[start][0], origin[end - 1][1])


def test_an_answer_tells_what_was_read_and_places_names_in_the_question_asked() -> None:
    answer = KGQA.from_graph(FACTS).ask("Tell me, waht is the captial of France?")
    assert [value.label for value in answer.values] == ["Paris"]
    assert [(c.text, c.meant) for c in answer.corrections] == [("waht", "what"), ("captial", "capital")]
    assert answer.question == "Tell me, waht is the captial of France?"
    for correction in answer.corrections:
        assert answer.question[correction.start : correction.end] == correction.text
    for link in answer.links:
        assert answer.question[link.start : link.end] == link.text
    assert "France" in {link.text for link in answer.links}


def test_given_entities_stand_beside_misspelt_words() -> None:
    answer = KGQA.from_graph(FACTS).ask_linked("waht is the captial of France", ["ex:fr"])
    assert [value.label for value in answer.values] == ["Paris"]
    assert [answer.question[link.start : link.end] for link in answer.links if link.id == "ex:fr"] == ["France"]


def test_spelling_can_be_left_alone() -> None:
    system = KGQA.from_graph(FACTS, config=Config(linking=LinkingConfig(spelling=False)))
    assert system.ask("Waht is the captial of France?").corrections == ()
