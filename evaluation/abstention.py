"""Questions answered right, asked again without the facts behind the answers: whether confidence tells them apart."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict

import numpy as np
from numpy.typing import NDArray

from evaluation.results import Column, Row, Table
from evaluation.settings import Choice, RobustnessSet, RobustnessSettings, abstention_settings, located
from kgqa import KGQA, Config
from kgqa.config import ReaderConfig, RetrievalConfig
from kgqa.evaluation import Prediction, QuestionSet
from kgqa.evaluation import run as ask
from kgqa.evaluation.robustness import Case, NameTable, Scene
from kgqa.evaluation.robustness.removal import RemovedFacts
from kgqa.evaluation.robustness.suite import marked
from kgqa.reader import SHIPPED
from kgqa.types import AbstentionReason

_VALUES = 3
_COLUMNS = (
    Column("right, and cut", 0),
    Column("answered all the same", 1, 100),
    Column("median confidence before", 2),
    Column("median confidence without", 2),
    Column("AUROC", 3),
)


def run(choice: Choice) -> list[Table]:
    """Ask every set whose files are there, with and without the facts; the others are named on stderr."""
    settings = abstention_settings()
    wanted = (one for one in settings.sets if choice.takes(one.name, one.graph, one.questions))
    rows = tuple(_row(one, settings) for one in wanted)
    return [Table("abstention", "Needed facts removed, dev questions", _COLUMNS, rows)]


def order() -> list[str]:
    """The names of all rows."""
    return [one.name for one in abstention_settings().sets]


def auroc(kept: NDArray[np.float64], lost: NDArray[np.float64]) -> float:
    """How often a question is trusted more than one whose fact was removed; half a point for a tie."""
    above = (kept[:, None] > lost[None, :]).mean() + 0.5 * (kept[:, None] == lost[None, :]).mean()
    return float(above)


def _row(one: RobustnessSet, settings: RobustnessSettings) -> Row:
    start = time.perf_counter()
    pairs = list(_pairs(one, settings))
    kept, lost = (np.array([_trust(prediction) for prediction in side]) for side in zip(*pairs, strict=True))
    answered = sum(bool(after.values) for _, after in pairs) / len(pairs)
    cells = (len(pairs), answered, float(np.median(kept)), float(np.median(lost)), auroc(kept, lost))
    details = {before.id: [_kept(before), _kept(after)] for before, after in pairs}
    return Row(one.name, cells, settings.seed, time.perf_counter() - start, asdict(settings), {"answers": details})


def _trust(prediction: Prediction) -> float:
    """Confidence in what is answered, or was withheld as too unsure; 0 where the system found that nothing is known."""
    unsure = prediction.abstained == AbstentionReason.LOW_CONFIDENCE.value
    return prediction.confidence if prediction.values or unsure else 0.0


def _kept(prediction: Prediction) -> dict[str, object]:
    values = [value.label or value.value for value in prediction.values[:_VALUES]]
    return {"values": values, "confidence": prediction.confidence, "abstained": prediction.abstained}


def _pairs(one: RobustnessSet, settings: RobustnessSettings) -> Iterator[tuple[Prediction, Prediction]]:
    """What is answered before and after, of all questions whose facts could be removed."""
    questions = QuestionSet.read(located(one.questions), split=one.split)
    questions = questions.sample(one.sample, settings.seed) if one.sample else questions
    reader, search = ReaderConfig(name=SHIPPED), RetrievalConfig(budget_ms=settings.budget_ms)
    system = KGQA.from_graph(located(one.graph), config=Config(reader=reader, retrieval=search))
    scene = Scene(system, NameTable.from_graph(system.graph), settings.seed)
    attacked = RemovedFacts().apply(scene, _cases(system, questions))
    left = system.with_changes(remove=attacked.remove)
    cut = [variant.case for variant in attacked.variants]
    for case, after in zip(cut, ask(left, [case.question for case in cut]), strict=True):
        yield case.before, after


def _cases(system: KGQA, questions: QuestionSet) -> Sequence[Case]:
    asked = [question for question in questions.questions if question.id in questions.gold]
    cases = []
    for question, before in zip(asked, ask(system, asked), strict=True):
        gold = questions.gold[question.id]
        cases.append(Case(question, gold, before, marked(question, before, gold.answers).right))
    return cases
