"""Reports and comparisons on a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from rich.box import SIMPLE_HEAD
from rich.console import ConsoleRenderable, Group
from rich.table import Table as RichTable
from rich.text import Text

from kgqa.drawing import one_line
from kgqa.evaluation.compare import Comparison
from kgqa.evaluation.metrics import Direction
from kgqa.evaluation.metrics.answers import HITS_AT_1
from kgqa.evaluation.rendering.content import MAIN, counts_pairs, group_table, main_metrics, metric_table, stage_table
from kgqa.evaluation.rendering.tables import EMPTY, Column, Kind, Table
from kgqa.evaluation.rendering.values import number
from kgqa.evaluation.rendering.wording import LINKINGS, MATCHINGS, SPLITS
from kgqa.evaluation.report import Report
from kgqa.evaluation.resampling import Paired
from kgqa.evaluation.robustness import RobustnessReport

_LISTED = 10
_SMALLEST_P = 0.0005
_SHOWN = 3
"""Columns of the metrics that fit on a terminal: name, value, number of questions."""


def report_view(report: Report) -> ConsoleRenderable:
    """The report in short; the files have the rest."""
    setting = report.setting
    head = f"{LINKINGS[setting.linking][0]}, {MATCHINGS[setting.matching][0]}"
    counted = ", ".join(f"{name} {value}" for name, value in counts_pairs(report) if value not in ("0", "0.0"))
    metrics = metric_table({name: value for name, value in report.overall.items() if value.n})
    narrow = Table(metrics.caption, metrics.columns[:_SHOWN], tuple(row[:_SHOWN] for row in metrics.rows))
    named = main_metrics(report.overall)
    tables = [narrow, *(group_table(split, groups, named) for split, groups in report.groups.items() if groups)]
    if report.stages:
        tables.append(stage_table(report))
    return Group(Text(head, style="bold"), Text(counted), *map(_rich, tables))


def comparison_view(found: Comparison) -> ConsoleRenderable:
    """Two runs side by side, metric by metric, and which questions were won and lost."""
    head = (
        f"{found.questions:,} questions, {found.matching.value} matching; {found.before}, then {found.after}; "
        "↓ marks what is better when lower"
    )
    tables = [_paired_table("metric", found.overall, found.directions)]
    for split, groups in found.groups.items():
        for name, scores in groups.items():
            main = {metric: scores[metric] for metric in MAIN if metric in scores}
            tables.append(_paired_table(f"{SPLITS[split]} {name}", main, found.directions))
    listed = (_listed("better after", found.wins), _listed("worse after", found.losses))
    return Group(Text(one_line(head), style="bold"), *map(_rich, tables), *map(Text, listed))


def robustness_view(report: RobustnessReport) -> ConsoleRenderable:
    """Accuracy before and after every attack, in percent, over the questions that it applies to."""
    rows = tuple(
        (
            one.attack,
            f"{one.applicable:,}",
            *(f"{100 * share:.1f}" if pair.n else EMPTY for share in (pair.before, pair.after)),
            f"{100 * pair.difference:+.1f}" if pair.n else EMPTY,
            f"{100 * pair.low:+.1f} to {100 * pair.high:+.1f}" if pair.n else EMPTY,
            f"{one.crashed:,}",
        )
        for one in report.attacks
        for pair in (one.scores[HITS_AT_1.name],)
    )
    columns = tuple(map(Column, ("questions", "before", "after", "difference", "95 % interval", "crashed")))
    head = f"{report.questions:,} questions with gold; Hits@1 in percent"
    table = Table(head, (Column("attack", Kind.WORDS), *columns), rows)
    return Group(Text(head, style="bold"), _rich(table))


def _paired_table(caption: str, scores: Mapping[str, Paired], directions: Mapping[str, Direction]) -> Table:
    rows = tuple(
        (
            f"{name} ↓" if directions[name] is Direction.LOWER else name,
            f"{pair.n:,}",
            number(pair.before),
            number(pair.after),
            f"{pair.difference:+.3f}",
            f"{pair.low:+.3f} to {pair.high:+.3f}",
            "<0.001" if pair.p < _SMALLEST_P else number(pair.p),
        )
        for name, pair in scores.items()
        if pair.n
    )
    captions = ("n", "before", "after", "change", "95 % interval", "p")
    return Table(caption, (Column(caption, Kind.WORDS), *map(Column, captions)), rows)


def _listed(title: str, ids: Sequence[str]) -> str:
    more = f" and {len(ids) - _LISTED:,} more" if len(ids) > _LISTED else ""
    return one_line(f"{title}: {len(ids):,}{': ' if ids else ''}{', '.join(ids[:_LISTED])}{more}")


def _rich(table: Table) -> ConsoleRenderable:
    shown = RichTable(box=SIMPLE_HEAD, pad_edge=False)
    for place, column in enumerate(table.columns):
        # The first column names the row: where the terminal is narrow, the others wrap.
        shown.add_column(column.caption, justify=_justified(column), no_wrap=place == 0)
    for row in table.rows:
        shown.add_row(*(Text(one_line(cell)) for cell in row))
    return shown


def _justified(column: Column) -> Literal["left", "right"]:
    return "right" if column.kind is Kind.NUMBER else "left"
