"""One mention: the first program is the path that the question says, in several wordings, forwards and inverse."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from kgqa.program.algebra import Entities, Follow, Program
from tests.retrieval.toy import Lab, build, family, films

FAMILY = Lab(family())
FILMS = Lab(films(), names={"films": "Film", "film": "Film"})
PERFORMANCES = (
    ("Alpha", "performance", "P1"),
    ("P1", "actor", "Lee"),
    ("P1", "role", "Captain"),
    ("Alpha", "performance", "P2"),
    ("P2", "actor", "Moon"),
    ("P2", "role", "Pilot"),
    ("Beta", "performance", "P3"),
    ("P3", "actor", "Lee"),
    ("P3", "role", "Doctor"),
    ("Alpha", "director", "Kim"),
    ("Beta", "director", "Kim"),
)


def path_of(lab: Lab, question: str) -> list[str]:
    """The relations of the first program, the first step first, `^` before inverse ones."""
    program: Program = lab.ask(question).candidates[0].program
    steps: list[str] = []
    while isinstance(program, Follow):
        steps.insert(0, "^" * program.step.inverse + lab.graph.relation_id(program.step.relation))
        program = program.source
    assert isinstance(program, Entities)
    return steps


@pytest.mark.parametrize(
    ("question", "path", "found"),
    [
        ("Who is the mother of Anna?", "mother", "Beata"),
        ("Who is Anna's mother?", "mother", "Beata"),
        ("Anna's mother", "mother", "Beata"),
        ("安娜的母亲是谁？", "mother", "Beata"),
        ("安娜的父亲", "father", "Carl"),
        ("Whose mother is Dora?", "^mother", "Beata"),
        ("Who has the occupation painter?", "^occupation", "Dora"),
        ("谁的母亲是多拉？", "^mother", "Beata"),
    ],
)
def test_one_step(question: str, path: str, found: str) -> None:
    assert path_of(FAMILY, question) == path.split()
    assert FAMILY.first(question) == {found}


@pytest.mark.parametrize(
    ("question", "path", "found"),
    [
        ("Anna's mother's birthplace", "mother birthplace", "Lund"),
        ("What is the birthplace of Anna's mother?", "mother birthplace", "Lund"),
        ("What is the birthplace of the mother of Anna?", "mother birthplace", "Lund"),
        ("the birthplace of the father of Anna", "father birthplace", "Turku"),
        ("安娜的母亲的出生地", "mother birthplace", "Lund"),
        ("安娜的母亲的出生地是哪里？", "mother birthplace", "Lund"),
        ("Anna's mother's mother", "mother mother", "Dora"),
        ("Anna's mother's mother's birthplace", "mother mother birthplace", "Oslo"),
        ("the country of the birthplace of the mother of Anna", "mother birthplace country", "Sweden"),
        ("What is the country of Anna's mother's birthplace?", "mother birthplace country", "Sweden"),
        ("安娜的母亲的出生地的国家", "mother birthplace country", "Sweden"),
    ],
)
def test_chains(question: str, path: str, found: str) -> None:
    assert path_of(FAMILY, question) == path.split()
    assert FAMILY.first(question) == {found}


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("films by the same director as Beta", {"Alpha", "Delta"}),
        ("Which films have the same director as Beta?", {"Alpha", "Delta"}),
        ("Which other films share a director with Alpha?", {"Beta", "Delta"}),
    ],
)
def test_there_and_back_leaves_the_start_out(question: str, found: set[str]) -> None:
    assert FILMS.first(question) == found


def test_siblings_are_not_oneself() -> None:
    assert FAMILY.first("Who has the same mother as Anna?") == {"Erik"}
    assert FAMILY.first("Which people share a mother with Erik?") == {"Anna"}


def test_who_else_is_among_the_readings() -> None:
    """Kim directed films with Lee; the others who did are all but Kim."""
    lab = Lab(films())
    assert {"Park"} in lab.sets("Who else was director of a film by director Kim with star Lee?")


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("When was Alpha released?", {"1999"}),
        ("What is the runtime of Alpha?", {"107"}),
        ("films released in 2004", {"Beta", "Gamma"}),
        ("When was the director of Gamma born?", {"1971-02-11"}),
        ("Who was born on 1960-05-01?", {"Kim"}),
        ("Which films have a runtime of 93?", {"Beta"}),
    ],
)
def test_values_are_reached_and_start_paths(question: str, found: set[str]) -> None:
    assert FILMS.first(question) == found


def test_a_value_is_followed_backwards_at_the_start_only() -> None:
    """Films of equal runtime have nothing to do with each other unless the question starts at the value."""
    for candidate in FILMS.ask("What is the runtime of Alpha?").candidates:
        literals = [p for p in candidate.program.walk() if isinstance(p, Follow) and p.step.inverse]
        released = {FILMS.graph.find_relation(name) for name in ("runtime", "released", "born")}
        assert not [p for p in literals if p.step.relation in released]


@pytest.mark.parametrize(
    "names",
    [{"P1": "_:p1", "P2": "_:p2", "P3": "_:p3"}, {"P1": "m.0123", "P2": "m.0456", "P3": "m.0789"}],
    ids=["blank", "machine"],
)
@pytest.mark.parametrize(
    ("question", "path", "found"),
    [
        ("Who is the actor of Alpha?", "performance actor", {"Lee", "Moon"}),
        ("What are the role names of Alpha?", "performance role", {"Captain", "Pilot"}),
    ],
)
def test_mediators_are_walked_through(names: Mapping[str, str], question: str, path: str, found: set[str]) -> None:
    lab = Lab(build([(names.get(s, s), p, names.get(o, o)) for s, p, o in PERFORMANCES]))
    assert path_of(lab, question) == path.split()
    assert lab.first(question) == found


def test_names_and_schema_are_no_steps() -> None:
    """Labels, aliases and subclasses say what things are called, not what holds between them."""
    closed = {FAMILY.graph.find_relation("http://www.w3.org/2000/01/rdf-schema#label")}
    for question in ("What is the label of Anna?", "Anna's label's mother", "安娜的标签"):
        for candidate in FAMILY.ask(question).candidates:
            used = {part.step.relation for part in candidate.program.walk() if isinstance(part, Follow)}
            assert not used & closed
