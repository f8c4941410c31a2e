"""Dates in a question, in English and Chinese: days, months with their year, centuries; and days that do not exist."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass

_MONTH_NAMES = "january february march april may june july august september october november december"
_MONTHS = tuple(_MONTH_NAMES.split())
_MONTH = "|".join(f"{name[:3]}(?:{name[3:]})?" if len(name) > 3 else name for name in _MONTHS)
_DAY_FIRST = rf"(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<m1>{_MONTH})\b\.?(?:,? (?P<y1>\d{{4}}))?"
_MONTH_FIRST = rf"\b(?P<m2>{_MONTH})\.? (?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,? (?P<y2>\d{{4}}))?"
_ISO = r"\b(?P<y3>\d{4})-(?P<m3>\d{1,2})-(?P<d3>\d{1,2})\b"
_HAN = r"(?:(?P<y4>\d{4})年)?(?P<m4>\d{1,2})月(?P<d4>\d{1,2})[日号]"
_DATE = re.compile("|".join((_ISO, _HAN, _DAY_FIRST, _MONTH_FIRST)), re.I)
_ORDINAL_NAMES = """
    first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth
    sixteenth seventeenth eighteenth nineteenth twentieth
"""
_ORDINALS = tuple(_ORDINAL_NAMES.split())
_CENTURY = re.compile(
    rf"\b(?:(?P<word>{'|'.join(_ORDINALS)}|twenty-first)|(?P<number>\d{{1,2}})(?:st|nd|rd|th)) century\b"
    r"|(?P<han>\d{1,2})世纪",
    re.I,
)
_LEAP_YEAR = 2000


@dataclass(frozen=True, slots=True)
class DateMention:
    """A day in a text: text[start:end]; `year` is 0 where none is given.

    exists : whether the calendar has it, in some year where none is given.
    """

    start: int
    end: int
    year: int
    month: int
    day: int
    exists: bool

    @property
    def lexical(self) -> str:
        """The day as xsd:date; "" without a year, or where there is no such day."""
        return f"{self.year:04d}-{self.month:02d}-{self.day:02d}" if self.exists and self.year else ""


def find_dates(text: str) -> tuple[DateMention, ...]:
    """All days of a text, in order."""
    return tuple(_read(match) for match in _DATE.finditer(text))


def _read(match: re.Match[str]) -> DateMention:
    year, month, day = (next((match[f"{part}{i}"] for i in range(1, 5) if match[f"{part}{i}"]), "0") for part in "ymd")
    number = int(month) if month.isdigit() else _month(month)
    return DateMention(
        match.start(), match.end(), int(year), number, int(day), _exists(int(year) or _LEAP_YEAR, number, int(day))
    )


def _month(name: str) -> int:
    return next(i for i, month in enumerate(_MONTHS, 1) if month.startswith(name.casefold()[:3]))


def _exists(year: int, month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]


def find_centuries(text: str) -> Iterator[tuple[int, int, int, int]]:
    """The centuries of a text as (start, end, first year, last year): the 18th is 1701 to 1800."""
    for match in _CENTURY.finditer(text):
        if match["word"]:
            word = match["word"].casefold()
            number = 21 if word == "twenty-first" else _ORDINALS.index(word) + 1
        else:
            number = int(match["number"] or match["han"])
        yield match.start(), match.end(), 100 * (number - 1) + 1, 100 * number
