"""Limits of a question as conditions on an attribute: the class of its values, and its unit."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from kgqa.graph import KnowledgeGraph
from kgqa.graph.terms import XSD, literal_key
from kgqa.graph.values import TIMES, ValueClass, Zone, values_of
from kgqa.program.algebra import Comparison
from kgqa.retrieval.limits import YEARS, Limit
from kgqa.retrieval.relations import relation_names
from kgqa.text.units import Unit, convert, unit_in, unit_of
from kgqa.types import Literal

Conditions = tuple[tuple[Comparison, str], ...]
_UNIT_NAMES = frozenset(("unittext", "unit", "unitcode", "hasunit", "units"))
_YEAR_DIGITS = 4
_DATES = 5_000
"""The most dates of an attribute that are looked at for the year that they are all of."""
_DAYS = (ValueClass.DATE, ValueClass.DATETIME)
_FROM_THE_FIRST = (Comparison.LESS, Comparison.GREATER_EQUAL)
"""What is held against the first day of a span; the others are held against its last."""
_ENDS = {
    Comparison.EQUAL: (Comparison.GREATER_EQUAL, Comparison.LESS_EQUAL),
    **{c: (c,) for c in (Comparison.LESS, Comparison.LESS_EQUAL, Comparison.GREATER, Comparison.GREATER_EQUAL)},
}
_YUAN = Unit("yuan", Decimal(1))


_SAMPLE = 200


class Bounds:
    """Reads limits against the attributes of one graph."""

    def __init__(self, graph: KnowledgeGraph) -> None:
        self._graph = graph
        self._units: dict[int, Unit | None] = {}
        self._years: dict[int, bool] = {}
        self._only_years: dict[int, str | None] = {}

    def conditions(self, relation: int, limit: Limit) -> Conditions:
        """What a limit asks of the values of a relation; nothing where the two don't go together."""
        measured = values_of(self._graph).measure(self._graph, relation).value_class
        if measured in TIMES:
            return () if limit.unit else self._of_times(measured, relation, limit)
        if limit.timed and (limit.date or not self._holds_years(relation)):
            return ()
        low, high = self._converted(relation, limit, limit.number.value), None
        if limit.upper is not None:
            high = self._converted(relation, limit, limit.upper)
        if low is None or (limit.upper is not None and high is None):
            return ()
        upper = () if high is None else ((Comparison.LESS_EQUAL, _number(high)),)
        return ((limit.comparison, _number(low)), *upper)

    def unit(self, relation: int) -> Unit | None:
        """The unit that the graph states for a relation (`schema:unitText` and the like) or names it by, or None."""
        if relation not in self._units:
            named = (unit_in(name) for name in relation_names(self._graph, relation))
            self._units[relation] = self._stated_unit(relation) or next((unit for unit in named if unit), None)
        return self._units[relation]

    def _holds_years(self, relation: int) -> bool:
        """Whether plain whole numbers are all such as years are, as in a table that tells no types."""
        if relation not in self._years:
            objects = self._graph.relation_pairs(relation)[1]
            sample = objects[:: max(len(objects) // _SAMPLE, 1)]
            found = [self._graph.literal(node).lexical for node in sample.tolist() if self._is_literal(node)]
            self._years[relation] = bool(found) and all(v.isdecimal() and int(v) in YEARS for v in found)
        return self._years[relation]

    def _is_literal(self, node: int) -> bool:
        return bool(self._graph.is_literal(np.array([node], dtype=np.int32))[0])

    def _converted(self, relation: int, limit: Limit, number: Decimal) -> Decimal | None:
        given, wanted = unit_of(limit.unit) if limit.unit else None, self.unit(relation)
        if given is None and wanted is not None and wanted.kind == _YUAN.kind and wanted.factor <= number:
            given = _YUAN  # "over 5 million" of a price in units of ten thousand
        return number if given is None or wanted is None else convert(number, given, wanted)

    def _stated_unit(self, relation: int) -> Unit | None:
        graph = self._graph
        term = graph.relation_term(relation)
        for r in range(graph.n_relations):
            name = graph.relation_id(r).rpartition("/")[2].rpartition("#")[2].casefold()
            if name in _UNIT_NAMES:
                found = (unit_of(literal.lexical) for literal in graph.names(term, (r,)))
                return next((unit for unit in found if unit is not None), None)
        return None

    def _of_times(self, measured: ValueClass, relation: int, limit: Limit) -> Conditions:
        if measured is ValueClass.YEAR:
            year = limit.number.lexical
            until = () if limit.upper is None else ((Comparison.LESS_EQUAL, _typed(str(int(limit.upper)), "gYear")),)
            return ((limit.comparison, _typed(year, "gYear")), *until) if len(year) == _YEAR_DIGITS else ()
        days = self._days(relation, limit)
        if days is None or measured not in (ValueClass.DATE, ValueClass.DATETIME):
            return ()
        comparison = limit.comparison if limit.upper is None else Comparison.EQUAL  # a span is all between its ends
        if measured is ValueClass.DATETIME:
            return _of_moments(days, comparison, values_of(self._graph).measure(self._graph, relation).zone)
        first, last = days
        if comparison is Comparison.EQUAL and first == last:
            return ((comparison, _typed(first, "date")),)
        return tuple((c, _typed(first if c in _FROM_THE_FIRST else last, "date")) for c in _ENDS.get(comparison, ()))

    def _days(self, relation: int, limit: Limit) -> tuple[str, str] | None:
        """The first and last day of a limit; without a year they are of the one year that all values are of."""
        if limit.date:
            year = self._only_year(relation) if limit.date.startswith("--") else ""
            return (
                None if year is None else (year + limit.date[len(year) and 1 :], year + limit.last[len(year) and 1 :])
            )
        year = limit.number.lexical
        if len(year) != _YEAR_DIGITS:
            return None
        return f"{year}-01-01", f"{year if limit.upper is None else int(limit.upper)}-12-31"

    def _only_year(self, relation: int) -> str | None:
        """The year that all dates of a relation are of, or None."""
        if relation not in self._only_years:
            objects = np.unique(self._graph.relation_pairs(relation)[1])
            few = objects if len(objects) <= _DATES else objects[:0]
            dated = few[np.isin(values_of(self._graph).classes(few), _DAYS)]
            years = {self._graph.literal(node).lexical[:_YEAR_DIGITS] for node in dated.tolist()}
            self._only_years[relation] = years.pop() if len(years) == 1 else None
        return self._only_years[relation]


def _of_moments(days: tuple[str, str], comparison: Comparison, zone: Zone) -> Conditions:
    """What a span of days asks of dateTimes: a moment before a day, or before the day after one."""
    if days[1] == str(date.max):
        return ()
    first, after = (_moment(day, zone) for day in (days[0], str(date.fromisoformat(days[1]) + timedelta(days=1))))
    since, until = (Comparison.GREATER_EQUAL, first), (Comparison.LESS, after)
    return {
        Comparison.EQUAL: (since, until),
        Comparison.LESS: ((Comparison.LESS, first),),
        Comparison.LESS_EQUAL: (until,),
        Comparison.GREATER: ((Comparison.GREATER_EQUAL, after),),
        Comparison.GREATER_EQUAL: (since,),
    }.get(comparison, ())


def _moment(day: str, zone: Zone) -> str:
    return _typed(f"{day}T00:00:00{'Z' if zone is Zone.UTC else ''}", "dateTime")


def _typed(lexical: str, name: str) -> str:
    return literal_key(Literal(lexical, XSD + name))


def _number(value: Decimal) -> str:
    whole = value == value.to_integral_value()
    return _typed(str(int(value)) if whole else format(value.normalize(), "f"), "integer" if whole else "decimal")
