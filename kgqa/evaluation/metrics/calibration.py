"""Metrics of confidence as a probability, over the answered questions with gold; right is equal to the gold set."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kgqa.evaluation.metrics.abstention import is_answered
from kgqa.evaluation.metrics.contract import Direction, Marked, MarkedRun, Metric, rows_where
from kgqa.evaluation.resampling import Scores, Statistic, Weights, divided, mean_statistic

BINS = 15
"""Ranges of equal width, (low, high]; the first one holds 0 too."""
EDGES: Scores = np.linspace(0, 1, BINS + 1)
_OVER = "answered questions with gold"


def bin_of(confidence: Scores) -> NDArray[np.int64]:
    """The number of the bin of each confidence, [n], from 0."""
    return np.searchsorted(EDGES[1:-1], confidence, side="left")


def confidence_and_right(run: MarkedRun) -> tuple[NDArray[np.int64], Scores, Scores]:
    """The answered questions: positions in the run, confidence, 1 where right; each [n]."""
    rows = rows_where(is_answered, run)
    confidence = np.array([run.cases[row].confidence for row in rows], dtype=np.float64)
    right = np.array([run.cases[row].right for row in rows], dtype=np.float64)
    return np.array(rows, dtype=np.int64), confidence, right


def _calibration_error(run: MarkedRun) -> Statistic:
    rows, confidence, right = confidence_and_right(run)
    gap = np.zeros((len(rows), BINS))
    gap[np.arange(len(rows)), bin_of(confidence)] = right - confidence

    def value(weights: Weights) -> Scores:
        return divided(np.abs(weights @ gap).sum(axis=1), weights.sum(axis=1))

    return Statistic(rows, value)


def _brier(case: Marked) -> float | None:
    return (case.confidence - float(case.right)) ** 2 if is_answered(case) else None


def _brier_statistic(run: MarkedRun) -> Statistic:
    rows, confidence, right = confidence_and_right(run)
    means = mean_statistic((confidence - right) ** 2)
    return Statistic(rows, means.value)


ECE = Metric(
    "ECE",
    _calibration_error,
    _OVER,
    f"Guo et al. 2017; |share right - mean confidence| over {BINS} bins of equal width, weighted by their size",
    direction=Direction.LOWER,
)
BRIER = Metric(
    "Brier",
    _brier_statistic,
    _OVER,
    "Brier 1950, binary; mean square of confidence less 1 or 0",
    direction=Direction.LOWER,
    score=_brier,
)

CALIBRATION_METRICS = (ECE, BRIER)
