"""What literals are worth: a class and a comparable number each, read on first use and remembered.

The rules are those of SPARQL 1.1's operators as an RDF engine applies them: an invalid lexical form is no value,
values of different classes don't compare, and a date without a timezone lies up to 14 hours either side. Numbers are
float64 as written: integers and decimals are exact to 15 digits, and an xsd:float is not rounded to single precision.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kgqa.graph.graph import KnowledgeGraph
from kgqa.graph.strings import StringTable
from kgqa.graph.terms import LANG_STRING, XSD, XSD_STRING
from kgqa.types import Literal, NodeIds

ZONE_SLACK = 14 * 3600.0
"""Seconds by which a time without a timezone may lie off UTC, either way."""

SAMPLE = 1_000
"""Facts looked at to tell which class of value a relation measures in."""

_INT64 = 2**63
_MAX_DECIMAL = 170_141_183_460_469_231_731.0


class ValueClass(IntEnum):
    """Values of one class compare with each other and with no other."""

    UNREAD = 0
    NUMBER = 1
    DATE = 2
    DATETIME = 3
    YEAR = 4
    YEAR_MONTH = 5
    BOOLEAN = 6
    STRING = 7
    LANG_STRING = 8
    OTHER = 9


class Zone(IntEnum):
    """The timezone that a time states."""

    NONE = 0
    UTC = 1
    OFFSET = 2


TIMES = (ValueClass.DATE, ValueClass.DATETIME, ValueClass.YEAR, ValueClass.YEAR_MONTH)
ORDERED = (ValueClass.NUMBER, *TIMES)


class Value(NamedTuple):
    """One literal's worth.

    number : the number; for times, seconds since 1970 in UTC; 0 or 1 for booleans; 0 for the rest.
    """

    value_class: ValueClass
    number: float = 0.0
    zone: Zone = Zone.NONE


@dataclass(frozen=True, slots=True)
class Measure:
    """The values that one superlative, sum or comparison ranges over: totally ordered.

    zone : for times, the one timezone that counts; NONE or UTC.
    """

    value_class: ValueClass
    zone: Zone = Zone.NONE


_OTHER, _STRING = Value(ValueClass.OTHER), Value(ValueClass.STRING)
_LANG_STRING = Value(ValueClass.LANG_STRING)
_DATE = r"(-?(?:[1-9]\d{3,}|0\d{3}))-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
_TIME = r"T([01]\d|2[0-4]):([0-5]\d):([0-5]\d(?:\.\d+)?)"
_ZONE = r"(Z|[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00)?"
_PATTERNS: Mapping[ValueClass, re.Pattern[str]] = {
    ValueClass.DATE: re.compile(_DATE + _ZONE, re.ASCII),
    ValueClass.DATETIME: re.compile(_DATE + _TIME + _ZONE, re.ASCII),
    ValueClass.YEAR: re.compile(r"(-?(?:[1-9]\d{3,}|0\d{3}))" + _ZONE, re.ASCII),
    ValueClass.YEAR_MONTH: re.compile(r"(-?(?:[1-9]\d{3,}|0\d{3}))-(0[1-9]|1[0-2])" + _ZONE, re.ASCII),
}
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
_DECIMAL = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)", re.ASCII)
_DOUBLE = re.compile(r"[+-]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|INF)", re.ASCII)
_BOOLEANS = {"true": 1.0, "1": 1.0, "false": 0.0, "0": 0.0}
_MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def _integer(lexical: str) -> Value:
    if not _INTEGER.fullmatch(lexical) or len(lexical) > 40:
        return _OTHER
    number = int(lexical)
    return Value(ValueClass.NUMBER, float(number)) if -_INT64 <= number < _INT64 else _OTHER


def _decimal(lexical: str) -> Value:
    if not _DECIMAL.fullmatch(lexical):
        return _OTHER
    number = float(lexical)
    return Value(ValueClass.NUMBER, number) if abs(number) < _MAX_DECIMAL else _OTHER


def _double(lexical: str) -> Value:
    return Value(ValueClass.NUMBER, float(lexical)) if _DOUBLE.fullmatch(lexical) else _OTHER


def _boolean(lexical: str) -> Value:
    number = _BOOLEANS.get(lexical)
    return _OTHER if number is None else Value(ValueClass.BOOLEAN, number)


def _days(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01 in the proleptic Gregorian calendar, for any year."""
    year -= month <= 2
    era, of_era = divmod(year, 400)
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468


def _month_days(year: int, month: int) -> int:
    leap = month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return _MONTH_DAYS[month - 1] + leap


def _zone(text: str | None) -> tuple[Zone, float]:
    """The zone and its offset from UTC in seconds."""
    if not text:
        return Zone.NONE, 0.0
    if text == "Z" or text[1:] == "00:00":
        return Zone.UTC, 0.0
    seconds = int(text[1:3]) * 3600.0 + int(text[4:6]) * 60.0
    return Zone.OFFSET, -seconds if text[0] == "-" else seconds


def _seconds(clock: tuple[str, ...]) -> float | None:
    """Seconds into the day; 24:00:00 is the day's end and nothing else of that hour exists."""
    if not clock:
        return 0.0
    seconds = int(clock[0]) * 3600.0 + int(clock[1]) * 60.0 + float(clock[2])
    return seconds if seconds <= 86_400.0 else None


