"""Scores to probabilities: bounds, order and sums."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgqa.calibration import Calibration, calibration_features, probabilities
from kgqa.reader import ReaderCandidate, ReaderOutput

SHARES = st.floats(0, 1)
CANDIDATES = st.builds(
    ReaderCandidate,
    words=st.just("mother"),
    alignment=st.floats(-9, 4),
    coverage=SHARES,
    fit=st.floats(-1, 1),
    support=SHARES,
)
SCORES = st.lists(st.floats(-20, 5, width=32), max_size=8)
NAMES = ("score", "margin", "coverage", "support", "unread")


def output(scores: list[float], none: float = -0.2) -> ReaderOutput:
    return ReaderOutput(np.array(scores, dtype=np.float32), none)


@given(CANDIDATES, st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.integers(0, 50))
def test_confidence_is_a_probability(best: ReaderCandidate, score: float, margin: float, unread: int) -> None:
    assert 0.0 <= Calibration().confidence(calibration_features(best, score, margin, unread)) <= 1.0


@given(CANDIDATES, st.floats(-9, 9), st.floats(-9, 9), st.integers(0, 50))
def test_features_are_cut_to_where_they_were_fitted(
    best: ReaderCandidate, score: float, margin: float, unread: int
) -> None:
    found = dict(zip(NAMES, calibration_features(best, score, margin, unread), strict=True))
    assert found == {
        "score": float(np.clip(score, -1, 2)),
        "margin": float(np.clip(margin, 0, 1)),
        "coverage": best.coverage,
        "support": best.support,
        "unread": float(min(unread, 2)),
    }


@pytest.mark.parametrize("name", ["score", "margin", "coverage", "support"])
def test_more_evidence_is_more_confidence(name: str) -> None:
    at = NAMES.index(name)
    low = [0.5, 0.2, 0.5, 0.5, 0.0]
    high = [*low[:at], low[at] + 0.3, *low[at + 1 :]]
    calibration = Calibration()
    assert calibration.confidence(tuple(high)) > calibration.confidence(tuple(low))


def test_unread_words_are_less_confidence() -> None:
    calibration = Calibration()
    sure, unsure = (calibration.confidence((1.0, 0.5, 1.0, 1.0, unread)) for unread in (0.0, 2.0))
    assert unsure < sure


def test_confidence_is_a_logistic_model() -> None:
    weights = {"score": 1.0, "margin": 2.0, "coverage": 3.0, "support": 4.0, "unread": -6.0}
    features = (0.1, 0.2, 0.3, 0.4, 1.0)
    logit = -0.7 + sum(w * f for w, f in zip(weights.values(), features, strict=True))
    assert Calibration(bias=-0.7, **weights).confidence(features) == pytest.approx(1 / (1 + math.exp(-logit)))


@given(SCORES, st.floats(-5, 5))
def test_probabilities_are_shares_beside_none(scores: list[float], none: float) -> None:
    found = probabilities(output(scores, none))
    assert found.shape == (len(scores),)
    assert ((found >= 0) & (found <= 1)).all()
    exact = np.append(np.array(scores, dtype=np.float32), none).astype(np.float64) / 0.15
    exact = np.exp(exact - np.logaddexp.reduce(exact))
    np.testing.assert_allclose(found, exact[:-1], atol=1e-9)
    assert found.sum() + exact[-1] == pytest.approx(1.0)


@given(SCORES, st.floats(0.05, 2))
def test_larger_scores_have_larger_probabilities(scores: list[float], temperature: float) -> None:
    found = probabilities(output(scores), temperature)
    order = np.argsort(np.array(scores, dtype=np.float32), kind="stable")
    assert (np.diff(found[order]) >= -1e-12).all()
