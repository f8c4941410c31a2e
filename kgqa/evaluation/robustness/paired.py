"""How a score changed over the same questions."""

from __future__ import annotations

from dataclasses import dataclass

from kgqa.evaluation.metrics import Interval, Scores, bootstrap


@dataclass(frozen=True, slots=True)
class Paired:
    """Two means over the same questions, and the mean of the differences with its 95 % interval.

    before, after : in the range of the metric; NaN without questions. difference : after less before.
    """

    before: float
    after: float
    difference: Interval


def paired(before: Scores, after: Scores, *, seed: int) -> Paired:
    """Compare the scores of the same questions, float64 [questions] each, in the same order.

    The interval is the percentile bootstrap over pairs (Efron 1979): questions are drawn, each with both its scores.
    """
    difference = bootstrap(after - before, seed=seed)
    nothing = float("nan")
    return Paired(
        float(before.mean()) if len(before) else nothing, float(after.mean()) if len(after) else nothing, difference
    )
