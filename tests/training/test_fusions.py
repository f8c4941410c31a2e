"""Training with soft tokens: what examples carry, whose embeddings are learnt from, and what weights tell of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kgqa import KGQA, Config
from kgqa.config import EncoderConfig, ReaderConfig, from_mapping
from kgqa.embedding import MINILM, load_encoder
from kgqa.embedding.structural import StructuralEmbeddings, StructuralModel
from kgqa.errors import ConfigError, MissingExtraError, ReaderError, TrainingError
from kgqa.evaluation import Gold, Question, QuestionSet
from kgqa.reader import ReaderWeights, TrainedReader
from kgqa.reader.arrays import EncoderVectors, lay_out
from kgqa.reader.soft import ANSWERS, ENTITY, NAMES, RELATION, SOFT, Wanted
from kgqa.training.batches import collate, whole
from kgqa.training.examples import Example, collect, read_examples, write_examples
from tests.reader.random_weights import random_agreement
from tests.retrieval.toy import DIMENSION, WordEncoder, films
from tests.training.toy import ToySystem

torch = pytest.importorskip("torch")

from kgqa.training import FusionSettings, NetworkSettings, TrainingConfig, TrainingPair, TuningSettings, fit, train  # noqa: E402 - needs torch
from kgqa.training.model import FusionModel  # noqa: E402

GRAPH = films()
SPACE = 4
EVERY = FusionSettings(entity=True, relation=True, result=True)
SETTINGS = NetworkSettings(width=8, blocks=1, hidden=4, dropout=0.0, fusions=EVERY)
CONFIG = TrainingConfig(
    encoder="words",
    start="",
    steps=6,
    batch=4,
    candidates=4,
    check_every=3,
    dev_each=4,
    threads=1,
    network=SETTINGS,
    tuning=TuningSettings(steps=0),
)
ASKED = {
    "Who is the director of Alpha?": "Kim",
    "Who is the director of Gamma?": "Park",
    "What is the genre of Beta?": "comedy",
    "What is the birthplace of Kim?": "Seoul",
}
QUESTIONS = QuestionSet(
    tuple(Question(text, text) for text in ASKED), {text: Gold((answer,)) for text, answer in ASKED.items()}
)


def embeddings(seed: int) -> StructuralEmbeddings:
    drawn = np.random.default_rng(seed)
    nodes = np.asarray(GRAPH.entities, dtype=np.int32)
    vectors = drawn.standard_normal((len(nodes), SPACE)).astype(np.float32)
    relations = drawn.standard_normal((GRAPH.n_relations, SPACE)).astype(np.float32)
    return StructuralEmbeddings(StructuralModel.DISTMULT, nodes, vectors, relations)


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return list(collect("films", ToySystem(GRAPH), QUESTIONS))


def fusions(**switches: bool | float) -> TrainingConfig:
    return replace(
        CONFIG,
        network=replace(
            SETTINGS,
            fusions=from_mapping(FusionSettings, {"entity": True, "relation": True, "result": True, **switches}),
        ),
    )


def test_examples_carry_what_is_named_and_yielded(examples: list[Example], tmp_path: Path) -> None:
    candidate = next(c for c in examples[0].candidates if c.f1 == 1.0)
    assert [token.ref for token in candidate.tokens] == [GRAPH.find("Alpha"), GRAPH.find_relation("director"), -1]
    assert (candidate.yielded.sample, candidate.yielded.shown) == ((GRAPH.find("Kim"),), ("Kim",))
    write_examples(tmp_path / "e.jsonl", examples)
    assert read_examples(tmp_path / "e.jsonl") == examples


def test_what_is_yielded_does_not_depend_on_gold(examples: list[Example]) -> None:
    wrong = QuestionSet(QUESTIONS.questions, {text: Gold(("drama",)) for text in ASKED})
    for one, other in zip(examples, collect("films", ToySystem(GRAPH), wrong), strict=True):
        assert [c.yielded for c in one.candidates] == [c.yielded for c in other.candidates]


@pytest.mark.slow
def test_weights_name_the_embeddings_they_learnt_from(examples: list[Example], tmp_path: Path) -> None:
    parts, own = ({"films": examples}, {"films": examples}), embeddings(0)
    found = fit(*parts, tmp_path / "own", CONFIG, encoder=WordEncoder(), structural={"films": own})
    told = found.weights.about["structural"]
    assert (told["fingerprint"], told["model"], told["sources"]) == (own.fingerprint, "DistMult", ["films"])
    assert found.weights.fusion.soft == SOFT
    assert all(np.abs(found.weights.fusion.arrays[f"soft.{kind}.weight"]).max() > 0 for kind in SOFT)
    assert TrainedReader(WordEncoder(), ReaderWeights.load(tmp_path / "own"), own).fusions == SOFT
    without = fit(*parts, tmp_path / "without", CONFIG, encoder=WordEncoder())
    assert without.weights.fusion.soft == (NAMES,)
    assert "structural" not in without.weights.about


@pytest.mark.slow
@pytest.mark.parametrize(
    ("switch", "kinds"),
    [
        ("entity", (RELATION, ANSWERS, NAMES)),
        ("relation", (ENTITY, ANSWERS, NAMES)),
        ("result", (ENTITY, RELATION)),
    ],
)
def test_each_fusion_can_be_switched_off(
    examples: list[Example], tmp_path: Path, switch: str, kinds: tuple[str, ...]
) -> None:
    config, given = fusions(**{switch: False}), {"films": embeddings(0)}
    found = fit({"films": examples}, {"films": examples}, tmp_path, config, encoder=WordEncoder(), structural=given)
    assert found.weights.fusion.soft == kinds


def test_two_spaces_are_refused(examples: list[Example], tmp_path: Path) -> None:
    parts = {"one": examples, "two": examples}
    given = {"one": embeddings(0), "two": embeddings(1)}
    with pytest.raises(TrainingError, match=r"\['one', 'two'\] bring structural embeddings of several trainings"):
        fit(parts, parts, tmp_path, CONFIG, encoder=WordEncoder(), structural=given)


def test_soft_tokens_start_at_nothing_and_are_dropped_in_training(examples: list[Example]) -> None:
    rows, targets = collate([whole(one) for one in examples])
    batch = lay_out(rows, EncoderVectors(WordEncoder()), Wanted(SOFT, embeddings(0)))
    owner, agreement = torch.from_numpy(targets.owner), random_agreement(DIMENSION, 0)
    sizes = {kind: DIMENSION if kind == NAMES else SPACE for kind in SOFT}
    torch.manual_seed(0)
    plain = FusionModel(DIMENSION, SETTINGS).eval()
    settings = replace(SETTINGS, fusions=replace(EVERY, drop=0.5))
    model = FusionModel(DIMENSION, settings, sizes).eval()
    model.take(plain.fusion())
    expected = plain(batch, agreement, len(examples), owner).scores
    torch.testing.assert_close(model(batch, agreement, len(examples), owner).scores, expected)
    with pytest.raises(ReaderError, match="another shape"):
        plain.take(model.fusion())
    torch.nn.init.normal_(model.soft[ENTITY].weight)
    full = model(batch, agreement, len(examples), owner).scores
    model.train()
    torch.manual_seed(1)
    keep = (torch.rand(len(examples)) >= 0.5)[owner]
    torch.manual_seed(1)
    dropped = model(batch, agreement, len(examples), owner).scores
    assert keep.any()
    assert not keep.all()
    torch.testing.assert_close(dropped, torch.where(keep, full, expected))


@pytest.mark.slow
def test_a_start_from_another_space_keeps_the_names_alone(examples: list[Example], tmp_path: Path) -> None:
    parts = {"films": examples}, {"films": examples}
    fit(*parts, tmp_path / "one", CONFIG, encoder=WordEncoder(), structural={"films": embeddings(0)})
    start = ReaderWeights.load(tmp_path / "one")
    from kgqa.training.spaces import Spaces

    for seed, kept in ((0, SOFT), (1, (NAMES,))):
        spaces = Spaces.of({"films": embeddings(seed)}, SETTINGS.fusions)
        assert spaces.kept(start).soft == kept
    again = replace(CONFIG, start=str(tmp_path / "one"))
    found = fit(*parts, tmp_path / "two", again, encoder=WordEncoder(), structural={"films": embeddings(1)})
    assert found.weights.fusion.soft == SOFT


def test_a_share_out_of_range_is_named() -> None:
    with pytest.raises(ConfigError, match=r"network.fusions.drop"):
        FusionSettings(drop=1.0)


@pytest.mark.slow
def test_a_bundles_embeddings_are_learnt_from_and_read(tmp_path: Path) -> None:
    try:
        load_encoder(MINILM)
    except MissingExtraError as error:
        pytest.skip(str(error))
    bundle, own = tmp_path / "films.bundle", embeddings(0)
    KGQA.from_graph(GRAPH, config=Config(encoder=EncoderConfig(name=MINILM))).with_structural(own).save(bundle)
    config = replace(CONFIG, encoder=MINILM)
    trained = train([TrainingPair(name="films", graph=str(bundle), train=QUESTIONS)], tmp_path / "model", config)
    assert trained.weights.about["structural"]["fingerprint"] == own.fingerprint
    settings = Config(reader=ReaderConfig(name=str(tmp_path / "model")))
    for source, read in ((bundle, SOFT), (GRAPH, (NAMES,))):
        system = KGQA.from_graph(source, config=settings)
        reader = system._engine("Who is the director of Beta?").reader
        assert isinstance(reader, TrainedReader)
        assert reader.fusions == read
        assert len(system.read("Who is the director of Beta?").scores.scores) > 0
