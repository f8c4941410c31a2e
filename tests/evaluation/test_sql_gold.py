"""Gold answers found anew by SQL over a graph in GeoQuery's form."""

from __future__ import annotations

import sqlite3

import pytest

from evaluation.sql_gold import _database, recomputed
from kgqa.evaluation import Gold, QuestionSet
from kgqa.evaluation.questions import Question
from kgqa.graph import KnowledgeGraph

PEAKS = {"texas": 2667, "alaska": 6194, "ohio": 472, "iowa": 98}
GRAPH = KnowledgeGraph.load(
    [
        *((f"state: {name}", "type", "state") for name in PEAKS),
        *((f"state: {name}", "name", name) for name in PEAKS),
        *((f"state: {name}", "highest_elevation", str(height)) for name, height in PEAKS.items()),
        *((f"state: {name}", "lowest_elevation", "0") for name in PEAKS),
        *((f"state: {name}", "highest_point", f"place: {name}") for name in PEAKS),
        *((f"state: {name}", "lowest_point", f"place: {name}") for name in PEAKS),
        *((f"state: {name}", "area", "8") for name in ("ohio", "iowa")),
        *((f"state: {name}", "density", "1.5") for name in ("ohio", "iowa")),
        ("river: red", "type", "river"),
        ("river: red", "name", "red"),
        ("river: red", "traverses", "state: ohio"),
        ("river: red", "traverses", "state: texas"),
    ]
)


def answers(sql: str, *, before: tuple[str, ...] = ()) -> tuple[str, ...] | None:
    found = recomputed(QuestionSet((Question("q", "?"),), {"q": Gold(before, sql=sql)}), GRAPH).gold
    return found["q"].answers if "q" in found else None


def test_numbers_are_compared_as_numbers() -> None:
    highest = "SELECT STATE_NAME FROM HIGHLOW WHERE HIGHEST_ELEVATION = (SELECT MAX(HIGHEST_ELEVATION) FROM HIGHLOW)"
    assert answers(highest) == (max(PEAKS, key=PEAKS.__getitem__),)
    above = "SELECT STATE_NAME FROM HIGHLOW WHERE HIGHEST_ELEVATION > 400"
    assert set(answers(above) or ()) == {name for name, height in PEAKS.items() if height > 400}


def test_values_that_come_several_times_make_rows() -> None:
    assert answers("SELECT TRAVERSE FROM RIVER WHERE RIVER_NAME = 'red'") == ("ohio", "texas")
    assert answers("SELECT COUNT(*) FROM BORDER_INFO") == ("0",)


def test_whole_numbers_are_written_as_such() -> None:
    assert answers("SELECT SUM(AREA) FROM STATE") == ("16",)
    assert answers("SELECT AVG(DENSITY) FROM STATE") == ("1.5",)


def test_questions_whose_sql_does_not_run_lose_their_gold() -> None:
    assert answers("SELECT NOWHERE FROM STATE", before=("ohio",)) is None


def test_questions_without_sql_keep_their_gold() -> None:
    assert answers("", before=("ohio",)) == ("ohio",)


@pytest.mark.parametrize("sql", ["DROP TABLE state", "ATTACH 'other.db' AS other", "PRAGMA user_version = 3"])
def test_nothing_but_reading_is_allowed(sql: str) -> None:
    with pytest.raises(sqlite3.DatabaseError, match="not authorized"):
        _database(GRAPH).execute(sql)
