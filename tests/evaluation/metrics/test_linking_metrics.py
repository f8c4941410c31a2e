"""Linking and the place of the right program, by hand."""

import math
from collections.abc import Sequence

import pytest

from kgqa.evaluation import Gold, Linking, Matching, Prediction, Question, QuestionSet, Setting, score
from kgqa.evaluation.diagnosis import Diagnosis, Stage
from kgqa.evaluation.marking import mark
from kgqa.evaluation.metrics import LINKING_METRICS, MarkedRun, parse_metric
from kgqa.evaluation.predictions import PredictedLink


def link(node: str, label: str = "") -> PredictedLink:
    return PredictedLink("x", 0, 1, node, label, 1.0)


def linking(links: Sequence[PredictedLink], topic: Sequence[str], matching: Matching = Matching.STRICT) -> list[float]:
    questions = QuestionSet((Question("a", "?"),), {"a": Gold(("x",), topic=tuple(topic))})
    run = MarkedRun(cases=mark([Prediction("a", "none", links=tuple(links))], questions, matching=matching))
    return [metric.statistic(run).point() for metric in LINKING_METRICS]


@pytest.mark.parametrize(
    ("links", "topic", "expected"),
    [
        ([link("iri:France", "France")], ["iri:France"], [1, 1, 1]),
        ([link("iri:France", "France")], ["France"], [1, 1, 1]),
        ([link("iri:France", "France"), link("iri:Euro", "Euro")], ["France"], [1 / 2, 1, 2 / 3]),
        ([link("iri:France", "France")], ["France", "iri:Euro"], [1, 1 / 2, 2 / 3]),
        ([link("iri:France", "France")] * 2, ["France"], [1, 1, 1]),
        # Two namesakes are both right, and find one gold entity.
        ([link("iri:1", "Springfield"), link("iri:2", "Springfield")], ["Springfield", "Ohio"], [1, 1 / 2, 2 / 3]),
        # The id and the label of one link may find two names of one thing.
        ([link("iri:1", "France")], ["iri:1", "France"], [1, 1, 1]),
        ([link("iri:2", "Spain")], ["France"], [0, 0, 0]),
        ([], ["France"], [0, 0, 0]),
    ],
)
def test_by_hand(links: list[PredictedLink], topic: list[str], expected: list[float]) -> None:
    assert linking(links, topic) == pytest.approx(expected, abs=1e-15)


def test_matching_is_that_of_the_report() -> None:
    assert linking([link("n1", "são paulo")], ["Sao_Paulo"]) == [0, 0, 0]
    assert linking([link("n1", "são paulo")], ["Sao_Paulo"], Matching.LENIENT) == [1, 1, 1]


def test_the_denominator_is_the_questions_with_gold_entities() -> None:
    names = ("linked", "refused", "unasked", "no topic", "no gold")
    questions = tuple(Question(name, "?") for name in names)
    gold = {name: Gold(("x",), topic=() if name == "no topic" else ("t",)) for name in names[:4]}
    predictions = [
        Prediction("linked", "none", links=(link("t"),)),
        Prediction("refused", "error", error="x"),
        Prediction("no topic", "none", links=(link("t"),)),
        Prediction("no gold", "none", links=(link("t"),)),
    ]
    marked = QuestionSet(questions, gold)
    overall = score(predictions, marked, Setting(name="t"), splits=()).overall
    assert [overall[m.name].n for m in LINKING_METRICS] == [3, 3, 3]
    assert [overall[m.name].mean for m in LINKING_METRICS] == pytest.approx([1 / 3] * 3)
    given = score(predictions, marked, Setting(name="t", linking=Linking.GOLD), splits=()).overall
    assert [given[m.name].n for m in LINKING_METRICS] == [0, 0, 0]


RANKS = {"first": (1, 1), "tenth": (10, 2), "far": (51, None), "never": (None, None)}


def test_recall_of_the_right_program() -> None:
    names = (*RANKS, "no answer", "not diagnosed", "no gold")
    questions = QuestionSet(
        tuple(Question(name, "?") for name in names),
        {name: Gold(() if name == "no answer" else ("x",)) for name in names[:-1]},
    )
    diagnoses = [
        Diagnosis(id=name, stage=Stage.READING, program_rank=ranks[0], read_rank=ranks[1])
        for name, ranks in (RANKS | {"no answer": (1, 1), "no gold": (1, 1)}).items()
    ]
    run = MarkedRun(cases=mark([Prediction(name, "none") for name in names], questions, diagnoses=diagnoses))
    found = {k: parse_metric(f"Program recall@{k}").statistic(run) for k in (1, 9, 10, 50, 51, 200)}
    assert {k: one.point() for k, one in found.items()} == {1: 0.25, 9: 0.25, 10: 0.5, 50: 0.5, 51: 0.75, 200: 0.75}
    assert {len(one.rows) for one in found.values()} == {4}
    assert [parse_metric(f"Reader recall@{k}").statistic(run).point() for k in (1, 2)] == [0.25, 0.5]
    bare = MarkedRun(cases=mark([], questions))
    assert math.isnan(parse_metric("Program recall@1").statistic(bare).point())
