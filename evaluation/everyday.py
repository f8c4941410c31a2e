"""Small graphs of everyday work, and what colleagues would ask of them, by the reader that comes with kgqa."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from evaluation.accuracy import BUDGET_MS
from evaluation.results import Cell, Column, Row, Table
from evaluation.settings import ROOT, AdaptingSet, Choice, EverydaySettings, everyday_settings, located
from kgqa import KGQA
from kgqa.config import Config, ReaderConfig, RetrievalConfig
from kgqa.evaluation import METRICS, QuestionSet
from kgqa.evaluation import run as ask
from kgqa.evaluation.marking import mark
from kgqa.evaluation.metrics import Marked, MarkedRun
from kgqa.evaluation.resampling import intervals
from kgqa.reader import SHIPPED

FIGURES = ("Hits@1", "F1", "Selective accuracy", "Abstention recall", "ECE", "AUROC")
COLUMNS = (
    Column("questions", 0),
    Column("Hits@1", 1, 100),
    Column("F1", 1, 100),
    Column("right, of those answered", 1, 100),
    Column("refused, of those without answer", 1, 100),
    Column("ECE", 3),
    Column("AUROC", 3),
)
_ALL = "all"
_HELD_OUT = "test"
_LANGUAGES = {"en": "English", "zh": "Chinese"}


def run(choice: Choice) -> list[Table]:
    """Ask the halves of every set, and pool each."""
    settings = everyday_settings()
    rows = [row for part in _parts(settings) for row in _rows(*part, choice, settings.seed)]
    for name, sets in _held_out(settings).items():
        rows += _rows(sets, _HELD_OUT, choice, settings.seed, name)
    return [Table("everyday", "Everyday graphs, by the shipped reader", COLUMNS, tuple(rows))]


def order() -> list[str]:
    """The names of all rows."""
    settings = everyday_settings()
    parts = _parts(settings)
    names = [_named(name, half) for sets, half in parts for name in (*(one.name for one in sets), _ALL)]
    return [*names, *_held_out(settings)]


def all_parts(settings: EverydaySettings) -> dict[str, tuple[Sequence[AdaptingSet], str]]:
    """What is pooled: the sets under the name of their row, and the half of their questions, "" for all of them."""
    pooled = {_named(_ALL, split): (sets, split) for sets, split in _parts(settings)}
    return {**pooled, **{name: (sets, _HELD_OUT) for name, sets in _held_out(settings).items()}}


def _parts(settings: EverydaySettings) -> list[tuple[tuple[AdaptingSet, ...], str]]:
    """The sets measured together and the half of their questions, "" for all of them."""
    return [*((settings.sets, split) for split in settings.splits), (settings.looked_at, "")]


def _held_out(settings: EverydaySettings) -> dict[str, list[AdaptingSet]]:
    """The graphs held out by language, under the names of their rows."""
    found: dict[str, list[AdaptingSet]] = defaultdict(list)
    for folder in sorted(located(settings.held_out).iterdir()) if settings.held_out else ():
        questions, (graph,) = folder / "questions.jsonl", folder.glob("graph.*")
        language = _LANGUAGES[QuestionSet.read(questions, split=_HELD_OUT).questions[0].language]
        own = [str(path.relative_to(ROOT)) for path in (graph, questions)]
        found[language].append(AdaptingSet(name=folder.name, graph=own[0], questions=own[1]))
    return {f"{len(sets)} graphs held out, {language}": sets for language, sets in found.items()}


def _named(name: str, split: str) -> str:
    return f"{name}, {split} half" if split else f"{name}, both halves"


def _rows(every: Sequence[AdaptingSet], split: str, choice: Choice, seed: int, together: str = "") -> Iterator[Row]:
    """A row for each set and one for all, or that alone, under a name of its own."""
    pooled: list[Marked] = []
    began = time.perf_counter()
    sets = [one for one in every if choice.takes(one.name, one.graph, one.questions)]
    for one in sets:
        start = time.perf_counter()
        cases = _asked(one, split)
        pooled += cases
        if not together:
            cells = _cells(cases, seed)
            yield Row(_named(one.name, split), cells, seed, time.perf_counter() - start, asdict(one))
    if len(sets) == len(every):
        seconds = time.perf_counter() - began
        config = {"sets": [one.name for one in sets], "split": split}
        yield Row(together or _named(_ALL, split), _cells(pooled, seed), seed, seconds, config)


def _asked(one: AdaptingSet, split: str) -> tuple[Marked, ...]:
    """The questions of one half; the search has all the time it wants, so that load changes no answer."""
    config = Config(reader=ReaderConfig(name=SHIPPED), retrieval=RetrievalConfig(budget_ms=BUDGET_MS))
    questions = QuestionSet.read(located(one.questions), split=split)
    return mark(ask(KGQA.from_graph(located(one.graph), config=config), questions.questions), questions)


def _cells(cases: Sequence[Marked], seed: int) -> tuple[Cell, ...]:
    known = {metric.name: metric for metric in METRICS}
    pooled = MarkedRun(cases=cases)
    found = intervals([known[name].statistic(pooled) for name in FIGURES], seed=seed)
    hits = found[0]
    return (hits.n, (hits.mean, hits.low, hits.high), *(one.mean if one.n else None for one in found[1:]))
