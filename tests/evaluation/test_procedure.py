from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kgqa import KGQA
from kgqa.errors import ConfigError, QuestionsFileError, WorkError
from kgqa.evaluation import Gold, Linking, Options, Question, QuestionSet, Report, Split, Stage, evaluate
from kgqa.evaluation.predictions import Prediction
from kgqa.evaluation.procedure import DIAGNOSES, PREDICTIONS, QUESTIONS, REPORTS, run_name
from kgqa.evaluation.questions import LinkedQuestion
from kgqa.evaluation.workers import Worker, answer_in_parallel
from kgqa.types import Answer

TIMED = {"p50 ms", "p95 ms", "Questions/s", "Peak MB"}


@pytest.fixture(scope="module")
def system() -> KGQA:
    facts = [
        ("France", "capital", "Paris"),
        ("Spain", "capital", "Madrid"),
        ("Italy", "capital", "Rome"),
        ("France", "borders", "Spain"),
        ("Spain", "borders", "France"),
    ]
    return KGQA.from_graph(facts)


QUESTIONS_ASKED = QuestionSet(
    (
        Question("a", "What is the capital of France?", "en"),
        Question("b", "What is the capital of Spain?", "en"),
        Question("c", "Which country borders Spain?", "en"),
        Question("d", "What is the capital of Italy?", "en"),
        Question("e", "What is the capital of Atlantis?", "en"),
        Question("f", "西班牙的首都是哪里？", "zh"),
    ),
    {
        "a": Gold(("Paris",), topic=("France",), hops=1),
        "b": Gold(("Barcelona",), topic=("Spain",), hops=1),
        "c": Gold(("France",), topic=("Spain",), hops=1),
        "d": Gold(("Rome",), topic=("Italy",), hops=1),
        "f": Gold((), hops=0),
    },
)


def untimed(report: Report) -> dict[str, Any]:
    """What a report says of the answers: all but times and the machine."""
    data = report.to_json()
    kept = {key: data[key] for key in ("counts", "reliability", "risk_coverage", "stages", "confusions", "worst")}
    overall = {name: value for name, value in data["overall"].items() if name not in TIMED}
    groups = {
        split: {
            name: {metric: value for metric, value in scores.items() if metric not in TIMED}
            for name, scores in members.items()
        }
        for split, members in data["groups"].items()
    }
    return {**kept, "overall": overall, "groups": groups}


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_run_leaves_questions_predictions_diagnoses_and_reports(system: KGQA, tmp_path: Path) -> None:
    report = evaluate(system, QUESTIONS_ASKED, directory=tmp_path)
    names = {QUESTIONS, PREDICTIONS, DIAGNOSES, *REPORTS}
    assert {path.name for path in tmp_path.iterdir()} == names
    assert [line["id"] for line in lines(tmp_path / PREDICTIONS)[1:]] == list("abcdef")
    assert QuestionSet.read(tmp_path / QUESTIONS) == QUESTIONS_ASKED
    assert json.loads((tmp_path / REPORTS[0]).read_text(encoding="utf-8")) == report.to_json()
    assert (report.counts.asked, report.counts.scored, report.counts.without_gold) == (6, 5, 1)
    # Right: a, c, d, and f, which the graph can't answer; Barcelona is not in the graph.
    assert report.overall["Exact"].mean == 4 / 5
    assert report.stages == {Stage.RIGHT: 4, Stage.GOLD: 1}


@pytest.mark.parametrize("stage", ["questions", "diagnosis"])
@pytest.mark.parametrize("at", [0, 1, 3])
def test_a_killed_run_goes_on_and_equals_an_unbroken_one(system: KGQA, tmp_path: Path, stage: str, at: int) -> None:
    def kill(now: str, done: int, total: int) -> None:
        if (now, done) == (stage, at):
            raise KeyboardInterrupt

    unbroken = evaluate(system, QUESTIONS_ASKED, directory=tmp_path / "whole")
    if (stage, at) != ("diagnosis", 0):
        with pytest.raises(KeyboardInterrupt):
            evaluate(system, QUESTIONS_ASKED, directory=tmp_path / "killed", on_progress=kill)
        assert not (tmp_path / "killed" / REPORTS[0]).exists()
    asked: list[tuple[str, int]] = []
    resumed = evaluate(
        system,
        QUESTIONS_ASKED,
        directory=tmp_path / "killed",
        on_progress=lambda now, done, total: asked.append((now, done)),
    )
    assert untimed(resumed) == untimed(unbroken)
    assert [line["id"] for line in lines(tmp_path / "killed" / PREDICTIONS)[1:]] == list("abcdef")
    if stage == "diagnosis" and at:
        assert asked[0] == ("questions", 6)


