"""GeoQuery's gold answers found anew: its own SQL over the facts of the graph that is asked.

The answers in the files come from a database that keeps elevations as text, where "979" is above "6194": the highest
point of the USA is Mount Davis there, and the states "higher" than Texas include Alabama. It also has rows twice, so
that the Mississippi runs through 11 states, of which it names 10.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace

from kgqa.evaluation import Gold, QuestionSet
from kgqa.graph import KnowledgeGraph

_NAME = "name"
_ALLOWED = frozenset((sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION))


@dataclass(frozen=True, slots=True)
class _View:
    """A table of the SQL as the graph has it.

    kind : the things that have rows. columns : name and relation, "" for the thing's own name; each value of the last
    makes a row. integers, reals : those of the columns that hold numbers.
    """

    table: str
    kind: str
    columns: tuple[tuple[str, str], ...]
    integers: frozenset[str] = frozenset()
    reals: frozenset[str] = frozenset()


_COUNTRY = ("country_name", "in_country")
_VIEWS = (
    _View(
        "state",
        "state",
        (
            ("state_name", ""),
            ("population", "population"),
            ("area", "area"),
            _COUNTRY,
            ("capital", "capital"),
            ("density", "density"),
        ),
        frozenset(("population",)),
        frozenset(("area", "density")),
    ),
    _View(
        "city",
        "city",
        (("city_name", ""), ("population", "population"), ("state_name", "in_state")),
        frozenset(("population",)),
    ),
    _View(
        "river", "river", (("river_name", ""), ("length", "length"), ("traverse", "traverses")), frozenset(("length",))
    ),
    _View("border_info", "state", (("state_name", ""), ("border", "borders"))),
    _View(
        "highlow",
        "state",
        (
            ("state_name", ""),
            ("highest_elevation", "highest_elevation"),
            ("lowest_point", "lowest_point"),
            ("highest_point", "highest_point"),
            ("lowest_elevation", "lowest_elevation"),
        ),
        frozenset(("highest_elevation", "lowest_elevation")),
    ),
    _View(
        "mountain",
        "mountain",
        (("mountain_name", ""), ("mountain_altitude", "altitude"), ("state_name", "in_state")),
        frozenset(("mountain_altitude",)),
    ),
    _View(
        "lake",
        "lake",
        (("lake_name", ""), ("area", "area"), ("state_name", "in_state")),
        reals=frozenset(("area",)),
    ),
)
_USA = "usa"
"""All that the database holds lies there; the graph says it of states alone."""


def recomputed(questions: QuestionSet, graph: KnowledgeGraph) -> QuestionSet:
    """The questions with answers found anew; those whose SQL does not run lose their gold.

    graph : GeoQuery's. Questions without SQL keep the gold that they have.
    """
    database = _database(graph)
    found = {id_: _answered(gold, database) for id_, gold in questions.gold.items()}
    return QuestionSet(questions.questions, {id_: gold for id_, gold in found.items() if gold is not None})


def _answered(gold: Gold, database: sqlite3.Connection) -> Gold | None:
    if not gold.sql:
        return gold
    try:
        rows = database.execute(gold.sql).fetchall()
    except sqlite3.Error:
        return None
    answers = dict.fromkeys(_text(row[0]) for row in rows if row[0] is not None)
    return replace(gold, answers=tuple(answers))


def _text(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _database(graph: KnowledgeGraph) -> sqlite3.Connection:
    """The graph's facts in the tables that the SQL asks; it can be read and nothing else."""
    facts: dict[str, dict[str, list[str]]] = {}
    for fact in graph.to_triples():
        own = fact.object.lexical if not isinstance(fact.object, str) else fact.object
        facts.setdefault(fact.subject, {}).setdefault(fact.predicate, []).append(own)
    database = sqlite3.connect(":memory:")
    for view in _VIEWS:
        names = [name for name, _ in view.columns] + ([] if _COUNTRY in view.columns else [_COUNTRY[0]])
        kinds = ["INTEGER" if n in view.integers else "REAL" if n in view.reals else "TEXT" for n in names]
        database.execute(f"CREATE TABLE {view.table} ({', '.join(map(' '.join, zip(names, kinds, strict=True)))})")
        marks = ", ".join("?" * len(names))
        database.executemany(f"INSERT INTO {view.table} VALUES ({marks})", _rows(view, facts))  # noqa: S608
    database.set_authorizer(lambda action, *_: sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY)
    return database


def _rows(view: _View, facts: dict[str, dict[str, list[str]]]) -> Iterator[tuple[str | None, ...]]:
    def called(value: str) -> str:
        return facts.get(value, {}).get(_NAME, [value])[0]

    for own in facts.values():
        if view.kind not in own.get("type", ()):
            continue
        *firsts, last = ([own[_NAME][0]] if not r else list(map(called, own.get(r, ()))) for _, r in view.columns)
        head = tuple(values[0] if values else None for values in firsts)
        for value in last:
            yield (*head, value) if _COUNTRY in view.columns else (*head, value, _USA)
