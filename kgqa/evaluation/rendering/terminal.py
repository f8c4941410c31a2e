"""A report on a terminal: what was asked, the metrics that apply, groups and stages."""

from __future__ import annotations

from typing import Literal

from rich.box import SIMPLE_HEAD
from rich.console import ConsoleRenderable, Group
from rich.table import Table as RichTable
from rich.text import Text

from kgqa.drawing import one_line
from kgqa.evaluation.rendering.content import counts_pairs, group_table, main_metrics, metric_table, stage_table
from kgqa.evaluation.rendering.tables import Column, Kind, Table
from kgqa.evaluation.rendering.wording import LINKINGS, MATCHINGS
from kgqa.evaluation.report import Report

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


def _rich(table: Table) -> ConsoleRenderable:
    shown = RichTable(box=SIMPLE_HEAD, pad_edge=False)
    for column in table.columns:
        shown.add_column(column.caption, justify=_justified(column))
    for row in table.rows:
        shown.add_row(*(Text(one_line(cell)) for cell in row))
    return shown


def _justified(column: Column) -> Literal["left", "right"]:
    return "right" if column.kind is Kind.NUMBER else "left"
