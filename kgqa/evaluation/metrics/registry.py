"""All metrics by name."""

from __future__ import annotations

import re
from collections.abc import Callable

from kgqa.errors import ConfigError
from kgqa.evaluation.metrics.abstention import ABSTENTION_METRICS
from kgqa.evaluation.metrics.answers import ANSWER_METRICS, OPERATION_METRICS, accuracy_of_tag, hits_at
from kgqa.evaluation.metrics.calibration import CALIBRATION_METRICS
from kgqa.evaluation.metrics.contract import Metric
from kgqa.evaluation.metrics.linking import (
    LINKING_METRICS,
    PROGRAM_METRICS,
    program_recall_at,
    reader_recall_at,
)
from kgqa.evaluation.metrics.sentences import SENTENCE_METRICS
from kgqa.evaluation.metrics.speed import SPEED_METRICS

METRICS: tuple[Metric, ...] = (
    *ANSWER_METRICS,
    *OPERATION_METRICS,
    *SENTENCE_METRICS,
    *LINKING_METRICS,
    *PROGRAM_METRICS,
    *ABSTENTION_METRICS,
    *CALIBRATION_METRICS,
    *SPEED_METRICS,
)
_NAMED = {metric.name: metric for metric in METRICS}
_AT: dict[str, Callable[[int], Metric]] = {
    "Hits@": hits_at,
    "Program recall@": program_recall_at,
    "Reader recall@": reader_recall_at,
}


def parse_metric(name: str) -> Metric:
    """Look up a metric by its name; an unknown one is a ConfigError.

    Beside those of METRICS: Hits@k, Program recall@k and Reader recall@k for any k, Accuracy (t) for any tag t.
    """
    if name in _NAMED:
        return _NAMED[name]
    if found := re.fullmatch(r"(Hits@|Program recall@|Reader recall@)([1-9][0-9]{0,8})", name):
        return _AT[found[1]](int(found[2]))
    if found := re.fullmatch(r"Accuracy \((\S.*)\)", name):
        return accuracy_of_tag(found[1])
    expected = ", ".join((*_NAMED, *(f"{prefix}k" for prefix in _AT), "Accuracy (tag)"))
    raise ConfigError(f"{name!r} is no metric; expected one of: {expected}")
