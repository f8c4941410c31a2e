"""Kinds of things that no class is called by: heads of several classes' names, and all that has an attribute."""

from __future__ import annotations

import pytest

from kgqa import KGQA, KnowledgeGraph

# name: (type, launched, length)
_SHIPS = {
    "Cutty Sark": ("sailing ship", 1869, 85),
    "Mayflower": ("sailing ship", 1609, 30),
    "Vasa": ("warship", 1627, 69),
    "Titanic": ("steamship", 1911, 269),
}


@pytest.fixture(scope="module")
def system() -> KGQA:
    facts: list[tuple[str, str, object]] = []
    for name, (kind, launched, length) in _SHIPS.items():
        facts += [(name, "rdf:type", kind), (name, "launched", launched), (name, "length", length)]
    return KGQA.from_graph(KnowledgeGraph.load(facts))


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
