"""From scores to a probability that the best candidate is right."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kgqa.errors import ReaderError
from kgqa.reader.contract import ReaderCandidate, ReaderOutput

TEMPERATURE = 0.15
RERANKED = "reranker"
"""In `reader.json`, what holds the calibration of scores that `kgqa.reader.reranker` weighed."""


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """A logistic model of "the best candidate is right" over what the stages said (Platt, 1999).

    bias, and one weight for each value of `calibration_features`, fitted by `python -m evaluation.calibrate` on train
    parts of the benchmark sets, the dev halves of the sample sets, and questions that nothing in the graph answers.
    The weights of support and of unread words are set by hand: the questions there vary too little in them.
    """

    bias: float = -5.05
    score: float = 3.06
    margin: float = 4.37
    coverage: float = 0.86
    support: float = 1.0
    unread: float = -0.8

    @classmethod
    def of(cls, about: Mapping[str, Any]) -> Calibration:
        """The weights that a trained reader brings in `reader.json` under "calibration"; the usual ones if it has none.

        Errors : ReaderError if they are no numbers.
        """
        found = about.get("calibration", {})
        try:
            return cls(**{str(name): float(value) for name, value in found.items()})
        except (TypeError, ValueError, AttributeError) as error:
            raise ReaderError(
                f"the calibration of the reader is {found!r:.80}; expected a number for each of bias, score, margin, "
                "coverage, support, unread. Train it again"
            ) from error

    def confidence(self, features: tuple[float, ...]) -> float:
        """The probability, in [0, 1], that the candidate with these features is right."""
        weights = (self.score, self.margin, self.coverage, self.support, self.unread)
        return 1 / (1 + math.exp(-self.bias - sum(w * f for w, f in zip(weights, features, strict=True))))


@dataclass(frozen=True, slots=True)
class Calibrations:
    """What the scores of a reader mean.

    own : those of its network. general : those of `kgqa.reader.general`; as its own unless given. closely : those that
    `kgqa.reader.reranker` weighed after it; as the general ones unless given.
    """

    own: Calibration = Calibration()
    general: Calibration | None = None
    closely: Calibration | None = None

    @classmethod
    def of(cls, about: Mapping[str, Any]) -> Calibrations:
        """Those that a trained reader brings in `reader.json`. Errors : ReaderError if they are no numbers."""
        parts = (about.get("general"), about.get(RERANKED))
        return cls(Calibration.of(about), *(Calibration.of(part) if part else None for part in parts))

    def for_output(self, output: ReaderOutput) -> Calibration:
        """The one that turns these scores into a probability."""
        closely = self.closely if output.closely else None
        return closely or (self.general if output.general else None) or self.own


def calibration_features(best: ReaderCandidate, score: float, margin: float, unread: int) -> tuple[float, ...]:
    """What confidence rests on.

    score : the reader's, cut to [-1, 2]. margin : its lead over the next candidate with another result, cut to [0, 1].
    unread : words of the question that ask for an operator, which the program lacks; cut to 2.
    Returns (score, margin, coverage, support, unread).
    """
    return (
        max(-1.0, min(score, 2.0)),
        max(0.0, min(margin, 1.0)),
        best.coverage,
        best.support,
        float(min(unread, 2)),
    )


def unrivalled(output: ReaderOutput) -> float:
    """The score that the lead of a candidate is measured from which has no rival.

    What `kgqa.reader.general` gives are log odds of being right, so that there the rival is to be wrong, at 0.
    """
    return 0.0 if output.general else output.none_score


def probabilities(output: ReaderOutput, temperature: float = TEMPERATURE) -> NDArray[np.float64]:
    """The relative weight of each candidate, [candidates], summing with "none of these" to 1."""
    logits = np.append(output.scores, output.none_score).astype(np.float64) / temperature
    weights = np.exp(logits - logits.max())
    return np.asarray(weights[:-1] / weights.sum())
