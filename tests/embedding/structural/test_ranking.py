"""Ranks against a count by hand, over small whole numbers where ties are many, and against pykeen's evaluator."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from kgqa.embedding.structural import StructuralEmbeddings, StructuralModel, predict_links

Facts = NDArray[np.int64]
NODES = np.array([2, 3, 5, 7, 11, 13], dtype=np.int32)
RELATIONS = 3
fact = st.tuples(st.sampled_from(NODES.tolist()), st.integers(0, RELATIONS - 1), st.sampled_from(NODES.tolist()))


def whole_numbers(model: StructuralModel, seed: int) -> StructuralEmbeddings:
    """Small whole numbers; the rotations of RotatE are by quarters, so that its scores tie too."""
    rng = np.random.default_rng(seed)
    vectors = rng.integers(-1, 2, (len(NODES), 2)).astype(np.float32)
    relations = np.array([[1, 0], [0, 1], [-1, 0]], dtype=np.float32)
    return StructuralEmbeddings(model, NODES, vectors, relations)


def score(embeddings: StructuralEmbeddings, head: int, relation: int, tail: int) -> float:
    h, t = (embeddings.vectors[NODES.tolist().index(node)].astype(float) for node in (head, tail))
    r = embeddings.relation_vectors[relation].astype(float)
    a, b, c = complex(*h), complex(*r), complex(*t)
    match embeddings.model:
        case StructuralModel.TRANSE:
            return -float(np.abs(h + r - t).sum())
        case StructuralModel.DISTMULT:
            return float((h * r * t).sum())
        case StructuralModel.COMPLEX:
            return (a * b * c.conjugate()).real
        case StructuralModel.ROTATE:
            return -abs(a * b - c)


def counted(
    embeddings: StructuralEmbeddings, asked: tuple[int, int, int], known: set[tuple[int, int, int]]
) -> list[float]:
    """The mean of the best and the worst place of each end among those that are not known to be true."""
    head, relation, tail = asked
    ranks = []
    for tried in ([(n, relation, tail) for n in NODES.tolist()], [(head, relation, n) for n in NODES.tolist()]):
        others = [score(embeddings, *other) for other in tried if other != asked and other not in known]
        own = score(embeddings, *asked)
        best = 1 + sum(other > own + 1e-6 for other in others)
        ranks.append((best + 1 + sum(other >= own - 1e-6 for other in others)) / 2)
    return ranks


@pytest.mark.parametrize("model", list(StructuralModel))
@settings(max_examples=40, deadline=None)
@given(asked=st.lists(fact, min_size=1, max_size=8), known=st.sets(fact, max_size=12), seed=st.integers(0, 50))
def test_ranks_are_as_counted(
    model: StructuralModel, asked: list[tuple[int, int, int]], known: set[tuple[int, int, int]], seed: int
) -> None:
    embeddings = whole_numbers(model, seed)
    told: list[tuple[int, int]] = []
    facts, true = (np.array(sorted(part), dtype=np.int64).reshape(-1, 3) for part in (asked, known))
    found = predict_links(embeddings, facts, true, batch=3, on_progress=lambda *at: told.append(at))
    expected = np.array([counted(embeddings, one, known) for one in sorted(asked)])
    np.testing.assert_array_equal(found.ranks, expected)
    assert found.mrr == pytest.approx(np.mean([1 / rank for rank in expected.ravel()]))
    assert found.hits(1) == pytest.approx(np.mean([rank <= 1 for rank in expected.ravel()]))
    assert found.unseen == 0
    assert told[-1] == (len(asked), len(asked))


def test_equal_scores_share_a_place() -> None:
    zeros = StructuralEmbeddings(
        StructuralModel.DISTMULT, NODES, np.zeros((6, 2), dtype=np.float32), np.ones((1, 2), dtype=np.float32)
    )
    facts = np.array([[2, 0, 3]])
    assert predict_links(zeros, facts, facts).ranks.tolist() == [[3.5, 3.5]]
    # Two of the five others are known to be true objects.
    known = np.array([[2, 0, 3], [2, 0, 5], [2, 0, 7]])
    assert predict_links(zeros, facts, known).ranks.tolist() == [[3.5, 2.5]]


def test_what_has_no_vector_is_missed() -> None:
    relations = np.array([[1, 0], [0, 0]], dtype=np.float32)
    embeddings = StructuralEmbeddings(
        StructuralModel.COMPLEX, NODES, np.random.default_rng(0).normal(size=(6, 2)).astype(np.float32), relations
    )
    facts = np.array([[2, 0, 3], [4, 0, 3], [2, 1, 3], [2, 9, 3], [2, -1, 3], [99, 0, 3]])
    found = predict_links(embeddings, facts, facts)
    assert np.isinf(found.ranks).all(axis=1).tolist() == [False, True, True, True, True, True]
    assert found.unseen == 5
    alone = predict_links(embeddings, facts[:1], facts[:1])
    assert found.mrr == pytest.approx(alone.mrr / 6)
    assert found.hits(10) == pytest.approx(1 / 6)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("model", list(StructuralModel))
def test_pykeen_ranks_alike(model: StructuralModel, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setenv("PYSTOW_HOME", str(tmp_path))
    pytest.importorskip("pykeen", reason="pykeen is not installed: pip install 'kgqa[kge]'")
    torch = pytest.importorskip("torch")
    from pykeen.evaluation import RankBasedEvaluator

    from kgqa.embedding.structural import EntityFacts, StructuralConfig
    from kgqa.embedding.structural.learning import Learner, _real

    rng = np.random.default_rng(1)
    rows = np.unique(np.stack([rng.integers(0, n, 60) for n in (9, 2, 9)], axis=1), axis=0).astype(np.int64)
    facts = EntityFacts(np.arange(9, dtype=np.int32), np.arange(2, dtype=np.int32), rows)
    learner = Learner(facts, StructuralConfig(model=model.value, dimension=8), None)
    theirs = learner._model.eval()
    embeddings = StructuralEmbeddings(
        model, facts.nodes, _real(theirs.entity_representations[0]), _real(theirs.relation_representations[0])
    )
    asked = torch.from_numpy(rows[:20])
    evaluator = RankBasedEvaluator(filtered=True)
    result = evaluator.evaluate(
        model=theirs,
        mapped_triples=asked,
        additional_filter_triples=[torch.from_numpy(rows)],
        use_tqdm=False,
        batch_size=8,
    )
    found = predict_links(embeddings, rows[:20], rows)
    assert found.mrr == pytest.approx(result.get_metric("both.realistic.inverse_harmonic_mean_rank"), abs=1e-6)
    for k in (1, 3, 10):
        assert found.hits(k) == pytest.approx(result.get_metric(f"both.realistic.hits_at_{k}"), abs=1e-6)
