"""Metrics as named values: each with its range, its direction and where it is defined.

Rules that all share. Answers are a set; Hits@1 takes the first value in the system's own order, and a system
that has ties must break them itself. The denominator is every question with gold: one that was not answered
scores 0. Where gold is empty (the right answer is none), giving nothing scores 1 and giving anything 0.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from kgqa.errors import ConfigError
from kgqa.evaluation.matching import Hits

Scores = NDArray[np.float64]
_CHUNK = 4_000_000


class Direction(Enum):
    """Which way is better."""

    HIGHER = "higher"
    LOWER = "lower"


@dataclass(frozen=True, slots=True)
class Metric:
    """A score of one question; its mean over the gold questions is the reported value.

    low, high : the range. source : the definition that is followed.
    """

    name: str
    score: Callable[[Hits], float]
    source: str
    low: float = 0.0
    high: float = 1.0
    direction: Direction = Direction.HIGHER

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with its 95 % bootstrap interval over `n` questions; all NaN where n is 0."""

    mean: float
    low: float
    high: float
    n: int


def _none_wanted(hits: Hits) -> float:
    return float(not hits.right)


def _hits_at_1(hits: Hits) -> float:
    return float(hits.right[:1] == (True,)) if hits.gold else _none_wanted(hits)


def _hit(hits: Hits) -> float:
    return float(any(hits.right)) if hits.gold else _none_wanted(hits)


def _precision(hits: Hits) -> float:
    if not hits.gold:
        return _none_wanted(hits)
    return sum(hits.right) / len(hits.right) if hits.right else 0.0


def _recall(hits: Hits) -> float:
    return hits.found / hits.gold if hits.gold else _none_wanted(hits)


def _f1(hits: Hits) -> float:
    precision, recall = _precision(hits), _recall(hits)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _nlpcc_f1(hits: Hits) -> float:
    return _f1(hits) if hits.right and hits.gold else 0.0


def _exact(hits: Hits) -> float:
    return float(all(hits.right) and hits.found == hits.gold)


HITS_AT_1 = Metric("Hits@1", _hits_at_1, "Bordes et al. 2015; the first value is a gold answer")
HIT = Metric("Hit", _hit, "any value is a gold answer, often published as Hits@1")
PRECISION = Metric("Precision", _precision, "Berant et al. 2013; right values of all given, mean over questions")
RECALL = Metric("Recall", _recall, "Berant et al. 2013; gold answers found, mean over questions")
F1 = Metric("F1", _f1, "Berant et al. 2013; mean of the F1 of each question")
NLPCC_F1 = Metric("F1 (NLPCC)", _nlpcc_f1, "Duan 2016, averaged F1; 0 for every question without a value")
EXACT = Metric("Exact", _exact, "given and gold sets are equal")

METRICS: tuple[Metric, ...] = (HITS_AT_1, HIT, PRECISION, RECALL, F1, NLPCC_F1, EXACT)


def parse_metric(name: str) -> Metric:
    """Look up a metric by its name; an unknown one is a ConfigError."""
    for metric in METRICS:
        if metric.name == name:
            return metric
    raise ConfigError(f"{name!r} is no metric; expected one of: {', '.join(m.name for m in METRICS)}")


def bootstrap(scores: Scores, *, seed: int, rounds: int = 2000) -> Interval:
    """Take the mean and its 95 % percentile interval.

    scores : float64 [questions]. rounds : resamples of all questions with replacement (Efron 1979).
    """
    n = len(scores)
    if n == 0:
        return Interval(float("nan"), float("nan"), float("nan"), 0)
    generator = np.random.default_rng(seed)
    chunk = max(1, _CHUNK // n)
    sizes = [min(chunk, rounds - start) for start in range(0, rounds, chunk)]
    means = np.concatenate([scores[generator.integers(0, n, (size, n))].mean(axis=1) for size in sizes])
    low, high = np.quantile(means, (0.025, 0.975))
    return Interval(float(scores.mean()), float(low), float(high), n)


def score_matrix(hits: Sequence[Hits], metrics: Sequence[Metric] = METRICS) -> Scores:
    """Score every question by every metric: float64 [metrics, questions]."""
    rows = [[metric.score(one) for one in hits] for metric in metrics]
    return np.array(rows, dtype=np.float64).reshape(len(metrics), len(hits))
