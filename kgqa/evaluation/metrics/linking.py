"""Metrics of the stages: recognised entities, and the place of the right program among the candidates.

Linking is over the questions whose gold entities are known, and over none where they were given to the system.
A link is right if its id or its label is a gold entity; several links to one node count once, and a link to a class
counts like any other. The place of the right program comes from a diagnosis; it is over the diagnosed questions whose
gold answers are not empty, and a question without a right program scores 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kgqa.evaluation.diagnosis import Diagnosis
from kgqa.evaluation.matching import normalise
from kgqa.evaluation.metrics.answers import harmonic
from kgqa.evaluation.metrics.contract import Marked, MarkedRun, Metric, per_question, scores_of
from kgqa.evaluation.resampling import Statistic, mean_statistic


@dataclass(frozen=True, slots=True)
class _Links:
    """given : distinct nodes. right : those that are gold. found, gold : gold entities found, and all."""

    given: int
    right: int
    found: int
    gold: int

    @property
    def precision(self) -> float:
        return self.right / self.given if self.given else 0.0

    @property
    def recall(self) -> float:
        return self.found / self.gold


def _links(case: Marked) -> _Links | None:
    if case.gold is None or not case.gold.topic:
        return None
    wanted = {normalise(topic, case.matching) for topic in case.gold.topic}
    links = {link.id: link for link in (case.prediction.links if case.prediction else ())}
    common = [
        {normalise(text, case.matching) for text in (link.id, link.label) if text} & wanted for link in links.values()
    ]
    return _Links(len(links), sum(map(bool, common)), len(set().union(*common)), len(wanted))


def _linking(name: str, score: Callable[[_Links], float], source: str) -> Metric:
    def of(case: Marked) -> float | None:
        links = _links(case)
        return None if links is None else score(links)

    def statistic(run: MarkedRun) -> Statistic:
        return mean_statistic(scores_of(of, [] if run.linked else run.cases))

    over = "questions with gold entities, unless the system was given them"
    return Metric(f"Linking {name}", statistic, over, source, score=of)


def _recall_at(name: str, k: int, rank: Callable[[Diagnosis], int | None], order: str) -> Metric:
    def of(case: Marked) -> float | None:
        if case.diagnosis is None or case.gold is None or not case.gold.answers:
            return None
        place = rank(case.diagnosis)
        return float(place is not None and place <= k)

    source = f"a right program is among the first {k} candidates in the order of {order}"
    return per_question(f"{name} recall@{k}", of, "diagnosed questions with an answer", source)


def program_recall_at(k: int) -> Metric:
    """Program recall@k: a right program is among the first k as retrieval ordered them."""
    return _recall_at("Program", k, lambda diagnosis: diagnosis.program_rank, "retrieval")


def reader_recall_at(k: int) -> Metric:
    """Reader recall@k: a right program is among the first k as the reader ordered them."""
    return _recall_at("Reader", k, lambda diagnosis: diagnosis.read_rank, "the reader")


LINKING_PRECISION = _linking("precision", lambda links: links.precision, "right of all linked nodes, mean")
LINKING_RECALL = _linking("recall", lambda links: links.recall, "gold entities linked, mean over questions")
LINKING_F1 = _linking("F1", lambda k: harmonic(k.precision, k.recall), "mean of the F1 of each question")

LINKING_METRICS = (LINKING_PRECISION, LINKING_RECALL, LINKING_F1)
PROGRAM_METRICS = (*map(program_recall_at, (1, 10, 50, 200)), *map(reader_recall_at, (1, 10)))
