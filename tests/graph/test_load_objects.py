from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import networkx as nx
import pyoxigraph as ox
import pytest
import rdflib

from kgqa.errors import ConfigError, GraphError, GraphSyntaxError, UnknownFormatError
from kgqa.graph import KnowledgeGraph
from kgqa.types import Literal, Triple
from tests.graph.facts import facts, typed

# -- iterables --------------------------------------------------------------------------------


def test_python_values_become_typed_literals() -> None:
    moment = datetime(2020, 2, 29, 12, 30, tzinfo=UTC)
    rows = [("a", "p", value) for value in (3, 2.5, True, date(2020, 2, 29), moment, Literal("x", "", "EN"), "b")]
    assert {o for _, _, o in facts(KnowledgeGraph.load(iter(rows)))} == {
        typed("3", "integer"),
        typed("2.5", "double"),
        typed("true", "boolean"),
        typed("2020-02-29", "date"),
        typed("2020-02-29T12:30:00+00:00", "dateTime"),
        Literal("x", "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString", "en"),
        "b",
    }


def test_triples_are_taken_as_they_stand() -> None:
    rows = [Triple("a", "born", "1990", "one.ttl"), Triple("a", "born", "1990", "two.ttl"), Triple("_:b", "p", "c ")]
    graph = KnowledgeGraph.load(rows)
    assert set(graph.to_triples()) == {Triple("a", "born", "1990", "one.ttl; two.ttl"), Triple("_:b", "p", "c ")}


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (("a", "p"), r"triple 2: .*expected \(head, relation, tail\)"),
        (("a", "p", None), "the tail 'None' is a NoneType"),
        (("a", 3, "b"), "expected"),
        ((" ", "p", "b"), "expected"),
        (("a", "p", Literal("x", "", "no tag")), "expected a BCP 47 tag"),
        (("a", "p", Literal("x", 'in"valid')), "expected an IRI"),
        (("a", "p", "\ud800"), "half of a character"),
    ],
)
def test_a_row_that_is_no_triple(row: tuple[object, ...], message: str) -> None:
    with pytest.raises(GraphSyntaxError, match=message):
        KnowledgeGraph.load([("a", "p", "b"), row])
    report = KnowledgeGraph.load([("a", "p", "b"), row], on_error="skip").report
    assert (report.triples, report.skipped_count) == (1, 1)


def test_sources_that_hold_no_graph() -> None:
    with pytest.raises(GraphError, match="the list holds no facts"):
        KnowledgeGraph.load([])
    with pytest.raises(GraphError, match="no fact is left of the list: all 1 lines are malformed"):
        KnowledgeGraph.load([("a",)], on_error="skip")
    for source in (42, None, {"a": "b"}, b"<a> <b> <c> ."):
        with pytest.raises(UnknownFormatError, match=f"from {type(source).__name__}; expected a path"):
            KnowledgeGraph.load(source)
    with pytest.raises(ConfigError, match="on_error is 'ignore'; expected 'raise' or 'skip'"):
        KnowledgeGraph.load([("a", "p", "b")], on_error="ignore")


def test_a_graph_is_its_own_source() -> None:
    graph = KnowledgeGraph.load([("a", "p", "b")])
    assert KnowledgeGraph.load(graph) is graph


# -- rdflib and pyoxigraph --------------------------------------------------------------------


def test_an_rdflib_dataset_gives_its_graphs_as_sources() -> None:
    dataset = rdflib.Dataset()
    ex = rdflib.Namespace("http://ex.org/")
    dataset.default_graph.add((ex.a, ex.p, rdflib.Literal("01", datatype=rdflib.XSD.integer, normalize=False)))
    dataset.graph(ex.g).add((ex.a, ex.p, rdflib.BNode("x")))
    assert {(t.object, t.source) for t in KnowledgeGraph.load(dataset).to_triples()} == {
        (typed("01", "integer"), ""),
        ("_:x", "http://ex.org/g"),
    }


def test_oxigraph_quads_are_taken_as_they_stand() -> None:
    node = ox.NamedNode("http://ex.org/a")
    quads = [ox.Quad(node, node, ox.Literal("x", language="en"), node), ox.Quad(node, node, ox.BlankNode("b"))]
    assert {t.source for t in KnowledgeGraph.load(quads).to_triples()} == {"http://ex.org/a", ""}
    assert "_:b" in {t.object for t in KnowledgeGraph.load(quads).to_triples()}


# -- NetworkX ---------------------------------------------------------------------------------


def test_edge_attributes_name_the_relation() -> None:
    graph = nx.DiGraph()
    graph.add_edge("a", "b", relation="knows", label="x")
    graph.add_edge("b", "c", label="likes", weight=3)
    graph.add_edge(1, "c")
    assert facts(KnowledgeGraph.load(graph)) == {("a", "knows", "b"), ("b", "likes", "c"), ("1", "related to", "c")}


def test_a_wanted_attribute_must_be_there() -> None:
    graph = nx.DiGraph([("a", "b", {"kind": "knows"}), ("b", "c", {"type": "likes"})])
    with pytest.raises(GraphError, match="no attribute 'kind'; it has: type"):
        KnowledgeGraph.load(graph, relation="kind")
    graph.edges["b", "c"]["kind"] = "likes"
    assert facts(KnowledgeGraph.load(graph, relation="kind")) == {("a", "knows", "b"), ("b", "likes", "c")}


