"""Training the reranker: what it learns, from which graphs, and the same in numpy as in PyTorch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch")

import torch

from kgqa.embedding.contract import Floats
from kgqa.errors import ConfigError, TrainingError
from kgqa.reader.reranker import Reranker
from kgqa.training import reranking
from kgqa.training.examples import Example
from kgqa.training.reranking import RerankSettings, Weighed, fit_reranker, out_of_fold, reweighed

FEW = RerankSettings(hidden=16, question=4, epochs=40, batch=16, rate=1e-2, decay=0.01, count=1.0, folds=3)
DIMENSION, TRAITS = 6, 5


def drawn(seed: int, count: int = 60) -> list[Weighed]:
    """Questions of six graphs whose right candidate has the largest third trait, or, for some, none; odds lie."""
    random, given = np.random.default_rng(seed), []
    for number in range(count):
        size, nothing = int(random.integers(2, 6)), number % 5 == 0
        found = random.normal(size=(size, TRAITS)).astype(np.float32)
        right = np.zeros(size, dtype=bool)
        if nothing:
            found[:, 2] -= 4
        else:
            found[right.size - 1, 2] = found[:, 2].max() + 2
            right[-1] = True
        question = np.tile(random.normal(size=DIMENSION).astype(np.float32), (size, 1))
        odds = random.normal(size=size).astype(np.float32)
        given.append(Weighed(f"g{number % 6}", Example("", str(number), (), ()), found, question, odds, right))
    return given


def share_right(network: Reranker, given: Sequence[Weighed]) -> float:
    """How often the right candidate, or none, is put first."""
    best = [reweighed(network, one) for one in given]
    return float(np.mean([o.right[o.argmax()] if one.right.any() else o.max() < 0 for one, o in _marked(given, best)]))


class _Odds:
    """Log odds with which of them are right."""

    def __init__(self, odds: Floats, right: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> None:
        self.argmax, self.max, self.right = odds.argmax, odds.max, right


def _marked(given: Sequence[Weighed], odds: Sequence[Floats]) -> list[tuple[Weighed, _Odds]]:
    return [(one, _Odds(o, one.right)) for one, o in zip(given, odds, strict=True)]


def test_it_learns_which_is_right_and_that_none_may_be() -> None:
    network = fit_reranker(drawn(0, 200), FEW)
    assert share_right(network, drawn(1)) > 0.9
    again = fit_reranker(drawn(0, 200), FEW)
    np.testing.assert_array_equal(network.arrays["hidden"], again.arrays["hidden"])


def test_it_counts_as_much_as_told() -> None:
    one = drawn(2, 1)[0]
    whole, half = (fit_reranker(drawn(0), replace(FEW, count=count)) for count in (1.0, 0.5))
    np.testing.assert_allclose(reweighed(half, one), (reweighed(whole, one) + one.odds) / 2, rtol=1e-3, atol=1e-3)


def test_numpy_and_torch_agree() -> None:
    given = drawn(3, 10)
    torch.manual_seed(0)
    data = reranking._Padded.of(given)
    model = reranking._Model(data.traits[data.there], DIMENSION, FEW).eval()
    for parameter in model.parameters():  # no value may stay at a start that hides a mistake
        torch.nn.init.normal_(parameter, std=0.3)
    with torch.no_grad():
        said = model(data.traits, data.question, data.odds).numpy()
    for place, one in enumerate(given):
        own = reweighed(model.taken(), one)
        np.testing.assert_allclose(own, said[place, : len(own)], rtol=1e-4, atol=1e-4)


def test_no_question_is_weighed_by_what_learnt_from_its_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    learnt: list[set[str]] = []

    def fitted(given: Sequence[Weighed], _: RerankSettings) -> set[str]:
        learnt.append({one.source for one in given})
        return learnt[-1]

    monkeypatch.setattr(reranking, "fit_reranker", fitted)
    monkeypatch.setattr(reranking, "reweighed", lambda sources, one: (one.source, sources))
    found = out_of_fold(drawn(4), FEW)
    assert len(found) == 60
    assert all(source not in sources for source, sources in found)
    assert len(learnt) == 3
    assert all(len(sources) == 4 for sources in learnt)


def test_nothing_to_learn_from_and_losses_that_are_no_numbers_are_errors() -> None:
    hopeless = [replace(one, right=np.zeros_like(one.right)) for one in drawn(5)]
    with pytest.raises(TrainingError, match="no question has a right candidate"):
        fit_reranker(hopeless, FEW)
    broken = [replace(one, odds=np.full_like(one.odds, np.nan)) for one in drawn(5)]
    with pytest.raises(TrainingError, match="no number"):
        fit_reranker(broken, FEW)
    with pytest.raises(ConfigError, match="hidden"):
        RerankSettings(hidden=0)
