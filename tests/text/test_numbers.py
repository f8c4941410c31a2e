"""Numbers in text, in digits and in words."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgqa.text.numbers import find_numbers

_HAN_DIGITS = "零一二三四五六七八九"


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("more than 3,000 km", ["3000"]),
        ("over 2.5 million people", ["2500000"]),
        ("one and a half million", ["1500000"]),
        ("twenty-five states", ["25"]),
        ("two hundred thousand", ["200000"]),
        ("between 10 and 20", ["10", "20"]),
        ("四百二十万以上", ["4200000"]),
        ("超过一亿", ["100000000"]),
        ("12亿人", ["1200000000"]),
        ("3百万", ["3000000"]),
        ("是哪一座城市", []),
        ("第三大", []),
        ("someone often weightened", []),
        ("", []),
    ],
)
def test_numbers_are_read(text: str, numbers: list[str]) -> None:
    assert [n.lexical for n in find_numbers(text)] == numbers


@given(st.integers(0, 10**15))
def test_digits_with_separators_round_trip(number: int) -> None:
    (found,) = find_numbers(f"more than {number:,} of them")
    assert found.lexical == str(number)


def _in_han(number: int) -> str:
    """A whole number below a hundred million in Chinese, by the rule of sections of four."""
    if number >= 10**4:
        rest = number % 10**4
        gap = "零" if rest and rest < 1000 else ""
        return _in_han(number // 10**4) + "万" + gap + (_in_han(rest) if rest else "")
    text, zero = "", False
    for scale, mark in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, scale)
        if digit:
            text += ("零" if zero and text else "") + _HAN_DIGITS[digit] + mark
            zero = False
        else:
            zero = True
    return text


@given(st.integers(1, 10**8 - 1))
def test_chinese_numerals_round_trip(number: int) -> None:
    (found,) = find_numbers(_in_han(number))
    assert found.value == number


@given(st.text(max_size=40))
def test_spans_are_in_order_and_inside(text: str) -> None:
    found = find_numbers(text)
    assert all(0 <= n.start < n.end <= len(text) for n in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
