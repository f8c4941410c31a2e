"""What every reader promises: scores for candidate programs, and for "none of these"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ReaderCandidate:
    """One candidate program as a reader sees it.

    words : the program in words.
    alignment, coverage, fit, support : retrieval's evidence, see `kgqa.retrieval.contract.Candidate`.
    """

    words: str
    alignment: float
    coverage: float
    fit: float
    support: float


@dataclass(frozen=True, slots=True)
class ReaderInput:
    """One question with its candidates, best first by retrieval."""

    question: str
    candidates: tuple[ReaderCandidate, ...]


@dataclass(frozen=True, slots=True)
class ReaderOutput:
    """The scores of one question.

    scores : float32 [candidates], larger is better. none_score : the score of "none of these".
    """

    scores: Floats
    none_score: float


class Reader(Protocol):
    """Questions with candidates in, one score a candidate out."""

    def read(self, batch: Sequence[ReaderInput]) -> list[ReaderOutput]:
        """Score the candidates of each question."""
        ...
