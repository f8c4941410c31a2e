"""The Markdown report: the same numbers, and foreign text in which a Markdown parser finds nothing."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from kgqa.evaluation.rendering import to_html, to_markdown
from kgqa.evaluation.rendering.tables import Column, Kind, Table, code, escaped, table_html, table_markdown
from tests.evaluation.sample_report import HOSTILE, empty, full
from tests.evaluation.test_rendering_page import Page, shown

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
WORDS = st.text(st.characters(), min_size=1, max_size=60).filter(lambda text: bool(text.strip()))


def tokens(source: str) -> list[Token]:
    return [child for token in PARSER.parse(source) for child in (token, *(token.children or ()))]


def structure(source: str) -> list[str]:
    return [token.type for token in tokens(source)]


def spans(source: str) -> list[str]:
    return [token.content for token in tokens(source) if token.type == "code_inline"]


def rows(source: str) -> list[list[str]]:
    """The cells of all tables, as a parser reads them."""
    found: list[list[str]] = []
    cell = False
    for token in PARSER.parse(source):
        if token.type == "tr_open":
            found.append([])
        elif token.type == "inline" and cell:
            found[-1].append("".join(child.content for child in token.children or ()))
        cell = token.type in {"td_open", "th_open"}
    return found


@pytest.mark.parametrize("text", HOSTILE)
def test_foreign_text_changes_no_structure(text: str) -> None:
    source, plain = to_markdown(full(text)), to_markdown(full("harmless"))
    assert structure(source) == structure(plain)
    assert not {"html_inline", "html_block", "link_open", "image", "strong_open"} & set(structure(code(text)))


@settings(max_examples=100, deadline=None)
@given(WORDS)
def test_any_text_is_only_text(text: str) -> None:
    source = to_markdown(full(text))
    assert structure(source) == structure(to_markdown(full("harmless")))
    want = shown(text).strip()
    found = spans(source)
    assert found.count("harmless") == (len(found) if want == "harmless" else 0)
    assert want in found
    source.encode("utf-8")


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(["|", "\\", "`", "a", " ", "\n", "<b>", "*"]), min_size=1, max_size=8).map("".join))
def test_a_cell_comes_back_whole(text: str) -> None:
    table = Table("t", (Column("name", Kind.DATA), Column("words", Kind.WORDS)), ((text, f"x{text}x"),))
    *_, (name, words) = rows(table_markdown(table))
    want = shown(text).strip()
    assert name.replace("\\u007C", "|") == (want or "–")
    assert words == f"x{shown(text)}x"


@settings(max_examples=200, deadline=None)
@given(WORDS)
def test_own_words_are_taken_literally(text: str) -> None:
    source = f"x{escaped(text)}x"
    assert structure(source)[0] == "paragraph_open"
    assert "".join(token.content for token in tokens(source) if token.type == "text") == f"x{shown(text)}x"


def test_a_bar_after_a_backslash_can_split_no_cell() -> None:
    table = Table("t", (Column("name", Kind.DATA), Column("n")), (("a\\|b|c", "1"),))
    line = table_markdown(table).splitlines()[2]
    assert line == "| `a\\\\u007Cb\\|c` | 1 |"


def test_the_tables_are_those_of_the_page() -> None:
    report = full("France")
    page = [
        row for caption, rows in Page(to_html(report)).tables.items() if not caption.endswith(", all") for row in rows
    ]
    assert rows(to_markdown(report)) == page
    assert len(page) > 30


def test_a_table_reads_the_same_in_both_formats() -> None:
    columns = (Column("who", Kind.DATA), Column("before"), Column("what", Kind.WORDS))
    table = Table("Compared", columns, (("a|b", "0.500", "x_y*"), ("<b>", "", "")), "A note.")
    assert table_markdown(table).endswith("\nA note.\n")
    assert rows(table_markdown(table)) == Page(table_html(table)).tables["Compared"]


def test_headline_counts_and_cases() -> None:
    source = to_markdown(full("France"))
    assert source.startswith("# Evaluation: `France`\n\n**Own linking.** ")
    assert "\n- **Hits@1** 0.712 (0.651–0.770)\n" in source
    assert "\n- refused with an error: 3\n" in source
    assert "\n- gold: `France`; `France`; and 12 more\n" in source
    assert "\n- evidence: `France` `France` `France`; `France` `France` `France`\n" in source
    assert "\n- given: nothing: no reading of the question is sure enough.\n" in source


def test_what_is_not_there_is_said() -> None:
    source = to_markdown(empty())
    assert not re.search(r"\bnan\b", source)
    assert source.lower().count("not applicable") >= 10
