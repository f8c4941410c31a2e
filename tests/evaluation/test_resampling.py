"""Intervals and paired tests against scipy's distributions, brute force and their written rules."""

import itertools
import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from kgqa.errors import ConfigError
from kgqa.evaluation import bootstrap, paired
from kgqa.evaluation.resampling import (
    Statistic,
    StatisticPair,
    Weights,
    coins,
    draws,
    intervals,
    mcnemar,
    mean_statistic,
    paired_statistic,
    sign_flip,
)

scores = st.lists(st.tuples(st.sampled_from([0, 0.25, 0.5, 1]), st.sampled_from([0, 0.25, 0.5, 1])), max_size=9)


def test_bootstrap_agrees_with_the_normal_interval() -> None:
    sample = (np.arange(1000) % 4 == 0).astype(np.float64)
    interval = bootstrap(sample, seed=1)
    error = 1.96 * math.sqrt(0.25 * 0.75 / 1000)
    assert (interval.mean, interval.n) == (0.25, 1000)
    assert interval.low == pytest.approx(0.25 - error, abs=0.003)
    assert interval.high == pytest.approx(0.25 + error, abs=0.003)


def test_bootstrap_is_seeded_and_covers_edges() -> None:
    sample = np.random.default_rng(0).random(50)
    assert bootstrap(sample, seed=1) == bootstrap(sample, seed=1)
    assert bootstrap(sample, seed=1) != bootstrap(sample, seed=2)
    assert bootstrap(np.ones(7), seed=1).low == bootstrap(np.ones(7), seed=1).high == 1
    empty = bootstrap(np.zeros(0), seed=1)
    assert empty.n == 0
    assert math.isnan(empty.mean)


def test_bootstrap_in_chunks_uses_every_round() -> None:
    large = np.random.default_rng(0).random(60_000)
    interval = bootstrap(large, seed=1, rounds=100)
    assert interval.low < interval.mean < interval.high


def test_each_resample_draws_as_many_questions_as_there_are() -> None:
    drawn = np.concatenate(list(draws(300, seed=3, rounds=1000)))
    assert drawn.shape == (1000, 300)
    assert (drawn.sum(axis=1) == 300).all()
    assert (drawn == drawn.round()).all()
    assert drawn.mean(axis=0) == pytest.approx(np.ones(300), abs=0.2)


def test_a_mean_is_over_the_questions_that_have_a_score() -> None:
    column = np.array([1.0, math.nan, 0.0, 0.0, math.nan])
    interval = intervals([mean_statistic(column)], seed=1)[0]
    assert (interval.mean, interval.n) == pytest.approx((1 / 3, 3))
    assert interval == bootstrap(np.array([1.0, 0.0, 0.0]), seed=1)


def test_resamples_without_a_figure_are_left_out() -> None:
    def second_alone(weights: Weights) -> Weights:
        return np.where(weights[:, 1] > 0, weights[:, 1], math.nan)

    interval = intervals([Statistic(np.arange(2), second_alone)], seed=1)[0]
    assert (interval.mean, interval.low, interval.high, interval.n) == (1, 1, 2, 2)


@given(scores)
def test_p_is_that_of_all_sign_patterns(pairs: list[tuple[float, float]]) -> None:
    difference = np.array([after - before for before, after in pairs])
    observed = abs(difference.sum())
    sums = [abs(np.dot(signs, difference)) for signs in itertools.product((-1, 1), repeat=len(pairs))]
    assert sign_flip(difference, seed=0) == pytest.approx(np.mean([total >= observed - 1e-12 for total in sums]))


def test_p_by_drawn_signs_is_near_that_of_all() -> None:
    drawn = np.random.default_rng(1)
    difference = drawn.normal(0.15, 1, 17)
    signs = np.array(list(itertools.product((-1.0, 1.0), repeat=17)), dtype=np.float32)
    exact = float((np.abs(signs @ difference) >= abs(difference.sum()) - 1e-9).mean())
    assert sign_flip(difference, seed=2) == pytest.approx(exact, abs=0.02)
    assert sign_flip(difference, seed=2) == sign_flip(difference, seed=2)


@given(st.integers(0, 300), st.integers(0, 300))
def test_mcnemar_is_the_binomial_test(only_before: int, only_after: int) -> None:
    n = only_before + only_after
    expected = scipy.stats.binomtest(only_before, n, 0.5).pvalue if n else 1.0
    assert mcnemar(only_before, only_after) == pytest.approx(expected, rel=1e-9)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=10))
