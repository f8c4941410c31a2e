"""Metrics as named values: each with its range, its direction, the questions that it is over and its definition."""

from kgqa.evaluation.metrics.abstention import ABSTENTION_METRICS
from kgqa.evaluation.metrics.answers import ANSWER_METRICS, OPERATION_METRICS, accuracy_of_tag, hits_at
from kgqa.evaluation.metrics.calibration import CALIBRATION_METRICS
from kgqa.evaluation.metrics.contract import Direction, Marked, MarkedRun, Metric
from kgqa.evaluation.metrics.linking import (
    LINKING_METRICS,
    PROGRAM_METRICS,
    program_recall_at,
    reader_recall_at,
)
from kgqa.evaluation.metrics.registry import METRICS, parse_metric
from kgqa.evaluation.metrics.sentences import SENTENCE_METRICS
from kgqa.evaluation.metrics.speed import SPEED_METRICS

__all__ = [
    "ABSTENTION_METRICS",
    "ANSWER_METRICS",
    "CALIBRATION_METRICS",
    "LINKING_METRICS",
    "METRICS",
    "OPERATION_METRICS",
    "PROGRAM_METRICS",
    "SENTENCE_METRICS",
    "SPEED_METRICS",
    "Direction",
    "Marked",
    "MarkedRun",
    "Metric",
    "accuracy_of_tag",
    "hits_at",
    "parse_metric",
    "program_recall_at",
    "reader_recall_at",
]
