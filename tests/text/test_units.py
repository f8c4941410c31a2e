"""Units and conversions against values of the SI brochure and the yard and pound agreement."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgqa.text.units import UNITS, convert, leading_unit, unit_in, unit_of, without_unit


@pytest.mark.parametrize(
    ("value", "given_unit", "wanted", "expected"),
    [
        ("1", "mile", "km", "1.609344"),
        ("2", "square miles", "km²", "5.179976220672"),
        ("100", "degrees Celsius", "K", "373.15"),
        ("212", "°F", "°C", "100"),
        ("3", "公里", "m", "3000"),
        ("1", "pound", "kg", "0.45359237"),
        ("6", "feet", "m", "1.8288"),
        ("5", "平方公里", "ha", "500"),
    ],
)
def test_conversions(value: str, given_unit: str, wanted: str, expected: str) -> None:
    one, two = unit_of(given_unit), unit_of(wanted)
    assert one is not None
    assert two is not None
    found = convert(Decimal(value), one, two)
    assert found is not None
    assert abs(found - Decimal(expected)) < Decimal("1e-9")


def test_units_of_different_kinds_do_not_convert() -> None:
    kilogram, metre = UNITS["kg"], UNITS["m"]
    assert convert(Decimal(1), kilogram, metre) is None


@given(st.sampled_from(sorted(UNITS)), st.sampled_from(sorted(UNITS)), st.decimals(-1000, 1000, places=3))
def test_there_and_back(one: str, two: str, value: Decimal) -> None:
    there = convert(value, UNITS[one], UNITS[two])
    assert (there is None) == (UNITS[one].kind != UNITS[two].kind)
    if there is not None:
        back = convert(there, UNITS[two], UNITS[one])
        assert back is not None
        assert abs(back - value) < Decimal("1e-9")


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        (" square kilometres in Asia", "square kilometres"),
        ("公里以上", "公里"),
        (" km long", "km"),
        (" degrees Celsius", "degrees Celsius"),
        (" countries", ""),
        (" minor planets", ""),
        (" a", ""),
    ],
)
def test_the_unit_that_a_text_begins_with(text: str, unit: str) -> None:
    found, length = leading_unit(text)
    assert found == unit
    assert text[:length].strip() == unit


def test_an_unknown_name_is_no_unit() -> None:
    assert unit_of("furlongs per fortnight") is None


@pytest.mark.parametrize(
    ("label", "unit"),
    [
        ("elimination half-life (h)", "h"),
        ("duration seconds", "seconds"),
        ("insured value (EUR)", "euro"),
        ("面积（平方米）", "m²"),
        ("monthly cost usd", "dollars"),
    ],
)
def test_the_unit_that_a_name_says(label: str, unit: str) -> None:
    assert unit_in(label) == unit_of(unit)


@pytest.mark.parametrize("label", ["m", "length", "made in", "name (short)", "work day plan", ""])
def test_names_without_a_unit(label: str) -> None:
    assert unit_in(label) is None


def test_currencies_are_not_converted() -> None:
    euro, dollar = unit_of("euros"), unit_of("dollars")
    assert euro is not None
    assert dollar is not None
    assert convert(Decimal(5), euro, dollar) is None


@pytest.mark.parametrize(
    ("label", "bare"),
    [
        ("half-life (h)", "half-life"),
        ("面积（平方米）", "面积"),
        ("Shu (state)", "Shu (state)"),
        ("duration seconds", "duration seconds"),
        ("(km)", "(km)"),
    ],
)
def test_names_without_their_unit(label: str, bare: str) -> None:
    assert without_unit(label) == bare
