from __future__ import annotations

import gzip
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib.compare import isomorphic

from kgqa.errors import GraphError, GraphSyntaxError, UnknownFormatError
from kgqa.graph import KnowledgeGraph
from tests.graph.facts import facts, typed

TURTLE = """
@prefix : <http://ex.org/> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
:france rdfs:label "France"@en, "法国"@zh ; :population 68000000 ; :area 551695.5 ; :eu true ;
    :note "a \\"quote\\", a \\\\ and a\\nnewline" ; :capital [ rdfs:label "Paris" ; :since _:then ] .
_:then :year "0987"^^<http://www.w3.org/2001/XMLSchema#gYear> .
"""
FORMATS = {".ttl": "turtle", ".nt": "nt", ".rdf": "xml", ".jsonld": "json-ld", ".trig": "turtle", ".nq": "nt"}


def oracle() -> rdflib.Graph:
    return rdflib.Graph().parse(data=TURTLE, format="turtle")


def written(path: Path, name: str) -> Path:
    oracle().serialize(destination=path, format=name, encoding="utf-8")
    return path


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_format_gives_the_facts_that_rdflib_reads(tmp_path: Path, suffix: str) -> None:
    graph = KnowledgeGraph.load(written(tmp_path / f"g{suffix}", FORMATS[suffix]))
    assert isomorphic(graph.to_rdflib(), oracle())
    assert graph.report.triples == len(oracle())


@pytest.mark.parametrize("suffix", FORMATS)
def test_gzip(tmp_path: Path, suffix: str) -> None:
    plain = written(tmp_path / f"g{suffix}", FORMATS[suffix])
    packed = tmp_path / f"h{suffix}.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert isomorphic(KnowledgeGraph.load(packed).to_rdflib(), oracle())


def test_anonymous_nodes_have_the_same_ids_every_time(tmp_path: Path) -> None:
    path = tmp_path / "g.ttl"
    path.write_text(TURTLE)
    assert facts(KnowledgeGraph.load(path)) == facts(KnowledgeGraph.load(path))


def test_a_named_format_overrides_the_suffix(tmp_path: Path) -> None:
    path = tmp_path / "graph.data"
    path.write_text(TURTLE)
    assert len(KnowledgeGraph.load(path, format="turtle")) == len(oracle())
    with pytest.raises(UnknownFormatError, match=r"'\.data'.*load\(path, format=.*--format turtle"):
        KnowledgeGraph.load(path)
    with pytest.raises(UnknownFormatError, match="'excel'; expected one of: turtle"):
        KnowledgeGraph.load(path, format="excel")


def test_blank_nodes_of_two_files_are_kept_apart(tmp_path: Path) -> None:
    for name, value in (("a.nt", "1"), ("b.nt", "2"), ("c.ttl", "3")):
        (tmp_path / name).write_text(f'_:x <http://ex.org/p> "{value}" .\n')
    graph = KnowledgeGraph.load([tmp_path / "a.nt", str(tmp_path / "b.nt"), tmp_path / "c.ttl"])
    assert len({subject for subject, _, _ in facts(graph)}) == 3
    assert facts(KnowledgeGraph.load(tmp_path)) == facts(graph)
    assert {t.source for t in graph.to_triples()} == {"a.nt", "b.nt", "c.ttl"}


def test_named_graphs_are_the_sources(tmp_path: Path) -> None:
    fact = "<http://ex.org/a> <http://ex.org/p> <http://ex.org/b>"
    path = tmp_path / "g.nq"
    path.write_text(f"{fact} <http://ex.org/g2> .\n{fact} <http://ex.org/g1> .\n{fact} .\n")
    graph = KnowledgeGraph.load(path)
    assert graph.n_triples == 1
    assert graph.report.repeated == 2
    a, b = graph.find("http://ex.org/a"), graph.find("http://ex.org/b")
    assert set(graph.sources_of(a, 0, b)) == {"http://ex.org/g1", "http://ex.org/g2", "g.nq"}