def test_of_right_and_wrong_the_two_tests_are_one(pairs: list[tuple[bool, bool]]) -> None:
    before, after = (np.array(side, dtype=np.float64) for side in zip(*pairs, strict=True))
    found = paired(before, after, seed=0, rounds=10)
    assert found.p == pytest.approx(sign_flip(after - before, seed=0))
    assert found.only_before == sum(b and not a for b, a in pairs)
    assert found.only_after == sum(a and not b for b, a in pairs)


def test_paired_by_hand() -> None:
    before, after = np.array([1.0, 0, 0, 0, 1, 0]), np.array([1.0, 1, 1, 1, 0, 0])
    found = paired(before, after, seed=0)
    assert (found.before, found.after, found.n) == pytest.approx((2 / 6, 4 / 6, 6))
    assert found.difference == pytest.approx(2 / 6)
    assert (found.only_before, found.only_after) == (1, 3)
    assert found.p == pytest.approx(2 * (1 + 4) / 16)
    assert found.low < found.difference < found.high


def test_scores_between_are_not_counted_as_right_or_wrong() -> None:
    found = paired(np.array([0.5, 0.5, 0.2]), np.array([1.0, 1.0, 0.9]), seed=0)
    assert (found.only_before, found.only_after) == (None, None)
    assert found.p == 2 / 8


def test_the_interval_is_that_of_the_differences() -> None:
    drawn = np.random.default_rng(4)
    before, after = drawn.random(200), drawn.random(200)
    found, alone = paired(before, after, seed=9), bootstrap(after - before, seed=9)
    assert (found.difference, found.low, found.high) == (alone.mean, alone.low, alone.high)


def test_equal_runs_do_not_differ() -> None:
    found = paired(np.array([0.3, 1.0]), np.array([0.3, 1.0]), seed=0)
    assert (found.difference, found.low, found.high, found.p) == (0, 0, 0, 1)


def test_nothing_to_pair_and_unequal_lengths() -> None:
    assert paired(np.zeros(0), np.zeros(0), seed=0).n == 0
    with pytest.raises(ConfigError, match="2 scores before and 3 after"):
        paired(np.zeros(2), np.zeros(3), seed=0)


def means(before: Weights, after: Weights) -> StatisticPair:
    joint = mean_statistic(np.concatenate((before, after)))
    return StatisticPair(mean_statistic(before), mean_statistic(after), joint, len(before))


def test_a_mean_paired_as_a_figure_of_a_set_agrees_with_the_mean_paired_by_question() -> None:
    drawn = np.random.default_rng(6)
    before = drawn.random(80)
    after = before + drawn.normal(0.02, 0.1, 80)
    one = paired(before, after, seed=3, rounds=1000)
    other = paired_statistic(means(before, after), seed=3)
    assert (other.before, other.after, other.n) == pytest.approx((one.before, one.after, 80))
    assert (other.low, other.high) == pytest.approx((one.low, one.high))
    assert other.p == pytest.approx(one.p, abs=0.03)


def test_a_figure_over_other_questions_in_each_run() -> None:
    before, after = np.array([1.0, math.nan, 0.0, math.nan]), np.array([1.0, 1.0, math.nan, math.nan])
    found = paired_statistic(means(before, after), seed=0)
    assert (found.before, found.after, found.difference, found.n) == (0.5, 1, 0.5, 3)


def test_a_figure_without_questions_or_without_value() -> None:
    nothing = paired_statistic(means(np.full(3, math.nan), np.full(3, math.nan)), seed=0)
    assert nothing.n == 0
    one_side = paired_statistic(means(np.full(3, math.nan), np.ones(3)), seed=0)
    assert (one_side.after, one_side.n) == (1, 3)
    assert all(math.isnan(value) for value in (one_side.before, one_side.difference, one_side.low, one_side.p))
    assert paired_statistic(means(np.zeros(0), np.zeros(0)), seed=0).n == 0


def test_p_is_small_only_where_there_is_a_difference() -> None:
    drawn = np.random.default_rng(8)
    same = [paired_p(drawn.random(60), drawn.random(60)) for _ in range(60)]
    assert 0.25 < np.mean(same) < 0.75
    assert np.mean([p < 0.05 for p in same]) < 0.2
    assert paired_p(drawn.random(60) * 0.5, drawn.random(60) * 0.5 + 0.5) < 0.002


def paired_p(before: Weights, after: Weights) -> float:
    return paired_statistic(means(before, after), seed=1, rounds=500).p


def test_coins_are_fair() -> None:
    thrown = np.concatenate(list(coins(50, seed=1, rounds=2000)))
    assert set(np.unique(thrown)) == {0, 1}
    assert thrown.mean() == pytest.approx(0.5, abs=0.01)
