"""Metrics against cases worked out by hand and a plain second implementation."""

import math
import random

import numpy as np
import pytest

from kgqa.errors import ConfigError
from kgqa.evaluation import METRICS, Matching, PredictedValue, bootstrap, parse_metric
from kgqa.evaluation.matching import match, normalise
from kgqa.evaluation.metrics import Direction, score_matrix


def values(*names: str) -> list[PredictedValue]:
    return [PredictedValue(name, name, name) for name in names]


def scores(given: list[PredictedValue], gold: list[str], matching: Matching = Matching.STRICT) -> dict[str, float]:
    column = score_matrix([match(given, gold, matching)])[:, 0]
    return {metric.name: float(score) for metric, score in zip(METRICS, column, strict=True)}


# given, gold, Hits@1, Hit, precision, recall, F1, NLPCC F1, exact
HAND = [
    ("a", "a", 1, 1, 1, 1, 1, 1, 1),
    ("ab", "a", 1, 1, 1 / 2, 1, 2 / 3, 2 / 3, 0),
    ("ba", "a", 0, 1, 1 / 2, 1, 2 / 3, 2 / 3, 0),
    ("a", "abcd", 1, 1, 1, 1 / 4, 2 / 5, 2 / 5, 0),
    ("xab", "abc", 0, 1, 2 / 3, 2 / 3, 2 / 3, 2 / 3, 0),
    ("ba", "ab", 1, 1, 1, 1, 1, 1, 1),
    ("x", "a", 0, 0, 0, 0, 0, 0, 0),
    ("", "a", 0, 0, 0, 0, 0, 0, 0),
    ("", "", 1, 1, 1, 1, 1, 0, 1),
    ("x", "", 0, 0, 0, 0, 0, 0, 0),
    ("aab", "ab", 1, 1, 1, 1, 1, 1, 1),
    ("ab", "aab", 1, 1, 1, 1, 1, 1, 1),
]


@pytest.mark.parametrize("case", HAND, ids=lambda case: f"{case[0]}-{case[1]}")
def test_hand_computed(case: tuple[str, str, *tuple[float, ...]]) -> None:
    given, gold, *expected = case
    assert list(scores(values(*given), list(gold)).values()) == pytest.approx(expected, abs=0)


def test_against_sets_of_python() -> None:
    drawn = random.Random(3)
    for _ in range(500):
        given, gold = ([drawn.choice("abcdef") for _ in range(drawn.randrange(6))] for _ in range(2))
        if not given or not gold:
            continue
        common = len(set(given) & set(gold))
        precision, recall = common / len(set(given)), common / len(set(gold))
        found = scores(values(*given), gold)
        assert found["Precision"] == precision
        assert found["Recall"] == recall
        assert found["F1"] == pytest.approx(2 * common / (len(set(given)) + len(set(gold))))
        assert found["Hits@1"] == (given[0] in gold)
        assert found["Exact"] == (set(given) == set(gold))


def test_against_scikit_learn() -> None:
    sklearn = pytest.importorskip("sklearn.metrics")
    drawn = np.random.default_rng(5)
    gold, given = (drawn.random((200, 8)) < 0.4 for _ in range(2))
    keep = gold.any(axis=1) & given.any(axis=1)
    gold, given = gold[keep], given[keep]
    names = np.array(list("abcdefgh"))
    hits = [match(values(*names[g]), names[t].tolist(), Matching.STRICT) for g, t in zip(given, gold, strict=True)]
    mean = dict(zip((m.name for m in METRICS), score_matrix(hits).mean(axis=1), strict=True))
    expected = sklearn.precision_recall_fscore_support(gold, given, average="samples", zero_division=0.0)
    assert [mean["Precision"], mean["Recall"], mean["F1"]] == pytest.approx(expected[:3], abs=1e-12)
    assert mean["Exact"] == sklearn.accuracy_score(gold, given)


@pytest.mark.parametrize(
    ("left", "right", "strict", "lenient"),
    [
        ("Caf\u00e9", "Cafe\u0301", True, True),
        (" Paris ", "Paris", True, True),
        ("3", "3.0", True, True),
        ("3e2", "300", True, True),
        ("-0.0", "0", True, True),
        ("1.10", "1.1", True, True),
        ("007", "7", False, False),
        ("nan", "NaN", False, True),
        ("Paris", "paris", False, True),
        ("shah_shuja", "Shah Shuja", False, True),
        ("São Paulo", "Sao Paulo", False, True),
        ("!!", "??", False, False),
        ("Paris", "Paris, Texas", False, False),
        ("1,000", "1000", False, False),
        ("北京", "北京市", False, False),
    ],
)
def test_matching(left: str, right: str, strict: bool, lenient: bool) -> None:
    assert (normalise(left) == normalise(right)) is strict
    assert (normalise(left, Matching.LENIENT) == normalise(right, Matching.LENIENT)) is lenient


def test_a_value_matches_by_id_label_or_value() -> None:
    given = [PredictedValue("http://x/Q1", "Paris", "Paris"), PredictedValue(None, "", "12.0")]
    for gold in (["http://x/Q1", "12"], ["Paris", "12"]):
        assert scores(given, gold)["Exact"] == 1
    assert scores(given, ["Q1"])["Hit"] == 0


def test_namesakes_are_each_right_and_find_one_gold_answer() -> None:
    given = [PredictedValue("city/1", "Springfield", "Springfield"), PredictedValue("city/2", "Springfield", "")]
    found = scores(given, ["Springfield", "Shelbyville"])
    assert (found["Precision"], found["Recall"]) == (1, 0.5)


def test_metrics_are_named_hashable_and_in_range() -> None:
    assert len({metric.name for metric in METRICS}) == len(set(METRICS)) == len(METRICS)
    for metric in METRICS:
        assert parse_metric(str(metric)) is metric
        assert (metric.low, metric.high, metric.direction) == (0, 1, Direction.HIGHER)
    with pytest.raises(ConfigError, match=r"'Hits@9' is no metric; expected one of: Hits@1"):
        parse_metric("Hits@9")


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
