"""Literals are worth what Oxigraph holds them to be worth."""

from __future__ import annotations

import gc
import weakref
from itertools import product

import numpy as np
import pyoxigraph as ox
import pytest

from kgqa.graph.terms import XSD
from kgqa.graph.values import TIMES, Measure, ValueClass, Zone, value_of, values_of
from kgqa.types import Literal
from tests.program.oracle import graph_of
from tests.program.strategies import LITERALS, typed

NUMBERS = (
    "5",
    "+5",
    "-0",
    "05",
    " 5",
    "5.",
    ".5",
    "5.50",
    "5e3",
    "5E-3",
    "INF",
    "-INF",
    "NaN",
    "",
    "x",
    "0x5",
    "٥",
    "1_000",
)
NUMBER_TYPES = ("integer", "int", "byte", "nonNegativeInteger", "unsignedLong", "decimal", "double", "float")
DAYS = (
    "2020-02-29",
    "2019-02-29",
    "1900-02-29",
    "2000-02-29",
    "0000-01-01",
    "-0004-02-29",
    "12020-06-15",
    "02020-06-15",
)
ZONES = ("", "Z", "+00:00", "-00:00", "+05:30", "-08:00", "+14:00", "+14:01", "+5:00", "z")
TIMES_OF_DAY = ("T00:00:00", "T23:59:59.999", "T24:00:00", "T24:00:01", "T25:00:00", "T12:60:00", "T12:00", "")


class Engine:
    def __init__(self) -> None:
        self._store = ox.Store()

    def __call__(self, expression: str) -> str | None:
        found = self._store.query(f"PREFIX xsd: <{XSD}> SELECT ({expression} AS ?x) {{}}")
        assert isinstance(found, ox.QuerySolutions)
        value = next(iter(found))[0]
        return value.value if isinstance(value, ox.Literal) else None


ASK = Engine()


@pytest.mark.parametrize("datatype", NUMBER_TYPES)
def test_numbers(datatype: str) -> None:
    for lexical in NUMBERS:
        value = value_of(Literal(lexical, XSD + datatype))
        constant = f'"{lexical}"^^xsd:{datatype}'
        numeric = ASK(f"isNumeric({constant})") == "true" and lexical != "NaN"
        assert (value.value_class is ValueClass.NUMBER) == numeric, constant
        if numeric:
            expected = float((ASK(f"xsd:double({constant})") or "").replace("INF", "inf"))
            # A float is taken as written, not at single precision: "0.1" is a tenth.
            near = pytest.approx(expected, rel=1e-6) if datatype == "float" else expected
            assert value.number == near, constant


def times() -> list[tuple[str, str, ValueClass]]:
    days = [(day + zone, "date", ValueClass.DATE) for day, zone in product(DAYS, ZONES)]
    moments = [
        (day + time + zone, "dateTime", ValueClass.DATETIME)
        for day, time, zone in product(DAYS[:3], TIMES_OF_DAY, ZONES)
    ]
    years = [(year + zone, "gYear", ValueClass.YEAR) for year, zone in product(("1999", "-0044", "99", "01999"), ZONES)]
    months = [(m + zone, "gYearMonth", ValueClass.YEAR_MONTH) for m, zone in product(("1999-12", "1999-13"), ZONES)]
    return days + moments + years + months


def test_times() -> None:
    for lexical, datatype, value_class in times():
        constant = f'"{lexical}"^^xsd:{datatype}'
        value, zone = value_of(Literal(lexical, XSD + datatype)), ASK(f"tz({constant})")
        assert (value.value_class is value_class) == (zone is not None), constant
        assert value.value_class in (value_class, ValueClass.OTHER)
        if zone is not None:
            assert value.zone is {"": Zone.NONE, "Z": Zone.UTC}.get(zone, Zone.OFFSET), constant


def test_order_of_times() -> None:
    valid = [(t, d) for t, d, c in times() if value_of(Literal(t, XSD + d)).value_class is c and t.endswith("Z")]
    for (left, left_type), (right, right_type) in product(valid, valid):
        if left_type == right_type:
            ours = value_of(Literal(left, XSD + left_type)).number < value_of(Literal(right, XSD + right_type)).number
            theirs = ASK(f'"{left}"^^xsd:{left_type} < "{right}"^^xsd:{right_type}')
            assert str(ours).lower() == theirs, (left, right)


def test_classes_of_a_graph() -> None:
    graph = graph_of([("<a>", "p", literal) for literal in LITERALS])
    nodes = np.array([graph.find_key(literal) for literal in LITERALS], dtype=np.int32)
    expected = [value_of(graph.literal(int(node))) for node in nodes]
    table = values_of(graph)
    assert table is values_of(graph)
    assert table.classes(nodes).tolist() == [value.value_class for value in expected]
    assert table.numbers(nodes).tolist() == [value.number for value in expected]
    assert table.zones(nodes).tolist() == [value.zone for value in expected]
    entity = np.array([graph.find("a")], dtype=np.int32)
    assert table.classes(entity).tolist() == [ValueClass.OTHER]


def test_a_relation_measures_in_its_commonest_ordered_class() -> None:
    dates = [("<a>", "since", typed(f"200{i}-01-01", "date")) for i in range(3)]
    numbers = [("<a>", "since", typed(str(i), "integer")) for i in range(2)]
    texts = [("<a>", "since", f'"text {i}"') for i in range(9)]
    graph = graph_of([*dates, *numbers, *texts, ("<a>", "size", '"large"')])
    table = values_of(graph)
    assert table.measure(graph, graph.find_relation("since")) == Measure(ValueClass.DATE)
    assert table.measure(graph, graph.find_relation("size")) == Measure(ValueClass.NUMBER)
    assert set(TIMES) <= set(ValueClass)


def test_values_go_with_their_graph() -> None:
    graph = graph_of([("<a>", "p", '"5"')])
    kept = weakref.ref(values_of(graph))
    del graph
    gc.collect()
    assert kept() is None
