"""The evaluation room: question sets, metrics, runs and scored reports."""

from kgqa.evaluation.compare import Comparison, PredictedRun, compare
from kgqa.evaluation.matching import Matching, PredictedValue
from kgqa.evaluation.metrics import METRICS, Metric, parse_metric
from kgqa.evaluation.predictions import Prediction
from kgqa.evaluation.questions import Gold, LinkedQuestion, Question, QuestionSet
from kgqa.evaluation.report import Linking, Report, Setting, Split, score
from kgqa.evaluation.resampling import Interval, Paired, bootstrap, paired
from kgqa.evaluation.runner import LinkedSystem, System, run, run_linked

__all__ = [
    "METRICS",
    "Comparison",
    "Gold",
    "Interval",
    "LinkedQuestion",
    "LinkedSystem",
    "Linking",
    "Matching",
    "Metric",
    "Paired",
    "PredictedRun",
    "PredictedValue",
    "Prediction",
    "Question",
    "QuestionSet",
    "Report",
    "Setting",
    "Split",
    "System",
    "bootstrap",
    "compare",
    "paired",
    "parse_metric",
    "run",
    "run_linked",
    "score",
]
