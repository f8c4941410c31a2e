"""How the fusion network begins: "none of these" where the scores of a tuned encoder put it.

A network that starts with "none of these" far below or above every candidate first learns to move all candidates at
once. That drives its hidden units to where tanh is flat, and it is silent for many hundred steps (`docs/reader.md`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from kgqa.reader.agreement import Agreement
from kgqa.reader.arrays import Vectors, lay_out
from kgqa.reader.fusion import MAXIMA
from kgqa.training.batches import Choice, collate
from kgqa.training.calibrating import logistic_curve
from kgqa.training.model import FusionModel

_OWN = MAXIMA.index("agreement")
_LEAST_SLOPE, _MOST_SLOPE = 0.05, 1.0


def start_none(
    models: Sequence[FusionModel], batches: Sequence[Sequence[Choice]], agreement: Agreement, vectors: Vectors
) -> None:
    """Have the odds of "none of these" be those at which the best candidate of a question is wrong.

    models : all get the same. batches : each of one source. Where every question has an answer, or none has, the
    models stay as they are.
    """
    best, answerable = (np.concatenate(found) for found in zip(*_figures(batches, agreement, vectors), strict=True))
    if not 0 < answerable.sum() < len(answerable):
        return
    threshold, slope = logistic_curve(best, answerable)
    if not np.isfinite(threshold) or slope <= 0:
        return
    slope = min(max(slope, _LEAST_SLOPE), _MOST_SLOPE)
    with torch.no_grad():
        for model in models:
            # own - none = slope * (own - threshold), where own is the best candidate's score.
            model.none.weight[0, _OWN] = 1 - slope
            model.none.bias.fill_(slope * threshold)


def _figures(
    batches: Sequence[Sequence[Choice]], agreement: Agreement, vectors: Vectors
) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """The best score of every question that counts, and whether it has an answer."""
    yield np.empty(0), np.empty(0)
    for batch in batches:
        if not any(choice.candidates for choice in batch):
            continue
        rows, targets = collate(batch)
        laid = lay_out(rows, vectors)
        scores = agreement.total(agreement.features(laid, agreement.near(laid)), laid).astype(np.float64)
        best = np.full(len(targets.weight), -np.inf)
        np.fmax.at(best, targets.owner, scores)  # what is no number stops the first step, with an error of its own
        counts = (targets.weight > 0) & np.isfinite(best)
        yield best[counts], targets.answerable[counts].astype(np.float64)
