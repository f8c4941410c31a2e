"""The benchmarks' own machinery: settings, synthetic graph, floor, results and the README's tables."""

import json
import random
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyoxigraph
import pytest

from evaluation import batching, tables
from evaluation.ablation import VARIANTS
from evaluation.ablation import order as ablation_order
from evaluation.asking import PEERS
from evaluation.baselines.cosine import Bounds, CosineBaseline
from evaluation.batching import Ahead, Text
from evaluation.latency import lookups
from evaluation.leftout import order as leftout_order
from evaluation.linkprediction import facts_of
from evaluation.linkprediction import order as link_order
from evaluation.namesakes import second_world
from evaluation.peers import WAYS, measure
from evaluation.results import Column, Row, Table
from evaluation.settings import (
    HERE,
    RESULTS,
    ablation_settings,
    accuracy_settings,
    batch_settings,
    latency_settings,
    leftout_settings,
    link_settings,
    load_settings,
    located,
    namesake_settings,
    precision_settings,
    robustness_settings,
)
from evaluation.synthetic import ATTRIBUTES, RELATIONS, Size, write
from kgqa.embedding import Precision, TextKind
from kgqa.embedding.contract import Floats, Progress, TokenEmbeddings
from kgqa.embedding.structural import StructuralModel
from kgqa.evaluation.provenance import Provenance
from kgqa.graph import KnowledgeGraph
from kgqa.types import Answer, AnswerKind, Literal

SMALL = Size(triples=3_000, entities=400, seed=3)
RUN = Provenance("1", "abc", "a machine", "3.11")


# -- settings -------------------------------------------------------------------------------------


def test_every_setting_is_readable_and_names_known_things() -> None:
    assert set(load_settings().ways) <= set(WAYS)
    latency = latency_settings()
    for path in (*latency.graphs, *latency.sets):
        assert located(path).is_file()
    assert set(latency.peers) <= set(PEERS)
    assert Precision(precision_settings().precisions[0]) is Precision.FLOAT32
    assert set(precision_settings().precisions) <= {precision.value for precision in Precision}


def test_nothing_touches_a_test_split() -> None:
    assert latency_settings().split == "dev"
    for sets in (
        accuracy_settings().sets,
        robustness_settings().sets,
        namesake_settings().sets,
        batch_settings().sets,
        precision_settings().sets,
    ):
        assert len({one.name for one in sets}) == len(sets)
        for one in sets:
            assert one.split == "dev" or one.questions.endswith("/dev.jsonl")


def test_link_prediction_names_models_and_graphs_once() -> None:
    settings = link_settings()
    assert {one.model for one in settings.models} == {model.value for model in StructuralModel}
    assert len(set(link_order())) == len(settings.sets) * len(settings.models)
    assert link_order()[0] == "Nations: TransE"


def test_every_set_that_is_learnt_from_is_left_out_once() -> None:
    settings = leftout_settings()
    reader = tomllib.loads((HERE / "reader.toml").read_text(encoding="utf-8"))
    known = {row["name"] for kind in ("sets", "synthetic", "own") for row in reader[kind]}
    for encoder in {one.encoder for one in settings.sets}:
        gone = [name for one in settings.sets if one.encoder == encoder for name in one.left_out]
        assert len(set(gone)) == len(gone)
        assert {row["name"] for row in reader["sets"] if encoder in row["encoders"]} <= set(gone) <= known
    assert len(set(leftout_order())) == len(leftout_order())
    rows = {name.removesuffix(", multilingual") for name in leftout_order()}
    assert {row["name"] for kind in ("sets", "own") for row in reader[kind]} == rows


def test_the_ablation_switches_each_fusion_off_once() -> None:
    settings = ablation_settings()
    off = [{name for name, on in switches.items() if not on} for switches in VARIANTS.values()]
    assert off == [set(), {"entity"}, {"relation"}, {"result"}, {"entity", "relation", "result"}]
    assert all(switches.keys() == {"entity", "relation", "result"} for switches in VARIANTS.values())
    assert len(settings.seeds) == len(set(settings.seeds)) >= 2
    assert len(set(ablation_order())) == len(settings.sets) * (len(VARIANTS) + 1)
    assert ablation_order()[0] == "PQ-2H: all three"


