"""Tables apart from their format: built once, written as Markdown or as HTML."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from kgqa.evaluation.rendering.markup import Markup, element, joined
from kgqa.evaluation.rendering.values import shorten, visible

EMPTY = "–"
_BACKTICKS = re.compile("`+")
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~$&!])")


class Kind(Enum):
    """What a column holds.

    WORDS : the report's own words. DATA : text from a graph or a question set. NUMBER : a number, set to the right.
    """

    WORDS = "words"
    DATA = "data"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Column:
    """A caption, and what stands below it."""

    caption: str
    kind: Kind = Kind.NUMBER


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of plain text under captions; the first column names the row. note : one sentence below, or ""."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


# -- Markdown -----------------------------------------------------------------------------------


def code(text: str) -> str:
    """Foreign text as a code span, in which Markdown reads nothing: no markup, link, mention or HTML."""
    line = visible(shorten(text)).strip()
    if not line:
        return EMPTY
    fence = "`" * (max((len(run) for run in _BACKTICKS.findall(line)), default=0) + 1)
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def escaped(text: str) -> str:
    """The report's own words with what Markdown would read as markup taken literally."""
    return _SPECIAL.sub(r"\\\1", visible(text))


def table_markdown(table: Table) -> str:
    """A table of GitHub's Markdown, with its note below."""
    captions = [escaped(column.caption) for column in table.columns]
    rule = ["---:" if column.kind is Kind.NUMBER else "---" for column in table.columns]
    body = [[_cell(text, column) for text, column in zip(row, table.columns, strict=True)] for row in table.rows]
    lines = [f"| {' | '.join(cells)} |" for cells in (captions, rule, *body)]
    return "\n".join([*lines, *(["", escaped(table.note)] if table.note else [])]) + "\n"


def _cell(text: str, column: Column) -> str:
    if column.kind is not Kind.DATA:
        return escaped(text) or EMPTY
    # Parsers differ on a backslash before an escaped bar, so that bar is shown as its code.
    return re.sub(r"(?<=\\)\|", r"\\u007C", code(text)).replace("|", "\\|")


# -- HTML ---------------------------------------------------------------------------------------


def data(text: str) -> Markup:
    """Foreign text, kept apart from the direction of writing around it."""
    return element("bdi", shorten(text) or EMPTY)


def table_html(table: Table) -> Markup:
    """A table that scrolls sideways where the screen is narrow, with its note below."""
    head = [element("th", column.caption, scope="col", class_=column.kind.value) for column in table.columns]
    body = [element("tr", *_cells(row, table.columns)) for row in table.rows]
    whole = element(
        "table", element("caption", table.caption), element("thead", element("tr", *head)), element("tbody", *body)
    )
    scrolling = element("div", whole, class_="scroll", role="region", tabindex=0, aria_label=table.caption)
    return joined(scrolling, *([element("p", table.note, class_="note")] if table.note else []))


def _cells(row: Sequence[str], columns: Sequence[Column]) -> list[Markup]:
    cells = []
    for place, (text, column) in enumerate(zip(row, columns, strict=True)):
        content = data(text) if column.kind is Kind.DATA else text or EMPTY
        name, scope = ("td", None) if place else ("th", "row")
        cells.append(element(name, content, scope=scope, class_=column.kind.value))
    return cells
