"""What every expression of the algebra must have: execution, SPARQL, words, evidence; nothing that writes."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kgqa.program import Result, algebra, check, evidence, execute, notation, to_sparql, to_words
from kgqa.program.algebra import Program, Yields
from tests.program.oracle import graph_of
from tests.program.strategies import GENERATORS, facts, programs

OPERATORS = [
    kind
    for kind in vars(algebra).values()
    if isinstance(kind, type) and issubclass(kind, Program) and kind is not Program
]
FIELDS = {
    Yields.NODES: "nodes",
    Yields.NUMBER: "number",
    Yields.BOOLEAN: "boolean",
    Yields.RELATIONS: "relations",
    Yields.TABLE: "rows",
}


@pytest.mark.parametrize("kind", OPERATORS, ids=lambda kind: kind.__name__)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_contract(kind: type[Program], data: st.DataObject) -> None:
    graph = graph_of(data.draw(facts()))
    program = data.draw(programs(graph, kind, 2))
    check(program, graph)
    result = execute(program, graph)
    assert result.yields is program.yields
    assert not result.truncated
    _assert_shape(result)
    assert to_sparql(program, graph) == to_sparql(program, graph)
    assert to_words(program, graph)
    assert notation(program, graph)
    assert isinstance(evidence(program, graph, result.nodes), tuple)
    assert list(program.walk()) == _walked(program)


def _walked(program: Program) -> list[Program]:
    """A program and all inside it, outermost first, by the values of its fields."""
    values = [getattr(program, field.name) for field in dataclasses.fields(program)]
    return [program, *(part for value in values if isinstance(value, Program) for part in _walked(value))]


def _assert_shape(result: Result) -> None:
    nodes = result.nodes.tolist()
    assert nodes == sorted(set(nodes))
    assert result.nodes.dtype == result.relations.dtype == "int32"
    unused = {name: getattr(result, name) for yields, name in FIELDS.items() if yields is not result.yields}
    assert all(value is None or len(value) == 0 for value in unused.values())
    assert (result.boolean is not None) == (result.yields is Yields.BOOLEAN)


@pytest.mark.parametrize("kind", OPERATORS, ids=lambda kind: kind.__name__)
def test_expressions_are_values(kind: type[Program]) -> None:
    assert dataclasses.is_dataclass(kind)
    assert kind.__doc__
    assert getattr(kind, "__slots__", None) is not None
    assert kind in GENERATORS


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_a_limit_cuts_and_says_so(data: st.DataObject) -> None:
    graph = graph_of(data.draw(facts()))
    program = data.draw(programs(graph, data.draw(st.sampled_from(OPERATORS)), 2))
    limit = data.draw(st.integers(0, 3))
    whole, cut = execute(program, graph), execute(program, graph, limit=limit)
    assert len(cut.nodes) <= limit
    if not cut.truncated:
        assert cut.nodes.tolist() == whole.nodes.tolist()
        assert (cut.number, cut.boolean, cut.rows) == (whole.number, whole.boolean, whole.rows)
