"""What a report shows beside its metrics: stages, confusions, worst cases; intervals of set-level metrics."""

import json
import math
from collections.abc import Mapping

import numpy as np
import pytest

from kgqa.errors import QuestionsFileError
from kgqa.evaluation import (
    Gold,
    PredictedValue,
    Prediction,
    Question,
    QuestionSet,
    Report,
    Setting,
    Split,
    parse_metric,
    score,
)
from kgqa.evaluation.diagnosis import Diagnosis, Stage
from kgqa.evaluation.report import MOST_SHOWN, MOST_WORST, Confusion

SETTING = Setting(name="t", seed=1)
A, B = PredictedValue("iri:a", "a", "a"), PredictedValue("iri:b", "b", "b")


def report(predictions: list[Prediction], gold: Mapping[str, Gold], *diagnoses: Diagnosis) -> Report:
    questions = QuestionSet(tuple(Question(name, f"what is {name}?") for name in gold), gold)
    return score(predictions, questions, SETTING, diagnoses=diagnoses, metrics=(), splits=())


def test_worst_are_the_surest_wrong_answers_then_the_unanswered() -> None:
    said: dict[str, tuple[tuple[PredictedValue, ...], float, str]] = {
        "unsure": ((B,), 0.2, ""),
        "right": ((A,), 0.99, ""),
        "silent": ((), 0.6, "low_confidence"),
        "sure": ((B, A), 0.9, ""),
        "tie": ((B,), 0.9, ""),
        "none wanted": ((A,), 0.5, ""),
        "rightly silent": ((), 0.1, "no_fact_found"),
    }
    gold = {name: Gold(() if "none" in name or "rightly" in name else ("a",)) for name in said}
    predictions = [Prediction(name, "x", v, c, abstained=why) for name, (v, c, why) in said.items()]
    predictions[3] = Prediction(
        "sure", "x", (B, A), 0.9, program="p", words="the b", evidence=(("s", "p", "o"),), seconds=1.0
    )
    found = report(
        predictions, gold, Diagnosis(id="sure", stage=Stage.READING, detail="why", right_program="the a")
    ).worst
    assert [case.id for case in found] == ["sure", "tie", "none wanted", "unsure", "silent"]
    sure = found[0]
    assert (sure.question, sure.gold, sure.given, sure.confidence) == ("what is sure?", ("a",), ("b", "a"), 0.9)
    assert (sure.gold_total, sure.given_total, sure.f1) == pytest.approx((1, 2, 2 / 3))
    assert (sure.program, sure.words, sure.evidence) == ("p", "the b", (("s", "p", "o"),))
    assert (sure.stage, sure.detail, sure.right_program) == (Stage.READING, "why", "the a")
    assert (found[1].stage, found[4].abstained, found[4].given) == (None, "low_confidence", ())


def test_worst_is_cut_and_says_how_much_there_was() -> None:
    many = tuple(PredictedValue(str(i), f"v{i}", "") for i in range(30))
    gold = {f"q{i}": Gold(tuple(map(str, range(100, 140)))) for i in range(MOST_WORST + 5)}
    found = report([Prediction(name, "x", many, i / 100) for i, name in enumerate(gold)], gold).worst
    assert [case.id for case in found] == [f"q{i}" for i in range(MOST_WORST + 4, 4, -1)]
    assert (len(found[0].gold), len(found[0].given)) == (MOST_SHOWN, MOST_SHOWN)
    assert (found[0].gold_total, found[0].given_total) == (40, 30)


def test_a_refused_question_shows_its_error_and_a_value_without_label_its_value() -> None:
    predictions = [
        Prediction("r", "error", error="too long"),
        Prediction("v", "x", (PredictedValue("iri:1", "", "7"), PredictedValue("iri:2", "", "")), 0.1),
    ]
    found = report(predictions, {"r": Gold(("a",)), "v": Gold(("a",)), "unasked": Gold(("a",))}).worst
    assert [(case.id, case.given, case.abstained) for case in found] == [
        ("v", ("7", "iri:2"), ""),
        ("r", (), "too long"),
    ]


def test_stages_and_confusions() -> None:
    stages = {"a": Stage.RIGHT, "b": Stage.READING, "c": Stage.READING, "d": Stage.LINKING, "e": Stage.EXECUTION}
    chosen = {"a": ("r", "s"), "b": ("s",), "c": ("s",), "d": ("u", "v"), "e": ("r",)}
    diagnoses = [
        Diagnosis(id=name, stage=stage, gold_relations=("r",), chosen_relations=chosen[name])
        for name, stage in stages.items()
    ]
    diagnoses.append(Diagnosis(id="f", stage=Stage.READING, gold_relations=("r",)))
    predictions = [Prediction(name, "x", (A if name == "a" else B,)) for name in "abcdef"]
    found = report(predictions, {name: Gold(("a",)) for name in "abcdef"}, *diagnoses)
    assert list(found.stages.items()) == [
        (Stage.RIGHT, 1),
        (Stage.LINKING, 1),
        (Stage.READING, 3),
        (Stage.EXECUTION, 1),
    ]
    assert found.confusions == (Confusion("r", "s", 2), Confusion("r", "u, v", 1))
    data = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert data["stages"] == {"right": 1, "linking": 1, "reading": 3, "execution": 1}


