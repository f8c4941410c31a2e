"""The vectors that training reads: encoded once by the tuned encoder, then kept in memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from kgqa.embedding import TextEncoder
from kgqa.embedding.contract import Floats
from kgqa.reader.arrays import LONGEST, EncoderVectors, words_of
from kgqa.reader.serialise import MaskedQuestion
from kgqa.reader.wording import token_text
from kgqa.training.examples import Example

_CHUNK = 512


class StoredVectors:
    """Remembers every text as float16; `gather` encodes what is new."""

    def __init__(self, encoder: TextEncoder) -> None:
        self._vectors = EncoderVectors(encoder)
        self._states: dict[str, tuple[NDArray[np.float16], NDArray[np.int32]]] = {}
        self._texts: dict[str, NDArray[np.float16]] = {}
        self._names: dict[str, NDArray[np.float16]] = {}

    def gather(self, examples: Iterable[Example]) -> int:
        """Encode the questions and names of examples; returns how many were new."""
        questions, names = dict[str, MaskedQuestion](), set[str]()
        for example in examples:
            questions.update((question.text, question) for question in example.variants)
            names.update(token_text(token) for c in example.candidates for token in c.tokens)
        new = [question for text, question in questions.items() if text not in self._states]
        for start in range(0, len(new), _CHUNK):
            some = new[start : start + _CHUNK]
            for question, (states, offsets) in zip(some, self._vectors.states(some), strict=True):
                self._states[question.text] = (states.astype(np.float16), offsets)
        for text in questions:
            names.update(words_of(text, self._states[text][1]))
        unknown = sorted(names - self._texts.keys() - {""})
        if unknown:
            self._texts.update(zip(unknown, self._vectors.texts(unknown).astype(np.float16), strict=True))
        return len(new) + len(unknown)

    def names(self, names: Sequence[str]) -> Floats:
        """The vectors of names, without context; these are cheap, so they are made when first asked for."""
        new = [name for name in dict.fromkeys(names) if name not in self._names]
        found = self._vectors.names(new).astype(np.float16)
        self._names.update(zip(new, found, strict=True))
        rows = [self._names[name] for name in names]
        return np.stack(rows).astype(np.float32) if rows else found.astype(np.float32)

    def states(self, questions: Sequence[MaskedQuestion]) -> list[tuple[Floats, NDArray[np.int32]]]:
        """Each question's tokens in context and their offsets."""
        found = (self._states[question.text] for question in questions)
        return [(states.astype(np.float32), offsets) for states, offsets in found]

    def texts(self, texts: Sequence[str]) -> Floats:
        """The vectors of names."""
        return np.stack([self._texts[text] for text in texts]).astype(np.float32)


class StoredEncoder(nn.Module):
    """Stored vectors in the place of an encoder to tune, `kgqa.training.tunable.TunableEncoder`: nothing in it learns.

    vectors : of all questions and names that are asked for.
    """

    def __init__(self, vectors: StoredVectors) -> None:
        super().__init__()
        self._vectors = vectors

    def offsets(self, questions: Sequence[str]) -> list[NDArray[np.int32]]:
        """Each question's tokens as places in it, int32 [tokens, 2]."""
        return [offsets for _, offsets in self._found(questions)]

    def states(self, questions: Sequence[str]) -> Tensor:
        """Each question's tokens in context, [questions, tokens, e]; 0 where there is none."""
        found = [states for states, _ in self._found(questions)]
        states = np.zeros((len(found), max(1, *map(len, found)), found[0].shape[1]), dtype=np.float32)
        for row, own in enumerate(found):
            states[row, : len(own)] = own
        return torch.as_tensor(states)

    def texts(self, texts: Sequence[str]) -> Tensor:
        """The vectors of names, [texts, e]."""
        return torch.as_tensor(self._vectors.texts(texts))

    def _found(self, questions: Sequence[str]) -> list[tuple[Floats, NDArray[np.int32]]]:
        found = self._vectors.states([MaskedQuestion(text, ()) for text in questions])
        return [(states[:LONGEST], offsets[:LONGEST]) for states, offsets in found]
