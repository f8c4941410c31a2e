"""Two runs on the same questions, held against each other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from kgqa.errors import QuestionsFileError
from kgqa.evaluation.diagnosis import Diagnosis
from kgqa.evaluation.marking import mark
from kgqa.evaluation.matching import Matching
from kgqa.evaluation.metrics import METRICS, Direction, MarkedRun, Metric
from kgqa.evaluation.metrics.answers import F1
from kgqa.evaluation.predictions import FORMAT, Prediction, digest
from kgqa.evaluation.questions import QuestionSet
from kgqa.evaluation.report import Linking, Split, groups_of, plain_json
from kgqa.evaluation.resampling import Paired, Scores, StatisticPair, paired, paired_statistic

SHOWN_IDS = 20
"""Questions that the Markdown of a comparison names in each list; `to_json` holds all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PredictedRun:
    """The predictions of one system.

    questions : digest of the questions that it was asked, or "" where unknown. diagnoses : of any of them.
    """

    name: str
    predictions: tuple[Prediction, ...]
    questions: str = ""
    linking: Linking = Linking.OWN
    diagnoses: tuple[Diagnosis, ...] = ()

    @classmethod
    def read(cls, path: Path | str, *, linking: Linking = Linking.OWN) -> PredictedRun:
        """Read a file of predictions; it is left as it is.

        linking : who found the entities; the file does not say.
        Errors : QuestionsFileError if it can't be read, is no file of predictions, or a line is damaged or cut short.
        """
        lines = _lines(Path(path))
        header = _parsed(lines[0], f"{path}:1") if lines else {}
        if not isinstance(header, dict) or header.get("predictions") != FORMAT:
            raise QuestionsFileError(
                f"{path} begins with no header of predictions in format {FORMAT}; expected what a run wrote. "
                "Name another file, or answer the questions again"
            )
        predictions = tuple(_prediction(line, f"{path}:{number}") for number, line in enumerate(lines[1:], 2))
        return cls(
            name=str(header.get("system", "")),
            predictions=predictions,
            questions=str(header.get("questions", "")),
            linking=linking,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """Two runs on the same questions.

    overall : metric name -> both figures and what lies between them. groups : split -> group -> the same, for the
        metrics that a single question has.
    wins, losses : ids of the questions with gold whose F1 is higher after, or lower, in the set's order.
    directions : metric name -> which way is better.
    """

    before: str
    after: str
    questions: int
    matching: Matching
    seed: int
    overall: Mapping[str, Paired]
    groups: Mapping[Split, Mapping[str, Mapping[str, Paired]]]
    wins: tuple[str, ...]
    losses: tuple[str, ...]
    directions: Mapping[str, Direction]

    def to_json(self) -> dict[str, Any]:
        """Turn into values that `json` can write; NaN becomes null."""
        found: dict[str, Any] = plain_json(asdict(self))
        return found

    def markdown(self) -> str:
        """Write as Markdown: a table of the metrics, one for each split, and the questions won and lost."""
        parts = [
            f"# {cell(self.before)} and {cell(self.after)}",
            f"{self.questions:,} questions, {self.matching.value} matching, seed {self.seed}. Intervals are 95 % "
            "bootstrap over questions; p is two-sided and paired, and not corrected for the number of comparisons.",
            _table([("", name, found) for name, found in self.overall.items()], self.directions, ""),
        ]
        for split, groups in self.groups.items():
            rows = [(group, name, found) for group, metrics in groups.items() for name, found in metrics.items()]
            if rows:
                parts += [f"## By {split.value}", _table(rows, self.directions, split.value)]
        parts += [_listed("Better after", self.wins), _listed("Worse after", self.losses)]
        return "\n\n".join(parts) + "\n"


def compare(
    before: PredictedRun | Path | str,
    after: PredictedRun | Path | str,
    questions: QuestionSet,
    *,
    matching: Matching = Matching.STRICT,
    metrics: Sequence[Metric] = METRICS,
    splits: Iterable[Split] = tuple(Split),
    seed: int = 0,
) -> Comparison:
    """Hold two runs, or the files that they were written to, against each other.

    questions : the set that both were asked, or one that holds them: of a larger set the part that was asked counts.
    A question with gold that one run lacks although it was asked it scores 0 there.
    Errors : QuestionsFileError if the two were not asked the same questions, or the set is another.
    """
    first, second = (run if isinstance(run, PredictedRun) else PredictedRun.read(run) for run in (before, after))
    asked = _common(first, second, questions)
    runs = (_marked(first, asked, matching), _marked(second, asked, matching))
    ids = [case.question.id for case in runs[0].cases]
    change = _change(*runs)
    parts = {split: groups_of(split, runs[0].cases) for split in splits}
    single = [metric for metric in metrics if metric.score is not None]
    return Comparison(
        before=first.name,
        after=second.name,
        questions=len(ids),
        matching=matching,
        seed=seed,
        overall=_paired(*runs, metrics, seed),
        groups={
            split: {
                name: _paired(runs[0].part(rows), runs[1].part(rows), single, seed) for name, rows in members.items()
            }
            for split, members in parts.items()
        },
        wins=tuple(ids[row] for row in np.flatnonzero(change > 0)),
        losses=tuple(ids[row] for row in np.flatnonzero(change < 0)),
        directions={metric.name: metric.direction for metric in metrics},
    )


def _common(before: PredictedRun, after: PredictedRun, questions: QuestionSet) -> QuestionSet:
    """The part of a set that both runs were asked."""
    ids = [frozenset(prediction.id for prediction in run.predictions) for run in (before, after)]
    if ids[0] != ids[1]:
        apart = ids[0] ^ ids[1]
        missing = min(apart)
        having, lacking = (before, after) if missing in ids[0] else (after, before)
        raise QuestionsFileError(
            f"the runs {before.name!r} and {after.name!r} answer different questions: {len(apart)} in one alone, "
            f"such as {missing!r}, which {having.name!r} answers and {lacking.name!r} does not. Finish the run, "
            "or let both answer the same questions"
        )
    digests = {run.questions for run in (before, after)} - {""}
    if len(digests) > 1:
        raise QuestionsFileError(
            f"the runs {before.name!r} and {after.name!r} answer different questions: their ids agree, their texts or "
            f"order do not (digests {before.questions} and {after.questions}). Let both answer the same file"
        )
    for part in (questions, questions.only(ids[0])):
        if not digests or digest(part.questions) in digests:
            return part
    raise QuestionsFileError(
        f"the runs answer other questions than these (digest {digests.pop()}, here {digest(questions.questions)}); "
        "expected the file that they were made with"
    )


def _marked(run: PredictedRun, questions: QuestionSet, matching: Matching) -> MarkedRun:
    cases = mark(run.predictions, questions, matching=matching, diagnoses=run.diagnoses)
    return MarkedRun(cases=cases, linked=run.linking is Linking.GOLD)


def _change(before: MarkedRun, after: MarkedRun) -> Scores:
    """What each question's F1 gained, [questions]; 0 without gold."""
    scores = [F1.column(run) for run in (before, after)]
    return np.nan_to_num(scores[1] - scores[0])


def _paired(before: MarkedRun, after: MarkedRun, metrics: Sequence[Metric], seed: int) -> dict[str, Paired]:
    # Linking that one of the two was given can't be compared.
    linked = before.linked or after.linked
    runs = (replace(before, linked=linked), replace(after, linked=linked))
    return {metric.name: _paired_metric(metric, *runs, seed) for metric in metrics}


def _paired_metric(metric: Metric, before: MarkedRun, after: MarkedRun, seed: int) -> Paired:
    first, second = metric.statistic(before), metric.statistic(after)
    if metric.score is not None and np.array_equal(first.rows, second.rows):
        return paired(metric.column(before)[first.rows], metric.column(after)[second.rows], seed=seed)
    joint = metric.statistic(replace(before, cases=[*before.cases, *after.cases]))
    return paired_statistic(StatisticPair(first, second, joint, len(before.cases)), seed=seed)


def _lines(path: Path) -> list[str]:
    try:
        # Not splitlines: a label may hold a separator that JSON leaves as it is.
        return [line for line in path.read_text(encoding="utf-8", errors="surrogatepass").split("\n") if line]
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionsFileError(f"can't read the predictions {str(path)!r}: {error}. Check the path") from error


def _prediction(line: str, where: str) -> Prediction:
    try:
        return Prediction.from_json(_parsed(line, where))
    except (KeyError, TypeError) as error:
        raise _damaged(where, error) from error


def _parsed(line: str, where: str) -> Any:
    try:
        return json.loads(line)
    except ValueError as error:
        raise _damaged(where, error) from error


def _damaged(where: str, error: Exception) -> QuestionsFileError:
    return QuestionsFileError(f"{where}: no prediction ({error}). Finish the run, or remove the line")


def _table(rows: Sequence[tuple[str, str, Paired]], directions: Mapping[str, Direction], split: str) -> str:
    """A Markdown table; metrics that do not apply are left out."""
    names = [
        *([split] if split else []),
        "metric",
        "better",
        "n",
        "before",
        "after",
        "difference",
        "95 %",
        "p",
        "only before / after",
    ]
    lines = [names, ["---"] * (3 if split else 2) + ["---:"] * 7]
    for group, name, found in rows:
        if found.n:
            lines.append([*([group] if split else []), name, directions[name].value, *_figures(found)])
    return "\n".join("| " + " | ".join(map(cell, line)) + " |" for line in lines)


def _figures(found: Paired) -> list[str]:
    only = "" if found.only_before is None else f"{found.only_before} / {found.only_after}"
    interval = f"{_signed(found.low)} to {_signed(found.high)}"
    shown = (f"{found.before:.4g}", f"{found.after:.4g}", _signed(found.difference), interval, f"{found.p:.3g}")
    return [f"{found.n:,}", *(text.replace("nan", "–") for text in shown), only]


def _signed(number: float) -> str:
    return f"{number:+.4g}"


def _listed(title: str, ids: Sequence[str]) -> str:
    more = f" and {len(ids) - SHOWN_IDS:,} more" if len(ids) > SHOWN_IDS else ""
    shown = ", ".join(map(cell, ids[:SHOWN_IDS]))
    return f"## {title}: {len(ids):,}\n\n{shown or 'none'}{more}"


def cell(text: str) -> str:
    """A text that stays within its cell of a Markdown table, and is no markup."""
    return re.sub(r"([\\`*_{}\[\]<>|#!&~])", r"\\\1", " ".join(text.split()))
