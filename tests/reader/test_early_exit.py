"""Candidates that retrieval is sure of are taken unread; all others are read as without early exit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from kgqa.embedding import TextKind
from kgqa.embedding.contract import Floats, Progress
from kgqa.reader import ReaderCandidate, ReaderInput, TrainedReader
from kgqa.reader.early_exit import LEAD, SURE
from kgqa.reader.familiarity import CAUTION, learnt
from kgqa.reader.features import PRIOR
from kgqa.reader.serialise import MaskedQuestion, ProgramToken, TokenKind
from kgqa.reader.trained import NONE, READ
from tests.reader.random_weights import random_weights
from tests.retrieval.toy import WordEncoder

TOKENS = (ProgramToken(TokenKind.FIRST), ProgramToken(TokenKind.ALONG, "mother"))


class Counting(WordEncoder):
    """Counts its calls."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    def encode(
        self, texts: Sequence[str], *, kind: TextKind = TextKind.PASSAGE, on_progress: Progress | None = None
    ) -> Floats:
        self.calls += 1
        return super().encode(texts, kind=kind, on_progress=on_progress)


def question(*scores: float, coverage: float = 1.0, hops: int = 1) -> ReaderInput:
    """Candidates with these scores by retrieval, all of one coverage and length."""
    masked = MaskedQuestion("Who is the mother of X?", (21,))
    alignments = [score - PRIOR["coverage"] * coverage for score in scores]
    return ReaderInput(
        "Who is the mother of Ann?",
        tuple(
            ReaderCandidate("mother", a, coverage, 0, 1, tokens=TOKENS, masked=masked, hops=hops) for a in alignments
        ),
    )


def reader(encoder: WordEncoder, *, early_exit: bool = True, familiar: bool = True) -> TrainedReader:
    weights = random_weights(encoder, 1)
    known = learnt([TOKENS] * 3) if familiar else []
    return TrainedReader(encoder, replace(weights, about={**weights.about, "familiar": known}), early_exit=early_exit)


@pytest.mark.parametrize(
    ("scores", "familiar", "read"),
    [
        ((SURE + 0.01, SURE + 0.01 - LEAD - 0.01), True, False),
        ((SURE + 0.01, SURE + 0.01 - LEAD + 0.01), True, True),
        ((SURE - 0.01, -1.0), True, True),
        ((SURE + 0.01,), True, False),
        # On a graph whose relations were not learnt, a lead counts as it does in the scores of those that are read.
        ((SURE + 0.01, SURE + 0.01 - (LEAD + 0.01) / (1 + CAUTION)), False, False),
        ((SURE + 0.01, SURE + 0.01 - (LEAD - 0.01) / (1 + CAUTION)), False, True),
    ],
)
def test_only_a_sure_candidate_goes_unread(scores: tuple[float, ...], familiar: bool, read: bool) -> None:
    encoder = Counting()
    found = reader(encoder, familiar=familiar).read([question(*scores)])[0]
    assert bool(encoder.calls) is read
    if not read:
        assert int(found.scores.argmax()) == 0
        assert found.scores.max() > found.none_score == NONE


def test_unread_candidates_keep_retrievals_order() -> None:
    drawn = np.random.default_rng(0).uniform(-1, 0.5, READ + 20)
    given = tuple(np.insert(drawn, 7, 2.0).tolist())
    scores = reader(WordEncoder()).read([question(*given)])[0].scores
    assert np.argsort(-scores, kind="stable").tolist() == np.argsort(-np.array(given), kind="stable").tolist()


@pytest.mark.parametrize(("coverage", "hops", "read"), [(1.0, 2, False), (0.8, 2, True), (0.8, 1, False)])
def test_several_relations_with_a_word_left_over_are_read(coverage: float, hops: int, read: bool) -> None:
    encoder = Counting()
    reader(encoder).read([question(3.0, 0.0, coverage=coverage, hops=hops)])
    assert bool(encoder.calls) is read


def test_what_is_not_sure_is_scored_as_without_early_exit() -> None:
    item = question(SURE + 0.2, SURE + 0.1, 0.3)
    one, two = (reader(WordEncoder(), early_exit=early).read([item])[0] for early in (True, False))
    assert np.array_equal(one.scores, two.scores)


def test_early_exit_can_be_switched_off() -> None:
    encoder = Counting()
    reader(encoder, early_exit=False).read([question(3.0, 0.0)])
    assert encoder.calls
