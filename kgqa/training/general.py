"""Training `kgqa.reader.general`, and measuring it on graphs that it learnt nothing of.

Some sets at a time are left out of training; the scores of their dev questions, of all sets together, are what the
confidence on a strange graph is fitted to. A set's own figures take a confidence fitted to the other groups.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from kgqa.calibration import Calibration
from kgqa.embedding import TextEncoder
from kgqa.errors import TrainingError
from kgqa.reader.arrays import lay_out
from kgqa.reader.contract import ReaderOutput
from kgqa.reader.cross_encoder import CrossEncoder, tells_kinds
from kgqa.reader.general import General
from kgqa.reader.reranker import Reranker
from kgqa.reader.trained import NONE, SCALE
from kgqa.training.batches import collate, whole
from kgqa.training.calibrating import LOST, RIGHT, Scored, fit_calibration, rising_curve, scored, unanswerable
from kgqa.training.config import TrainingConfig, TuningSettings
from kgqa.training.cross import example_texts
from kgqa.training.examples import Example, Progress
from kgqa.training.processes import Processes
from kgqa.training.trainer import Examples, silent, unread
from kgqa.training.tuning import agree
from kgqa.training.vectors import StoredVectors

ENOUGH = 400
"""Questions of a set, for each number of hops: the steps below draw fewer than 300 of each of two dozen sets."""
_STEPS = 400
"""The numbers hardly move after that; fitted to the end, they do worse on graphs left out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Sets that are left out of training together, and those of them whose dev questions are asked."""

    name: str
    left_out: tuple[str, ...]
    measured: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class LeftOut:
    """A set over a graph that was left out.

    before, f1 : the F1 of the program put first by retrieval and by the reader, of each dev question.
    confidence, right : of each dev question with a candidate, by a calibration of the other groups, or of its own where
    there is no other; whether the program put first gives the gold set. lost : confidence where the relation asked for
    is taken away.
    """

    name: str
    before: tuple[float, ...]
    f1: tuple[float, ...]
    confidence: tuple[float, ...]
    right: tuple[bool, ...]
    lost: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A dev question of a set that was left out, or one with its relation taken away, and what was read by whom."""

    set: str
    group: str
    example: Example
    reader: General
    output: ReaderOutput
    lost: bool

    @property
    def first(self) -> int:
        """The candidate put first."""
        return int(self.output.scores.argmax())

    @property
    def right(self) -> bool:
        """Whether it gives the gold set."""
        return self.example.candidates[self.first].f1 >= RIGHT


def fit_general(
    train: Examples,
    dev: Examples,
    groups: Sequence[Group],
    encoder: TextEncoder,
    folder: Path,
    config: TrainingConfig,
    *,
    reranker: Reranker | None = None,
    cross: CrossEncoder | None = None,
    on_progress: Progress | None = None,
) -> tuple[General, list[LeftOut]]:
    """Train on all sets, and on all but those of each group; the figures of every set that was left out.

    folder : takes checkpoints, so that a stopped run goes on. config : whose seed is taken.
    reranker, cross : read the candidates after it, if they are there; the confidence of a set's own figures is fitted
    to what they make of them, apart for questions that they read and for those that they don't.
    Errors : TrainingError for a group that is not of these sets or leaves nothing to learn from, and as
    `kgqa.training.tuning.tune`.
    """
    for group in groups:
        _check(group, train, dev)
    vectors, processes, report = StoredVectors(encoder), Processes.alone(), on_progress or silent
    for done, examples in enumerate([*train.values(), *dev.values()], 1):
        vectors.gather(examples)
        report("encode", done, len(train) + len(dev))
    settled = replace(config, tuning=TuningSettings(steps=_STEPS))

    def learnt(name: str, without: Sequence[str]) -> General:
        kept = {source: examples for source, examples in train.items() if source not in without}
        own = folder / name
        return General(agree(kept, vectors, encoder.dimension, own, settled, processes=processes, on_progress=report))

    asked: list[_Asked] = []
    for group in groups:
        reader = learnt(group.name, group.left_out)
        for name in group.measured:
            asked += [one for e in dev[name] for one in _ask(name, group.name, e, reader, vectors)]
    threshold, slope = _curve([one for one in asked if not one.lost])
    final = replace(learnt("all", ()), threshold=threshold, slope=slope)
    asked = [replace(one, output=_served(one, final, vectors, reranker, cross)) for one in asked]
    figures = [_figures(name, group.name, asked) for group in groups for name in group.measured]
    calibration = asdict(_fitted(asked, closely=False))
    return replace(final, calibration=calibration), figures


