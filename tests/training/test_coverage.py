"""What a graph has of questions: counted against a set put together by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from kgqa.errors import TrainingError
from kgqa.evaluation import Gold, Question, QuestionSet

pytest.importorskip("torch")

from kgqa.training import Coverage
from kgqa.training.coverage import total
from kgqa.training.examples import collect
from tests.retrieval.toy import films
from tests.training.toy import ToySystem

GRAPH = films()


def coverage(*asked: tuple[str, tuple[str, ...] | None], made: bool = False) -> Coverage:
    questions = tuple(Question(f"q{i}", text) for i, (text, _) in enumerate(asked))
    gold = {f"q{i}": Gold(answers) for i, (_, answers) in enumerate(asked) if answers is not None}
    found = QuestionSet(questions, gold)
    return Coverage.of(found, list(collect("films", ToySystem(GRAPH), found)), GRAPH, made=made)


def test_what_is_lacking_is_counted_and_named() -> None:
    found = coverage(
        ("Who is the director of Alpha?", ("Kim",)),
        ("Who is the director of Beta?", ("Nobody", "No one")),
        ("Who is the director of Gamma?", ("Nobody", "Kim")),  # part of the gold is enough to learn from
        ("How many films star Lee?", ("17",)),  # computed: the graph need not hold it
        ("What is this?", ("Seoul",)),
        ("And who asked?", ("Someone",)),
        ("When was Alpha released?", ("1999",)),
        ("Is Kim the director of Alpha?", ("true",)),
        ("Who is the star of Delta?", None),  # no gold
        ("Who is the star of Delta?", ()),  # the right answer is none
    )
    assert found == Coverage(9, 2, 2, ("q1 ('Nobody')", "q5 ('Someone')"))
    found.check("questions")  # there is something to learn from


def test_made_questions_lack_nothing_of_their_graph() -> None:
    table = ("How many films has each director?", ("Kim: 2", "Lee: 1"))
    assert coverage(table).absent == 1
    assert coverage(table, made=True).absent == 0


def test_questions_about_something_else_are_an_error() -> None:
    absent = coverage(
        *((f"Who is the director of {film}?", (f"N{film}",)) for film in ("Alpha", "Beta", "Gamma", "Delta"))
    )
    with pytest.raises(TrainingError, match=r"none of the 4 questions of 'x' .*q0 \('NAlpha'\).*q2 \('NGamma'\)\. Are"):
        absent.check("questions of 'x'")
    unread = coverage(("What is this?", ("Kim",)), ("What is that?", ("Kim",)))
    with pytest.raises(TrainingError, match="in none of the 2 dev questions of 'x' is anything of the graph found"):
        unread.check("dev questions of 'x'")
    coverage().check("no questions")


def test_it_comes_back_from_disk_and_adds_up(tmp_path: Path) -> None:
    one, two = Coverage(5, 1, 2, ("a", "b")), Coverage(7, 0, 2, ("c", "d"))
    one.write(tmp_path / "c.json")
    assert Coverage.read(tmp_path / "c.json") == one
    assert total([one, two]) == Coverage(12, 1, 4, ("a", "b", "c"))
    (tmp_path / "c.json").write_text('{"questions": 5}', encoding="utf-8")
    with pytest.raises(TrainingError, match=r"c.json is damaged .*Delete"):
        Coverage.read(tmp_path / "c.json")