# -- N-Triples: the faster way against pyoxigraph's own parser ---------------------------------

TERM = st.sampled_from(
    [
        "<http://ex.org/a>",
        "<http://ex.org/b>",
        "<http://ex.org/\\u00e9>",
        "<http://ex.org/%C3%A9#x>",
        "<nope>",
        "<http://ex.org/a b>",
        "<http://ex.org/%zz>",
        "_:b1",
        "_:b-2.x",
        '"plain"',
        '"with . dot ."',
        '"esc \\" \\\\ \\n \\U0001F389"',
        '"新🎉\u200f"',
        '"tag"@EN-us',
        '"typed"^^<http://www.w3.org/2001/XMLSchema#integer>',
        '"string"^^<http://www.w3.org/2001/XMLSchema#string>',
        '""',
        "rubbish",
    ]
)
LINE = st.builds(
    lambda s, p, o, gap, end: f"{s}{gap}{p}{gap}{o}{end}",
    TERM,
    TERM,
    TERM,
    st.sampled_from([" ", " ", " ", "\t", "  ", ""]),
    st.sampled_from([" .", " .", " .", ".", " . # comment", "\t.\r", ""]),
) | st.sampled_from(["", "# comment", "   "])


def line_by_line(lines: list[str]) -> tuple[set[str], int]:
    """What pyoxigraph reads, one line at a time, and how many lines it refuses."""
    found: set[str] = set()
    refused = 0
    for line in lines:
        try:
            found |= {str(q) for q in ox.parse(line, ox.RdfFormat.N_TRIPLES)}
        except SyntaxError:
            refused += 1
    return found, refused


@settings(max_examples=150, deadline=None)
@given(st.lists(LINE, max_size=12))
def test_lines_read_as_pyoxigraph_reads_them(tmp_path_factory: pytest.TempPathFactory, lines: list[str]) -> None:
    path = tmp_path_factory.mktemp("nt") / "g.nt"
    path.write_bytes("\n".join(lines).encode())
    expected, refused = line_by_line(lines)
    if not expected:
        with pytest.raises(GraphError):
            KnowledgeGraph.load(path, on_error="skip")
        return
    graph = KnowledgeGraph.load(path, on_error="skip")
    assert {str(quad) for quad in graph.to_oxigraph(blank_nodes=True)} == expected
    assert graph.report.skipped_count == refused


def test_a_bad_line_names_file_line_and_cure(tmp_path: Path) -> None:
    path = tmp_path / "g.nt"
    good = "<http://ex.org/a> <http://ex.org/p> <http://ex.org/b> .\n"
    path.write_text(good * 3 + "<http://ex.org/a> oops .\n" + good)
    with pytest.raises(GraphSyntaxError, match=r"g\.nt, line 4: .*oops.*on_error='skip', or --on-error skip"):
        KnowledgeGraph.load(path)
    graph = KnowledgeGraph.load(path, on_error="skip")
    assert graph.report.skipped_count == 1
    assert "line 4" in graph.report.skipped[0]
    assert graph.report.repeated == 3


def test_only_some_messages_are_kept_and_the_count_is_exact(tmp_path: Path) -> None:
    path = tmp_path / "g.nt"
    path.write_text("bad\n" * 1_000 + "<http://ex.org/a> <http://ex.org/p> <http://ex.org/b> .\n")
    report = KnowledgeGraph.load(path, on_error="skip").report
    assert report.skipped_count == 1_000
    assert len(report.skipped) == 100


