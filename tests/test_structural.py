"""Structural embeddings in a system, a bundle and on the command line; none of it needs pykeen."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from kgqa import KGQA, KnowledgeGraph
from kgqa.cli import main
from kgqa.embedding.structural import EntityFacts, StructuralEmbeddings, StructuralModel
from kgqa.errors import BundleError, QuestionError, VectorIndexError
from kgqa.graph.bundle import open_bundle
from tests.test_entity_vectors import WordEncoder

LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
FACTS = [
    ("fr", "borders", "es"),
    ("es", "borders", "pt"),
    ("fr", "capital", "paris"),
    ("es", "capital", "madrid"),
    ("fr", LABEL, "France"),
]
VECTORS = {"fr": [1, 0], "es": [0.8, 0.6], "pt": [0.6, 0.8], "paris": [-1, 0], "madrid": [0, -1]}


@pytest.fixture(autouse=True)
def encoder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> WordEncoder:
    monkeypatch.setenv("KGQA_CACHE", str(tmp_path / "cache"))
    words = WordEncoder()
    monkeypatch.setattr("kgqa.system.load_encoder", lambda name: words)
    return words


def system() -> KGQA:
    graph = KnowledgeGraph.load(FACTS)
    nodes = EntityFacts.of(graph).nodes
    vectors = np.array([VECTORS[graph.id(node)] for node in nodes.tolist()], dtype=np.float32)
    relations = np.ones((graph.n_relations, 2), dtype=np.float32)
    structural = StructuralEmbeddings(StructuralModel.TRANSE, nodes, vectors, relations, {"loss": 0.25})
    return KGQA.from_graph(graph).with_structural(structural)


def shown(asked: KGQA, entity: str, k: int = 10) -> list[tuple[str | None, float]]:
    return [(value.id, round(value.score, 5)) for value in asked.similar(entity, k)]


def test_similar_entities_by_id_and_label() -> None:
    expected = [("es", 0.8), ("pt", 0.6), ("madrid", 0), ("paris", -1)]
    assert shown(system(), "fr") == shown(system(), "France") == expected
    assert shown(system(), "France", 2) == expected[:2]
    assert [value.label for value in system().similar("pt", 2)] == ["es", "France"]


def test_what_can_not_be_said_to_be_similar() -> None:
    with pytest.raises(VectorIndexError, match="--structural"):
        KGQA.from_graph(FACTS).similar("fr")
    with pytest.raises(QuestionError, match="Atlantis"):
        system().similar("Atlantis")
    with pytest.raises(VectorIndexError, match="k is 0"):
        system().similar("fr", 0)


def test_a_bundle_keeps_them(tmp_path: Path) -> None:
    before = system()
    before.save(tmp_path / "b")
    opened = KGQA.load(tmp_path / "b")
    assert opened.structural is not None
    assert opened.structural.about == {"loss": 0.25}
    assert shown(opened, "fr") == shown(before, "fr")
    # A bundle of a bundle has them still; one of the graph alone has not.
    KGQA.from_graph(tmp_path / "b").save(tmp_path / "c")
    assert shown(KGQA.load(tmp_path / "c"), "fr") == shown(before, "fr")
    KGQA.from_graph(FACTS).save(tmp_path / "b")
    assert "structural/nodes" not in open_bundle(tmp_path / "b")
    assert KGQA.load(tmp_path / "b").structural is None


def test_a_cut_section_is_a_bundle_error(tmp_path: Path) -> None:
    system().save(tmp_path / "b")
    file = open_bundle(tmp_path / "b").files["structural/vectors"]
    file.write_bytes(file.read_bytes()[:-4])
    with pytest.raises(BundleError, match=r"structural\.vectors"):
        KGQA.load(tmp_path / "b")


def test_changes_leave_out_what_is_gone(tmp_path: Path) -> None:
    changed = system().with_changes(
        add=[("pt", "capital", "lisbon")], remove=[("fr", "capital", "paris"), ("es", "capital", "madrid")]
    )
    assert shown(changed, "fr") == [("es", 0.8), ("pt", 0.6)]
    assert shown(changed, "lisbon") == []
    assert changed.structural is not None
    node = np.array([changed.graph.find("lisbon")], dtype=np.int32)
    assert not changed.structural.vectors_of(node).any()
    changed.save(tmp_path / "b")
    assert shown(KGQA.load(tmp_path / "b"), "fr") == [("es", 0.8), ("pt", 0.6)]


def test_serving_imports_nothing_of_training(tmp_path: Path) -> None:
    system().save(tmp_path / "b")
    code = (
        "import sys\n"
        "from kgqa import KGQA\n"
        f"qa = KGQA.load({str(tmp_path / 'b')!r})\n"
        "print(*(value.id for value in qa.similar('France')))\n"
        "print('loaded:', *sorted({'torch', 'pykeen', 'pandas'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["es pt madrid paris", "loaded:"]


# -- the command line -----------------------------------------------------------------------------


@pytest.fixture
def graph_file(tmp_path: Path) -> str:
    (tmp_path / "graph.tsv").write_text("".join("\t".join(fact) + "\n" for fact in FACTS), encoding="utf-8")
    return str(tmp_path / "graph.tsv")


@pytest.mark.parametrize(
    ("named", "message"), [("TransH", "TransE, DistMult, ComplEx, RotatE"), ("missing.toml", "missing.toml")]
)
def test_an_unknown_model_is_bad_input(
    graph_file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], named: str, message: str
) -> None:
    assert main(["build", graph_file, "-o", str(tmp_path / "b"), "--structural", named]) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "b").exists()


def test_build_without_pykeen_names_the_extra(
    graph_file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kgqa.embedding.structural.trainer.find_spec", lambda name: None)
    assert main(["build", graph_file, "-o", str(tmp_path / "b"), "--structural", "rotate"]) == 1
    assert "pip install 'kgqa[kge]'" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.skipif(
    importlib.util.find_spec("pykeen") is None, reason="pykeen is not installed: pip install 'kgqa[kge]'"
)
def test_build_trains_them(graph_file: str, tmp_path: Path) -> None:
    (tmp_path / "kge.toml").write_text('model = "ComplEx"\ndimension = 8\nepochs = 2\n', encoding="utf-8")
    named = str(tmp_path / "kge.toml")
    assert main(["build", graph_file, "-o", str(tmp_path / "b"), "--structural", named]) == 0
    opened = KGQA.load(tmp_path / "b")
    assert opened.structural is not None
    assert (opened.structural.model, opened.structural.dimension) == (StructuralModel.COMPLEX, 8)
    assert len(opened.similar("fr", 3)) == 3
