"""How common English words are, by the word list of `pyspellchecker` (counts in film subtitles)."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from importlib.metadata import version
from typing import Any

import marisa_trie

from kgqa.embedding.store import cache_root, write_atomically

Counts = Callable[[str], int]
"""How often a word in small letters was counted; 0 for one that is not known."""

_COUNT = "<I"
_MOST = 2**32 - 1


@lru_cache(maxsize=1)
def english_counts() -> Counts:
    """The counts of English words, mapped from a file that the first call of a machine writes to the cache."""
    path = cache_root() / "words" / f"english-{version('pyspellchecker')}.marisa"
    if not path.exists():
        write_atomically(path, lambda target: _compiled().save(str(target)))
    trie: Any = marisa_trie.RecordTrie(_COUNT).mmap(str(path))

    def count(word: str) -> int:
        found = trie.get(word)
        return int(found[0][0]) if found else 0

    return count


def _compiled() -> Any:
    from spellchecker import SpellChecker

    counts = SpellChecker(language="en", distance=1).word_frequency.items()
    return marisa_trie.RecordTrie(_COUNT, ((word, (min(count, _MOST),)) for word, count in counts))
