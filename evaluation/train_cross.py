"""Tune encoders to read a question and a program at once: `python -m evaluation.train_cross [ENCODER ...] [--out DIR]`.

Learns from `data/practice` and `data/asks`, and from no graph that anything is measured on. Writes `cross.safetensors`
and `cross_head.safetensors` into the folders of the shipped weights unless told otherwise, whose part for unfamiliar
graphs it complements.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from evaluation.settings import ROOT
from evaluation.train_reader import SHIPPED, settings_of, show
from kgqa.embedding import E5, MINILM, Adapter, load_encoder, read_weights
from kgqa.evaluation import QuestionSet
from kgqa.reader.cross_encoder import CROSS, HEAD
from kgqa.reader.trained_weights import ASKING, ReaderWeights
from kgqa.training import TrainingPair, gather
from kgqa.training.cross import CrossSettings, relation_choices, scored_choices, tune_cross

SETTINGS = {MINILM: CrossSettings(steps=1_000), E5: CrossSettings(steps=600)}
_LANGUAGES = {MINILM: "en", E5: "zh"}
_PRACTICE, _ASKS = ROOT / "data/practice", ROOT / "data/asks"


def pairs(language: str) -> list[TrainingPair]:
    """The graphs of one language, with their questions."""
    return [
        TrainingPair(name=folder.name, graph=str(graph), train=questions, dev=QuestionSet((), {}))
        for folder in sorted(_PRACTICE.iterdir())
        for questions in (QuestionSet.read(folder / "questions.jsonl"),)
        if questions.questions[0].language == language
        for graph in folder.glob("graph.*")
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Tune and write; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("encoder", nargs="*", default=[MINILM, E5], help=f"{MINILM}, {E5}")
    parser.add_argument("--out", type=Path, default=SHIPPED)
    parser.add_argument("--work", type=Path, default=ROOT / "runs/cross", help="for candidates and checkpoints")
    given = parser.parse_args(arguments)
    for encoder in given.encoder:
        _train(encoder, given.work, given.out / encoder)
    return 0


def _train(encoder: str, work: Path, out: Path) -> None:
    language, shipped = _LANGUAGES[encoder], SHIPPED / encoder
    kept = work / "examples"
    examples, _ = gather(pairs(language), kept, settings_of(encoder), unfamiliar=True, on_progress=show)
    general = ReaderWeights.load(shipped).general
    if general is None:
        raise SystemExit(f"{shipped} has no part for unfamiliar graphs; train the reader first")
    choices = scored_choices([e for found in examples.values() for e in found], general, load_encoder(encoder))
    tuned, head = tune_cross(
        choices,
        relation_choices(_ASKS / f"{language}.jsonl"),
        read_weights(encoder),
        SETTINGS[encoder],
        start=Adapter.load(shipped / ASKING),
        on_step=lambda step, loss: print(step, round(loss, 3), file=sys.stderr, flush=True),
    )
    out.mkdir(parents=True, exist_ok=True)
    tuned.save(out / CROSS)
    head.save(out / HEAD)


if __name__ == "__main__":
    raise SystemExit(main())
