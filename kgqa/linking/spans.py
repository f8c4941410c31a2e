"""Whole names in a question: by trie from every word, in the other number, as initials."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

from kgqa.linking.label_index import Key, LabelIndex
from kgqa.linking.question import Question
from kgqa.linking.variants import unfoldable_key
from kgqa.text import is_stop, other_number
from kgqa.text.inflection import adjective_bases
from kgqa.types import MatchKind

CHARACTERS_PER_WORD = 3
"""A name in a script without spaces may have so many characters for each word allowed elsewhere."""

SPANS_PER_START = 6
"""Whole names kept from each word on, longest first."""


class Span(NamedTuple):
    """Words first..last of a question that match a key. similarity : in [0, 1], 1 where all of it matches."""

    first: int
    last: int
    key: Key
    kind: MatchKind
    similarity: float


def whole_spans(question: Question, labels: LabelIndex, max_words: int) -> Iterator[Span]:
    """Every span whose folded words are a key."""
    ends = [word.end for word in question.words]
    for first, word in enumerate(question.words):
        stop = ends[_last_allowed(question, first, max_words)]
        text = question.folded.text[word.start : stop]
        found = [
            (bisect_left(ends, word.start + length), key)
            for length, key in labels.prefixes(text)
            if _is_end(ends, word.start + length)
        ]
        for last, key in sorted(found, reverse=True)[:SPANS_PER_START]:
            yield Span(first, last, key, MatchKind.NORMALISED, 1.0)


def inflected_spans(question: Question, labels: LabelIndex, max_words: int) -> Iterator[Span]:
    """Every span whose folded words are a key once the last is put in the other number."""
    for last, word in enumerate(question.words):
        if word.spaceless or is_stop(word.text):
            continue
        adjectives = adjective_bases(word.text, written=question.begins_with_capital(last))
        for form in (*other_number(word.text), *adjectives):
            for first in range(last, max(-1, last - max_words), -1):
                before = question.folded.text[question.words[first].start : word.start]
                for key in labels.find(before + form):
                    yield Span(first, last, key, MatchKind.INFLECTED, 1.0)


def initial_spans(question: Question, labels: LabelIndex) -> Iterator[Span]:
    """Every run of single letters, such as "U.S.A.", whose letters together are a key."""
    words = question.words
    first = 0
    while first < len(words):
        last = first
        while last < len(words) and len(words[last].text) == 1 and not words[last].spaceless:
            last += 1
        if last - first > 1:
            letters = "".join(word.text for word in words[first:last])
            for key in labels.find(letters):
                yield Span(first, last - 1, key, MatchKind.NORMALISED, 1.0)
        first = last + 1


def symbol_mentions(question: Question, labels: LabelIndex) -> Iterator[tuple[int, int, Key]]:
    """The (start, end, key) of every piece between spaces that is punctuation alone and a name, such as "???"."""
    at = 0
    for piece in question.text.split():
        at = question.text.index(piece, at)
        if not any(c.isalnum() for c in piece):
            for key in labels.find(unfoldable_key(piece)):
                yield at, at + len(piece), key
        at += len(piece)


def _last_allowed(question: Question, first: int, max_words: int) -> int:
    spare = max_words * CHARACTERS_PER_WORD
    for last in range(first, len(question.words)):
        spare -= 1 if question.words[last].spaceless else CHARACTERS_PER_WORD
        if spare < 0:
            return last - 1
    return len(question.words) - 1


def _is_end(ends: list[int], end: int) -> bool:
    at = bisect_left(ends, end)
    return at < len(ends) and ends[at] == end
