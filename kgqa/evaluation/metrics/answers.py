"""Metrics of answer sets.

Rules that all share. Answers are a set; Hits@k and MRR take the values in the system's own order, and a system that
has ties must break them itself. The denominator is every question with gold: one that was not answered, was refused
or was never asked scores 0. Where gold is empty (the right answer is none), giving nothing scores 1 and giving
anything 0.
"""

from __future__ import annotations

from collections.abc import Callable

from kgqa.evaluation.matching import Hits
from kgqa.evaluation.metrics.contract import Marked, Metric, per_question
from kgqa.types import AnswerKind

_GOLD = "questions with gold"


def _none_wanted(hits: Hits) -> float:
    return float(not hits.right)


def _hits_at(k: int) -> Callable[[Hits], float]:
    return lambda hits: float(any(hits.right[:k])) if hits.gold else _none_wanted(hits)


def _hit(hits: Hits) -> float:
    return float(any(hits.right)) if hits.gold else _none_wanted(hits)


def _reciprocal_rank(hits: Hits) -> float:
    if not hits.gold:
        return _none_wanted(hits)
    return 1 / (hits.right.index(True) + 1) if any(hits.right) else 0.0


def _precision(hits: Hits) -> float:
    if not hits.gold:
        return _none_wanted(hits)
    return sum(hits.right) / len(hits.right) if hits.right else 0.0


def _recall(hits: Hits) -> float:
    return hits.found / hits.gold if hits.gold else _none_wanted(hits)


def harmonic(precision: float, recall: float) -> float:
    """The harmonic mean of the two; 0 if both are 0."""
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _f1(hits: Hits) -> float:
    return harmonic(_precision(hits), _recall(hits))


def _nlpcc_f1(hits: Hits) -> float:
    return _f1(hits) if hits.right and hits.gold else 0.0


def _answers(name: str, score: Callable[[Hits], float], source: str) -> Metric:
    def of(case: Marked) -> float | None:
        if case.gold is None:
            return None
        # Silence is right where gold is empty, but only from a system that was asked and did not fail.
        return score(case.hits) if case.served else 0.0

    return per_question(name, of, _GOLD, source)


def hits_at(k: int) -> Metric:
    """Hits@k: one of the first k values is a gold answer."""
    values = "the first value" if k == 1 else f"one of the first {k} values"
    return _answers(f"Hits@{k}", _hits_at(k), f"Bordes et al. 2015; {values} is a gold answer")


def _accuracy(name: str, wanted: Callable[[Marked], bool], questions: str) -> Metric:
    def of(case: Marked) -> float | None:
        return float(case.right) if wanted(case) else None

    return per_question(f"Accuracy ({name})", of, f"{questions} with gold", "given and gold sets are equal")


def _of_kind(kind: AnswerKind) -> Callable[[Marked], bool]:
    return lambda case: case.gold is not None and case.gold.kind is kind


def accuracy_of_tag(tag: str) -> Metric:
    """Accuracy (tag): exact set match over the questions with this tag."""
    return _accuracy(tag, lambda case: case.gold is not None and tag in case.gold.tags, f"questions tagged {tag!r}")


HITS_AT_1, HITS_AT_5, HITS_AT_10 = hits_at(1), hits_at(5), hits_at(10)
HIT = _answers("Hit", _hit, "any value is a gold answer, often published as Hits@1")
MRR = _answers("MRR", _reciprocal_rank, "Voorhees 1999; 1 / place of the first right value, mean over questions")
PRECISION = _answers("Precision", _precision, "Berant et al. 2013; right values of all given, mean over questions")
RECALL = _answers("Recall", _recall, "Berant et al. 2013; gold answers found, mean over questions")
F1 = _answers("F1", _f1, "Berant et al. 2013; mean of the F1 of each question")
NLPCC_F1 = _answers("F1 (NLPCC)", _nlpcc_f1, "Duan 2016, averaged F1; 0 for every question without a value")
EXACT = _answers("Exact", lambda hits: float(all(hits.right) and hits.found == hits.gold), "both sets are equal")
COUNT_ACCURACY = _accuracy("count", _of_kind(AnswerKind.COUNT), "questions of kind count")
YES_NO_ACCURACY = _accuracy("yes/no", _of_kind(AnswerKind.BOOLEAN), "questions of kind boolean")

ANSWER_METRICS = (HITS_AT_1, HITS_AT_5, HITS_AT_10, HIT, MRR, PRECISION, RECALL, F1, NLPCC_F1, EXACT)
OPERATION_METRICS = (COUNT_ACCURACY, YES_NO_ACCURACY)
