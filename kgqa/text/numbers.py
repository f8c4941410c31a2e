"""Numbers in a question: digits, "2 million", 四百万; and what they are held against ("more than", 以上)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

_SCALES = {
    "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12,
    "k": 10**3, "m": 10**6, "bn": 10**9, "百": 100, "千": 10**3, "万": 10**4, "亿": 10**8,
}  # fmt: skip
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_HAN_SCALES = {"十": 10, "百": 100, "千": 10**3, "万": 10**4, "亿": 10**8}
_HAN_NUMBER = "[零〇一二两三四五六七八九十百千万亿]+"
_NUMBER = re.compile(
    rf"(?P<digits>\d[\d,]*(?:\.\d+)?)\s*(?P<scale>(?:thousand|million|billion|trillion|bn)\b|[百千万亿]+)?|(?P<han>{_HAN_NUMBER})",
    re.I,
)


@dataclass(frozen=True, slots=True)
class NumberMention:
    """A number in a text: text[start:end]."""

    start: int
    end: int
    value: Decimal

    @property
    def lexical(self) -> str:
        """The number in plain digits."""
        whole = self.value == self.value.to_integral_value()
        return str(int(self.value)) if whole else format(self.value.normalize(), "f")


def find_numbers(text: str) -> tuple[NumberMention, ...]:
    """All numbers of a text, in order."""
    return tuple(NumberMention(m.start(), m.end(), _value(m)) for m in _NUMBER.finditer(text))


def _value(match: re.Match[str]) -> Decimal:
    if match["han"]:
        return Decimal(_han_value(match["han"]))
    value = Decimal(match["digits"].replace(",", ""))
    scale = (match["scale"] or "").lower()
    if scale in _SCALES:
        return value * _SCALES[scale]
    for character in scale:
        value *= _SCALES[character]
    return value


def _han_value(text: str) -> int:
    """The value of a Chinese numeral, such as 四百二十万."""
    total = section = digit = 0
    for character in text:
        if character in _DIGITS:
            digit = _DIGITS[character]
            continue
        scale = _HAN_SCALES[character]
        if scale >= 10**4:
            total = (total + section + digit or 1) * scale
            section = 0
        else:
            section += (digit or 1) * scale
        digit = 0
    return total + section + digit
