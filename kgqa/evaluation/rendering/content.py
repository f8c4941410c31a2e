"""What a report says, section by section, before it is put into a format."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kgqa.evaluation.diagnosis import Stage
from kgqa.evaluation.rendering.tables import EMPTY, Column, Kind, Table
from kgqa.evaluation.rendering.values import interval, number, share
from kgqa.evaluation.rendering.wording import DIRECTIONS, SPLITS, STAGES, Described, describe, reason_words
from kgqa.evaluation.report import Report, RiskPoint, Split, WorstCase
from kgqa.evaluation.resampling import Interval

Groups = Mapping[str, Mapping[str, Interval]]
MAIN = ("Hits@1", "F1", "Exact")
SHOWN_CONFUSIONS = 30
_RISK_ROWS = 11


@dataclass(frozen=True, slots=True)
class Field:
    """One thing told of a case. items : each in one part, or a fact in three. rest : how many are not shown."""

    caption: str
    items: tuple[tuple[str, ...], ...]
    kind: Kind = Kind.DATA
    rest: int = 0


def main_metrics(scores: Mapping[str, Interval]) -> tuple[str, ...]:
    """The metrics that stand for the whole: Hits@1, F1 and Exact, or else the first three there are."""
    return tuple(name for name in MAIN if name in scores) or tuple(scores)[: len(MAIN)]


def group_metrics(scores: Mapping[str, Interval]) -> tuple[str, ...]:
    """What is told of every group: the main metrics and, of a diagnosed run, how often a right program is proposed."""
    proposed = (name for name, found in scores.items() if name.startswith("Program recall@") and found.n)
    return (*main_metrics(scores), *proposed)


def counts_pairs(report: Report) -> list[tuple[str, str]]:
    """How many questions there were and what became of them, and the time of an answer."""
    counts, latency = report.counts, report.latency
    return [
        ("questions asked", f"{counts.asked:,}"),
        ("scored (with gold)", f"{counts.scored:,}"),
        ("answered, of the scored", f"{counts.answered:,} ({share(counts.answered, counts.scored)})"),
        ("unanswered, of the scored", f"{counts.scored - counts.answered:,}"),
        ("refused with an error", f"{counts.refused:,}"),
        ("failed unexpectedly", f"{counts.failed:,}"),
        ("never asked, scored 0", f"{counts.unpredicted:,}"),
        ("asked, without gold, not scored", f"{counts.without_gold:,}"),
        ("median answer, ms", number(latency.p50_ms, 1)),
        ("95th percentile, ms", number(latency.p95_ms, 1)),
        ("mean answer, ms", number(latency.mean_ms, 1)),
    ]


def metric_table(scores: Mapping[str, Interval]) -> Table:
    """Every metric with its range, direction and definition."""
    rows = []
    for name, value in scores.items():
        known = describe(name)
        rows.append(
            (
                name,
                interval(value),
                f"{value.n:,}",
                known.over,
                _range(known),
                DIRECTIONS[known.direction],
                known.definition,
            )
        )
    columns = (
        Column("metric", Kind.WORDS),
        Column("mean (95 % interval)"),
        Column("n"),
        Column("over", Kind.WORDS),
        Column("range"),
        Column("better", Kind.WORDS),
        Column("definition", Kind.WORDS),
    )
    return Table("Metrics", columns, tuple(rows))


def _range(known: Described) -> str:
    if known.low is None or known.high is None:
        return EMPTY
    return f"{known.low:g} to {known.high:g}" if math.isfinite(known.high) else f"from {known.low:g}"


def ordered(split: Split, groups: Groups) -> list[tuple[str, Mapping[str, Interval]]]:
    """The groups of a split: hops by number, tags and kinds by name."""
    by_number = split is Split.HOPS
    return sorted(groups.items(), key=lambda item: (int(item[0]) if by_number and item[0].isdigit() else 0, item[0]))


def group_table(split: Split, groups: Groups, metrics: Sequence[str]) -> Table:
    """Some metrics of every group, with how many questions it has."""
    rows = []
    for name, scores in ordered(split, groups):
        sizes = {f"{scores[metric].n:,}" for metric in metrics if metric in scores}
        cells = (interval(scores[metric]) if metric in scores else EMPTY for metric in metrics)
        rows.append((name, " / ".join(sorted(sizes)), *cells))
    columns = (Column(SPLITS[split], Kind.DATA), Column("n"), *(Column(metric) for metric in metrics))
    note = "A question with several tags counts in each of them." if split is Split.TAGS else ""
    return Table(f"By {SPLITS[split]}", columns, tuple(rows), note)


def lost(report: Report) -> list[tuple[Stage, int]]:
    """The stages at which questions were lost, the most frequent first."""
    wrong = ((stage, n) for stage, n in report.stages.items() if stage is not Stage.RIGHT)
    return sorted(wrong, key=lambda item: -item[1])


def stage_table(report: Report) -> Table:
    """How many questions each stage lost, and what the stage means."""
    total = sum(report.stages.values())
    right = [(stage, n) for stage, n in report.stages.items() if stage is Stage.RIGHT]
    rows = tuple((STAGES[s][0], f"{n:,}", share(n, total), STAGES[s][1]) for s, n in (*right, *lost(report)))
    columns = (Column("stage", Kind.WORDS), Column("questions"), Column("share"), Column("meaning", Kind.WORDS))
    return Table("Where questions were lost", columns, rows)


def reliability_table(report: Report) -> Table:
    """The bins of the reliability plot."""
    rows = tuple(
        (f"{number(b.low)}–{number(b.high)}", number(b.confidence), number(b.accuracy), f"{b.n:,}")
        for b in report.reliability
    )
    columns = (Column("confidence above–up to"), Column("mean confidence"), Column("share right"), Column("questions"))
    return Table("Reliability", columns, rows)


def risk_table(report: Report) -> Table:
    """Points of the risk-coverage curve: all where there are few, else some at even steps."""
    points = report.risk_coverage
    chosen = evenly(points, _RISK_ROWS)
    rows = tuple((number(p.threshold), number(p.coverage), number(p.risk)) for p in chosen)
    columns = (Column("answered from confidence"), Column("share answered"), Column("share wrong of those"))
    note = f"{len(chosen)} of the {len(points):,} points of the curve." if len(chosen) < len(points) else ""
    return Table("Risk and coverage", columns, rows, note)


def evenly(points: Sequence[RiskPoint], most: int) -> list[RiskPoint]:
    """At most that many points, the first and the last among them."""
    if len(points) <= most:
        return list(points)
    last = len(points) - 1
    return [points[round(step * last / (most - 1))] for step in range(most)]


def confusion_table(report: Report) -> Table:
    """The relations most often taken for others."""
    some = report.confusions[:SHOWN_CONFUSIONS]
    columns = (Column("right relations", Kind.DATA), Column("chosen instead", Kind.DATA), Column("questions"))
    rest = len(report.confusions) - len(some)
    note = f"And {rest:,} rarer pairs." if rest else ""
    return Table("Relations taken for others", columns, tuple((c.gold, c.chosen, f"{c.n:,}") for c in some), note)


def case_fields(case: WorstCase) -> list[Field]:
    """What is told of a wrong answer below its question; what is not known is left out."""
    fields = [
        _answers("gold", case.gold, case.gold_total, "no answer is right"),
        _answers("given", case.given, case.given_total, _silence(case.abstained)),
        Field("confidence", ((number(case.confidence),),), Kind.NUMBER),
        Field("F1", ((number(case.f1),),), Kind.NUMBER),
        Field("understood as", _known(case.words)),
        Field("program", _known(case.program)),
        Field("evidence", case.evidence),
        Field("lost at", _known(STAGES[case.stage][0] if case.stage else ""), Kind.WORDS),
        Field("why", _known(case.detail)),
        Field("right program", _known(case.right_program)),
        Field("question id", _known(case.id)),
    ]
    return [field for field in fields if field.items]


def _answers(caption: str, shown: Sequence[str], total: int, none: str) -> Field:
    if not shown:
        return Field(caption, ((none,),), Kind.WORDS)
    return Field(caption, tuple((text,) for text in shown), rest=total - len(shown))


def _silence(abstained: str) -> str:
    return f"nothing: {reason_words(abstained)}" if abstained else "nothing"


def _known(text: str) -> tuple[tuple[str, ...], ...]:
    return ((text,),) if text else ()


def provenance_pairs(report: Report) -> list[tuple[str, str]]:
    """What the run was made with."""
    origin, setting = report.provenance, report.setting
    return [
        ("kgqa", origin.version),
        ("commit", origin.git),
        ("machine", origin.hardware),
        ("Python", origin.python),
        ("seed", str(setting.seed)),
        ("seconds, whole run", number(setting.seconds, 1)),
    ]


def setting_table(report: Report) -> Table:
    """The settings of the run, one a line, nested names joined by dots."""
    columns = (Column("setting", Kind.DATA), Column("value", Kind.DATA))
    return Table("Settings", columns, tuple(_flat("", report.setting.config)))


def _flat(prefix: str, value: Any) -> Iterable[tuple[str, str]]:
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            yield from _flat(f"{prefix}.{key}" if prefix else str(key), item)
    elif prefix:
        yield prefix, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
