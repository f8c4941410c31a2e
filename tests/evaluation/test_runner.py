import json
import math
from collections.abc import Sequence
from pathlib import Path

import pytest

from kgqa.errors import QuestionError, QuestionsFileError
from kgqa.evaluation import (
    Gold,
    LinkedQuestion,
    Linking,
    Prediction,
    Question,
    QuestionSet,
    Setting,
    Split,
    run,
    run_linked,
    score,
)
from kgqa.types import Abstained, AbstentionReason, Answer, AnswerKind, AnswerValue


class Echo:
    """Answers with the last word of the question; stops for good after `patience` questions."""

    def __init__(self, patience: int = 1000) -> None:
        self.asked: list[str] = []
        self.patience = patience

    def ask(self, question: str) -> Answer:
        if len(self.asked) == self.patience:
            raise KeyboardInterrupt
        self.asked.append(question)
        word = question.rsplit(maxsplit=1)[-1]
        if word == "refuse":
            raise QuestionError("too long")
        if word == "none":
            return Answer(question, AnswerKind.NONE, abstained=Abstained(AbstentionReason.NOTHING_LINKED, ""))
        return Answer(question, AnswerKind.ENTITIES, (AnswerValue(word, word, word),), 0.5, timings_ms={"total": 1.0})

    def ask_linked(self, question: str, topic: Sequence[str]) -> Answer:
        return self.ask(" ".join(topic))


QUESTIONS = tuple(
    Question(f"q{i}", text) for i, text in enumerate(["say a", "say b", "say none", "refuse", "say 北京"])
)
GOLD = {
    "q0": Gold(("a",), AnswerKind.ENTITIES, hops=1, tags=("easy", "x", "x")),
    "q1": Gold(("x",), AnswerKind.ENTITIES, hops=2, tags=("x",)),
    "q2": Gold(("a", "b"), hops=2),
    "q3": Gold(("a",)),
}
SET = QuestionSet(QUESTIONS, GOLD)
SETTING = Setting(name="echo", seed=4)


def test_denominator_is_the_gold_set() -> None:
    report = score(run(Echo(), QUESTIONS), SET, SETTING)
    assert report.overall["Hits@1"].mean == 1 / 4
    assert report.overall["Hits@1"].n == 4
    counts = report.counts
    assert (counts.asked, counts.scored, counts.without_gold) == (5, 4, 1)
    assert (counts.answered, counts.refused, counts.unpredicted) == (2, 1, 0)


def test_unpredicted_questions_score_zero() -> None:
    report = score(run(Echo(), QUESTIONS[:1]), SET, SETTING)
    assert (report.overall["F1"].mean, report.counts.unpredicted) == (1 / 4, 3)


def test_silence_counts_only_from_a_system_that_was_asked_and_did_not_fail() -> None:
    questions = QuestionSet(QUESTIONS[2:4], {"q2": Gold(()), "q3": Gold(())})
    assert score(run(Echo(), questions.questions), questions, SETTING).overall["Exact"].mean == 1 / 2
    assert score([], questions, SETTING).overall["Exact"].mean == 0


def test_no_prediction_at_all() -> None:
    report = score([], SET, SETTING)
    assert report.overall["Exact"].mean == 0
    assert math.isnan(report.latency.p50_ms)
    assert report.to_json()["latency"]["p50_ms"] is None


def test_groups() -> None:
    groups = score(run(Echo(), QUESTIONS), SET, SETTING).groups
    means = {split: {name: v["Hits@1"].mean for name, v in group.items()} for split, group in groups.items()}
    assert means == {
        Split.HOPS: {"1": 1, "2": 0},
        Split.KIND: {"entities": 0.5},
        Split.TAGS: {"easy": 1, "x": 0.5},
        Split.LANGUAGE: {},
    }


def test_foreign_and_repeated_predictions_are_refused() -> None:
    with pytest.raises(QuestionsFileError, match="'z' is not in the question set"):
        score([Prediction("z", "none")], SET, SETTING)
    with pytest.raises(QuestionsFileError, match="'q0' is predicted twice"):
        score([Prediction("q0", "none")] * 2, SET, SETTING)


def test_report_is_json_with_its_circumstances() -> None:
    setting = Setting(name="echo", seed=4, linking=Linking.GOLD, config={"beam": 3})
    data = json.loads(json.dumps(score(run(Echo(), QUESTIONS), SET, setting).to_json(), allow_nan=False))
    assert data["setting"] == {
        "name": "echo",
        "linking": "gold",
        "matching": "strict",
        "seed": 4,
        "seconds": 0.0,
        "config": {"beam": 3},
        "workers": 1,
        "peak_mb": None,
        "notes": [],
    }
    assert set(data["provenance"]) == {"version", "git", "hardware", "python"}
    assert data["groups"]["hops"]["1"]["Hits@1"]["n"] == 1


def strip(predictions: list[Prediction]) -> list[tuple[object, ...]]:
    return [(p.id, p.kind, p.values, p.confidence, p.abstained, p.error, p.timings_ms) for p in predictions]


@pytest.mark.parametrize("torn", [False, True])
def test_a_killed_run_goes_on_where_it_was(tmp_path: Path, torn: bool) -> None:
    path, killed = tmp_path / "runs" / "p.jsonl", Echo(patience=3)
    with pytest.raises(KeyboardInterrupt):
        run(killed, QUESTIONS, path=path)
    if torn:
        path.write_bytes(path.read_bytes()[:-9])
    second = Echo()
    resumed = run(second, QUESTIONS, path=path)
    assert second.asked == [q.text for q in QUESTIONS[2 if torn else 3 :]]
    assert strip(resumed) == strip(run(Echo(), QUESTIONS))
    third = Echo()
    assert run(third, QUESTIONS, path=path) == resumed
    assert third.asked == []


def test_predictions_of_another_run_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    run(Echo(), QUESTIONS, path=path)
    for questions, name in ((QUESTIONS[:2], "kgqa"), (QUESTIONS, "other")):
        with pytest.raises(QuestionsFileError, match="Remove the file or choose another"):
            run(Echo(), questions, name=name, path=path)


@pytest.mark.parametrize("line", [b"{", b"{}", b'{"id": "q0", "values": [{"x": 1}]}', b"[]", b"\xff"])
def test_damaged_predictions_name_the_line(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "p.jsonl"
    run(Echo(), QUESTIONS[:0], path=path)
    path.write_bytes(path.read_bytes() + line + b"\n")
    with pytest.raises(QuestionsFileError, match=r"p.jsonl:2: no prediction"):
        run(Echo(), QUESTIONS[:0], path=path)


def test_gold_entities_reach_only_a_system_that_asks_for_them() -> None:
    echo = Echo()
    seen: list[tuple[int, int]] = []
    linked = [LinkedQuestion(QUESTIONS[0], ("t", "u"))]
    predictions = run_linked(echo, linked, name="echo", on_progress=lambda *at: seen.append(at))
    assert echo.asked == ["t u"]
    assert [value.id for value in predictions[0].values] == ["u"]
    assert seen == [(0, 1), (1, 1)]


def test_boolean_values_match_gold_truth_values() -> None:
    class Yes:
        def ask(self, question: str) -> Answer:
            return Answer(question, AnswerKind.BOOLEAN, (AnswerValue(None, "yes", True),))

    questions = QuestionSet((Question("a", "?"),), {"a": Gold(("true",))})
    assert score(run(Yes(), questions.questions), questions, SETTING).overall["Exact"].mean == 1
