"""Tune the encoders to questions: `python -m evaluation.train_asking [ENCODER ...] [--out DIR]`.

Learns from `data/asks` and says how often what a question means is the nearest of its domain, on domains
of the dev files, before and after. Writes `asking.safetensors` into the folders of the shipped weights unless told
otherwise. On one core it took 50 minutes for MiniLM and 70 for multilingual-e5-small.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from evaluation.settings import ROOT
from evaluation.train_reader import SHIPPED
from kgqa.embedding import E5, MINILM, TextEncoder, TextKind, load_encoder, read_weights
from kgqa.reader.trained_weights import ASKING
from kgqa.training.asking import Ask, AskingSettings, read_asks, tune_asking

SETTINGS = {MINILM: AskingSettings(steps=1_800), E5: AskingSettings(steps=900, by_phrases=0.3, share=0.8)}
"""Fewer steps for the one that takes five times as long for each."""
_FILES = {MINILM: "en", E5: "zh"}
_ASKS = ROOT / "data/asks"


def nearest_right(encoder: TextEncoder, asks: Sequence[Ask]) -> float:
    """The share of questions, whole, whose meaning is the nearest of its domain."""
    names = sorted({meaning for ask in asks for meaning in ask.choices.meanings})
    near = encoder.encode([ask.whole for ask in asks], kind=TextKind.QUERY) @ encoder.encode(names).T
    place = {name: i for i, name in enumerate(names)}
    picked = (row[[place[m] for m in a.choices.meanings]].argmax() for a, row in zip(asks, near, strict=True))
    return float(np.mean([found == a.choices.right for a, found in zip(asks, picked, strict=True)]))


def main(arguments: Sequence[str] | None = None) -> int:
    """Tune and write; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("encoder", nargs="*", default=[MINILM, E5], help=f"{MINILM}, {E5}")
    parser.add_argument("--out", type=Path, default=SHIPPED)
    given = parser.parse_args(arguments)
    for encoder in given.encoder:
        train, dev = (read_asks(_ASKS / f"{_FILES[encoder]}{part}.jsonl") for part in ("", "-dev"))
        adapter = tune_asking(
            train, read_weights(encoder), SETTINGS[encoder], on_step=lambda step, loss: print(step, round(loss, 3))
        )
        path = given.out / encoder / ASKING
        path.parent.mkdir(parents=True, exist_ok=True)
        adapter.save(path)
        report(encoder, path, dev)
    return 0


def report(encoder: str, path: Path, dev: Sequence[Ask]) -> None:
    """Print what tuning is worth."""
    plain, tuned = load_encoder(encoder), load_encoder(encoder, adapter=path)
    before, after = (nearest_right(one, dev) for one in (plain, tuned))
    print(f"{encoder}: nearest meaning right on {len(dev)} dev questions: {before:.3f}, tuned {after:.3f}")


if __name__ == "__main__":
    raise SystemExit(main())
