"""Names that a question gives in part or misspells: found by their terms, then compared as a whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import partial
from typing import NamedTuple

import numpy as np
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from kgqa.linking.label_index import Key, LabelIndex
from kgqa.linking.question import Question
from kgqa.linking.spans import Span
from kgqa.linking.terms import TermTable, term_rarity
from kgqa.text import is_stop, split_terms
from kgqa.types import MatchKind

MAX_COMPARED = 48
"""Names compared with the question character by character."""

MAX_READ = 20_000
"""Postings read per question; terms too common for that only weigh in on names that rarer terms bring."""

MAX_SPELLINGS = 12
"""Words of the graph tried for one word of the question."""

LEAST_COVERAGE = 0.5
"""Share of a name, by rarity of its terms, that a partial mention must give."""


KNOWN_WORD = 0.8
"""Factor of a respelling where the word as asked is itself a word of the graph's names."""


class Piece(NamedTuple):
    """What the words first..last of a question may be in a name: a term, and how likely it is meant."""

    first: int
    last: int
    term: str
    similarity: float


def partial_spans(question: Question, labels: LabelIndex, fuzzy: float) -> Iterator[Span]:
    """Spans that are part of a name, or alike to it by at least `fuzzy`."""
    plain = list(_plain_pieces(question))
    for at, part in enumerate(labels.parts):
        pieces = [piece for piece in (*plain, *_respelt(question, part.terms)) if part.terms.find(piece.term) >= 0]
        if not pieces:
            continue
        by_term = _by_term(pieces)
        for number, mass in _best_keys(by_term, part.terms):
            key = Key(at, number)
            text = part.keys.text(number)
            own = {term: by_term[term] for term in split_terms(text) if term in by_term}
            span = _compare(question, own, key, text, fuzzy) or _cover(question, own, key, mass, part.terms)
            if span:
                yield span


def _plain_pieces(question: Question) -> Iterator[Piece]:
    words = question.words
    for i, word in enumerate(words):
        follows = i + 1 < len(words) and words[i + 1].start - word.end <= 1
        if word.spaceless:
            pair = follows and words[i + 1].spaceless
            yield Piece(i, i + 1, word.text + words[i + 1].text, 1.0) if pair else Piece(i, i, word.text, 1.0)
            continue
        yield Piece(i, i, word.text, 1.0)
        if follows and not words[i + 1].spaceless:
            yield Piece(i, i + 1, word.text + words[i + 1].text, 1.0)


def _respelt(question: Question, terms: TermTable) -> Iterator[Piece]:
    at = [i for i, word in enumerate(question.words) if not word.spaceless and not is_stop(word.text)]
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


def _by_term(pieces: list[Piece]) -> dict[str, list[Piece]]:
    found: dict[str, list[Piece]] = defaultdict(list)
    for piece in pieces:
        found[piece.term].append(piece)
    return dict(found)


def _best_keys(by_term: Mapping[str, list[Piece]], terms: TermTable) -> list[tuple[int, float]]:
    """The keys that share most of themselves with the question: (key number, its mass)."""
    ranked = sorted((terms.frequency(terms.find(term)), terms.find(term), term) for term in by_term)
    kept, read = [], 0
    for frequency, number, term in ranked:
        read += frequency
        if read <= MAX_READ:
            kept.append((frequency, number, max(piece.similarity for piece in by_term[term])))
    if not kept:
        return []
    columns = np.array(kept)
    weights = term_rarity(columns[:, 0].astype(np.int64), terms.n_keys) * columns[:, 2]
    positions, keys = terms.keys_of(columns[:, 1].astype(np.int64))
    distinct, at = np.unique(keys, return_inverse=True)
    shared = np.bincount(at, weights=weights[positions])
    mass = terms.mass[distinct]
    worth = shared / mass + 0.01 * shared
    best = np.argsort(-worth, kind="stable")[:MAX_COMPARED]
    return list(zip(distinct[best].tolist(), mass[best].tolist(), strict=True))


def _compare(question: Question, own: Mapping[str, list[Piece]], key: Key, text: str, fuzzy: float) -> Span | None:
    """The span most alike to a whole name, if alike enough and no word that matters is missing on either side."""
    if any(term not in own and not is_stop(term) for term in text.split()) and text.isascii():
        return None
    trust = min(max(p.similarity > KNOWN_WORD for p in pieces) for pieces in own.values())
    best: Span | None = None
    for first, last in _runs(own, gap=1):
        similarity = fuzz.ratio(question.key(first, last), text) / 100 * (1.0 if trust else KNOWN_WORD)
        if similarity >= max(fuzzy, best.similarity if best else 0.0) and _all_used(question, own, first, last):
            best = Span(first, last, key, MatchKind.FUZZY, similarity)
    return best


def _all_used(question: Question, own: Mapping[str, list[Piece]], first: int, last: int) -> bool:
    used = {i for pieces in own.values() for p in pieces for i in range(p.first, p.last + 1)}
    words = question.words
    return all(i in used or words[i].spaceless or is_stop(words[i].text) for i in range(first, last + 1))


def _cover(question: Question, own: Mapping[str, list[Piece]], key: Key, mass: float, terms: TermTable) -> Span | None:
    """The span whose words are all of a name that covers most of it, if enough."""
    best: Span | None = None
    for first, last in map(partial(_trim, question), _runs(own, gap=0)):
        if first > last:
            continue
        inside = {t: [p for p in ps if first <= p.first and p.last <= last] for t, ps in own.items()}
        # One word alone must be spelt as it is in the name.
        alone = sum(not is_stop(word.text) for word in question.words[first : last + 1]) == 1
        weight = {
            t: max((p.similarity for p in ps if p.similarity == 1.0 or not alone), default=0.0)
            for t, ps in inside.items()
        }
        shared = sum(terms.rarity(t) * w for t, w in weight.items() if w)
        coverage = min(1.0, shared / mass)
        if coverage >= max(LEAST_COVERAGE, best.similarity if best else 0.0):
            best = Span(first, last, key, MatchKind.PARTIAL, coverage)
    return best


def _trim(question: Question, run: tuple[int, int]) -> tuple[int, int]:
    """A run without the stop words at its ends; (1, 0) where nothing is left."""
    kept = [i for i in range(run[0], run[1] + 1) if not is_stop(question.words[i].text)]
    return (kept[0], kept[-1]) if kept else (1, 0)


def _runs(own: Mapping[str, list[Piece]], gap: int) -> list[tuple[int, int]]:
    """Runs of words that belong to a name, at most `gap` other words between them."""
    runs: list[tuple[int, int]] = []
    for first, last in sorted({(p.first, p.last) for pieces in own.values() for p in pieces}):
        if runs and first <= runs[-1][1] + 1 + gap:
            runs[-1] = (runs[-1][0], max(last, runs[-1][1]))
        else:
            runs.append((first, last))
    return runs
