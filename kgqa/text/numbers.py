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
_SMALL = """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen
"""
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_WORDS = {word: i for i, word in enumerate(_SMALL.split())} | {w: 10 * i for i, w in enumerate(_TENS.split(), 2)}
_WORD_SCALES = {"hundred": 100, **{w: _SCALES[w] for w in ("thousand", "million", "billion", "trillion")}}
_ENGLISH = "|".join((*_WORDS, *_WORD_SCALES))
_NUMBER = re.compile(
    rf"(?P<digits>\d[\d,]*(?:\.\d+)?)\s*(?P<scale>(?:thousand|million|billion|trillion|bn)\b|[百千万亿]+)?|(?P<han>(?<![哪第几这那唯]){_HAN_NUMBER})"
    rf"|\b(?P<words>(?:{_ENGLISH})(?:[ -](?:{_ENGLISH}|and a half))*)\b",
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
    if match["words"]:
        return _word_value(match["words"].lower().replace("-", " "))
    value = Decimal(match["digits"].replace(",", ""))
    scale = (match["scale"] or "").lower()
    if scale in _SCALES:
        return value * _SCALES[scale]
    for character in scale:
        value *= _SCALES[character]
    return value


def _word_value(text: str) -> Decimal:
    """The value of an English numeral, such as "one and a half million"."""
    total, section = Decimal(0), Decimal(0)
    for word in text.replace("and a half", "half").split():
        if word == "half":
            section += Decimal("0.5")
        elif word == "hundred":
            section = (section or Decimal(1)) * 100
        elif word in _WORD_SCALES:
            total += (section or Decimal(1)) * _WORD_SCALES[word]
            section = Decimal(0)
        else:
            section += _WORDS[word]
    return total + section


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
