"""Limits in days and months, as conditions on dates, moments and years."""

from __future__ import annotations

import pytest

from kgqa.graph.terms import key_to_literal
from kgqa.retrieval.bounds import Bounds
from kgqa.retrieval.limits import find_limits
from tests.retrieval.toy import build, lines

THINGS = ("Aa", "Bb", "Cc")
DAYS = ("2024-03-05", "2024-05-31", "2024-06-01")
GRAPH = build(
    lines("Aa maker Bb"),
    types={"thing": THINGS},
    values=[
        *((thing, "day", day, "date") for thing, day in zip(THINGS, DAYS, strict=True)),
        *((thing, "moment", f"{day}T23:59:30", "dateTime") for thing, day in zip(THINGS, DAYS, strict=True)),
        *((thing, "made", day[:4], "gYear") for thing, day in zip(THINGS, DAYS, strict=True)),
        *((thing, "many years", day, "date") for thing, day in zip(THINGS, ("2021-05-01", *DAYS[1:]), strict=True)),
    ],
)
BOUNDS = Bounds(GRAPH)


def _asked(text: str, relation: str) -> list[str]:
    (limit,) = find_limits(text)
    conditions = BOUNDS.conditions(GRAPH.find_relation(relation), limit)
    return [f"{comparison.value} {key_to_literal(key).lexical}" for comparison, key in conditions]


@pytest.mark.parametrize(
    ("text", "conditions"),
    [
        ("in May 2024", [">= 2024-05-01", "<= 2024-05-31"]),
        ("in May", [">= 2024-05-01", "<= 2024-05-31"]),
        ("on 5 March", ["= 2024-03-05"]),
        ("since May 2024", [">= 2024-05-01"]),
        ("since the start of May 2024", [">= 2024-05-01"]),
        ("since the beginning of 2024", [">= 2024-01-01"]),
        ("from the start of 2024", [">= 2024-01-01"]),
        ("in the course of 2024", [">= 2024-01-01", "<= 2024-12-31"]),
        ("throughout 2024", [">= 2024-01-01", "<= 2024-12-31"]),
        ("since 31 May 2024", [">= 2024-05-31"]),
        ("after May 2024", ["> 2024-05-31"]),
        ("before May 2024", ["< 2024-05-01"]),
        ("until May 2024", ["<= 2024-05-31"]),
        ("by 5 March 2024", ["<= 2024-03-05"]),
        ("from 5 March 2024 onwards", [">= 2024-03-05"]),
        ("since 2024", [">= 2024-01-01"]),
        ("after 2023", ["> 2023-12-31"]),
        ("between 2021 and 2024", [">= 2021-01-01", "<= 2024-12-31"]),
        ("in the 21st century", [">= 2001-01-01", "<= 2100-12-31"]),
        ("2024年5月以后", ["> 2024-05-31"]),
        ("2024年5月以后（含5月）", [">= 2024-05-01"]),
        ("5月份", [">= 2024-05-01", "<= 2024-05-31"]),
    ],
)
def test_days(text: str, conditions: list[str]) -> None:
    assert _asked(text, "day") == conditions


@pytest.mark.parametrize(
    ("text", "conditions"),
    [
        ("in May 2024", [">= 2024-05-01T00:00:00", "< 2024-06-01T00:00:00"]),
        ("on 31 May", [">= 2024-05-31T00:00:00", "< 2024-06-01T00:00:00"]),
        ("after 31 May 2024", [">= 2024-06-01T00:00:00"]),
        ("before 31 May 2024", ["< 2024-05-31T00:00:00"]),
        ("until 31 May 2024", ["< 2024-06-01T00:00:00"]),
        ("since 31 May 2024", [">= 2024-05-31T00:00:00"]),
        ("in 2024", [">= 2024-01-01T00:00:00", "< 2025-01-01T00:00:00"]),
        ("from 2021 to 2024", [">= 2021-01-01T00:00:00", "< 2025-01-01T00:00:00"]),
    ],
)
def test_moments(text: str, conditions: list[str]) -> None:
    assert _asked(text, "moment") == conditions


def test_a_day_without_a_year_is_of_none_where_the_dates_are_of_several() -> None:
    assert _asked("in May", "many years") == []


def test_years_are_held_against_the_year() -> None:
    assert _asked("since 2024", "made") == [">= 2024"]
