"""Every operator gives what Oxigraph gives for its SPARQL, on random graphs and programs."""

from __future__ import annotations

from textwrap import dedent

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from kgqa.errors import ProgramError
from kgqa.graph import KnowledgeGraph
from kgqa.program import algebra, execute, to_sparql
from kgqa.program.algebra import Comparison, Entities, Follow, Having, Order, Program, Step, Top, Where, Yields
from tests.program.oracle import Oracle, Outcome, graph_of, outcome_of
from tests.program.strategies import GENERATORS, LITERALS, facts, programs, typed

OPERATORS = [
    kind
    for kind in vars(algebra).values()
    if isinstance(kind, type) and issubclass(kind, Program) and kind is not Program
]
NOTHING = (Outcome(), Outcome(number=0), Outcome(boolean=False))


def test_every_operator_has_a_generator() -> None:
    assert set(GENERATORS) == set(OPERATORS)


@pytest.mark.parametrize("kind", OPERATORS, ids=lambda kind: kind.__name__)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_agrees_with_oxigraph(kind: type[Program], data: st.DataObject) -> None:
    graph = graph_of(data.draw(facts()))
    program = data.draw(programs(graph, kind, data.draw(st.integers(1, 4))))
    query = to_sparql(program, graph)
    assert outcome_of(execute(program, graph), graph) == Oracle(graph).run(query, program.yields), query


@pytest.mark.parametrize("kind", OPERATORS, ids=lambda kind: kind.__name__)
def test_random_programs_find_something(kind: type[Program]) -> None:
    def found(case: tuple[KnowledgeGraph, Program]) -> bool:
        return outcome_of(execute(case[1], case[0]), case[0]) not in NOTHING

    cases = facts().map(graph_of).flatmap(lambda graph: st.tuples(st.just(graph), programs(graph, kind, 2)))
    find(cases, found, settings=settings(max_examples=500, phases=[Phase.generate], database=None, deadline=None))


@pytest.mark.parametrize("value", LITERALS)
def test_each_value_compares_as_in_oxigraph(value: str) -> None:
    graph = graph_of([(f"<{i}>", "size", literal) for i, literal in enumerate(LITERALS)])
    step = Step(0)
    oracle = Oracle(graph)
    for comparison in Comparison:
        program = Where(Having(step), step, comparison, value)
        try:
            result = execute(program, graph)
        except ProgramError:
            continue
        assert outcome_of(result, graph) == oracle.run(to_sparql(program, graph), Yields.NODES), comparison


HOSTILE = (
    '" . DROP ALL #',
    "} UNION { ?s ?p ?o",
    "a\nb\\",
    "\u202eright to left",
    "<b>",
    "{?x}",
    "%20 #/:",
    "http://e/<>",
)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_labels_stay_data(name: str) -> None:
    graph = graph_of([(f"<{name}>", "is {", f'"{name}"'), ("<x>", name, f"<{name}>")])
    is_named, leads = Step(graph.find_relation("is {")), Step(graph.find_relation(name))
    by_value = Where(Having(is_named), is_named, Comparison.EQUAL, f'"{name}"')
    for program in (by_value, Follow(Entities((graph.find("x"),)), leads)):
        query = to_sparql(program, graph)
        assert Oracle(graph).run(query, Yields.NODES).nodes == {f"<{name}>"}
        assert "\u202e" not in query


def test_query_reads_well() -> None:
    graph = graph_of(
        [
            ("<http://e/France>", "http://e/borders", "<http://e/Spain>"),
            ("<http://e/Spain>", "http://e/population", typed("5", "integer")),
        ]
    )
    borders = Follow(Entities((graph.find("http://e/France"),)), Step(graph.find_relation("http://e/borders")))
    program = Top(borders, Step(graph.find_relation("http://e/population")), Order.LARGEST)
    expected = """
        PREFIX e: <http://e/>
        SELECT DISTINCT ?answer {
          e:France e:borders ?answer .
          ?answer e:population ?population_2 .
          {
            SELECT (MAX(?population) AS ?best) {
              e:France e:borders ?borders .
              ?borders e:population ?population .
              FILTER(isNumeric(?population))
            }
          }
          FILTER(?population_2 = ?best)
        }"""
    assert to_sparql(program, graph) == dedent(expected).strip()
