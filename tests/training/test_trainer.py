"""Training on a toy graph: it learns, it resumes to the same weights, it stops with a clear error."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kgqa.config import from_mapping
from kgqa.errors import ConfigError, ReaderError, TrainingError
from kgqa.evaluation import Gold, Question, QuestionSet
from kgqa.reader import ReaderWeights, TrainedReader
from kgqa.reader.cross_encoder import CROSS, HEAD
from kgqa.reader.features import EVIDENCE
from kgqa.reader.general import General
from kgqa.reader.reranker import RERANKER
from kgqa.reader.trained_weights import ASKING
from kgqa.training.examples import Example, collect
from tests.retrieval.toy import WordEncoder, build, lines
from tests.training.toy import ToySystem

pytestmark = pytest.mark.slow
torch = pytest.importorskip("torch")

from kgqa.training import NetworkSettings, TrainingConfig, TuningSettings, fit  # noqa: E402 - needs torch
from kgqa.training.disk import LOG  # noqa: E402
from kgqa.training.schedule import schedule  # noqa: E402

PEOPLE = [f"P{i}" for i in range(8)]
FACTS = "\n".join(
    f"{person} {relation} {relation[:3].title()}{i}"
    for i, person in enumerate(PEOPLE)
    for relation in ("birthplace", "employer", "spouse", "language")
)
ASKED = {"born": "birthplace", "works": "employer", "married": "spouse", "speaks": "language"}
"""Words that share nothing with the relations that they stand for: only training tells what they mean."""
RERANKED = {"calibration": {"bias": -2.0}}
CONFIG = TrainingConfig(
    encoder="words",
    steps=160,
    batch=8,
    candidates=4,
    rate=1e-2,
    average=0.9,
    unanswerable=0.2,
    check_every=40,
    dev_each=12,
    threads=1,
    network=NetworkSettings(width=16, blocks=1, hidden=8, dropout=0.0),
    tuning=TuningSettings(steps=0, prior=1.0),
)


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    graph = build(lines(FACTS))
    questions, gold = [], {}
    for i, person in enumerate(PEOPLE):
        for verb, relation in ASKED.items():
            question = Question(f"{person}-{verb}", f"{verb} {person}?")
            questions.append(question)
            gold[question.id] = Gold((f"{relation[:3].title()}{i}",))
    return list(collect("people", ToySystem(graph), QuestionSet(tuple(questions), gold)))


def parts(examples: list[Example]) -> tuple[dict[str, list[Example]], dict[str, list[Example]]]:
    return {"people": examples[:20]}, {"people": examples[20:]}


def test_training_learns_what_words_mean(examples: list[Example], tmp_path: Path) -> None:
    train, dev = parts(examples)
    untrained = sum(one.candidates[0].f1 for one in dev["people"]) / len(dev["people"])
    trained = fit(train, dev, tmp_path, CONFIG, encoder=WordEncoder())
    assert untrained < 0.6
    assert trained.dev["people"] >= 0.9
    assert ReaderWeights.load(tmp_path).about["train"] == {"people": 20}
    assert {"bias", "score", "margin"} <= trained.weights.about["calibration"].keys()
    TrainedReader(WordEncoder(), trained.weights)


def test_a_stopped_run_goes_on_to_the_same_weights(examples: list[Example], tmp_path: Path) -> None:
    train, dev = parts(examples)

    def stop_at(step: int) -> Callable[[str, int, int], None]:
        def progress(stage: str, done: int, total: int) -> None:
            if stage == "train" and done == step:
                raise KeyboardInterrupt

        return progress

    straight = fit(train, dev, tmp_path / "straight", CONFIG, encoder=WordEncoder())
    with pytest.raises(KeyboardInterrupt):
        fit(train, dev, tmp_path / "stopped", CONFIG, encoder=WordEncoder(), on_progress=stop_at(90))
    resumed = fit(train, dev, tmp_path / "stopped", CONFIG, encoder=WordEncoder())
    assert resumed.steps == straight.steps
    for name, value in straight.weights.fusion.arrays.items():
        np.testing.assert_allclose(resumed.weights.fusion.arrays[name], value, atol=1e-5, err_msg=name)


def test_the_log_holds_each_heads_loss(examples: list[Example], tmp_path: Path) -> None:
    fit(*parts(examples), tmp_path, replace(CONFIG, steps=5, check_every=5), encoder=WordEncoder())
    records = [json.loads(line) for line in (tmp_path / LOG).read_text(encoding="utf-8").splitlines()]
    assert [record["step"] for record in records] == [0, 1, 2, 3, 4, 5]
    assert records[0].keys() >= {"choice", "operation", "result", "rate", "norm", "seconds"}
    assert records[-1]["sources"].keys() == {"people"}


def test_early_stopping_waits_as_long_as_told(examples: list[Example], tmp_path: Path) -> None:
    config = replace(CONFIG, steps=400, check_every=10, patience=2)
    assert fit(*parts(examples), tmp_path, config, encoder=WordEncoder()).steps < 400


def test_losses_that_are_no_numbers_stop_the_run(examples: list[Example], tmp_path: Path) -> None:
    broken = [
        replace(one, candidates=tuple(replace(c, evidence=(float("nan"),) * len(EVIDENCE)) for c in one.candidates))
        for one in examples[:4]
    ]
    with pytest.raises(TrainingError, match="no number at step 0"):
        fit({"people": broken}, {"people": broken}, tmp_path, CONFIG, encoder=WordEncoder())


def test_other_settings_do_not_take_up_a_run(examples: list[Example], tmp_path: Path) -> None:
    short = replace(CONFIG, steps=5, check_every=5)
    fit(*parts(examples), tmp_path, short, encoder=WordEncoder())
    with pytest.raises(TrainingError, match="other settings"):
        fit(*parts(examples), tmp_path, replace(short, rate=2e-2), encoder=WordEncoder())


def test_a_cut_checkpoint_is_named(examples: list[Example], tmp_path: Path) -> None:
    short = replace(CONFIG, steps=5, check_every=5)
    fit(*parts(examples), tmp_path, short, encoder=WordEncoder())
    path = tmp_path / "checkpoint.safetensors"
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(TrainingError, match="cut short"):
        fit(*parts(examples), tmp_path, short, encoder=WordEncoder())


def test_weights_to_start_from_must_fit(examples: list[Example], tmp_path: Path) -> None:
    class Another(WordEncoder):
        fingerprint = "words-2"

    start, short = tmp_path / "start", replace(CONFIG, steps=2, check_every=2)
    fit(*parts(examples), start, short, encoder=WordEncoder())
    onwards = replace(short, start=str(start))
    fit(*parts(examples), tmp_path / "on", onwards, encoder=WordEncoder())
    with pytest.raises(
        ReaderError, match=r"trained with the encoder 'words' of fingerprint words-1.* words-2.* Name that"
    ):
        fit(*parts(examples), tmp_path / "encoder", onwards, encoder=Another())
    wider = replace(onwards, network=replace(CONFIG.network, width=32))
    with pytest.raises(ReaderError, match="another shape; expected the one of 'network'"):
        fit(*parts(examples), tmp_path / "shape", wider, encoder=WordEncoder())
    about = json.loads((start / "reader.json").read_text(encoding="utf-8"))
    (start / "reader.json").write_text(json.dumps(about | {"format": 1}), encoding="utf-8")
    with pytest.raises(ReaderError, match=r"another version of kgqa \(format 1; expected"):
        fit(*parts(examples), tmp_path / "version", onwards, encoder=WordEncoder())
    weights = start / "reader.safetensors"
    weights.write_bytes(weights.read_bytes()[:-9])
    with pytest.raises(ReaderError, match=r"start holds no reader, or a damaged one .* Give the folder"):
        fit(*parts(examples), tmp_path / "cut", onwards, encoder=WordEncoder())


def test_no_examples_are_an_error(examples: list[Example], tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="no training example"):
        fit({"people": []}, {"people": examples}, tmp_path, CONFIG, encoder=WordEncoder())
    with pytest.raises(TrainingError, match="no dev example"):
        fit({"people": examples}, {}, tmp_path, CONFIG, encoder=WordEncoder())


def test_the_rate_rises_then_falls() -> None:
    rates = [schedule(step, 100, 0.1) for step in range(100)]
    assert rates[:10] == pytest.approx([(i + 1) / 10 for i in range(10)])
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert rates[55] == pytest.approx(0.5)
    assert min(rates) == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("name", "value"), [("steps", 0), ("rate", 0.0), ("candidates", 1), ("warmup", 1.0), ("device", "tpu")]
)
def test_settings_out_of_range_are_named(name: str, value: float | str) -> None:
    with pytest.raises(ConfigError, match=name):
        from_mapping(TrainingConfig, {name: value})


def test_settings_come_from_toml(tmp_path: Path) -> None:
    path = tmp_path / "training.toml"
    path.write_text("steps = 7\n[network]\nwidth = 32\n[losses]\nresult = 0.5\n", encoding="utf-8")
    found = TrainingConfig.from_toml(path)
    assert (found.steps, found.network.width, found.losses.result) == (7, 32, 0.5)
    path.write_text("stpes = 7\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="stpes"):
        TrainingConfig.from_toml(path)


def test_of_even_looks_the_last_is_kept(
    examples: list[Example], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = iter([0.5, 0.75, 0.75, 0.6])
    monkeypatch.setattr("kgqa.training.trainer._Run._measure", lambda _: {"people": next(looks)})
    trained = fit(*parts(examples), tmp_path, replace(CONFIG, steps=8, check_every=2), encoder=WordEncoder())
    assert trained.weights.about["steps"] == 6


def test_what_the_start_knows_is_kept(examples: list[Example], tmp_path: Path) -> None:
    folder, short = tmp_path / "start", replace(CONFIG, steps=2, check_every=2)
    start = fit({"people": examples[:12]}, {"people": examples[20:]}, folder, short, encoder=WordEncoder()).weights
    general = General(start.agreement, threshold=2.0, slope=0.5, calibration={"bias": -1.0})
    replace(start, about={**start.about, "familiar": [7], "reranker": RERANKED}, general=general).save(folder)
    for name in (ASKING, RERANKER, CROSS, HEAD):
        (folder / name).write_bytes(name.encode())
    onwards, kept = replace(short, start=str(folder)), {}
    for made in ((), ("people",)):
        target = tmp_path / f"on{len(made)}"
        fit(*parts(examples), target, onwards, encoder=WordEncoder(), made=made)
        kept[made] = found = ReaderWeights.load(target)
        assert all((target / name).read_bytes() == name.encode() for name in (ASKING, RERANKER, CROSS, HEAD))
        assert found.general is not None
        assert found.general.about == general.about
        assert found.about["reranker"] == RERANKED
        assert 7 in found.familiar
        assert len(found.known) > 1
    people, own = kept[()], kept["people",]
    assert people.general_share == 0 < own.general_share < 1
    assert own.familiar == {7}
    assert len(people.familiar) > 1
    assert own.about["calibration"] == start.about["calibration"] != people.about["calibration"]
