"""Numbered strings found by prefix: a marisa trie over its stored bytes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import marisa_trie
import numpy as np
from numpy.typing import NDArray

from kgqa.errors import BundleError


@dataclass(frozen=True, slots=True)
class StringTrie:
    """Distinct strings numbered 0..n-1 in the trie's own order.

    data : uint8 [bytes], the stored form; may be a memory map. The trie reads it in place but doesn't keep
    it alive, so it is kept here.
    """

    trie: Any
    data: NDArray[np.uint8]

    @classmethod
    def build(cls, strings: Iterable[str]) -> StringTrie:
        """Number strings; repeated ones count once. Lone surrogates are a UnicodeEncodeError."""
        return cls.from_bytes(np.frombuffer(marisa_trie.Trie(strings).tobytes(), dtype=np.uint8))

    @classmethod
    def from_bytes(cls, data: NDArray[np.uint8]) -> StringTrie:
        """Open stored bytes without copying them; bytes that are no trie are a BundleError."""
        data = np.ascontiguousarray(data)
        try:
            return cls(marisa_trie.Trie().map(data), data)
        except (RuntimeError, ValueError) as error:
            raise BundleError(f"a stored trie can't be read: {error}. Build the bundle again") from error

    def __len__(self) -> int:
        return len(self.trie)

    def find(self, text: str) -> int:
        """The number of a string, or -1."""
        return int(self.trie.get(text, -1))

    def text(self, number: int) -> str:
        """The string with a number."""
        return str(self.trie.restore_key(number))

    def prefixes(self, text: str) -> list[tuple[str, int]]:
        """Every string that the text starts with, and its number; shortest first."""
        return list(self.trie.iter_prefixes_with_ids(text))

    def numbers(self, strings: list[str]) -> NDArray[np.int32]:
        """The numbers of strings that are all in the trie, int32 [strings]."""
        return np.fromiter(map(self.trie.key_id, strings), dtype=np.int32, count=len(strings))
