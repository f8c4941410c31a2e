"""Names that a question gives in part or misspells: found by their terms, then compared as a whole."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from kgqa.linking.label_index import Key, LabelIndex
from kgqa.linking.pieces import KNOWN_WORD, Piece, pieces_by_term
from kgqa.linking.question import Question
from kgqa.linking.spans import Span
from kgqa.linking.terms import TermTable, term_rarity
from kgqa.text import is_stop, split_terms
from kgqa.types import MatchKind

MAX_COMPARED = 40
"""Names compared with the question character by character."""

MAX_READ = 20_000
"""Postings read per question; terms too common for that only weigh in on names that rarer terms bring."""

LEAST_WORD = 0.6
"""Similarity of each word of a misspelt name to the word in its place."""

SHORTEST_SPACELESS = 4
"""Characters of the shortest misspelt name in a script without spaces."""

LEAST_COVERAGE = 0.3
"""Share of a name, by rarity of its terms, that a partial mention must give."""

CLEAR_COVERAGE = 0.5
"""From this share on a partial mention is taken even where many names have it."""

MAX_SLIGHT = 8
"""Names that a partial mention with less may stand for; with more, none."""

_GOES_ON = re.compile(r"[-_./]?\d")
_DIGITS = re.compile(r"\d")
_LEAST_SHARED = 0.9 * LEAST_COVERAGE
_WORTH_COMPARING = 0.45


@dataclass(frozen=True, slots=True)
class _Name:
    """A name that shares terms with the question.

    pieces : what it shares, by place. rarity : of each shared term. mass : of all its terms.
    """

    key: Key
    text: str
    mass: float
    pieces: tuple[Piece, ...]
    rarity: Mapping[str, float]


def partial_spans(question: Question, labels: LabelIndex, fuzzy: float, whole: Collection[Span]) -> Iterator[Span]:
    """Spans that are part of a name, or alike to it by at least `fuzzy`.

    whole : spans that are whole names; nothing is looked for within one, nor such a name again.
    """
    known = {span.key for span in whole}
    taken = {(span.first, span.last) for span in whole if span.last > span.first}
    found: list[Span] = []
    for at, part in enumerate(labels.parts):
        by_term = pieces_by_term(question, part.terms)
        rarity = {term: part.terms.rarity(term) for term in by_term}
        for number, mass, share in _best_keys(by_term, part.terms):
            key = Key(at, number)
            text = part.keys.trie.text(number)
            pieces = tuple(sorted(p for term in set(split_terms(text)) for p in by_term.get(term, ())))
            if key in known or _is_within(pieces, taken):
                continue
            name = _Name(key, text, mass, pieces, rarity)
            span = _compare(question, name, fuzzy) if share >= _WORTH_COMPARING else None
            span = span or _cover(question, name)
            if span and not _is_of_another(question, name, span, whole):
                found.append(span)
    yield from _few_enough(found)


def _is_within(pieces: tuple[Piece, ...], taken: Collection[tuple[int, int]]) -> bool:
    first, last = pieces[0].first, max(piece.last for piece in pieces)
    return any(low <= first and last <= high and (low, high) != (first, last) for low, high in taken)


def _is_of_another(question: Question, name: _Name, span: Span, whole: Collection[Span]) -> bool:
    """Whether a part of a name is another name and what is asked of it: "wife of Augustus" is no "life of Augustus"."""
    if span.kind is not MatchKind.PARTIAL:
        return False
    right = [piece for piece in name.pieces if piece.similarity == 1.0 and span.first <= piece.first <= span.last]
    begin = min((piece.first for piece in right if not question.stops[piece.first]), default=span.first)
    other = any(one.first == begin and one.last >= span.last for one in whole)
    return other and begin > span.first + 1 and question.words[begin - 1].text == "of"


def _few_enough(spans: list[Span]) -> Iterator[Span]:
    """The spans without those that give little of a name and could be any of many."""
    slight = Counter((s.first, s.last) for s in spans if s.similarity < CLEAR_COVERAGE)
    for span in spans:
        if span.similarity >= CLEAR_COVERAGE or slight[span.first, span.last] <= MAX_SLIGHT:
            yield span


def _best_keys(by_term: Mapping[str, list[Piece]], terms: TermTable) -> list[tuple[int, float, float]]:
    """The keys that share most of themselves with the question: (key number, its mass, the share)."""
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
    share = shared / mass
    likely = np.flatnonzero(share >= _LEAST_SHARED)
    best = likely[np.argsort(-(share + 0.01 * shared)[likely], kind="stable")[:MAX_COMPARED]]
    return list(zip(distinct[best].tolist(), mass[best].tolist(), share[best].tolist(), strict=True))


# -- misspelt names ---------------------------------------------------------------------------


def _compare(question: Question, name: _Name, fuzzy: float) -> Span | None:
    """The span most alike to a whole name, if alike enough and word for word the same or misspelt."""
    best: Span | None = None
    for first, last in dict.fromkeys((*_windows(question, name), *_runs(name.pieces, gap=1))):
        similarity = fuzz.ratio(question.key(first, last), name.text) / 100
        if similarity < max(fuzzy, best.similarity if best else 0.0):
            continue
        similarity *= _trust(question, name, first, last)
        if similarity >= fuzzy and _same_words(question, name, first, last):
            best = Span(first, last, name.key, MatchKind.FUZZY, similarity)
    return best


def _windows(question: Question, name: _Name) -> Iterator[tuple[int, int]]:
    """Spans of as many words as a name has, with a word of it in its place."""
    words = name.text.split()
    for piece in name.pieces:
        if piece.term in words and piece.first == piece.last:
            first = piece.first - words.index(piece.term)
            last = first + len(words) - 1
            if first >= 0 and last < len(question.words):
                yield first, last


def _trust(question: Question, name: _Name, first: int, last: int) -> float:
    """Less where a short mention would be a misspelling of words that are names' words themselves."""
    inside = [piece.similarity for piece in name.pieces if first <= piece.first and piece.last <= last]
    content = sum(not stop for stop in question.stops[first : last + 1])
    return 1.0 - (1.0 - KNOWN_WORD) / max(1, content) if min(inside, default=1.0) < KNOWN_WORD else 1.0


