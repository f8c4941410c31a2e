"""Metrics of knowing what one does not know: abstention, and confidence as a ranking of answers.

Answered: at least one value. Abstained: asked, no error, no value; a question that was refused with an error or never
asked is neither. An answer is right if it equals the gold set. Abstaining is right where gold is empty; where gold is
not, it is neither right nor a wrong answer, and lowers Coverage. What a system would have said is not known, so the
curves are over the answered questions alone, and have to be read beside Coverage.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kgqa.evaluation.metrics.contract import Direction, Marked, MarkedRun, Metric, per_question, rows_where
from kgqa.evaluation.resampling import Scores, Statistic, Weights, divided

_ANSWERED = "answered questions with gold"


def is_answered(case: Marked) -> bool:
    """Whether a question with gold was answered."""
    return case.gold is not None and case.answered


@dataclass(frozen=True, slots=True)
class Ranked:
    """Answered questions, the surest first; those of equal confidence share a place.

    rows : positions in the run, [n]. starts : where each place begins among the rows, [places].
    thresholds : the confidence of each place, [places]. wrong : 1 where the answer is wrong, [n].
    """

    rows: NDArray[np.int64]
    starts: NDArray[np.int64]
    thresholds: Scores
    wrong: Scores

    @classmethod
    def of(cls, run: MarkedRun) -> Ranked:
        """Rank the answered questions of a run."""
        answered = rows_where(is_answered, run)
        confidence = np.array([run.cases[row].confidence for row in answered], dtype=np.float64)
        wrong = np.array([not run.cases[row].right for row in answered], dtype=np.float64)
        order = np.argsort(-confidence, kind="stable")
        confidence = confidence[order]
        starts = np.flatnonzero(np.append(True, confidence[1:] != confidence[:-1])[: len(order)])
        return cls(np.array(answered, dtype=np.int64)[order], starts, confidence[starts], wrong[order])

    def places(self, weights: Weights) -> tuple[Scores, Scores]:
        """How many answers, and how many wrong ones, each place holds: two of [rounds, places]."""
        wrong = weights * self.wrong
        if len(self.starts) == len(self.rows):
            return weights, wrong
        return np.add.reduceat(weights, self.starts, axis=1), np.add.reduceat(wrong, self.starts, axis=1)


def area_under_risk(drawn: Scores, wrong: Scores) -> Scores:
    """The area under the risk-coverage curve: the mean, over k, of the share of wrong ones among the k surest.

    drawn, wrong : answers and wrong answers of each place, the surest first, [rounds, places]. Answers that share a
    place are as if in random order: the area is the mean over all their orders.
    Within a place of g answers, f of them wrong, after m answers with e wrong ones, the j-th is expected to make the
    risk (e + j f/g) / (m + j); summed over j this is f + (e - m f/g) (H(m + g) - H(m)), H the harmonic numbers.
    """
    ends, n = drawn.cumsum(axis=1), drawn.sum(axis=1)
    before, wrong_before = ends - drawn, wrong.cumsum(axis=1) - wrong
    share = np.divide(wrong, drawn, out=np.zeros_like(drawn), where=drawn > 0)
    steps = np.diff(_harmonic_numbers(n)[ends.astype(np.int32)], axis=1, prepend=0.0)
    return divided(wrong.sum(axis=1) + ((wrong_before - before * share) * steps).sum(axis=1), n)


def least_area(drawn: Scores, wrong: Scores) -> Scores:
    """The area that the same answers would have if every right one were surer than every wrong one, [rounds]."""
    n, errors = drawn.sum(axis=1), wrong.sum(axis=1)
    right, sums = n - errors, _harmonic_numbers(n)
    steps = sums[n.astype(np.int32)] - sums[right.astype(np.int32)]
    return divided(errors - right * steps, n)


def excess_area(drawn: Scores, wrong: Scores) -> Scores:
    """The area less the least area, [rounds]; rounding does not take it below 0."""
    return np.maximum(area_under_risk(drawn, wrong) - least_area(drawn, wrong), 0)


def area_under_roc(drawn: Scores, wrong: Scores) -> Scores:
    """The chance that a right answer is surer than a wrong one, equal confidence counted half, [rounds]."""
    right = drawn - wrong
    below = wrong.sum(axis=1, keepdims=True) - wrong.cumsum(axis=1)
    wins = (right * (below + wrong / 2)).sum(axis=1)
    return divided(wins, right.sum(axis=1) * wrong.sum(axis=1))


def _harmonic_numbers(counts: Scores) -> Scores:
    """H(0) to H(the largest count)."""
    most = int(counts.max(initial=0))
    return np.concatenate(([0.0], np.cumsum(1 / np.arange(1, most + 1))))


def _ranking(
    name: str,
    figure: Callable[[Scores, Scores], Scores],
    source: str,
    *,
    direction: Direction = Direction.LOWER,
    over: str = _ANSWERED,
) -> Metric:
    def statistic(run: MarkedRun) -> Statistic:
        ranked = Ranked.of(run)
        return Statistic(ranked.rows, lambda weights: figure(*ranked.places(weights)))

    return Metric(name, statistic, over, source, direction=direction)


def _abstention_precision(case: Marked) -> float | None:
    return float(not case.gold.answers) if case.gold is not None and case.abstained else None


def _abstention_recall(case: Marked) -> float | None:
    return float(case.abstained) if case.gold is not None and not case.gold.answers else None


COVERAGE = per_question(
    "Coverage",
    lambda case: None if case.gold is None else float(case.answered),
    "questions with gold",
    "El-Yaniv and Wiener 2010; share answered",
)
SELECTIVE_ACCURACY = per_question(
    "Selective accuracy",
    lambda case: float(case.right) if is_answered(case) else None,
    _ANSWERED,
    "El-Yaniv and Wiener 2010, 1 - selective risk; right answers of those given",
)
ABSTENTION_PRECISION = per_question(
    "Abstention precision",
    _abstention_precision,
    "abstained questions with gold",
    "Rajpurkar et al. 2018, as a class; of the questions abstained from, those that have no answer",
)
ABSTENTION_RECALL = per_question(
    "Abstention recall",
    _abstention_recall,
    "questions whose gold is empty",
    "Rajpurkar et al. 2018, as a class; of the questions that have no answer, those abstained from",
)
AUROC = _ranking(
    "AUROC",
    area_under_roc,
    "Hanley and McNeil 1982; chance that a right answer is surer than a wrong one, ties half",
    direction=Direction.HIGHER,
    over=f"{_ANSWERED}, unless all are right or all wrong",
)
AURC = _ranking(
    "AURC",
    area_under_risk,
    "Geifman, Uziel and El-Yaniv 2019; mean share of wrong ones among the k surest, ties in all orders",
)
EXCESS_AURC = _ranking(
    "E-AURC",
    excess_area,
    "Geifman, Uziel and El-Yaniv 2019; AURC less that of the best order of the same answers",
)

ABSTENTION_METRICS = (
    COVERAGE,
    SELECTIVE_ACCURACY,
    ABSTENTION_PRECISION,
    ABSTENTION_RECALL,
    AUROC,
    AURC,
    EXCESS_AURC,
)
