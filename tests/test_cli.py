"""The command line with a stand-in for the system: output, exit codes and errors."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar, cast
from xml.etree import ElementTree

import pytest
from jsonschema import Draft202012Validator

from kgqa import __version__
from kgqa.answer_json import answer_schema
from kgqa.cli import main
from kgqa.config import Config
from kgqa.errors import GraphError, QuestionError, VectorIndexError
from kgqa.graph import LoadReport
from kgqa.types import (
    Abstained,
    AbstentionReason,
    Answer,
    AnswerKind,
    AnswerLink,
    AnswerValue,
    Clarification,
    Evidence,
    Link,
    MatchKind,
    Mention,
    Option,
)

HOSTILE = '\x1b[31m"Eve"\r\n[bold]\u202e<b>'
ROOT = Path(__file__).parent.parent
CLARIFICATION = Clarification(
    "Which “Eve” is meant?",
    "Eve",
    0,
    3,
    (Option("x:1", HOSTILE, "a", ("x:1",)), Option("x:2", "Eve", "b", ("x:2", "x:3"))),
)


class StandInGraph:
    n_triples = 1234
    report = LoadReport(skipped_count=2, skipped=("g.nt:3: no \x1b end",))

    def id(self, node: int) -> str:
        return f"x:{node}"

    def label(self, node: int, language: str = "") -> str:
        return f"{HOSTILE} {language}"


class StandIn:
    """A system that answers with one value and one fact, both with hostile labels."""

    opened: dict[str, Any]
    topics: ClassVar[list[tuple[str, tuple[str, ...], str | None]]] = []
    graph = StandInGraph()

    @classmethod
    def from_graph(cls, source: Any, **settings: Any) -> StandIn:
        if str(source).endswith("missing.ttl"):
            raise GraphError("can't read 'missing.ttl'; \x1b[2J expected a file:\nname one that exists")
        cls.opened = {"source": source, **settings}
        return cls()

    def on_progress(self, stage: str, done: int, total: int) -> None:
        """Silent unless the command line sets another."""

    def ask(self, question: str, *, language: str | None = None) -> Answer:
        for done in (0, 2_000, 4_457):
            self.on_progress("relations", done, 4_457)
        raised = {"long": QuestionError("too long"), "index": VectorIndexError("broken"), "bug": KeyError("secret")}
        if question in raised:
            raise raised[question]
        if question == "stop":
            raise KeyboardInterrupt
        if question == "who?":
            return Answer(question, AnswerKind.NONE, abstained=Abstained(AbstentionReason.NOTHING_LINKED, ""))
        return Answer(
            question,
            AnswerKind.ENTITIES,
            values=(AnswerValue("x:1", HOSTILE, "x:1"),),
            confidence=0.9,
            sparql="SELECT *",
            evidence=(Evidence("x:0", "x:p", "x:1", "Topic", HOSTILE, HOSTILE, "g.ttl"),),
            links=(AnswerLink("Topic", 0, 5, "x:0", "Topic", 1.0, MatchKind.EXACT),),
            clarification=CLARIFICATION if question == "which?" else None,
            timings_ms={"total": 3.0},
        )

    def ask_linked(self, question: str, topic: Sequence[str], *, language: str | None = None) -> Answer:
        self.topics.append((question, tuple(topic), language))
        if "x:gone" in topic:
            raise QuestionError("the topic 'x:gone' is neither an id nor a name")
        return Answer(question, AnswerKind.ENTITIES, values=(AnswerValue("x:9", "Chosen", "x:9"),))

    def link(self, question: str) -> tuple[Link, ...]:
        return (Link(Mention(0, 3, question[:3]), 7, 0.5, MatchKind.FUZZY, "Eve", string=0.5),)

    def save(self, path: Path, *, on_progress: Callable[[str, int, int], None] | None = None) -> None:
        path.mkdir()


@pytest.fixture(autouse=True)
def system(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("kgqa.system")
    module.KGQA = StandIn  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "kgqa.system", module)
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))


def run(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str, str]:
    try:
        code = main(argv)
    except SystemExit as exit_:
        code = cast(int, exit_.code)
    out, err = capsys.readouterr()
    return code, out, err


def safe(text: str) -> bool:
    return not set(text) & set("\x1b\r\u202e")


def test_ask_prints_the_answer_safely(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "ask", "g.ttl", "Topic?", "--sparql", "--timings")
    assert code == 0
    assert all(part in out for part in ('[31m"Eve" [bold]', "90%", "Topic", "SELECT *", "total  3.0", "g.ttl"))
    assert safe(out)
    assert safe(err)


def test_ask_json_fits_the_schema(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "ask", "g.ttl", "哪里?", "--json")
    assert code == 0
    data = json.loads(out)
    Draft202012Validator(answer_schema()).validate(data)
    assert data["values"][0]["label"] == HOSTILE
    assert "哪里?" in out
    assert safe(out)


def test_ask_passes_its_settings_on(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    settings = tmp_path / "c.toml"
    settings.write_text("[linking]\nmax_words = 3\n", encoding="utf-8")
    options = ("--format", "nt", "--config", str(settings), "--on-error", "skip")
    _, _, err = run(capsys, "ask", "g.ttl", "Topic?", *options)
    opened = StandIn.opened
    assert (opened["source"], opened["format"], opened["on_error"]) == ("g.ttl", "nt", "skip")
    assert cast(Config, opened["config"]).linking.max_words == 3
    assert err == "kgqa: 2 lines left out; the first: g.nt:3: no \ufffd end\n"


def test_no_answer_says_why_and_what_would_help(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "ask", "g.ttl", "who?")
    assert code == 0
    assert "nothing in the question was recognised" in out
    assert "kgqa link" in out


@pytest.mark.parametrize("suffix", ["svg", "mmd"])
def test_ask_draws_the_evidence(capsys: pytest.CaptureFixture[str], tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"e.{suffix}"
    assert run(capsys, "ask", "g.ttl", "Topic?", "--draw", str(path))[0] == 0
    text = path.read_text(encoding="utf-8")
    if suffix == "svg":
        ElementTree.fromstring(text)
    assert text.startswith("<svg" if suffix == "svg" else "flowchart LR")


def test_questions_come_from_standard_input(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("Topic?\n\nlong\nwho?\n"))
    code, out, err = run(capsys, "ask", "g.ttl", "-", "--json")
    assert code == 2
    assert [json.loads(line)["question"] for line in out.splitlines()] == ["Topic?", "who?"]
    assert err.splitlines()[1:] == ["kgqa: line 3: too long"]


def test_standard_input_that_is_not_utf8_is_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"wh\xe9re\n"), encoding="utf-8"))
    code, _, err = run(capsys, "ask", "g.ttl", "-")
    assert code == 2
    assert "not UTF-8" in err


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_without_a_question_a_terminal_gets_a_prompt(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal("Topic?\nlong\nwho?\n"))
    code, out, err = run(capsys, "ask", "g.ttl")
    assert code == 0
    assert "90%" in out
    assert "nothing in the question" in out
    assert "1,234 facts" in err
    assert "kgqa: too long" in err


def test_a_question_back_says_how_to_answer_it(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "ask", "g.ttl", "which?")
    assert "Which “Eve” is meant?" in out
    assert "--topic=x:2  --topic=x:3" in out
    assert safe(out)


def test_the_topic_is_passed_on(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(StandIn, "topics", [])
    options = ("--topic=x:2", "--topic", "x:3", "--language", "zh")
    code, out, _ = run(capsys, "ask", "g.ttl", "which?", *options)
    assert (code, StandIn.topics) == (0, [("which?", ("x:2", "x:3"), "zh")])
    assert "Chosen" in out


def test_a_number_at_the_prompt_answers_a_question_back(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only just after it was asked, and only the number of an option: all else is a question of its own."""
    monkeypatch.setattr(StandIn, "topics", [])
    monkeypatch.setattr(sys, "stdin", Terminal("2\nwhich?\n2\n1\nwhich?\n3\n1\n"))
    code, out, _ = run(capsys, "ask", "g.ttl", "--json")
    assert code == 0
    assert StandIn.topics == [("which?", ("x:2", "x:3"), None)]
    lines = [line.removeprefix("? ") for line in out.replace("? ? ", "? ").splitlines()]
    assert [json.loads(line)["question"] for line in lines if line] == [
        "2",
        "which?",
        "which?",
        "1",
        "which?",
        "3",
        "1",
    ]


