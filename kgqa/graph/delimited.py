"""CSV, TSV and `|` files of head, relation and tail; every cell is read as text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from kgqa.errors import GraphError
from kgqa.graph.build import EdgeBuffer
from kgqa.graph.files import NOT_UTF8, GraphFormat, first_lines, open_bytes, read_chunks
from kgqa.graph.names import name_key, relation_key
from kgqa.graph.problems import Problems, is_text, shown

ROLES = (
    frozenset(("head", "subject", "source", "s", "h", "subj", "from", "start", "entity1", "node1")),
    frozenset(("relation", "predicate", "p", "r", "rel", "pred", "property", "edge", "label", "type", "relationship")),
    frozenset(("tail", "object", "target", "o", "t", "obj", "to", "end", "entity2", "node2", "value")),
)
_DELIMITERS = {GraphFormat.TSV: "\t", GraphFormat.PIPE: "|"}
_BATCH = 20_000

Row = tuple[int, list[str]]


def header_columns(cells: list[str]) -> tuple[int, int, int] | None:
    """The columns of head, relation and tail if these cells name them, else None."""
    names = [cell.strip().strip('"').lower() for cell in cells]
    found = tuple(next((i for i, name in enumerate(names) if name in role), -1) for role in ROLES)
    return (found[0], found[1], found[2]) if min(found) >= 0 and len(set(found)) == 3 else None


def read_delimited(path: Path, kind: GraphFormat, buffer: EdgeBuffer, problems: Problems) -> None:
    """Append the triples of a delimited file; cells are stripped of surrounding blanks."""
    rows = _csv_rows(path, problems) if kind is GraphFormat.CSV else _raw_rows(path, _DELIMITERS[kind], problems)
    origin = buffer.origin(path.name)
    columns: tuple[int, int, int] | None = None
    batch: list[list[str]] = []
    for number, cells in rows:
        if columns is None:
            columns = header_columns(cells)
            if columns is not None:
                _check_header(path, cells)
                continue
            columns = (0, 1, 2)
        if len(cells) == 3:
            batch.append(cells)
        elif any(map(str.strip, cells)):
            problems.report(_wrong_count(path, number, cells, kind))
        if len(batch) >= _BATCH:
            _add(batch, columns, origin, buffer)
            batch = []
    _add(batch, columns or (0, 1, 2), origin, buffer)


def _add(batch: list[list[str]], columns: tuple[int, int, int], origin: int, buffer: EdgeBuffer) -> None:
    if not batch:
        return
    cells = list(zip(*batch, strict=True))
    heads, relations, tails = (cells[column] for column in columns)
    keys = {relation: relation_key(relation.strip()) for relation in set(relations)}
    origins = [origin] * len(batch)
    buffer.extend_names(map(name_key, heads), map(keys.__getitem__, relations), map(name_key, tails), origins)


def _check_header(path: Path, cells: list[str]) -> None:
    if len(cells) != 3:
        raise GraphError(
            f"{path}, line 1: the header has {len(cells)} columns ({', '.join(cells)}); expected three: "
            "head, relation, tail. Remove the others, or load a list of (head, relation, tail)"
        )


def _wrong_count(path: Path, number: int, cells: list[str], kind: GraphFormat) -> str:
    between = {"\t": "tabs", "|": "|"}.get(_DELIMITERS.get(kind, ""), "commas, with quotes around a cell that has one")
    line = " ".join(cells)
    return (
        f"{path}, line {number}: {len(cells)} {'cell' if len(cells) == 1 else 'cells'} in {shown(line)}; "
        f"expected 3 (head, relation, tail) between {between}"
    )


def _raw_rows(path: Path, delimiter: str, problems: Problems) -> Iterator[Row]:
    for chunk in read_chunks(path, problems):
        for i, line in enumerate(chunk.text.split("\n")):
            yield chunk.line + i, line.split(delimiter)


def _csv_rows(path: Path, problems: Problems) -> Iterator[Row]:
    delimiter = _csv_delimiter(path)
    with open_bytes(path) as stream:
        text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")
        reader = csv.reader(text, delimiter=delimiter, strict=True)
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                problems.report(f"{path}, line {reader.line_num}: {error} (check the quotes up to there)", error)
                continue
            if not all(map(str.isascii, cells)) and not all(map(is_text, cells)):
                problems.report(f"{path}, line {reader.line_num}: {NOT_UTF8}")
                continue
            yield reader.line_num, cells


def _csv_delimiter(path: Path) -> str:
    lines = [line for line in first_lines(path) if line.strip()]
    candidates = (",", "\t", ";", "|")
    counts = [sum(len(row) == 3 for row in csv.reader(lines, delimiter=c)) for c in candidates]
    return candidates[counts.index(max(counts))]
