"""Structural embeddings without their training: rows, neighbours, and the way through a bundle."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from kgqa.embedding.structural import EntityFacts, StructuralConfig, StructuralEmbeddings, StructuralModel
from kgqa.errors import BundleError, ConfigError, VectorIndexError
from kgqa.graph import KnowledgeGraph
from kgqa.graph.bundle import open_bundle, write_bundle
from kgqa.index import ExactSpec, FlatSpec, IndexSpec
from kgqa.types import Literal

Floats = NDArray[np.float32]
NODES = np.array([1, 4, 6, 9], dtype=np.int32)


def made(model: StructuralModel = StructuralModel.TRANSE, seed: int = 0) -> StructuralEmbeddings:
    rng = np.random.default_rng(seed)
    vectors, relations = rng.normal(size=(4, 6)).astype(np.float32), rng.normal(size=(2, 6)).astype(np.float32)
    return StructuralEmbeddings(model, NODES, vectors, relations, {"loss": 0.5})


# -- rows -----------------------------------------------------------------------------------------


def test_a_node_without_a_row_is_zeros() -> None:
    embeddings = made()
    asked = np.array([9, 0, 4, 4, 77], dtype=np.int32)
    assert embeddings.rows(asked).tolist() == [3, -1, 1, 1, -1]
    expected = np.stack([embeddings.vectors[3], np.zeros(6), embeddings.vectors[1], embeddings.vectors[1], np.zeros(6)])
    found = embeddings.vectors_of(asked)
    np.testing.assert_array_equal(found, expected.astype(np.float32))
    assert found.dtype == np.float32
    assert embeddings.vectors_of(NODES[:0]).shape == (0, 6)


def test_the_nearest_are_by_cosine_and_others() -> None:
    embeddings = made()
    asked = np.array([4, 5, 1], dtype=np.int32)
    found = embeddings.nearest(asked, 2)
    unit = embeddings.vectors / np.linalg.norm(embeddings.vectors, axis=1, keepdims=True)
    for node, (near, cosines) in zip(asked.tolist(), found, strict=True):
        if node not in NODES:
            assert len(near) == len(cosines) == 0
            continue
        own = unit[NODES.tolist().index(node)]
        expected = sorted((-float(own @ u), n) for n, u in zip(NODES.tolist(), unit, strict=True) if n != node)[:2]
        assert near.tolist() == [n for _, n in expected]
        np.testing.assert_allclose(cosines, [-c for c, _ in expected], atol=1e-6)
    assert embeddings.nearest(np.array([5], dtype=np.int32), 2)[0][0].tolist() == []


@pytest.mark.parametrize(
    ("nodes", "vectors", "relations"),
    [((4,), (3, 6), (2, 6)), ((4,), (4, 6), (2, 5)), ((4,), (24,), (2, 6))],
)
def test_arrays_that_do_not_fit_are_refused(
    nodes: tuple[int, ...], vectors: tuple[int, ...], relations: tuple[int, ...]
) -> None:
    given = NODES[: nodes[0]], np.zeros(vectors, dtype=np.float32), np.zeros(relations, dtype=np.float32)
    with pytest.raises(VectorIndexError, match="Train them again"):
        StructuralEmbeddings(StructuralModel.TRANSE, *given)
    with pytest.raises(VectorIndexError, match="even"):
        StructuralEmbeddings(
            StructuralModel.ROTATE, NODES, np.zeros((4, 3), dtype=np.float32), np.zeros((2, 3), dtype=np.float32)
        )


# -- facts ----------------------------------------------------------------------------------------


def test_facts_are_those_between_entities() -> None:
    integer = "http://www.w3.org/2001/XMLSchema#integer"
    label = "http://www.w3.org/2000/01/rdf-schema#label"
    graph = KnowledgeGraph.load(
        [
            ("fr", "capital", "paris"),
            ("fr", "borders", "es"),
            ("es", "borders", "fr"),
            ("fr", "population", Literal("68", integer)),
            ("pt", "population", Literal("10", integer)),
            ("capital", label, Literal("capital city")),
        ]
    )
    facts = EntityFacts.of(graph)
    assert [graph.id(node) for node in facts.nodes.tolist()] == ["es", "fr", "paris"]
    assert [graph.relation_id(relation) for relation in facts.relations.tolist()] == ["borders", "capital"]
    named = {
        (graph.id(int(facts.nodes[h])), graph.relation_id(int(facts.relations[r])), graph.id(int(facts.nodes[t])))
        for h, r, t in facts.rows.tolist()
    }
    assert named == {("fr", "capital", "paris"), ("fr", "borders", "es"), ("es", "borders", "fr")}
    assert facts.digest() == EntityFacts.of(graph).digest()
    other = EntityFacts.of(KnowledgeGraph.load([("fr", "capital", "paris"), ("fr", "borders", "es")]))
    assert facts.digest() != other.digest()


# -- settings -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"model": "TransH"}, "TransE, DistMult, ComplEx, RotatE"),
        ({"objective": "some"}, "self-adversarial"),
        ({"device": "tpu"}, "cuda"),
        ({"epochs": 0}, "1 or more"),
        ({"model": "ComplEx", "dimension": 7}, "even"),
        ({"rate": 0.0}, "above 0"),
        ({"rate": float("nan")}, "above 0"),
        ({"regularization": -1.0}, "0 or more"),
    ],
)
def test_settings_out_of_range_are_named(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        StructuralConfig(**settings)  # type: ignore[arg-type]


def test_settings_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "kge.toml"
    path.write_text('model = "ComplEx"\ndimension = 32\nrate = 1\n', encoding="utf-8")
    config = StructuralConfig.from_toml(path)
    assert (config.kind, config.dimension, config.rate) == (StructuralModel.COMPLEX, 32, 1.0)
    assert config.objective_for(100).value == "all"
    assert config.objective_for(1_000_000).value == "self-adversarial"
    assert StructuralConfig(model="TransE").objective_for(100).value == "self-adversarial"


# -- storing --------------------------------------------------------------------------------------


@pytest.mark.parametrize("spec", [ExactSpec(), FlatSpec()], ids=["exact", "flat"])
def test_a_bundle_gives_them_back(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, spec: IndexSpec) -> None:
    if not isinstance(spec, ExactSpec):
        pytest.importorskip("faiss")
    monkeypatch.setattr("kgqa.embedding.structural.embeddings.recommended_spec", lambda *_: spec)
    embeddings = made(StructuralModel.COMPLEX)
    with embeddings.sections() as sections:
        stored = {"s/" + name: section for name, section in sections.items()}
        write_bundle(tmp_path / "b", stored, {"s": json.loads(json.dumps(embeddings.meta))})
    bundle = open_bundle(tmp_path / "b")
    opened = StructuralEmbeddings.from_bundle(bundle, "s/", bundle.meta["s"])
    assert (opened.stored is None) == isinstance(spec, ExactSpec)
    assert (opened.model, opened.about) == (StructuralModel.COMPLEX, {"loss": 0.5})
    for name in ("nodes", "vectors", "relation_vectors"):
        np.testing.assert_array_equal(getattr(opened, name), getattr(embeddings, name))
    for (near, cosines), (other, others) in zip(opened.nearest(NODES, 3), embeddings.nearest(NODES, 3), strict=True):
        assert near.tolist() == other.tolist()
        np.testing.assert_allclose(cosines, others, atol=1e-6)


@pytest.mark.parametrize(
    ("changed", "meta"),
    [
        ({"s/nodes": NODES[:3]}, {}),
        ({"s/relations": np.zeros((2, 5), dtype=np.float32)}, {}),
        ({}, {"model": "TransH"}),
        ({}, {"about": None}),
    ],
)
def test_what_does_not_fit_together_is_a_bundle_error(
    tmp_path: Path, changed: dict[str, NDArray[np.generic]], meta: dict[str, object]
) -> None:
    embeddings = made()
    told = {key: value for key, value in {**embeddings.meta, **meta}.items() if value is not None}
    with embeddings.sections() as sections:
        stored = {"s/" + name: section for name, section in sections.items()} | changed
        write_bundle(tmp_path / "b", stored, {})
    with pytest.raises(BundleError, match="--structural"):
        StructuralEmbeddings.from_bundle(open_bundle(tmp_path / "b"), "s/", told)
