"""MPNet (Song et al., 2020, arXiv:2004.09297) by BertModel's names: a BERT whose attention also knows distances.

Its layers are those of BERT under other names; it has no token types, its first position has row 2 of the table, and
to what a head makes of two tokens it adds a number learnt for their distance (Raffel et al., 2020, arXiv:1910.10683).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from kgqa.embedding.contract import Floats

DISTANCES = "encoder.relative_attention_bias.weight"
"""The tensor of an encoder that knows distances, float32 [buckets, heads]."""
POSITIONS, TYPES = "embeddings.position_embeddings.weight", "embeddings.token_type_embeddings.weight"
FIRST_POSITION = 2
"""Rows of its table of positions that no token of a text has; the second stands for padding."""
_NEAR, _FARTHEST = 0.25, 128
"""The share of buckets of one side that hold one distance each; where the last one begins."""
_NAMES = {
    "attention.attn.q.": "attention.self.query.",
    "attention.attn.k.": "attention.self.key.",
    "attention.attn.v.": "attention.self.value.",
    "attention.attn.o.": "attention.output.dense.",
    "attention.LayerNorm.": "attention.output.LayerNorm.",
}


def bert_name(name: str) -> str:
    """What BertModel calls a parameter or layer of MPNetModel."""
    return _renamed(name, _NAMES)


def mpnet_name(name: str) -> str:
    """What MPNetModel calls a parameter or layer of BertModel."""
    return _renamed(name, {new: old for old, new in _NAMES.items()})


def as_bert(tensors: Mapping[str, Floats]) -> dict[str, Floats]:
    """MPNetModel's parameters by BertModel's names."""
    found = {bert_name(name): value for name, value in tensors.items() if not name.startswith("pooler.")}
    found[POSITIONS] = found[POSITIONS][FIRST_POSITION:]
    found[TYPES] = np.zeros((1, found[POSITIONS].shape[1]), np.float32)
    return found


def as_mpnet(tensors: Mapping[str, Floats]) -> dict[str, Floats]:
    """What `as_bert` renamed, as it was; the rows of positions that no token has are 0."""
    found = {mpnet_name(name): value for name, value in tensors.items() if name != TYPES}
    found[POSITIONS] = np.pad(found[POSITIONS], ((FIRST_POSITION, 0), (0, 0)))
    return found


def distance_biases(table: Floats, longest: int) -> Floats:
    """What every head adds for each distance, float32 [heads, 2 * longest - 1].

    table : of `DISTANCES`. The first column is for a key that stands longest - 1 tokens before the query.
    """
    found: Floats = np.ascontiguousarray(table[_buckets(longest, len(table))].T)
    return found


def _buckets(longest: int, count: int) -> NDArray[np.int64]:
    """The bucket of each distance: one for each near one, wider and wider ones beyond; later keys have the rest."""
    away = np.arange(1 - longest, longest)
    side, near = count // 2, int(count * _NEAR)
    far = np.maximum(np.abs(away), 1).astype(np.float32)
    widening = np.log(far / np.float32(near)) / np.float32(np.log(_FARTHEST / near)) * np.float32(side - near)
    wide = np.minimum(near + widening.astype(np.int64), side - 1)
    found: NDArray[np.int64] = np.where(np.abs(away) < near, np.abs(away), wide) + np.where(away > 0, side, 0)
    return found


def _renamed(name: str, names: Mapping[str, str]) -> str:
    whole = f"{name}."  # a layer's own name ends where a parameter's goes on
    for old, new in names.items():
        if old in whole:
            return whole.replace(old, new).removesuffix(".")
    return name
