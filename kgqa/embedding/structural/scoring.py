"""The scores of the four models, in numpy: a query for what is missing of a fact, and its score with every entity.

    TransE    tail: h + r        head: t - r              score: -sum |query - entity|
    DistMult  tail: h r          head: r t                score: sum query entity
    ComplEx   tail: h r          head: conj(r conj(t))    score: sum query entity, over real and imaginary parts
    RotatE    tail: h r          head: conj(r) t          score: -sqrt(sum |query - entity|^2)

Complex vectors lie as [real parts, imaginary parts], so that Re(q conj(e)) is the plain product of the two rows and
|q - e| over complex numbers is the Euclidean distance of the rows.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kgqa.embedding.structural.config import StructuralModel

Floats = NDArray[np.float32]


def tail_queries(model: StructuralModel, heads: Floats, relations: Floats) -> Floats:
    """What the object of each fact should be like: float32 [n, d] from subjects and relations [n, d]."""
    if model is StructuralModel.TRANSE:
        return heads + relations
    return _product(heads, relations) if model.is_complex else heads * relations


def head_queries(model: StructuralModel, relations: Floats, tails: Floats) -> Floats:
    """What the subject of each fact should be like: float32 [n, d] from relations and objects [n, d]."""
    if model is StructuralModel.TRANSE:
        return tails - relations
    # Re(h r conj(t)) = Re(h conj(conj(r) t)), and |h r - t| = |h - conj(r) t| where |r| = 1.
    return _product(tails, _conjugate(relations)) if model.is_complex else tails * relations


def scores_with(model: StructuralModel, queries: Floats, entities: Floats) -> Floats:
    """The score of each query [n, d] with each entity [m, d], float32 [n, m]."""
    if model is StructuralModel.TRANSE:
        return _absolute(queries, entities)
    if model is StructuralModel.ROTATE:
        return _euclidean(queries, entities)
    return queries @ entities.T


def score_facts(model: StructuralModel, heads: Floats, relations: Floats, tails: Floats) -> Floats:
    """The scores of facts, float32 [n] from three arrays [n, d]."""
    queries = tail_queries(model, heads, relations)
    if not model.is_distance:
        products: Floats = np.einsum("nd,nd->n", queries, tails)
        return products
    order = 1 if model is StructuralModel.TRANSE else 2
    distances: Floats = np.linalg.norm(queries - tails, ord=order, axis=1)
    return -distances


def _absolute(queries: Floats, entities: Floats) -> Floats:
    # One number of the vectors at a time: [n, m, d] would not fit in memory.
    total = np.zeros((len(queries), len(entities)), dtype=np.float32)
    columns = np.ascontiguousarray(entities.T)
    for place, column in enumerate(columns):
        total -= np.abs(queries[:, place, None] - column)
    return total


def _euclidean(queries: Floats, entities: Floats) -> Floats:
    # By |q|^2 + |e|^2 - 2 q e, in float64: in float32, near vectors would all be at distance 0.
    q, e = queries.astype(np.float64), entities.astype(np.float64)
    squares = (q * q).sum(axis=1)[:, None] + (e * e).sum(axis=1) - 2 * (q @ e.T)
    distances: Floats = np.sqrt(np.maximum(squares, 0)).astype(np.float32)
    return -distances


def _product(first: Floats, second: Floats) -> Floats:
    """Complex multiplication, number by number."""
    (a, b), (c, d) = np.split(first, 2, axis=1), np.split(second, 2, axis=1)
    return np.concatenate([a * c - b * d, a * d + b * c], axis=1)


def _conjugate(vectors: Floats) -> Floats:
    real, imaginary = np.split(vectors, 2, axis=1)
    return np.concatenate([real, -imaginary], axis=1)
