"""Ask a system every question of a set."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from kgqa.errors import InputError
from kgqa.evaluation.predictions import Prediction, PredictionLog
from kgqa.evaluation.questions import LinkedQuestion, Question
from kgqa.types import Answer

Progress = Callable[[int, int], None]
"""Called with (questions done, questions in all)."""
REFUSED = "error"


class System(Protocol):
    """Answers questions and links their entities itself."""

    def ask(self, question: str) -> Answer:
        """Answer one question."""
        ...


class LinkedSystem(Protocol):
    """Answers questions whose entities are given."""

    def ask_linked(self, question: str, topic: Sequence[str]) -> Answer:
        """Answer one question about the entities `topic`, ids or labels."""
        ...


def run(
    system: System,
    questions: Sequence[Question],
    *,
    name: str = "kgqa",
    path: Path | str | None = None,
    on_progress: Progress | None = None,
) -> list[Prediction]:
    """Ask every question, in order.

    name : the system as named in the file. path : predictions are appended there, and those there already are not
        asked again.
    Errors : QuestionsFileError if the file belongs to another run. A question that the system refuses becomes a
        prediction with its error.
    """
    asks = [(question, lambda text=question.text: system.ask(text)) for question in questions]
    return _answer_all(asks, name, path, on_progress)


def run_linked(
    system: LinkedSystem,
    questions: Sequence[LinkedQuestion],
    *,
    name: str,
    path: Path | str | None = None,
    on_progress: Progress | None = None,
) -> list[Prediction]:
    """Ask every question with its gold entities given; otherwise as `run`."""
    asks = [
        (linked.question, lambda linked=linked: system.ask_linked(linked.question.text, linked.topic))
        for linked in questions
    ]
    return _answer_all(asks, name, path, on_progress)


def _answer_all(
    asks: Sequence[tuple[Question, Callable[[], Answer]]],
    name: str,
    path: Path | str | None,
    on_progress: Progress | None,
) -> list[Prediction]:
    log = PredictionLog(path, system=name, questions=[question for question, _ in asks]) if path else None
    known = log.resume() if log else {}
    predictions = []
    for done, (question, ask) in enumerate(asks, 1):
        prediction = known.get(question.id)
        if prediction is None:
            prediction = _predict(question.id, ask)
            if log:
                log.add(prediction)
        predictions.append(prediction)
        if on_progress:
            on_progress(done, len(asks))
    return predictions


def _predict(question_id: str, ask: Callable[[], Answer]) -> Prediction:
    start = time.perf_counter()
    try:
        answer = ask()
    except InputError as error:
        return Prediction(question_id, REFUSED, error=str(error), seconds=time.perf_counter() - start)
    return Prediction.of_answer(question_id, answer, time.perf_counter() - start)
