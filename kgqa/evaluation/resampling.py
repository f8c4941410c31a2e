"""How sure a figure is: bootstrap intervals, and paired tests between two runs on the same questions."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kgqa.errors import ConfigError

Scores = NDArray[np.float64]
Weights = NDArray[np.float64]
"""How often each question was drawn, [rounds, questions]; whole numbers."""

ROUNDS = 2000
"""Resamples behind an interval."""
SET_ROUNDS = 1000
"""Resamples behind a difference between two runs in a figure that only a set has."""
FLIPS = 10_000
"""Drawn sign patterns behind a p-value, where there are too many to go through all."""
_EXACT_UP_TO = 14
_CHUNK = 4_000_000
_ENDS = (0.025, 0.975)
# Sums of the same differences in another order differ in the last digits, and still tie.
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its 95 % bootstrap interval over `n` questions; all NaN and n 0 where it is not defined."""

    mean: float
    low: float
    high: float
    n: int


UNDEFINED = Interval(math.nan, math.nan, math.nan, 0)


@dataclass(frozen=True, slots=True)
class Statistic:
    """A figure over questions, for any weighting of them.

    rows : int64 [n], positions in the run of the questions that the figure is over.
    value : weights of these, [rounds, n] -> the figure in each round, [rounds], NaN where it is not defined.
    """

    rows: NDArray[np.int64]
    value: Callable[[Weights], Scores]

    def point(self) -> float:
        """The figure over every question once."""
        return float(self.value(np.ones((1, len(self.rows))))[0]) if len(self.rows) else math.nan


@dataclass(frozen=True, kw_only=True, slots=True)
class Paired:
    """A figure of two runs on the same `n` questions; all NaN and n 0 where it is defined for neither.

    difference : after - before. low, high : its 95 % percentile bootstrap interval over questions, both runs drawn
        together. p : two-sided, of "it does not matter which run a question is answered by".
    only_before, only_after : where each question is right or wrong, those right in one run alone; else None.
    """

    before: float
    after: float
    difference: float
    low: float
    high: float
    p: float
    n: int
    only_before: int | None = None
    only_after: int | None = None


NOT_PAIRED = Paired(before=math.nan, after=math.nan, difference=math.nan, low=math.nan, high=math.nan, p=math.nan, n=0)


def mean_statistic(column: Scores) -> Statistic:
    """The mean of a column, [questions]; NaN marks a question that it is not over."""
    rows = np.flatnonzero(~np.isnan(column))
    kept = column[rows]
    return Statistic(rows, lambda weights: divided(weights @ kept, weights.sum(axis=1)))


def divided(above: Scores, below: Scores) -> Scores:
    """Divide; NaN where the divisor is 0."""
    found: Scores = np.full(np.shape(above), np.nan)
    np.divide(above, below, out=found, where=below != 0)
    return found


def bootstrap(scores: Scores, *, seed: int, rounds: int = ROUNDS) -> Interval:
    """Take the mean and its 95 % percentile interval.

    scores : float64 [questions]. rounds : resamples of all questions with replacement (Efron 1979).
    """
    return intervals([mean_statistic(scores)], seed=seed, rounds=rounds)[0]


def intervals(statistics: Sequence[Statistic], *, seed: int, rounds: int = ROUNDS) -> list[Interval]:
    """Give each figure its 95 % percentile interval (Efron 1979).

    A resample draws, with replacement, as many questions as the figure is over; figures over equally many share the
    draws. Resamples in which a figure is not defined, such as those without a wrong answer, are left out of it.
    """
    found = [UNDEFINED] * len(statistics)
    points = [statistic.point() for statistic in statistics]
    sizes = {len(s.rows) for s, point in zip(statistics, points, strict=True) if not math.isnan(point)}
    for n in sorted(sizes):
        own = [i for i, s in enumerate(statistics) if len(s.rows) == n and not math.isnan(points[i])]
        drawn: list[list[Scores]] = [[] for _ in own]
        for weights in draws(n, seed=seed, rounds=rounds):
            for values, i in zip(drawn, own, strict=True):
                values.append(statistics[i].value(weights))
        for values, i in zip(drawn, own, strict=True):
            found[i] = Interval(points[i], *_ends(np.concatenate(values)), n)
    return found


def draws(n: int, *, seed: int, rounds: int) -> Iterator[Weights]:
    """Resamples of n questions with replacement, in chunks [rounds of the chunk, n]."""
    generator = np.random.default_rng(seed)
    for size in _chunks(n, rounds):
        drawn = generator.integers(0, n, (size, n)) + np.arange(size)[:, None] * n
        yield np.bincount(drawn.ravel(), minlength=size * n).reshape(size, n).astype(np.float64)


