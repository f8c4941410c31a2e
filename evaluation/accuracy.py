"""Question sets answered with own linking: without training, beside the cosine floor; and by the shipped reader."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from functools import lru_cache, partial
from pathlib import Path

from evaluation.baselines.cosine import Bounds, CosineBaseline
from evaluation.results import Cell, Column, Row, Table
from evaluation.settings import REPORTS, SQL, WORK, AccuracySet, AccuracySettings, Choice, accuracy_settings, located
from evaluation.sql_gold import recomputed
from kgqa import KGQA
from kgqa.config import Config, ReaderConfig, RetrievalConfig, WordConfig
from kgqa.embedding import load_encoder
from kgqa.evaluation import (
    Interval,
    Linking,
    Options,
    QuestionSet,
    Report,
    Setting,
    Split,
    evaluate,
    run_linked,
    score,
)
from kgqa.evaluation.provenance import git_commit
from kgqa.graph import KnowledgeGraph
from kgqa.reader import SHIPPED, ZERO_SHOT

BUDGET_MS = 60_000.0

COLUMNS = (
    Column("questions", 0),
    Column("kgqa Hits@1", 1, 100),
    Column("kgqa F1", 1, 100),
    Column("right program in first 50", 1, 100),
    Column("ECE", 3),
    Column("cosine, gold entity Hits@1", 1, 100),
    Column("cosine F1", 1, 100),
)
READER_COLUMNS = (
    Column("reader learnt from"),
    Column("questions", 0),
    Column("Hits@1", 1, 100),
    Column("F1", 1, 100),
    Column("right program first", 1, 100),
    Column("ECE", 3),
    Column("AUROC", 3),
)
TEST_COLUMNS = (
    Column("questions", 0),
    Column("Hits@1", 1, 100),
    Column("F1", 1, 100),
    Column("ECE", 3),
    Column("AUROC", 3),
    Column("best published, Hits@1"),
)
Scores = Mapping[str, Interval]


def run(choice: Choice) -> list[Table]:
    """Answer every set whose files are there without a trained reader; the others are named on stderr."""
    settings = accuracy_settings()
    rows = [row for one in _there(settings, choice) for row in _rows(one, settings, choice)]
    return [Table("accuracy", "No training, dev questions", COLUMNS, tuple(rows))]


def run_reader(choice: Choice) -> list[Table]:
    """The same with the reader that comes with kgqa."""
    settings = accuracy_settings()
    rows = [row for one in _there(settings, choice) for row in _reader_rows(one, settings, choice)]
    return [Table("reader", "Shipped reader, dev questions", READER_COLUMNS, tuple(rows))]


def run_test(choice: Choice) -> list[Table]:
    """The test splits by the reader that comes with kgqa. For the table alone: nothing is decided by them."""
    settings = accuracy_settings()
    sets = [replace(one, questions=one.test, sample=settings.test_sample) for one in settings.sets if one.test]
    rows = [
        row for one in _there(replace(settings, sets=tuple(sets)), choice) for row in _test_rows(one, settings, choice)
    ]
    return [Table("test", "Shipped reader, test questions", TEST_COLUMNS, tuple(rows))]


def _there(settings: AccuracySettings, choice: Choice) -> Iterator[AccuracySet]:
    yield from (one for one in settings.sets if choice.takes(one.name, one.questions))


def order() -> list[str]:
    """The names of all rows in the order of the TOML."""
    names = []
    for one in accuracy_settings().sets:
        names += [f"{one.name}, {h} hop{'s' * (h > 1)}" for h in (1, 2, 3)] if one.by_hops else [one.name]
    return names


def _rows(one: AccuracySet, settings: AccuracySettings, choice: Choice) -> list[Row]:
    start = time.perf_counter()
    questions = _questions(one, settings)
    own = _own(one, questions, settings, choice, ZERO_SHOT)
    floor = _floor(one, questions, settings, choice) if one.hops else None
    seconds = time.perf_counter() - start
    return [
        Row(name, _cells(scores, base), settings.seed, seconds, asdict(one), _details(own, floor))
        for name, scores, base in _lines(one, own, floor)
    ]


def _reader_rows(one: AccuracySet, settings: AccuracySettings, choice: Choice) -> list[Row]:
    start = time.perf_counter()
    own = _own(one, _questions(one, settings), settings, choice, SHIPPED)
    seconds = time.perf_counter() - start
    details = {"kgqa": own.summary()}
    return [
        Row(name, (one.learnt, *_reader_cells(scores)), settings.seed, seconds, asdict(one), details)
        for name, scores, _ in _lines(one, own, None)
    ]


def _test_rows(one: AccuracySet, settings: AccuracySettings, choice: Choice) -> list[Row]:
    start = time.perf_counter()
    own = _own(one, _questions(one, settings), settings, choice, SHIPPED, part="test")
    seconds = time.perf_counter() - start
    details = {"kgqa": own.summary()}
    return [
        Row(
            name,
            (*_reader_cells(scores)[:3], *_reader_cells(scores)[4:], best),
            settings.seed,
            seconds,
            asdict(one),
            details,
        )
        for (name, scores, _), best in zip(_lines(one, own, None), one.published, strict=True)
    ]


def _reader_cells(scores: Scores) -> tuple[Cell, ...]:
    hits = scores["Hits@1"]
    figures = (_figure(scores[name]) for name in ("F1", "Reader recall@1", "ECE", "AUROC"))
    return (hits.n, (hits.mean, hits.low, hits.high), *figures)


def _questions(one: AccuracySet, settings: AccuracySettings) -> QuestionSet:
    questions = QuestionSet.read(located(one.questions), split=one.split).without_gold(one.gold_unusable)
    if one.gold == SQL:
        questions = recomputed(questions, KnowledgeGraph.load(located(one.graph)))
    return questions.sample(one.sample, settings.seed) if one.sample else questions


def _own(
    one: AccuracySet, questions: QuestionSet, settings: AccuracySettings, choice: Choice, reader: str, part: str = ""
) -> Report:
    """Kgqa's run with the stages of its wrong answers; of our own sets the report is kept to be read."""
    folder = _folder(one, f"{reader}{part}", choice)
    options = Options(name=one.name, seed=settings.seed, splits=(Split.HOPS, Split.KIND, Split.TAGS, Split.LANGUAGE))
    report = evaluate(
        _system(one.graph, reader, one.vocabulary), questions, options, directory=folder, on_progress=_progress
    )
    if one.report and reader == ZERO_SHOT:
        REPORTS.mkdir(exist_ok=True)
        (REPORTS / one.report).write_text((folder / "report.md").read_text(encoding="utf-8"), encoding="utf-8")
    return report


