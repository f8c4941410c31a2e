"""The four scores against their papers' formulas, in Python's own complex numbers."""

from __future__ import annotations

import cmath
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from kgqa.embedding.structural import StructuralModel, score_facts
from kgqa.embedding.structural.scoring import head_queries, scores_with, tail_queries

Floats = NDArray[np.float32]
WIDTH = 6
MODELS = list(StructuralModel)


def as_complex(row: Floats) -> list[complex]:
    half = len(row) // 2
    return [complex(a, b) for a, b in zip(row[:half].tolist(), row[half:].tolist(), strict=True)]


def by_the_paper(model: StructuralModel, head: Floats, relation: Floats, tail: Floats) -> float:
    if model is StructuralModel.TRANSE:
        return -math.fsum(
            abs(h + r - t) for h, r, t in zip(head.tolist(), relation.tolist(), tail.tolist(), strict=True)
        )
    if model is StructuralModel.DISTMULT:
        return math.fsum(h * r * t for h, r, t in zip(head.tolist(), relation.tolist(), tail.tolist(), strict=True))
    triples = list(zip(as_complex(head), as_complex(relation), as_complex(tail), strict=True))
    if model is StructuralModel.COMPLEX:
        return sum((h * r * t.conjugate()).real for h, r, t in triples)
    return -math.sqrt(sum(abs(h * r - t) ** 2 for h, r, t in triples))


def drawn(seed: int, count: int, model: StructuralModel) -> tuple[Floats, Floats]:
    """Entities and relations; rotations have modulus 1, as RotatE's have."""
    rng = np.random.default_rng(seed)
    entities, relations = rng.normal(size=(2, count, WIDTH)).astype(np.float32)
    if model is StructuralModel.ROTATE:
        turns = [[cmath.exp(1j * angle) for angle in row] for row in rng.uniform(0, 7, (count, WIDTH // 2))]
        relations = np.array([[*(z.real for z in r), *(z.imag for z in r)] for r in turns], dtype=np.float32)
    return entities, relations


@pytest.mark.parametrize("model", MODELS)
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 1_000))
def test_scores_are_those_of_the_papers(model: StructuralModel, seed: int) -> None:
    entities, relations = drawn(seed, 5, model)
    expected = [
        [by_the_paper(model, head, relation, tail) for tail in entities]
        for head, relation in zip(entities, relations, strict=True)
    ]
    as_tail = scores_with(model, tail_queries(model, entities, relations), entities)
    np.testing.assert_allclose(as_tail, expected, rtol=1e-4, atol=1e-5)
    found = score_facts(model, entities, relations, entities[::-1])
    np.testing.assert_allclose(found, np.array(expected)[np.arange(5), np.arange(5)[::-1]], rtol=1e-4, atol=1e-5)
    # The other way round: the tail is given, and every head is tried.
    expected = [
        [by_the_paper(model, head, relation, tail) for head in entities]
        for relation, tail in zip(relations, entities, strict=True)
    ]
    as_head = scores_with(model, head_queries(model, relations, entities), entities)
    np.testing.assert_allclose(as_head, expected, rtol=1e-4, atol=1e-5)


def test_near_vectors_keep_their_distance() -> None:
    # |q|^2 + |e|^2 - 2 q e in float32 would lose it.
    entities = np.full((2, WIDTH), 100, dtype=np.float32)
    entities[1, 0] += 0.01
    relation = np.r_[np.ones(WIDTH // 2), np.zeros(WIDTH // 2)].astype(np.float32)[None]
    model = StructuralModel.ROTATE
    scores = scores_with(model, tail_queries(model, entities[:1], relation), entities)
    np.testing.assert_allclose(scores[0], [0, -0.01], atol=1e-4)
