"""Fitting `kgqa.calibration.Calibration` to a trained reader's scores on dev examples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kgqa.calibration import Calibration, calibration_features, unrivalled
from kgqa.reader.contract import ReaderCandidate, ReaderOutput
from kgqa.reader.features import EVIDENCE
from kgqa.training.examples import Example

_SHRINK = 1e-3
_HELD = Calibration()
LOST = 0.25
"""The weight of a question whose relation was taken away: as if one question in five could not be answered."""
RIGHT = 0.999
"""The F1 from which a result counts as the gold set."""
_ROUNDS = 100
_COVERAGE, _SUPPORT, _SIZE = (EVIDENCE.index(name) for name in ("coverage", "support", "size"))
LEAST_SLOPE = 0.1
"""The least log odds that a point of a reader's own score is worth."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A question's features as `calibration_features` gives them, and whether its best candidate is right.

    weight : how much it counts.
    """

    source: str
    features: tuple[float, ...]
    right: bool
    weight: float = 1.0


def scored(example: Example, output: ReaderOutput, weight: float = 1.0) -> Scored:
    """The best candidate of an example; a rival counts for the margin if it yields something else."""
    order = np.argsort(-output.scores, kind="stable").tolist()
    best = example.candidates[order[0]]
    result = (best.f1, best.evidence[_SIZE])
    rivals = [i for i in order[1:] if (example.candidates[i].f1, example.candidates[i].evidence[_SIZE]) != result]
    second = float(output.scores[rivals[0]]) if rivals else unrivalled(output)
    score = float(output.scores[order[0]])
    seen = ReaderCandidate("", 0.0, best.evidence[_COVERAGE], 0.0, best.evidence[_SUPPORT])
    features = calibration_features(seen, score, score - second, 0)
    return Scored(example.source, features, best.f1 >= RIGHT, weight)


def unanswerable(example: Example) -> Example | None:
    """The example without the last relation of its right programs, as if the graph lacked it; None if nothing is left.

    Candidates that share part of the answer go too.
    """
    right = [c for c in example.candidates if c.f1 >= RIGHT and not c.spurious and c.relations]
    if not right:
        return None
    lost = {c.relations[-1] for c in right}
    left = tuple(c for c in example.candidates if not lost & set(c.relations) and c.f1 < RIGHT)
    return Example(example.source, example.id, example.variants, left) if left else None


def fit_calibration(examples: Sequence[Scored]) -> Calibration:
    """Logistic regression by Newton's method; each source weighs alike but for the square root of its size.

    The weights of support and of unread words stay as `Calibration` has them: see there.
    """
    names = np.array([example.source for example in examples])
    features = np.array([example.features for example in examples])
    right = np.array([float(example.right) for example in examples])
    weights = np.array([e.weight for e in examples]) / [np.sqrt((names == name).sum()) for name in names]
    found = _newton(features, right, weights / weights.mean())
    bias, score, margin, coverage = (round(float(value), 3) for value in found)
    return Calibration(bias=bias, score=score, margin=margin, coverage=coverage)


def logistic_curve(scores: NDArray[np.float64], right: NDArray[np.float64]) -> tuple[float, float]:
    """The curve of right (0 or 1) over scores: where it passes a half, and its slope in log odds."""
    bias, slope = _newton(np.pad(scores[:, None], ((0, 0), (0, 4))), right, np.ones(len(right)), columns=1)
    return float(-bias / slope), float(slope)


def rising_curve(scores: NDArray[np.float64], right: NDArray[np.float64]) -> tuple[float, float]:
    """As `logistic_curve`, but never falling: where scores tell nothing, a slight rise about the share that is right.

    A curve that falls would put the worst candidate first.
    """
    threshold, slope = logistic_curve(scores, right)
    if slope >= LEAST_SLOPE:
        return threshold, slope
    share = float(np.clip(right.mean(), 0.01, 0.99))
    return float(scores.mean() - np.log(share / (1 - share)) / LEAST_SLOPE), LEAST_SLOPE


def _newton(
    features: NDArray[np.float64], right: NDArray[np.float64], weights: NDArray[np.float64], columns: int = 3
) -> NDArray[np.float64]:
    """The bias and the weights of the first `columns` features."""
    inputs = np.column_stack([np.ones(len(features)), features[:, :columns]])
    offset = _HELD.support * features[:, 3] + _HELD.unread * features[:, 4]
    found = np.zeros(inputs.shape[1])
    ridge = _SHRINK * len(right) * np.diag([0.0, *np.ones(len(found) - 1)])
    for _ in range(_ROUNDS):
        p = 1 / (1 + np.exp(-np.clip(inputs @ found + offset, -30, 30)))
        gradient = inputs.T @ (weights * (p - right)) + ridge @ found
        curvature = (inputs * (weights * np.maximum(p * (1 - p), 1e-6))[:, None]).T @ inputs + ridge
        found = found - np.linalg.solve(curvature, gradient)
    return found
