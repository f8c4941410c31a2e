"""Numbers and foreign text as a report shows them: plain text, not yet escaped for a format."""

from __future__ import annotations

import math
import re

from kgqa.drawing import escape_codepoints
from kgqa.evaluation.resampling import Interval

NOT_APPLICABLE = "not applicable"
LONGEST = 400
_SPACE = re.compile(r"\s+")


def visible(text: str) -> str:
    r"""Text on one line in which control characters and changes of direction stand as their \uXXXX escape."""
    return escape_codepoints(_SPACE.sub(" ", text))


def shorten(text: str, longest: int = LONGEST) -> str:
    """A text, or its beginning and how many characters are left out."""
    rest = len(text) - longest
    return text if rest <= 0 else f"{text[:longest]}… (+{rest:,})"


def number(value: float, digits: int | None = None) -> str:
    """A measured value, with three decimals below 10 and one above unless told; NaN is "not applicable"."""
    if math.isnan(value):
        return NOT_APPLICABLE
    digits = digits if digits is not None else 3 if abs(value) < 10 else 1
    return f"{value:z,.{digits}f}" if math.isfinite(value) else "∞" if value > 0 else "-∞"


def share(part: int, whole: int) -> str:
    """A part in percent of its whole."""
    return f"{100 * part / whole:.1f} %" if whole else NOT_APPLICABLE


def interval(value: Interval) -> str:
    """A mean with its interval, which is left out where it was not taken."""
    if value.n == 0 or math.isnan(value.mean):
        return NOT_APPLICABLE
    if math.isnan(value.low) or math.isnan(value.high):
        return number(value.mean)
    between = " to " if value.low < 0 else "–"
    return f"{number(value.mean)} ({number(value.low)}{between}{number(value.high)})"