def _same_words(question: Question, name: _Name, first: int, last: int) -> bool:
    """Whether no word that matters is missing on either side, and all digits are the same: CNC-09 is not CNC-01."""
    if _DIGITS.findall(question.key(first, last)) != _DIGITS.findall(name.text):
        return False
    asked = question.words[first : last + 1]
    if any(word.spaceless for word in asked):
        return min(len(name.text), len(asked)) >= SHORTEST_SPACELESS
    words = name.text.split()
    if len(words) == len(asked):
        return all(_may_be(word.text, own) for word, own in zip(asked, words, strict=True))
    own_terms = {piece.term for piece in name.pieces}
    used = {i for piece in name.pieces for i in range(piece.first, piece.last + 1)}
    missing = [word for word in words if word not in own_terms and not is_stop(word)]
    foreign = [i for i in range(first, last + 1) if i not in used and not question.stops[i]]
    return not missing and not foreign


def _may_be(asked: str, own: str) -> bool:
    """Whether a word may be a misspelling of another; a stop word only of a stop word."""
    if asked == own:
        return True
    return is_stop(asked) <= is_stop(own) and OSA.normalized_similarity(asked, own) >= LEAST_WORD


# -- parts of names ---------------------------------------------------------------------------


def _cover(question: Question, name: _Name) -> Span | None:
    """The span whose words are all of a name that covers most of it, if enough."""
    best: Span | None = None
    for run in _runs(name.pieces, gap=0):
        first, last = _trim(question, *run)
        coverage = _coverage(question, name, first, last) if first <= last and not _cuts_code(question, last) else 0.0
        if coverage >= max(LEAST_COVERAGE, best.similarity if best else 0.0):
            best = Span(first, last, name.key, MatchKind.PARTIAL, coverage)
    return best


def _cuts_code(question: Question, last: int) -> bool:
    """Whether a word goes on in digits that are left out: "CNC" of CNC-09 is no part of the name CNC-01."""
    end = question.folded.starts[question.words[last].end - 1] + 1
    return _GOES_ON.match(question.text, end) is not None


def _coverage(question: Question, name: _Name, first: int, last: int) -> float:
    # One word alone must be spelt as it is in the name.
    alone = sum(not stop for stop in question.stops[first : last + 1]) == 1
    weight: dict[str, float] = {}
    for piece in name.pieces:
        if first <= piece.first and piece.last <= last and (piece.similarity == 1.0 or not alone):
            weight[piece.term] = max(weight.get(piece.term, 0.0), piece.similarity)
    return min(1.0, sum(name.rarity[term] * share for term, share in weight.items()) / name.mass)


def _trim(question: Question, first: int, last: int) -> tuple[int, int]:
    """A run without the stop words at its ends; first > last where nothing is left."""
    while first <= last and question.stops[first]:
        first += 1
    while first <= last and question.stops[last]:
        last -= 1
    return first, last


def _runs(pieces: tuple[Piece, ...], gap: int) -> list[tuple[int, int]]:
    """Runs of words that belong to a name, at most `gap` other words between them; pieces ascend."""
    runs: list[tuple[int, int]] = []
    for piece in pieces:
        if runs and piece.first <= runs[-1][1] + 1 + gap:
            runs[-1] = (runs[-1][0], max(piece.last, runs[-1][1]))
        else:
            runs.append((piece.first, piece.last))
    return runs
