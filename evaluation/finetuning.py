"""What some questions of one's own are worth: the shipped reader, and the same trained on them by `kgqa train`."""

from __future__ import annotations

import importlib.util
import re
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from evaluation.accuracy import BUDGET_MS
from evaluation.adapting import figures
from evaluation.results import Column, Row, Table
from evaluation.settings import WORK, Choice, FinetuningSet, FinetuningSettings, finetuning_settings, located
from kgqa import KGQA
from kgqa.config import Config, ReaderConfig, RetrievalConfig, from_mapping
from kgqa.evaluation import QuestionSet, Report, evaluate
from kgqa.reader import SHIPPED

COLUMNS = (
    Column("questions", 0),
    Column("learnt from", 0),
    Column("Hits@1", 1, 100),
    Column("F1", 1, 100),
    Column("ECE", 3),
    Column("AUROC", 3),
)


def run(choice: Choice) -> list[Table]:
    """Train, and measure every reader on each set; without torch the rows stay as they were."""
    settings = finetuning_settings()
    if importlib.util.find_spec("torch") is None:
        print("left as it was: finetuning: torch is not installed; pip install -e '.[train]'", file=sys.stderr)
        return []
    wanted = (one for one in settings.sets if choice.takes(one.name, f"{one.folder}/graph.tsv"))
    rows = tuple(row for one in wanted for row in _rows(one, settings))
    return [Table("finetuning", "Reader, dev questions over a graph new to it", COLUMNS, rows)]


def order() -> list[str]:
    """The names of all rows."""
    return [_named(one, wanted) for one in finetuning_settings().sets for wanted in (0, *one.train)]


def _named(one: FinetuningSet, each: int) -> str:
    return f"{one.name}: trained, {each} of each number of hops" if each else f"{one.name}: shipped reader"


def _rows(one: FinetuningSet, settings: FinetuningSettings) -> Iterator[Row]:
    dev = _part(one, "dev").sample(one.dev, settings.seed)
    for each in (0, *one.train):
        folder, start = WORK / "finetuning" / one.name / str(each), time.perf_counter()
        shutil.rmtree(folder, ignore_errors=True)
        learnt = _part(one, "train").sample(each, settings.seed) if each else QuestionSet((), {})
        reader = _trained(one, settings, learnt, folder) if each else SHIPPED
        report = _asked(one, reader, dev, folder)
        seconds = time.perf_counter() - start
        details = {"kgqa": report.summary()}
        cells = (report.overall["Hits@1"].n, len(learnt), *figures(report))
        yield Row(_named(one, each), cells, settings.seed, seconds, asdict(one), details)


def _part(one: FinetuningSet, part: str) -> QuestionSet:
    """The questions of a part, less those that are left out."""
    read = QuestionSet.read(located(f"{one.folder}/{part}.jsonl"))
    return read.only(q.id for q in read.questions if not re.search(one.without, q.text)) if one.without else read


def _trained(one: FinetuningSet, settings: FinetuningSettings, learnt: QuestionSet, folder: Path) -> str:
    from evaluation.train_reader import show
    from kgqa.training import TrainingConfig, TrainingPair, train

    pair = TrainingPair(name=one.name, graph=str(located(f"{one.folder}/graph.tsv")), train=learnt)
    train([pair], folder, from_mapping(TrainingConfig, settings.training), on_progress=show)
    return str(folder)


def _asked(one: FinetuningSet, reader: str, dev: QuestionSet, folder: Path) -> Report:
    """The dev questions; the search has all the time it wants, so that load changes no answer."""
    config = Config(reader=ReaderConfig(name=reader), retrieval=RetrievalConfig(budget_ms=BUDGET_MS))
    system = KGQA.from_graph(located(f"{one.folder}/graph.tsv"), config=config)
    return evaluate(system, dev, directory=folder / "asked")
