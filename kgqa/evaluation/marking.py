"""Predictions, gold and diagnoses of a question set brought together, question by question."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

from kgqa.errors import QuestionsFileError
from kgqa.evaluation.diagnosis import Diagnosis
from kgqa.evaluation.matching import Hits, Matching, match
from kgqa.evaluation.metrics import Marked
from kgqa.evaluation.predictions import Prediction
from kgqa.evaluation.questions import Gold, QuestionSet


class _Named(Protocol):
    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=_Named)


def mark(
    predictions: Iterable[Prediction],
    questions: QuestionSet,
    *,
    matching: Matching = Matching.STRICT,
    diagnoses: Iterable[Diagnosis] = (),
) -> tuple[Marked, ...]:
    """Hold predictions against gold: every question that has gold or was asked, in the set's order.

    Errors : QuestionsFileError for a prediction or a diagnosis of a question that the set lacks, or a second one.
    """
    known = frozenset(question.id for question in questions.questions)
    given = _by_id(predictions, known, "predicted", "prediction")
    diagnosed = _by_id(diagnoses, known, "diagnosed", "diagnosis")
    return tuple(
        Marked(
            question=question,
            gold=questions.gold.get(question.id),
            prediction=given.get(question.id),
            hits=_hits(given.get(question.id), questions.gold.get(question.id), matching),
            diagnosis=diagnosed.get(question.id),
            matching=matching,
        )
        for question in questions.questions
        if question.id in questions.gold or question.id in given
    )


def _hits(prediction: Prediction | None, gold: Gold | None, matching: Matching) -> Hits:
    return match(prediction.values if prediction else (), gold.answers if gold else (), matching)


def _by_id(items: Iterable[T], known: frozenset[str], done: str, noun: str) -> dict[str, T]:
    by_id: dict[str, T] = {}
    for item in items:
        if item.id not in known or item.id in by_id:
            problem = f"is {done} twice" if item.id in known else "is not in the question set"
            raise QuestionsFileError(f"the question {item.id!r} {problem}; expected one {noun} a question")
        by_id[item.id] = item
    return by_id
