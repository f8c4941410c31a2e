"""Soft tokens: their vectors worked out by hand, numpy against PyTorch, and whose embeddings are read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kgqa.embedding.contract import Floats
from kgqa.embedding.structural import StructuralEmbeddings, StructuralModel
from kgqa.reader import ReaderInput, ReaderWeights, TrainedReader
from kgqa.reader.arrays import EncoderVectors, FusionArrays, lay_out, rows_of
from kgqa.reader.contract import Yielded
from kgqa.reader.features import evidence, prior
from kgqa.reader.seen import InputBuilder
from kgqa.reader.serialise import TokenKind
from kgqa.reader.soft import ANSWERS, ENTITY, NAMES, RELATION, SOFT, STRUCTURAL, SoftTokens, Wanted
from tests.reader.random_weights import WIDTH, random_agreement, random_weights
from tests.retrieval.toy import DIMENSION, Lab, WordEncoder, films

GRAPH = films()
SPACE = 6
QUESTIONS = ("Who is the director of Alpha?", "Which films by Kim star Lee?", "How many films star Lee?")


def embeddings(seed: int) -> StructuralEmbeddings:
    """Random vectors of the films' entities; one relation and one entity have none."""
    drawn = np.random.default_rng(seed)
    nodes = np.setdiff1d(GRAPH.entities, [GRAPH.find("Moon")]).astype(np.int32)
    vectors = drawn.standard_normal((len(nodes), SPACE)).astype(np.float32)
    relations = drawn.standard_normal((GRAPH.n_relations, SPACE)).astype(np.float32)
    relations[GRAPH.find_relation("genre")] = 0
    return StructuralEmbeddings(StructuralModel.TRANSE, nodes, vectors, relations)


OWN, FOREIGN = embeddings(0), embeddings(1)


@pytest.fixture(scope="module")
def inputs() -> list[ReaderInput]:
    lab, builder = Lab(GRAPH), InputBuilder(GRAPH)
    return [builder.build(lab.ask(question)) for question in QUESTIONS]


def laid(
    item: ReaderInput, kinds: tuple[str, ...] = SOFT, structural: StructuralEmbeddings | None = OWN
) -> FusionArrays:
    return lay_out(rows_of(item), EncoderVectors(WordEncoder()), Wanted(kinds, structural))


def softened(seed: int) -> ReaderWeights:
    """Random weights that read all kinds of soft tokens, learnt from `OWN`."""
    plain, drawn = random_weights(WordEncoder(), seed), np.random.default_rng(seed)
    arrays = dict(plain.fusion.arrays)
    for kind in SOFT:
        size = SPACE if kind in STRUCTURAL else DIMENSION
        arrays[f"soft.{kind}.weight"] = drawn.standard_normal((WIDTH, size)).astype(np.float32)
        arrays[f"soft.{kind}.bias"] = drawn.standard_normal(WIDTH).astype(np.float32)
    about = {**plain.about, "structural": {"fingerprint": OWN.fingerprint}}
    return replace(plain, fusion=replace(plain.fusion, arrays=arrays), about=about)


def unit(vector: Floats) -> Floats:
    scaled: Floats = vector / np.linalg.norm(vector)
    return scaled


def behind(tokens: SoftTokens, candidate: int, place: int) -> Floats:
    vector: Floats = tokens.vectors[tokens.rows[candidate, place]]
    return vector


# -- what is read ---------------------------------------------------------------------------------


def test_each_token_carries_the_vector_of_what_it_names(inputs: list[ReaderInput]) -> None:
    soft = laid(inputs[0]).soft
    place = next(
        i for i, c in enumerate(inputs[0].candidates) if [t.text for t in c.tokens] == ["Film", "director", "Person"]
    )
    alpha = OWN.vectors_of(np.array([GRAPH.find("Alpha")], dtype=np.int32))[0]
    director = OWN.relation_vectors[GRAPH.find_relation("director")]
    np.testing.assert_allclose(behind(soft[ENTITY], place, 0), unit(alpha), rtol=1e-5)
    np.testing.assert_allclose(behind(soft[RELATION], place, 1), unit(director), rtol=1e-5)
    for kind, at in ((ENTITY, 0), (RELATION, 1), (ANSWERS, 2), (NAMES, 2)):
        assert (soft[kind].rows[place] > 0).tolist() == [i == at for i in range(soft[kind].rows.shape[1])]
    kim = OWN.vectors_of(np.array([GRAPH.find("Kim")], dtype=np.int32))[0]
    np.testing.assert_allclose(behind(soft[ANSWERS], place, 2), unit(kim), rtol=1e-5)
    np.testing.assert_allclose(behind(soft[NAMES], place, 2), WordEncoder().encode(["Kim"])[0], rtol=1e-5)