def test_facts_of_a_file_are_those_of_the_graph(tmp_path: Path) -> None:
    graph = KnowledgeGraph.load([("a", "knows", "b"), ("b", "likes", "a")])
    path = tmp_path / "test.tsv"
    path.write_text("b\tknows\ta\na\tlikes\tstranger\na\thates\tb\n", encoding="utf-8")
    a, b = graph.find("a"), graph.find("b")
    knows, likes = graph.find_relation("knows"), graph.find_relation("likes")
    assert sorted(map(tuple, facts_of(graph, path).tolist())) == sorted([(b, knows, a), (a, likes, -1), (a, -1, b)])


# -- the synthetic graph --------------------------------------------------------------------------


def test_synthetic_graph_is_exact_in_size_and_the_same_each_time(tmp_path: Path) -> None:
    first, second = tmp_path / "a.nt", tmp_path / "b.nt"
    write(first, SMALL)
    write(second, SMALL)
    assert first.read_bytes() == second.read_bytes()
    quads = list(pyoxigraph.parse(path=str(first), format=pyoxigraph.RdfFormat.N_TRIPLES))
    assert len(quads) == SMALL.triples
    assert not list(tmp_path.glob("*.part"))
    assert len(set((*RELATIONS, *ATTRIBUTES))) == len(RELATIONS) + len(ATTRIBUTES)


def test_lookups_agree_with_sparql(tmp_path: Path) -> None:
    path = tmp_path / "a.nt"
    write(path, SMALL)
    store = pyoxigraph.Store()
    store.bulk_load(path=str(path), format=pyoxigraph.RdfFormat.N_TRIPLES)
    records = list(lookups(SMALL, 40))
    assert len({record["question"] for record in records}) == 40
    for record in records:
        relation, name = record["question"].removeprefix("What is the ").removesuffix("?").split(" of Entity ")
        label = "<http://www.w3.org/2000/01/rdf-schema#label>"
        query = f'SELECT DISTINCT ?o {{ ?p {label} "{relation}"@en . ?s {label} "Entity {name}"@en . ?s ?p ?o }}'
        found = store.query(query)
        assert isinstance(found, pyoxigraph.QuerySolutions)
        assert {row["o"].value for row in found} == set(map(str, record["answers"]))


@pytest.mark.parametrize("way", ["kgqa", "parse and intern", "Oxigraph store", "NetworkX", "rdflib"])
def test_every_way_loads_the_same_facts(tmp_path: Path, way: str) -> None:
    path = tmp_path / "a.nt"
    write(path, SMALL)
    distinct = len(set(path.read_text().splitlines()))
    found = measure(way, str(path))
    assert found["triples"] == (SMALL.triples if way == "parse and intern" else distinct)
    assert found["peak_mb"] > 1


# -- the floor ------------------------------------------------------------------------------------


class Letters:
    """An encoder whose vectors count letters: the cosine can be worked out by hand."""

    name = fingerprint = "letters"
    dimension = 26

    def encode(
        self, texts: list[str], *, kind: TextKind = TextKind.PASSAGE, on_progress: Progress | None = None
    ) -> Floats:
        counts = np.array([[text.lower().count(chr(97 + i)) for i in range(26)] for text in texts], dtype=np.float32)
        lengths: Floats = np.linalg.norm(counts, axis=1, keepdims=True)
        return np.asarray(counts / np.maximum(lengths, 1), dtype=np.float32)

    def encode_tokens(self, texts: list[str], *, kind: TextKind = TextKind.PASSAGE) -> list[TokenEmbeddings]:
        raise NotImplementedError

    def encode_static(self, texts: list[str]) -> Floats:
        raise NotImplementedError


FACTS = [
    ("ann", "mum", "bea"),
    ("bea", "pet", "rex"),
    ("bea", "pet", "kit"),
    ("ann", "job", "vet"),
    ("cat", "job", "vet"),
]


