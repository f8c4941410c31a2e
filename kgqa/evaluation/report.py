"""From predictions and gold to a scored report."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import Enum
from typing import Any

import numpy as np

from kgqa.evaluation.diagnosis import Diagnosis, Stage
from kgqa.evaluation.marking import mark
from kgqa.evaluation.matching import Matching
from kgqa.evaluation.metrics import METRICS, Marked, MarkedRun, Metric
from kgqa.evaluation.metrics.abstention import Ranked
from kgqa.evaluation.metrics.answers import F1
from kgqa.evaluation.metrics.calibration import BINS, EDGES, bin_of, confidence_and_right
from kgqa.evaluation.predictions import FAILED, REFUSED, Prediction
from kgqa.evaluation.provenance import Provenance
from kgqa.evaluation.query_operators import query_operators
from kgqa.evaluation.questions import Gold, QuestionSet
from kgqa.evaluation.resampling import Interval, intervals

MOST_WORST = 25
MOST_SHOWN = 10
"""Gold answers and values that a worst case shows."""
MOST_POINTS = 200
"""Points of a risk-coverage curve; a longer one is thinned evenly."""


class Linking(Enum):
    """Who found the entities of the questions."""

    OWN = "own"
    GOLD = "gold"


class Split(Enum):
    """By what a report is divided."""

    HOPS = "hops"
    KIND = "kind"
    TAGS = "tags"
    LANGUAGE = "language"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many questions there were.

    asked : predictions made. scored : questions with gold, the denominator. without_gold : asked, not scored.
    unpredicted : with gold and never asked; each scores 0. answered : scored questions with at least one value.
    refused : questions that the system could not take. failed : questions that it failed at unexpectedly.
    """

    asked: int
    scored: int
    without_gold: int
    unpredicted: int
    answered: int
    refused: int
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Latency:
    """Wall time of one question in milliseconds; NaN where nothing was asked."""

    p50_ms: float
    p95_ms: float
    mean_ms: float


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Answered questions of one range of confidence (low, high]: mean confidence, share right, how many.

    The first range holds 0 too. Right is equal to the gold set.
    """

    low: float
    high: float
    confidence: float
    accuracy: float
    n: int


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """One point of the risk-coverage curve: what answering only from the confidence `threshold` on would give.

    coverage : answered of all questions with gold. risk : wrong of those answered.
    """

    threshold: float
    coverage: float
    risk: float


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often relations `chosen` were taken where `gold` were right; labels joined by ", "."""

    gold: str
    chosen: str
    n: int


