"""Numbers, dates and spans of years that a question holds something against: "more than 5 km", "before 1900"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from kgqa.program.algebra import Comparison
from kgqa.retrieval.operator_words import PEOPLE, usual_attributes
from kgqa.text.dates import DaySpan, find_centuries, find_dates, find_day_spans
from kgqa.text.numbers import NumberMention, find_numbers
from kgqa.text.units import leading_unit

_BEFORE = 24
_AFTER = 40
_GAP = 8
"""The most characters between an English comparison and its number ("more than about 3")."""
YEARS = range(1000, 2200)


@dataclass(frozen=True, slots=True)
class Limit:
    """A value that an attribute is held against; [start, end) spans the words of comparison, value and unit.

    timed : whether the words speak of time ("before", "since"). hints : the attributes that the words usually speak
    of. unit : the unit as written, or "". date, last : the first and last day as xsd:date, or as --MM-DD without a
    year, where days or months are given, else "". upper : the other end of a span of numbers or years, both ends
    included, or None. relation : the attribute, where the words leave no choice, or -1.
    """

    start: int
    end: int
    comparison: Comparison
    number: NumberMention
    timed: bool
    hints: tuple[str, ...] = ()
    unit: str = ""
    date: str = ""
    last: str = ""
    upper: Decimal | None = None
    relation: int = -1


_GREATER = re.compile(
    r"\b(more|greater|larger|higher|bigger|heavier|longer|later|newer|younger|taller|deeper|denser|hotter"
    r"|faster) than\b"
    r"|\b(over|above|after|exceed\w*)\b"
    r"|(?<!不)超过|(?<!不)大于|(?<!不)高于|(?<!不)多于|(?<=[房收了量数])破$",
    re.I,
)
_LESS = re.compile(
    r"\b(less|fewer|smaller|lower|lighter|shorter|earlier|colder|slower|cheaper) than\b"
    r"|\b(under|below|before)\b|(?<!不)(?:低于|小于|少于)|不到|不足",
    re.I,
)
_NOT = r"(?:\b(?:no|not|never|cannot)\b|n['’]t\b)(?: (?:rise|go|get|climb|fall|drop)(?:s|es)?\b)?"
_EXACTLY = re.compile(
    r"\b(exactly|precisely|just|only)\b(?! (?:over|under|above|below|after|before|more|less|in|on|from|since|during)\b)"
    r"|正好|恰好|刚好|只有|仅有",
    re.I,
)
_AT_LEAST = re.compile(
    rf"\b(at least|or more|since(?! before))\b"
    rf"|{_NOT} (?:(?:less|fewer|lower|smaller|shorter|earlier) than|under|below|before)\b"
    r"|至少|不(?:少|低|小)于|不下于",
    re.I,
)
_AT_MOST = re.compile(
    rf"\b(at most|up to|(?:before|by) the end of|until|till)\b"
    rf"|{_NOT} (?:(?:more|higher|greater|larger|longer|later) than|over|above|after|exceed(?:s|ing)?)\b"
    r"|至多|最多|不(?:超过|多于|高于|大于)|不到(?=\d+以)",
    re.I,
)
_HAVING = re.compile(r"\b(?:have|has|having|with|got|seats|sleeps)\s+$", re.I)
_SEA_LEVEL = re.compile(r"\b(?:(?P<above>above)|below|beneath|under) (?:the )?sea[- ]level\b", re.I)
_HOW_FAR = re.compile(r"(\bhow (far|high|tall|much)|\d[\d,.]* ?[a-z]*|\b(feet|foot|met(?:er|re)s?))\s*$", re.I)
"""What stands ahead where sea level only says from where a height is taken."""
_BEHIND = (
    (
        re.compile(r"^\s*(?:[a-z]+ )?(?:or (?:more|above|over|higher|later|newer)|and (?:above|later|up))\b", re.I),
        Comparison.GREATER_EQUAL,
    ),
    (
        re.compile(r"^\s*(?:[a-z]+ )?(?:or|and) (?:less|fewer|below|under|lower|earlier|older)\b", re.I),
        Comparison.LESS_EQUAL,
    ),
    (re.compile(r"^\s*年(?:年底|底|末)[之以]?前"), Comparison.LESS_EQUAL),
    (re.compile(r"^\S{0,3}?(以上|之后|以后|后)"), Comparison.GREATER),
    (re.compile(r"^\S{0,3}?(以下|以内|之前|以前|前)"), Comparison.LESS),
)
_AHEAD = (
    (_EXACTLY, Comparison.EQUAL),
    (_AT_LEAST, Comparison.GREATER_EQUAL),
    (_AT_MOST, Comparison.LESS_EQUAL),
    (_GREATER, Comparison.GREATER),
    (_LESS, Comparison.LESS),
)
_START_OF = re.compile(r"(?<=\b(?:since|after) )(?:the )?(?:start|beginning) of $", re.I)
"""What says no more behind "since"."""
_BY = re.compile(r"\bby\s*$", re.I)
_FROM = re.compile(r"\bfrom (?:the )?$", re.I)
_ONWARDS = re.compile(r"\s*on(?:wards?)?\b(?! (?:the|an?|my|our|his|her|their)\b)", re.I)
_ALSO = re.compile("也算")
"""What tells a month named again from another limit: 7月以后，7月也算."""
_INCLUDED = re.compile(r"\binclu(?:ded|sive|ding)\b|[（(，,]\s*含|也算")
"""What says that the day or month after which something is counts as well: 7月以后（含7月）."""
_TIMED = re.compile(r"\b(after|since|before|earlier|later)\b|[之以]?[前后]", re.I)
_BETWEEN = re.compile(
    r"\b(?:between|from)\s+(?P<low>\S+(?: (?:thousand|million|billion))?)\s+(?:and|to|until|-)\s+"
    r"(?P<high>\S+?(?: (?:thousand|million|billion))?)(?=\s|[,.?!](?:\s|$)|$)"
    r"|(?P<low2>\d[\d,.]*[千万亿]*)\s*年?\s*(?:到|至|和|—|-)\s*(?P<high2>\d[\d,.]*[千万亿]*)\s*年?(?=.{0,4}(?:之?间|年))",
    re.I,
)
_IN_YEAR = re.compile(
    r"\b(?:in|during|of|from|throughout|(?:in|over) the course of)(?: the year)? (?P<year>\d{4})\b"
    r"|(?<![\d])(?P<han>\d{4})年(?![之以]?[前后])",
    re.I,
)


def find_limits(text: str) -> Iterator[Limit]:
    """What a question holds something against, in order of kind: spans, days, single values."""
    spans = [*_spans(text), *_days(text)]
    yield from spans
    for limit in (*_compared(text), *_years(text), *_sea_level(text), *_had(text)):
        if not any(limit.start < span.end and span.start < limit.end for span in spans):
            spans.append(limit)
            yield limit


def _spans(text: str) -> Iterator[Limit]:
    for match in _BETWEEN.finditer(text):
        low, high = (find_numbers(match[part] or match[f"{part}2"]) for part in ("low", "high"))
        if len(low) != 1 or len(high) != 1:
            continue
        bottom, top = low[0], high[0]
        if bottom.value < top.value and bottom.value < 1000 <= top.value:  # "between 5 and 10 million"
            scale = top.value / find_numbers(re.sub(r"[^\d.]", "", match["high"] or match["high2"]) or "1")[0].value
            bottom = replace(bottom, value=bottom.value * scale)
        unit, length = leading_unit(text[match.end() :])
        timed = not unit and all(n.value == int(n.value) and int(n.value) in YEARS for n in (bottom, top))
        hints = _hints("", text[match.end() :])
        end = match.end() + max(length, _counted_people(text[match.end() :]))
        yield Limit(match.start(), end, Comparison.GREATER_EQUAL, bottom, timed, hints, unit, upper=top.value)
    for start, end, first, last in find_centuries(text):
        number = NumberMention(start, end, Decimal(first))
        yield Limit(start, end, Comparison.GREATER_EQUAL, number, timed=True, upper=Decimal(last))


def _days(text: str) -> Iterator[Limit]:
    """Days and months, and what is said of them: on, in, since, before, by."""
    days = [day for day in find_dates(text) if day.exists]
    for day in days:
        yield _timed(text, DaySpan(day.start, day.end, day.year, day.partial, day.partial))
    for span in find_day_spans(text):
        again = text[: span.start].endswith("含") or _ALSO.match(text, span.end)
        if not again and not any(span.start < day.end and day.start < span.end for day in days):
            yield _timed(text, span)


def _timed(text: str, span: DaySpan) -> Limit:
    ahead, behind = text[max(0, span.start - _BEFORE) : span.start], text[span.end : span.end + _AFTER]
    start, comparison = _ahead(ahead, span.start)
    end = span.end
    if by := _BY.search(ahead):
        start, comparison = start - len(by.group()), Comparison.LESS_EQUAL
    elif onwards := _ONWARDS.match(behind):
        end, comparison = end + onwards.end(), Comparison.GREATER_EQUAL
    elif comparison is None and span.first == span.last and _FROM.search(ahead):
        comparison = Comparison.GREATER_EQUAL
    elif comparison is None:
        end, comparison = _behind(behind, span.end)
    if comparison is Comparison.GREATER and _INCLUDED.search(behind):
        comparison = Comparison.GREATER_EQUAL
    number = NumberMention(span.start, span.end, Decimal(span.year))
    comparison = comparison or Comparison.EQUAL
    return Limit(start, end, comparison, number, timed=True, date=span.first, last=span.last)


def _compared(text: str) -> Iterator[Limit]:
    for number in find_numbers(text):
        ahead, behind = text[max(0, number.start - _BEFORE) : number.start], text[number.end : number.end + _AFTER]
        unit, length = leading_unit(behind)
        length = max(length, _counted_people(behind))
        start, comparison = _ahead(ahead, number.start)
        if comparison is not None:
            timed, words = _TIMED.search(ahead) is not None and not unit, text[start : number.start]
            yield Limit(start, number.end + length, comparison, number, timed, _hints(words, behind), unit)
            continue
        end, comparison = _behind(behind[length:], number.end + length)
        if comparison is not None:
            timed = behind.lstrip().startswith("年")
            yield Limit(number.start, end, comparison, number, timed, _hints("", behind), "" if timed else unit)


def _years(text: str) -> Iterator[Limit]:
    for match in _IN_YEAR.finditer(text):
        year = match["year"] or match["han"]
        number = NumberMention(match.start(), match.end(), Decimal(year))
        if int(year) in YEARS:
            yield Limit(match.start(), match.end(), Comparison.EQUAL, number, timed=True)


def _sea_level(text: str) -> Iterator[Limit]:
    for match in _SEA_LEVEL.finditer(text):
        if not _HOW_FAR.search(text[: match.start()]):
            comparison = Comparison.GREATER if match["above"] else Comparison.LESS
            hints = ("lowest elevation", "elevation", "altitude", "height")
            yield Limit(*match.span(), comparison, NumberMention(*match.span(), Decimal(0)), timed=False, hints=hints)


def _had(text: str) -> Iterator[Limit]:
    """Numbers that are said of what has them, with no comparison: "with five seats"."""
    for number in find_numbers(text):
        had, unit = _HAVING.search(text[: number.start]), leading_unit(text[number.end :])
        if had and re.match(r"[ -][a-z]", text[number.end :], re.I):
            yield Limit(number.start, number.end + unit[1], Comparison.EQUAL, number, timed=False, unit=unit[0])


def _ahead(ahead: str, at: int) -> tuple[int, Comparison | None]:
    """Where the comparison before a value begins, and which it is."""
    ahead, kept = _START_OF.sub("", ahead), ahead
    at -= len(kept) - len(ahead)
    for pattern, comparison in _AHEAD:
        gaps = [(m, len(ahead) - m.end()) for m in pattern.finditer(ahead)]
        near = [m for m, gap in gaps if gap <= (_GAP if m.group().isascii() else 1)]
        if near:
            return at - len(ahead) + near[-1].start(), comparison
    return at, None


def _behind(behind: str, at: int) -> tuple[int, Comparison | None]:
    """Where the comparison behind a value ends, and which it is."""
    for pattern, comparison in _BEHIND:
        match = pattern.match(behind)
        if match:
            return at + match.end(), comparison
    return at, None


def _hints(words: str, behind: str) -> tuple[str, ...]:
    """The attributes that a limit speaks of, by its comparative ("longer than") or what it counts ("5 people")."""
    return ("population",) if _counted_people(behind) else usual_attributes(words)


def _counted_people(behind: str) -> int:
    """How many characters behind a number say that it counts people."""
    match = re.match(rf"\s*({PEOPLE})\b|\s*人口?", behind, re.I)
    return match.end() if match else 0