def test_several_answers_are_their_mean_without_those_unknown(inputs: list[ReaderInput]) -> None:
    lab = Lab(GRAPH)
    item = InputBuilder(GRAPH).build(lab.ask("Who is the star of Alpha?"))
    place = next(i for i, c in enumerate(item.candidates) if c.yielded.shown == ("Lee", "Moon"))
    soft, end = laid(item).soft, len(item.candidates[place].tokens) - 1
    lee = OWN.vectors_of(np.array([GRAPH.find("Lee")], dtype=np.int32))[0]
    np.testing.assert_allclose(behind(soft[ANSWERS], place, end), unit(lee), rtol=1e-5)
    names = WordEncoder().encode(["Lee", "Moon"]).mean(axis=0)
    np.testing.assert_allclose(behind(soft[NAMES], place, end), names, rtol=1e-5)


def test_what_has_no_vector_stands_on_row_0(inputs: list[ReaderInput]) -> None:
    genre, seen = GRAPH.find_relation("genre"), 0
    for item in inputs:
        soft = laid(item).soft
        for row, candidate in enumerate(item.candidates):
            for place, token in enumerate(candidate.tokens):
                seen += token.ref == genre and token.kind is TokenKind.ALONG
                has = token.kind in (TokenKind.ALONG, TokenKind.AGAINST) and token.ref != genre
                if token.kind in (TokenKind.ALONG, TokenKind.AGAINST, TokenKind.FIRST):
                    assert (soft[RELATION].rows[row, place] > 0) == has
    assert seen


def test_counts_yield_nothing_to_read(inputs: list[ReaderInput]) -> None:
    counted = [c for c in inputs[2].candidates if any(t.kind is TokenKind.COUNT for t in c.tokens)]
    assert counted
    assert all(c.yielded == Yielded() for c in counted)


def test_a_relation_that_came_later_has_no_vector() -> None:
    later = np.array([0, GRAPH.n_relations, GRAPH.n_relations + 3], dtype=np.int32)
    found = OWN.vectors_of_relations(later)
    np.testing.assert_array_equal(found[0], OWN.relation_vectors[0])
    assert not found[1:].any()


# -- the network ----------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_numpy_and_torch_agree(inputs: list[ReaderInput], seed: int) -> None:
    torch = pytest.importorskip("torch")
    from kgqa.training.config import NetworkSettings
    from kgqa.training.model import FusionModel

    torch.manual_seed(seed)
    sizes = {kind: SPACE if kind in STRUCTURAL else DIMENSION for kind in SOFT}
    model = FusionModel(DIMENSION, NetworkSettings(width=24, blocks=2, hidden=8), sizes).eval()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    agreement = random_agreement(DIMENSION, seed)
    for item in inputs:
        arrays = laid(item)
        with torch.no_grad():
            owner = torch.zeros(len(item.candidates), dtype=torch.long)
            scored = model(arrays, agreement, 1, owner)
        found, without = model.fusion().score(arrays, agreement), model.fusion().score(laid(item, ()), agreement)
        np.testing.assert_allclose(found.scores, scored.scores.numpy(), atol=1e-3, rtol=1e-3)
        assert found.none_score == pytest.approx(float(scored.none), abs=1e-3)
        assert np.abs(found.scores - without.scores).max() > 0.01


@pytest.mark.parametrize("kind", SOFT)
def test_a_kind_switched_off_reads_as_zeros(inputs: list[ReaderInput], kind: str) -> None:
    weights = softened(1)
    arrays = laid(inputs[0])
    tokens = arrays.soft[kind]
    zeros = replace(arrays, soft={**arrays.soft, kind: SoftTokens(tokens.vectors * 0, tokens.rows * 0)})
    off = weights.fusion.without([kind])
    assert off.soft == tuple(one for one in SOFT if one != kind)
    expected = off.score(arrays, weights.agreement)
    for found in (
        weights.fusion.score(zeros, weights.agreement),
        weights.fusion.score(laid(inputs[0], off.soft), weights.agreement),
    ):
        np.testing.assert_allclose(found.scores, expected.scores, atol=1e-5)
    assert np.abs(weights.fusion.score(arrays, weights.agreement).scores - expected.scores).max() > 0.01


