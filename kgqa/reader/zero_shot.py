"""A reader without training: the pre-trained encoder holds the question against each program in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kgqa.embedding import TextEncoder, TextKind
from kgqa.reader.contract import Floats, ReaderCandidate, ReaderInput, ReaderOutput

_USUAL_COSINE = np.float32(0.5)


@dataclass(frozen=True, kw_only=True)
class ZeroShotWeights:
    """How the evidence adds up; chosen on train parts of the benchmark sets and dev halves of our own.

    sure : the lead of the best candidate from which on cosines are not asked, since they could not change it.
    cosine : of the question with the program's words, over the best candidates only. coverage, fit : as in
    `ReaderCandidate`. none : the score below which no candidate is worth more than silence.
    """

    cosine: float = 0.25
    coverage: float = 0.15
    fit: float = 0.3
    none: float = -0.2
    sure: float = 0.15


class ZeroShotReader:
    """Adds the cosine of question and verbalised program to retrieval's evidence.

    Only the `shortlist` best candidates are encoded: the others keep the lowest cosine of those.
    """

    def __init__(self, encoder: TextEncoder, *, weights: ZeroShotWeights | None = None, shortlist: int = 8) -> None:
        self._encoder = encoder
        self._weights = weights or ZeroShotWeights()
        self._shortlist = shortlist

    def read(self, batch: Sequence[ReaderInput]) -> list[ReaderOutput]:
        """Score the candidates of each question."""
        return [self._read(item) for item in batch]

    def _read(self, item: ReaderInput) -> ReaderOutput:
        weights = self._weights
        base = np.array([self._evidence(c) for c in item.candidates], dtype=np.float32)
        return ReaderOutput(base + weights.cosine * self._cosines(item, base), weights.none)

    def _evidence(self, candidate: ReaderCandidate) -> float:
        weights = self._weights
        return candidate.alignment + weights.coverage * candidate.coverage + weights.fit * candidate.fit

    def _cosines(self, item: ReaderInput, base: Floats) -> Floats:
        cosines = np.zeros(len(item.candidates), dtype=np.float32)
        best = np.argsort(-base, kind="stable")[: self._shortlist]
        if len(best) < 2 or base[best[0]] - base[best[1]] > self._weights.sure:
            return cosines + _USUAL_COSINE
        question = self._encoder.encode([item.question], kind=TextKind.QUERY)[0]
        programs = self._encoder.encode([item.candidates[i].words for i in best.tolist()])
        found = programs @ question
        cosines[:] = found.min()
        cosines[best] = found
        return cosines
