"""Words of folded text: runs between spaces, and single characters of scripts without spaces."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kgqa.text.characters import SPACELESS

_WORD = re.compile(f"[{SPACELESS}]|[^ {SPACELESS}]+")
_RUN = re.compile(f"[{SPACELESS}]+|[^ {SPACELESS}]+")
_SPACELESS_START = re.compile(f"[{SPACELESS}]")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a folded text: text[start:end] == self.text. spaceless : one character of such a script."""

    start: int
    end: int
    text: str
    spaceless: bool


def split_words(folded: str) -> tuple[Word, ...]:
    """The words of a folded text, in order."""
    return tuple(
        Word(m.start(), m.end(), m.group(), _SPACELESS_START.match(m.group()) is not None)
        for m in _WORD.finditer(folded)
    )


def split_terms(folded: str) -> list[str]:
    """The terms that a folded name is indexed by: words, and pairs of characters in scripts without spaces."""
    if folded.isascii():
        return folded.split()
    terms: list[str] = []
    for run in _RUN.findall(folded):
        if len(run) > 1 and _SPACELESS_START.match(run):
            terms.extend(run[i : i + 2] for i in range(len(run) - 1))
        else:
            terms.append(run)
    return terms