def test_weights_without_soft_tokens_score_as_before(
    inputs: list[ReaderInput], monkeypatch: pytest.MonkeyPatch
) -> None:
    # What the network gave before it could read soft tokens (commit 1fcb331), for these weights and those of a
    # question's candidates that retrieval still proposes.
    monkeypatch.setattr("kgqa.reader.trained_weights.TRUST", np.float32(0))  # what later came on top
    known = ([-2.0532, 6.7421, 6.7610, 7.0841],)
    weights = random_weights(WordEncoder(), 1)
    assert weights.fusion.soft == ()
    for item, scores in zip(inputs, known, strict=False):
        for wanted in (None, weights.wanted(OWN), Wanted(SOFT, OWN)):
            found = weights.score(rows_of(item), EncoderVectors(WordEncoder()), wanted)
            apart = np.abs(found.scores[:, None] - np.array(scores))  # in whatever order retrieval has them
            np.testing.assert_allclose(apart.min(axis=0), 0, atol=1e-3)


def test_what_retrieval_found_counts_beside_the_network(
    inputs: list[ReaderInput], monkeypatch: pytest.MonkeyPatch
) -> None:
    weights, vectors = random_weights(WordEncoder(), 1), EncoderVectors(WordEncoder())
    totals = []
    for trust in (0, 2):
        monkeypatch.setattr("kgqa.reader.trained_weights.TRUST", np.float32(trust))
        totals.append([weights.score(rows_of(item), vectors).scores.sum() for item in inputs])
    own = [prior(evidence(item)) for item in inputs]
    expected = [2 * (one - one.max()).sum() for one in own]  # scores are dealt out among namesakes: the sum stays
    np.testing.assert_allclose(np.subtract(totals[1], totals[0]), expected, rtol=1e-3)


# -- whose embeddings -----------------------------------------------------------------------------


def test_embeddings_of_another_training_are_never_read(inputs: list[ReaderInput]) -> None:
    weights = softened(2)
    scores = {
        name: [output.scores for output in TrainedReader(WordEncoder(), weights, given, early_exit=False).read(inputs)]
        for name, given in (("none", None), ("own", OWN), ("foreign", FOREIGN))
    }
    for none, own, foreign in zip(*scores.values(), strict=True):
        np.testing.assert_array_equal(none, foreign)
        assert np.abs(none - own).max() > 0.001
    assert TrainedReader(WordEncoder(), weights, OWN).fusions == SOFT
    assert TrainedReader(WordEncoder(), weights, FOREIGN).fusions == (NAMES,)
    # Weights that don't tell which embeddings they learnt from read none.
    silent = replace(weights, about=random_weights(WordEncoder(), 2).about)
    assert TrainedReader(WordEncoder(), silent, OWN).fusions == (NAMES,)


def test_a_fingerprint_is_of_the_vectors(tmp_path: Path) -> None:
    assert embeddings(0).fingerprint == OWN.fingerprint != FOREIGN.fingerprint
    for name in ("vectors", "relation_vectors"):
        changed = getattr(OWN, name).copy()
        changed[-1, -1] += 1
        assert replace(OWN, **{name: changed}).fingerprint != OWN.fingerprint
    renumbered = OWN.nodes.copy()
    renumbered[-1] += 1
    assert replace(OWN, nodes=renumbered).fingerprint != OWN.fingerprint


def test_weights_with_soft_tokens_come_back_from_disk(inputs: list[ReaderInput], tmp_path: Path) -> None:
    weights = softened(3)
    weights.save(tmp_path)
    again = ReaderWeights.load(tmp_path)
    assert again.fusion.soft == SOFT
    one, two = (TrainedReader(WordEncoder(), w, OWN, early_exit=False).read(inputs) for w in (weights, again))
    for before, after in zip(one, two, strict=True):  # kept as float16
        np.testing.assert_allclose(after.scores, before.scores, atol=0.05)
