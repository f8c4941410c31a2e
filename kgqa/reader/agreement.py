"""How well a program agrees with a question, by a tuned encoder: the few numbers that carry over to unseen graphs.

Each step of a program is held against each word of the question, in context and by itself (late interaction: Khattab
and Zaharia, 2020, arXiv:2004.12832, here with learnt weights of words). The encoder is tuned by this score itself, so
that nothing but its vectors and a dozen numbers is learnt: no table of words or relations that another graph would not
have. A whole program in words against the whole question was tried as well; on graphs that tuning had not seen it
favoured short programs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kgqa.embedding.contract import Floats
from kgqa.reader.arrays import FAR, FusionArrays, unit
from kgqa.reader.features import prior
from kgqa.reader.serialise import RELATIONS, STEPS, TokenKind

NAMES = ("explained", "steps", "least step", "steps together", "order")
"""The features, as `features` gives them."""
_INITIAL = (8.0, 3.0, 2.0, 4.0, 1.0)
_STEPS = [kind.value for kind in STEPS]
_NAMED = [kind.value for kind in (*RELATIONS, TokenKind.CLASS)]
NEVER = -1e4
"""The logit of what is not there."""
WIDEST = 4.0
"""The weight of a word lies within this many powers of e, either way."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """The score and its few learnt numbers.

    arrays : weight.weight [1, e] and weight.bias [1], which give a question's word its weight; slope, threshold [],
    from a cosine to how far a word counts as explained; sharpness [], of the attention that finds where a step is
    said; mix [], the share of a word in context as against the word alone, as log odds; features [len(NAMES)] and
    prior [], the weights of the features and of retrieval's own score.
    """

    arrays: Mapping[str, Floats] = field(repr=False)

    @classmethod
    def initial(cls, dimension: int, weight_of_prior: float) -> Agreement:
        """Where tuning starts from; fair figures for an encoder that is not tuned at all.

        dimension : e. weight_of_prior : what retrieval's own score counts.
        """
        numbers = {"slope": 8.0, "threshold": -4.0, "sharpness": 12.0, "mix": 0.0, "prior": weight_of_prior}
        arrays = {name: np.array(value, dtype=np.float32) for name, value in numbers.items()}
        arrays["features"] = np.array(_INITIAL, dtype=np.float32)
        arrays["weight.weight"] = np.zeros((1, dimension), dtype=np.float32)
        arrays["weight.bias"] = np.zeros(1, dtype=np.float32)
        return cls(arrays)

    def near(self, batch: FusionArrays) -> Floats:
        """The cosine of each program token with each question token, float32 [c, p, l]."""
        mixed = self.mixed(batch.states, batch.words)
        v, length, e = mixed.shape
        cosines = (batch.texts @ mixed.reshape(v * length, e).T).reshape(len(batch.texts), v, length)
        near: Floats = cosines[batch.told, batch.variant[:, None]]
        return near

    def mixed(self, states: Floats, words: Floats) -> Floats:
        """Question tokens as they are held against a program, [..., e], from those in context and their words alone."""
        share = np.float32(1 / (1 + np.exp(-self.arrays["mix"])))
        both: Floats = share * states + (1 - share) * words
        return both

    def told(self, cosines: Floats) -> Floats:
        """How far a word with such a cosine counts as explained, in [0, 1]."""
        share: Floats = 1 / (1 + np.exp(-(self.arrays["slope"] * cosines + self.arrays["threshold"])))
        return share

    def weights(self, batch: FusionArrays) -> Floats:
        """What each word of a question counts, float32 [v, l]; 0 for names."""
        logits = batch.states @ self.arrays["weight.weight"][0] + self.arrays["weight.bias"]
        weight: Floats = np.exp(np.clip(logits, -WIDEST, WIDEST))
        return np.where(batch.asked & (batch.distance != FAR), weight, 0)

    def total(self, parts: Floats, batch: FusionArrays) -> Floats:
        """The scores of the candidates, float32 [c]; `parts` are what `features` gives."""
        # Not by BLAS, which at times reports invalid values for a product this narrow, of finite numbers.
        summed = (parts * self.arrays["features"]).sum(axis=1)
        found: Floats = (summed + self.arrays["prior"] * prior(batch.evidence)).astype(np.float32)
        return found

    def features(self, batch: FusionArrays, near: Floats) -> Floats:
        """What the score sums up, float32 [c, len(NAMES)]."""
        asked = batch.asked[batch.variant]
        steps = batch.there & step_masks(batch.kind)[0]
        best = np.where(asked[:, None, :], near, -1).max(axis=2)
        count = np.maximum(steps.sum(axis=1), 1)
        mean = np.where(steps, best, 0).sum(axis=1) / count
        least = np.where(steps.any(axis=1), np.where(steps, best, 2).min(axis=1), mean)
        columns = (self._explained(batch, near), mean, least, _together(batch), self._order(batch, near))
        return np.stack(columns, axis=1).astype(np.float32)

    def _explained(self, batch: FusionArrays, near: Floats) -> Floats:
        """The share of the question's words, by weight, that some token of the program speaks of."""
        weight = self.weights(batch)[batch.variant]
        match = np.where(batch.there[:, :, None], near, -1).max(axis=1)
        share: Floats = (weight * self.told(match)).sum(axis=1) / np.maximum(weight.sum(axis=1), 1e-6)
        return share

    def _order(self, batch: FusionArrays, near: Floats) -> Floats:
        """Whether later steps are said further from the name that the program starts from, in [-1, 1]."""
        logits = np.where(batch.asked[batch.variant][:, None, :], self.arrays["sharpness"] * near, np.float32(NEVER))
        chances = np.exp(logits - logits.max(axis=2, keepdims=True))
        chances = chances / chances.sum(axis=2, keepdims=True)
        distance = np.abs(batch.distance - FAR).astype(np.float32)[batch.variant]
        place = (chances * distance[:, None, :]).sum(axis=2)
        steps = batch.there & step_masks(batch.kind)[1]
        pairs = steps[:, 1:] & steps[:, :-1]
        gaps = np.where(pairs, np.tanh(0.5 * (place[:, 1:] - place[:, :-1])), 0)
        order: Floats = gaps.sum(axis=1) / np.maximum(pairs.sum(axis=1), 1)
        return order


def _together(batch: FusionArrays) -> Floats:
    """The cosine of the sum of a program's texts with the mean of the question's tokens, [c]."""
    total = (batch.texts[batch.told] * batch.there[:, :, None]).sum(axis=1)
    means = unit(batch.states.sum(axis=1))
    found: Floats = (unit(total) * means[batch.variant]).sum(axis=1)
    return found


def step_masks(kind: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which tokens name something, and which are steps."""
    return np.isin(kind, _NAMED), np.isin(kind, _STEPS)
