"""The tables of README and docs from the results: `python -m evaluation.tables [--check]`.

A table stands between `<!-- results:NAME -->` and `<!-- /results:NAME -->`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

from evaluation.results import Cell, Column, Row, Table
from evaluation.settings import RESULTS, ROOT

PAGES = (
    ROOT / "README.md",
    *(ROOT / "docs" / f"{name}.md" for name in ("evaluation", "robustness", "embeddings", "reader")),
)
_MARKED = re.compile(r"(<!-- results:(?P<name>[\w-]+) -->\n).*?(<!-- /results:(?P=name) -->)", re.DOTALL)
_MISSING = "–"


def render(text: str, folder: Path = RESULTS) -> str:
    """Put the tables of a folder of results between the markers of a text."""

    def filled(marked: re.Match[str]) -> str:
        path = folder / f"{marked['name']}.json"
        body = markdown(Table.load(path)) if path.exists() else "Not measured yet.\n"
        return f"{marked[1]}{body}{marked[3]}"

    return _MARKED.sub(filled, text)


def markdown(table: Table) -> str:
    """A table as Markdown, with the circumstances of its rows below."""
    header = [table.subject, *(column.title for column in table.columns)]
    rule = ["---", *("---:" for _ in table.columns)]
    body = [[row.name, *_shown_cells(row, table.columns)] for row in table.rows]
    lines = [f"| {' | '.join(map(_escaped, line))} |" for line in (header, rule, *body)]
    return "\n".join([*lines, "", *circumstances(table.rows)]) + "\n"


def circumstances(rows: Sequence[Row]) -> list[str]:
    """One line for each distinct commit and machine behind the rows."""
    runs = {(row.run.version, row.run.git, row.run.hardware, row.run.python): None for row in rows}
    return [f"<sub>kgqa {v}, commit {git}, {hardware}, Python {python}</sub>" for v, git, hardware, python in runs]


def _shown_cells(row: Row, columns: Sequence[Column]) -> list[str]:
    return [_shown(cell, column) for cell, column in zip(row.cells, columns, strict=True)]


def _shown(cell: Cell, column: Column) -> str:
    if cell is None:
        return _MISSING
    if isinstance(cell, str):
        return cell
    if isinstance(cell, tuple):
        mean, low, high = (_number(value, column) for value in cell)
        # A dash before a minus can't be read.
        return f"{mean} ({low}{' to ' if min(cell) < 0 else '–'}{high})"
    return _number(cell, column)


def _number(value: float, column: Column) -> str:
    return f"{value * column.scale:,.{column.digits}f}"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


def main(arguments: Sequence[str]) -> int:
    """Write the pages, or with `--check` say whether they are up to date."""
    stale = [path for path in PAGES if render(path.read_text(encoding="utf-8")) != path.read_text(encoding="utf-8")]
    if "--check" in arguments:
        return int(bool(stale))
    for path in stale:
        path.write_text(render(path.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
