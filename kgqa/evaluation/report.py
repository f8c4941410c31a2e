"""From predictions and gold to a scored report."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import Enum
from typing import Any

import numpy as np

from kgqa.errors import QuestionsFileError
from kgqa.evaluation.diagnosis import Stage
from kgqa.evaluation.matching import Matching, match
from kgqa.evaluation.metrics import METRICS, Interval, Metric, Scores, bootstrap, score_matrix
from kgqa.evaluation.predictions import Prediction
from kgqa.evaluation.provenance import Provenance
from kgqa.evaluation.questions import Gold, QuestionSet


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
    refused : questions that the system raised an error for.
    """

    asked: int
    scored: int
    without_gold: int
    unpredicted: int
    answered: int
    refused: int


@dataclass(frozen=True, slots=True)
class Latency:
    """Wall time of one question in milliseconds; NaN where nothing was asked."""

    p50_ms: float
    p95_ms: float
    mean_ms: float


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Answered questions of one range of confidence (low, high]: mean confidence, share right, how many."""

    low: float
    high: float
    confidence: float
    accuracy: float
    n: int


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """One point of the risk-coverage curve: answering only above `threshold`, the share answered and wrong of those."""

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
    """

    name: str
    linking: Linking = Linking.OWN
    matching: Matching = Matching.STRICT
    seed: int = 0
    seconds: float = 0.0
    config: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """A scored run.

    overall : metric name -> mean and interval. groups : split -> group -> the same.
    reliability, risk_coverage : of the answered questions with gold, by confidence.
    stages : how many questions each stage lost; empty where nothing was diagnosed. confusions : most frequent first.
    worst : wrong answers, the surest first.
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
        plain: dict[str, Any] = _plain(asdict(self))
        return plain


def score(
    predictions: Sequence[Prediction],
    questions: QuestionSet,
    setting: Setting,
    *,
    metrics: Sequence[Metric] = METRICS,
    splits: Iterable[Split] = tuple(Split),
) -> Report:
    """Mark predictions against the gold of a set.

    Errors : QuestionsFileError for a prediction of a question that the set lacks.
    """
    by_id = _by_id(predictions, questions)
    scored = [question.id for question in questions.questions if question.id in questions.gold]
    matrix = _matrix([(by_id.get(i), questions.gold[i]) for i in scored], setting.matching, metrics)
    groups = {split: _groups(split, questions, scored) for split in splits}
    return Report(
        setting,
        Provenance.here(),
        _counts(predictions, scored, by_id),
        latency(predictions),
        _intervals(matrix, metrics, setting.seed),
        {
            split: {name: _intervals(matrix[:, at], metrics, setting.seed) for name, at in members.items()}
            for split, members in groups.items()
        },
    )


def latency(predictions: Sequence[Prediction]) -> Latency:
    """Median, 95th percentile and mean of the wall times."""
    if not predictions:
        return Latency(math.nan, math.nan, math.nan)
    times = np.array([prediction.seconds for prediction in predictions]) * 1000
    p50, p95 = np.quantile(times, (0.5, 0.95))
    return Latency(float(p50), float(p95), float(times.mean()))


def _by_id(predictions: Sequence[Prediction], questions: QuestionSet) -> dict[str, Prediction]:
    known = {question.id for question in questions.questions}
    by_id: dict[str, Prediction] = {}
    for prediction in predictions:
        if prediction.id not in known or prediction.id in by_id:
            problem = "is predicted twice" if prediction.id in known else "is not in the question set"
            raise QuestionsFileError(f"the question {prediction.id!r} {problem}; expected one prediction a question")
        by_id[prediction.id] = prediction
    return by_id


def _matrix(pairs: Sequence[tuple[Prediction | None, Gold]], matching: Matching, metrics: Sequence[Metric]) -> Scores:
    hits = [match(prediction.values if prediction else (), gold.answers, matching) for prediction, gold in pairs]
    matrix = score_matrix(hits, metrics)
    # Silence is right where gold is empty, but only from a system that was asked and did not fail.
    matrix[:, [prediction is None or bool(prediction.error) for prediction, _ in pairs]] = 0.0
    return matrix


def _counts(predictions: Sequence[Prediction], scored: Sequence[str], by_id: Mapping[str, Prediction]) -> Counts:
    predicted = [by_id[i] for i in scored if i in by_id]
    return Counts(
        asked=len(predictions),
        scored=len(scored),
        without_gold=len(predictions) - len(predicted),
        unpredicted=len(scored) - len(predicted),
        answered=sum(bool(prediction.values) for prediction in predicted),
        refused=sum(bool(prediction.error) for prediction in predictions),
    )


def _intervals(matrix: Scores, metrics: Sequence[Metric], seed: int) -> dict[str, Interval]:
    return {metric.name: bootstrap(row, seed=seed) for metric, row in zip(metrics, matrix, strict=True)}


def _groups(split: Split, questions: QuestionSet, scored: Sequence[str]) -> dict[str, list[int]]:
    language = {question.id: question.language for question in questions.questions}
    found: dict[str, list[int]] = {}
    for position, question_id in enumerate(scored):
        for name in _names(split, questions.gold[question_id], language[question_id]):
            found.setdefault(name, []).append(position)
    return dict(sorted(found.items()))


def _names(split: Split, gold: Gold, language: str) -> tuple[str, ...]:
    if split is Split.HOPS:
        return () if gold.hops is None else (str(gold.hops),)
    if split is Split.KIND:
        return (gold.kind.value,) if gold.kind else ()
    if split is Split.TAGS:
        return tuple(dict.fromkeys(gold.tags))
    return (language,) if language else ()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key.value if isinstance(key, Enum) else str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    return value.value if isinstance(value, Enum) else value
