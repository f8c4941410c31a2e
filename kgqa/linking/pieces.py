"""The terms of names that a question may hold: its words as they are, joined, and respelt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from rapidfuzz.distance import OSA

from kgqa.linking.question import Question
from kgqa.linking.terms import TermTable

MAX_SPELLINGS = 12
"""Words of the graph tried for one word of the question."""

KNOWN_WORD = 0.8
"""Factor of a respelling where the word as asked is itself a word of the graph's names."""


class Piece(NamedTuple):
    """What the words first..last of a question may be in a name: a term, and how likely it is meant."""

    first: int
    last: int
    term: str
    similarity: float


def pieces_by_term(question: Question, terms: TermTable) -> dict[str, list[Piece]]:
    """The pieces of a question that are terms of names, by term."""
    found: dict[str, list[Piece]] = defaultdict(list)
    for piece in _as_written(question):
        if terms.find(piece.term) >= 0:
            found[piece.term].append(piece)
    for piece in _respelt(question, terms):
        found[piece.term].append(piece)
    return dict(found)


def _as_written(question: Question) -> Iterator[Piece]:
    words = question.words
    for i, word in enumerate(words):
        after = words[i + 1] if i + 1 < len(words) else None
        pair = after is not None and after.spaceless == word.spaceless
        if pair and after:
            yield Piece(i, i + 1, word.text + after.text, 1.0)
        if not (pair and word.spaceless):
            yield Piece(i, i, word.text, 1.0)


def _respelt(question: Question, terms: TermTable) -> Iterator[Piece]:
    at = [i for i, word in enumerate(question.words) if not (word.spaceless or question.stops[i])]
    asked, found = terms.typos.near([question.words[i].text for i in at])
    near: dict[int, list[int]] = defaultdict(list)
    for position, term in zip(asked.tolist(), found.tolist(), strict=True):
        near[at[position]].append(term)
    for i, candidates in near.items():
        text = question.words[i].text
        trust = KNOWN_WORD if terms.find(text) >= 0 else 1.0
        for term in sorted(candidates, key=terms.frequency, reverse=True)[:MAX_SPELLINGS]:
            spelling = terms.text(term)
            if spelling != text and OSA.distance(text, spelling, score_cutoff=1) <= 1:
                yield Piece(i, i, spelling, trust * OSA.normalized_similarity(text, spelling))
