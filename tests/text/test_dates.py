"""Dates in questions, held against the calendar of the standard library."""

from __future__ import annotations

import calendar
import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgqa.text.dates import find_centuries, find_dates, find_day_spans

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


@pytest.mark.parametrize(
    ("text", "words", "first", "last"),
    [
        ("orders in July 2024", "July 2024", "2024-07-01", "2024-07-31"),
        ("in Feb 2024", "Feb 2024", "2024-02-01", "2024-02-29"),
        ("in February and March 2023", "February and March 2023", "2023-02-01", "2023-03-31"),
        ("from March to May 2024", "March to May 2024", "2024-03-01", "2024-05-31"),
        ("since the start of June 2024", "the start of June 2024", "2024-06-01", "2024-06-01"),
        ("up to the end of June 2024", "the end of June 2024", "2024-06-30", "2024-06-30"),
        ("since April began", "April began", "--04-01", "--04-30"),
        ("before June", "June", "--06-01", "--06-30"),
        ("since the new year of 2025", "the new year of 2025", "2025-01-01", "2025-01-01"),
        ("in the first half of 2025", "the first half of 2025", "2025-01-01", "2025-06-30"),
        ("2024年下半年来住的", "2024年下半年", "2024-07-01", "2024-12-31"),
        ("in Q2 2024", "Q2 2024", "2024-04-01", "2024-06-30"),
        ("2024年第三季度", "2024年第三季度", "2024-07-01", "2024-09-30"),
        ("since 2024 began", "2024 began", "2024-01-01", "2024-01-01"),
        ("2024年5月出海的", "2024年5月", "2024-05-01", "2024-05-31"),
        ("7月到9月的单子", "7月到9月", "--07-01", "--09-30"),
    ],
)
def test_months_and_runs_of_months(text: str, words: str, first: str, last: str) -> None:
    (span,) = find_day_spans(text)
    assert (text[span.start : span.end], span.first, span.last) == (words, first, last)


@pytest.mark.parametrize(
    "text",
    ["what may I do", "May is who?", "who works with April", "Marsh in Marsh", "after 4 October", "in 1900", "13月"],
)
def test_no_month(text: str) -> None:
    assert list(find_day_spans(text)) == []


@given(st.dates(min_value=datetime.date(1000, 1, 1), max_value=datetime.date(2199, 12, 31)))
def test_a_month_holds_all_of_its_days(day: datetime.date) -> None:
    for text in (f"in {calendar.month_name[day.month]} {day.year:04d}", f"{day.year:04d}年{day.month}月的"):
        (span,) = find_day_spans(text)
        assert span.first <= day.isoformat() <= span.last
        assert (
            datetime.date.fromisoformat(span.first).month == datetime.date.fromisoformat(span.last).month == day.month
        )
