"""The command line over real graphs: bad input ends in one clear line or an honest "none"."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import kgqa.graph
from kgqa.answer_json import answer_schema
from kgqa.cli import main

pytest.importorskip("kgqa.system")

GRAPH = """\
@prefix : <http://example.org/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
:France a :Country ; rdfs:label "France"@en, "法国"@zh ; :capital :Paris ; :borders :Spain, :Italy .
:Spain a :Country ; rdfs:label "Spain"@en, "西班牙"@zh ; :capital :Madrid ; :borders :France .
:Italy a :Country ; rdfs:label "Italy"@en, "意大利"@zh ; :capital :Rome ; :borders :France .
:Paris a :City ; rdfs:label "Paris"@en, "巴黎"@zh .
:Madrid a :City ; rdfs:label "Madrid"@en, "马德里"@zh .
:Rome a :City ; rdfs:label "Rome"@en, "罗马"@zh .
:capital rdfs:label "capital"@en, "首都"@zh .
:borders rdfs:label "borders"@en, "接壤"@zh .
:City rdfs:label "city"@en ; rdfs:subClassOf :Place .
:Place rdfs:label "place"@en ; rdfs:subClassOf :City .
"""
HOSTILE = r"""@prefix : <http://example.org/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
:France rdfs:label "France" ; :capital :Paris .
:Paris rdfs:label "\u001B[2J\"Paris\" {[(<b>\r\n\u202Ehtml</b>" .
:capital rdfs:label "capital" .
"""


@pytest.fixture
def graph(tmp_path: Path) -> Path:
    path = tmp_path / "small.ttl"
    path.write_text(GRAPH, encoding="utf-8")
    return path


def needs_inspection() -> None:
    if not hasattr(kgqa.graph, "inspect_graph"):
        pytest.skip("the graph room has no report yet")


def run(capsys: pytest.CaptureFixture[str], *argv: object) -> tuple[int, str, str]:
    code = main([str(argument) for argument in argv])
    out, err = capsys.readouterr()
    assert "Traceback" not in err
    return code, out, err


def ask(capsys: pytest.CaptureFixture[str], graph: Path, question: str) -> dict[str, Any]:
    code, out, err = run(capsys, "ask", graph, question, "--json")
    assert code == 0, err
    answer: dict[str, Any] = json.loads(out)
    Draft202012Validator(answer_schema()).validate(answer)
    return answer


def refused(capsys: pytest.CaptureFixture[str], *argv: object) -> str:
    """The one line that a command ends in with exit code 2."""
    code, out, err = run(capsys, *argv)
    assert (code, out, err.count("\n")) == (2, "", 1), err
    return err


def test_an_answer_and_its_proof(capsys: pytest.CaptureFixture[str], graph: Path) -> None:
    answer = ask(capsys, graph, "What is the capital of France?")
    assert [value["id"] for value in answer["values"]] == ["http://example.org/Paris"]
    facts = [fact[:3] for fact in answer["evidence"]]
    assert ["http://example.org/France", "http://example.org/capital", "http://example.org/Paris"] in facts


def test_a_bundle_answers_as_its_graph_does(capsys: pytest.CaptureFixture[str], graph: Path, tmp_path: Path) -> None:
    bundle = tmp_path / "small.bundle"
    assert run(capsys, "build", graph, "-o", bundle)[0] == 0
    question = "What is the capital of Spain?"
    assert ask(capsys, bundle, question)["values"] == ask(capsys, graph, question)["values"]


def test_a_bundle_with_a_flipped_byte_is_refused(
    capsys: pytest.CaptureFixture[str], graph: Path, tmp_path: Path
) -> None:
    bundle = tmp_path / "small.bundle"
    assert run(capsys, "build", graph, "-o", bundle)[0] == 0
    largest = max((path for path in bundle.rglob("*") if path.is_file()), key=lambda path: path.stat().st_size)
    content = bytearray(largest.read_bytes())
    content[len(content) // 2] ^= 1
    largest.write_bytes(content)
    assert "small.bundle" in refused(capsys, "ask", bundle, "What is the capital of Spain?")


def test_links_are_shown(capsys: pytest.CaptureFixture[str], graph: Path) -> None:
    code, out, _ = run(capsys, "link", graph, "What is the capital of France?", "--json")
    assert code == 0
    assert "http://example.org/France" in {link["id"] for link in json.loads(out)["links"]}


def test_a_graph_is_inspected(capsys: pytest.CaptureFixture[str], graph: Path) -> None:
    needs_inspection()
    code, out, err = run(capsys, "inspect", graph)
    assert code == 0, err
    assert "capital" in out
    assert json.loads(run(capsys, "inspect", graph, "--json")[1])


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("missing.ttl", None, "missing.ttl"),
        ("bad.nt", "<http://a> <http://b> .\n", "bad.nt"),
        ("graph.xyz", "a b c", "graph.xyz"),
        ("empty.ttl", "", "empty.ttl"),
    ],
)
@pytest.mark.parametrize("command", ["ask", "inspect"])
def test_a_source_that_cannot_be_read_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, command: str, name: str, content: str | None, said: str
) -> None:
    if command == "inspect":
        needs_inspection()
    path = tmp_path / name
    if content is not None:
        path.write_text(content, encoding="utf-8")
    assert said in refused(capsys, command, path, *(["Who?"] if command == "ask" else []))


def test_an_unknown_format_is_refused(capsys: pytest.CaptureFixture[str], graph: Path) -> None:
    assert "parquet" in refused(capsys, "ask", graph, "Who?", "--format", "parquet")


def test_a_malformed_line_can_be_left_out(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "two.nt"
    path.write_text("<http://a/x> <http://a/p> <http://a/y> .\nnonsense\n", encoding="utf-8")
    code, _, err = run(capsys, "ask", path, "x?", "--on-error", "skip")
    assert code == 0
    assert "1 line left out" in err


@pytest.mark.parametrize("question", ["", "   ", "a" * 100_000], ids=["empty", "blank", "long"])
def test_a_question_that_cannot_be_asked_is_refused_or_unanswered(
    capsys: pytest.CaptureFixture[str], graph: Path, question: str
) -> None:
    code, out, err = run(capsys, "ask", graph, question, "--json")
    if code == 0:
        assert json.loads(out)["kind"] == "none"
    else:
        assert (code, err.count("\n")) == (2, 1)
        assert len(err) < 1000


@pytest.mark.parametrize("question", ["Где находится Париж?", "ཁྱེད་རང་", "🦀🦀🦀", "??!"])
def test_a_script_without_labels_gets_no_answer(capsys: pytest.CaptureFixture[str], graph: Path, question: str) -> None:
    answer = ask(capsys, graph, question)
    assert answer["kind"] == "none"
    assert answer["abstained"]["reason"]


def test_hostile_labels_reach_neither_terminal_nor_drawing(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path, drawing = tmp_path / "hostile.ttl", tmp_path / "e.svg"
    path.write_text(HOSTILE, encoding="utf-8")
    code, out, _ = run(capsys, "ask", path, "What is the capital of France?", "--draw", drawing, "--sparql")
    assert code == 0
    assert '"Paris" {[(<b> html</b>' in out
    assert not set(out) & set("\x1b\r\u202e")
    assert "<b>" not in drawing.read_text(encoding="utf-8")


def test_from_the_shell(graph: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "kgqa", "ask", str(graph), "法国的首都是哪里？", "--language", "zh"],
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "巴黎" in done.stdout
