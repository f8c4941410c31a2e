"""Ask a system every question of a set."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Protocol

from kgqa.errors import InputError, KgqaError
from kgqa.evaluation.predictions import FAILED, REFUSED, Prediction, PredictionLog
from kgqa.evaluation.questions import LinkedQuestion, Question
from kgqa.types import Answer

Progress = Callable[[int, int], None]
"""Called with (questions done, questions in all)."""


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
        prediction with its error, and so does one that it fails at unexpectedly.
    """
    asked = [LinkedQuestion(question, ()) for question in questions]
    return answer_all(partial(_each, lambda one: system.ask(one.question.text)), asked, name, path, on_progress)


def run_linked(
    system: LinkedSystem,
    questions: Sequence[LinkedQuestion],
    *,
    name: str,
    path: Path | str | None = None,
    on_progress: Progress | None = None,
) -> list[Prediction]:
    """Ask every question with its gold entities given; otherwise as `run`."""
    ask = partial(_each, lambda one: system.ask_linked(one.question.text, one.topic))
    return answer_all(ask, questions, name, path, on_progress)


def answer_all(
    answer: Callable[[Sequence[LinkedQuestion]], Iterator[Prediction]],
    asked: Sequence[LinkedQuestion],
    name: str,
    path: Path | str | None,
    on_progress: Progress | None,
) -> list[Prediction]:
    """Have all answered that the file lacks; the predictions in the order of the questions.

    answer : yields the prediction of each question that it is given, in any order.
    """
    log = PredictionLog(path, system=name, questions=[one.question for one in asked]) if path else None
    known = log.resume() if log else {}
    report = on_progress or _silent
    report(len(known), len(asked))
    for prediction in answer([one for one in asked if one.question.id not in known]):
        if log:
            log.add(prediction)
        known[prediction.id] = prediction
        report(len(known), len(asked))
    return [known[one.question.id] for one in asked]


def predict(question_id: str, ask: Callable[[], Answer]) -> Prediction:
    """Have one question answered, and keep what came of it, an unexpected error too."""
    start = time.perf_counter()
    try:
        return attempt(question_id, ask)
    except KgqaError:
        raise
    except Exception as error:  # one question that a bug fails on must not lose a night's run
        message = f"{type(error).__name__}: {error}"
        return Prediction(question_id, FAILED, error=message, seconds=time.perf_counter() - start)


def attempt(question_id: str, ask: Callable[[], Answer]) -> Prediction:
    """Have one question answered or refused; any error but InputError is the caller's."""
    start = time.perf_counter()
    try:
        answer = ask()
    except InputError as error:
        return Prediction(question_id, REFUSED, error=str(error), seconds=time.perf_counter() - start)
    return Prediction.of_answer(question_id, answer, time.perf_counter() - start)


def _each(ask: Callable[[LinkedQuestion], Answer], asked: Sequence[LinkedQuestion]) -> Iterator[Prediction]:
    return (predict(one.question.id, partial(ask, one)) for one in asked)


def _silent(done: int, total: int) -> None:
    """No progress is shown."""
