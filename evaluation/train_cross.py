"""Train rerankers, and encoders that read a question and a program at once: `python -m evaluation.train_cross`.

Learns from `data/practice`, `data/asks` and, in English, from public sets whose graphs have no classes: what it learns
is read on graphs that have some, so that nothing is measured on what it saw. Writes `reranker.safetensors`,
`cross.safetensors` and `cross_head.safetensors` into the folders of the shipped weights unless told otherwise, whose
part for unfamiliar graphs they complement; the cross-encoder learns what the reranker, not knowing its questions,
leaves. The larger one, over all-mpnet-base-v2, complements those of all-MiniLM-L6-v2.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Sequence
from pathlib import Path

from evaluation.settings import ROOT
from evaluation.train_reader import SHIPPED, settings_of, show
from evaluation.train_reader import pairs as reader_pairs
from kgqa.embedding import E5, MINILM, MPNET, Adapter, load_encoder, read_weights
from kgqa.evaluation import QuestionSet
from kgqa.reader.cross_encoder import CROSS, HEAD
from kgqa.reader.reranker import RERANKER
from kgqa.reader.trained_weights import ASKING, ReaderWeights
from kgqa.training import TrainingPair, gather
from kgqa.training.cross import CrossSettings, as_choice, relation_choices, scored_choices, tune_cross
from kgqa.training.examples import Example
from kgqa.training.reranking import fit_reranker, out_of_fold, weighed
from kgqa.training.vectors import StoredVectors

SETTINGS = {
    MINILM: CrossSettings(steps=800),
    E5: CrossSettings(steps=600, asks=0.2, bare=0.0),
    MPNET: CrossSettings(steps=700, rate=2e-4, dropout=0.05),
}
BESIDE = {MPNET: MINILM}
"""Whose candidates and part for unfamiliar graphs one learns with that has none of its own."""
OTHERS = {
    MINILM: (
        *("PQ-2H", "PQ-3H", "PQL-2H", "PQL-3H", "MetaQA", "WebQSP paths", "CWQ paths"),
        *("DBP15K, made", "FB15k-237, made"),
    ),
    E5: (),
}
"""Sets of `reader.toml`."""
COUNTS = {MINILM: (0.4, 1.5), E5: (0.2, 0.8), MPNET: (0.5, 1.5)}
"""What it counts beside the log odds without it, less than in training, where its own questions are no longer new to
it; how far behind the first it reads. Chosen on dev questions of the everyday graphs (docs/reader.md)."""
RANKS = {MINILM: 16, E5: 6, MPNET: 16}
"""That of what is kept: 16 tells no more in Chinese (250 dev questions of the everyday graphs right with 6 and 16)."""
_LANGUAGES = {MINILM: "en", E5: "zh", MPNET: "en"}
_EACH = 400
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
    parser.add_argument("encoder", nargs="*", default=list(SETTINGS), help=", ".join(SETTINGS))
    parser.add_argument("--reranker", action="store_true", help="the reranker alone, which takes seconds")
    parser.add_argument("--out", type=Path, default=SHIPPED)
    parser.add_argument("--work", type=Path, default=ROOT / "runs/cross", help="for candidates and checkpoints")
    given = parser.parse_args(arguments)
    for encoder in given.encoder:
        if given.reranker and encoder in BESIDE:
            print(f"{encoder} reads beside the reranker of {BESIDE[encoder]} and has none of its own", file=sys.stderr)
        else:
            _train(encoder, given.work, given.out / encoder, tune=not given.reranker)
    return 0


def _train(encoder: str, work: Path, out: Path, *, tune: bool) -> None:
    language, base = _LANGUAGES[encoder], BESIDE.get(encoder, encoder)
    shipped, kept = SHIPPED / base, work / "examples"
    examples, _ = gather(pairs(language), kept, settings_of(base), unfamiliar=True, on_progress=show)
    general = ReaderWeights.load(shipped).general
    if general is None:
        raise SystemExit(f"{shipped} has no part for unfamiliar graphs; train the reader first")
    plain = load_encoder(base)
    given = weighed(examples, general, StoredVectors(plain))
    out.mkdir(parents=True, exist_ok=True)
    if base == encoder:
        fit_reranker(given).save(out / RERANKER)
    if not tune:
        return
    tuned, head = tune_cross(
        [as_choice(one.example, odds) for one, odds in zip(given, out_of_fold(given), strict=True)],
        relation_choices(_ASKS / f"{language}.jsonl"),
        read_weights(encoder),
        SETTINGS[encoder],
        others=scored_choices(_others(base, kept), general, plain),
        start=Adapter.load(shipped / ASKING) if base == encoder else None,
        on_step=lambda step, loss: print(step, round(loss, 3), file=sys.stderr, flush=True),
    )
    tuned.lowered(RANKS[encoder]).save(out / CROSS)
    head.beside(*COUNTS[encoder]).save(out / HEAD)


def _others(encoder: str, kept: Path) -> list[Example]:
    """Questions of public sets, few of each."""
    wanted = [pair for pair in reader_pairs(encoder) if pair.name in OTHERS[encoder]] if OTHERS[encoder] else []
    found, _ = gather(wanted, kept, settings_of(encoder), unfamiliar=True, on_progress=show) if wanted else ({}, {})
    draws = random.Random(1)  # noqa: S311
    return [e for own in found.values() for e in (own if len(own) <= _EACH else draws.sample(own, _EACH))]


if __name__ == "__main__":
    raise SystemExit(main())
