"""The words that ask for an operator: superlatives, comparatives, limits and negation, in English and Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kgqa.program.algebra import Comparison, Order
from kgqa.text.numbers import NumberMention, find_numbers

_ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]
_ORDINAL = re.compile(rf"({'|'.join(_ORDINALS)}|\d+(?:st|nd|rd|th)|第[一二三四五六七八九十\d]+)$", re.I)
_MOST = 1_000
_BEFORE = 24
_AFTER = 12
_GAP = 8
"""The most characters between an English comparison and its number ("more than about 3")."""


@dataclass(frozen=True, slots=True)
class Extreme:
    """A superlative or comparative in a question, text[start:end].

    hints : names of the attributes that it usually speaks of, the likeliest first. counts : whether it may speak
    of a number of things ("the most neighbours"). k : how many are wanted ("the five largest"). nth : which one
    ("the second largest").
    """

    start: int
    end: int
    order: Order
    hints: tuple[str, ...]
    counts: bool
    k: int = 1
    nth: int = 1


@dataclass(frozen=True, slots=True)
class Limit:
    """A number that an attribute is held against; [start, end) spans the words of comparison and number.

    timed : whether the words speak of time ("before", "since").
    """

    start: int
    end: int
    comparison: Comparison
    number: NumberMention
    timed: bool


_SIZE = ("area", "size", "population")
_HEIGHT = ("elevation", "height", "altitude")
_LENGTH = ("length",)
_PEOPLE = "people|inhabitants|residents|citizens"
_TIME = ("founding year", "year", "date", "discovery year")
_LEXICON: tuple[tuple[str, Order, tuple[str, ...], bool], ...] = (
    (rf"\bmost (populous|populated|{_PEOPLE})\b", Order.LARGEST, ("population",), False),
    (rf"\b(least|fewest) (populous|populated|{_PEOPLE})\b", Order.SMALLEST, ("population",), False),
    (r"\bmost recent(ly)?\b|\b(new|late|young)(est|er)\b|最新|最晚|最近|更晚", Order.LARGEST, _TIME, False),
    (r"\b(old|earli)(est|er)\b|最早|最古老|最老|更早", Order.SMALLEST, _TIME, False),
    (r"\b(larg|bigg|great)(est|er)\b|最大|更大", Order.LARGEST, _SIZE, False),
    (r"\bsmall(est|er)\b|最小|更小", Order.SMALLEST, _SIZE, False),
    (r"\b(high|tall)(est|er)\b|最高|更高", Order.LARGEST, _HEIGHT, False),
    (r"\blow(est|er)\b|最低|更低", Order.SMALLEST, _HEIGHT, False),
    (r"\blong(est|er)\b|最长|更长", Order.LARGEST, _LENGTH, False),
    (r"\bshort(est|er)\b|最短|更短", Order.SMALLEST, _LENGTH, False),
    (r"\bheavi(est|er)\b|最重|更重", Order.LARGEST, ("weight", "mass"), False),
    (r"\blight(est|er)\b|最轻|更轻", Order.SMALLEST, ("weight", "mass"), False),
    (r"\bdens(est|er)\b|最密|密度最大", Order.LARGEST, ("density",), False),
    (
        r"\b(furth|north)(est|er|ernmost)( north)?\b(?! south| east| west)|最北|更北",
        Order.LARGEST,
        ("latitude",),
        False,
    ),
    (r"\b(furthest|further) south\b|\bsouthernmost\b|最南|更南", Order.SMALLEST, ("latitude",), False),
    (r"\bhott(est|er)\b|最热", Order.LARGEST, ("temperature",), False),
    (r"\bcold(est|er)\b|最冷", Order.SMALLEST, ("temperature",), False),
    (r"\b(the|has|have|with) most\b|\bmore\b(?! than)|最多|更多", Order.LARGEST, (), True),
    (r"\b(fewest|least|fewer|less)\b(?! than)|最少|更少", Order.SMALLEST, (), True),
)
_EXTREMES = tuple((re.compile(p, re.I), order, hints, counts) for p, order, hints, counts in _LEXICON)
_GREATER = re.compile(
    r"\b(more|greater|larger|higher|bigger|heavier|longer|later) than\b|\b(over|above|after|since|exceed\w*)\b"
    r"|超过|大于|高于|多于",
    re.I,
)
_LESS = re.compile(
    r"\b(less|fewer|smaller|lower|lighter|shorter|earlier) than\b|\b(under|below|before)\b|低于|小于|少于|不到|不足",
    re.I,
)
_AT_LEAST = re.compile(r"\b(at least|no less than|or more)\b|至少", re.I)
_AT_MOST = re.compile(r"\b(at most|no more than|up to)\b|至多|最多", re.I)
_BEHIND = (
    (re.compile(r"^\S{0,3}?(以上|之后|以后|后)"), Comparison.GREATER),
    (re.compile(r"^\S{0,3}?(以下|以内|之前|以前|前)"), Comparison.LESS),
)
_AHEAD = (
    (_AT_LEAST, Comparison.GREATER_EQUAL),
    (_AT_MOST, Comparison.LESS_EQUAL),
    (_GREATER, Comparison.GREATER),
    (_LESS, Comparison.LESS),
)
_TIMED = re.compile(r"\b(after|since|before|earlier|later)\b|[之以]?[前后]", re.I)
_NEGATION = re.compile(r"\b(not|without|except|neither|no|never)\b|n't\b|没有|不是|不属于|不在|不|除了|没", re.I)


def find_extreme(text: str) -> Extreme | None:
    """The first superlative or comparative of a question that no number follows."""
    for pattern, order, hints, counts in _EXTREMES:
        match = pattern.search(text)
        if match:
            ahead = text[: match.start()].rstrip()
            return Extreme(match.start(), match.end(), order, hints, counts, _how_many(ahead), _which(ahead))
    return None


def _how_many(ahead: str) -> int:
    """The number right before a superlative, or 1."""
    numbers = find_numbers(ahead)
    last = numbers[-1] if numbers and numbers[-1].end == len(ahead) else None
    return int(last.value) if last and 1 <= last.value <= _MOST else 1


def _which(ahead: str) -> int:
    """The ordinal right before a superlative, or 1."""
    match = _ORDINAL.search(ahead)
    if match is None:
        return 1
    found = match.group(1).casefold()
    if found in _ORDINALS:
        return _ORDINALS.index(found) + 1
    numbers = find_numbers(re.sub(r"[^\d一二三四五六七八九十]", "", found))
    return int(numbers[0].value) if numbers else 1


def find_limits(text: str) -> Iterator[Limit]:
    """The numbers of a question that something is held against."""
    for number in find_numbers(text):
        ahead = text[max(0, number.start - _BEFORE) : number.start]
        behind = text[number.end : number.end + _AFTER]
        for pattern, comparison in _AHEAD:
            matches = [
                m for m in pattern.finditer(ahead) if len(ahead) - m.end() <= (_GAP if m.group().isascii() else 1)
            ]
            if matches:
                start = number.start - len(ahead) + matches[-1].start()
                yield Limit(start, number.end, comparison, number, _TIMED.search(ahead) is not None)
                break
        else:
            for pattern, comparison in _BEHIND:
                match = pattern.match(behind)
                if match:
                    yield Limit(number.start, number.end + match.end(), comparison, number, "年" in behind)
                    break


def negation_at(text: str) -> int:
    """Where a question first negates, or -1."""
    match = _NEGATION.search(text)
    return match.start() if match else -1
