"""Vectors of entities: against brute force, through a bundle, in a system and from the command line."""

from __future__ import annotations

import hashlib
import json
import sys
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from kgqa import KGQA
from kgqa.cli import main
from kgqa.config import Config, EncoderConfig
from kgqa.embedding.contract import Progress, TextEncoder, TextKind, TokenEmbeddings
from kgqa.errors import BundleError, MissingExtraError, VectorIndexError
from kgqa.graph.bundle import open_bundle, write_bundle
from kgqa.index import FlatSpec, HnswSpec, IndexSpec, IvfSpec, build_index
from kgqa.linking import EntityVectors
from kgqa.types import MatchKind

Floats = NDArray[np.float32]
WIDTH = 64
ENTITIES = Config(encoder=EncoderConfig(entities=True))
FACTS = [
    ("Mercury (planet)", "type", "planet"),
    ("Mercury (planet)", "orbits", "Sun"),
    ("Mercury (element)", "type", "element"),
    ("Mercury (element)", "group", "Zinc group"),
    ("Venus", "type", "planet"),
    ("Zinc", "type", "element"),
]


class WordEncoder(TextEncoder):
    """Counts words, so that texts are alike as far as they share words; may stop after some texts."""

    def __init__(self, patience: int = 1_000_000) -> None:
        self.patience = patience
        self.seen: list[str] = []

    @property
    def name(self) -> str:
        return "all-MiniLM-L6-v2"

    @property
    def fingerprint(self) -> str:
        return "words-000000000000000000"

    @property
    def dimension(self) -> int:
        return WIDTH

    def encode(
        self, texts: Sequence[str], *, kind: TextKind = TextKind.PASSAGE, on_progress: Progress | None = None
    ) -> Floats:
        if len(self.seen) + len(texts) > self.patience:
            raise KeyboardInterrupt
        self.seen.extend(texts)
        counts = np.full((len(texts), WIDTH), 1e-3, dtype=np.float32)
        for row, text in enumerate(texts):
            for word in text.casefold().replace(",", " ").replace("?", " ").split():
                counts[row, hashlib.sha256(word.encode()).digest()[0] % WIDTH] += 1
        unit: Floats = counts / np.linalg.norm(counts, axis=1, keepdims=True)
        return unit

    def encode_tokens(self, texts: Sequence[str], *, kind: TextKind = TextKind.PASSAGE) -> list[TokenEmbeddings]:
        raise NotImplementedError

    def encode_static(self, texts: Sequence[str]) -> Floats:
        raise NotImplementedError


@pytest.fixture
def encoder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> WordEncoder:
    monkeypatch.setenv("KGQA_CACHE", str(tmp_path / "cache"))
    words = WordEncoder()
    monkeypatch.setattr("kgqa.system.load_encoder", lambda name: words)
    return words


def unit_vectors(count: int, seed: int) -> Floats:
    vectors = np.random.default_rng(seed).normal(size=(count, 8)).astype(np.float32)
    unit: Floats = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def stored(count: int, spec: IndexSpec | None = None) -> tuple[EntityVectors, dict[int, Floats]]:
    """Vectors under even numbers, and the same as a plain mapping."""
    nodes, vectors = np.arange(0, 2 * count, 2, dtype=np.int32), unit_vectors(count, 0)
    index = None if spec is None else build_index(vectors, nodes, spec=spec)
    built = EntityVectors.build(nodes, vectors, encoder="e", fingerprint="f", index=index)
    return built, dict(zip(nodes.tolist(), vectors, strict=True))


def assert_same(built: EntityVectors, known: dict[int, Floats]) -> None:
    """The same nodes, cosines and neighbours as a plain mapping has."""
    assert built.nodes.tolist() == sorted(known)
    assert len(built) == len(known)
    query = unit_vectors(1, 99)
    asked = np.arange(-1, 60, dtype=np.int32)
    expected = np.array([known[n] @ query[0] if n in known else 0 for n in asked.tolist()], dtype=np.float32)
    np.testing.assert_allclose(built.cosines(query[0], asked), expected, atol=1e-6)
    ((nodes, cosines),) = built.nearest(query, 4)
    best = sorted(known, key=lambda n: -float(known[n] @ query[0]))[:4]
    assert nodes.tolist() == best
    np.testing.assert_allclose(cosines, [known[n] @ query[0] for n in best], atol=1e-6)


changes = st.lists(
    st.tuples(st.lists(st.integers(0, 50), max_size=6), st.lists(st.integers(0, 50), max_size=6)), max_size=4
)