def floor(hops: int, paths: int = 100) -> CosineBaseline:
    return CosineBaseline(KnowledgeGraph.load(FACTS), Letters(), Bounds(hops=hops, paths=paths))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("question", "topic", "hops", "expected"),
    [
        ("mum", ["ann"], 2, {"bea"}),
        ("mum pet", ["ann"], 2, {"rex", "kit"}),
        ("mum pet", ["ann"], 1, {"bea"}),
        ("job", ["vet"], 2, {"ann", "cat"}),
        ("job job", ["ann"], 2, {"vet"}),
        ("mum", ["nobody"], 2, set()),
        ("pet", ["rex", "ann"], 1, {"bea"}),
    ],
)
def test_floor_follows_the_path_with_the_nearest_words(
    question: str, topic: list[str], hops: int, expected: set[str]
) -> None:
    answer = floor(hops).ask_linked(question, topic)
    assert {value.id for value in answer.values} == expected
    assert (answer.abstained is None) == bool(expected)


def test_floor_is_bounded() -> None:
    assert {value.id for value in floor(2, paths=1).ask_linked("mum pet", ["ann"]).values} == {"vet"}


# -- many questions at once -----------------------------------------------------------------------


class Counted(Letters):
    """Counts its calls."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []

    def encode(
        self, texts: list[str], *, kind: TextKind = TextKind.PASSAGE, on_progress: Progress | None = None
    ) -> Floats:
        self.calls.append(list(texts))
        return super().encode(texts, kind=kind)


def test_every_way_of_asking_gives_the_same_answers_in_order(tmp_path: Path) -> None:
    questions = ["mum of ann", "pet", "job", "pet", "mum"]

    def asking(encoder: Ahead) -> Callable[[str], Answer]:
        def ask(question: str) -> Answer:
            first = encoder.encode(question.split(), kind=TextKind.QUERY)
            return Answer(question, AnswerKind.NONE, confidence=float(first.sum() + encoder.encode([question]).sum()))

        return ask

    plain, ahead, texts = Ahead(Counted()), Counted(), tmp_path / "texts.json"  # type: ignore[arg-type]
    expected = batching.record(asking(plain), questions, [plain], texts)
    recorded = json.loads(texts.read_text(encoding="utf-8"))
    assert recorded[1] == [["letters", ["query", False, "pet"]], ["letters", ["passage", False, "pet"]]]
    assert (
        batching.one_by_one(asking(plain), questions) == expected == batching.on_two_threads(asking(plain), questions)
    )
    prepared = Ahead(ahead)  # type: ignore[arg-type]
    assert list(batching.encoded_ahead(asking(prepared), questions, [prepared], recorded, 3)) == expected
    # Two chunks, a call for each kind of text; nothing is encoded while questions are asked.
    assert ahead.calls == [
        ["mum", "of", "ann", "pet", "job"],
        ["mum of ann", "pet", "job"],
        ["pet", "mum"],
        ["pet", "mum"],
    ]


def test_what_was_not_prepared_is_encoded() -> None:
    encoder = Ahead(Counted())  # type: ignore[arg-type]
    encoder.prepare([Text("query", False, "a")])
    letters = Letters().encode(["a", "b"])
    assert np.array_equal(encoder.encode(["a", "b"], kind=TextKind.QUERY), letters)
    assert np.array_equal(encoder.encode(["a"], kind=TextKind.QUERY), letters[:1])


# -- namesakes ------------------------------------------------------------------------------------


def test_a_second_world_is_the_graph_with_names_dealt_out_anew() -> None:
    """Untouched beside the first; shaped like it; each name once more, among things of its class."""
    label, kind = "http://www.w3.org/2000/01/rdf-schema#label", "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
    people = "abcdef"
    facts: list[tuple[object, ...]] = [
        *((f"ex:{name}", label, Literal(f"Name {name}")) for name in people),
        *((f"ex:{name}", kind, "ex:human" if name in "abc" else "ex:town") for name in people),
        *((f"ex:{one}", "ex:lives_in", f"ex:{other}") for one, other in zip("abc", "def", strict=True)),
        *((f"ex:{name}", "ex:age", Literal(str(ord(name)))) for name in people),
    ]
    graph = KnowledgeGraph.load(facts)
    added = list(second_world(graph, random.Random(1)))
    both, report = graph.with_changes(add=added)
    assert (len(added), report.added) == (len(facts), len(facts))
    assert {fact for fact in both.to_triples() if "namesake" not in fact.subject} == set(graph.to_triples())
    names = {fact.subject: fact.object for fact in added if fact.predicate == label}
    classes = {fact.subject: fact.object for fact in added if fact.predicate == kind}
    assert sorted(map(str, names.values())) == sorted(str(Literal(f"Name {name}")) for name in people)
    for subject, name in names.items():
        assert isinstance(name, Literal)
        assert classes[subject] == ("ex:human" if name.lexical[-1] in "abc" else "ex:town")
    assert sum(fact.predicate == "ex:lives_in" and fact.object in names for fact in added) == 3


# -- results and tables ---------------------------------------------------------------------------


def table(*rows: Row) -> Table:
    return Table("t", "what", (Column("score", 1, 100), Column("n", 0)), rows)


def row(name: str, *cells: float | str | tuple[float, float, float] | None) -> Row:
    return Row(name, cells, 1, 2.0, {}, run=RUN)


def test_markdown() -> None:
    shown = tables.markdown(table(row("a|b", (0.5, 0.25, 0.75), 12345), row("c", None, "few")))
    assert shown.splitlines() == [
        "| what | score | n |",
        "| --- | ---: | ---: |",
        "| a\\|b | 50.0 (25.0–75.0) | 12,345 |",
        "| c | – | few |",
        "",
        "<sub>kgqa 1, commit abc, a machine, Python 3.11</sub>",
    ]


def test_an_interval_below_zero_is_written_out() -> None:
    shown = tables.markdown(table(row("a", (-0.5, -0.75, 0.25), 3)))
    assert "| a | -50.0 (-75.0 to 25.0) | 3 |" in shown


def test_results_round_trip_and_keep_rows_that_were_not_measured_again(tmp_path: Path) -> None:
    old = table(row("a", 0.1, 1), row("b", (0.2, 0.1, 0.3), 2))
    path = old.save(tmp_path)
    assert Table.load(path) == old
    table(row("b", 0.5, 3), row("c", 0.6, 4)).save(tmp_path, order=["c", "a", "b"])
    assert [(r.name, r.cells) for r in Table.load(path).rows] == [("c", (0.6, 4)), ("a", (0.1, 1)), ("b", (0.5, 3))]


def test_rows_of_other_columns_are_not_kept(tmp_path: Path) -> None:
    table(row("a", 0.1, 1)).save(tmp_path)
    path = replace(table(row("b", 0.1, 1)), columns=(Column("x"), Column("y"))).save(tmp_path)
    assert [r.name for r in Table.load(path).rows] == ["b"]


def test_render_replaces_what_stands_between_markers(tmp_path: Path) -> None:
    table(row("a", 0.1, 1)).save(tmp_path)
    text = "x\n<!-- results:t -->\nold\n<!-- /results:t -->\ny\n<!-- results:u -->\n<!-- /results:u -->\nz"
    once = tables.render(text, tmp_path)
    assert "| a | 10.0 | 1 |" in once
    assert "old" not in once
    assert "Not measured yet." in once
    assert once.startswith("x\n")
    assert once.endswith("\nz")
    assert tables.render(once, tmp_path) == once


def test_readme_shows_the_results_as_they_are() -> None:
    assert tables.main(["--check"]) == 0, "run: make tables"


def test_every_result_says_how_it_was_made() -> None:
    for path in RESULTS.glob("*.json"):
        for found in json.loads(path.read_text(encoding="utf-8"))["rows"]:
            assert found["seconds"] > 0
            assert found["config"]
            assert all(found["run"].values())
            assert isinstance(found["seed"], int)