@dataclass(frozen=True, kw_only=True, slots=True)
class WorstCase:
    """A wrong answer as a reader wants to see it, the surest first.

    gold, given : labels or ids, as many as are shown; gold_total, given_total : how many there are.
    """

    id: str
    question: str
    gold: tuple[str, ...]
    gold_total: int
    given: tuple[str, ...]
    given_total: int
    confidence: float
    f1: float
    abstained: str = ""
    words: str = ""
    program: str = ""
    evidence: tuple[tuple[str, str, str], ...] = ()
    stage: Stage | None = None
    detail: str = ""
    right_program: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """Under what a run was made; it stands in the report as it is.

    seed : of the bootstrap and of any sample. seconds : wall time of the whole run.
    workers : how many questions were answered at a time. peak_mb : the most memory that the process held, in 10^6
        bytes (`kgqa.evaluation.provenance.peak_mb`), or None where it was not measured.
    notes : what to know of the questions before reading the figures.
    """

    name: str
    linking: Linking = Linking.OWN
    matching: Matching = Matching.STRICT
    seed: int = 0
    seconds: float = 0.0
    config: Mapping[str, Any] = field(default_factory=dict)
    workers: int = 1
    peak_mb: float | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """A scored run.

    overall : metric name -> figure and interval, n 0 and NaN where a metric does not apply.
    groups : split -> group -> the same, over the questions with gold.
    reliability : bins that hold an answered question, ascending. risk_coverage : the surest first; the answered
        questions with gold, of equal confidence at once; at most 200 points, evenly chosen.
    stages : how many questions each stage lost; empty where nothing was diagnosed.
    confusions : of the wrong answers whose relations are known, most frequent first.
    worst : wrong answers, the surest first, then questions with an answer that got none; at most 25.
    """

    setting: Setting
    provenance: Provenance
    counts: Counts
    latency: Latency
    overall: Mapping[str, Interval]
    groups: Mapping[Split, Mapping[str, Mapping[str, Interval]]]
    reliability: tuple[ReliabilityBin, ...] = ()
    risk_coverage: tuple[RiskPoint, ...] = ()
    stages: Mapping[Stage, int] = field(default_factory=dict)
    confusions: tuple[Confusion, ...] = ()
    worst: tuple[WorstCase, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Turn into values that `json` can write; NaN becomes null."""
        plain: dict[str, Any] = plain_json(asdict(self))
        return plain

    def summary(self) -> dict[str, Any]:
        """The same without single questions, curve points and metrics that don't apply: what results/ keeps."""
        plain = self.to_json()
        for part in ("worst", "risk_coverage"):
            del plain[part]
        for scores in (plain["overall"], *(group for groups in plain["groups"].values() for group in groups.values())):
            for name in [name for name, score in scores.items() if not score["n"]]:
                del scores[name]
        return plain


def score(
    predictions: Sequence[Prediction],
    questions: QuestionSet,
    setting: Setting,
    *,
    diagnoses: Iterable[Diagnosis] = (),
    metrics: Sequence[Metric] = METRICS,
    splits: Iterable[Split] = tuple(Split),
) -> Report:
    """Mark predictions against the gold of a set.

    diagnoses : of any of the questions; they bring the recall of programs, stages and confusions.
    Errors : QuestionsFileError for a prediction or a diagnosis of a question that the set lacks, or a second one.
        MissingExtraError if BLEU is among the metrics, the set has gold sentences, and sacrebleu is not installed.
    """
    cases = mark(predictions, questions, matching=setting.matching, diagnoses=diagnoses)
    run = MarkedRun(
        cases=cases,
        linked=setting.linking is Linking.GOLD,
        workers=setting.workers,
        peak_mb=setting.peak_mb,
    )
    return Report(
        setting,
        Provenance.here(),
        _counts(cases),
        latency(predictions),
        _intervals(run, metrics, setting.seed),
        {
            split: {name: _intervals(run.part(rows), metrics, setting.seed) for name, rows in members.items()}
            for split, members in ((split, groups_of(split, cases)) for split in splits)
        },
        reliability=_reliability(run),
        risk_coverage=_risk_coverage(run),
        stages=_stages(cases),
        confusions=_confusions(cases),
        worst=_worst(cases),
    )


def latency(predictions: Sequence[Prediction]) -> Latency:
    """Median, 95th percentile and mean of the wall times."""
    if not predictions:
        return Latency(math.nan, math.nan, math.nan)
    times = np.array([prediction.seconds for prediction in predictions]) * 1000
    p50, p95 = np.quantile(times, (0.5, 0.95))
    return Latency(float(p50), float(p95), float(times.mean()))


def groups_of(split: Split, cases: Sequence[Marked]) -> dict[str, list[int]]:
    """The questions with gold of each group, by their positions; a question may be in several groups or in none."""
    found: dict[str, list[int]] = {}
    for row, case in enumerate(cases):
        for name in _names(split, case.gold, case.question.language) if case.gold else ():
            found.setdefault(name, []).append(row)
    return dict(sorted(found.items()))


def _counts(cases: Sequence[Marked]) -> Counts:
    scored = [case for case in cases if case.gold is not None]
    asked = [case.prediction for case in cases if case.prediction is not None]
    return Counts(
        asked=len(asked),
        scored=len(scored),
        without_gold=len(cases) - len(scored),
        unpredicted=len(cases) - len(asked),
        answered=sum(case.answered for case in scored),
        refused=sum(prediction.kind == REFUSED for prediction in asked),
        failed=sum(prediction.kind == FAILED for prediction in asked),
    )


def _intervals(run: MarkedRun, metrics: Sequence[Metric], seed: int) -> dict[str, Interval]:
    found = intervals([metric.statistic(run) for metric in metrics], seed=seed)
    return {metric.name: interval for metric, interval in zip(metrics, found, strict=True)}


def _names(split: Split, gold: Gold, language: str) -> tuple[str, ...]:
    if split is Split.HOPS:
        return () if gold.hops is None else (str(gold.hops),)
    if split is Split.KIND:
        return (gold.kind.value,) if gold.kind else ()
    if split is Split.TAGS:
        return tuple(dict.fromkeys(gold.tags)) or query_operators(gold.sparql or gold.sql)
    return (language,) if language else ()


def _reliability(run: MarkedRun) -> tuple[ReliabilityBin, ...]:
    _, confidence, right = confidence_and_right(run)
    bins = bin_of(confidence)
    found = []
    for number in range(BINS):
        inside = bins == number
        if n := int(inside.sum()):
            low, high = float(EDGES[number]), float(EDGES[number + 1])
            found.append(ReliabilityBin(low, high, float(confidence[inside].mean()), float(right[inside].mean()), n))
    return tuple(found)


def _risk_coverage(run: MarkedRun) -> tuple[RiskPoint, ...]:
    ranked = Ranked.of(run)
    drawn, wrong = ranked.places(np.ones((1, len(ranked.rows))))
    answered = drawn[0].cumsum()
    risk = wrong[0].cumsum() / answered
    coverage = answered / max(1, sum(case.gold is not None for case in run.cases))
    chosen = np.unique(np.linspace(0, len(answered) - 1, MOST_POINTS).round().astype(int)) if len(answered) else ()
    return tuple(RiskPoint(float(ranked.thresholds[i]), float(coverage[i]), float(risk[i])) for i in chosen)


def _stages(cases: Sequence[Marked]) -> dict[Stage, int]:
    counts = Counter(case.diagnosis.stage for case in cases if case.diagnosis)
    return {stage: counts[stage] for stage in Stage if counts[stage]}


def _confusions(cases: Sequence[Marked]) -> tuple[Confusion, ...]:
    counts = Counter(
        (", ".join(case.diagnosis.gold_relations), ", ".join(case.diagnosis.chosen_relations))
        for case in cases
        if case.diagnosis and not case.right
    )
    kept = {pair: n for pair, n in counts.items() if all(pair) and pair[0] != pair[1]}
    return tuple(Confusion(*pair, n) for pair, n in sorted(kept.items(), key=lambda item: (-item[1], item[0])))


def _worst(cases: Sequence[Marked]) -> tuple[WorstCase, ...]:
    wrong = [(case, case.gold) for case in cases if case.gold is not None and case.prediction and not case.right]
    # Of equal confidence the earlier question stays first: the sort is stable.
    wrong.sort(key=lambda pair: (not pair[0].answered, -pair[0].confidence))
    return tuple(_worst_case(case, gold) for case, gold in wrong[:MOST_WORST])


def _worst_case(case: Marked, gold: Gold) -> WorstCase:
    prediction, diagnosis = case.prediction or Prediction(case.question.id, ""), case.diagnosis
    given = dict.fromkeys(prediction.values)
    return WorstCase(
        id=case.question.id,
        question=case.question.text,
        gold=gold.answers[:MOST_SHOWN],
        gold_total=len(gold.answers),
        given=tuple(value.label or value.value or value.id or "" for value in given)[:MOST_SHOWN],
        given_total=len(given),
        confidence=prediction.confidence,
        f1=(F1.score(case) if F1.score else None) or 0.0,
        abstained=prediction.abstained or prediction.error,
        words=prediction.words,
        program=prediction.program,
        evidence=prediction.evidence,
        stage=diagnosis.stage if diagnosis else None,
        detail=diagnosis.detail if diagnosis else "",
        right_program=diagnosis.right_program if diagnosis else "",
    )


def plain_json(value: Any) -> Any:
    """Turn nested values into those that `json` can write: enums into their value, NaN into null."""
    if isinstance(value, Mapping):
        return {key.value if isinstance(key, Enum) else str(key): plain_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain_json(item) for item in value]
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    return value.value if isinstance(value, Enum) else value
