"""Abstention and confidence against scikit-learn, brute force over all orders, and cases worked out by hand."""

import itertools
import math
from collections.abc import Sequence

import numpy as np
import pytest
import sklearn.calibration
import sklearn.metrics
from hypothesis import given
from hypothesis import strategies as st

from kgqa.evaluation import Gold, PredictedValue, Prediction, Question, QuestionSet, Setting, score
from kgqa.evaluation.marking import mark
from kgqa.evaluation.metrics import MarkedRun, parse_metric
from kgqa.evaluation.metrics.calibration import BINS
from kgqa.evaluation.report import Report

RIGHT = (PredictedValue("a", "a", "a"),)
WRONG = (PredictedValue("b", "b", "b"),)
Answers = Sequence[tuple[float, bool]]
confidences = st.sampled_from([0.0, 1 / 15, 0.1, 0.25, 1 / 3, 0.5, 0.9, 1.0]) | st.floats(0, 1)
answers = st.lists(st.tuples(confidences, st.booleans()), min_size=1, max_size=40)
few = st.lists(st.tuples(st.sampled_from([0.2, 0.5, 0.7]), st.booleans()), min_size=1, max_size=6)


def inputs(given: Answers) -> tuple[list[Prediction], QuestionSet]:
    questions = tuple(Question(str(i), "?") for i in range(len(given)))
    predictions = [Prediction(str(i), "entities", RIGHT if ok else WRONG, c) for i, (c, ok) in enumerate(given)]
    return predictions, QuestionSet(questions, {q.id: Gold(("a",)) for q in questions})


def figure(name: str, given: Answers) -> float:
    predictions, questions = inputs(given)
    return parse_metric(name).statistic(MarkedRun(cases=mark(predictions, questions))).point()


def report(given: Answers, *metrics: str) -> Report:
    predictions, questions = inputs(given)
    return score(predictions, questions, Setting(name="t"), metrics=[*map(parse_metric, metrics)], splits=())


def area(order: Answers) -> float:
    """The area under the risk-coverage curve of answers in this very order."""
    wrong = np.array([not ok for _, ok in order])
    return float((wrong.cumsum() / np.arange(1, len(wrong) + 1)).mean())


@given(answers)
def test_auroc_and_brier_are_scikit_learns(given: Answers) -> None:
    confidence, right = [c for c, _ in given], [ok for _, ok in given]
    assert figure("Brier", given) == pytest.approx(
        sklearn.metrics.brier_score_loss(right, confidence, labels=[False, True]), abs=1e-15
    )
    if len(set(right)) == 2:
        assert figure("AUROC", given) == pytest.approx(sklearn.metrics.roc_auc_score(right, confidence), abs=1e-14)
    else:
        assert math.isnan(figure("AUROC", given))


@given(few)
def test_ties_of_the_risk_curve_are_the_mean_of_all_orders(given: Answers) -> None:
    orders = [o for o in itertools.permutations(given) if all(a[0] >= b[0] for a, b in itertools.pairwise(o))]
    assert figure("AURC", given) == pytest.approx(np.mean([area(order) for order in orders]), abs=1e-13)


@given(answers)
def test_the_excess_is_over_the_best_order(given: Answers) -> None:
    best = area(sorted(given, key=lambda answer: not answer[1]))
    excess = figure("E-AURC", given)
    assert excess == pytest.approx(figure("AURC", given) - best, abs=1e-13)
    assert 0 <= excess < 1


@given(few)
def test_no_order_is_better_than_the_best(given: Answers) -> None:
    least = min(area(order) for order in itertools.permutations(given))
    assert figure("AURC", given) - figure("E-AURC", given) == pytest.approx(least, abs=1e-13)


def test_by_hand() -> None:
    given = [(0.9, True), (0.8, False), (0.6, True), (0.3, False)]
    assert figure("AURC", given) == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 2) / 4)
    assert figure("E-AURC", given) == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 2 - 1 / 3 - 1 / 2) / 4)
    assert figure("AUROC", given) == 3 / 4
    assert figure("Brier", given) == pytest.approx((0.01 + 0.64 + 0.16 + 0.09) / 4)
    assert figure("ECE", given) == pytest.approx((0.1 + 0.8 + 0.4 + 0.3) / 4)


@given(answers)
def test_reliability_and_ece_are_those_of_scikit_learns_curve(given: Answers) -> None:
    confidence, right = np.array([c for c, _ in given]), np.array([ok for _, ok in given])
    shares, means = sklearn.calibration.calibration_curve(right, confidence, n_bins=BINS)
    bins = report(given).reliability
    assert [b.accuracy for b in bins] == pytest.approx(shares)
    assert [b.confidence for b in bins] == pytest.approx(means)
    assert sum(b.n for b in bins) == len(given)
    assert all(b.low < b.confidence + 1e-12 and b.confidence <= b.high + 1e-12 for b in bins)
    gaps = sum(b.n * abs(b.accuracy - b.confidence) for b in bins) / len(given)
    assert figure("ECE", given) == pytest.approx(gaps, abs=1e-12)