def paired(before: Scores, after: Scores, *, seed: int, rounds: int = ROUNDS, flips: int = FLIPS) -> Paired:
    """Hold the scores of two runs on the same questions against each other.

    before, after : float64 [questions]. rounds : resamples of the pairs behind the interval.
    p : by flipping the signs of the differences (Fisher 1935): through all patterns for up to 14 questions that
        differ, else `flips` drawn ones, the observed one counted in (Phipson and Smyth 2010). Where each score is 0
        or 1 this is McNemar's exact test, and the binomial distribution gives it for any number of questions.
    Errors : ConfigError if the two are not equally long.
    """
    if len(before) != len(after):
        raise ConfigError(f"{len(before)} scores before and {len(after)} after; expected one each for every question")
    if not len(before):
        return NOT_PAIRED
    difference = after - before
    interval = bootstrap(difference, seed=seed, rounds=rounds)
    whole = bool(np.isin(np.concatenate((before, after)), (0.0, 1.0)).all())
    lost, won = int((difference < 0).sum()), int((difference > 0).sum())
    return Paired(
        before=float(before.mean()),
        after=float(after.mean()),
        difference=interval.mean,
        low=interval.low,
        high=interval.high,
        p=mcnemar(lost, won) if whole else sign_flip(difference, seed=seed, flips=flips),
        n=len(before),
        only_before=lost if whole else None,
        only_after=won if whole else None,
    )


@dataclass(frozen=True, slots=True)
class StatisticPair:
    """A figure of two runs on the same questions.

    before, after : of each run. joint : over both, one run after the other, `questions` rows each.
    """

    before: Statistic
    after: Statistic
    joint: Statistic
    questions: int

    def rows(self) -> NDArray[np.int64]:
        """The questions that the figure is over in either run, ascending."""
        return np.union1d(self.before.rows, self.after.rows)


def paired_statistic(pair: StatisticPair, *, seed: int, rounds: int = SET_ROUNDS) -> Paired:
    """Hold a figure of two runs against each other that only a set has, or that is over other questions in each.

    rounds : resamples of the questions behind the interval, and as many draws behind p, which swaps the answers of
        the two runs question by question (approximate randomisation, Noreen 1989), the observed one counted in.
    """
    own = pair.rows()
    if not len(own):
        return NOT_PAIRED
    before, after = pair.before.point(), pair.after.point()
    low, high = _ends(np.concatenate(list(_resampled(pair, own, seed, rounds))))
    return Paired(
        before=before,
        after=after,
        difference=after - before,
        low=low,
        high=high,
        p=_beyond(np.concatenate(list(_swapped(pair, own, seed, rounds))), after - before),
        n=len(own),
    )


def _resampled(pair: StatisticPair, own: NDArray[np.int64], seed: int, rounds: int) -> Iterator[Scores]:
    """Differences over resamples of the questions."""
    first, second = (np.searchsorted(own, side.rows) for side in (pair.before, pair.after))
    for weights in draws(len(own), seed=seed, rounds=rounds):
        yield pair.after.value(weights[:, second]) - pair.before.value(weights[:, first])


def _swapped(pair: StatisticPair, own: NDArray[np.int64], seed: int, rounds: int) -> Iterator[Scores]:
    """Differences with the answers of some questions swapped between the runs."""
    rows = pair.joint.rows
    at, is_before = np.searchsorted(own, rows % pair.questions), rows < pair.questions
    for heads in coins(len(own), seed=seed, rounds=rounds):
        first = np.abs(is_before - heads[:, at])
        yield pair.joint.value(1 - first) - pair.joint.value(first)


def mcnemar(only_before: int, only_after: int) -> float:
    """McNemar's exact test: the two-sided p-value of a fair coin that fell like this."""
    n = only_before + only_after
    tail = sum(math.comb(n, k) for k in range(min(only_before, only_after) + 1))
    return min(1.0, float(2 * tail / 2**n))


def sign_flip(difference: Scores, *, seed: int, flips: int = FLIPS) -> float:
    """The two-sided p-value of paired differences, [questions], by flipping their signs; see `paired`."""
    moved = difference[difference != 0]
    if not len(moved):
        return 1.0
    observed = abs(float(moved.sum())) - _ROUNDING * float(np.abs(moved).sum())
    if len(moved) <= _EXACT_UP_TO:
        patterns = np.arange(2 ** len(moved))[:, None] >> np.arange(len(moved)) & 1
        return float((np.abs((2.0 * patterns - 1) @ moved) >= observed).mean())
    beyond = sum(
        int((np.abs((2.0 * heads - 1) @ moved) >= observed).sum())
        for heads in coins(len(moved), seed=seed, rounds=flips)
    )
    return (1 + beyond) / (1 + flips)


def coins(n: int, *, seed: int, rounds: int) -> Iterator[Weights]:
    """Throws of n fair coins, 0 or 1, in chunks [rounds of the chunk, n]."""
    generator = np.random.default_rng(seed)
    for size in _chunks(n, rounds):
        yield generator.integers(0, 2, (size, n), dtype=np.int8).astype(np.float64)


def _ends(values: Scores) -> tuple[float, float]:
    defined = values[~np.isnan(values)]
    low, high = np.quantile(defined, _ENDS) if len(defined) else (math.nan, math.nan)
    return float(low), float(high)


def _beyond(chance: Scores, observed: float) -> float:
    """The share of differences by chance, NaN left out, that are as large as the observed one, which is among them."""
    defined = chance[~np.isnan(chance)]
    if math.isnan(observed):
        return math.nan
    return (1 + int((np.abs(defined) >= abs(observed) * (1 - _ROUNDING)).sum())) / (1 + len(defined))


def _chunks(n: int, rounds: int) -> list[int]:
    chunk = max(1, _CHUNK // n)
    return [min(chunk, rounds - start) for start in range(0, rounds, chunk)]
