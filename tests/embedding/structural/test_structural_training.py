"""Training: what can be learnt is learnt, a stopped run goes on, and what can't be trained says so."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from kgqa.embedding.structural import (
    EntityFacts,
    StructuralConfig,
    StructuralModel,
    predict_links,
    score_facts,
    train_structural,
    trainer,
)
from kgqa.errors import MissingExtraError, TrainingError
from kgqa.graph import KnowledgeGraph
from kgqa.types import Literal

needs_pykeen = [
    pytest.mark.slow,
    pytest.mark.skipif(
        importlib.util.find_spec("pykeen") is None, reason="pykeen is not installed: pip install 'kgqa[kge]'"
    ),
]
MODELS = [model.value for model in StructuralModel]
RING = 8


@pytest.fixture
def graph() -> KnowledgeGraph:
    """Two rings of eight, and which of one is beside which of the other; a name, which is no entity."""
    facts: list[tuple[str, str, str | Literal]] = [("a0", "http://www.w3.org/2000/01/rdf-schema#label", Literal("A"))]
    for i in range(RING):
        facts += [(f"{ring}{i}", "next", f"{ring}{(i + 1) % RING}") for ring in "ab"]
        facts += [(f"a{i}", "beside", f"b{i}"), (f"b{i}", "beside", f"a{i}")]
    return KnowledgeGraph.load(facts)


def all_facts(graph: KnowledgeGraph) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    facts = EntityFacts.of(graph)
    heads, relations, tails = facts.rows.T
    return np.stack([facts.nodes[heads], facts.relations[relations], facts.nodes[tails]], axis=1).astype(np.int64)


def settings(model: str, **other: object) -> StructuralConfig:
    known = {"dimension": 16, "epochs": 60, "batch": 16, "rate": 0.05, "negatives": 8, "device": "cpu"}
    return StructuralConfig(model=model, **{**known, **other})  # type: ignore[arg-type]


class TestWithPykeen:
    pytestmark = needs_pykeen

    @pytest.mark.parametrize("model", MODELS)
    @pytest.mark.parametrize("objective", ["all", "self-adversarial", "margin"])
    def test_what_is_said_is_ranked_high(self, graph: KnowledgeGraph, model: str, objective: str) -> None:
        told: list[tuple[int, int]] = []
        margin = 1.0 if objective == "margin" else 6.0
        config = settings(model, objective=objective, margin=margin)
        embeddings = train_structural(graph, config, on_progress=lambda *at: told.append(at))
        assert told == [(epoch, 60) for epoch in range(1, 61)]
        assert embeddings.vectors.dtype == embeddings.relation_vectors.dtype == np.float32
        assert embeddings.vectors.shape == (2 * RING, 16)
        assert embeddings.relation_vectors.shape == (graph.n_relations, 16)
        unused = graph.find_relation("http://www.w3.org/2000/01/rdf-schema#label")
        assert not embeddings.relation_vectors[unused].any()
        assert embeddings.about["objective"] == objective
        facts = all_facts(graph)
        # DistMult scores a fact and its inverse alike, so it can't know which way a ring goes round.
        least = 0.5 if model == "DistMult" else 0.7
        assert predict_links(embeddings, facts, facts).mrr > least
        if model == "RotatE":
            real, imaginary = np.split(embeddings.relation_vectors[graph.find_relation("next")], 2)
            np.testing.assert_allclose(np.hypot(real, imaginary), 1, atol=1e-5)

    @pytest.mark.parametrize("model", MODELS)
    def test_our_scores_are_pykeens(self, graph: KnowledgeGraph, model: str) -> None:
        import torch

        from kgqa.embedding.structural.learning import Learner, _real

        facts = EntityFacts.of(graph)
        theirs = Learner(facts, settings(model), None)._model.eval()
        entities, relations = _real(theirs.entity_representations[0]), _real(theirs.relation_representations[0])
        heads, links, tails = facts.rows.T
        found = score_facts(StructuralModel(model), entities[heads], relations[links], entities[tails])
        with torch.no_grad():
            expected = theirs.score_hrt(torch.from_numpy(facts.rows)).numpy()[:, 0]
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)

    def test_equal_seeds_give_equal_vectors(self, graph: KnowledgeGraph) -> None:
        first, again, other = (train_structural(graph, settings("RotatE", epochs=3, seed=s)) for s in (1, 1, 2))
        np.testing.assert_array_equal(first.vectors, again.vectors)
        np.testing.assert_array_equal(first.relation_vectors, again.relation_vectors)
        assert not np.array_equal(first.vectors, other.vectors)

    @pytest.mark.parametrize("model", MODELS)
    def test_a_stopped_run_goes_on(
        self, graph: KnowledgeGraph, model: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr("kgqa.embedding.structural.learning._SECONDS_BETWEEN_CHECKPOINTS", 0.0)
        config = settings(model, epochs=6)
        whole = train_structural(graph, config)

        def stop(done: int, total: int) -> None:
            if done == 4:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            train_structural(graph, config, on_progress=stop, checkpoints=tmp_path)
        told: list[int] = []
        resumed = train_structural(graph, config, on_progress=lambda done, _: told.append(done), checkpoints=tmp_path)
        assert told == [5, 6]
        np.testing.assert_allclose(resumed.vectors, whole.vectors, atol=1e-6)
        np.testing.assert_allclose(resumed.relation_vectors, whole.relation_vectors, atol=1e-6)
        assert resumed.about["loss"] == pytest.approx(whole.about["loss"])
        assert list(tmp_path.iterdir()) == []

    def test_a_cut_checkpoint_says_so(
        self, graph: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr("kgqa.embedding.structural.learning._SECONDS_BETWEEN_CHECKPOINTS", 0.0)

        def stop(done: int, total: int) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            train_structural(graph, settings("TransE"), on_progress=stop, checkpoints=tmp_path)
        (file,) = tmp_path.iterdir()
        file.write_bytes(file.read_bytes()[:-10])
        with pytest.raises(TrainingError, match="Delete it"):
            train_structural(graph, settings("TransE"), checkpoints=tmp_path)
        # Other settings are another run.
        train_structural(graph, settings("TransE", epochs=1), checkpoints=tmp_path)

    def test_a_loss_that_is_no_number(self, graph: KnowledgeGraph) -> None:
        with pytest.raises(TrainingError, match="Lower the learning rate"):
            train_structural(graph, settings("ComplEx", rate=1e30, epochs=5))

    def test_a_gpu_that_is_not_there(self, graph: KnowledgeGraph) -> None:
        import torch

        if torch.cuda.is_available():
            pytest.skip("there is a GPU")
        with pytest.raises(TrainingError, match="no GPU"):
            train_structural(graph, settings("TransE", device="cuda"))


# -- without pykeen -------------------------------------------------------------------------------


@pytest.mark.parametrize("facts", [[("fr", "population", Literal("68"))], [("fr", "is", "fr")]])
def test_a_graph_without_facts_between_entities_is_refused(facts: list[tuple[str, str, str | Literal]]) -> None:
    with pytest.raises(TrainingError, match="between two entities"):
        train_structural(KnowledgeGraph.load(facts))


def test_without_pykeen_the_extra_is_named(graph: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trainer, "find_spec", lambda name: None if name == "pykeen" else object())
    with pytest.raises(MissingExtraError, match=r"pip install 'kgqa\[kge\]'"):
        train_structural(graph)