def test_foreign_and_repeated_diagnoses_are_refused() -> None:
    one = Diagnosis(id="a", stage=Stage.RIGHT)
    with pytest.raises(QuestionsFileError, match="'a' is diagnosed twice; expected one diagnosis a question"):
        report([], {"a": Gold(("a",))}, one, one)
    with pytest.raises(QuestionsFileError, match="'a' is not in the question set"):
        report([], {"b": Gold(("a",))}, one)


def drawn_set(n: int) -> tuple[list[Prediction], QuestionSet]:
    generator = np.random.default_rng(2)
    confidence = generator.random(n)
    right = generator.random(n) < confidence
    questions = tuple(Question(str(i), "?", "en") for i in range(n))
    gold = {q.id: Gold(("a",), sentence="it is a or b") for q in questions}
    return [
        Prediction(str(i), "x", (A if right[i] else B,), float(confidence[i]), seconds=0.1, sentence="it is a or c")
        for i in range(n)
    ], QuestionSet(questions, gold)


def test_every_figure_has_an_interval_that_is_seeded() -> None:
    overall = score(*drawn_set(300), SETTING, splits=()).overall
    again = score(*drawn_set(300), SETTING, splits=()).overall
    for name in ("Hits@1", "AUROC", "AURC", "E-AURC", "Brier"):
        assert overall[name].low < overall[name].mean < overall[name].high
        assert overall[name] == again[name]
    other = score(*drawn_set(300), Setting(name="t", seed=2), splits=()).overall
    assert other["AUROC"] != overall["AUROC"]
    assert overall["BLEU"].low == overall["BLEU"].high == pytest.approx(overall["BLEU"].mean)


def test_the_interval_of_auroc_agrees_with_the_normal_one() -> None:
    """Its standard error after Hanley and McNeil 1982."""
    predictions, questions = drawn_set(2000)
    metrics = [parse_metric("AUROC")]
    found = score(predictions, questions, SETTING, metrics=metrics, splits=()).overall["AUROC"]
    area, right = found.mean, sum(p.values[0] is A for p in predictions)
    wrong = len(predictions) - right
    q1, q2 = area / (2 - area), 2 * area**2 / (1 + area)
    variance = area * (1 - area) + (right - 1) * (q1 - area**2) + (wrong - 1) * (q2 - area**2)
    error = 1.96 * math.sqrt(variance / (right * wrong))
    assert found.low == pytest.approx(area - error, abs=0.005)
    assert found.high == pytest.approx(area + error, abs=0.005)


def test_groups_hold_the_metrics_of_their_questions_alone() -> None:
    questions = QuestionSet(
        (Question("a", "?", "en"), Question("b", "?", "zh"), Question("c", "?", "zh"), Question("d", "?", "fr")),
        {"a": Gold(("a",)), "b": Gold(("a",)), "c": Gold(("a",))},
    )
    predictions = [Prediction(name, "x", (v,), 0.5, seconds=1.0) for name, v in zip("abcd", (A, A, B, A), strict=True)]
    found = score(predictions, questions, Setting(name="t", peak_mb=5.0)).groups[Split.LANGUAGE]
    assert list(found) == ["en", "zh"]
    assert (found["zh"]["Exact"].mean, found["zh"]["Exact"].n) == (0.5, 2)
    assert (found["zh"]["AUROC"].mean, found["zh"]["AUROC"].n) == (0.5, 2)
    assert (found["en"]["AUROC"].n, found["en"]["Peak MB"].n) == (0, 0)


def test_the_summary_holds_no_question_and_no_metric_that_does_not_apply() -> None:
    predictions = [Prediction("q0", "x", (B,), 0.5), Prediction("q1", "x", (A,), 0.5)]
    questions = QuestionSet(
        (Question("q0", "who is it?"), Question("q1", "?")), {"q0": Gold(("a",), hops=1), "q1": Gold(("a",))}
    )
    found = score(predictions, questions, SETTING)
    summary, whole = found.summary(), found.to_json()
    assert "who is it?" not in json.dumps(summary)
    assert "who is it?" in json.dumps(whole)
    applies = {name for name, score in whole["overall"].items() if score["n"]}
    assert set(summary["overall"]) == applies
    assert "AUROC" in applies
    assert "BLEU" not in applies
    assert "AUROC" not in summary["groups"]["hops"]["1"]
    assert summary["groups"]["hops"]["1"]["Exact"] == whole["groups"]["hops"]["1"]["Exact"]
    assert set(whole) - set(summary) == {"worst", "risk_coverage"}
