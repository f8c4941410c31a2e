"""Fit the confidence on graphs that no reader knows: `python -m evaluation.calibrate_unfamiliar [ENCODER ...]`.

Asks the dev halves of the everyday graphs and those that were looked at, takes the questions whose candidates
`kgqa.reader.reranker` weighs (nearly all), fits a logistic model of "the best candidate is right", weakly pulled
towards `kgqa.calibration.Calibration`, and says what a fit on all other graphs makes of each (ECE, AUROC). Writes the
weights into the shipped `reader.json` with `--write`, those of the larger cross-encoder (all-mpnet-base-v2, which needs
the extra `large`) into its `larger.json`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from evaluation.abstention import auroc
from evaluation.accuracy import BUDGET_MS
from evaluation.calibrate import Example
from evaluation.settings import AdaptingSet, everyday_settings, located
from evaluation.train_reader import SHIPPED
from kgqa import KGQA
from kgqa.answering import AnswerBuilder
from kgqa.calibration import RERANKED, Calibration, Calibrations
from kgqa.config import AnswerConfig, Config, ReaderConfig, RetrievalConfig
from kgqa.embedding import E5, MINILM, MPNET
from kgqa.evaluation import QuestionSet
from kgqa.evaluation.matching import Matching, PredictedValue, match
from kgqa.evaluation.metrics.calibration import BINS, bin_of
from kgqa.reader.folders import LARGER
from kgqa.reader.trained_weights import ReaderWeights

_NAMES = ("bias", "score", "margin", "coverage", "support", "unread")
_PULL = 2.0
"""How many squared units off cost a point of log likelihood, halved."""

Floats = NDArray[np.float64]


def examples(one: AdaptingSet, split: str, *, larger: bool = False) -> Iterator[tuple[str, Example]]:
    """The questions of a set that are read as of an unfamiliar graph, with the encoder of each.

    larger : whether by the larger cross-encoder.
    """
    config = Config(reader=ReaderConfig(larger=larger), retrieval=RetrievalConfig(budget_ms=BUDGET_MS))
    system = KGQA.from_graph(located(one.graph), config=config)
    builder = AnswerBuilder(system.graph, AnswerConfig(abstain_below=0.0), Calibrations())
    asked = QuestionSet.read(located(one.questions), split=split)
    for question in asked.questions:
        reading = system.read(question.text)
        if reading.retrieval.candidates and reading.scores.closely:
            gold = frozenset(asked.gold[question.id].answers)
            values = [PredictedValue(v.id, v.label, str(v.value)) for v in builder.build(reading).values]
            hits = match(values, gold, Matching.STRICT)
            right = bool(gold) and all(hits.right) and hits.found == hits.gold
            features = builder.features(reading, int(reading.chosen[0]))
            yield system.encoder_for(question.text), Example(one.name, features, right)


def fit(features: Floats, right: Floats) -> Floats:
    """Logistic regression, pulled towards the weights of `Calibration`; [6]."""
    inputs = np.column_stack([np.ones(len(features)), features])
    start = np.array([getattr(Calibration(), name) for name in _NAMES])

    def loss(weights: Floats) -> tuple[float, Floats]:
        odds, away = inputs @ weights, weights - start
        value = float((np.logaddexp(0, odds) - right * odds).sum() + _PULL * (away @ away) / 2)
        return value, inputs.T @ (expit(odds) - right) + _PULL * away

    return np.asarray(minimize(loss, start, jac=True, method="BFGS").x)


def confidence(features: Floats, fitted: Floats) -> Floats:
    """What a fit says of examples, [n]."""
    return np.asarray(expit(np.column_stack([np.ones(len(features)), features]) @ fitted))


def main(arguments: Sequence[str] | None = None) -> int:
    """Collect, fit, print and perhaps write; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("encoder", nargs="*", default=[MINILM, E5], help=f"{MINILM}, {E5}, {MPNET}")
    parser.add_argument("--write", action="store_true", help="into the shipped weights")
    given = parser.parse_args(arguments)
    settings = everyday_settings()
    sets = [*((one, "dev") for one in settings.sets), *((one, "") for one in settings.looked_at)]
    for larger in (False, True):
        encoders = [encoder for encoder in given.encoder if (encoder == MPNET) is larger]
        found = [pair for one, split in sets for pair in examples(one, split, larger=larger)] if encoders else []
        for encoder in encoders:
            asked = MINILM if larger else encoder
            fitted = _report(encoder, [example for name, example in found if name == asked])
            if given.write:
                (_write_larger if larger else _write)(encoder, fitted)
    return 0


def _report(encoder: str, own: Sequence[Example]) -> dict[str, float]:
    features, right = np.array([e.features for e in own]), np.array([float(e.right) for e in own])
    sources = np.array([e.source for e in own])
    held = np.zeros(len(own))
    for name in sorted(set(sources.tolist())):
        there = sources == name
        held[there] = confidence(features[there], fit(features[~there], right[~there]))
    gaps = np.bincount(bin_of(held), weights=right - held, minlength=BINS)
    apart = auroc(held[right == 1], held[right == 0])
    fitted = dict(zip(_NAMES, np.round(fit(features, right), 3).tolist(), strict=True))
    ece = float(np.abs(gaps).sum()) / len(own)
    print(f"{encoder}: {len(own)} questions, right {right.mean():.3f}, each graph by the others: "
          f"ECE {ece:.3f}, AUROC {apart:.3f}; {fitted}")  # fmt: skip
    return fitted


def _write_larger(encoder: str, fitted: dict[str, float]) -> None:
    about = {"calibration": asdict(Calibration(**fitted))}
    (SHIPPED / encoder / LARGER).write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


def _write(encoder: str, fitted: dict[str, float]) -> None:
    weights = ReaderWeights.load(SHIPPED / encoder)
    about = {"calibration": asdict(Calibration(**fitted))}
    replace(weights, about={**weights.about, RERANKED: about}).save(SHIPPED / encoder)


if __name__ == "__main__":
    raise SystemExit(main())
