"""A robustness report as Markdown. Names and questions are data: nothing of theirs becomes markup."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence

from kgqa.drawing import one_line
from kgqa.evaluation.metrics.answers import F1, HITS_AT_1
from kgqa.evaluation.resampling import Paired
from kgqa.evaluation.robustness.report import AttackResult, Crash, Example, RobustnessReport

_MARKUP = re.compile(r"([\\`*_{}\[\]<>()#|&~!$@:])")
_LONGEST = 160
_COLUMNS = (
    "attack",
    "questions",
    "not applicable",
    "Hits@1 before",
    "after",
    "difference (95 %)",
    "F1 difference (95 %)",
)
_COUNTS = ("changed", "no value", "refused", "crashed")


def render(report: RobustnessReport) -> str:
    """The whole report."""
    blocks = [*_head(report), _table(report.attacks), *(line for one in report.attacks for line in _section(one))]
    return "\n\n".join(block for block in blocks if block) + "\n"


def escaped(text: str) -> str:
    """Text from a graph or a question as plain text of Markdown, on one line and not too long."""
    plain = one_line(text)
    short = plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1] + "…"
    return _MARKUP.sub(r"\\\1", short)


def _head(report: RobustnessReport) -> Iterator[str]:
    yield f"# Robustness: {escaped(report.setting.name)}"
    yield (
        f"{report.questions} questions with gold; {report.without_gold} without gold are not asked. Before any attack: "
        f"Hits@1 {_percent(report.baseline[HITS_AT_1.name])}, F1 {_percent(report.baseline[F1.name])}."
    )
    run = report.provenance
    yield (
        f"Seed {report.setting.seed}, matching {report.setting.matching.value}, {report.setting.seconds:,.0f} s; "
        f"kgqa {escaped(run.version)}, commit {escaped(run.git)}, {escaped(run.hardware)}, "
        f"Python {escaped(run.python)}."
    )
    yield (
        "Figures in percent. Before and after are over the same questions: those that the attack applies to. The "
        "interval is the bootstrap over pairs. *Changed*: another set of values than before. *Crashed*: any error "
        "that does not reject the question as bad input; it scores 0."
    )
    yield _crashes(report.crashes, "Before any attack")


def _table(attacks: Sequence[AttackResult]) -> str:
    rule = ["---", *["---:"] * (len(_COLUMNS) + len(_COUNTS) - 1)]
    rows = [[*_COLUMNS, *_COUNTS], rule, *map(_row, attacks)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _row(one: AttackResult) -> list[str]:
    first, f1 = one.scores[HITS_AT_1.name], one.scores[F1.name]
    shown = [one.attack, str(one.applicable), str(sum(one.not_applicable.values()))]
    shown += [_percent(first.before), _percent(first.after), _difference(first), _difference(f1)]
    return [*shown, *map(str, (one.changed, one.silent, one.refused, one.crashed))]


def _section(one: AttackResult) -> Iterator[str]:
    yield f"## {one.attack}"
    facts = f" Facts added: {one.added:,}, removed: {one.removed:,}." if one.added or one.removed else ""
    yield f"{escaped(one.about)}. {one.worse} questions are answered worse, {one.better} better.{facts}"
    yield _list(f"Not applicable, {n}: {escaped(reason)}." for reason, n in one.not_applicable.items())
    yield _crashes(one.crashes, f"Crashes, {one.crashed}")
    yield _list(map(_example, one.examples))


def _example(one: Example) -> str:
    asked = escaped(one.text_before)
    asked += f" → {escaped(one.text_after)}" if one.text_after != one.text_before else ""
    return f"{asked}<br>before: {_names(one.before)}; after: {_names(one.after)}; gold before: {_names(one.gold)}"


def _names(names: Sequence[str]) -> str:
    return ", ".join(map(escaped, names)) or "nothing"


def _crashes(crashes: Sequence[Crash], title: str) -> str:
    found = [f"{escaped(one.text)}<br>{escaped(one.error)} at {escaped(one.where)}" for one in crashes]
    return f"{title}:\n\n{_list(found)}" if found else ""


def _list(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def _percent(share: float) -> str:
    return f"{100 * share:.1f}" if math.isfinite(share) else "–"


def _difference(one: Paired) -> str:
    if not one.n:
        return "–"
    return f"{100 * one.difference:+.1f} ({100 * one.low:+.1f} to {100 * one.high:+.1f})"
