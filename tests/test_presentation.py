"""Answers on a terminal: complete, compact and safe."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console, ConsoleRenderable
from rich.text import Text

from kgqa.graph import KnowledgeGraph, inspect_graph
from kgqa.presentation import (
    CHINESE,
    ENGLISH,
    Captions,
    ProgressBars,
    answer_view,
    captions_for,
    links_view,
    percent,
    report_view,
)
from kgqa.types import (
    Abstained,
    AbstentionReason,
    Alternative,
    Answer,
    AnswerKind,
    AnswerLink,
    AnswerValue,
    Clarification,
    Correction,
    Evidence,
    Link,
    Literal,
    MatchKind,
    Mention,
    Option,
    Triple,
)

ANSWER = Answer(
    "Which countries that border France use the euro?",
    AnswerKind.ENTITIES,
    values=(AnswerValue("http://x/Spain", "Spain", "http://x/Spain"), AnswerValue("Italy", "Italy", "Italy")),
    confidence=0.934,
    words="countries that border France and have currency Euro",
    sparql='SELECT ?x WHERE {\n  ?x <http://x/p> "a  b\u202e" }',
    evidence=(Evidence("s", "p", "o", "France", "borders", "Spain", "w.ttl"),),
    links=(AnswerLink("euro", 3, 7, "x:e", "Euro", 1.0, MatchKind.NORMALISED),),
    alternatives=(Alternative("neighbours of France", 0.04, ("Brazil", "Suriname")),),
    timings_ms={"linking": 1.25, "total": 20.0},
)


def printed(view: ConsoleRenderable, *, width: int = 80) -> str:
    stream = io.StringIO()
    console = Console(file=stream, width=width, force_terminal=False, markup=False, highlight=False, emoji=False)
    console.print(view, crop=False)
    return "\n".join(line.rstrip() for line in stream.getvalue().split("\n"))


def test_an_answer_is_shown_with_its_proof() -> None:
    assert printed(answer_view(ANSWER)) == "\n".join(
        [
            "Spain  http://x/Spain",
            "Italy",
            "confidence     93%",
            "understood as  countries that border France and have currency Euro",
            "recognised     euro → Euro",
            "or was meant   neighbours of France (4%): Brazil, Suriname",
            "evidence",
            "  France  borders  Spain",
            "  source: w.ttl",
            "",
        ]
    )


def test_a_misspelt_word_is_shown_with_what_it_was_read_as() -> None:
    answer = replace(ANSWER, corrections=(Correction("contries", 6, 14, "countries"), Correction("teh", 0, 3, "the")))
    assert "read as        contries → countries; teh → the\nunderstood as" in printed(answer_view(answer))
    assert "读作" in printed(answer_view(answer, language="zh"))


def test_a_question_back_is_shown_with_the_option_that_answers_it() -> None:
    options = (
        Option("x:p", "Paris", "city", ("x:p", "x:o'k\u202e")),
        Option("x:h", "Paris Hilton", "", ("x:h",)),
        Option("-x y", "", "", ("-x y",)),
    )
    asked = replace(ANSWER, clarification=Clarification("Which “Paris” is meant: …?", "Paris", 0, 5, options))
    lines = printed(answer_view(asked), width=120).split("\n")
    at = lines.index("Which “Paris” is meant: …?")
    assert lines[at + 1 : at + 5] == [
        "  1  Paris, city  --topic=x:p  --topic='x:o'\"'\"'k'",
        "  2  Paris Hilton  --topic=x:h",
        "  3  -x y  --topic='-x y'",
        ENGLISH.choose,
    ]
    assert CHINESE.choose in printed(answer_view(asked, language="zh"), width=120)
    assert ENGLISH.choose not in printed(answer_view(ANSWER))


def test_the_query_and_the_timings_come_on_request() -> None:
    text = printed(answer_view(ANSWER, sparql=True, timings=True))
    assert '  SELECT ?x WHERE {\n    ?x <http://x/p> "a  b\\u202E" }\n' in text
    assert "  linking  1.2\n  total    20.0" in text


def test_a_query_is_not_broken_into_lines() -> None:
    query = "SELECT ?x WHERE { ?x <http://x/" + "long" * 60 + "> ?y }"
    assert query in printed(answer_view(replace(ANSWER, sparql=query), sparql=True))


@pytest.mark.parametrize("total", [20, 21, 1000])
def test_values_and_facts_beyond_twenty_are_counted(total: int) -> None:
    values = tuple(AnswerValue(f"v{i}", f"value {i}", i) for i in range(total))
    facts = tuple(Evidence("s", "p", f"o{i}", "s", "p", f"object {i}") for i in range(total))
    text = printed(answer_view(Answer("q", AnswerKind.ENTITIES, values=values, evidence=facts)))
    assert text.count("value ") == text.count("object ") == 20
    assert text.count(f"… and {total - 20:,} more") == (2 if total > 20 else 0)


def test_values_that_the_answer_itself_had_no_room_for_are_counted() -> None:
    values = tuple(AnswerValue(f"v{i}", f"value {i}", i) for i in range(1000))
    text = printed(answer_view(Answer("q", AnswerKind.ENTITIES, values=values, total=300_000)))
    assert "… and 299,980 more" in text


@pytest.mark.parametrize(
    ("value", "line"),
    [
        (AnswerValue(None, "true", True), "yes"),
        (AnswerValue(None, "false", False), "no"),
        (AnswerValue(None, "12345", 12345), "12,345"),
        (AnswerValue("1984", "1984", 1984), "1984"),
    ],
)
def test_computed_values(value: AnswerValue, line: str) -> None:
    assert printed(answer_view(Answer("q", AnswerKind.COUNT, values=(value,)))).split("\n")[0] == line


@pytest.mark.parametrize("captions", [ENGLISH, CHINESE])
def test_a_cure_is_said_once(captions: Captions) -> None:
    cure = captions.reasons[AbstentionReason.IMPOSSIBLE_VALUE][1]
    question = "When?" if captions is ENGLISH else "什么时候？"
    abstained = Abstained(AbstentionReason.IMPOSSIBLE_VALUE, f"1 + 1. {cure}")
    text = printed(answer_view(Answer(question, AnswerKind.NONE, abstained=abstained)), width=200)
    assert text.count(cure) == 1


@pytest.mark.parametrize("reason", list(AbstentionReason))
def test_every_reason_for_no_answer_is_said_in_both_languages(reason: AbstentionReason) -> None:
    for question, captions in (("who?", ENGLISH), ("谁？", CHINESE)):
        text = printed(
            answer_view(Answer(question, AnswerKind.NONE, abstained=Abstained(reason, "Detail."))), width=200
        )
        why, cure = captions.reasons[reason]
        assert why in text
        assert (cure in text) is (reason is not AbstentionReason.LOW_CONFIDENCE)
        assert ("Detail." in text) is (reason is not AbstentionReason.NOTHING_LINKED)
        bare = printed(answer_view(Answer(question, AnswerKind.NONE, abstained=Abstained(reason, ""))), width=200)
        assert cure in bare
        assert "0%" not in text


def test_captions_follow_the_question_or_the_wish() -> None:
    assert captions_for("日本的首都是哪里？") is CHINESE
    assert captions_for("capital of Japan?") is ENGLISH
    assert captions_for("capital of Japan?", "zh-Hans") is CHINESE
    assert captions_for("日本的首都是哪里？", "en") is ENGLISH


@pytest.mark.parametrize("hostile", ["[bold]x[/bold]", "[/]", "[link=http://e]x", ":smile:", "\\[red]"])
def test_markup_in_labels_is_plain_text(hostile: str) -> None:
    answer = replace(ANSWER, values=(AnswerValue("i", hostile, "v"),), words=hostile)
    assert printed(answer_view(answer)).count(hostile) == 2


@settings(deadline=None)
@given(st.text())
def test_no_label_steers_the_terminal(label: str) -> None:
    hostile = f"\x1b]0;title\x07\x1b[2J\r\n\u202e\u2066\x9b31m{label}"
    answer = Answer(
        hostile,
        AnswerKind.ENTITIES,
        values=(AnswerValue(hostile, hostile, hostile),),
        words=hostile,
        sparql=hostile,
        sentence=hostile,
        evidence=(Evidence("s", "p", "o", hostile, hostile, hostile, hostile),),
        links=(AnswerLink(hostile, 0, 1, hostile, hostile, 1.0, MatchKind.EXACT),),
        alternatives=(Alternative(hostile, 0.1, (hostile,)),),
        timings_ms={hostile: 1.0},
    )
    for width in (80, 20):
        text = printed(answer_view(answer, sparql=True, timings=True), width=width)
        assert not set(text) & set("\x1b\x07\r\u202e\u2066\x9b")
        text.encode("utf-8")


def test_a_very_long_label_is_cut_and_says_so() -> None:
    text = printed(answer_view(replace(ANSWER, values=(AnswerValue("i", "x" * 5000, "v"),))))
    assert "… (+4,600)" in text


def test_lines_fit_eighty_columns() -> None:
    assert max(map(len, printed(answer_view(ANSWER)).split("\n"))) <= 80


def test_probabilities_are_not_rounded_to_certainty() -> None:
    assert [percent(p) for p in (0, 0.001, 0.5, 0.996, 1)] == ["0%", "<1%", "50%", ">99%", "100%"]


def test_links_show_every_score() -> None:
    link = Link(Mention(0, 5, "japan"), 7, 0.95, MatchKind.NORMALISED, "Japan", 0.5, 1.0, 0.25)
    text = printed(links_view([(link, "x:jp", "Japan")], "japan?"))
    assert all(part in text for part in ("japan", "Japan  x:jp", "0.95", "normalised", "0.50", "1.00", "0.25"))
    lines = text.removesuffix("\n").split("\n")
    assert lines[0].startswith("mention")
    assert "0.95" in lines[-1]
    assert "nothing in the question was recognised" in printed(links_view([], "japan?"))


ROWS: list[object] = [
    ("Lyon", "type", "City"),
    ("Nice", "type", "City"),
    ("Loire", "type", "River"),
    Triple("Lyon", "label", Literal("Lyon[/]", "", "fr")),
    Triple("Nice", "label", Literal("尼斯")),
    ("Lyon", "on", "Loire"),
    ("Nice", "on", "Loire"),
    ("Loire", "on", "Sea"),
    ("Lyon", "population", 522_250),
    ("broken",),
]


def test_a_graph_report_has_a_line_for_each_relation() -> None:
    report = inspect_graph(KnowledgeGraph.load(ROWS, on_error="skip"))
    lines = printed(report_view(report), width=120).split("\n")
    cells = {line.split()[0]: line.split() for line in lines if line}
    assert cells["facts"] == ["facts", "9"]
    assert cells["classes"] == ["classes", "(2)", "City", "2,", "River", "1"]
    assert cells["names"][1:] == ["fr", "1,", "untagged", "Latin", "4,", "untagged", "Han", "1"]
    assert cells["on"] == ["on", "3", "67%", "City", "67%", "River", "1.0/1", "1.5/2", "Loire", "→", "Sea"]
    assert " ".join(cells["population"]) == "population 1 100% City 100% integer 1.0/1 1.0/1 Lyon[/] → 522250"
    assert any("broken" in line for line in lines)
    assert "more" not in " ".join(lines)


@pytest.mark.parametrize("width", [80, 120])
def test_the_largest_relations_are_shown_and_the_rest_counted(width: int) -> None:
    facts = [(f"s{i}", f"relation {n}", f"o{i} " + "long " * 30) for n in range(1, 35) for i in range(n)]
    text = printed(report_view(inspect_graph(KnowledgeGraph.load(facts))), width=width)
    table = text[text.index("relations (34)") :]
    for n in range(1, 35):
        assert (len(re.findall(rf"^relation {n} +{n} ", table, re.MULTILINE)) == 1) is (n >= 5)
    assert table.endswith("… and 4 more (all with --json)\n")
    assert max(map(len, text.split("\n"))) <= width
    assert "FanOut" not in text


def test_progress_is_silent_where_there_is_no_terminal() -> None:
    stream = io.StringIO()
    with ProgressBars(stream) as bars:
        bars.update("encode [x]", 1, 2)
        bars.update("encode [x]", 2, 2)
        bars.update("unknown", 0, 0)
    assert stream.getvalue() == ""


def test_progress_draws_on_a_terminal() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream = Terminal()
    with ProgressBars(stream) as bars:
        bars.update("encode [x]", 1, 2)
    text = Text.from_ansi(stream.getvalue()).plain
    assert re.search(r"encode \[x\] .* 1/2 +0:00:\d\d gone, +[-\d]:[-\d]{2}:[-\d]{2} left", text), text
