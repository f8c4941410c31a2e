"""Leave one graph out: readers that learnt nothing of a graph, on the dev questions over it."""

from __future__ import annotations

import importlib.util
import shutil
import sys
import time
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluation.results import Column, Row, Table
from evaluation.settings import ROOT, WORK, Choice, LeftOutSet, data_folder, leftout_settings

if TYPE_CHECKING:
    from kgqa.reader.trained_weights import ReaderWeights
    from kgqa.training import TrainingConfig, TrainingPair

COLUMNS = (
    Column("questions", 0),
    Column("retrieval's order", 1, 100),
    Column("reader", 1, 100),
)
_WORK = WORK / "leftout"


def run(choice: Choice) -> list[Table]:
    """Train a reader for each group of sets without them, and measure it on them."""
    rows = [row for one in leftout_settings().sets if _is_wanted(one, choice) for row in _rows(one, choice)]
    return [Table("leftout", "Graph that training never saw, dev questions, F1", COLUMNS, tuple(rows))]


def order() -> list[str]:
    """The names of all rows, in the order of the TOML."""
    return [name for one in leftout_settings().sets for name in one.measured]


def _is_wanted(one: LeftOutSet, choice: Choice) -> bool:
    if importlib.util.find_spec("torch") is None:
        print("left as it was: leftout: torch is not installed; pip install -e '.[train]'", file=sys.stderr)
        return False
    if choice.only and one.name not in choice.only:
        return False
    if not data_folder().exists():
        print(f"left out: {one.name}: {data_folder()} is missing; set KGQA_DATA", file=sys.stderr)
    return data_folder().exists()


def _rows(one: LeftOutSet, choice: Choice) -> Iterator[Row]:
    from evaluation.train_reader import pairs
    from kgqa.training import train

    start, settings = time.perf_counter(), leftout_settings()
    found = {pair.name: pair for pair in pairs(_toml(), one.encoder)}
    _check(one, found)
    folder = _WORK / one.name
    if not choice.resume:
        shutil.rmtree(folder, ignore_errors=True)
    config = _config(one, settings.steps, settings.tuning_steps)
    learnt = [pair for name, pair in found.items() if name not in one.left_out]
    weights = train(learnt, folder, config, examples=_WORK / "examples", on_progress=_show).weights
    for name in one.measured:
        unread, read = _measured(found[name], weights)
        seconds = time.perf_counter() - start
        details = {"learnt from": sorted(pair.name for pair in learnt if len(pair.train))}
        yield Row(name, (len(read), unread, float(np.mean(read))), config.seed, seconds, asdict(one), details)


def _check(one: LeftOutSet, found: Mapping[str, TrainingPair]) -> None:
    if unknown := set(one.left_out) - set(found):
        raise ValueError(f"leftout.toml: {one.name} leaves out {sorted(unknown)}; reader.toml has {sorted(found)}")


def _config(one: LeftOutSet, steps: int, tuning_steps: int) -> TrainingConfig:
    from kgqa.config import from_mapping
    from kgqa.training import TrainingConfig

    own = _toml()[one.encoder]
    tuning = own["tuning"] | {"steps": tuning_steps}
    return from_mapping(TrainingConfig, {"encoder": one.encoder, **own, "steps": steps, "tuning": tuning})


def _measured(pair: TrainingPair, weights: ReaderWeights) -> tuple[float, Sequence[float]]:
    """The F1 of the program put first by retrieval, its mean, and by the reader, for each question."""
    from kgqa import KGQA
    from kgqa.config import Config, EncoderConfig
    from kgqa.embedding import load_encoder
    from kgqa.reader.arrays import EncoderVectors
    from kgqa.reader.trained import tuned_encoder
    from kgqa.training.batches import collate, whole
    from kgqa.training.examples import collect, shortened
    from kgqa.training.trainer import unread

    system = KGQA.from_graph(pair.graph, config=Config(encoder=EncoderConfig(name=weights.encoder)))
    vectors = EncoderVectors(tuned_encoder(load_encoder(weights.encoder), weights))
    asked = pair.dev
    assert asked is not None  # every pair of reader.toml has one
    first, read = [], []
    for example in map(shortened, collect(pair.name, system, asked)):
        scores = weights.score(collate([whole(example)])[0], vectors).scores
        first.append(unread(example))
        read.append(example.candidates[int(scores.argmax())].f1)
    lost = [0.0] * (len(asked.gold) - len(read))  # no candidate at all
    return float(np.mean([*first, *lost])), [*read, *lost]


def _toml() -> Mapping[str, Any]:
    return tomllib.loads((ROOT / "evaluation/reader.toml").read_text(encoding="utf-8"))


def _show(stage: str, done: int, total: int) -> None:
    if done % 100 == 0 or done == total:
        print(f"{stage} {done}/{total}", file=sys.stderr, flush=True)
