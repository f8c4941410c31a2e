"""How the fusion network begins: with the odds of "none of these" as they are in the batches that it is shown."""

from __future__ import annotations

import math

import numpy as np
import pytest

from kgqa.evaluation import Gold, Question, QuestionSet
from kgqa.reader.agreement import Agreement
from kgqa.reader.arrays import lay_out
from kgqa.training.batches import Choice, Sampler, collate
from kgqa.training.examples import Example, collect
from tests.retrieval.toy import WordEncoder, build, lines
from tests.training.toy import ToySystem

torch = pytest.importorskip("torch")

from kgqa.training import NetworkSettings  # noqa: E402 - needs torch
from kgqa.training.model import FusionModel  # noqa: E402
from kgqa.training.starting import start_none  # noqa: E402
from kgqa.training.vectors import StoredVectors  # noqa: E402

PEOPLE = [f"P{i}" for i in range(12)]
FACTS = "\n".join(f"{p} {r} {r[:3].title()}{i}" for i, p in enumerate(PEOPLE) for r in ("birthplace", "employer"))


def examples() -> list[Example]:
    questions, gold = [], {}
    for i, person in enumerate(PEOPLE):
        for relation in ("birthplace", "employer"):
            question = Question(f"{person}-{relation}", f"{relation} of {person}?")
            questions.append(question)
            gold[question.id] = Gold((f"{relation[:3].title()}{i}",))
    return list(collect("people", ToySystem(build(lines(FACTS))), QuestionSet(tuple(questions), gold)))


def begun(unanswerable: float) -> tuple[FusionModel, list[list[Choice]], StoredVectors, Agreement]:
    found = examples()
    sampler = Sampler({"people": found}, batch=8, candidates=4, unanswerable=unanswerable, seed=1)
    batches = [sampler.draw(step) for step in range(6)]
    vectors, agreement = StoredVectors(WordEncoder()), Agreement.initial(WordEncoder().dimension, 1.0)
    vectors.gather(found)
    torch.manual_seed(1)
    model = FusionModel(WordEncoder().dimension, NetworkSettings(width=16, blocks=1, hidden=8))
    start_none([model], batches, agreement, vectors)
    return model, batches, vectors, agreement


def test_none_begins_as_likely_as_it_is() -> None:
    model, batches, vectors, agreement = begun(0.4)
    weight, bias = (value.detach().numpy().ravel() for value in (model.none.weight, model.none.bias))
    chances, answerable = [], []
    for batch in batches:
        rows, targets = collate(batch)
        laid = lay_out(rows, vectors)
        own = agreement.total(agreement.features(laid, agreement.near(laid)), laid)
        for question in range(len(targets.weight)):
            best = float(own[targets.owner == question].max())
            none = float(weight[1] * best + bias[0])
            chances.append(1 / (1 + math.exp(none - best)))
            answerable.append(float(targets.answerable[question]))
    assert 0 < np.mean(answerable) < 1
    assert np.mean(chances) == pytest.approx(np.mean(answerable), abs=0.02)
    told = [[c for c, a in zip(chances, answerable, strict=True) if a == wanted] for wanted in (0.0, 1.0)]
    assert np.mean(told[0]) < np.mean(told[1])


def test_where_every_question_has_an_answer_the_network_stays_as_it_was() -> None:
    model = begun(0.0)[0]
    assert not model.none.weight.any()
