"""Batches of examples: questions of one graph, whose programs are each other's negatives."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kgqa.reader.arrays import Rows
from kgqa.training.examples import Example, ExampleCandidate

_LEAST_RIGHT = 0.5
_NEAR_BEST = 0.01
_HARD = 0.5


@dataclass(frozen=True, slots=True)
class Targets:
    """What the candidates of some questions, all in one row of length c, are trained towards.

    owner [c] : each candidate's question. right [c] : whether it is what the question means. weight [q] : of each
    question. lead [q] : the masked question that stands for each. operation, result [q] : places in OPERATIONS and
    RESULTS, -1 where nothing is right.
    """

    owner: NDArray[np.int64]
    right: NDArray[np.bool_]
    weight: NDArray[np.float32]
    lead: NDArray[np.int64]
    operation: NDArray[np.int64]
    result: NDArray[np.int64]

    @property
    def answerable(self) -> NDArray[np.bool_]:
        """Which questions have a right candidate, [q]."""
        found = np.zeros(len(self.weight), dtype=bool)
        found[self.owner[self.right]] = True
        return found


@dataclass(frozen=True, slots=True)
class Choice:
    """What one question trains on: some of its candidates, which of them are right, and how much it counts."""

    example: Example
    candidates: tuple[ExampleCandidate, ...]
    right: tuple[bool, ...]
    weight: float


def right_candidates(example: Example) -> list[bool]:
    """Which candidates count as right: those about as good as the best; spurious ones only where no other is."""
    best = example.best
    if best < _LEAST_RIGHT:
        return [False] * len(example.candidates)
    near = [c.f1 >= best - _NEAR_BEST for c in example.candidates]
    genuine = [n and not c.spurious for n, c in zip(near, example.candidates, strict=True)]
    return genuine if any(genuine) else near


class Sampler:
    """Draws batches: a source by the square root of its size, then its questions in turn, shuffled each round."""

    def __init__(
        self, sources: Mapping[str, Sequence[Example]], *, batch: int, candidates: int, unanswerable: float, seed: int
    ) -> None:
        self._sources = {name: list(examples) for name, examples in sorted(sources.items()) if examples}
        self._batch = batch
        self._candidates = candidates
        self._unanswerable = unanswerable
        self._seed = seed

    def draw(self, step: int) -> list[Choice]:
        """The batch of one step; the same for the same seed and step, so that a run can go on where it stopped."""
        drawn = random.Random(f"{self._seed}:{step}")  # noqa: S311 - training, not a secret
        names = list(self._sources)
        sizes = [len(self._sources[name]) ** 0.5 for name in names]
        examples = self._sources[drawn.choices(names, sizes)[0]]
        picked = drawn.sample(examples, min(self._batch, len(examples)))
        return [self._choose(example, drawn) for example in picked]

    def _choose(self, example: Example, drawn: random.Random) -> Choice:
        right = right_candidates(example)
        good = [c for c, ok in zip(example.candidates, right, strict=True) if ok]
        bad = [c for c, ok in zip(example.candidates, right, strict=True) if not ok and c.f1 < max(example.best, 0.9)]
        weight = example.best if good else 0.5 * float(example.best == 0)
        if good and drawn.random() < self._unanswerable:
            gone = drawn.choice(good)
            if gone.relations:
                lost = drawn.choice(gone.relations)
                bad = [c for c in bad if lost not in c.relations and c.f1 < _LEAST_RIGHT]
                good = []
        kept = drawn.sample(good, min(2, len(good)))
        return _choice(example, kept, self._negatives(bad, self._candidates - len(kept), drawn), weight)

    def _negatives(self, bad: list[ExampleCandidate], wanted: int, drawn: random.Random) -> list[ExampleCandidate]:
        """Half of them retrieval's best, the others at random."""
        hard = bad[: int(wanted * _HARD + 0.5)]
        rest = bad[len(hard) :]
        return [*hard, *drawn.sample(rest, min(wanted - len(hard), len(rest)))]


def whole(example: Example) -> Choice:
    """All candidates of an example, as reading sees them."""
    return Choice(example, example.candidates, tuple(right_candidates(example)), example.best)


def _choice(
    example: Example, good: Sequence[ExampleCandidate], bad: Sequence[ExampleCandidate], weight: float
) -> Choice:
    return Choice(example, (*good, *bad), (True,) * len(good) + (False,) * len(bad), weight)


def collate(choices: Sequence[Choice]) -> tuple[Rows, Targets]:
    """Lay choices of one source out in one row; those without a candidate are left out."""
    choices = [choice for choice in choices if choice.candidates]
    rows = [(i, choice.example, c, ok) for i, choice in enumerate(choices) for c, ok in _pairs(choice)]
    questions = {text: i for i, text in enumerate(dict.fromkeys(e.variants[c.variant] for _, e, c, _ in rows))}
    leads = [(choice.example.variants[c.variant], c, ok) for choice in choices for c, ok in (_lead(choice),)]
    laid = Rows(
        tuple(questions),
        _ints(questions[e.variants[c.variant]] for _, e, c, _ in rows),
        tuple(c.tokens for _, _, c, _ in rows),
        np.array([c.evidence for _, _, c, _ in rows], dtype=np.float32),
        _ints(c.operation for _, _, c, _ in rows),
        _ints(c.result for _, _, c, _ in rows),
        tuple(c.yielded for _, _, c, _ in rows),
        choices[0].example.source if choices else "",
    )
    return laid, Targets(
        owner=_ints(i for i, _, _, _ in rows),
        right=np.array([ok for _, _, _, ok in rows], dtype=bool),
        weight=np.array([choice.weight for choice in choices], dtype=np.float32),
        lead=_ints(questions[question] for question, _, _ in leads),
        operation=_ints(c.operation if ok else -1 for _, c, ok in leads),
        result=_ints(c.result if ok else -1 for _, c, ok in leads),
    )


def _ints(values: Iterable[int]) -> NDArray[np.int64]:
    return np.array(list(values), dtype=np.int64)


def _pairs(choice: Choice) -> Iterator[tuple[ExampleCandidate, bool]]:
    return zip(choice.candidates, choice.right, strict=True)


def _lead(choice: Choice) -> tuple[ExampleCandidate, bool]:
    """The candidate that stands for the question: the first right one, else the first."""
    return next((pair for pair in _pairs(choice) if pair[1]), (choice.candidates[0], False))
