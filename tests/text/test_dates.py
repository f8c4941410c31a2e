"""Dates in questions, held against the calendar of the standard library."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgqa.text.dates import find_centuries, find_dates

FORMS = ("{d} {month} {y}", "{month} {d}, {y}", "{y:04d}-{m:02d}-{d:02d}", "{y}年{m}月{d}日")


@given(st.dates(datetime.date(1000, 1, 1), datetime.date(2999, 12, 31)), st.sampled_from(FORMS))
def test_every_day_is_read_in_every_form(day: datetime.date, form: str) -> None:
    month = day.strftime("%B")
    text = f"founded on {form.format(d=day.day, m=day.month, y=day.year, month=month)}?"
    (found,) = find_dates(text)
    assert found.lexical == day.isoformat()


@pytest.mark.parametrize(
    ("text", "exists"),
    [
        ("30 February", False),
        ("29 February 2023", False),
        ("29 February 2024", True),
        ("29 February", True),
        ("2月30日", False),
        ("2024-13-01", False),
        ("31st of April", False),
        ("May 31", True),
    ],
)
def test_days_that_do_not_exist(text: str, exists: bool) -> None:
    (found,) = find_dates(f"Who was born on {text}?")
    assert found.exists is exists
    assert not found.lexical or exists


@pytest.mark.parametrize("text", ["more than 12 countries", "in March", "the 5 largest", "may 1 know", "1900"])
def test_no_date(text: str) -> None:
    assert [day for day in find_dates(text) if day.lexical] == []


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("in the eighteenth century", (1701, 1800)),
        ("the 20th century", (1901, 2000)),
        ("18世纪", (1701, 1800)),
        ("the first century", (1, 100)),
    ],
)
def test_centuries(text: str, years: tuple[int, int]) -> None:
    assert [(first, last) for _, _, first, last in find_centuries(text)] == [years]