def test_a_directory_of_another_run_is_refused(system: KGQA, tmp_path: Path) -> None:
    evaluate(system, QUESTIONS_ASKED, directory=tmp_path)
    with pytest.raises(QuestionsFileError, match=r"predictions\.jsonl holds other predictions: questions there"):
        evaluate(system, QUESTIONS_ASKED.only("ab"), directory=tmp_path)
    other = system.with_changes(add=[("Peru", "capital", "Lima")])
    assert run_name(other, linked=False) != run_name(system, linked=False)
    with pytest.raises(QuestionsFileError, match="system there"):
        evaluate(other, QUESTIONS_ASKED, directory=tmp_path)


def test_gold_links_are_given_and_said(system: KGQA) -> None:
    asked = QuestionSet(
        (Question("a", "What is its capital?"), Question("b", "What is the capital of France?")),
        {"a": Gold(("Rome",), topic=("Italy",)), "b": Gold(("Paris",))},
    )
    report = evaluate(system, asked, Options(gold_links=True))
    assert (report.setting.linking, report.counts.asked, report.overall["Exact"].mean) == (Linking.GOLD, 1, 1.0)
    own = evaluate(system, asked, Options(gold_links=False))
    assert (own.setting.linking, own.counts.asked, own.overall["Exact"].mean) == (Linking.OWN, 2, 0.5)
    with pytest.raises(QuestionsFileError, match="no question has gold entities"):
        evaluate(system, asked.only("b"), Options(gold_links=True))


def test_limits_draw_the_same_questions_again(system: KGQA) -> None:
    drawn = [QUESTIONS_ASKED.draw(3, seed).questions for seed in (1, 1, 2, 3)]
    assert drawn[0] == drawn[1]
    assert len({tuple(q.id for q in one) for one in drawn}) > 1
    assert all(list(one) == [q for q in QUESTIONS_ASKED.questions if q in one] for one in drawn)
    assert evaluate(system, QUESTIONS_ASKED, Options(limit=2, diagnose=False)).counts.asked == 2


@pytest.mark.parametrize(("options", "message"), [({"limit": -1}, "'limit' is -1"), ({"workers": 0}, "'workers' is 0")])
def test_impossible_options_are_refused(options: dict[str, int], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Options(**options)  # type: ignore[arg-type]


def test_splits_are_those_asked_for(system: KGQA) -> None:
    report = evaluate(system, QUESTIONS_ASKED, Options(splits=(Split.LANGUAGE,), diagnose=False))
    assert {split: set(groups) for split, groups in report.groups.items()} == {Split.LANGUAGE: {"en", "zh"}}
    assert report.stages == {}


def test_a_bug_in_one_question_is_counted_and_the_run_goes_on(
    system: KGQA, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ask = system.ask

    def fails_once(question: str) -> Answer:
        if "Italy" in question:
            raise ZeroDivisionError("a bug")
        return ask(question)

    monkeypatch.setattr(system, "ask", fails_once)
    report = evaluate(system, QUESTIONS_ASKED, Options(diagnose=False), directory=tmp_path)
    assert (report.counts.asked, report.counts.refused, report.counts.failed) == (6, 0, 1)
    assert report.overall["Exact"].mean == 3 / 5
    (failed,) = [line for line in lines(tmp_path / PREDICTIONS)[1:] if line["error"]]
    assert (failed["id"], failed["kind"], failed["error"]) == ("d", "failed", "ZeroDivisionError: a bug")


def same(predictions: Sequence[Prediction]) -> list[Prediction]:
    return [replace(p, seconds=0.0, timings_ms={}) for p in sorted(predictions, key=lambda p: p.id)]


@pytest.mark.slow
@pytest.mark.parametrize("linked", [False, True])
def test_several_workers_answer_as_one(system: KGQA, tmp_path: Path, linked: bool) -> None:
    asked = QUESTIONS_ASKED.only("abcd") if linked else QUESTIONS_ASKED
    alone, together = (
        evaluate(system, asked, Options(workers=n, gold_links=linked), directory=tmp_path / str(n)) for n in (1, 2)
    )
    assert untimed(alone) == untimed(together)
    one, two = ([Prediction.from_json(x) for x in lines(tmp_path / n / PREDICTIONS)[1:]] for n in "12")
    assert same(one) == same(two)


@pytest.mark.slow
def test_a_worker_that_dies_is_an_error_with_its_last_words(system: KGQA, tmp_path: Path) -> None:
    with (tmp_path / "log").open("w+b") as log:
        worker = Worker(tmp_path / "nothing.bundle", system.config, log)
        with pytest.raises(WorkError, match=r"a worker process ended with code 1: (?s:.*)nothing\.bundle"):
            worker.answer(LinkedQuestion(QUESTIONS_ASKED.questions[0], ()), linked=False)
        worker.stop()


def test_no_question_starts_no_worker(system: KGQA) -> None:
    assert list(answer_in_parallel(system, [], workers=2, linked=False)) == []
