"""Leave one graph out: the part of a reader for unfamiliar graphs, on dev questions over graphs that it never saw."""

from __future__ import annotations

import importlib.util
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np

from evaluation.abstention import auroc
from evaluation.results import Column, Row, Table
from evaluation.settings import WORK, Choice, LeftOutSet, data_folder, leftout_settings
from kgqa.evaluation.metrics.calibration import BINS, bin_of

if TYPE_CHECKING:
    from kgqa.training import LeftOut

COLUMNS = (
    Column("questions", 0),
    Column("retrieval's order", 1, 100),
    Column("reader", 1, 100),
    Column("ECE", 3),
    Column("AUROC, fact removed", 3),
)
_WORK = WORK / "leftout"


def run(choice: Choice) -> list[Table]:
    """Train a reader for each group of sets without them, and measure it on them."""
    sets = [one for one in leftout_settings().sets if _is_wanted(one, choice)]
    if not choice.resume:
        shutil.rmtree(_WORK, ignore_errors=True)
    rows = [row for encoder in dict.fromkeys(one.encoder for one in sets) for row in _rows(encoder, sets)]
    return [Table("leftout", "Graph that training never saw, dev questions, F1", COLUMNS, tuple(rows))]


def order() -> list[str]:
    """The names of all rows, in the order of the TOML."""
    return [one.row(name) for one in leftout_settings().sets for name in one.measured]


def _is_wanted(one: LeftOutSet, choice: Choice) -> bool:
    if importlib.util.find_spec("torch") is None:
        print("left as it was: leftout: torch is not installed; pip install -e '.[train]'", file=sys.stderr)
        return False
    if choice.only and one.name not in choice.only:
        return False
    if not data_folder().exists():
        print(f"left out: {one.name}: {data_folder()} is missing; set KGQA_DATA", file=sys.stderr)
    return data_folder().exists()


def _rows(encoder: str, sets: list[LeftOutSet]) -> Iterator[Row]:
    """The rows of one encoder. A confidence takes the other groups, so all are trained, wanted or not."""
    from evaluation.train_reader import groups, pairs, settings_of, show
    from kgqa.embedding import load_encoder
    from kgqa.reader import shipped_weights
    from kgqa.reader.cross_encoder import open_cross
    from kgqa.reader.reranker import open_reranker
    from kgqa.training import fit_general, gather

    start, config = time.perf_counter(), settings_of(encoder)
    asked = {pair.name: pair for pair in pairs(encoder)}
    train, dev = gather(list(asked.values()), _WORK / "examples", config, unfamiliar=True, on_progress=show)
    opened = load_encoder(encoder)
    cross = open_cross(encoder, shipped_weights(encoder))
    work = _WORK / encoder
    reranker = open_reranker(shipped_weights(encoder))
    _, found = fit_general(
        train, dev, groups(encoder), opened, work, config, reranker=reranker, cross=cross, on_progress=show
    )
    figures = {one.name: one for one in found}
    for one in sets:
        for name in one.measured if one.encoder == encoder else ():
            own, seconds = asked[name].dev, time.perf_counter() - start
            count = len(own.sample(config.dev_each, config.seed).gold) if own is not None else 0
            yield Row(one.row(name), _cells(figures[name], count), config.seed, seconds, asdict(one))


def _cells(found: LeftOut, count: int) -> tuple[float, ...]:
    """The cells of a row. count : of all questions; those without a candidate have an F1 of 0."""
    confidence, right = np.array(found.confidence), np.array(found.right, dtype=np.float64)
    gaps = np.bincount(bin_of(confidence), weights=right - confidence, minlength=BINS)
    error = float(np.abs(gaps).sum() / len(right))
    return count, sum(found.before) / count, sum(found.f1) / count, error, auroc(confidence, np.array(found.lost))
