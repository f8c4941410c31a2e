"""One million facts: file to graph, graph to bundle, bundle to system."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from evaluation.child import measured
from evaluation.peers import bundle_of
from evaluation.results import Cell, Column, Row, Table
from evaluation.settings import WORK, LoadSettings, load_settings
from evaluation.synthetic import Size, write

Measured = dict[str, list[dict[str, Any]]]
"""way -> its measurements, one a repeat."""
_COLUMNS = (Column("seconds", 2), Column("CPU seconds", 2), Column("peak MB", 0), Column("× parse and intern", 2))
_REFERENCE = "parse and intern"


def run() -> list[Table]:
    """Measure all ways of loading, interleaved, then the bundle."""
    settings = load_settings()
    path = graph_file(Size(triples=settings.triples, entities=settings.entities, seed=settings.seed))
    start = time.perf_counter()
    loaded: Measured = {way: [] for way in settings.ways}
    for _ in range(settings.repeats):
        for way, runs in loaded.items():
            runs.append(measured("evaluation.peers", way, str(path)))
    loading = _loading(settings, loaded, time.perf_counter() - start)
    return [loading, _bundle(settings, path)]


def graph_file(size: Size) -> Path:
    """The synthetic graph, written unless it lies there already."""
    path = WORK / f"synthetic-{size.triples}-{size.entities}-{size.seed}.nt"
    if not path.exists():
        WORK.mkdir(parents=True, exist_ok=True)
        write(path, size)
    return path


def bundle_file(path: Path) -> Path:
    """The bundle of a graph, built anew: one that lies there may be of older code."""
    measured("evaluation.peers", "build a bundle", str(path))
    return bundle_of(str(path))


def _loading(settings: LoadSettings, loaded: Measured, seconds: float) -> Table:
    reference = _median(loaded[_REFERENCE], "seconds")
    row = partial(_row, settings, seconds)
    rows = (row(way, runs, (_median(runs, "seconds") / reference,)) for way, runs in loaded.items())
    return Table("load", f"{settings.triples:,} N-Triples in memory", _COLUMNS, tuple(rows))


def _bundle(settings: LoadSettings, path: Path) -> Table:
    start = time.perf_counter()
    shutil.rmtree(bundle_of(str(path)), ignore_errors=True)
    built = [measured("evaluation.peers", "build a bundle", str(path))]
    opened = [measured("evaluation.peers", "open the bundle", str(path)) for _ in range(settings.bundle_repeats)]
    size = sum(file.stat().st_size for file in bundle_of(str(path)).rglob("*") if file.is_file()) / 1e6
    row = partial(_row, settings, time.perf_counter() - start)
    rows = (row("file to bundle", built, (size,)), row("open the bundle", opened, (size,)))
    columns = (*_COLUMNS[:3], Column("MB on disk", 0))
    return Table("bundle", f"Bundle of {settings.triples:,} facts", columns, rows)


def _row(
    settings: LoadSettings, seconds: float, name: str, runs: Sequence[dict[str, Any]], more: tuple[Cell, ...]
) -> Row:
    cells = tuple(_median(runs, key) for key in ("seconds", "cpu_seconds", "peak_mb"))
    return Row(name, (*cells, *more), settings.seed, seconds, asdict(settings), {"runs": list(runs)})


def _median(runs: Sequence[dict[str, Any]], key: str) -> float:
    return float(median(run[key] for run in runs))