@pytest.mark.parametrize("terminal", [True, False])
def test_a_terminal_is_told_why_the_first_question_takes_long(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, terminal: bool
) -> None:
    errors = Terminal() if terminal else io.StringIO()
    monkeypatch.setattr(sys, "stderr", errors)
    assert run(capsys, "ask", "g.ttl", "Topic?")[0] == 0
    told = "kgqa: encoding 4,457 relation names; `kgqa build` keeps them\n"
    assert errors.getvalue().count("relation names") == (1 if terminal else 0)
    assert (told in errors.getvalue()) is terminal


def test_build_writes_a_bundle(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, _ = run(capsys, "build", "a.ttl", "b.ttl", "-o", str(tmp_path / "b"))
    assert code == 0
    assert (tmp_path / "b").is_dir()
    assert StandIn.opened["source"] == ["a.ttl", "b.ttl"]
    assert out.endswith("b: 1,234 facts\n")


@pytest.mark.parametrize("as_json", [True, False])
def test_inspect_reports(capsys: pytest.CaptureFixture[str], tmp_path: Path, as_json: bool) -> None:
    path = tmp_path / "g.jsonl"
    path.write_text(json.dumps([HOSTILE, "likes", "Bob"]) + "\n", encoding="utf-8")
    code, out, _ = run(capsys, "inspect", str(path), *(["--json"] if as_json else []))
    assert code == 0
    if as_json:
        report = json.loads(out)
        assert (report["facts"], report["scripts"]) == (1, {"Latin": 2})
        assert report["relations"][0]["examples"] == [[HOSTILE, "Bob"]]
    else:
        assert "relations (1)" in out
        assert "likes" in out
    assert safe(out)


def test_link_shows_the_scores(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "link", "g.ttl", "Eve?")
    assert code == 0
    assert safe(out)
    assert "0.50" in out
    _, out, _ = run(capsys, "link", "g.ttl", "Eve?", "--json")
    assert json.loads(out)["links"] == [
        {
            "text": "Eve",
            "start": 0,
            "end": 3,
            "id": "x:7",
            "label": f"{HOSTILE} en",
            "score": 0.5,
            "match": "fuzzy",
            "name": "Eve",
            "prior": 0.0,
            "string": 0.5,
            "dense": 0.0,
        }
    ]


FAILURES: list[tuple[Sequence[str], int, str]] = [
    (["ask", "missing.ttl", "q"], 2, "name one that exists"),
    (["ask", "g.ttl"], 2, "no question is given"),
    (["ask", "g.ttl", "long"], 2, "too long"),
    (["ask", "g.ttl", "a\udcff"], 2, "not UTF-8"),
    (["ask", "g.ttl", "index"], 1, "broken"),
    (["ask", "g.ttl", "bug"], 1, "run it again with --debug"),
    (["ask", "g.ttl", "q", "--draw", "x.png"], 2, "name the file .svg or .mmd"),
    (["ask", "g.ttl", "-", "--draw", "x.svg"], 2, "one answer"),
    (["ask", "g.ttl", "-", "--topic", "x:1"], 2, "one question"),
    (["ask", "g.ttl", "q", "--topic", "x:gone"], 2, "neither an id nor a name"),
    (["ask", "g.ttl", "q", "--draw", "/nowhere/x.svg"], 2, "choose another place"),
    (["ask", "g.ttl", "q", "--config", "/nowhere.toml"], 2, "can't read the configuration"),
    (["ask", "g.ttl", "q", "--on-error", "guess"], 2, "see `kgqa ask --help`"),
    (["build", "g.ttl"], 2, "-o"),
    (["dance"], 2, "ask"),
    ([], 2, "COMMAND"),
]


@pytest.mark.parametrize(("argv", "code", "said"), FAILURES, ids=str)
def test_a_failure_is_one_safe_line_with_the_cure(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    argv: Sequence[str],
    code: int,
    said: str,
) -> None:
    monkeypatch.setattr(StandInGraph, "report", LoadReport())
    got, _, err = run(capsys, *argv)
    assert got == code
    assert said in err
    assert err.startswith("kgqa")
    assert err.count("\n") == 1
    assert safe(err)
    assert "Traceback" not in err


@pytest.mark.parametrize("argv", [["--debug", "ask", "g.ttl", "bug"], ["ask", "g.ttl", "bug", "--debug"]])
def test_debug_shows_the_traceback(capsys: pytest.CaptureFixture[str], argv: list[str]) -> None:
    code, _, err = run(capsys, *argv)
    assert code == 1
    assert "Traceback" in err


def test_an_interrupt_ends_quietly(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "ask", "g.ttl", "stop")
    assert code == 130
    assert "Traceback" not in err


# -- from the shell -------------------------------------------------------------------------------


def shell(*argv: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kgqa", *argv],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=ROOT,
        env={**os.environ, **environment},
        timeout=60,
        check=False,
    )


def test_help_and_version_import_nothing_heavy() -> None:
    code = (
        "import sys, kgqa.cli\n"
        "try: kgqa.cli.main(['ask', '--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'numpy', 'rich', 'onnxruntime', 'faiss', 'torch', 'pyoxigraph', 'tokenizers'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert "usage: kgqa ask" in done.stdout
    assert done.stdout.endswith("[]\n")
    assert shell("--version").stdout == f"kgqa {__version__}\n"


def test_a_reader_that_goes_away_is_no_error() -> None:
    code = (
        "import sys, kgqa.cli, kgqa.cli.asking as asking, kgqa.answer_json\n"
        "from kgqa.types import Answer, AnswerKind\n"
        "def flood(args):\n"
        "    for _ in range(20000): asking._print_answer(Answer('q' * 99, AnswerKind.NONE), args, one_line=True)\n"
        "    return 0\n"
        "asking._ask = flood\n"
        "sys.exit(kgqa.cli.main(['ask', 'g', '-', *sys.argv[1:]]))"
    )
    for options in ([], ["--json"]):
        process = subprocess.Popen(
            [sys.executable, "-c", code, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
        )
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        process.stderr.close()
        assert process.wait(timeout=60) == 141
