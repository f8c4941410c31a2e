"""Question sets before and after each attack of `kgqa.evaluation.robustness`: a row an attack, three columns a set."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace

from evaluation.results import Cell, Column, Row, Table
from evaluation.settings import Choice, RobustnessSet, RobustnessSettings, located, robustness_settings
from kgqa import KGQA, Config
from kgqa.config import RetrievalConfig
from kgqa.evaluation import QuestionSet
from kgqa.evaluation.metrics.answers import HITS_AT_1
from kgqa.evaluation.robustness import ATTACKS, AttackResult, RobustnessReport, assess

_EXAMPLES = 3


def run(choice: Choice) -> list[Table]:
    """Attack every set whose files are there; the others are named on stderr, and their columns stay empty."""
    settings = robustness_settings()
    start = time.perf_counter()
    reports = dict(_reports(settings, choice))
    seconds = time.perf_counter() - start
    rows = [_row(attack.name, settings, reports, seconds) for attack in ATTACKS] if reports else []
    return [Table("robustness", "Attack", columns(settings.sets), tuple(rows))]


def order() -> list[str]:
    """The names of all rows in the order of the suite."""
    return [attack.name for attack in ATTACKS]


def columns(sets: Sequence[RobustnessSet]) -> tuple[Column, ...]:
    """Questions attacked, Hits@1 before and its change, for each set; then crashes in all of them."""
    shown = [
        column
        for one in sets
        for column in (
            Column(f"{one.name} questions", 0),
            Column("Hits@1 before", 1, 100),
            Column("change", 1, 100),
        )
    ]
    return (*shown, Column("crashes", 0))


def _reports(settings: RobustnessSettings, choice: Choice) -> Iterator[tuple[str, RobustnessReport]]:
    for one in settings.sets:
        if choice.only and one.name not in choice.only:
            continue
        if not located(one.questions).exists():
            print(f"left out: {one.name}: {located(one.questions)} is missing; set KGQA_DATA", file=sys.stderr)
            continue
        yield one.name, _report(one, settings)


def _report(one: RobustnessSet, settings: RobustnessSettings) -> RobustnessReport:
    questions = QuestionSet.read(located(one.questions), split=one.split)
    questions = questions.sample(one.sample, settings.seed) if one.sample else questions
    config = Config(retrieval=RetrievalConfig(budget_ms=settings.budget_ms))
    system = KGQA.from_graph(located(one.graph), config=config)
    return assess(system, questions, seed=settings.seed, name=one.name, on_progress=_progress)


def _row(attack: str, settings: RobustnessSettings, reports: Mapping[str, RobustnessReport], seconds: float) -> Row:
    found = {name: result for name, report in reports.items() for result in report.attacks if result.attack == attack}
    cells = [cell for one in settings.sets for cell in _cells(found.get(one.name))]
    crashes = sum(result.crashed for result in found.values())
    details = {name: _details(reports[name], attack) for name in found}
    return Row(attack, (*cells, crashes), settings.seed, seconds, asdict(settings), details)


def _cells(result: AttackResult | None) -> tuple[Cell, Cell, Cell]:
    if result is None:
        return (None, None, None)
    if not result.applicable:
        return (0, None, None)
    score = result.scores[HITS_AT_1.name]
    return (result.applicable, score.before, (score.difference, score.low, score.high))


def _details(report: RobustnessReport, attack: str) -> dict[str, object]:
    """All figures of one attack, with the first few questions that broke."""
    kept = [replace(one, examples=one.examples[:_EXAMPLES]) for one in report.attacks if one.attack == attack]
    plain = replace(report, attacks=tuple(kept)).to_json()
    return {"questions": report.questions, "baseline": plain["baseline"], **plain["attacks"][0]}


def _progress(what: str, done: int, total: int) -> None:
    if sys.stderr.isatty() and (done % 20 == 0 or done == total):
        print(f"\r{what} {done}/{total}", end="\n" if done == total else "", file=sys.stderr, flush=True)
