"""Aligning relation paths with a question: which phrase expresses which step, in reading order.

A path is worth the sum, over its steps, of how well the step's relation matches a phrase of its own, less a cost a
step. Phrases are taken in reading order away from the mention; leaving that order costs extra. The best
assignment is found by dynamic programming over (step, phrase), extended one step at a time, so that a beam search
scores every extension of a path with a few array operations.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from kgqa.program.algebra import Step
from kgqa.retrieval.question import Phrase

Floats = NDArray[np.float32]
_SAYS = 0.4
"""The match from which on words speak of a relation that is walked there and back."""
NEVER = np.float32(-9.0)
MASK_WORDS = 62


@dataclass(frozen=True, kw_only=True)
class AlignmentWeights:
    """What departures from a clean reading cost; chosen on train parts of the benchmark sets and dev halves of our own.

    step : each step, so that a step must be said. inverse : a step against its relation.
    disorder : a phrase out of reading order. back : going back along the same relation unasked.
    unshared : a question about things in common answered by a path that never goes back.
    length : each step again, once its path is whole: of two equal readings the shorter is meant.
    crossing : a phrase that another mention parts from this one.
    unsaid : a step that no phrase speaks of.
    free : a step into or out of a mediator node without a phrase of its own.
    kind : a step to a node's class, which few questions mean.
    class_words : how much of a class word's mean match is taken off. background : the same for all phrases.
    """

    step: float = 0.4
    inverse: float = 0.1
    disorder: float = 0.6
    back: float = 0.2
    unshared: float = 0.1
    crossing: float = 0.2
    unsaid: float = 0.65
    free: float = 0.1
    length: float = 0.06
    kind: float = 0.2
    class_words: float = 0.5
    background: float = 0.2


UNTAUGHT = AlignmentWeights(back=0.45)
"""On graphs whose relations no reader knows: going back there is more often a guess. On MetaQA, which is known and has
many such questions, it would cost 1 of 300 dev questions."""


@dataclass(frozen=True, slots=True)
class PhraseGrid:
    """The phrases seen from one mention; row 0 stands for "nothing said yet".

    scores : float32 [rows, relations]. starts, ends : int64 [rows], reading order. words : int64 [rows], bit sets
    of word positions. gains : (word position, the most that it could still add to a path), where that is anything.
    """

    scores: Floats
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    words: NDArray[np.int64]
    gains: tuple[tuple[int, float], ...]

    @classmethod
    def build(
        cls,
        phrases: tuple[Phrase, ...],
        scores: Floats,
        order: tuple[NDArray[np.int64], NDArray[np.int64]],
        class_phrases: NDArray[np.bool_],
        weights: AlignmentWeights,
    ) -> PhraseGrid:
        """Take class words down, put the empty row in front, and bound what each word can add."""
        means = scores.mean(axis=1, keepdims=True) if scores.size else np.zeros((len(scores), 1), dtype=np.float32)
        shares = weights.background + weights.class_words * class_phrases[:, None]
        scores = (scores - shares * means).astype(np.float32)
        words = np.array([_bits(p) for p in phrases], dtype=np.int64)
        gains = np.zeros(MASK_WORDS, dtype=np.float32)
        best = scores.max(axis=1, initial=0.0) - weights.step
        for phrase, gain in zip(phrases, best, strict=True):
            inside = slice(min(phrase.first, MASK_WORDS), min(phrase.last, MASK_WORDS))
            gains[inside] = np.maximum(gains[inside], max(gain, 0.0) / (phrase.last - phrase.first))
        empty = np.zeros((1, scores.shape[1]), dtype=np.float32)
        return cls(
            np.concatenate([empty, scores]),
            np.concatenate([[-1], order[0]]),
            np.concatenate([[-1], order[1]]),
            np.concatenate([np.zeros(1, dtype=np.int64), words]),
            tuple((i, float(gains[i])) for i in np.flatnonzero(gains > 0).tolist()),
        )

    def says_twice(self, relation: int, used: int) -> bool:
        """Whether two stretches apart speak of a relation more than of any other, of the words that a path uses."""
        own = self.scores[:, relation]
        said = [w for w in self.words[(own >= _SAYS) & (own == self.scores.max(axis=1))].tolist() if w & used == w]
        return any(not (one | one << 1 | one >> 1) & other for one, other in combinations(said, 2))


@dataclass(frozen=True, slots=True)
class Alignment:
    """The state of one path: best score with the last step on each row, and the words used by then.

    scores : float32 [rows]. words : int64 [rows].
    """

    scores: Floats
    words: NDArray[np.int64]

    @classmethod
    def empty(cls, grid: PhraseGrid) -> Alignment:
        """The state before the first step."""
        scores = np.full(len(grid.starts), NEVER, dtype=np.float32)
        scores[0] = 0.0
        return cls(scores, np.zeros(len(grid.starts), dtype=np.int64))

    @property
    def best(self) -> float:
        """The score of the best assignment."""
        return float(self.scores.max())

    @property
    def used(self) -> int:
        """The words of the best assignment, as a bit set."""
        return int(self.words[int(self.scores.argmax())])


@dataclass(frozen=True, slots=True)
class Extensions:
    """All one-step extensions of one path: column j is `steps[j]`.

    scores : float32 [rows, columns]. words : int64 [rows, columns].
    """

    steps: tuple[Step, ...]
    scores: Floats
    words: NDArray[np.int64]

    @property
    def best(self) -> Floats:
        """The best score of each extension, [columns]."""
        best: Floats = self.scores.max(axis=0)
        return best

    def alignment(self, column: int) -> Alignment:
        """The state after one of the extensions."""
        return Alignment(self.scores[:, column], self.words[:, column])


def extend(
    alignment: Alignment,
    steps: tuple[Step, ...],
    grid: PhraseGrid,
    weights: AlignmentWeights,
    *,
    back: NDArray[np.bool_],
    free: NDArray[np.bool_],
    sharing: bool,
) -> Extensions:
    """Score every extension of a path.

    back : [columns], steps that return along the last relation. free : [columns], steps that touch a mediator.
    sharing : whether the question speaks of things in common, which makes going back free.
    """
    reach, source = _reach(alignment, grid, weights.disorder)
    relations = np.array([s.relation for s in steps], dtype=np.int64)
    costs = weights.step + weights.inverse * np.array([s.inverse for s in steps], dtype=np.float32)
    scores = (reach[:, None] + grid.scores[:, relations] - costs).astype(np.float32)
    scores[0] = NEVER
    said = grid.scores[:, relations] >= weights.step
    before = alignment.words[source][:, None]
    words = np.where(said, before | grid.words[:, None], before)
    silent = np.where(back, np.float32(0.0 if sharing else weights.back), np.float32(weights.unsaid))
    silent = np.minimum(silent, np.where(free, np.float32(weights.free), np.inf))
    stay = (alignment.scores[:, None] - silent[None, :]).astype(np.float32)
    better = stay > scores
    return Extensions(steps, np.where(better, stay, scores), np.where(better, alignment.words[:, None], words))


def _reach(alignment: Alignment, grid: PhraseGrid, disorder: float) -> tuple[Floats, NDArray[np.int64]]:
    """For each row the best state that a next phrase there can follow, and which row that is.

    A phrase whose words have said a step already can't say another.
    """
    scores = np.where(alignment.words[None, :] & grid.words[:, None], NEVER, alignment.scores[None, :])
    in_order = grid.ends[None, :] <= grid.starts[:, None]
    out_of_order = grid.starts[None, :] >= grid.ends[:, None]
    from_rows = np.where(in_order, scores, np.where(out_of_order, scores - disorder, NEVER))
    source = from_rows.argmax(axis=1)
    return from_rows[np.arange(len(source)), source].astype(np.float32), source


def _bits(phrase: Phrase) -> int:
    return sum(1 << i for i in range(phrase.first, min(phrase.last, MASK_WORDS)))