def _check(group: Group, train: Examples, dev: Examples) -> None:
    if unknown := sorted({*group.left_out, *group.measured} - dev.keys()):
        raise TrainingError(f"the group {group.name!r} names {unknown}; expected some of {sorted(dev)}")
    if not any(examples for name, examples in train.items() if name not in group.left_out):
        raise TrainingError(
            f"the group {group.name!r} leaves out everything that could be learnt from; name fewer sets"
        )


def _ask(name: str, group: str, example: Example, reader: General, vectors: StoredVectors) -> Iterator[_Asked]:
    for one, lost in ((example, False), (unanswerable(example), True)):
        if one is not None:
            yield _Asked(name, group, one, reader, reader.score(collate([whole(one)])[0], vectors), lost)


def _served(
    one: _Asked, general: General, vectors: StoredVectors, reranker: Reranker | None, cross: CrossEncoder | None
) -> ReaderOutput:
    """As `kgqa.reader.trained.TrainedReader` reads a question whose relations nobody taught."""
    odds = general.odds(one.output.scores)
    if (reranker is None and cross is None) or not tells_kinds(c.tokens for c in one.example.candidates):
        return ReaderOutput(odds, 0.0)
    if reranker is not None:
        odds = reranker.odds(lay_out(collate([whole(one.example)])[0], vectors), one.reader.agreement, odds)
    if cross is not None:
        odds = cross.refine(example_texts(one.example), odds)
    return ReaderOutput(odds, 0.0, closely=True)


def _curve(asked: Sequence[_Asked]) -> tuple[float, float]:
    """Threshold and slope of `kgqa.reader.general.General`."""
    best = np.array([float(one.output.scores.max()) for one in asked])
    right = np.array([one.right for one in asked], dtype=np.float64)
    threshold, slope = rising_curve(best, right)
    return round(threshold, 3), round(slope, 3)


def _scored(asked: _Asked) -> Scored:
    """As `kgqa.reader.trained.TrainedReader` gives it to be calibrated."""
    scores = np.float32(SCALE) * asked.output.scores
    shown = replace(asked.output, scores=scores, none_score=NONE, general=True)
    return scored(asked.example, shown, LOST if asked.lost else 1.0)


def _figures(name: str, group: str, asked: Sequence[_Asked]) -> LeftOut:
    own, lost = ([one for one in asked if one.set == name and one.lost == gone] for gone in (False, True))
    others = [one for one in asked if one.group != group] or asked
    calibrations = {closely: _fitted(others, closely=closely) for closely in {one.output.closely for one in own + lost}}

    def confidence(one: _Asked) -> float:
        return calibrations[one.output.closely].confidence(_scored(one).features)

    return LeftOut(
        name=name,
        before=tuple(unread(one.example) for one in own),
        f1=tuple(one.example.candidates[one.first].f1 for one in own),
        confidence=tuple(map(confidence, own)),
        right=tuple(one.right for one in own),
        lost=tuple(map(confidence, lost)),
    )


def _fitted(asked: Sequence[_Asked], *, closely: bool) -> Calibration:
    """The calibration of questions that are read closely, or of those that are not; of all where there are none."""
    return fit_calibration(
        [_scored(one) for one in asked if one.output.closely == closely] or list(map(_scored, asked))
    )
