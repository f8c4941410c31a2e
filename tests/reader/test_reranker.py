"""The traits of candidates, counted again by hand; the network that reads them, on disk and in a reader."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from kgqa.calibration import Calibration
from kgqa.embedding.contract import Floats
from kgqa.errors import ReaderError
from kgqa.reader import ReaderInput, ReaderWeights, TrainedReader
from kgqa.reader.arrays import FAR, EncoderVectors, FusionArrays, lay_out, rows_of
from kgqa.reader.cross_encoder import tells_kinds
from kgqa.reader.features import EVIDENCE, OPERATIONS, RESULTS
from kgqa.reader.general import General
from kgqa.reader.reranker import RERANKER, Reranker
from kgqa.reader.seen import InputBuilder
from kgqa.reader.serialise import TokenKind
from kgqa.reader.trained import READ, SCALE
from kgqa.reader.traits import COUNT, questions, traits
from tests.reader.random_weights import random_agreement, random_weights
from tests.retrieval.toy import DIMENSION, Lab, WordEncoder, films

AGREEMENT = random_agreement(DIMENSION, 5)
QUESTION = "Which films by Kim star Lee?"


@pytest.fixture(scope="module")
def item() -> ReaderInput:
    lab = Lab(films())
    found = InputBuilder(lab.graph).build(lab.ask(QUESTION))
    assert len(found.candidates) > 4
    return replace(found, candidates=found.candidates[:READ])


def laid(item: ReaderInput) -> FusionArrays:
    return lay_out(rows_of(item), EncoderVectors(WordEncoder()))


def found(item: ReaderInput) -> Floats:
    batch = laid(item)
    return traits(batch, AGREEMENT, AGREEMENT.near(batch))


def random_reranker(seed: int) -> Reranker:
    drawn = np.random.default_rng(seed)
    shapes: dict[str, tuple[int, ...]] = {"mean": (COUNT,), "spread": (COUNT,), "question": (3, DIMENSION)}
    shapes["question bias"] = (3,)
    shapes |= {"hidden": (7, COUNT + 3), "bias": (7,), "output": (7,), "share": (1,)}
    arrays = {name: drawn.standard_normal(shape).astype(np.float32) for name, shape in shapes.items()}
    arrays["spread"] = np.abs(arrays["spread"]) + np.float32(0.5)
    return Reranker(arrays)


def test_there_are_as_many_as_said(item: ReaderInput) -> None:
    assert found(item).shape == (len(item.candidates), COUNT)
    assert np.isfinite(found(item)).all()


def test_shapes_are_counted(item: ReaderInput) -> None:
    columns = found(item)[:, -1 - 2 * len(TokenKind) - len(RESULTS) - len(OPERATIONS) :]
    for row, candidate in zip(columns, item.candidates, strict=True):
        operation, rest = row[: len(OPERATIONS)], row[len(OPERATIONS) :]
        assert OPERATIONS[int(operation.argmax())] is candidate.operation
        assert RESULTS[int(rest[: len(RESULTS)].argmax())] is candidate.result
        kinds = [token.kind for token in candidate.tokens]
        counts = rest[len(RESULTS) : -1].reshape(2, len(TokenKind))
        assert counts[0].tolist() == [min(kinds.count(kind), 3) for kind in TokenKind]
        assert counts[1].tolist() == [kind in kinds for kind in TokenKind]
        assert rest[-1] == pytest.approx(len(WordEncoder().encode_tokens([candidate.masked.text])[0].offsets) / 10)


def test_what_is_unsaid_is_what_no_token_speaks_of(item: ReaderInput) -> None:
    batch = laid(item)
    near, weights = AGREEMENT.near(batch), AGREEMENT.weights(batch)
    start = 2 * 5
    for place, row in enumerate(found(item)):
        asked, weight = batch.variant[place], weights[batch.variant[place]]
        words = [w for w in range(len(weight)) if batch.asked[asked, w] and batch.distance[asked, w] != FAR]
        spoken = near[place][batch.there[place]].max(axis=0)
        missed = [float(1 - AGREEMENT.told(spoken[w : w + 1])[0]) for w in words]
        left = sorted((weight[w] / weight.sum() * m for w, m in zip(words, missed, strict=True)), reverse=True)
        expected = [left[0], left[1], sum(left), sum(missed) / 10, sum(m > 0.5 for m in missed) / 10]
        np.testing.assert_allclose(row[start : start + 5], expected, rtol=1e-4, atol=1e-5)


def test_other_candidates_change_only_what_compares_with_them(item: ReaderInput) -> None:
    """Padding by a longer neighbour counts for nothing; gaps and differences from the mean are left aside."""
    alone = np.concatenate([found(replace(item, candidates=(one,))) for one in item.candidates])
    together = found(item)
    gaps = len(EVIDENCE[: EVIDENCE.index("alignment gap")])
    own = [*range(5), *range(10, 39), *range(68, 68 + gaps), *range(68 + gaps + 3, COUNT)]
    np.testing.assert_allclose(alone[:, own], together[:, own], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(questions(laid(item))[0], questions(laid(item))[-1], atol=1)


def test_a_network_counts_as_much_as_told(item: ReaderInput) -> None:
    batch, network = laid(item), random_reranker(1)
    odds = np.linspace(-2, 2, len(item.candidates), dtype=np.float32)
    whole, none, half = (network.counted(c).odds(batch, AGREEMENT, odds) for c in (1.0, 0.0, 0.5))
    np.testing.assert_allclose(none, odds, atol=1e-5)
    np.testing.assert_allclose(half, (whole + odds) / 2, rtol=1e-4, atol=1e-3)


def test_it_comes_back_from_disk(item: ReaderInput, tmp_path: Path) -> None:
    path, network = tmp_path / RERANKER, random_reranker(2)
    network.save(path)
    odds = np.zeros(len(item.candidates), dtype=np.float32)
    one, two = (each.odds(laid(item), AGREEMENT, odds) for each in (network, Reranker.load(path)))
    np.testing.assert_allclose(one, two, rtol=0.02, atol=0.1)
    arrays = load_file(path)
    save_file({**arrays, "mean": arrays["mean"][:-1]}, path)
    with pytest.raises(ReaderError, match="another version"):
        Reranker.load(path)
    path.write_bytes(b"\0")
    with pytest.raises(ReaderError, match="missing or damaged"):
        Reranker.load(path)


@pytest.mark.parametrize("kinds", [True, False])
def test_a_reader_uses_it_where_things_have_kinds(item: ReaderInput, tmp_path: Path, kinds: bool) -> None:
    if not kinds:
        bare = [tuple(replace(t, text="") if t.kind.value < 4 else t for t in c.tokens) for c in item.candidates]
        bare = [tuple(t for t in tokens if t.kind is not TokenKind.CLASS) for tokens in bare]
        given = tuple(replace(c, tokens=tokens) for c, tokens in zip(item.candidates, bare, strict=True))
        item = replace(item, candidates=given)
    assert tells_kinds(c.tokens for c in item.candidates) is kinds
    general = General(AGREEMENT, 1.5, 0.5, asdict(Calibration()))
    replace(random_weights(WordEncoder(), 1), general=general).save(tmp_path)
    network = random_reranker(3)
    network.save(tmp_path / RERANKER)
    weights = ReaderWeights.load(tmp_path)
    assert weights.general is not None
    read = TrainedReader(WordEncoder(), weights, early_exit=False).read([item])[0]
    batch, agreement = laid(item), weights.general.agreement
    odds = weights.general.odds(weights.general.total(batch))
    expected = Reranker.load(tmp_path / RERANKER).odds(batch, agreement, odds) if kinds else odds
    np.testing.assert_allclose(read.scores, SCALE * expected, rtol=1e-4, atol=1e-4)
    assert (read.general, read.closely) == (True, kinds)
