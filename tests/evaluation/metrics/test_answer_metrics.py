"""Metrics of answer sets against cases worked out by hand, Python's sets, scikit-learn and ir_measures."""

import math
import random
from collections.abc import Sequence
from fractions import Fraction

import ir_measures
import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given
from hypothesis import strategies as st
from ir_measures import RR, Qrel, ScoredDoc, SetF, SetP, SetR, Success

from kgqa.evaluation import Gold, PredictedValue, Prediction, Question, QuestionSet
from kgqa.evaluation.marking import mark
from kgqa.evaluation.metrics import ANSWER_METRICS, MarkedRun, Metric, hits_at, parse_metric
from kgqa.types import AnswerKind

NAMES = [metric.name for metric in ANSWER_METRICS]
Pair = tuple[Sequence[str], Sequence[str]]


def values(names: Sequence[str]) -> tuple[PredictedValue, ...]:
    return tuple(PredictedValue(name, name, name) for name in names)


def marked(pairs: Sequence[Pair]) -> MarkedRun:
    """A run over (given, gold) pairs."""
    questions = tuple(Question(str(i), "?") for i in range(len(pairs)))
    gold = {str(i): Gold(tuple(wanted)) for i, (_, wanted) in enumerate(pairs)}
    predictions = [Prediction(str(i), "entities", values(names)) for i, (names, _) in enumerate(pairs)]
    return MarkedRun(cases=mark(predictions, QuestionSet(questions, gold)))


def scores(names: Sequence[str], gold: Sequence[str]) -> dict[str, float]:
    run = marked([(names, gold)])
    return {metric.name: metric.statistic(run).point() for metric in ANSWER_METRICS}


def means(pairs: Sequence[Pair], metrics: Sequence[Metric] = ANSWER_METRICS) -> dict[str, float]:
    run = marked(pairs)
    return {metric.name: metric.statistic(run).point() for metric in metrics}


