"""The evaluation room: question sets, metrics, runs and scored reports."""

from kgqa.evaluation.attribution import Readable, diagnose
from kgqa.evaluation.compare import Comparison, PredictedRun, compare
from kgqa.evaluation.diagnosis import Diagnosis, Stage
from kgqa.evaluation.matching import Matching, PredictedValue
from kgqa.evaluation.metrics import METRICS, Metric, parse_metric
from kgqa.evaluation.predictions import Prediction
from kgqa.evaluation.procedure import Options, evaluate
from kgqa.evaluation.questions import Gold, LinkedQuestion, Question, QuestionSet
from kgqa.evaluation.report import Linking, Report, Setting, Split, score
from kgqa.evaluation.resampling import Interval, Paired, bootstrap, paired
from kgqa.evaluation.runner import LinkedSystem, System, run, run_linked

__all__ = [
    "METRICS",
    "Comparison",
    "Diagnosis",
    "Gold",
    "Interval",
    "LinkedQuestion",
    "LinkedSystem",
    "Linking",
    "Matching",
    "Metric",
    "Options",
    "Paired",
    "PredictedRun",
    "PredictedValue",
    "Prediction",
    "Question",
    "QuestionSet",
    "Readable",
    "Report",
    "Setting",
    "Split",
    "Stage",
    "System",
    "bootstrap",
    "compare",
    "diagnose",
    "evaluate",
    "paired",
    "parse_metric",
    "run",
    "run_linked",
    "score",
]
