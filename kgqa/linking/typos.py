"""Words within one edit of each other, found by hashing every word with one character left out.

Two words one insertion, deletion, substitution or swap of neighbours apart share a form that lacks at most
one character of each. Hashes are polynomial, so that all such forms of all words of one length are computed at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kgqa.graph.adjacency import expand

SHORTEST, LONGEST = 4, 32
_BASE = 0x9E3779B97F4A7C15
_INVERSE = np.uint64(pow(_BASE, -1, 1 << 64))
_MIXER = np.uint64(0xD6E8FEB86659FD93)
_POWERS = np.array([pow(_BASE, k, 1 << 64) for k in range(LONGEST)], dtype=np.uint64)


def deletion_hashes(words: Sequence[str]) -> tuple[NDArray[np.uint32], NDArray[np.int32]]:
    """The hashes of each word and of its forms with one character left out: (hash, position of the word), [forms].

    Words shorter than `SHORTEST` or longer than `LONGEST` have none.
    """
    lengths = np.fromiter(map(len, words), dtype=np.int32, count=len(words))
    hashes: list[NDArray[np.uint32]] = [np.zeros(0, dtype=np.uint32)]
    owners: list[NDArray[np.int32]] = [np.zeros(0, dtype=np.int32)]
    for length in np.unique(lengths[(lengths >= SHORTEST) & (lengths <= LONGEST)]).tolist():
        at = np.flatnonzero(lengths == length).astype(np.int32)
        forms = _forms([words[i] for i in at.tolist()], length)
        hashes.append(forms.ravel())
        owners.append(np.repeat(at, length + 1))
    return np.concatenate(hashes), np.concatenate(owners)


def _forms(words: Sequence[str], length: int) -> NDArray[np.uint32]:
    codes = np.array(words, dtype=f"<U{length}").view(np.uint32).reshape(len(words), length).astype(np.uint64)
    prefix = np.zeros((len(words), length + 1), dtype=np.uint64)
    np.cumsum((codes + np.uint64(1)) * _POWERS[:length], axis=1, out=prefix[:, 1:])
    without = prefix[:, :-1] + (prefix[:, -1:] - prefix[:, 1:]) * _INVERSE
    mixed = np.concatenate([prefix[:, -1:], without], axis=1) * _MIXER
    mixed = (mixed ^ (mixed >> np.uint64(29))) * _MIXER
    return (mixed >> np.uint64(32)).astype(np.uint32)


@dataclass(frozen=True, slots=True)
class TypoIndex:
    """Words by the hashes of their forms.

    hashes : uint32 [forms], sorted. words : int32 [forms], the number of the word of each.
    """

    hashes: NDArray[np.uint32]
    words: NDArray[np.int32]

    @classmethod
    def build(cls, words: Sequence[str]) -> TypoIndex:
        """Index words; each is numbered by its position."""
        hashes, owners = deletion_hashes(words)
        order = np.argsort(hashes, kind="stable")
        return cls(hashes[order], owners[order])

    def near(self, words: Sequence[str]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Pairs (position of the asked word, number of an indexed word) that may be one edit apart.

        A few pairs come from hash collisions or are two edits apart: check each.
        """
        hashes, owners = deletion_hashes(words)
        low = np.searchsorted(self.hashes, hashes, side="left")
        counts = np.searchsorted(self.hashes, hashes, side="right") - low
        found = self.words[expand(low, counts)]
        pairs = np.unique(np.stack([np.repeat(owners, counts), found], axis=1), axis=0)
        return pairs[:, 0], pairs[:, 1]