@given(answers)
def test_the_curve_answers_those_from_a_threshold_on(given: Answers) -> None:
    points = report(given).risk_coverage
    for point in points:
        kept = [ok for c, ok in given if c >= point.threshold]
        assert point.coverage == pytest.approx(len(kept) / len(given))
        assert point.risk == pytest.approx(1 - sum(kept) / len(kept))
    assert [p.threshold for p in points] == sorted({c for c, _ in given}, reverse=True)


def test_a_long_curve_is_thinned_to_both_ends() -> None:
    points = report([(i / 1000, i % 3 == 0) for i in range(1000)]).risk_coverage
    assert len(points) == 200
    assert (points[0].threshold, points[-1].threshold, points[-1].coverage) == (0.999, 0.0, 1.0)


NAMES = ("Coverage", "Selective accuracy", "Abstention precision", "Abstention recall")
SAID = {
    "right": (RIGHT, ""),
    "wrong": (WRONG, ""),
    "silent": ((), ""),
    "refused": ((), "too long"),
    "none, silent": ((), ""),
    "none, spoke": (WRONG, ""),
    "none, refused": ((), "too long"),
}


def test_abstention_by_hand() -> None:
    questions = tuple(Question(name, "?") for name in (*SAID, "unasked", "none, unasked", "no gold"))
    gold = {q.id: Gold(() if q.id.startswith("none") else ("a",)) for q in questions[:-1]}
    predictions = [Prediction(name, "none", said, 0.5, error=error) for name, (said, error) in SAID.items()]
    predictions.append(Prediction("no gold", "none"))
    overall = score(predictions, QuestionSet(questions, gold), Setting(name="t"), splits=()).overall
    assert [overall[name].mean for name in NAMES] == pytest.approx([3 / 9, 1 / 3, 1 / 2, 1 / 4])
    assert [overall[name].n for name in NAMES] == [9, 3, 2, 4]
    assert overall["AUROC"].n == overall["ECE"].n == 3


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=30))
def test_abstention_is_scikit_learns_precision_and_recall_of_the_class_without_answer(
    cases: list[tuple[bool, bool]],
) -> None:
    questions = tuple(Question(str(i), "?") for i in range(len(cases)))
    gold = {str(i): Gold(() if none else ("a",)) for i, (none, _) in enumerate(cases)}
    predictions = [Prediction(str(i), "none", () if silent else WRONG) for i, (_, silent) in enumerate(cases)]
    run = MarkedRun(cases=mark(predictions, QuestionSet(questions, gold)))
    truth, said = zip(*cases, strict=True)
    for name, theirs in (
        ("Abstention precision", sklearn.metrics.precision_score),
        ("Abstention recall", sklearn.metrics.recall_score),
    ):
        expected = theirs(truth, said, zero_division=np.nan)
        assert parse_metric(name).statistic(run).point() == pytest.approx(expected, abs=1e-15, nan_ok=True)


SETS: dict[str, Answers] = {
    "all right": [(0.2, True), (0.9, True)],
    "all wrong": [(0.2, False), (0.9, False)],
    "one right": [(0.7, True)],
    "one wrong": [(0.7, False)],
    "all tied": [(0.5, True), (0.5, False)],
}


@pytest.mark.parametrize(
    ("name", "auroc", "aurc", "excess"),
    [
        ("all right", math.nan, 0, 0),
        ("all wrong", math.nan, 1, 0),
        ("one right", math.nan, 0, 0),
        ("one wrong", math.nan, 1, 0),
        ("all tied", 0.5, 0.5, 0.25),
    ],
)
def test_edges(name: str, auroc: float, aurc: float, excess: float) -> None:
    overall = report(SETS[name], "AUROC", "AURC", "E-AURC").overall
    assert overall["AUROC"].mean == pytest.approx(auroc, nan_ok=True)
    assert overall["AUROC"].n == (0 if math.isnan(auroc) else len(SETS[name]))
    assert overall["AURC"].mean == pytest.approx(aurc)
    assert overall["E-AURC"].mean == pytest.approx(excess, abs=1e-15)


def test_nothing_answered() -> None:
    questions = QuestionSet((Question("a", "?"),), {"a": Gold(("x",))})
    found = score([Prediction("a", "none", confidence=0.1)], questions, Setting(name="t"))
    assert [found.overall[name].n for name in ("AUROC", "AURC", "E-AURC", "ECE", "Brier")] == [0] * 5
    assert found.overall["Coverage"].mean == 0
    assert (found.reliability, found.risk_coverage) == ((), ())
    assert [case.id for case in found.worst] == ["a"]


@given(st.lists(st.tuples(confidences, st.booleans(), st.integers(0, 3)), min_size=1, max_size=15))
def test_a_resample_is_a_set_with_copies(drawn: list[tuple[float, bool, int]]) -> None:
    predictions, questions = inputs([(c, ok) for c, ok, _ in drawn])
    run = MarkedRun(cases=mark(predictions, questions))
    copies = [(c, ok) for c, ok, times in drawn for _ in range(times)]
    for name in ("AUROC", "AURC", "E-AURC", "ECE", "Brier", "Selective accuracy"):
        statistic = parse_metric(name).statistic(run)
        weights = np.array([[drawn[row][2] for row in statistic.rows]], dtype=np.float64)
        expected = figure(name, copies) if copies else math.nan
        assert float(statistic.value(weights)[0]) == pytest.approx(expected, abs=1e-12, nan_ok=True)
