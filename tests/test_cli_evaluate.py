"""`kgqa evaluate`, `compare`, `robustness`, `convert` over small real graphs and files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kgqa.cli import main

GRAPH = "France,capital,Paris\nSpain,capital,Madrid\nFrance,borders,Spain\n"
QUESTIONS = (
    {"id": "a", "question": "What is the capital of France?", "answers": ["Paris"], "split": "dev", "hops": 1},
    {"id": "b", "question": "What is the capital of Spain?", "answers": ["Lisbon"], "split": "dev", "colour": "red"},
    {"id": "c", "question": "What borders France?", "split": "test"},
)


@pytest.fixture
def graph(tmp_path: Path) -> Path:
    path = tmp_path / "graph.csv"
    path.write_text(GRAPH, encoding="utf-8")
    return path


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    path = tmp_path / "questions.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in QUESTIONS), encoding="utf-8")
    return path


def run(capsys: pytest.CaptureFixture[str], *argv: object) -> tuple[int, str, str]:
    code = main([str(argument) for argument in argv])
    out, err = capsys.readouterr()
    assert "Traceback" not in err
    return code, out, err


def test_evaluate_prints_metrics_stages_and_where_the_reports_are(
    capsys: pytest.CaptureFixture[str], graph: Path, questions: Path, tmp_path: Path
) -> None:
    code, out, err = run(capsys, "evaluate", graph, questions, "-o", tmp_path / "run", "--split", "dev")
    assert code == 0
    assert "kgqa: fields of the question set that are not read: colour\n" in err
    rows = {line.split()[0]: line.split() for line in out.splitlines() if line.strip()}
    assert rows["Hits@1"][1] == "0.500"
    assert rows["right"][1:3] == ["1", "50.0"]
    assert rows["gold"][3:5] == ["1", "50.0"]
    reports = out.splitlines()[-1].split()
    assert [Path(path).name for path in reports] == ["report.json", "report.md", "report.html"]
    assert all(Path(path).stat().st_size for path in reports)


def test_evaluate_as_json_is_the_report_that_is_written(
    capsys: pytest.CaptureFixture[str], graph: Path, questions: Path, tmp_path: Path
) -> None:
    options = ("--json", "--no-diagnosis", "--split-by", "hops, language", "--matching", "lenient", "--seed", "7")
    code, out, _ = run(capsys, "evaluate", graph, questions, "-o", tmp_path / "run", *options)
    report = json.loads(out)
    assert code == 0
    assert report == json.loads((tmp_path / "run" / "report.json").read_text(encoding="utf-8"))
    assert (report["setting"]["matching"], report["setting"]["seed"], report["stages"]) == ("lenient", 7, {})
    assert set(report["groups"]) == {"hops", "language"}
    assert (report["counts"]["asked"], report["counts"]["without_gold"]) == (3, 1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--split", "train"), "has no split 'train'; expected one of: dev, test"),
        (("--gold-links",), "no question has gold entities"),
        (("--limit", "-2"), "'limit' is -2; expected 0 or more"),
        (("--workers", "0"), "'workers' is 0; expected 1 or more"),
    ],
)
def test_evaluate_refuses_in_one_line(
    capsys: pytest.CaptureFixture[str],
    graph: Path,
    questions: Path,
    tmp_path: Path,
    options: tuple[str, ...],
    message: str,
) -> None:
    code, out, err = run(capsys, "evaluate", graph, questions, "-o", tmp_path / "run", *options)
    assert (code, out) == (2, "")
    assert message in err.splitlines()[-1]


@pytest.mark.parametrize("option", [("--split-by", "colour"), ("--matching", "fuzzy"), ("--limit", "many")])
def test_evaluate_names_a_wrong_option(
    capsys: pytest.CaptureFixture[str], graph: Path, questions: Path, option: tuple[str, str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["evaluate", str(graph), str(questions), "-o", "x", *option])
    assert stop.value.code == 2
    assert repr(option[1]) in capsys.readouterr().err


def test_evaluate_names_file_and_line_of_a_malformed_question(
    capsys: pytest.CaptureFixture[str], graph: Path, questions: Path, tmp_path: Path
) -> None:
    questions.write_text(questions.read_text(encoding="utf-8") + "{oops\n", encoding="utf-8")
    code, _, err = run(capsys, "evaluate", graph, questions, "-o", tmp_path / "run")
    assert code == 2
    assert err.startswith(f"kgqa: {questions}:4: not JSON")
    assert not (tmp_path / "run").exists()


def test_convert_writes_what_evaluate_reads(capsys: pytest.CaptureFixture[str], graph: Path, tmp_path: Path) -> None:
    original = tmp_path / "qa_dev.txt"
    original.write_text("what is the capital of [France]\tParis\nwhat borders [France]\tSpain\n", encoding="utf-8")
    code, out, err = run(capsys, "convert", "auto", original, "-o", tmp_path / "q.jsonl")
    assert (code, out) == (0, f"{tmp_path / 'q.jsonl'}: 2 questions\n")
    assert "kgqa: note: " in err
    code, out, _ = run(
        capsys, "evaluate", graph, tmp_path / "q.jsonl", "-o", tmp_path / "run", "--gold-links", "--json"
    )
    assert code == 0
    assert json.loads(out)["setting"]["linking"] == "gold"


def test_convert_refuses_and_leaves_no_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    original = tmp_path / "qa_dev.txt"
    original.write_text("what is [France]\tParis\nno tab here\n", encoding="utf-8")
    code, _, err = run(capsys, "convert", "metaqa", original, "-o", tmp_path / "q.jsonl")
    assert code == 2
    assert err.startswith(f"kgqa: {original}:2: ")
    assert not (tmp_path / "q.jsonl").exists()
    code, _, err = run(capsys, "convert", "metaqa", original, "-o", tmp_path / "q.jsonl", "--on-error", "skip")
    assert code == 0
    assert f"kgqa: left out: {original}:2: " in err
    assert len((tmp_path / "q.jsonl").read_text(encoding="utf-8").splitlines()) == 1


@pytest.fixture
def runs(capsys: pytest.CaptureFixture[str], graph: Path, questions: Path, tmp_path: Path) -> tuple[Path, Path]:
    """The same questions over the graph, and over one that lacks Paris."""
    poorer = tmp_path / "poorer.csv"
    poorer.write_text(GRAPH.replace("France,capital,Paris\n", ""), encoding="utf-8")
    found = (tmp_path / "before", tmp_path / "after")
    for source, folder in zip((graph, poorer), found, strict=True):
        assert main(["evaluate", str(source), str(questions), "--split", "dev", "-o", str(folder)]) == 0
    capsys.readouterr()
    return found


def test_compare_shows_what_was_lost(
    capsys: pytest.CaptureFixture[str], runs: tuple[Path, Path], tmp_path: Path
) -> None:
    code, out, _ = run(capsys, "compare", *runs, "--split-by", "hops")
    assert code == 0
    rows = [line.split() for line in out.splitlines() if line.startswith(" Exact")]
    assert [row[1:5] for row in rows] == [["2", "0.500", "0.000", "-0.500"], ["1", "1.000", "0.000", "-1.000"]]
    assert "worse after: 1: a" in out
    code, out, _ = run(capsys, "compare", *runs, "--json", "-o", tmp_path / "c.md")
    data = json.loads(out)
    assert (data["losses"], data["wins"], data["overall"]["Exact"]["only_before"]) == (["a"], [], 1)
    assert "Worse after: 1" in (tmp_path / "c.md").read_text(encoding="utf-8")


def test_compare_refuses_what_can_not_be_held_against_each_other(
    capsys: pytest.CaptureFixture[str], runs: tuple[Path, Path], graph: Path, questions: Path, tmp_path: Path
) -> None:
    other, lenient = tmp_path / "other", tmp_path / "lenient"
    assert main(["evaluate", str(graph), str(questions), "-o", str(other)]) == 0
    again = ["evaluate", str(graph), str(questions), "--split", "dev", "--matching", "lenient", "-o", str(lenient)]
    assert main(again) == 0
    capsys.readouterr()
    for second, message in (
        (other, "answer different questions"),
        (lenient, "was matched strict"),
        (tmp_path / "nowhere", "holds no finished run"),
    ):
        code, _, err = run(capsys, "compare", runs[0], second)
        assert code == 2
        assert message in err
    code, _, err = run(capsys, "compare", *runs, "-o", tmp_path / "c.docx")
    assert (code, "name the file .json or .md" in err) == (2, True)


def test_robustness_prints_and_writes(
    capsys: pytest.CaptureFixture[str], graph: Path, questions: Path, tmp_path: Path
) -> None:
    options = ("--attacks", "upper-case, removed-facts", "--split", "dev", "--seed", "3")
    code, out, _ = run(capsys, "robustness", graph, questions, "-o", tmp_path / "r", *options)
    assert code == 0
    report = json.loads((tmp_path / "r" / "robustness.json").read_text(encoding="utf-8"))
    assert [(one["attack"], one["applicable"]) for one in report["attacks"]] == [
        ("upper-case", 2),
        ("removed-facts", 1),
    ]
    rows = {line.split()[0]: line.split() for line in out.splitlines() if line.strip()}
    for one in report["attacks"]:
        assert rows[one["attack"]][1:3] == [str(one["applicable"]), f"{100 * one['scores']['Hits@1']['before']:.1f}"]
    code, _, err = run(capsys, "robustness", graph, questions, "-o", tmp_path / "r", "--attacks", "bribes")
    assert (code, "'bribes' is no attack" in err) == (2, True)
    code, out, _ = run(capsys, "robustness", graph, questions, "-o", tmp_path / "r", "--attacks", "list")
    assert (code, "upper-case: all letters are capital\n" in out) == (0, True)
