"""Many questions at once: one by one, with the texts of many encoded by one call ahead, and on two threads."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from statistics import median
from typing import Any

from evaluation.batching import WAYS
from evaluation.child import measured
from evaluation.results import Cell, Column, Row, Table
from evaluation.settings import WORK, BatchSet, BatchSettings, Choice, batch_settings, located

Runs = dict[str, list[dict[str, Any]]]
"""way -> its measurements, one a round."""
_COLUMNS = (
    Column("questions", 0),
    Column("questions a second", 1),
    Column("× one by one", 2),
    Column("CPU ms a question", 1),
    Column("peak MB", 0),
    Column("same answers", 0),
)
_REFERENCE = "one by one"


def run(choice: Choice) -> list[Table]:
    """Measure every set whose files are there; the others are named on stderr."""
    settings = batch_settings()
    rows = [
        row for one in settings.sets if choice.takes(one.name, one.graph, one.questions) for row in _rows(one, settings)
    ]
    return [Table("batch", "Many questions", _COLUMNS, tuple(rows))]


def order() -> list[str]:
    """The names of all rows."""
    return [f"{one.name}, {way}" for one in batch_settings().sets for way in WAYS]


def _rows(one: BatchSet, settings: BatchSettings) -> Iterator[Row]:
    """Each way in a process of its own; the ways take turns, so that a busy machine slows them alike."""
    WORK.mkdir(parents=True, exist_ok=True)
    texts = WORK / "texts.json"
    common = (str(located(one.graph)), str(located(one.questions)), one.split)
    numbers = tuple(map(str, (one.sample, settings.seed, settings.warm_up, settings.chunk)))
    start = time.perf_counter()
    runs: Runs = {way: [] for way in WAYS}
    measured("evaluation.batching", "record", str(texts), *common, *numbers)
    for _ in range(settings.rounds):
        for way, found in runs.items():
            found.append(measured("evaluation.batching", way, str(texts), *common, *numbers))
    seconds = time.perf_counter() - start
    for way, found in runs.items():
        yield Row(f"{one.name}, {way}", _cells(found, runs), settings.seed, seconds, asdict(settings), {"runs": found})


def _cells(found: Sequence[dict[str, Any]], runs: Runs) -> tuple[Cell, ...]:
    reference = runs[_REFERENCE]
    asked = found[0]["questions"]
    return (
        asked,
        asked / _median(found, "seconds"),
        median(a["seconds"] / b["seconds"] for a, b in zip(reference, found, strict=True)),
        1000 * _median(found, "cpu_seconds") / asked,
        _median(found, "peak_mb"),
        sum(a == b for a, b in zip(found[0]["answers"], reference[0]["answers"], strict=True)),
    )


def _median(runs: Sequence[dict[str, Any]], key: str) -> float:
    return float(median(run[key] for run in runs))
