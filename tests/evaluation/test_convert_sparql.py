"""What is read off the text of a query, and how queries are run."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
import rdflib.plugins.sparql
from rdflib import URIRef

from kgqa.errors import QuestionsFileError
from kgqa.evaluation.convert.execution import QueryRunner
from kgqa.evaluation.convert.sparql import (
    PREFIXES,
    entities_of_query,
    kind_of_query,
    standard_count,
    stays_local,
)
from kgqa.graph import KnowledgeGraph
from kgqa.types import AnswerKind

DBR, WD = "http://dbpedia.org/resource/", "http://www.wikidata.org/entity/"
COUNTS = [
    "SELECT (COUNT(?x) AS ?n) { ?x ?y ?z }",
    "select distinct (count(distinct ?x) as ?n) where { ?x ?y ?z }",
    "PREFIX count: <http://e/SELECT> SELECT ( COUNT( * ) AS ?n ) WHERE { ?x count:y ?z }",
]
OTHERS = [
    "SELECT ?count { ?count ?y ?z }",
    "SELECT ?y (COUNT(?x) AS ?n) { ?x ?y ?z } GROUP BY ?y",
    "SELECT ?x { { SELECT (COUNT(?x) AS ?n) { ?x ?y ?z } } }",
    "SELECT (SUM(?x) AS ?n) { ?x ?y ?z }",
]
ASKS = [
    "ASK { ?x ?y ?z }",
    "PREFIX select: <http://e/> # SELECT ?x {\n ask where { select:x ?y 'SELECT' }",
    "BASE <http://e/#SELECT> ASK {}",
]


@pytest.mark.parametrize("query", COUNTS)
def test_counts(query: str) -> None:
    assert kind_of_query(query) is AnswerKind.COUNT
    rows = ox.Store().query(query)
    assert isinstance(rows, ox.QuerySolutions)
    assert [row[0] for row in rows] == [ox.Literal(0)]


@pytest.mark.parametrize("query", [*OTHERS, "", "words", "CONSTRUCT { ?x ?y ?z } { ?x ?y ?z }"])
def test_neither_count_nor_boolean(query: str) -> None:
    assert kind_of_query(query) is None


@pytest.mark.parametrize("query", ASKS)
def test_asks(query: str) -> None:
    assert kind_of_query(query) is AnswerKind.BOOLEAN
    assert isinstance(ox.Store().query(query), ox.QueryBoolean)


@pytest.mark.parametrize("query", ["SELECT COUNT(?x) WHERE {}", "SELECT DISTINCT COUNT(?x) AS ?c { ?x ?y ?z }"])
def test_a_count_of_virtuoso(query: str) -> None:
    assert kind_of_query(query) is AnswerKind.COUNT
    with pytest.raises(SyntaxError):
        ox.Store().query(query)
    rows = ox.Store().query(standard_count(query))
    assert isinstance(rows, ox.QuerySolutions)
    assert len(list(rows)) == 1


@pytest.mark.parametrize("query", [*COUNTS, *OTHERS, *ASKS])
def test_standard_queries_stay_as_they_are(query: str) -> None:
    assert standard_count(query) == query


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?x { SERVICE <http://e/> { ?x ?y ?z } }",
        "SELECT ?x {service silent ?y{ ?x ?y ?z }}",
        "SELECT ?x { FILTER('#' = ?x) SERVICE wikibase:label { } }",
        "SELECT ?x { <http://e/#> ?y '''a 'b' \\''' SERVICE''' . SERVICE ?z {} }",
        "SELECT ?x { ?x <http://e/p#q> 'it\\'s' . SERVICE ?z {} }",
    ],
)
def test_a_service_is_seen(query: str) -> None:
    assert not stays_local(query)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?service { ?service dbo:service $service }",
        "SELECT ?x { ?x <http://e/SERVICE> 'SERVICE <http://e/>' }",
        "SELECT ?x { ?x ?y ?z } # SERVICE <http://e/> {}",
        'SELECT ?x { ?x ?y """a " SERVICE ?z {} """ }',
        "SELECT ?x { ?x dbo:service-area ?y . service:a ?y ?z }",
    ],
)
def test_what_only_looks_like_a_service(query: str) -> None:
    assert stays_local(query)


