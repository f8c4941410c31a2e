"""Folding: one plain form for the many ways to write a name, with the way back to the original characters.

Folded text is NFKC, case-folded and without accents; punctuation, symbols and underscores are single
spaces; no space stands at either end nor beside a character of a script written without spaces.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kgqa.text.characters import FOLD_TABLE, SPACELESS, fold_character, is_spaceless

_LOOSE_SPACE = re.compile(f" (?=[{SPACELESS}])|(?<=[{SPACELESS}]) ")


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text and where each of its characters came from.

    text : the folded text. starts, ends : for each character of `text`, the characters [start, end) of the
    original that gave it; both ascend.
    """

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original characters behind the folded characters [start, end), which must not be empty."""
        return self.starts[start], self.ends[end - 1]


def fold(text: str) -> str:
    """The folded form of a text."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return _close_up(text.translate(FOLD_TABLE))


def fold_many(texts: Sequence[str]) -> list[str]:
    """The folded forms of many texts, in order."""
    return [fold(text) for text in texts]


def fold_with_offsets(text: str) -> Folded:
    """Fold a text and keep, for each folded character, where it came from."""
    characters, starts, ends = [" "], [0], [0]
    for start, end in _clusters(text):
        for character in _fold_cluster(text[start:end]):
            if character == " " and not _space_may_follow(characters[-1]):
                continue
            if characters[-1] == " " and is_spaceless(character):
                _drop_last(characters, starts, ends)
            characters.append(character)
            starts.append(start)
            ends.append(end)
    if characters[-1] == " ":
        _drop_last(characters, starts, ends)
    first = 1 if characters[:1] == [" "] else 0
    return Folded("".join(characters[first:]), tuple(starts[first:]), tuple(ends[first:]))


def _close_up(text: str) -> str:
    text = " ".join(text.split())
    return text if text.isascii() else _LOOSE_SPACE.sub("", text)


def _space_may_follow(character: str) -> bool:
    return character != " " and not is_spaceless(character)


def _drop_last(*columns: list[str] | list[int]) -> None:
    for column in columns:
        if column:
            column.pop()


def _fold_cluster(cluster: str) -> str:
    return FOLD_TABLE[ord(cluster)] if len(cluster) == 1 else fold_composed(cluster)


def fold_composed(cluster: str) -> str:
    """The folded form of a base character with its marks."""
    composed = unicodedata.normalize("NFC", cluster)
    return "".join(fold_character(character) for character in composed)


def _clusters(text: str) -> Iterable[tuple[int, int]]:
    """Ranges that fold on their own: single characters, or a character with the marks that compose with it."""
    if text.isascii() or unicodedata.is_normalized("NFC", text):
        return zip(range(len(text)), range(1, len(text) + 1), strict=True)
    starts = [i for i, c in enumerate(text) if i == 0 or not _continues(c)]
    return zip(starts, [*starts[1:], len(text)], strict=True)


def _continues(character: str) -> bool:
    # Conjoining Jamo compose though their combining class is 0.
    return unicodedata.combining(character) != 0 or "\u1160" <= character <= "\u11ff"
