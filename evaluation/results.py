"""Results on disk: one JSON a table, each row with the circumstances under which it was measured."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from evaluation.settings import RESULTS
from kgqa.evaluation.provenance import Provenance

Cell = float | int | str | None | tuple[float, float, float]
"""A number, a text, nothing, or a mean with its interval (mean, low, high)."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. digits : after the point. scale : numbers are shown multiplied by it."""

    title: str
    digits: int = 1
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class Row:
    """One measured line.

    cells : in the order of the columns. details : everything else that was measured, as JSON.
    seed, config, seconds : of the run behind the row. run : the row's provenance.
    """

    name: str
    cells: tuple[Cell, ...]
    seed: int
    seconds: float
    config: Mapping[str, Any]
    details: Mapping[str, Any] = field(default_factory=dict)
    run: Provenance = field(default_factory=Provenance.here)


@dataclass(frozen=True, slots=True)
class Table:
    """What one benchmark shows. name : of its file and of its marker in the README."""

    name: str
    subject: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    def save(self, folder: Path = RESULTS, *, order: Sequence[str] = ()) -> Path:
        """Write the table; rows that were not measured again stay where the columns are the same.

        order : row names in the order wanted; others follow.
        """
        path = folder / f"{self.name}.json"
        kept = self._unchanged(path)
        rows = {row.name: row for row in (*kept, *self.rows)}
        place = {name: i for i, name in enumerate(order)}
        ordered = sorted(rows.values(), key=lambda row: place.get(row.name, len(place)))
        table = Table(self.name, self.subject, self.columns, tuple(ordered))
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(table), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        return path

    @classmethod
    def load(cls, path: Path) -> Table:
        """Read a saved table."""
        data = json.loads(path.read_text(encoding="utf-8"))
        columns = tuple(Column(**column) for column in data["columns"])
        return cls(data["name"], data["subject"], columns, tuple(map(_row, data["rows"])))

    def _unchanged(self, path: Path) -> tuple[Row, ...]:
        if not path.exists():
            return ()
        old = Table.load(path)
        return old.rows if old.columns == self.columns else ()


def _row(data: Mapping[str, Any]) -> Row:
    cells = tuple(tuple(cell) if isinstance(cell, list) else cell for cell in data["cells"])
    return Row(**{**data, "cells": cells, "run": Provenance(**data["run"])})
