"""What a metric is, and what it may look at."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

import numpy as np

from kgqa.evaluation.diagnosis import Diagnosis
from kgqa.evaluation.matching import Hits, Matching
from kgqa.evaluation.predictions import Prediction
from kgqa.evaluation.questions import Gold, Question
from kgqa.evaluation.resampling import Scores, Statistic, mean_statistic


class Direction(Enum):
    """Which way is better."""

    HIGHER = "higher"
    LOWER = "lower"


@dataclass(frozen=True, slots=True)
class Marked:
    """One question with all that is known of it.

    gold : None where the set has none. prediction : None where it was never asked.
    hits : its values held against gold. diagnosis : None where it was not diagnosed.
    """

    question: Question
    gold: Gold | None
    prediction: Prediction | None
    hits: Hits
    diagnosis: Diagnosis | None = None
    matching: Matching = Matching.STRICT

    @property
    def served(self) -> bool:
        """Whether the system was asked and did not raise an error."""
        return self.prediction is not None and not self.prediction.error

    @property
    def answered(self) -> bool:
        """Whether there is at least one value."""
        return self.prediction is not None and self.served and bool(self.prediction.values)

    @property
    def abstained(self) -> bool:
        """Whether the system was asked, did not fail, and gave no value."""
        return self.served and not self.answered

    @property
    def right(self) -> bool:
        """Whether the given and the gold set are equal; silence is right where gold is empty."""
        return self.gold is not None and self.served and all(self.hits.right) and self.hits.found == self.hits.gold

    @property
    def confidence(self) -> float:
        """The system's confidence, 0 where it was never asked."""
        return self.prediction.confidence if self.prediction else 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class MarkedRun:
    """All questions of a run that have gold or a prediction.

    linked : whether the gold entities were given. workers : how many questions were answered at a time.
    peak_mb : the most memory held, in 10^6 bytes, or None where unknown.
    """

    cases: Sequence[Marked]
    linked: bool = False
    workers: int = 1
    peak_mb: float | None = None

    def part(self, rows: Sequence[int]) -> MarkedRun:
        """Some of the questions; memory is a matter of the whole run, so a part has none."""
        return replace(self, cases=[self.cases[row] for row in rows], peak_mb=None)


@dataclass(frozen=True, slots=True)
class Metric:
    """A named figure of a run. Metrics of one name are equal.

    statistic : makes the figure of a run. over : the questions that it is over, in words.
    source : the definition that is followed. low, high : the range. direction : which way is better.
    score : the figure of one question, None where the metric is not over it; None for a metric that only a set has.
    unit : "" for a share.
    """

    name: str
    statistic: Callable[[MarkedRun], Statistic] = field(compare=False, repr=False)
    over: str
    source: str
    low: float = 0.0
    high: float = 1.0
    direction: Direction = Direction.HIGHER
    score: Callable[[Marked], float | None] | None = field(default=None, compare=False, repr=False)
    unit: str = ""

    def __str__(self) -> str:
        return self.name

    def column(self, run: MarkedRun) -> Scores:
        """What every question scores: float64 [questions], NaN where it has no score."""
        return scores_of(self.score or _unscored, run.cases)


def per_question(name: str, score: Callable[[Marked], float | None], over: str, source: str) -> Metric:
    """A metric in [0, 1] that is the mean of what each question scores; None leaves a question out."""
    return Metric(name, lambda run: mean_statistic(scores_of(score, run.cases)), over, source, score=score)


def scores_of(score: Callable[[Marked], float | None], cases: Sequence[Marked]) -> Scores:
    """Score every question: float64 [questions], NaN where the metric is not over it."""
    scores = (score(case) for case in cases)
    return np.array([math.nan if value is None else value for value in scores], dtype=np.float64)


def _unscored(_: Marked) -> float | None:
    return None


def rows_where(wanted: Callable[[Marked], bool], run: MarkedRun) -> list[int]:
    """The positions of the questions that a metric is over."""
    return [row for row, case in enumerate(run.cases) if wanted(case)]
