"""How good a link is: what the words are worth as a name, how they match, how well known the node is."""

from __future__ import annotations

from kgqa.linking.question import Question
from kgqa.linking.variants import NameFlag
from kgqa.text import is_stop
from kgqa.types import MatchKind

STRING_BASE = {
    MatchKind.EXACT: 1.0,
    MatchKind.NORMALISED: 0.91,
    MatchKind.INFLECTED: 0.87,
    MatchKind.ACRONYM: 0.85,
    MatchKind.FUZZY: 0.88,
    MatchKind.PARTIAL: 0.7,
    MatchKind.DENSE: 0.6,
}
"""The evidence of a perfect match of each kind."""

_FLAG_FACTOR = (
    (int(NameFlag.ALIAS), 0.98),
    (int(NameFlag.LITERAL), 0.9),
    (int(NameFlag.JOINED), 0.98),
)
_ALIKE = 0.97
_UNMARKED = 0.75
_STOP_WORTH = 0.1
_MARKED_STOP_WORTH = 0.5
_HALF_WORTH = 0.5
_PRIOR_SHARE = 0.15
_DENSE_SHARE = 0.15


def string_score(kind: MatchKind, similarity: float, flag: int, *, alike: bool = False) -> float:
    """The evidence of the match itself, in [0, 1]. alike : whether the name holds the mention letter for letter."""
    score = STRING_BASE[kind]
    if kind is MatchKind.NORMALISED and alike:
        score = _ALIKE
    if kind is MatchKind.PARTIAL:
        similarity = 0.2 + 0.8 * similarity
    for bit, factor in _FLAG_FACTOR:
        if flag & bit:
            score *= factor
    return score * similarity


def word_worth(text: str, spaceless: bool) -> float:
    """What one word of a mention is worth: little for a stop word or one character of Chinese."""
    if is_stop(text):
        return _STOP_WORTH
    if spaceless:
        return 0.4
    return 0.6 if len(text) == 1 else 1.2 if text.isdigit() else 1.0


def mention_worth(question: Question, first: int, last: int) -> float:
    """What a mention is worth as a name, in [0, 1].

    More for longer ones, for quotation marks, and for capitals where the question uses them.
    """
    if question.is_quoted(first, last):
        return 1.0
    words = question.words[first : last + 1]
    total = sum(word_worth(word.text, word.spaceless) for word in words)
    capital = question.cased and question.has_capital(first, last)
    if is_stop(question.key(first, last)) and not capital:
        total = _STOP_WORTH
    elif all(question.stops[first : last + 1]):
        total = len(words) * (_MARKED_STOP_WORTH if capital else _STOP_WORTH)
    worth = total / (total + _HALF_WORTH)
    return worth if capital or not question.cased or words[0].spaceless else worth * _UNMARKED


def mention_size(question: Question, first: int, last: int) -> float:
    """The length of a mention in words, for choosing among overlapping ones.

    Where capitals mark names, an unmarked stop word at either end hardly counts.
    """
    if not question.cased or all(question.stops[first : last + 1]):
        return float(last - first + 1)
    slight = [i for i in {first, last} if question.stops[i] and not question.begins_with_capital(i)]
    return last - first + 1 - (1.0 - _STOP_WORTH) * len(slight)


def link_score(worth: float, string: float, prior: float, dense: float | None) -> float:
    """One score in [0, 1] from the parts."""
    side = _PRIOR_SHARE * prior + (_DENSE_SHARE * dense if dense is not None else 0.0)
    whole = _PRIOR_SHARE + (_DENSE_SHARE if dense is not None else 0.0)
    return worth * string * (1 - whole) + worth * side
