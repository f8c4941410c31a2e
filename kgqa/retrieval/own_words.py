"""Words that hold two attributes of one thing against each other: "over budget", "fewer than the reorder level"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kgqa.program.algebra import Comparison
from kgqa.retrieval.cues import Cue

_NUMBER = r"(?!\s*(?:the\s+)?\d)"
_PATTERNS: tuple[tuple[Comparison, re.Pattern[str]], ...] = tuple(
    (comparison, re.compile(pattern, re.I))
    for comparison, pattern in (
        (
            Comparison.GREATER,
            r"\b(?:more|greater|larger|higher|bigger|heavier|longer|later|further|farther|dearer|costlier)\b"
            rf"[^,;?\d]{{0,30}}?\bthan\b{_NUMBER}"
            rf"|\b(?:over|above|beyond|past|after|exceed(?:s|ed|ing)?|overshot|overran|overspent|overdue|late)\b{_NUMBER}"
            r"|超过了?(?!\d)|超出|高于|多于|大于|晚于|迟于|超支|超期|逾期|比[^，,？?]{1,12}?[多高大长晚贵久]",
        ),
        (
            Comparison.LESS,
            r"\b(?:less|fewer|smaller|lower|lighter|shorter|earlier|sooner|quicker|cheaper)\b"
            rf"[^,;?\d]{{0,30}}?\bthan\b{_NUMBER}"
            rf"|\b(?:under|below|beneath|before|ahead of|short of|early|undershot|underspent)\b{_NUMBER}"
            r"|低于(?!\d)|少于|小于|早于|不足(?!\d)|没达到|未达到|没到|提前|比[^，,？?]{1,12}?[少低小短早便]",
        ),
        (
            Comparison.EQUAL,
            r"\b(?:same|both|also|too|themsel(?:f|ves)|as (?:planned|scheduled|promised)|on time|on schedule)\b"
            r"|\bon the (?:very )?day\b|同一|相同|一样|也是|又是|自己|按时|准时|当天",
        ),
        (
            Comparison.NOT_EQUAL,
            r"\b(?:different(?:ly)?|differs?|another|elsewhere|(?:some|any)(?:body|one|where) (?:else|but|other)"
            r"|other than|not the same|moved|postponed|rescheduled)\b|(?:isn't|aren't|wasn't) the same"
            r"|不同|不一样|不是同一|另一|另外|别的|别人|改期|延期",
        ),
    )
)


NORM, OF_TIME = "norm", "time"
"""The hints of a word that by itself holds what is against what should be ("overspent", 超支), and of one that says so
of a day ("late", 逾期)."""
_AGAINST_NORM = re.compile(
    r"(?P<time>late|early|on time|on schedule|overdue|moved|postponed|rescheduled|超期|逾期|延期|改期|提前|按时|准时)"
    r"|over(?:ran|spent|shot)|under(?:spent|shot)|as (?:planned|scheduled|promised)|超支",
    re.I,
)


def find_own(text: str) -> tuple[Cue, ...]:
    """The words by which a question may hold two attributes of one thing against each other, and how."""
    return tuple(_found(text))


def _found(text: str) -> Iterator[Cue]:
    for comparison, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            norm = _AGAINST_NORM.fullmatch(match.group())
            hints = () if norm is None else (NORM, OF_TIME) if norm["time"] else (NORM,)
            yield Cue(*match.span(), hints=hints, comparison=comparison)
