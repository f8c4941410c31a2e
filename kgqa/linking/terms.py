"""Names by their parts: which keys hold a word (or a pair of characters), and which words look like a misspelt one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kgqa.graph.adjacency import expand
from kgqa.linking.keys import Section, stored_array
from kgqa.linking.trie import StringTrie
from kgqa.linking.typos import TypoIndex
from kgqa.text import split_terms

MAX_TERMS = 24
"""A name is found by its first so many terms."""


@dataclass(frozen=True, slots=True)
class TermTable:
    """The terms of a fixed set of keys; arrays may be memory maps.

    trie : term -> term number. starts : int64 [terms + 1] into `keys`. keys : int32 [postings], ascending
    within a term. mass : float32 [keys], the summed rarity of a key's terms, 0 for a key without.
    n_keys : keys with terms. typos : the terms by their misspellings.
    """

    trie: StringTrie
    starts: NDArray[np.int64]
    keys: NDArray[np.int32]
    mass: NDArray[np.float32]
    typos: TypoIndex
    n_keys: int

    @classmethod
    def build(cls, whole_keys: Sequence[str]) -> TermTable:
        """Index keys by their terms; a key's number is its position, "" is passed over."""
        arrival: dict[str, int] = {}
        terms, keys = _spread(whole_keys, arrival)
        trie = StringTrie.build(arrival)
        words = list(arrival)
        numbers = trie.numbers(words)
        pairs = np.unique((numbers[terms].astype(np.int64) << 32) | keys) if len(terms) else np.zeros(0, np.int64)
        term_of, key_of = (pairs >> 32).astype(np.int32), (pairs & 0xFFFFFFFF).astype(np.int32)
        starts = np.searchsorted(term_of, np.arange(len(trie) + 1)).astype(np.int64)
        rarity = term_rarity(np.diff(starts), sum(map(bool, whole_keys)))
        mass = np.bincount(key_of, weights=rarity[term_of], minlength=len(whole_keys)).astype(np.float32)
        by_number = np.empty(len(words), dtype=object)
        by_number[numbers] = words
        return cls(trie, starts, key_of, mass, TypoIndex.build(by_number.tolist()), int(np.count_nonzero(mass)))

    def sections(self) -> dict[str, Section]:
        """The arrays to store, by name."""
        return {
            "terms": self.trie.data,
            "term_starts": self.starts,
            "term_keys": self.keys,
            "key_mass": self.mass,
            "typo_hashes": self.typos.hashes,
            "typo_terms": self.typos.words,
        }

    @classmethod
    def from_sections(cls, sections: Mapping[str, Section]) -> TermTable:
        """The table over stored arrays, without copying them."""
        mass = stored_array(sections, "key_mass", np.float32)
        return cls(
            StringTrie.from_bytes(stored_array(sections, "terms", np.uint8)),
            stored_array(sections, "term_starts", np.int64),
            stored_array(sections, "term_keys", np.int32),
            mass,
            TypoIndex(stored_array(sections, "typo_hashes", np.uint32), stored_array(sections, "typo_terms", np.int32)),
            int(np.count_nonzero(mass)),
        )

    def find(self, term: str) -> int:
        """The number of a term, or -1."""
        return self.trie.find(term)

    def text(self, term: int) -> str:
        """The term with a number."""
        return self.trie.text(term)

    def frequency(self, term: int) -> int:
        """How many keys hold a term."""
        return int(self.starts[term + 1] - self.starts[term])

    def rarity(self, term: str) -> float:
        """The rarity of a term that the table has."""
        return math.log1p(self.n_keys / max(1, self.frequency(self.find(term))))

    def keys_of(self, terms: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """The keys of several terms: (position of the term in `terms`, key), [postings]."""
        low = self.starts[terms]
        counts = self.starts[terms + 1] - low
        return np.repeat(np.arange(len(terms)), counts), self.keys[expand(low, counts)]


def term_rarity(frequencies: NDArray[np.int64], n_keys: int) -> NDArray[np.float32]:
    """Inverse document frequency, log(1 + keys / frequency), [terms]."""
    return np.log1p(n_keys / np.maximum(frequencies, 1)).astype(np.float32)


def _spread(whole_keys: Sequence[str], arrival: dict[str, int]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    terms: list[int] = []
    counts = np.zeros(len(whole_keys), dtype=np.int64)
    for number, key in enumerate(whole_keys):
        if key:
            found = split_terms(key)[:MAX_TERMS]
            counts[number] = len(found)
            terms.extend([arrival.setdefault(term, len(arrival)) for term in found])
    return np.array(terms, dtype=np.int32), np.repeat(np.arange(len(whole_keys)), counts)