@pytest.mark.parametrize(
    ("query", "entities"),
    [
        (f"ASK {{ <{DBR}A> ?r <{DBR}B> . <{DBR}B> ?s <{DBR}A> }}", [f"{DBR}A", f"{DBR}B"]),
        ("PREFIX x: <http://dbpedia.org/resource/> ASK { x:A_(b) ?y x:A\\,_B }", [f"{DBR}A_", f"{DBR}A,_B"]),
        (
            "PREFIX : <http://dbpedia.org/resource/> ASK { :A dbo:x dbr:T._E._L . res:B dbp:y dbc:C }",
            ["/A", "T._E._L", "B", "Category:C"],
        ),
        ("ASK { ?x wdt:P31 wd:Q5 ; wdt:P31/wdt:P279* wd:Q6 ; wdt:P39 wd:Q7 . wd:Q8 wdt:P31 ?y . wd:Q9 ?a ?b }", "789"),
        (f"ASK {{ ?x a <{DBR}Class> . ?x <{DBR}y> 'dbr:No' }} # dbr:No", [f"{DBR}Class", f"{DBR}y"]),
        ("ASK { ?x <http://wikidata.dbpedia.org/resource/P1> <http://wikidata.dbpedia.org/resource/Q1> }", ["Q1"]),
        ("ASK { wds:Q1-2 ps:P1 wd:P2 }", []),
    ],
)
def test_entities(query: str, entities: list[str] | str) -> None:
    found = entities_of_query(query)
    if isinstance(entities, str):
        assert found == tuple(f"{WD}Q{number}" for number in entities)
    else:
        assert len(found) == len(entities)
        assert all(iri.endswith(entity) for iri, entity in zip(found, entities, strict=True))


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?x { dbr:Oslo dbo:country ?x . ?x dbo:borders dbr:S%C3%A3o , dbr:Åland . FILTER(?x != dbr:A.B) }",
        "SELECT ?x { VALUES ?y { dbr:A dbr:B } ?y dbo:p/^dbo:q ?x OPTIONAL { ?x dbo:r dbr:C-D } }",
        "SELECT ?x { { dbr:A dbo:p ?x } UNION { ?x dbo:p dbr:B } MINUS { ?x dbo:p 'dbr:C' } }",
    ],
)
def test_entities_as_rdflib_parses_them(query: str) -> None:
    prologue = "".join(f"PREFIX {prefix}: <{PREFIXES[prefix]}> " for prefix in ("dbr", "dbo"))
    prepared = rdflib.plugins.sparql.prepareQuery(prologue + query)
    assert set(entities_of_query(query)) == {iri for iri in iris(prepared.algebra) if iri.startswith(DBR)}


def iris(part: object) -> set[str]:
    if isinstance(part, URIRef):
        return {str(part)}
    if isinstance(part, dict):
        return set().union(*map(iris, part.values()), *map(iris, part))
    if isinstance(part, rdflib.paths.Path):
        return iris(vars(part))
    return set().union(*map(iris, part)) if isinstance(part, list | tuple | set) else set()


def test_a_runner_goes_on_after_a_query_that_it_ended() -> None:
    graph = KnowledgeGraph.load([(f"http://e/{i}", "http://e/r", f"http://e/{i + 1}") for i in range(200)])
    endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n1 ?o }"
    with QueryRunner(graph, seconds=0.3) as runner:
        with pytest.raises(QuestionsFileError, match=r"took longer than 0\.3 s"):
            runner.run(endless)
        assert runner.run("ASK { <http://e/0> ?r <http://e/1> }") == {"head": {}, "boolean": True}


def test_a_result_that_is_too_large() -> None:
    graph = KnowledgeGraph.load([(f"http://e/{i}", "http://e/r", f"http://e/{'x' * 1_000}{i}") for i in range(300)])
    with QueryRunner(graph) as runner, pytest.raises(QuestionsFileError, match="larger than 64,000,000 bytes"):
        runner.run("SELECT ?x ?y { ?a ?b ?x . ?c ?d ?y }")


def test_blank_nodes_and_values_come_back() -> None:
    graph = KnowledgeGraph.load([("_:b", "http://e/r", "x y"), ("_:b", "http://e/s", "3")])
    with QueryRunner(graph) as runner:
        reply = runner.run("SELECT ?x ?n { ?x <http://e/s> ?n }")
    assert reply["results"]["bindings"][0]["x"] == {"type": "uri", "value": "urn:kgqa:blank:b"}