def _floor(one: AccuracySet, questions: QuestionSet, settings: AccuracySettings, choice: Choice) -> Report:
    baseline = CosineBaseline(_system(one.graph, ZERO_SHOT).graph, load_encoder(one.encoder), Bounds(hops=one.hops))
    setting = Setting(
        name="cosine", linking=Linking.GOLD, seed=settings.seed, config={"encoder": one.encoder, "hops": one.hops}
    )
    start = time.perf_counter()
    predictions = run_linked(
        baseline,
        questions.linked(),
        name=f"cosine {git_commit()}",
        path=_folder(one, "cosine", choice) / "predictions.jsonl",
        on_progress=partial(_progress, "cosine"),
    )
    return score(predictions, questions, replace(setting, seconds=time.perf_counter() - start))


def _folder(one: AccuracySet, system: str, choice: Choice) -> Path:
    """Where a run is kept; emptied unless it is to go on."""
    folder = WORK / "accuracy" / f"{one.name.replace(' ', '-')}.{system}"
    if not choice.resume:
        shutil.rmtree(folder, ignore_errors=True)
    return folder


def _lines(one: AccuracySet, own: Report, floor: Report | None) -> list[tuple[str, Scores, Scores | None]]:
    if not one.by_hops:
        return [(one.name, own.overall, floor.overall if floor else None)]
    base = floor.groups[Split.HOPS] if floor else {}
    groups = own.groups[Split.HOPS].items()
    return [(f"{one.name}, {hops} hop{'s' * (hops != '1')}", scores, base.get(hops)) for hops, scores in groups]


def _cells(scores: Scores, base: Scores | None) -> tuple[Cell, ...]:
    first = scores["Hits@1"]
    hits = (first.mean, first.low, first.high)
    proposed, error = (_figure(scores[name]) for name in ("Program recall@50", "ECE"))
    mine = (first.n, hits, scores["F1"].mean, proposed, error)
    return (*mine, base["Hits@1"].mean, base["F1"].mean) if base else (*mine, None, None)


def _figure(found: Interval) -> float | None:
    return found.mean if found.n else None


def _details(own: Report, floor: Report | None) -> dict[str, object]:
    return {"kgqa": own.summary(), "cosine": floor.summary() if floor else None}


@lru_cache(maxsize=1)
def _system(graph: str, reader: str, vocabulary: tuple[WordConfig, ...] = ()) -> KGQA:
    """One graph may serve two sets in a row. The search has all the time it wants, so that load changes no answer."""
    retrieval = RetrievalConfig(budget_ms=BUDGET_MS)
    config = Config(reader=ReaderConfig(name=reader), retrieval=retrieval, vocabulary=vocabulary)
    return KGQA.from_graph(located(graph), config=config)


def _progress(stage: str, done: int, total: int) -> None:
    if sys.stderr.isatty() and (done % 20 == 0 or done == total):
        print(f"\r{stage} {done}/{total}", end="\n" if done == total else "", file=sys.stderr, flush=True)
