"""Limits of a question as conditions on an attribute: the class of its values, and its unit."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from kgqa.graph import KnowledgeGraph
from kgqa.graph.terms import XSD, literal_key
from kgqa.graph.values import TIMES, ValueClass, values_of
from kgqa.program.algebra import Comparison
from kgqa.retrieval.limits import YEARS, Limit
from kgqa.retrieval.relations import relation_names
from kgqa.text.units import Unit, convert, unit_in, unit_of
from kgqa.types import Literal

Conditions = tuple[tuple[Comparison, str], ...]
_UNIT_NAMES = frozenset(("unittext", "unit", "unitcode", "hasunit", "units"))
_YEAR_DIGITS = 4
_YUAN = Unit("yuan", Decimal(1))


_SAMPLE = 200


class Bounds:
    """Reads limits against the attributes of one graph."""

    def __init__(self, graph: KnowledgeGraph) -> None:
        self._graph = graph
        self._units: dict[int, Unit | None] = {}
        self._years: dict[int, bool] = {}

    def conditions(self, relation: int, limit: Limit) -> Conditions:
        """What a limit asks of the values of a relation; nothing where the two don't go together."""
        measured = values_of(self._graph).measure(self._graph, relation).value_class
        if measured in TIMES:
            return () if limit.unit else self._of_times(measured, limit)
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

    def _of_times(self, measured: ValueClass, limit: Limit) -> Conditions:
        year = limit.number.lexical
        if measured is ValueClass.YEAR:
            last = () if limit.upper is None else ((Comparison.LESS_EQUAL, _typed(str(int(limit.upper)), "gYear")),)
            return ((limit.comparison, _typed(year, "gYear")), *last) if len(year) == _YEAR_DIGITS else ()
        if measured is not ValueClass.DATE:
            return ()
        if limit.date:
            return ((limit.comparison, _typed(limit.date, "date")),)
        if len(year) != _YEAR_DIGITS:
            return ()
        if limit.upper is not None or limit.comparison is Comparison.EQUAL:
            final = year if limit.upper is None else str(int(limit.upper))
            low, high = _typed(f"{year}-01-01", "date"), _typed(f"{final}-12-31", "date")
            return ((Comparison.GREATER_EQUAL, low), (Comparison.LESS_EQUAL, high))
        first = limit.comparison in (Comparison.LESS, Comparison.GREATER_EQUAL)
        return ((limit.comparison, _typed(f"{year}-{'01-01' if first else '12-31'}", "date")),)


def _typed(lexical: str, name: str) -> str:
    return literal_key(Literal(lexical, XSD + name))


def _number(value: Decimal) -> str:
    whole = value == value.to_integral_value()
    return _typed(str(int(value)) if whole else format(value.normalize(), "f"), "integer" if whole else "decimal")
