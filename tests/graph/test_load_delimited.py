from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgqa.config import SchemaConfig
from kgqa.errors import GraphError, GraphSyntaxError, UnknownFormatError
from kgqa.graph import KnowledgeGraph
from kgqa.types import Literal, NodeKind
from tests.graph.facts import facts, typed

ROWS = [("nan", "knows", "null"), ("NA", "knows", "a, b"), ("x y", "likes", 'say "hi"')]


@pytest.mark.parametrize(("name", "delimiter"), [("g.csv", ","), ("g.csv", ";"), ("g.csv", "\t")])
def test_csv_with_quotes(tmp_path: Path, name: str, delimiter: str) -> None:
    with (tmp_path / name).open("w", newline="") as stream:
        csv.writer(stream, delimiter=delimiter).writerows([*ROWS, ("two\nlines", "knows", "nan")])
    assert facts(KnowledgeGraph.load(tmp_path / name)) == {*ROWS, ("two\nlines", "knows", "nan")}


@pytest.mark.parametrize(("name", "delimiter"), [("g.tsv", "\t"), ("g.psv", "|"), ("g.txt", "|"), ("kb", "\t")])
def test_raw_cells_keep_their_quotes(tmp_path: Path, name: str, delimiter: str) -> None:
    (tmp_path / name).write_text("\r\n".join(delimiter.join(row) for row in ROWS))
    assert facts(KnowledgeGraph.load(tmp_path / name)) == set(ROWS)


CELL = st.text(st.characters(blacklist_characters="\t\n\r", blacklist_categories=["Cs", "Cc", "Z"]), min_size=1)
NAME = CELL.filter(
    lambda text: not text.startswith("_:") and not any(c.isdigit() for c in text) and text[0] not in "tf"
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(NAME, st.sampled_from(["knows", "作者", "part of"]), NAME), min_size=1, max_size=20))
def test_any_names_come_back_as_given(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]]
) -> None:
    path = tmp_path_factory.mktemp("tsv") / "g.tsv"
    path.write_text("head\trelation\ttail")
    with path.open("ab") as stream:
        stream.write(("\n" + "\n".join("\t".join(row) for row in rows)).encode())
    found = {
        (t.subject, t.predicate, getattr(t.object, "lexical", t.object)) for t in KnowledgeGraph.load(path).to_triples()
    }
    assert found == set(rows)


def test_a_header_gives_the_order_of_columns(tmp_path: Path) -> None:
    path = tmp_path / "g.csv"
    path.write_text("source,target,type\nParis,France,capital of\n")
    assert facts(KnowledgeGraph.load(path)) == {("Paris", "capital of", "France")}
    path.write_text("source,target,type,weight\nParis,France,capital of,1\n")
    with pytest.raises(GraphError, match=r"the header has 4 columns .*weight.*expected three"):
        KnowledgeGraph.load(path)


def test_a_bad_line_names_file_line_and_cure(tmp_path: Path) -> None:
    path = tmp_path / "g.tsv"
    path.write_text("a\tp\tb\n\na\tp\na\tp\tb\tc\n")
    with pytest.raises(
        GraphSyntaxError, match=r"g\.tsv, line 3: 2 cells.*expected 3.*between tabs.*, or --on-error skip"
    ):
        KnowledgeGraph.load(path)
    report = KnowledgeGraph.load(path, on_error="skip").report
    assert (report.triples, report.skipped_count) == (1, 2)
    assert "line 4: 4 cells" in report.skipped[1]


def test_bad_csv(tmp_path: Path) -> None:
    path = tmp_path / "g.csv"
    path.write_bytes(b'a,p,b\na,p,"b" c\nd,p,\xe9\nx,p,y\n')
    with pytest.raises(GraphSyntaxError, match=r"line 2: .*quotes"):
        KnowledgeGraph.load(path)
    graph = KnowledgeGraph.load(path, on_error="skip")
    assert facts(graph) == {("a", "p", "b"), ("x", "p", "y")}
    assert "line 3: not UTF-8" in graph.report.skipped[1]