def _time(value_class: ValueClass) -> Callable[[str], Value]:
    """A reader of times; the pattern's groups are year, month, day, hour, minute, second and zone, cut short."""
    pattern = _PATTERNS[value_class]

    def read(lexical: str) -> Value:
        match = pattern.fullmatch(lexical)
        if match is None:
            return _OTHER
        *parts, zone_text = match.groups()
        year, month, day = int(parts[0]), int(parts[1]) if parts[1:] else 1, int(parts[2]) if parts[2:] else 1
        seconds = _seconds(tuple(parts[3:]))
        if day > _month_days(year, month) or seconds is None:
            return _OTHER
        zone, offset = _zone(zone_text)
        return Value(value_class, _days(year, month, day) * 86_400.0 + seconds - offset, zone)

    return read


_SIZES = ("byte", "short", "int", "long", "unsignedByte", "unsignedShort", "unsignedInt", "unsignedLong")
_SIGNS = ("nonNegativeInteger", "positiveInteger", "nonPositiveInteger", "negativeInteger")
_READERS: Mapping[str, Callable[[str], Value]] = {
    **{XSD + name: _integer for name in ("integer", *_SIZES, *_SIGNS)},
    XSD + "decimal": _decimal,
    XSD + "double": _double,
    XSD + "float": _double,
    XSD + "boolean": _boolean,
    XSD + "date": _time(ValueClass.DATE),
    XSD + "dateTime": _time(ValueClass.DATETIME),
    XSD + "dateTimeStamp": _time(ValueClass.DATETIME),
    XSD + "gYear": _time(ValueClass.YEAR),
    XSD + "gYearMonth": _time(ValueClass.YEAR_MONTH),
    XSD_STRING: lambda _: _STRING,
    LANG_STRING: lambda _: _LANG_STRING,
}


def value_of(literal: Literal) -> Value:
    """What a literal is worth; an unknown datatype or an invalid form is OTHER (and so is NaN)."""
    reader = _READERS.get(literal.datatype)
    return _OTHER if reader is None else reader(literal.lexical)


class ValueTable:
    """The values of one graph's literals, each read when first asked for (see `values_of`)."""

    def __init__(self, terms: StringTable) -> None:
        self._terms = terms
        self._classes: NDArray[np.int8] = np.zeros(len(terms), dtype=np.int8)
        self._numbers: NDArray[np.float64] = np.zeros(len(terms), dtype=np.float64)
        self._zones: NDArray[np.int8] = np.zeros(len(terms), dtype=np.int8)
        self._measures: dict[int, Measure] = {}

    def classes(self, nodes: NodeIds) -> NDArray[np.int8]:
        """The ValueClass of each node, [n]; a node that is no literal is OTHER."""
        self._read(nodes)
        return self._classes[nodes]

    def numbers(self, nodes: NodeIds) -> NDArray[np.float64]:
        """The comparable number of each node (see Value), [n]."""
        self._read(nodes)
        return self._numbers[nodes]

    def zones(self, nodes: NodeIds) -> NDArray[np.int8]:
        """The Zone of each node, [n]."""
        self._read(nodes)
        return self._zones[nodes]

    def measured(self, nodes: NodeIds, measure: Measure) -> NDArray[np.bool_]:
        """Which nodes are values of a measure, [n]."""
        mask: NDArray[np.bool_] = (self.classes(nodes) == measure.value_class) & (self.zones(nodes) == measure.zone)
        return mask

    def measure(self, graph: KnowledgeGraph, relation: int) -> Measure:
        """What a relation measures in: the commonest ordered class and zone among a sample of its objects.

        A tie goes to the class that ValueClass lists first; a relation without such values measures numbers.
        """
        if relation not in self._measures:
            objects = graph.relation_pairs(relation)[1]
            sample = objects[:: max(1, len(objects) // SAMPLE)]
            self._measures[relation] = self._commonest(sample)
        return self._measures[relation]

    def _commonest(self, nodes: NodeIds) -> Measure:
        classes, zones = self.classes(nodes), self.zones(nodes)
        choices = [Measure(c, z) for c in ORDERED for z in (Zone.NONE, Zone.UTC)]
        sizes = [int(((classes == m.value_class) & (zones == m.zone)).sum()) for m in choices]
        return choices[int(np.argmax(sizes))]

    def _read(self, nodes: NodeIds) -> None:
        unread = nodes[self._classes[nodes] == ValueClass.UNREAD]
        if not len(unread):
            return
        values = [_value_of_key(self._terms[node]) for node in unread.tolist()]
        self._classes[unread], self._numbers[unread], self._zones[unread] = zip(*values, strict=True)


def _value_of_key(key: str) -> Value:
    """The value of any term; shorter than by way of a Literal, since whole graphs pass here."""
    if not key.startswith('"'):
        return _OTHER
    end = key.rindex('"')
    suffix = key[end + 1 :]
    datatype = suffix[3:-1] if suffix.startswith("^") else LANG_STRING if suffix else XSD_STRING
    reader = _READERS.get(datatype)
    return _OTHER if reader is None else reader(key[1:end])


def values_of(graph: KnowledgeGraph) -> ValueTable:
    """The values of a graph's literals; made once and kept for as long as the graph lives."""
    # Kept where the graph's own cached properties are: a graph can't be a dictionary key, its arrays don't hash.
    kept = vars(graph)
    if "value_table" not in kept:
        kept["value_table"] = ValueTable(graph.terms)
    table: ValueTable = kept["value_table"]
    return table
