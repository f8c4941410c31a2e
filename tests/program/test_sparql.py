"""Every operator gives what Oxigraph gives for its SPARQL, on random graphs and programs."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kgqa.program import algebra, execute, to_sparql
from kgqa.program.algebra import Program
from tests.program.oracle import Oracle, graph_of, outcome_of
from tests.program.strategies import GENERATORS, facts, programs

OPERATORS = [
    kind
    for kind in vars(algebra).values()
    if isinstance(kind, type) and issubclass(kind, Program) and kind is not Program
]


def test_every_operator_has_a_generator() -> None:
    assert set(GENERATORS) == set(OPERATORS)


@pytest.mark.parametrize("kind", OPERATORS, ids=lambda kind: kind.__name__)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_agrees_with_oxigraph(kind: type[Program], data: st.DataObject) -> None:
    graph = graph_of(data.draw(facts()))
    program = data.draw(programs(graph, kind))
    query = to_sparql(program, graph)
    assert outcome_of(execute(program, graph), graph) == Oracle(graph).run(query, program.yields), query