def test_a_bare_text_file_that_is_no_graph(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("Dear diary,\ntoday nothing happened.\n")
    with pytest.raises(UnknownFormatError, match=r"can't tell the format.*--format tsv"):
        KnowledgeGraph.load(path)


def test_n_triples_in_a_bare_file(tmp_path: Path) -> None:
    path = tmp_path / "dump"
    path.write_text("<http://ex.org/a> <http://ex.org/p> <http://ex.org/b> .\n")
    assert facts(KnowledgeGraph.load(path)) == {("http://ex.org/a", "http://ex.org/p", "http://ex.org/b")}


# -- which tails are values -------------------------------------------------------------------


def tails(rows: list[tuple[str, str, str]]) -> dict[str, str | Literal]:
    return {s: o for s, _, o in facts(KnowledgeGraph.load(rows))}


def test_numbers_dates_and_quantities_become_values() -> None:
    rows = [
        ("a", "population", "12"),
        ("b", "population", "-3"),
        ("c", "population", "1.50"),
        ("d", "population", "2e3"),
    ]
    assert tails(rows) == {
        "a": typed("12", "integer"),
        "b": typed("-3", "integer"),
        "c": typed("1.50", "decimal"),
        "d": typed("2e3", "double"),
    }
    assert tails([("a", "on", "1990-02-28"), ("b", "on", "1991")]) == {
        "a": typed("1990-02-28", "date"),
        "b": typed("1991", "gYear"),
    }
    quantity = "urn:kgqa:datatype:quantity"
    assert tails([("a", "length", "12 km"), ("b", "length", "1,234.5km²")]) == {
        "a": Literal("12 km", quantity),
        "b": Literal("1,234.5km²", quantity),
    }
    assert tails([("a", "open", "true"), ("b", "open", "false")])["a"] == typed("true", "boolean")


def test_four_digits_are_years_only_where_the_relation_says_so() -> None:
    assert tails([("a", "release_year", "1990")])["a"] == typed("1990", "gYear")
    assert tails([("a", "出生日期", "1990")])["a"] == typed("1990", "gYear")
    assert tails([("a", "seats", "1990")])["a"] == typed("1990", "integer")
    assert tails([("a", "release_year", "1990"), ("b", "release_year", "12")])["b"] == typed("12", "integer")


def test_numbers_that_are_no_values() -> None:
    assert tails([("a", "genre", "1990"), ("b", "genre", "drama")]) == {"a": "1990", "b": "drama"}
    assert tails([("a", "synset", "00260881")]) == {"a": "00260881"}
    assert tails([("1", "next", "2"), ("2", "next", "3"), ("3", "next", "1")])["1"] == "2"
    assert tails([("a", "on", "1990-02-30")]) == {"a": "1990-02-30"}


def test_a_film_called_like_a_year_stays_a_film() -> None:
    rows = [("1984", "directed_by", "Radford"), ("1984", "release_year", "1984"), ("Brazil", "release_year", "1985")]
    graph = KnowledgeGraph.load(rows)
    film = graph.find("1984")
    assert graph.kind(film) is NodeKind.ENTITY
    assert ("1984", "release_year", typed("1984", "gYear")) in facts(graph)


def test_one_outlier_among_many_numbers_is_a_string() -> None:
    rows = [(f"n{i}", "height", str(i)) for i in range(200)] + [("odd", "height", "unknown")]
    assert tails(rows)["odd"] == Literal("unknown")


def test_long_text_is_a_string_unless_it_is_a_head() -> None:
    text = "word " * 30
    assert tails([("a", "about", text)])["a"] == Literal(text.strip())
    assert tails([("a", "about", text), (text, "knows", "a")])["a"] == text.strip()


def test_names_are_strings_unless_the_column_is_about_things() -> None:
    graph = KnowledgeGraph.load([("q1", "label", "Paris"), ("q2", "label", "1984"), ("q1", "in", "q2")])
    assert graph.label(graph.find("q1")) == "Paris"
    assert graph.label(graph.find("q2")) == "1984"
    records = [("Bowie", "label", "RCA"), ("RCA", "founded", "1900"), ("Iggy", "label", "RCA")]
    graph = KnowledgeGraph.load(records)
    assert ("Bowie", "label", "RCA") in facts(graph)
    assert graph.label(graph.find("Bowie")) == "Bowie"


def test_types_are_never_values() -> None:
    assert tails([("a", "type", "1"), ("b", "type", "2")]) == {"a": "1", "b": "2"}


def test_the_schema_can_name_other_predicates() -> None:
    graph = KnowledgeGraph.load([("q1", "bezeichnung", "Wien")], schema=SchemaConfig(labels=("bezeichnung",)))
    assert graph.label(graph.find("q1")) == "Wien"


def test_well_known_curies_stand_for_their_iris() -> None:
    graph = KnowledgeGraph.load([("en:Paris", "owl:sameAs", "fr:Paris"), ("a", "x:y", "b"), ("a", "rdf:type", "C")])
    assert graph.find_relation("owl:sameAs") == graph.find_relation("http://www.w3.org/2002/07/owl#sameAs") >= 0
    assert graph.find_relation("owl:inverseOf") == -1
    assert {p for _, p, _ in facts(graph)} == {
        "http://www.w3.org/2002/07/owl#sameAs",
        "x:y",
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#type",
    }


# -- public datasets --------------------------------------------------------------------------


@pytest.mark.data
def test_metaqa_years_are_values(data: Path) -> None:
    path = data / "metaqa" / "graph.tsv"
    graph = KnowledgeGraph.load(path)
    with path.open(encoding="utf-8") as stream:
        lines = {tuple(line.rstrip("\n").split("\t")) for line in stream}
    found = {(t.subject, t.predicate, getattr(t.object, "lexical", t.object)) for t in graph.to_triples()}
    assert found == lines
    values = {t.predicate for t in graph.to_triples() if isinstance(t.object, Literal)}
    assert values == {"release_year"}


@pytest.mark.data
def test_geoquery_names_are_labels(data: Path) -> None:
    graph = KnowledgeGraph.load(data / "geoquery" / "graph.tsv")
    assert graph.label(graph.find("river: columbia")) == "columbia"
    assert typed("591000", "integer") in {o for s, p, o in facts(graph) if (s, p) == ("state: alaska", "area")}


def test_yes_and_no_are_values_as_written() -> None:
    triples = [("a", "has lift", "yes"), ("b", "has lift", "No"), ("c", "has lift", "yes")]
    graph = KnowledgeGraph.load(triples)
    assert sorted(t.object.lexical for t in graph.to_triples() if isinstance(t.object, Literal)) == ["No", "yes", "yes"]
    mixed = KnowledgeGraph.load([*triples, ("d", "has lift", "Otis")])
    assert tails([("a", "has lift", "yes"), ("d", "has lift", "Otis")]) == {"a": "yes", "d": "Otis"}
    assert not mixed.is_literal(np.array([mixed.find("Otis")], dtype=np.int32)).any()
    named = KnowledgeGraph.load([("Yes", "genre", "rock"), ("Chris", "member of", "Yes")])
    assert named.find("Yes") >= 0


@pytest.mark.parametrize("name", ["is_a", "isA", "category", "类型"])
def test_most_things_have_a_class_by_whatever_name(name: str) -> None:
    triples = [("a", name, "Pump"), ("b", name, "Pump"), ("c", name, "Firm"), ("a", "made by", "c")]
    graph = KnowledgeGraph.load(triples)
    assert {graph.id(int(node)) for node in graph.classes} == {"Pump", "Firm"}
    # One of few is a fact like any other, and so is one beside a `type`.
    few = [(f"x{i}", "near", "y") for i in range(9)]
    assert not len(KnowledgeGraph.load([*triples, *few]).classes)
    typed = KnowledgeGraph.load([*triples, ("a", "type", "Thing")])
    assert {typed.id(int(node)) for node in typed.classes} == {"Thing"}