@pytest.mark.parametrize("spec", [None, FlatSpec(), HnswSpec()], ids=["exact", "flat", "hnsw"])
@settings(deadline=None, max_examples=25)
@given(steps=changes, most=st.sampled_from([2, 1_000]))
def test_changes_give_what_a_plain_mapping_gives(
    spec: IndexSpec | None, steps: list[tuple[list[int], list[int]]], most: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kgqa.linking.entity_vectors.MOST_HIDDEN", most)
        first, known = stored(20, spec)
        built, before = first, dict(known)
        for seed, (removed, added) in enumerate(steps, start=1):
            nodes = np.unique(np.array(added, dtype=np.int32))
            vectors = unit_vectors(len(nodes), seed)
            built = built.with_changes(np.unique(np.array(removed, dtype=np.int32)), nodes, vectors)
            known = {n: v for n, v in known.items() if n not in removed} | dict(
                zip(nodes.tolist(), vectors, strict=True)
            )
            assert_same(built, known)
        assert_same(built.merged(), known)
        assert_same(first, before)


def test_without_entities_nothing_is_near() -> None:
    none = EntityVectors.build(np.zeros(0, np.int32), np.zeros((0, 8), np.float32), encoder="e", fingerprint="f")
    assert none.nearest(unit_vectors(1, 1), 3)[0][0].tolist() == []
    assert none.cosines(unit_vectors(1, 1)[0], np.array([3], dtype=np.int32)).tolist() == [0.0]


@pytest.mark.parametrize("nodes", [[1, 2], [2, 1, 3], [1, 1, 2]])
def test_vectors_that_do_not_fit_their_nodes_are_refused(nodes: list[int]) -> None:
    with pytest.raises(VectorIndexError, match="one row a node"):
        EntityVectors.build(np.array(nodes, dtype=np.int32), unit_vectors(3, 0), encoder="e", fingerprint="f")


# -- bundles ------------------------------------------------------------------------------------


def write(path: Path, vectors: EntityVectors) -> Path:
    with vectors.sections() as sections:
        write_bundle(path, {f"entities/{name}": section for name, section in sections.items()}, vectors.meta)
    return path


def read(path: Path) -> EntityVectors:
    bundle = open_bundle(path)
    return EntityVectors.from_bundle(bundle, "entities/", bundle.meta)


@pytest.mark.parametrize("spec", [None, FlatSpec(), HnswSpec(), IvfSpec(nlist=1)], ids=["exact", "flat", "hnsw", "ivf"])
def test_a_bundle_gives_back_what_was_stored(tmp_path: Path, spec: IndexSpec | None) -> None:
    built, known = stored(20, spec)
    changed = built.with_changes(np.array([4], np.int32), np.array([5], np.int32), unit_vectors(1, 3))
    known = {n: v for n, v in known.items() if n != 4} | {5: unit_vectors(1, 3)[0]}
    opened = read(write(tmp_path / "b", changed))
    assert_same(opened, known)
    assert isinstance(opened.base.vectors, np.memmap)
    assert (opened.encoder, opened.fingerprint) == ("e", "f")
    assert_same(
        opened.with_changes(np.array([5], np.int32), np.zeros(0, np.int32), unit_vectors(0, 0)), known_without(known, 5)
    )


def known_without(known: dict[int, Floats], node: int) -> dict[int, Floats]:
    return {n: v for n, v in known.items() if n != node}


def test_a_flipped_byte_is_found(tmp_path: Path) -> None:
    path = write(tmp_path / "b", stored(20, FlatSpec())[0])
    for file in path.glob("data-*/*"):
        content = file.read_bytes()
        file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        with pytest.raises(BundleError, match="damaged"):
            read(path)
        file.write_bytes(content)
    read(path)


def test_only_an_index_of_faiss_needs_faiss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    exact, known = stored(20)
    flat = write(tmp_path / "flat", stored(20, FlatSpec())[0])
    monkeypatch.setitem(sys.modules, "faiss", None)
    assert_same(read(write(tmp_path / "exact", exact)), known)
    with pytest.raises(MissingExtraError, match="cpu"):
        read(flat)
    monkeypatch.setattr("kgqa.index.selection.EXACT_BELOW", 10)
    with pytest.raises(MissingExtraError, match="cpu"):
        stored(20)


# -- systems ------------------------------------------------------------------------------------


def best(system: KGQA, question: str) -> tuple[str, MatchKind]:
    link = system.link(question)[0]
    return system.graph.id(link.node), link.match


def test_meaning_decides_between_namesakes(encoder: WordEncoder) -> None:
    system = KGQA.from_graph(FACTS, config=ENTITIES)
    ranked = [system.graph.id(x.node) for x in system.link("Is Mercury an element?") if x.mention.text == "Mercury"]
    assert ranked[0] == "Mercury (element)"
    ranked = [system.graph.id(x.node) for x in system.link("Is Mercury a planet?") if x.mention.text == "Mercury"]
    assert ranked[0] == "Mercury (planet)"


def test_a_question_without_names_finds_what_is_near(encoder: WordEncoder) -> None:
    system = KGQA.from_graph([("Blue Nile", "description", "a long river in Sudan")], config=ENTITIES)
    question = "in a long ???"
    assert KGQA.from_graph(system.graph).link(question) == ()
    assert best(system, question) == ("Blue Nile", MatchKind.DENSE)


def test_a_bundle_keeps_the_vectors(encoder: WordEncoder, tmp_path: Path) -> None:
    system = KGQA.from_graph(FACTS, config=ENTITIES)
    system.save(tmp_path / "b")
    seen = len(encoder.seen)
    opened = KGQA.load(tmp_path / "b")
    assert len(encoder.seen) == seen
    for question in ("Is Mercury an element?", "Which planets orbit the Sun?"):
        assert opened.link(question) == system.link(question)
    KGQA.from_graph(FACTS).save(tmp_path / "b")
    assert "entities/nodes" not in open_bundle(tmp_path / "b")


def test_a_build_that_was_stopped_goes_on(
    encoder: WordEncoder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("kgqa.embedding.cache._SHARD_TEXTS", 100)
    facts = [(f"thing {i}", "near", f"thing {i + 1}") for i in range(349)]
    encoder.patience = 250
    with pytest.raises(KeyboardInterrupt):
        KGQA.from_graph(facts, config=ENTITIES)
    encoder.patience = 1_000_000
    encoded = len(encoder.seen)
    told: list[tuple[int, int]] = []
    KGQA.from_graph(
        facts, config=ENTITIES, on_progress=lambda stage, *at: told.append(at) if stage == "entities" else None
    )
    assert encoded == 200
    assert sorted(encoder.seen) == sorted(f"thing {i}" for i in range(350))
    assert told == [(300, 350), (350, 350)]


def test_vectors_of_another_encoder_are_refused(encoder: WordEncoder, tmp_path: Path) -> None:
    KGQA.from_graph(FACTS, config=ENTITIES).save(tmp_path / "b")
    opened = KGQA.load(tmp_path / "b")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WordEncoder, "fingerprint", property(lambda self: "other"))
        with pytest.raises(VectorIndexError, match="--entities"):
            opened.link("Is Mercury an element?")


# -- sources ------------------------------------------------------------------------------------


def test_build_takes_several_files_and_entities(
    encoder: WordEncoder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, rows in enumerate((FACTS[:3], FACTS[3:])):
        (tmp_path / f"{number}.tsv").write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")
    files = [str(tmp_path / "0.tsv"), str(tmp_path / "1.tsv")]
    assert main(["build", *files, "-o", str(tmp_path / "b"), "--entities"]) == 0
    assert "6 facts" in capsys.readouterr().out
    bundle = open_bundle(tmp_path / "b")
    assert bundle.array("entities/vectors").shape == (8, WIDTH)
    assert best(KGQA.load(tmp_path / "b"), "Is Mercury an element?") == best(
        KGQA.from_graph(files, config=ENTITIES), "Is Mercury an element?"
    )


@pytest.fixture
def endpoint() -> Iterator[str]:
    """The URL of a SPARQL endpoint that holds two facts."""
    rows = [
        {n: {"type": "uri", "value": f"http://example.org/{v}"} for n, v in zip("spo", fact, strict=True)}
        for fact in (("France", "capital", "Paris"), ("Spain", "capital", "Madrid"))
    ]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            page = json.dumps({"results": {"bindings": rows if "OFFSET+0" in body else []}}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/sparql-results+json")
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/sparql"
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_endpoint_is_a_graph(encoder: WordEncoder, endpoint: str, tmp_path: Path) -> None:
    system = KGQA.from_graph(endpoint)
    assert best(system, "What is the capital of France?")[0] == "http://example.org/France"
    assert main(["build", endpoint, "-o", str(tmp_path / "b")]) == 0
    assert KGQA.load(tmp_path / "b").graph.n_triples == 2
