"""Readings that differ in the thing named alone: retrieval tells namesakes apart, and the network does not."""

from __future__ import annotations

import numpy as np

from kgqa.reader import ReaderCandidate, ReaderInput, TrainedReader
from kgqa.reader.contract import Floats
from kgqa.reader.serialise import MaskedQuestion, ProgramToken, TokenKind
from tests.reader.random_weights import random_weights
from tests.retrieval.toy import WordEncoder

MASKED = MaskedQuestion("Who is the mother of X?", (21,))
ENCODER = WordEncoder()
READER = TrainedReader(ENCODER, random_weights(ENCODER, 1))


def about(thing: int, size: int, relation: str) -> ReaderCandidate:
    """A reading of which retrieval makes the less, the higher the number of its thing."""
    tokens = (ProgramToken(TokenKind.FIRST, ref=thing), ProgramToken(TokenKind.ALONG, relation, 3))
    return ReaderCandidate(relation, 0.5 - thing / 1000, 0, 0, 1, tokens=tokens, masked=MASKED, size=size)


def scores(*candidates: ReaderCandidate) -> Floats:
    return READER.read([ReaderInput("Who is the mother of Ann?", candidates)])[0].scores


def test_namesakes_keep_retrievals_order() -> None:
    sizes = np.random.default_rng(4).permutation(12).tolist()
    candidates = [about(thing, 10**size, "mother") for thing, size in enumerate(sizes)]
    others = [about(thing, 1, "aunt") for thing in (20, 21)]
    found = scores(*candidates, *others)[: len(candidates)]
    assert (np.diff(found) <= 0).all()
    shuffled = np.random.default_rng(5).permutation(len(candidates))
    again = scores(*(candidates[i] for i in shuffled), *others)[: len(candidates)]
    assert (np.diff(again[np.argsort(shuffled)]) <= 0).all()
    # One by one the network itself makes another order of them.
    assert not (np.diff([float(scores(one)[0]) for one in candidates]) <= 0).all()


def test_readings_by_other_relations_are_ordered_by_the_network() -> None:
    rows = [about(thing, 1, relation) for thing, relation in enumerate(("mother", "aunt", "uncle", "niece", "child"))]
    alone = [float(scores(one)[0]) for one in rows]
    assert np.argsort(alone).tolist() != list(range(len(rows)))[::-1]
    assert len(set(scores(*rows).tolist())) == len(rows)
