"""Two runs held against each other."""

import json
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kgqa.errors import QuestionsFileError
from kgqa.evaluation import (
    Gold,
    Linking,
    Matching,
    PredictedValue,
    Prediction,
    Question,
    QuestionSet,
    Setting,
    Split,
    paired,
    parse_metric,
    score,
)
from kgqa.evaluation.compare import Comparison, PredictedRun, cell, compare
from kgqa.evaluation.diagnosis import Diagnosis, Stage
from kgqa.evaluation.marking import mark
from kgqa.evaluation.metrics import MarkedRun
from kgqa.evaluation.predictions import PredictionLog

NAMES = tuple("abcdefgh")
QUESTIONS = QuestionSet(
    tuple(Question(name, f"what is {name}?") for name in (*NAMES, "no gold")),
    {name: Gold(("x",), hops=1 + (name in "efgh")) for name in NAMES},
)


def run(name: str, right: str, *, half: str = "", confidence: float = 0.5) -> PredictedRun:
    def values(question: str) -> tuple[PredictedValue, ...]:
        given = ["x"] if question in right else ["x", "y"] if question in half else ["y"]
        return tuple(PredictedValue(text, text, text) for text in given)

    predictions = (Prediction(q.id, "x", values(q.id), confidence, seconds=1.0) for q in QUESTIONS.questions)
    return PredictedRun(name=name, predictions=tuple(predictions))


def written(path: Path, one: PredictedRun, questions: Sequence[Question] = QUESTIONS.questions) -> Path:
    log = PredictionLog(path, system=one.name, questions=questions)
    log.resume()
    for prediction in one.predictions:
        log.add(prediction)
    return path


def test_figures_wins_and_losses_by_hand() -> None:
    found = compare(run("old", "abc"), run("new", "abdef", half="g"), QUESTIONS)
    exact = found.overall["Exact"]
    assert (exact.before, exact.after, exact.n) == (3 / 8, 5 / 8, 8)
    assert (exact.only_before, exact.only_after) == (1, 3)
    assert exact.p == pytest.approx(2 * (1 + 4) / 16)
    assert found.overall["F1"].difference == pytest.approx((2 + 2 / 3) / 8)
    assert found.overall["F1"].only_before is None
    assert (found.wins, found.losses) == (("d", "e", "f", "g"), ("c",))
    assert (found.before, found.after, found.questions) == ("old", "new", 9)
    hops = found.groups[Split.HOPS]
    assert (hops["1"]["Exact"].difference, hops["2"]["Exact"].difference) == (0, 0.5)
    assert (hops["1"]["Exact"].n, found.groups[Split.KIND]) == (4, {})


def test_figures_are_those_of_the_reports() -> None:
    generator = np.random.default_rng(3)
    runs = []
    for name in ("old", "new"):
        base = run(name, "".join(generator.choice(NAMES, 4, replace=False)))
        sure = generator.random(len(base.predictions))
        runs.append(
            replace(
                base,
                predictions=tuple(
                    replace(p, confidence=float(c), values=p.values if c > 0.2 else (), seconds=float(c))
                    for p, c in zip(base.predictions, sure, strict=True)
                ),
            )
        )
    found = compare(runs[0], runs[1], QUESTIONS, splits=())
    reports = [score(one.predictions, QUESTIONS, Setting(name="t"), splits=()).overall for one in runs]
    for name, change in found.overall.items():
        sides = (change.before, change.after)
        assert sides == pytest.approx([one[name].mean for one in reports], nan_ok=True), name
    columns = [parse_metric("F1").column(marked) for marked in map(marked_run, runs)]
    expected = paired(columns[0][:8], columns[1][:8], seed=0)
    assert found.overall["F1"] == expected


def marked_run(one: PredictedRun) -> MarkedRun:

    return MarkedRun(cases=mark(one.predictions, QUESTIONS))


def test_a_run_does_not_differ_from_itself() -> None:
    found = compare(run("one", "abc", half="d"), run("one", "abc", half="d"), QUESTIONS)
    for name, change in found.overall.items():
        if change.n:
            assert change.difference == pytest.approx(0, abs=1e-15) or math.isnan(change.difference), name
            assert change.p == 1 or math.isnan(change.p), name
    assert (found.wins, found.losses) == ((), ())


