"""A question made ready for linking: folded, cut into words, its quotation marks and capitals noted."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kgqa.text import Folded, Word, fold_with_offsets, is_stop, split_words

MAX_CHARACTERS = 2_000
"""A longer question is linked by its first so many characters."""

_QUOTED = re.compile(
    r"\"([^\"]+)\"|“([^”]+)”|«([^»]+)»|《([^》]+)》|「([^」]+)」|『([^』]+)』|‘([^’]+)’|(?<!\w)'([^']+)'(?!\w)"
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question and what linking reads off it.

    text : as asked, cut to `MAX_CHARACTERS`. folded : see `kgqa.text`. words : of the folded text.
    stops : which of them are stop words.
    quoted : the (start, end) of what stands in quotation marks, without them.
    cased : whether capitals tell names apart: a word after the first begins with one, and not all do.
    """

    text: str
    folded: Folded
    words: tuple[Word, ...]
    stops: tuple[bool, ...]
    quoted: tuple[tuple[int, int], ...]
    cased: bool

    @classmethod
    def read(cls, text: str) -> Question:
        """Prepare a question."""
        text = text[:MAX_CHARACTERS]
        folded = fold_with_offsets(text)
        words = split_words(folded.text)
        quoted = tuple(m.span(m.lastindex or 0) for m in _QUOTED.finditer(text))
        initials = [text[folded.starts[w.start]] for w in words if not w.spaceless]
        cased = any(c.isupper() for c in initials[1:]) and any(c.islower() for c in initials)
        stops = tuple(is_stop(word.text) for word in words)
        return cls(text, folded, words, stops, quoted, cased)

    def surface(self, first: int, last: int) -> tuple[int, int]:
        """The original characters of the words first..last."""
        return self.folded.span(self.words[first].start, self.words[last].end)

    def key(self, first: int, last: int) -> str:
        """The folded text of the words first..last."""
        return self.folded.text[self.words[first].start : self.words[last].end]

    def same_case(self, text: str) -> str:
        """A text as it is compared with others: where capitals tell nothing, in small letters."""
        return text if self.cased else text.lower()

    def is_quoted(self, first: int, last: int) -> bool:
        """Whether the words first..last are just what stands in quotation marks."""
        start, end = self.surface(first, last)
        return any(low <= start and end <= high and start - low + high - end <= 3 for low, high in self.quoted)

    def has_capital(self, first: int, last: int) -> bool:
        """Whether a word of first..last begins with a capital; stop words, and the question's first word, aside."""
        stops = all(self.stops[first : last + 1])
        return any(self.begins_with_capital(i) for i in range(max(first, 1), last + 1) if stops or not self.stops[i])

    def begins_with_capital(self, at: int) -> bool:
        """Whether a word begins with a capital."""
        return self.text[self.folded.starts[self.words[at].start]].isupper()
