"""Metrics of time and memory, over all questions that were asked, with gold or without."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from kgqa.evaluation.metrics.contract import Direction, MarkedRun, Metric
from kgqa.evaluation.resampling import Scores, Statistic, Weights, divided

_OVER = "questions asked"


def _seconds(run: MarkedRun) -> tuple[NDArray[np.int64], Scores]:
    asked = [(row, case.prediction.seconds) for row, case in enumerate(run.cases) if case.prediction is not None]
    return np.array([row for row, _ in asked], dtype=np.int64), np.array([s for _, s in asked], dtype=np.float64)


def weighted_quantile(ordered: Scores, weights: Weights, share: float) -> Scores:
    """The quantile of values drawn `weights` times each, between neighbours linear as `numpy.quantile`; [rounds].

    ordered : ascending, [n]. weights : [rounds, n].
    """
    ends = weights.cumsum(axis=1)
    place = (ends[:, -1] - 1) * share
    first = np.floor(place)
    at = [(ends <= k[:, None]).sum(axis=1).clip(max=len(ordered) - 1) for k in (first, np.ceil(place))]
    low, high = ordered[at[0]], ordered[at[1]]
    return np.where(ends[:, -1] > 0, low + (high - low) * (place - first), math.nan)


def _percentile(name: str, share: float) -> Metric:
    def statistic(run: MarkedRun) -> Statistic:
        rows, seconds = _seconds(run)
        order = np.argsort(seconds, kind="stable")
        ordered = seconds[order] * 1000
        return Statistic(rows[order], lambda weights: weighted_quantile(ordered, weights, share))

    source = f"{share:.0%} of the questions take at most this wall time, in milliseconds"
    return Metric(name, statistic, _OVER, source, high=math.inf, direction=Direction.LOWER, unit="ms")


def _throughput(run: MarkedRun) -> Statistic:
    rows, seconds = _seconds(run)
    return Statistic(rows, lambda weights: divided(run.workers * weights.sum(axis=1), weights @ seconds))


def _peak(run: MarkedRun) -> Statistic:
    """One measurement of the whole run: resampling does not move it."""
    peak = run.peak_mb
    if peak is None:
        return Statistic(np.zeros(0, dtype=np.int64), lambda weights: np.full(len(weights), math.nan))
    rows, _ = _seconds(run)
    return Statistic(rows, lambda weights: np.full(len(weights), peak))


P50 = _percentile("p50 ms", 0.5)
P95 = _percentile("p95 ms", 0.95)
PER_SECOND = Metric(
    "Questions/s",
    _throughput,
    _OVER,
    "workers divided by the mean wall time of a question",
    high=math.inf,
    unit="1/s",
)
PEAK_MB = Metric(
    "Peak MB",
    _peak,
    "the whole run; n is the questions asked",
    "VmHWM, the most memory that the process held, in 10^6 bytes; measured once, so without an interval",
    high=math.inf,
    direction=Direction.LOWER,
    unit="MB",
)

SPEED_METRICS = (P50, P95, PER_SECOND, PEAK_MB)
