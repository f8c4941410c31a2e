"""The alignment of steps and phrases against a walk through every assignment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from kgqa.program.algebra import Step
from kgqa.retrieval.alignment import Alignment, AlignmentWeights, PhraseGrid, extend
from kgqa.retrieval.question import Phrase

WEIGHTS = AlignmentWeights()
RELATIONS = 3
IMPOSSIBLE = -5.0
"""Below any assignment of the sizes used here; the table marks what can't be with less."""


def bits_to_words(bits: int) -> frozenset[int]:
    """The word positions of a bit set."""
    return frozenset(i for i in range(bits.bit_length()) if bits >> i & 1)


@dataclass(frozen=True, slots=True)
class Move:
    """One step of a path: what it is, whether it goes back, whether it touches a mediator."""

    step: Step
    back: bool
    free: bool


@dataclass(frozen=True, slots=True)
class Placed:
    """One way to place all steps: its worth, the row of the last phrase, the words said."""

    worth: float
    row: int
    words: int


SCORES = st.integers(-4, 20).map(lambda n: n / 20)
INTERVALS = st.tuples(st.integers(0, 6), st.integers(1, 3)).map(lambda p: (p[0], p[0] + p[1]))
MOVES = st.builds(Move, st.builds(Step, st.integers(0, RELATIONS - 1), st.booleans()), st.booleans(), st.booleans())


@st.composite
def grids(draw: st.DrawFn) -> PhraseGrid:
    spans = draw(st.lists(INTERVALS, max_size=4, unique=True))
    rows = [[0.0] * RELATIONS, *(draw(st.lists(SCORES, min_size=RELATIONS, max_size=RELATIONS)) for _ in spans)]
    words = [0, *(sum(1 << i for i in range(*span)) for span in spans)]
    return PhraseGrid(
        np.array(rows, dtype=np.float32),
        np.array([-1, *(start for start, _ in spans)], dtype=np.int64),
        np.array([-1, *(end for _, end in spans)], dtype=np.int64),
        np.array(words, dtype=np.int64),
        (),
    )


def placings(grid: PhraseGrid, moves: list[Move], sharing: bool, so_far: Placed) -> Iterator[Placed]:
    """Every assignment: each step is said by none, or by a phrase apart from the last and with words not used yet."""
    if not moves:
        yield so_far
        return
    move, *rest = moves
    for silent in silences(move, sharing):
        yield from placings(grid, rest, sharing, Placed(so_far.worth - silent, so_far.row, so_far.words))
    cost = WEIGHTS.step + WEIGHTS.inverse * move.step.inverse
    for row in range(1, len(grid.starts)):
        gap = leaving(grid, so_far.row, row)
        if gap is None or so_far.words & int(grid.words[row]):
            continue
        score = float(grid.scores[row, move.step.relation])
        words = so_far.words | int(grid.words[row]) if score >= np.float32(WEIGHTS.step) else so_far.words
        yield from placings(grid, rest, sharing, Placed(so_far.worth + score - cost - gap, row, words))


def silences(move: Move, sharing: bool) -> list[float]:
    """What a step may cost that is not said."""
    back = [0.0 if sharing else WEIGHTS.back] if move.back else []
    return [WEIGHTS.unsaid, *back, *([WEIGHTS.free] if move.free else [])]


def leaving(grid: PhraseGrid, before: int, after: int) -> float | None:
    """What it costs to read on from one phrase to another; None for phrases that overlap."""
    if grid.ends[before] <= grid.starts[after]:
        return 0.0
    return WEIGHTS.disorder if grid.starts[before] >= grid.ends[after] else None


def aligned(grid: PhraseGrid, moves: list[Move], sharing: bool) -> Alignment:
    """The table's own way: one extension a step, among others that must not disturb it."""
    state = Alignment.empty(grid)
    for move in moves:
        others = (Step(0), Step(RELATIONS - 1, inverse=True))
        steps = (others[0], move.step, others[1])
        flags = [np.array([False, flag, False]) for flag in (move.back, move.free)]
        found = extend(state, steps, grid, WEIGHTS, back=flags[0], free=flags[1], sharing=sharing)
        assert found.scores.shape == found.words.shape == (len(grid.starts), len(steps))
        state = found.alignment(1)
        assert found.best[1] == pytest.approx(state.best)
    return state


@settings(max_examples=150, deadline=None)
@given(grid=grids(), moves=st.lists(MOVES, min_size=3, max_size=4), sharing=st.booleans())
def test_a_longer_chain_finds_an_assignment_that_holds(grid: PhraseGrid, moves: list[Move], sharing: bool) -> None:
    """The table keeps one state a row, so that words used twice long ago may cost it the best; never the truth."""
    every = list(placings(grid, moves, sharing, Placed(0.0, 0, 0)))
    state = aligned(grid, moves, sharing)
    assert any(p.worth == pytest.approx(state.best, abs=1e-4) and p.words == state.used for p in every)
    assert state.best <= max(placed.worth for placed in every) + 1e-4