def test_multigraph_keys_name_the_relation() -> None:
    graph = nx.MultiDiGraph()
    graph.add_edge("a", "b", key="knows")
    graph.add_edge("a", "b", key="likes")
    graph.add_edge("a", "b", relation="hates")
    assert {p for _, p, _ in facts(KnowledgeGraph.load(graph))} == {"knows", "likes", "hates"}


def test_undirected_edges_are_one_fact() -> None:
    assert facts(KnowledgeGraph.load(nx.Graph([("a", "b")]))) == {("a", "related to", "b")}


def test_node_attributes_are_literals() -> None:
    graph = nx.Graph([("q1", "q2")])
    graph.add_node("q1", label="Paris", population=2_100_000, type="City", tags=["big", "old"], nothing=None)
    loaded = KnowledgeGraph.load(graph)
    assert loaded.label(loaded.find("q1")) == "Paris"
    assert {loaded.id(int(c)) for c in loaded.classes} == {"City"}
    assert facts(loaded) >= {("q1", "population", typed("2100000", "integer")), ("q1", "tags", Literal("old"))}
    assert "nothing" not in {p for _, p, _ in facts(loaded)}


# -- JSON Lines -------------------------------------------------------------------------------


def json_lines(path: Path, *records: object) -> Path:
    path.write_text("\n".join(json.dumps(record, ensure_ascii=False) for record in records), encoding="utf-8")
    return path


def test_triples_in_every_form(tmp_path: Path) -> None:
    path = json_lines(
        tmp_path / "g.jsonl",
        {"head": "a", "relation": "p", "tail": "b"},
        {"subject": "b", "predicate": "p", "object": "c"},
        {"s": "c", "p": "n", "o": 3},
        ["d", "ok", True],
    )
    expected = {
        ("a", "p", "b"),
        ("b", "p", "c"),
        ("c", "n", typed("3", "integer")),
        ("d", "ok", typed("true", "boolean")),
    }
    assert facts(KnowledgeGraph.load(path)) == expected


def test_node_records_beside_a_file_of_triples(tmp_path: Path) -> None:
    (tmp_path / "g.tsv").write_text("/m/1\t/film/actor\t/m/2\n")
    record = {"id": "/m/1", "label": "Alien", "aliases": ["Alien 1", "异形"], "description": "a film", "year": 1979}
    path = json_lines(tmp_path / "nodes.jsonl", record)
    graph = KnowledgeGraph.load([tmp_path / "g.tsv", path])
    assert graph.label(graph.find("/m/1")) == "Alien"
    assert {(text, alias) for _, text, _, alias in graph.all_names()} >= {("Alien", False), ("异形", True)}
    assert ("/m/1", "year", typed("1979", "integer")) in facts(graph)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "is not JSON"),
        ('{"a": 1}', "is no triple; expected"),
        ('["a", "b"]', "is no triple"),
        ('["a", 1, "b"]', "expected both as text"),
        ('["a", "p", null]', "tail 'None'"),
        ('{"id": "a", "box": {"x": 1}}', "has an object as a value"),
        ('["a", "p", "\\ud800"]', "half of a character"),
    ],
)
def test_bad_json_lines(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "g.jsonl"
    path.write_text(f'["a", "p", "b"]\n\n{line}\n')
    with pytest.raises(GraphSyntaxError, match=rf"g\.jsonl, line 3: .*{message}"):
        KnowledgeGraph.load(path)
    assert KnowledgeGraph.load(path, on_error="skip").report.skipped_count == 1


# -- SPARQL endpoints -------------------------------------------------------------------------


@contextmanager
def endpoint(store: ox.Store, page: int = 7, *, offsets: bool = True) -> Iterator[str]:
    """A SPARQL endpoint over a store, whose pages are capped."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            query = parse_qs(body)["query"][0].replace("LIMIT 10000", f"LIMIT {page}")
            if not offsets:
                query = query.split("OFFSET")[0]
            found = store.query(query)
            assert isinstance(found, ox.QuerySolutions)
            answer = found.serialize(format=ox.QueryResultsFormat.JSON)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer or b"")

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/sparql"
        finally:
            server.shutdown()
            thread.join()


def test_an_endpoint_is_read_page_by_page() -> None:
    rows = [(f"n{i}", "knows", f"n{i + 1}") for i in range(30)] + [
        ("n1", "age", 3),
        ("n1", "note", Literal("x", "", "en")),
    ]
    graph = KnowledgeGraph.load([*rows, ("_:b", "knows", "n1")])
    with endpoint(graph.to_oxigraph()) as url:
        assert facts(KnowledgeGraph.load(url)) == facts(graph)


def test_endpoints_that_fail() -> None:
    store = KnowledgeGraph.load([(f"n{i}", "knows", "m") for i in range(9)]).to_oxigraph()
    with endpoint(store, offsets=False) as url, pytest.raises(GraphError, match="ignores OFFSET"):
        KnowledgeGraph.load(url)
    with pytest.raises(GraphError, match="can't be reached"):
        KnowledgeGraph.load("http://127.0.0.1:9/sparql")