# given, gold, Hits@1, Hits@5, Hits@10, Hit, MRR, precision, recall, F1, NLPCC F1, exact
HAND = [
    ("a", "a", 1, 1, 1, 1, 1, 1, 1, 1, 1, 1),
    ("ab", "a", 1, 1, 1, 1, 1, 1 / 2, 1, 2 / 3, 2 / 3, 0),
    ("ba", "a", 0, 1, 1, 1, 1 / 2, 1 / 2, 1, 2 / 3, 2 / 3, 0),
    ("a", "abcd", 1, 1, 1, 1, 1, 1, 1 / 4, 2 / 5, 2 / 5, 0),
    ("xab", "abc", 0, 1, 1, 1, 1 / 2, 2 / 3, 2 / 3, 2 / 3, 2 / 3, 0),
    ("vwxyza", "a", 0, 0, 1, 1, 1 / 6, 1 / 6, 1, 2 / 7, 2 / 7, 0),
    ("ba", "ab", 1, 1, 1, 1, 1, 1, 1, 1, 1, 1),
    ("x", "a", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
    ("", "a", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
    ("", "", 1, 1, 1, 1, 1, 1, 1, 1, 0, 1),
    ("x", "", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
    ("aab", "ab", 1, 1, 1, 1, 1, 1, 1, 1, 1, 1),
    ("xxa", "a", 0, 1, 1, 1, 1 / 2, 1 / 2, 1, 2 / 3, 2 / 3, 0),
    ("ab", "aab", 1, 1, 1, 1, 1, 1, 1, 1, 1, 1),
]


@pytest.mark.parametrize("case", HAND, ids=lambda case: f"{case[0]}-{case[1]}")
def test_hand_computed(case: tuple[str, str, *tuple[float, ...]]) -> None:
    names, gold, *expected = case
    assert list(scores(names, gold).values()) == pytest.approx(expected, abs=1e-15)


def test_against_sets_of_python() -> None:
    drawn = random.Random(3)
    for _ in range(500):
        names, gold = ([drawn.choice("abcdef") for _ in range(drawn.randrange(6))] for _ in range(2))
        if not names or not gold:
            continue
        common = len(set(names) & set(gold))
        found = scores(names, gold)
        assert found["Precision"] == common / len(set(names))
        assert found["Recall"] == common / len(set(gold))
        assert found["F1"] == pytest.approx(2 * common / (len(set(names)) + len(set(gold))))
        assert found["Hits@1"] == (names[0] in gold)
        assert found["Exact"] == (set(names) == set(gold))


def test_against_scikit_learn() -> None:
    drawn = np.random.default_rng(5)
    wanted, found = (drawn.random((200, 8)) < 0.4 for _ in range(2))
    keep = wanted.any(axis=1) & found.any(axis=1)
    wanted, found = wanted[keep], found[keep]
    names = np.array(list("abcdefgh"))
    mean = means([(names[f].tolist(), names[w].tolist()) for f, w in zip(found, wanted, strict=True)])
    expected = sklearn.metrics.precision_recall_fscore_support(wanted, found, average="samples", zero_division=0.0)
    assert [mean["Precision"], mean["Recall"], mean["F1"]] == pytest.approx(expected[:3], abs=1e-14)
    assert mean["Exact"] == pytest.approx(sklearn.metrics.accuracy_score(wanted, found), abs=1e-15)


ranking = st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=8)
some = st.lists(st.sampled_from("abcdefgh"), unique=True, min_size=1, max_size=8)


@given(st.lists(st.tuples(ranking, some), min_size=1, max_size=12))
def test_against_ir_measures(pairs: list[tuple[list[str], list[str]]]) -> None:
    """Questions without a value are in its gold and not in its run."""
    qrels = [Qrel(str(i), name, 1) for i, (_, gold) in enumerate(pairs) for name in gold]
    run = [ScoredDoc(str(i), name, -float(k)) for i, (names, _) in enumerate(pairs) for k, name in enumerate(names)]
    theirs = {"MRR": RR, "Precision": SetP, "Recall": SetR, "F1": SetF}
    theirs |= {f"Hits@{k}": Success @ k for k in (1, 2, 3, 5)}
    expected = ir_measures.calc_aggregate(list(theirs.values()), qrels, run) if run else {}
    found = means(pairs, [parse_metric(name) for name in theirs])
    assert found == pytest.approx({name: expected.get(their, 0.0) for name, their in theirs.items()}, abs=1e-12)


@given(st.lists(st.tuples(ranking, ranking), min_size=1, max_size=8))
def test_hits_grow_with_k_up_to_hit(pairs: list[tuple[list[str], list[str]]]) -> None:
    found = means(pairs, [*map(hits_at, range(1, 9)), parse_metric("Hit"), parse_metric("MRR")])
    hits = [found[f"Hits@{k}"] for k in range(1, 9)]
    assert hits == sorted(hits)
    assert hits[-1] == found["Hit"]
    assert hits[0] - 1e-12 <= found["MRR"] <= found["Hit"] + 1e-12


def test_the_denominator_is_the_gold_set() -> None:
    questions = tuple(Question(name, "?") for name in ("right", "refused", "silent", "unasked", "no gold"))
    gold = {question.id: Gold(("a",)) for question in questions[:4]}
    predictions = [
        Prediction("right", "entities", values("a")),
        Prediction("refused", "error", error="too long"),
        Prediction("silent", "none"),
        Prediction("no gold", "entities", values("a")),
    ]
    run = MarkedRun(cases=mark(predictions, QuestionSet(questions, gold)))
    for metric in ANSWER_METRICS:
        statistic = metric.statistic(run)
        assert (len(statistic.rows), statistic.point()) == (4, 0.25)


def test_silence_is_right_only_of_a_system_that_was_asked_and_did_not_fail() -> None:
    questions = tuple(Question(name, "?") for name in ("silent", "refused", "unasked", "spoke"))
    predictions = [
        Prediction("silent", "none"),
        Prediction("refused", "error", error="x"),
        Prediction("spoke", "entities", values("a")),
    ]
    run = MarkedRun(cases=mark(predictions, QuestionSet(questions, {q.id: Gold(()) for q in questions})))
    for metric in ANSWER_METRICS:
        silent = 0 if metric.name == "F1 (NLPCC)" else 1
        assert metric.column(run).tolist() == [silent, 0, 0, 0]


def test_accuracy_by_operation_is_over_the_questions_of_its_kind() -> None:
    kinds = {"c1": AnswerKind.COUNT, "c2": AnswerKind.COUNT, "b": AnswerKind.BOOLEAN, "e": AnswerKind.ENTITIES}
    questions = tuple(Question(name, "?") for name in kinds)
    gold = {name: Gold(("3",), kind, tags=("superlative",) * (name == "e")) for name, kind in kinds.items()}
    predictions = [
        Prediction("c1", "count", (PredictedValue(None, "3", "3.0"),)),
        Prediction("b", "boolean", (PredictedValue(None, "yes", "true"),)),
        Prediction("e", "entities", values("34")),
    ]
    run = MarkedRun(cases=mark(predictions, QuestionSet(questions, gold)))
    names = ("count", "yes/no", "superlative", "ordinal")
    found = [parse_metric(f"Accuracy ({name})").statistic(run) for name in names]
    assert [len(one.rows) for one in found] == [2, 1, 1, 0]
    assert [one.point() for one in found[:3]] == [0.5, 0, 0]
    assert math.isnan(found[3].point())


def test_f1_is_exact_to_the_last_digits() -> None:
    pairs: list[Pair] = [("abc", "bcd"), ("a", "ab"), ("abcd", "d")]
    expected = (Fraction(2, 3) + Fraction(2, 3) + Fraction(2, 5)) / 3
    assert means(pairs)["F1"] == pytest.approx(float(expected), abs=1e-15)
