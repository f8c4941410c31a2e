"""Dates in a question, in English and Chinese: days, months, starts of years, centuries; days that do not exist."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_MONTH_NAMES = "january february march april may june july august september october november december"
_MONTHS = tuple(_MONTH_NAMES.split())
_MONTH = "|".join(f"{name[:3]}(?:{name[3:]})?" if len(name) > 3 else name for name in _MONTHS) + "|sept"
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
_EDGE = r"(?:(?:the )?(?P<edge{}>start|beginning|end) of )?"
_YEARLESS = r"(?:(?<=\bin )|(?<=ring |ince |from |fore |fter |ntil |till |hout ))"
"""What a month without its year stands behind: in, during, since, from, before, after, until, till, throughout."""
_TO = r" ?(?:and|to|through|until|till|-|–) ?"
_SPAN = re.compile(
    rf"\b{_EDGE.format(1)}(?P<a1>{_MONTH})\b\.?(?:{_TO}(?P<b1>{_MONTH})\b\.?)?,?(?: of)? (?P<y1>\d{{4}})\b"
    rf"|{_YEARLESS}{_EDGE.format(2)}(?P<a2>{_MONTH})\b(?:{_TO}(?P<b2>{_MONTH})\b)?(?!\.? \d)(?: (?:began|started))?"
    r"|(?:(?P<y3>\d{4})年)?(?<!\d)(?P<a3>\d{1,2})月(?!\d{1,2}[日号])份?(?:[到至和、—-](?P<b3>\d{1,2})月份?(?!\d))?"
    r"(?P<edge3>月?[初底末])?"
    r"|\b(?P<edge4>(?:the )?(?:start|beginning) of |(?:the )?new year(?:['’]s)?(?: day)?(?: of)? )(?P<y4>\d{4})\b"
    r"|\b(?P<y5>\d{4})(?P<edge5> (?:began|started))\b"
    r"|\b(?:the )?(?P<half6>first|second|last) half of (?P<y6>\d{4})\b|(?P<y7>\d{4})年(?P<half7>[上下])半年"
    r"|\bQ(?P<quarter8>[1-4])[ -]?(?P<y8>\d{4})\b|(?P<y9>\d{4})年第?(?P<quarter9>[一二三四1-4])季度",
    re.I,
)


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

    @property
    def partial(self) -> str:
        """The day as xsd:date, or as --MM-DD without a year."""
        return self.lexical or f"--{self.month:02d}-{self.day:02d}"


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


@dataclass(frozen=True, slots=True)
class DaySpan:
    """Days from `first` to `last`, both included, in a text: text[start:end].

    Each is an xsd:date, or a --MM-DD where no year is given; `year` is 0 then.
    """

    start: int
    end: int
    year: int
    first: str
    last: str


def find_day_spans(text: str) -> Iterator[DaySpan]:
    """Months, runs of months, halves and quarters of years, and first or last days of such, in order.

    "Since the start of June 2024", "in the first half of 2025", 2024年7月, 2024年上半年.
    """
    for match in _SPAN.finditer(text):
        groups = {name: value for name, value in match.groupdict().items() if value}
        year = int(next((value for name, value in groups.items() if name[0] == "y"), "0"))
        months = _months(groups)
        if not all(1 <= month <= 12 for month in months) or months[-1] < months[0]:
            continue
        first = f"{months[0]:02d}-01"
        last = f"{months[-1]:02d}-{calendar.monthrange(year or _LEAP_YEAR, months[-1])[1]:02d}"
        edge = "".join(value for name, value in groups.items() if "edge" in name).lower()
        if edge:
            first = last = last if re.search("end|底|末", edge) else first
        ahead = f"{year:04d}-" if year else "--"
        yield DaySpan(match.start(), match.end(), year, ahead + first, ahead + last)


def _months(groups: Mapping[str, str]) -> list[int]:
    """The first and last month that a match names; January where it names none."""
    for name, value in groups.items():
        if name.startswith("half"):
            return [1, 6] if value.casefold() in ("上", "first") else [7, 12]
        if name.startswith("quarter"):
            quarter = int(value) if value.isascii() else "一二三四".index(value) + 1
            return [3 * quarter - 2, 3 * quarter]
    return [_number_of(value) for name, value in groups.items() if name[0] in "ab"] or [1]


def _number_of(month: str) -> int:
    return int(month) if month.isdigit() else _month(month)


def find_centuries(text: str) -> Iterator[tuple[int, int, int, int]]:
    """The centuries of a text as (start, end, first year, last year): the 18th is 1701 to 1800."""
    for match in _CENTURY.finditer(text):
        if match["word"]:
            word = match["word"].casefold()
            number = 21 if word == "twenty-first" else _ORDINALS.index(word) + 1
        else:
            number = int(match["number"] or match["han"])
        yield match.start(), match.end(), 100 * (number - 1) + 1, 100 * number
