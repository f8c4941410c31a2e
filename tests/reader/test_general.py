"""Questions whose relations no reader learnt: which they are, what reads them, and what its confidence means."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from kgqa.calibration import Calibration, Calibrations
from kgqa.errors import ReaderError
from kgqa.reader import ReaderInput, ReaderOutput, ReaderWeights, TrainedReader
from kgqa.reader.arrays import EncoderVectors, lay_out, rows_of
from kgqa.reader.familiarity import learnt
from kgqa.reader.features import prior
from kgqa.reader.general import General
from kgqa.reader.seen import InputBuilder
from kgqa.reader.trained import READ, SCALE
from tests.reader.random_weights import random_agreement, random_weights
from tests.retrieval.toy import DIMENSION, Lab, WordEncoder, films

CALIBRATION = Calibration(bias=-2.0)


@pytest.fixture(scope="module")
def item() -> ReaderInput:
    lab = Lab(films())
    found = InputBuilder(lab.graph).build(lab.ask("What is the genre of the films by Kim?"))
    return replace(found, candidates=found.candidates[:READ])


@pytest.fixture
def weights() -> ReaderWeights:
    general = General(random_agreement(DIMENSION, 5), 1.5, 0.5, asdict(CALIBRATION))
    return replace(random_weights(WordEncoder(), 1), general=general)


def learning(weights: ReaderWeights, item: ReaderInput, how: str) -> ReaderWeights:
    known = learnt([c.tokens for c in item.candidates] * 3)
    return replace(weights, about={**weights.about, how: known})


def test_the_score_is_agreement_and_retrieval_twice_as_log_odds(weights: ReaderWeights, item: ReaderInput) -> None:
    general, rows = weights.general, rows_of(item)
    assert general is not None
    batch = lay_out(rows, EncoderVectors(WordEncoder()))
    own = general.agreement.total(general.agreement.features(batch, general.agreement.near(batch)), batch)
    lead = prior(rows.evidence)
    expected = 0.5 * (own + general.agreement.arrays["prior"] * (lead - lead.max()) - 1.5)
    found = general.score(rows, EncoderVectors(WordEncoder()))
    np.testing.assert_allclose(found.scores, expected, atol=1e-4)
    assert found.none_score == 0


def test_strange_questions_are_read_by_the_general_part_alone(weights: ReaderWeights, item: ReaderInput) -> None:
    assert weights.general is not None
    found = TrainedReader(WordEncoder(), weights, early_exit=False).read([item])[0]
    expected = SCALE * weights.general.score(rows_of(item), EncoderVectors(WordEncoder())).scores
    assert found.general
    np.testing.assert_allclose(np.sort(found.scores), np.sort(expected), atol=1e-5)


@pytest.mark.parametrize("how", ["familiar", "made"])
def test_known_relations_are_read_as_without_a_general_part(
    weights: ReaderWeights, item: ReaderInput, how: str
) -> None:
    known = learning(weights, item, how)
    found, without = (
        TrainedReader(WordEncoder(), w, early_exit=False).read([item])[0] for w in (known, replace(known, general=None))
    )
    assert not found.general
    assert np.array_equal(found.scores, without.scores)


def test_made_questions_alone_leave_a_share_to_the_general_part(weights: ReaderWeights, item: ReaderInput) -> None:
    made, asked = (learning(weights, item, how) for how in ("made", "familiar"))
    assert weights.general is not None
    plain = EncoderVectors(WordEncoder())
    own, general = made.score(rows_of(item), plain), weights.general.score(rows_of(item), plain)
    shared = replace(made, about={**made.about, "general_share": 0.25})
    found = TrainedReader(WordEncoder(), shared, early_exit=False).read([item])[0]
    expected = SCALE * (0.75 * (own.scores - own.none_score) + 0.25 * general.scores)
    assert found.general
    np.testing.assert_allclose(np.sort(found.scores), np.sort(expected), atol=1e-5)
    people = replace(asked, about={**asked.about, "general_share": 0.25})
    assert not TrainedReader(WordEncoder(), people, early_exit=False).read([item])[0].general


def test_the_general_part_comes_back_from_disk(weights: ReaderWeights, item: ReaderInput, tmp_path: Path) -> None:
    weights.save(tmp_path)
    again = ReaderWeights.load(tmp_path)
    assert again.general is not None
    assert (again.general.threshold, again.general.slope) == (1.5, 0.5)
    assert Calibrations.of(again.about) == Calibrations(Calibration.of(weights.about), CALIBRATION)
    one, two = (TrainedReader(WordEncoder(), w, early_exit=False).read([item])[0] for w in (weights, again))
    np.testing.assert_allclose(one.scores, two.scores, atol=0.02)  # kept as float16


def test_a_reader_without_a_general_part_has_one_calibration() -> None:
    found = Calibrations.of({"calibration": {"bias": -1.0}})
    outputs = [
        ReaderOutput(np.zeros(1, dtype=np.float32), 0.0, general=g, closely=c)
        for g in (False, True)
        for c in (False, True)
    ]
    assert [found.for_output(output) for output in outputs] == 4 * [Calibration(bias=-1.0)]


def test_each_kind_of_reading_has_its_own_calibration() -> None:
    about = {"general": {"calibration": {"bias": -1.0}}, "reranker": {"calibration": {"bias": -2.0}}}
    nothing = np.zeros(1, dtype=np.float32)
    found = [
        Calibrations.of(about).for_output(ReaderOutput(nothing, 0.0, general=general, closely=closely)).bias
        for general, closely in ((False, False), (True, False), (True, True))
    ]
    assert found == [Calibration().bias, -1.0, -2.0]


def test_a_damaged_general_part_is_named(weights: ReaderWeights, tmp_path: Path) -> None:
    weights.save(tmp_path)
    about = json.loads((tmp_path / "reader.json").read_text(encoding="utf-8"))
    del about["general"]["threshold"]
    (tmp_path / "reader.json").write_text(json.dumps(about), encoding="utf-8")
    with pytest.raises(ReaderError, match=r"general part of the reader is damaged .*'threshold'"):
        ReaderWeights.load(tmp_path)


def test_weights_can_be_told_that_every_graph_is_unfamiliar(weights: ReaderWeights, item: ReaderInput) -> None:
    taught = learning(learning(weights, item, "familiar"), item, "made")
    known, told = (
        TrainedReader(WordEncoder(), w, early_exit=False).read([item])[0] for w in (taught, taught.unfamiliar())
    )
    assert not known.general
    assert told.general
