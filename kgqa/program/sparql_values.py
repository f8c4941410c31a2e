"""What SPARQL says of the values of attributes: which count, and that a number is one."""

from __future__ import annotations

from collections.abc import Mapping

from kgqa.graph.terms import XSD
from kgqa.graph.values import Measure, ValueClass, Zone
from kgqa.program import algebra as a
from kgqa.program.sparql_terms import Lines, Words

_TIME_TYPES: Mapping[ValueClass, tuple[str, ...]] = {
    ValueClass.DATE: ("date",),
    ValueClass.DATETIME: ("dateTime", "dateTimeStamp"),
    ValueClass.YEAR: ("gYear",),
    ValueClass.YEAR_MONTH: ("gYearMonth",),
}
INFINITE = ("INF", "+INF", "-INF")
"""The lexical forms of values that two of make NaN."""


def filtered(condition: str) -> str:
    """A filter by a condition."""
    return f"FILTER({condition})"


def measures(words: Words, variable: str, measure: Measure) -> str:
    """The condition that a variable holds a value of a measure."""
    if measure.value_class is ValueClass.NUMBER:
        return " && ".join([f"isNumeric({variable})", *no_nan(words, variable, "NaN")])
    types = [words.iri(XSD + name) for name in _TIME_TYPES[measure.value_class]]
    datatype = f"= {types[0]}" if len(types) == 1 else f"IN ({', '.join(types)})"
    zone = '"Z"' if measure.zone is Zone.UTC else '""'
    return f"datatype({variable}) {datatype} && tz({variable}) = {zone}"


def no_nan(words: Words, number: str, *causes: str) -> list[str]:
    """The condition that a number is not NaN, if the graph holds a value, by its lexical form, that can make it so."""
    keys = (f'"{cause}"^^<{XSD}{kind}>' for cause in causes for kind in ("double", "float"))
    return [f"{number} = {number}"] if any(words.graph.find_key(key) >= 0 for key in keys) else []


def measured(words: Words, node: str, step: a.Step, value: str, measure: Measure) -> Lines:
    """Lines that bind a node's values of a measure along a step."""
    return [words.edge(node, step, value), filtered(measures(words, value, measure))]
