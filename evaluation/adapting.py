"""What `kgqa adapt` is worth on the sample graphs: their own dev questions before and after."""

from __future__ import annotations

import importlib.util
import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from evaluation.accuracy import BUDGET_MS
from evaluation.results import Cell, Column, Row, Table
from evaluation.settings import WORK, AdaptingSet, AdaptingSettings, Choice, adapting_settings, located
from kgqa import KGQA
from kgqa.config import Config, ReaderConfig, RetrievalConfig, from_mapping
from kgqa.evaluation import QuestionSet, Report, evaluate
from kgqa.graph import KnowledgeGraph
from kgqa.reader import SHIPPED, ZERO_SHOT
from kgqa.text import Language, guess_language

if TYPE_CHECKING:
    from kgqa.training import Adapted

COLUMNS = (
    Column("questions", 0),
    Column("Hits@1", 1, 100),
    Column("F1", 1, 100),
    Column("ECE", 3),
    Column("AUROC", 3),
    Column("F1, made questions held back", 1, 100),
)
BEFORE, AS_IT_COMES, AFTER = "no training", "shipped reader", "adapted"


def run(choice: Choice) -> list[Table]:
    """Adapt, and measure three readers on each set; without torch the rows stay as they were."""
    settings = adapting_settings()
    rows = [row for one in _wanted(choice, settings) for row in _rows(one, settings)]
    return [Table("adapting", "Graph and reader, dev questions of ours", COLUMNS, tuple(rows))]


def order() -> list[str]:
    """The names of all rows."""
    return [_named(one, reader) for one in adapting_settings().sets for reader in (BEFORE, AS_IT_COMES, AFTER)]


def _named(one: AdaptingSet, reader: str) -> str:
    return f"{one.name}: {reader}"


def _wanted(choice: Choice, settings: AdaptingSettings) -> list[AdaptingSet]:
    if importlib.util.find_spec("torch") is None:
        print("left as it was: adapting: torch is not installed; pip install -e '.[train]'", file=sys.stderr)
        return []
    return [one for one in settings.sets if not choice.only or one.name in choice.only]


def _rows(one: AdaptingSet, settings: AdaptingSettings) -> Iterator[Row]:
    folder = WORK / "adapting" / one.name
    shutil.rmtree(folder, ignore_errors=True)
    start = time.perf_counter()
    adapted = _adapted(one, settings, folder)
    took = time.perf_counter() - start
    made = {BEFORE: adapted.before, AFTER: adapted.after}
    for name, reader in ((BEFORE, ZERO_SHOT), (AS_IT_COMES, SHIPPED), (AFTER, str(folder))):
        start = time.perf_counter()
        report = _asked(one, settings, reader, folder)
        seconds = time.perf_counter() - start + (took if name == AFTER else 0.0)
        details = {"kgqa": report.summary(), "made": dict(made.get(name, {})), "learnt from": dict(adapted.questions)}
        yield Row(
            _named(one, name), _cells(report, made.get(name)), settings.training["seed"], seconds, asdict(one), details
        )


def _adapted(one: AdaptingSet, settings: AdaptingSettings, folder: Path) -> Adapted:
    from evaluation.train_reader import show
    from kgqa.training import TrainingConfig, adapt

    graph = KnowledgeGraph.load(located(one.graph))
    return adapt(graph, folder, from_mapping(TrainingConfig, settings.training), on_progress=show)


def _asked(one: AdaptingSet, settings: AdaptingSettings, reader: str, folder: Path) -> Report:
    """The English questions; the search has all the time it wants, so that load changes no answer."""
    config = Config(reader=ReaderConfig(name=reader), retrieval=RetrievalConfig(budget_ms=BUDGET_MS))
    asked = QuestionSet.read(located(one.questions), split=settings.split)
    asked = asked.only(q.id for q in asked.questions if guess_language(q.text) is not Language.CHINESE)
    name = Path(reader).name
    return evaluate(KGQA.from_graph(located(one.graph), config=config), asked, directory=folder / f"asked.{name}")


def _cells(report: Report, made: Mapping[str, float] | None) -> tuple[Cell, ...]:
    held = sum(made.values()) / len(made) if made else None
    return (report.overall["Hits@1"].n, *figures(report), held)


def figures(report: Report) -> tuple[Cell, ...]:
    """Hits@1 with its interval, F1, ECE and AUROC of a report."""
    found = report.overall
    hits = found["Hits@1"]
    others = (found[name].mean if found[name].n else None for name in ("F1", "ECE", "AUROC"))
    return ((hits.mean, hits.low, hits.high), *others)