def test_set_level_metrics_see_a_better_ranking() -> None:
    questions = QuestionSet(tuple(Question(str(i), "?") for i in range(60)), {str(i): Gold(("x",)) for i in range(60)})
    good, bad = PredictedValue("x", "x", "x"), PredictedValue("y", "y", "y")

    def ranked(name: str, sharp: bool) -> PredictedRun:
        sure = [0.9 if (i % 2 == 0) == sharp or i % 5 == 0 else 0.1 for i in range(60)]
        predictions = (Prediction(str(i), "x", (bad if i % 2 else good,), c) for i, c in enumerate(sure))
        return PredictedRun(name=name, predictions=tuple(predictions))

    found = compare(ranked("blunt", False), ranked("sharp", True), questions, splits=()).overall
    assert found["AUROC"].difference > 0.5
    assert found["AURC"].difference < 0
    assert found["AUROC"].p < 0.01
    assert found["Exact"].p == 1


def test_diagnoses_bring_the_place_of_the_right_program() -> None:
    runs = [
        replace(run("one", "a"), diagnoses=(Diagnosis(id="a", stage=Stage.READING, program_rank=rank),))
        for rank in (2, 1)
    ]
    found = compare(runs[0], runs[1], QUESTIONS, splits=()).overall["Program recall@1"]
    assert (found.before, found.after, found.n) == (0, 1, 1)


def test_linking_is_not_compared_where_it_was_given_to_one() -> None:
    gold = QuestionSet(QUESTIONS.questions, {name: Gold(("x",), topic=("t",)) for name in NAMES})
    own, given = run("own", "a"), replace(run("given", "a"), linking=Linking.GOLD)
    assert compare(own, given, gold, splits=()).overall["Linking F1"].n == 0
    assert compare(own, own, gold, splits=()).overall["Linking F1"].n == 8


def test_matching_is_chosen() -> None:
    one = run("one", "")
    loud = replace(one, predictions=tuple(replace(p, values=(PredictedValue("X", "X", "X"),)) for p in one.predictions))
    metrics = [parse_metric("Exact")]
    strict = compare(one, loud, QUESTIONS, metrics=metrics, splits=())
    lenient = compare(one, loud, QUESTIONS, metrics=metrics, splits=(), matching=Matching.LENIENT)
    assert (strict.overall["Exact"].after, lenient.overall["Exact"].after) == (0, 1)


def test_files_of_predictions_are_read_and_left_as_they_are(tmp_path: Path) -> None:
    paths = [written(tmp_path / f"{one.name}.jsonl", one) for one in (run("old", "abc"), run("new", "abd"))]
    before = [path.read_bytes() for path in paths]
    found = compare(paths[0], str(paths[1]), QUESTIONS)
    assert found.to_json() == compare(run("old", "abc"), run("new", "abd"), QUESTIONS).to_json()
    assert [path.read_bytes() for path in paths] == before


def test_a_part_of_the_set_counts_where_both_were_asked_that_part(tmp_path: Path) -> None:
    part = QUESTIONS.only("abef")
    runs = [
        replace(one, predictions=tuple(p for p in one.predictions if p.id in "abef"))
        for one in (run("old", "a"), run("new", "ab"))
    ]
    paths = [written(tmp_path / f"{one.name}.jsonl", one, part.questions) for one in runs]
    found = compare(paths[0], paths[1], QUESTIONS)
    assert (found.questions, found.overall["Exact"].n) == (4, 4)


