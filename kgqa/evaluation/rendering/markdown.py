"""A report as Markdown: foreign text stands in code spans, where nothing in it acts."""

from __future__ import annotations

from collections.abc import Iterable

from kgqa.evaluation.rendering.content import (
    Field,
    case_fields,
    confusion_table,
    counts_pairs,
    group_metrics,
    group_table,
    main_metrics,
    metric_table,
    provenance_pairs,
    reliability_table,
    risk_table,
    setting_table,
    stage_table,
)
from kgqa.evaluation.rendering.tables import EMPTY, Kind, Table, code, escaped, table_markdown
from kgqa.evaluation.rendering.values import NOT_APPLICABLE, interval
from kgqa.evaluation.rendering.wording import ABSENT, LINKINGS, MATCHINGS
from kgqa.evaluation.report import Report, WorstCase


def to_markdown(report: Report) -> str:
    """The whole report in GitHub's Markdown."""
    parts = [
        *_headline(report),
        "## Metrics",
        table_markdown(metric_table(report.overall)),
        "## Accuracy by group",
        *(_groups(report) or [_absent(ABSENT.groups)]),
        "## Where it went wrong",
        _or_absent(stage_table(report), ABSENT.stages),
        "## Confidence",
        _or_absent(reliability_table(report), ABSENT.reliability),
        _or_absent(risk_table(report), ABSENT.risk),
        "## Relations taken for others",
        _or_absent(confusion_table(report), ABSENT.confusions),
        "## Worst examples",
        *([_case(place, case) for place, case in enumerate(report.worst, 1)] or [_absent(ABSENT.worst)]),
        "## Provenance",
        *_provenance(report),
    ]
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def _headline(report: Report) -> list[str]:
    linking, matching = LINKINGS[report.setting.linking], MATCHINGS[report.setting.matching]
    scores = (f"- **{escaped(name)}** {interval(report.overall[name])}" for name in main_metrics(report.overall))
    return [
        f"# Evaluation: {code(report.setting.name)}",
        f"**{linking[0].capitalize()}.** {escaped(linking[1])}\n**{matching[0].capitalize()}.** {escaped(matching[1])}",
        "\n".join([*scores, *(f"- {caption}: {value}" for caption, value in counts_pairs(report))]),
        *(f"> {escaped(note)}" for note in report.setting.notes),
    ]


def _groups(report: Report) -> list[str]:
    metrics = group_metrics(report.overall)
    tables = [group_table(split, groups, metrics) for split, groups in report.groups.items() if groups]
    return [part for table in tables for part in (f"### {table.caption}", table_markdown(table))]


def _or_absent(table: Table, why: str) -> str:
    return table_markdown(table) if table.rows else _absent(why)


def _absent(why: str) -> str:
    return f"{NOT_APPLICABLE.capitalize()}: {why}"


def _case(place: int, case: WorstCase) -> str:
    lines = (f"- {field.caption}: {_items(field)}" for field in case_fields(case))
    return "\n".join([f"### {place}. {code(case.question)}", "", *lines])


def _items(field: Field) -> str:
    show = code if field.kind is Kind.DATA else escaped
    shown = "; ".join(" ".join(map(show, item)) for item in field.items)
    return f"{shown}; and {field.rest:,} more" if field.rest > 0 else shown


def _provenance(report: Report) -> Iterable[str]:
    yield "\n".join(f"- {caption}: {code(value)}" for caption, value in provenance_pairs(report))
    settings = setting_table(report)
    yield table_markdown(settings) if settings.rows else f"Settings: {EMPTY}"