def test_chunks_of_a_large_file_lose_no_line(tmp_path: Path) -> None:
    path = tmp_path / "g.nt"
    with path.open("w") as stream:
        for i in range(30_000):
            stream.write(f'<http://ex.org/entity/{i}> <http://ex.org/number> "{i} {"x" * (i % 50)}" .\n')
    graph = KnowledgeGraph.load(path)
    expected = {(f"http://ex.org/entity/{i}", f"{i} {'x' * (i % 50)}") for i in range(30_000)}
    assert {(t.subject, getattr(t.object, "lexical", "")) for t in graph.to_triples()} == expected


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("g.ttl", "<http://ex.org/a> <http://ex.org/b> .\n"),
        ("g.rdf", "<rdf"),
        ("g.jsonld", '{"@id": '),
        ("g.trig", "{"),
    ],
)
def test_a_malformed_document_names_the_file(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(GraphSyntaxError, match=name.replace(".", r"\.")):
        KnowledgeGraph.load(tmp_path / name)
    with pytest.raises(GraphError, match=r"on_error='skip' \(--on-error skip\) can't be used.*N-Triples"):
        KnowledgeGraph.load(tmp_path / name, on_error="skip")


def test_a_file_of_another_encoding(tmp_path: Path) -> None:
    path = tmp_path / "g.nt"
    path.write_bytes(b'<http://ex.org/a> <http://ex.org/p> "caf\xe9" .\n<http://ex.org/a> <http://ex.org/p> "tea" .\n')
    with pytest.raises(GraphSyntaxError, match=r"line 1: not UTF-8.*iconv"):
        KnowledgeGraph.load(path)
    assert len(KnowledgeGraph.load(path, on_error="skip")) == 1


def test_a_byte_order_mark_is_no_part_of_the_first_line(tmp_path: Path) -> None:
    path = tmp_path / "g.nt"
    path.write_bytes(b"\xef\xbb\xbf<http://ex.org/a> <http://ex.org/p> <http://ex.org/b> .")
    assert facts(KnowledgeGraph.load(path)) == {("http://ex.org/a", "http://ex.org/p", "http://ex.org/b")}


def test_sources_that_are_no_graph(tmp_path: Path) -> None:
    with pytest.raises(GraphError, match="there is no file"):
        KnowledgeGraph.load(tmp_path / "none.ttl")
    with pytest.raises(UnknownFormatError, match="neither a bundle nor a directory of graph files"):
        KnowledgeGraph.load(tmp_path)
    for name in ("empty.nt", "empty.ttl", "empty.csv", "empty.jsonl"):
        (tmp_path / name).write_text("\n")
        with pytest.raises(GraphError, match="holds no facts"):
            KnowledgeGraph.load(tmp_path / name)
    (tmp_path / "cut.nt.gz").write_bytes(gzip.compress(b"<http://ex.org/a> <http://ex.org/p> <x:b> .\n" * 99)[:-12])
    (tmp_path / "fake.ttl.gz").write_bytes(b"<http://ex.org/a> <http://ex.org/p> <x:b> .\n")
    for name in ("cut.nt.gz", "fake.ttl.gz"):
        with pytest.raises(GraphError, match="not a whole gzip file"):
            KnowledgeGraph.load(tmp_path / name)


def test_a_triple_inside_a_triple_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "g.nt"
    inner = "<http://ex.org/a> <http://ex.org/p> <http://ex.org/b>"
    path.write_text(f"{inner} .\n<http://ex.org/r> <http://ex.org/reifies> <<( {inner} )>> .\n")
    with pytest.raises(GraphSyntaxError, match="a triple inside a triple"):
        KnowledgeGraph.load(path)
    graph = KnowledgeGraph.load(path, on_error="skip")
    assert (len(graph), graph.report.skipped_count) == (1, 1)


def test_a_cyclic_class_tree_ends(tmp_path: Path) -> None:
    path = tmp_path / "g.ttl"
    path.write_text(
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix : <http://ex.org/> .\n"
        ":a rdfs:subClassOf :b . :b rdfs:subClassOf :c . :c rdfs:subClassOf :a . :x a :b . :y a :c ; :n 1 ."
    )
    graph = KnowledgeGraph.load(path)
    found = graph.instances(graph.classes[:1])
    assert {graph.id(int(node)) for node in found} == {"http://ex.org/x", "http://ex.org/y"}
    assert (typed("1", "integer")) in {o for _, _, o in facts(graph)}
