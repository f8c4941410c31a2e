"""The fusion network in numpy against the same in PyTorch, and what its weights promise on disk."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kgqa.embedding import TextKind
from kgqa.embedding.contract import Floats, Progress
from kgqa.errors import ReaderError
from kgqa.reader import ReaderInput, ReaderWeights, TrainedReader
from kgqa.reader.arrays import FAR, EncoderVectors, lay_out, rows_of
from kgqa.reader.familiarity import CAUTION, learnt
from kgqa.reader.features import prior
from kgqa.reader.seen import InputBuilder
from kgqa.reader.trained import NONE, READ, SCALE
from kgqa.reader.wording import token_text
from tests.reader.random_weights import random_agreement, random_weights
from tests.retrieval.toy import DIMENSION, Lab, WordEncoder, films

QUESTIONS = (
    "Who is the director of Alpha?",
    "Which films by Kim star Lee?",
    "How many films star Lee?",
    "What is the genre of the films by Kim?",
)


@pytest.fixture(scope="module")
def inputs() -> list[ReaderInput]:
    lab = Lab(films())
    builder = InputBuilder(lab.graph)
    found = [builder.build(lab.ask(question)) for question in QUESTIONS]
    assert all(len(item.candidates) > 2 for item in found)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_numpy_and_torch_agree(inputs: list[ReaderInput], seed: int) -> None:
    torch = pytest.importorskip("torch")
    from kgqa.training.config import NetworkSettings
    from kgqa.training.model import FusionModel

    torch.manual_seed(seed)
    model = FusionModel(DIMENSION, NetworkSettings(width=24, blocks=2, hidden=8)).eval()
    for parameter in model.parameters():  # no value may stay at a start that hides a mistake
        torch.nn.init.normal_(parameter, std=0.3)
    agreement = random_agreement(DIMENSION, seed)
    for item in inputs:
        arrays = lay_out(rows_of(item), EncoderVectors(WordEncoder()))
        with torch.no_grad():
            scored = model(arrays, agreement, 1, torch.zeros(len(item.candidates), dtype=torch.long))
        found = model.fusion().score(arrays, agreement)
        np.testing.assert_allclose(found.scores, scored.scores.numpy(), atol=1e-3, rtol=1e-3)
        assert found.none_score == pytest.approx(float(scored.none), abs=1e-3)


def test_distances_count_tokens_from_the_nearest_slot(inputs: list[ReaderInput]) -> None:
    both = next(c for c in inputs[1].candidates if len(c.masked.slots) == 2)
    item = ReaderInput(QUESTIONS[1], (both,))
    arrays = lay_out(rows_of(item), EncoderVectors(WordEncoder()))
    # Which films by X star Y: of two slots as near, the first counts.
    assert (arrays.distance[0] - FAR).tolist() == [-3, -2, -1, 0, 1, 0]


def test_words_and_texts_share_one_call(inputs: list[ReaderInput]) -> None:
    calls: list[list[str]] = []

    class Recording(WordEncoder):
        def encode(
            self, texts: Sequence[str], *, kind: TextKind = TextKind.PASSAGE, on_progress: Progress | None = None
        ) -> Floats:
            calls.append(list(texts))
            return super().encode(texts, kind=kind)

    rows = rows_of(inputs[0])
    arrays = lay_out(rows, EncoderVectors(Recording()))
    assert len(calls) == 1
    for program, told in zip(rows.programs, arrays.told, strict=True):
        for token, row in zip(program, told, strict=False):
            text = token_text(token)
            expected = WordEncoder().encode([text])[0] if text else np.zeros(DIMENSION)
            assert np.array_equal(arrays.texts[row], expected)
    for question, asked, words in zip(rows.questions, arrays.asked, arrays.words, strict=True):
        assert np.array_equal(words[asked], WordEncoder().encode(re.findall(r"\w+", question.text.casefold())))


def test_scores_are_log_odds_against_none(inputs: list[ReaderInput]) -> None:
    weights = random_weights(WordEncoder(), 1)
    item = ReaderInput(inputs[0].question, inputs[0].candidates[:READ])
    raw = weights.score(rows_of(item), EncoderVectors(WordEncoder()))
    found = TrainedReader(WordEncoder(), weights, early_exit=False).read([item])[0]
    assert found.none_score == NONE < 0
    np.testing.assert_allclose(np.sort(found.scores) / SCALE, np.sort(raw.scores - raw.none_score), atol=1e-4)


def test_candidates_that_are_not_read_stay_behind_in_retrievals_order(inputs: list[ReaderInput]) -> None:
    many = tuple(replace(c, alignment=-0.1 * i, coverage=0, fit=0) for i, c in enumerate(inputs[0].candidates * 2))
    assert len(many) > READ
    scores = TrainedReader(WordEncoder(), random_weights(WordEncoder(), 1)).read([ReaderInput("who?", many)])[0].scores
    assert scores[READ:].max() < scores[:READ].min()
    assert scores[READ:].tolist() == sorted(scores[READ:].tolist(), reverse=True)


def test_unfamiliar_relations_leave_more_to_retrieval(inputs: list[ReaderInput]) -> None:
    plain = random_weights(WordEncoder(), 1)
    item = ReaderInput(inputs[0].question, inputs[0].candidates[:READ])
    known = replace(plain, about={**plain.about, "familiar": learnt([c.tokens for c in item.candidates] * 3)})
    rows, vectors = rows_of(item), EncoderVectors(WordEncoder())
    strange, familiar = plain.score(rows, vectors), known.score(rows, vectors)
    own = prior(rows.evidence)
    lag = CAUTION * plain.agreement.arrays["prior"] * (own - own.max())
    np.testing.assert_allclose(strange.scores, familiar.scores + lag, atol=1e-4)
    assert strange.none_score == familiar.none_score


def test_weights_come_back_from_disk(inputs: list[ReaderInput], tmp_path: Path) -> None:
    weights = random_weights(WordEncoder(), 2)
    weights.save(tmp_path)
    again = ReaderWeights.load(tmp_path)
    assert again.fusion.arrays.keys() == weights.fusion.arrays.keys()
    one, two = (TrainedReader(WordEncoder(), w, early_exit=False).read(inputs) for w in (weights, again))
    for before, after in zip(one, two, strict=True):  # kept as float16
        np.testing.assert_allclose(after.scores, before.scores, atol=0.02)


def test_another_encoder_is_refused() -> None:
    weights = random_weights(WordEncoder(), 0)
    other = WordEncoder()
    other.fingerprint = "words-2"
    with pytest.raises(ReaderError, match="words-2"):
        TrainedReader(other, weights)


def test_damaged_and_foreign_weights_are_named(tmp_path: Path) -> None:
    with pytest.raises(ReaderError, match="holds no reader"):
        ReaderWeights.load(tmp_path)
    random_weights(WordEncoder(), 0).save(tmp_path)
    about = json.loads((tmp_path / "reader.json").read_text(encoding="utf-8"))
    (tmp_path / "reader.json").write_text(json.dumps(about | {"format": 0}), encoding="utf-8")
    with pytest.raises(ReaderError, match="another version"):
        ReaderWeights.load(tmp_path)
    (tmp_path / "reader.json").write_text(json.dumps(about), encoding="utf-8")
    whole = (tmp_path / "reader.safetensors").read_bytes()
    (tmp_path / "reader.safetensors").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ReaderError, match="damaged"):
        ReaderWeights.load(tmp_path)
