"""What tells candidates apart on any graph, as numbers: how each part of a program is said, and what is left unsaid.

`kgqa.reader.agreement` sums up a program in five numbers. These are more, and finer: what `kgqa.reader.reranker` reads.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kgqa.embedding.contract import Floats
from kgqa.reader.agreement import NAMES, NEVER, Agreement, step_masks
from kgqa.reader.arrays import FAR, FusionArrays, Ints, unit
from kgqa.reader.features import EVIDENCE, OPERATIONS, RESULTS
from kgqa.reader.serialise import SLOTS, STEPS, TokenKind

Mask = NDArray[np.bool_]
_SHAPE = EVIDENCE[: EVIDENCE.index("truncated") + 1]
_PARTS = (
    (TokenKind.ALONG,),
    (TokenKind.AGAINST,),
    (TokenKind.CLASS,),
    (TokenKind.WHERE, TokenKind.WHERE_COUNT),
    (TokenKind.LARGEST, TokenKind.SMALLEST, TokenKind.MOST, TokenKind.FEWEST),
    (TokenKind.MEASURE, TokenKind.COMPARE),
    (TokenKind.RESULT,),
    SLOTS,
)
"""Tokens whose agreement is summed up together, by the least of them and by their mean."""
_MOST = 3
"""Tokens of a kind are told apart up to this many."""
_SAID = 6 + 2 * len(_PARTS) + 7
"""The columns of `_unsaid` and `_said`."""
COUNT = 2 * (len(NAMES) + _SAID + len(TokenKind)) + len(_SHAPE) + len(OPERATIONS) + len(RESULTS) + 1
"""How many traits there are; weights for another number are of another version."""


def traits(batch: FusionArrays, agreement: Agreement, near: Floats) -> Floats:
    """The numbers of each candidate, float32 [candidates, traits].

    near : cosines of program tokens with question tokens, as `Agreement.near` gives them, [c, p, l].
    """
    own = agreement.features(batch, near)
    said = np.concatenate([_unsaid(batch, agreement, near), _said(batch, near)], axis=1)
    columns = (own, own - own.max(axis=0), said, said - said.mean(axis=0), _shape(batch))
    return np.concatenate(columns, axis=1).astype(np.float32)


def questions(batch: FusionArrays) -> Floats:
    """The mean of each candidate's question, its names as letters, float32 [candidates, e], unit length."""
    return _means(batch)[batch.variant]


def _means(batch: FusionArrays) -> Floats:
    return unit(np.where(batch.asked[:, :, None], batch.states, 0).sum(axis=1))


def _shape(batch: FusionArrays) -> Floats:
    """Retrieval's evidence, what a program does and yields, its tokens of each kind, the question's length."""
    kinds = np.arange(len(TokenKind))
    counts = ((batch.kind[:, :, None] == kinds) & batch.there[:, :, None]).sum(axis=1)
    length = batch.asked.sum(axis=1)[batch.variant, None] / 10
    operation, result = np.eye(len(OPERATIONS))[batch.operation], np.eye(len(RESULTS))[batch.result]
    evidence = batch.evidence[:, : len(_SHAPE)]
    found: Floats = np.concatenate(
        [evidence, operation, result, np.minimum(counts, _MOST), counts > 0, length], axis=1
    ).astype(np.float32)
    return found


def _unsaid(batch: FusionArrays, agreement: Agreement, near: Floats) -> Floats:
    """How much of the question no token of a program speaks of, and where in it that lies."""
    words = (batch.asked & (batch.distance != FAR))[batch.variant]
    weight = agreement.weights(batch)[batch.variant]
    weight = weight / np.maximum(weight.sum(axis=1, keepdims=True), 1e-6)
    missed = 1 - agreement.told(np.where(batch.there[:, :, None], near, -1).max(axis=1))
    left = weight * missed
    most = -np.sort(-left, axis=1)
    second = most[:, 1] if most.shape[1] > 1 else np.zeros(len(most))
    place = np.where(words, np.arange(words.shape[1]), 0) / np.maximum(words.sum(axis=1, keepdims=True), 1)
    total = left.sum(axis=1)
    columns = (
        most[:, 0],
        second,
        total,
        (missed * words).sum(axis=1) / 10,
        ((missed > 0.5) & words).sum(axis=1) / 10,
        (left * place).sum(axis=1) / np.maximum(total, 1e-6),
    )
    return np.stack(columns, axis=1).astype(np.float32)


def _said(batch: FusionArrays, near: Floats) -> Floats:
    """How well tokens of each kind are said, by the best word and by the question as a whole; and how often twice."""
    asked = batch.asked[batch.variant][:, None, :]
    best = np.where(asked, near, -1).max(axis=2)
    whole = np.einsum("cpe,ce->cp", batch.texts[batch.told], _means(batch)[batch.variant])
    columns: list[Floats] = []
    for part in _PARTS:
        there = _of(batch, part)
        columns += [_least(best, there), np.where(there, best, 0).sum(axis=1) / np.maximum(there.sum(axis=1), 1)]
    steps = _of(batch, STEPS)
    for at in (_last(steps), np.where(steps.any(axis=1), steps.argmax(axis=1), -1)):
        columns += [_picked(best, at), _picked(whole, at)]
    columns.append(_picked(whole, _last(_of(batch, (TokenKind.RESULT,)))))
    classes = _of(batch, (TokenKind.CLASS,))
    columns.append(np.where(classes.any(axis=1), np.where(classes, whole, -1).max(axis=1), 0))
    columns.append(_twice(batch, np.where(asked, near, NEVER).argmax(axis=2)))
    return np.stack(columns, axis=1).astype(np.float32)


def _of(batch: FusionArrays, kinds: tuple[TokenKind, ...]) -> Mask:
    found: Mask = batch.there & np.isin(batch.kind, [kind.value for kind in kinds])
    return found


def _least(values: Floats, there: Mask) -> Floats:
    least: Floats = np.where(there.any(axis=1), np.where(there, values, np.inf).min(axis=1), 0)
    return least


def _last(there: Mask) -> Ints:
    """The place of the last token that is there, -1 where none is."""
    found: Ints = np.where(there, np.arange(there.shape[1]), -1).max(axis=1)
    return found


def _picked(values: Floats, at: Ints) -> Floats:
    found: Floats = np.where(at >= 0, values[np.arange(len(values)), np.maximum(at, 0)], 0)
    return found


def _twice(batch: FusionArrays, word: Ints) -> Floats:
    """How many pairs of a program's names are best said by the same word."""
    named = step_masks(batch.kind)[0] & batch.there
    same = (word[:, :, None] == word[:, None, :]) & named[:, :, None] & named[:, None, :]
    found: Floats = (same.sum(axis=(1, 2)) - named.sum(axis=1)) / np.float32(4)
    return found