def test_other_questions_are_refused_with_the_cure(tmp_path: Path) -> None:
    whole = run("old", "a")
    cut = replace(run("new", "a"), predictions=run("new", "a").predictions[:-2])
    with pytest.raises(QuestionsFileError, match=r"2 in one alone, such as 'h', which 'old' answers .* Finish the run"):
        compare(whole, cut, QUESTIONS)
    with pytest.raises(QuestionsFileError, match=r"which 'old' answers and 'new' does not"):
        compare(cut, whole, QUESTIONS)
    other = [replace(question, text="else") for question in QUESTIONS.questions]
    paths = [written(tmp_path / "a.jsonl", whole), written(tmp_path / "b.jsonl", whole, other)]
    with pytest.raises(QuestionsFileError, match=r"their texts or order do not .* the same file"):
        compare(paths[0], paths[1], QUESTIONS)
    with pytest.raises(QuestionsFileError, match=r"other questions than these .* made with"):
        compare(paths[0], paths[0], QuestionSet(tuple(other), QUESTIONS.gold))
    doubled = replace(whole, predictions=(whole.predictions[0], *whole.predictions))
    with pytest.raises(QuestionsFileError, match="'a' is predicted twice"):
        compare(doubled, doubled, QUESTIONS)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "begins with no header"),
        ('{"id": "a", "question": "?"}\n', "begins with no header"),
        ("[]\n", "begins with no header"),
        ("{\n", r"p\.jsonl:1: no prediction"),
        ('{"predictions": 2, "system": "s", "questions": "d"}\n{"id": "a"', r"p\.jsonl:2: no prediction"),
        ('{"predictions": 2, "system": "s", "questions": "d"}\n{"id": "a"}\n', r"p\.jsonl:2: no prediction"),
        ('{"predictions": 2, "system": "s", "questions": "d"}\n[]\n', r"p\.jsonl:2: no prediction"),
    ],
)
def test_what_is_no_file_of_predictions(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(QuestionsFileError, match=message):
        PredictedRun.read(path)


def test_a_file_that_is_not_there_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(QuestionsFileError, match="Check the path"):
        PredictedRun.read(tmp_path / "missing.jsonl")
    (tmp_path / "bytes.jsonl").write_bytes(b"\xff\xfe")
    with pytest.raises(QuestionsFileError, match="Check the path"):
        PredictedRun.read(tmp_path / "bytes.jsonl")


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return compare(run("old | `x`", "abc"), run("new\n<b>", "abdef"), QUESTIONS)


def test_json(comparison: Comparison) -> None:
    data = json.loads(json.dumps(comparison.to_json(), allow_nan=False))
    assert data["overall"]["Exact"]["only_after"] == 3
    assert data["overall"]["BLEU"]["n"] == 0
    assert data["overall"]["BLEU"]["p"] is None
    assert data["groups"]["hops"]["2"]["Exact"]["n"] == 4
    assert data["directions"]["ECE"] == "lower"
    assert data["wins"] == ["d", "e", "f"]
    assert (data["matching"], data["seed"]) == ("strict", 0)


def test_markdown(comparison: Comparison) -> None:
    text = comparison.markdown()
    assert text.startswith("# old \\| \\`x\\` and new \\<b\\>\n")
    tables = [block.splitlines() for block in text.split("\n\n") if block.startswith("| ")]
    assert len(tables) == 2
    for table in tables:
        assert len({line.replace("\\|", "").count("|") for line in table}) == 1
    assert "| Exact | higher | 8 | 0.375 | 0.625 | +0.25 |" in text
    assert "| 1 / 3 |" in text
    assert "BLEU" not in text
    assert "## By hops" in text
    assert "## Better after: 3\n\nd, e, f\n" in text
    assert "## Worse after: 1\n\nc\n" in text
    assert "nan" not in text


def test_long_lists_are_cut_and_say_so() -> None:
    questions = QuestionSet(
        tuple(Question(f"q{i:02}", "?") for i in range(50)), {f"q{i:02}": Gold(("x",)) for i in range(50)}
    )
    good, bad = (PredictedValue(text, text, text) for text in "xy")
    runs = [
        PredictedRun(name="r", predictions=tuple(Prediction(q.id, "x", (value,)) for q in questions.questions))
        for value in (bad, good)
    ]
    found = compare(runs[0], runs[1], questions, splits=())
    assert "## Better after: 50" in found.markdown()
    assert "q19 and 30 more" in found.markdown()
    assert len(found.wins) == 50
    assert found.overall["Exact"].p == pytest.approx(2 / 2**50)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a|b", "a\\|b"),
        ("<i>", "\\<i\\>"),
        ("two\nlines", "two lines"),
        ("*x*_", "\\*x\\*\\_"),
        ("plain 北京", "plain 北京"),
    ],
)
def test_a_cell_is_no_markup(text: str, expected: str) -> None:
    assert cell(text) == expected
