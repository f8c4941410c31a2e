"""The fusion network of a trained reader, in numpy.

A program's tokens look at the question's tokens and at each other, in blocks of cross-attention, self-attention and
a feed-forward layer (Vaswani et al., 2017), all pre-normalised. The vectors come from a tuned text encoder, and the
cosine of each pair of tokens, before any learnt projection, takes part in the attention as a bias. The network's score
is added to that of `kgqa.reader.agreement`, as in a product of experts (Hinton, 2002): where the network knows nothing,
agreement decides. `kgqa.training.model` holds the same in PyTorch; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kgqa.embedding.contract import Floats
from kgqa.reader.agreement import NAMES, Agreement
from kgqa.reader.arrays import FusionArrays
from kgqa.reader.contract import ReaderOutput
from kgqa.reader.features import FREE
from kgqa.reader.soft import SOFT

HEADS = 4
NUMBERS = 3 + len(NAMES) + len(FREE)
"""Explained, the parts of agreement, log p(operation), log p(result), and the evidence whose weights are learnt."""
MAXIMA = ("explained", "agreement", "alignment", "coverage", "fit", "support")
"""The best values among the candidates, on which the score of "none of these" rests."""
_SOFT = "soft."
_NEVER = np.float32(-1e4)
_EPSILON = 1e-5


@dataclass(frozen=True, slots=True)
class Fusion:
    """The network.

    arrays : parameters, named and shaped as PyTorch's layers in `kgqa.training.model` have them. Those of soft tokens
    (`soft.KIND.weight`, `soft.KIND.bias`) may be missing: such tokens are not read.
    """

    arrays: Mapping[str, Floats] = field(repr=False)

    @property
    def blocks(self) -> int:
        """How many blocks there are."""
        return sum(name.endswith(".inner.bias") and name.startswith("blocks.") for name in self.arrays)

    @property
    def soft(self) -> tuple[str, ...]:
        """The kinds of soft tokens that the network reads."""
        return tuple(name for name in SOFT if f"{_SOFT}{name}.weight" in self.arrays)

    def without(self, kinds: Collection[str]) -> Fusion:
        """The network without some kinds of soft tokens."""
        gone = tuple(f"{_SOFT}{name}." for name in kinds)
        return Fusion({name: value for name, value in self.arrays.items() if not name.startswith(gone)})

    def score(self, batch: FusionArrays, agreement: Agreement) -> ReaderOutput:
        """Score the candidates of one question."""
        asked = self._linear("ask", batch.states) + self.arrays["distance.weight"][batch.distance]
        near = agreement.near(batch)
        parts = agreement.features(batch, near)
        told = (
            self._linear("tell", batch.texts)[batch.told]
            + self._table("kind", batch.kind)
            + self._table("start", batch.start)
            + self._table("end", batch.end)
        )
        told = self._softened(told, batch)
        for block in range(self.blocks):
            told = self._block(f"blocks.{block}", told, asked, near, batch)
        told = self._norm("last", told)
        explained = self._explained(told, asked, near, batch)
        overall = (asked * batch.asked[:, :, None]).sum(axis=1) / batch.asked.sum(axis=1, keepdims=True)
        features, numbers = self._features(told, np.concatenate([explained[:, None], parts], axis=1), overall, batch)
        hidden = np.tanh(self._linear("hidden", features))
        scores = self._linear("score", hidden)[:, 0] + self._linear("plain", numbers)[:, 0]
        own = agreement.total(parts, batch)
        scores = scores + own
        maxima = np.concatenate([[explained.max(), own.max()], batch.evidence[:, :4].max(axis=0)])
        none = self._linear("none", maxima[None].astype(np.float32))[0, 0]
        return ReaderOutput(scores.astype(np.float32), float(none))

    def _softened(self, told: Floats, batch: FusionArrays) -> Floats:
        """Add what stands behind the tokens, as far as it is known and the network has learnt to read it."""
        for name in self.soft:
            if name in batch.soft:
                table = self._linear(f"{_SOFT}{name}", batch.soft[name].vectors)
                table[0] = 0
                told = told + table[batch.soft[name].rows]
        return told

    def _features(self, told: Floats, said: Floats, overall: Floats, batch: FusionArrays) -> tuple[Floats, Floats]:
        """What a candidate's score rests on: vectors [c, 3 width], and numbers that mean something alone."""
        there = batch.there[:, :, None]
        mean = (told * there).sum(axis=1) / there.sum(axis=1)
        last = told[np.arange(len(told)), batch.there.sum(axis=1) - 1]
        operations, results = self._logs("operation", overall), self._logs("result", overall)
        logs = operations[batch.variant, batch.operation], results[batch.variant, batch.result]
        numbers = np.concatenate([said, np.stack(logs, axis=1), batch.evidence[:, FREE]], axis=1)
        features = np.concatenate([mean, last, overall[batch.variant]], axis=1)
        return features.astype(np.float32), numbers.astype(np.float32)

    def _explained(self, told: Floats, asked: Floats, near: Floats, batch: FusionArrays) -> Floats:
        """The share of the question's words, by learnt weight, that some token of the program speaks of, [c]."""
        weight = np.exp(self._linear("weight", asked)[:, :, 0])
        weight = np.where(batch.asked, weight, 0)[batch.variant]
        match = np.einsum("cpd,cld->cpl", self._linear("offer", told), self._linear("want", asked)[batch.variant])
        match = match + self.arrays["nearness"] * near + self.arrays["threshold"]
        match = np.where(batch.there[:, :, None], match, _NEVER).max(axis=1)
        share: Floats = (weight * _sigmoid(match)).sum(axis=1) / np.maximum(weight.sum(axis=1), 1e-6)
        return share

    def _block(self, name: str, told: Floats, asked: Floats, near: Floats, batch: FusionArrays) -> Floats:
        told = told + self._cross(f"{name}.cross", self._norm(f"{name}.norm1", told), asked, near, batch)
        told = told + self._self(f"{name}.self", self._norm(f"{name}.norm2", told), batch)
        inner = np.maximum(self._linear(f"{name}.inner", self._norm(f"{name}.norm3", told)), 0)
        grown: Floats = told + self._linear(f"{name}.outer", inner)
        return grown

    def _cross(self, name: str, told: Floats, asked: Floats, near: Floats, batch: FusionArrays) -> Floats:
        """Program tokens look at the question; each head also reports how near what it looked at is."""
        query = _split(self._linear(f"{name}.query", told))
        key = _split(self._linear(f"{name}.key", asked))[batch.variant]
        value = _split(self._linear(f"{name}.value", asked))[batch.variant]
        logits = query @ key.transpose(0, 1, 3, 2) / np.float32(np.sqrt(query.shape[3]))
        logits = logits + self.arrays[f"{name}.near"][None, :, None, None] * near[:, None]
        chances = _softmax(np.where(batch.asked[batch.variant][:, None, None, :], logits, _NEVER))
        seen = (chances * near[:, None]).sum(axis=3).transpose(0, 2, 1)
        return self._linear(f"{name}.out", np.concatenate([_join(chances @ value), seen], axis=2))

    def _self(self, name: str, told: Floats, batch: FusionArrays) -> Floats:
        query, key, value = (_split(self._linear(f"{name}.{part}", told)) for part in ("query", "key", "value"))
        logits = query @ key.transpose(0, 1, 3, 2) / np.float32(np.sqrt(query.shape[3]))
        chances = _softmax(np.where(batch.there[:, None, None, :], logits, _NEVER))
        return self._linear(f"{name}.out", _join(chances @ value))

    def _table(self, name: str, rows: NDArray[np.int64]) -> Floats:
        return self.arrays[f"{name}.weight"][rows]

    def _linear(self, name: str, x: Floats) -> Floats:
        y: Floats = x @ self.arrays[f"{name}.weight"].T + self.arrays[f"{name}.bias"]
        return y

    def _norm(self, name: str, x: Floats) -> Floats:
        centred = x - x.mean(axis=-1, keepdims=True)
        spread = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + np.float32(_EPSILON))
        y: Floats = centred / spread * self.arrays[f"{name}.weight"] + self.arrays[f"{name}.bias"]
        return y

    def _logs(self, name: str, x: Floats) -> Floats:
        y = self._linear(name, x)
        y = y - y.max(axis=1, keepdims=True)
        logs: Floats = y - np.log(np.exp(y).sum(axis=1, keepdims=True))
        return logs


def _split(x: Floats) -> Floats:
    """[n, tokens, d] -> [n, heads, tokens, d / heads]."""
    heads: Floats = x.reshape(*x.shape[:2], HEADS, -1).transpose(0, 2, 1, 3)
    return heads


def _join(x: Floats) -> Floats:
    joined: Floats = x.transpose(0, 2, 1, 3).reshape(x.shape[0], x.shape[2], -1)
    return joined


def _softmax(x: Floats) -> Floats:
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    shares: Floats = e / e.sum(axis=-1, keepdims=True)
    return shares


def _sigmoid(x: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -30, 30))), dtype=np.float32)
