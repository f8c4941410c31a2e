from __future__ import annotations

import pytest

from kgqa.evaluation import Gold, Question, QuestionSet
from kgqa.evaluation.matching import Matching
from kgqa.evaluation.remarks import remarks
from kgqa.graph import KnowledgeGraph
from kgqa.types import AnswerKind

GRAPH = KnowledgeGraph.load([("France", "capital", "Paris"), ("France", "founded", "843")])


def asked(**answers: tuple[str, ...] | None) -> QuestionSet:
    questions = tuple(Question(name, f"{name}?") for name in answers)
    return QuestionSet(questions, {i: Gold(found) for i, found in answers.items() if found is not None})


def test_a_set_that_fits_its_graph_needs_no_remark() -> None:
    assert remarks(asked(a=("Paris",), b=(), c=("843", "France")), GRAPH, Matching.STRICT) == ()


def test_unknown_answers_are_counted_and_one_is_named() -> None:
    (remark,) = remarks(asked(a=("Paris", "Rome", "Oslo"), b=("Bern",), c=("Paris",)), GRAPH, Matching.STRICT)
    assert remark == (
        "Gold answers that the graph has under no id, name or value: 3, of 2 questions, such as Rome, Oslo of a."
    )


def test_matching_decides_what_is_known() -> None:
    questions = asked(a=("PARIS",))
    assert len(remarks(questions, GRAPH, Matching.STRICT)) == 1
    assert remarks(questions, GRAPH, Matching.LENIENT) == ()


@pytest.mark.parametrize("kind", [AnswerKind.COUNT, AnswerKind.BOOLEAN, None])
def test_computed_answers_need_not_be_in_the_graph(kind: AnswerKind | None) -> None:
    gold = Gold(("true",) if kind is AnswerKind.BOOLEAN else ("17",), kind)
    assert remarks(QuestionSet((Question("a", "?"),), {"a": gold}), GRAPH, Matching.STRICT) == ()


def test_what_is_not_scored_not_asked_or_not_read_is_said() -> None:
    questions = QuestionSet((Question("a", "?"), Question("b", "?")), {"a": Gold(("Paris",))}, ("colour", "shape"))
    assert remarks(questions, GRAPH, Matching.STRICT, left_out=4) == (
        "Without gold entities and therefore not asked: 4.",
        "Asked and not scored, since the set has no answers for them: 1 (b).",
        "Fields of the set that are not read: colour, shape.",
    )