@settings(max_examples=150, deadline=None)
@given(grid=grids(), moves=st.lists(MOVES, min_size=1, max_size=2), sharing=st.booleans())
def test_chained_extensions_find_the_best_assignment(grid: PhraseGrid, moves: list[Move], sharing: bool) -> None:
    every = list(placings(grid, moves, sharing, Placed(0.0, 0, 0)))
    state = aligned(grid, moves, sharing)
    best = max(placed.worth for placed in every)
    assert state.best == pytest.approx(best, abs=1e-4)
    assert state.used in {placed.words for placed in every if placed.worth >= best - 1e-4}


@settings(max_examples=80, deadline=None)
@given(grid=grids(), moves=st.lists(MOVES, min_size=1, max_size=2), sharing=st.booleans())
def test_every_row_holds_the_best_assignment_that_ends_there(
    grid: PhraseGrid, moves: list[Move], sharing: bool
) -> None:
    every = list(placings(grid, moves, sharing, Placed(0.0, 0, 0)))
    state = aligned(grid, moves, sharing)
    for row in range(len(grid.starts)):
        worths = [placed.worth for placed in every if placed.row == row]
        if worths:
            assert state.scores[row] == pytest.approx(max(worths), abs=1e-4)
        else:
            assert state.scores[row] < IMPOSSIBLE


def grid_of(scores: NDArray[np.float32], spans: list[tuple[int, int]], weights: AlignmentWeights) -> PhraseGrid:
    phrases = tuple(Phrase(first, last, "x") for first, last in spans)
    order = (np.array([first for first, _ in spans]), np.array([last for _, last in spans]))
    return PhraseGrid.build(phrases, scores, order, np.zeros(len(spans), dtype=bool), weights)


def test_a_grid_starts_with_nothing_said() -> None:
    grid = grid_of(np.ones((2, RELATIONS), dtype=np.float32), [(0, 1), (1, 3)], WEIGHTS)
    assert grid.scores.shape == (3, RELATIONS)
    assert not grid.scores[0].any()
    assert [bits_to_words(int(bits)) for bits in grid.words] == [set(), {0}, {1, 2}]
    empty = Alignment.empty(grid)
    assert (empty.best, empty.used) == (0.0, 0)


def test_a_question_without_phrases_has_a_grid() -> None:
    grid = grid_of(np.zeros((0, RELATIONS), dtype=np.float32), [], WEIGHTS)
    unsaid = aligned(grid, [Move(Step(0), back=False, free=False)], sharing=False)
    assert unsaid.best == pytest.approx(-WEIGHTS.unsaid)
    assert aligned(grid, [Move(Step(0), back=True, free=False)], sharing=True).best == 0.0


@given(st.lists(st.tuples(INTERVALS, SCORES), min_size=1, max_size=4, unique_by=lambda pair: pair[0]))
def test_the_words_of_a_phrase_promise_what_it_can_add(phrases: list[tuple[tuple[int, int], float]]) -> None:
    plain = AlignmentWeights(background=0.0, class_words=0.0)
    scores = np.array([[score] * RELATIONS for _, score in phrases], dtype=np.float32)
    grid = grid_of(scores, [span for span, _ in phrases], plain)
    gains = dict(grid.gains)
    assert all(gain > 0 for gain in gains.values())
    for (first, last), score in phrases:
        assert sum(gains.get(i, 0.0) for i in range(first, last)) >= max(score - plain.step, 0.0) - 1e-5


@given(st.integers(0, (1 << 62) - 1))
def test_bit_sets(bits: int) -> None:
    assert sum(1 << i for i in bits_to_words(bits)) == bits


@pytest.mark.parametrize(
    ("words", "scores", "used", "twice"),
    [
        ((0b0001, 0b1000), ((0.9, 0.1), (0.6, 0.2)), 0b1001, True),  # "WRITTEN by the WRITER"
        ((0b0001, 0b0010), ((0.9, 0.1), (0.6, 0.2)), 0b0011, False),  # "CURRENT CURRENCY": side by side
        ((0b0001, 0b1001), ((0.9, 0.1), (0.6, 0.2)), 0b1001, False),  # one within the other
        ((0b0001, 0b1000), ((0.9, 0.1), (0.6, 0.7)), 0b1001, False),  # the second says another relation better
        ((0b0001, 0b1000), ((0.9, 0.1), (0.3, 0.2)), 0b1001, False),  # or hardly any
        ((0b0001, 0b1000), ((0.9, 0.1), (0.6, 0.2)), 0b0001, False),  # or the path does without it
    ],
)
def test_a_relation_is_said_twice_by_words_apart(
    words: tuple[int, ...], scores: tuple[tuple[float, float], ...], used: int, *, twice: bool
) -> None:
    places = np.arange(2)
    grid = PhraseGrid(np.array(scores, dtype=np.float32), places, places, np.array(words, dtype=np.int64), ())
    assert grid.says_twice(0, used) is twice
