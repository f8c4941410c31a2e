"""English questions to graphs of everyday work, by the cross-encoder that reads unless told otherwise and the larger.

Both answer the same questions in one run, on every graph the one after the other. Needs the extra `large`.
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

from evaluation.accuracy import BUDGET_MS
from evaluation.everyday import FIGURES, all_parts
from evaluation.results import Cell, Column, Row, Table
from evaluation.settings import AdaptingSet, Choice, everyday_settings, located
from kgqa import KGQA
from kgqa.config import Config, ReaderConfig, RetrievalConfig
from kgqa.evaluation import METRICS, QuestionSet
from kgqa.evaluation import run as ask
from kgqa.evaluation.marking import mark
from kgqa.evaluation.metrics import Marked, MarkedRun
from kgqa.evaluation.resampling import paired

_BOTH = ("", ", larger")
_SHOWN = ("Hits@1", "Selective accuracy", "Abstention recall", "ECE", "AUROC")
_TITLES = {"Selective accuracy": "right, of those answered", "Abstention recall": "refused, of those without answer"}
COLUMNS = (
    Column("questions", 0),
    *(
        Column(f"{_TITLES.get(name, name)}{end}", *((3, 1) if name in FIGURES[-2:] else (1, 100)))
        for name in _SHOWN
        for end in _BOTH
    ),
    Column("more Hits@1", 1, 100),
    *(Column(f"ms, median{end}", 0) for end in _BOTH),
)
_ENGLISH = "en"


def run(choice: Choice) -> list[Table]:
    """Ask the English questions of each part by both."""
    settings = everyday_settings()
    parts = {name: part for name, part in all_parts(settings).items() if choice.takes(name)}
    rows = tuple(row for name, (sets, split) in parts.items() for row in _rows(name, sets, split, settings.seed))
    return [Table("larger", "Everyday graphs, English questions", COLUMNS, rows)]


def order() -> list[str]:
    """The names of all rows."""
    return list(all_parts(everyday_settings()))


def _rows(name: str, sets: Sequence[AdaptingSet], split: str, seed: int) -> Iterator[Row]:
    start = time.perf_counter()
    pooled: tuple[list[Marked], list[Marked]] = ([], [])
    for one in sets:
        for cases, larger in zip(pooled, (False, True), strict=True):
            cases.extend(_asked(one, split, larger=larger))
    if pooled[0]:
        config = {"sets": [one.name for one in sets], "split": split}
        before, after = (MarkedRun(cases=cases) for cases in pooled)
        yield Row(name, _cells(before, after, seed), seed, time.perf_counter() - start, config)


def _asked(one: AdaptingSet, split: str, *, larger: bool) -> tuple[Marked, ...]:
    questions = QuestionSet.read(located(one.questions), split=split)
    english = tuple(question for question in questions.questions if question.language == _ENGLISH)
    if not english:
        return ()
    config = Config(reader=ReaderConfig(larger=larger), retrieval=RetrievalConfig(budget_ms=BUDGET_MS))
    system = KGQA.from_graph(located(one.graph), config=config)
    system.ask(english[0].text)  # opens what the first question opens, so that no question's time is that
    gold = {question.id: questions.gold[question.id] for question in english}
    return mark(ask(system, english), replace(questions, questions=english, gold=gold))


def _cells(before: MarkedRun, after: MarkedRun, seed: int) -> tuple[Cell, ...]:
    known = {metric.name: metric for metric in METRICS}
    hits = known[FIGURES[0]]
    more = paired(*(hits.column(one)[hits.statistic(one).rows] for one in (before, after)), seed=seed)
    figures = [known[name].statistic(one).point() for name in _SHOWN for one in (before, after)]
    known_figures = (None if math.isnan(figure) else figure for figure in figures)
    return (more.n, *known_figures, (more.difference, more.low, more.high), _median_ms(before), _median_ms(after))


def _median_ms(marked: MarkedRun) -> float:
    return 1000 * statistics.median(case.prediction.seconds for case in marked.cases if case.prediction is not None)
