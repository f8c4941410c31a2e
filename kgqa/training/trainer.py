"""Training a reader: batches in, weights out; checkpoints that resume, a log of losses, early stopping on dev."""

from __future__ import annotations

import copy
import hashlib
import json
import math
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path

import numpy as np
import torch

from kgqa.embedding import TextEncoder, load_encoder, read_weights
from kgqa.embedding.structural import StructuralEmbeddings
from kgqa.errors import TrainingError
from kgqa.reader.agreement import Agreement
from kgqa.reader.arrays import lay_out
from kgqa.reader.contract import ReaderOutput
from kgqa.reader.familiarity import learnt
from kgqa.reader.features import prior
from kgqa.reader.trained import NONE, SCALE, TrainedReader, tuned_encoder
from kgqa.reader.trained_weights import ADAPTER, ReaderWeights
from kgqa.training.batches import Sampler, collate, right_candidates, whole
from kgqa.training.calibrating import LOST, fit_calibration, scored, unanswerable
from kgqa.training.checkpoint import State, load_checkpoint, save_checkpoint
from kgqa.training.config import LossWeights, TrainingConfig
from kgqa.training.coverage import Coverage
from kgqa.training.curves import draw_losses
from kgqa.training.disk import LOG, TUNING, StepLog, writing
from kgqa.training.examples import Example, Progress
from kgqa.training.inherited import CALIBRATION, beside_general, calibration_of, copy_beside, start_folder, with_known
from kgqa.training.model import FusionModel, amounts, losses_of, weighted
from kgqa.training.processes import Processes
from kgqa.training.schedule import schedule
from kgqa.training.spaces import Spaces
from kgqa.training.starting import start_none
from kgqa.training.tuning import Tuned, tune
from kgqa.training.vectors import StoredVectors

Examples = Mapping[str, Sequence[Example]]

_LOOKED_AT = 32
"""Batches by which the score of "none of these" begins."""


@dataclass(frozen=True, slots=True)
class Trained:
    """What a run gave.

    weights : of the best look at dev. dev : the mean F1 of the chosen candidate for each source; before : the same of
    retrieval's own order. steps : done in all. coverage : what the graph of each pair has of its questions, where
    there were graphs. others : what training gave for further encoders, where questions need several. few : how many
    questions to learn from were left out of it, by the encoder that would read them, as too few to train it. repeated :
    how many questions to decide by are asked in the very words of one to learn from, for each pair that has such.
    """

    weights: ReaderWeights
    dev: Mapping[str, float]
    before: Mapping[str, float]
    steps: int
    coverage: Mapping[str, Coverage] = field(default_factory=dict)
    others: Mapping[str, Trained] = field(default_factory=dict)
    few: Mapping[str, int] = field(default_factory=dict)
    repeated: Mapping[str, int] = field(default_factory=dict)


def fit(
    train: Examples,
    dev: Examples,
    folder: Path | str,
    config: TrainingConfig,
    *,
    encoder: TextEncoder | None = None,
    made: Collection[str] = (),
    structural: Mapping[str, StructuralEmbeddings] | None = None,
    on_progress: Progress | None = None,
) -> Trained:
    """Train a reader on examples.

    encoder : the one of `config.encoder`, where it is open already. made : the sources whose questions were made from
    their graph: people's words for its relations can't be learnt from them.
    structural : the structural embeddings of the sources whose graph has them; all of one training.
    folder : of checkpoint, log, plot and best weights; a run that was stopped there goes on.
    Started by `torchrun` or `accelerate launch`, the processes share the work: see `kgqa.training.processes`.
    Errors : TrainingError for no examples, structural embeddings of several trainings, losses that are no numbers, a
    full disk, a foreign or damaged checkpoint.
    """
    if not any(map(len, train.values())):
        raise TrainingError(
            "there is no training example: no question gave a candidate. Are the questions for this graph?"
        )
    if not any(map(len, dev.values())):
        raise TrainingError("there is no dev example to stop by. Give dev questions, or a dev_share above 0")
    processes = Processes.join(config.device)
    torch.set_num_threads(config.threads)
    spaces = Spaces.of(structural or {}, config.network.fusions)
    opened = encoder or load_encoder(config.encoder)
    run = _Run(train, dev, Path(folder), config, opened, made=made, spaces=spaces, processes=processes)
    return run.go(on_progress if on_progress is not None and processes.main else silent)


class _Run:
    """One training run."""

    def __init__(
        self,
        train: Examples,
        dev: Examples,
        folder: Path,
        config: TrainingConfig,
        encoder: TextEncoder,
        *,
        made: Collection[str],
        spaces: Spaces,
        processes: Processes,
    ) -> None:
        torch.manual_seed(config.seed)
        self._config, self._folder, self._processes = config, folder, processes
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
        self._log = StepLog(folder / LOG)
        self._encoder, self._spaces = encoder, spaces
        self._model = FusionModel(encoder.dimension, config.network, spaces.dimensions(encoder.dimension))
        start = start_folder(config)
        self._start = None if start is None else ReaderWeights.load(start)
        if self._start is not None:
            TrainedReader(encoder, self._start)  # refuses the weights of another encoder
            self._model.take(spaces.kept(self._start))
        self._model.to(processes.device)
        self._mean = copy.deepcopy(self._model).eval()
        self._optimizer = torch.optim.AdamW(self._model.parameters(), lr=config.rate, weight_decay=config.decay)
        self._train, self._made = train, frozenset(made)
        self._sampler = Sampler(
            train,
            batch=config.batch,
            candidates=config.candidates,
            unanswerable=config.unanswerable,
            seed=config.seed,
        )
        self._dev = {name: examples[: config.dev_each] for name, examples in sorted(dev.items()) if examples}
        self._id = _identity(train, dev, config, spaces)

    def go(self, report: Progress) -> Trained:
        self._tuned = self._tune(report)
        self._agreement = self._tuned.agreement
        self._vectors = StoredVectors(tuned_encoder(self._encoder, self._weights(0, {})))
        sources = [*self._train.values(), *self._dev.values()]
        for done, examples in enumerate(sources, 1):
            self._vectors.gather(examples)
            report("encode", done, len(sources))
        found = load_checkpoint(self._folder, self._model, self._mean, self._optimizer, self._id)
        if found is None and self._start is None:
            drawn = [self._sampler.draw(step) for step in range(_LOOKED_AT)]
            start_none((self._model, self._mean), drawn, self._agreement, self._vectors)
        state = found or State(0, -1.0, 0, self._id)
        if self._processes.main:
            self._log.start(state.step)
        while state.step < self._config.steps and state.waited < self._config.patience:
            self._processes.seed(self._config.seed + state.step)  # so that a resumed run draws the same dropout
            self._step(state.step)
            state = replace(state, step=state.step + 1)
            report("train", state.step, self._config.steps)
            if state.step % self._config.check_every == 0 or state.step == self._config.steps:
                state = self._look(state)
        if self._processes.main:
            self._finish()
        self._processes.wait()
        best = ReaderWeights.load(self._folder)
        return Trained(best, best.about["dev"], best.about["before"], state.step)

    def _finish(self) -> None:
        """Complete what is known of the best weights."""
        known = {"familiar": self._learnt(made=False), "made": self._learnt(made=True)}
        best = with_known(ReaderWeights.load(self._folder), known, self._start)
        people = any(examples and name not in self._made for name, examples in self._train.items())
        best = beside_general(best, people=people)
        best = replace(best, about={**best.about, "caution": self._config.caution})
        self._save(self._calibrated(replace(best, about={**best.about, "dev": self._served(best)})))
        copy_beside(self._start, self._folder)
        draw_losses(self._folder)

    def _save(self, weights: ReaderWeights) -> None:
        with writing(self._folder):
            weights.save(self._folder)

    def _tune(self, report: Progress) -> Tuned:
        """Tune the encoder, or take what an earlier part of this run has tuned."""
        settings, start = self._config.tuning, None
        if self._start is not None:
            start = Tuned(self._start.adapter, self._start.agreement)
        if settings.steps:
            plain = read_weights(self._config.encoder)
            tuned = tune(
                self._train,
                plain,
                self._folder / TUNING,
                self._config,
                start=start,
                processes=self._processes,
                on_progress=report,
            )
        else:
            tuned = start or Tuned(None, Agreement.initial(self._encoder.dimension, settings.prior))
        if tuned.adapter is not None and self._processes.main:
            with writing(self._folder / ADAPTER):
                tuned.adapter.save(self._folder / ADAPTER)
        self._processes.wait()
        return tuned

    def _served(self, weights: ReaderWeights) -> dict[str, float]:
        """The mean F1 of the candidate that the weights put first, for each source."""
        found: dict[str, float] = {}
        for name, examples in self._dev.items():
            chosen = [e.candidates[int(self._read(e, weights).scores.argmax())].f1 for e in examples]
            found[name] = round(float(np.mean(chosen)), 4)
        return found

    def _calibrated(self, weights: ReaderWeights) -> ReaderWeights:
        """The weights with a calibration fitted on dev questions, as they are and with their relation taken away.

        Made questions are harder than people's, so that right answers would be believed too little: where there are no
        others to decide by, the calibration of the weights that training started from stays.
        """
        before = calibration_of(self._start)
        if before is not None and self._made.issuperset(self._dev):
            return replace(weights, about={**weights.about, CALIBRATION: dict(before)})
        found = []
        for examples in self._dev.values():
            lost = [left for example in examples if (left := unanswerable(example)) is not None]
            found += [scored(example, self._read(example, weights)) for example in examples]
            found += [scored(example, self._read(example, weights), LOST) for example in lost]
        calibration = asdict(fit_calibration(found))
        return replace(weights, about={**weights.about, CALIBRATION: calibration})

    def _read(self, example: Example, weights: ReaderWeights) -> ReaderOutput:
        rows, _ = collate([whole(example)])
        found = weights.score(rows, self._vectors, self._spaces.wanted(rows.source))
        return ReaderOutput(SCALE * (found.scores - found.none_score), NONE)

    def _step(self, step: int) -> None:
        started = time.perf_counter()
        rate = schedule(step, self._config.steps, self._config.warmup)
        for group in self._optimizer.param_groups:
            group["lr"] = self._config.rate * rate
        losses = self._processes.total(self._learn(step))
        if not all(map(math.isfinite, losses.values())):
            raise TrainingError(
                f"the loss is no number at step {step}: {losses}. Lower 'rate' or 'clip', in a new folder"
            )
        parameters = list(self._model.parameters())
        self._processes.add_gradients(parameters)
        norm = torch.nn.utils.clip_grad_norm_(parameters, self._config.clip)
        self._optimizer.step()
        self._follow(step)
        if self._processes.main:
            seconds = time.perf_counter() - started
            self._log.add({"step": step, "rate": rate, "norm": float(norm), "seconds": seconds} | losses)

    def _learn(self, step: int) -> dict[str, float]:
        """The gradients of this process's part of a step; returns its part of each head's loss."""
        self._optimizer.zero_grad()
        self._model.train()
        sums = {head.name: 0.0 for head in fields(LossWeights)}
        passes = self._config.accumulate
        for place in range(passes):
            part = self._processes.part(self._sampler.draw(step * passes + place), amounts)
            if part is None:
                continue
            with self._processes.on_device():
                batch = lay_out(part.rows, self._vectors, self._spaces.wanted(part.rows.source))
                means = losses_of(self._model, batch, self._agreement, part.targets)
                losses = {name: part.shares[name] * mean / passes for name, mean in means.items()}
                weighted(losses, self._config.losses).backward()  # type: ignore[no-untyped-call]
            for name, loss in losses.items():
                sums[name] += float(loss.detach())
        return sums

    def _follow(self, step: int) -> None:
        """Move the mean of the weights towards them; quickly at first, so that the start is soon forgotten."""
        slowness = min(self._config.average, (1 + step) / (10 + step))
        with torch.no_grad():
            for mean, value in zip(self._mean.parameters(), self._model.parameters(), strict=True):
                mean.lerp_(value, 1 - slowness)

    def _look(self, state: State) -> State:
        """Measure dev, keep the weights if none before were better, write a checkpoint."""
        figures = self._measure() if self._processes.main else {}
        mean = self._processes.from_main(float(np.mean(list(figures.values()))) if figures else 0.0)
        better = mean > state.best
        state = replace(state, best=max(mean, state.best), waited=0 if better else state.waited + 1)
        if self._processes.main:
            self._log.add({"step": state.step, "dev": mean, "sources": figures})
            if mean >= state.best:  # of looks that are even, the one that has learnt longest
                self._save(self._weights(state.step, figures))
            save_checkpoint(self._folder, self._model, self._mean, self._optimizer, state)
            draw_losses(self._folder)
        return state

    def _weights(self, step: int, dev: Mapping[str, float]) -> ReaderWeights:
        about = {
            "encoder": self._encoder.name,
            "fingerprint": self._encoder.fingerprint,
            "steps": step,
            "dev": dict(dev),
            "before": {name: round(float(np.mean([unread(e) for e in d])), 4) for name, d in self._dev.items()},
            "train": {name: len(examples) for name, examples in sorted(self._train.items())},
            "config": asdict(self._config),
            **self._spaces.about(),
        }
        return ReaderWeights(self._mean.fusion(), self._agreement, about, self._tuned.adapter, self._folder)

    def _learnt(self, *, made: bool) -> list[int]:
        """The relations of the right programs of questions that people asked, or that were made."""
        asked = [e for name, examples in self._train.items() if (name in self._made) == made for e in examples]
        return learnt(
            c.tokens for e in asked for c, right in zip(e.candidates, right_candidates(e), strict=True) if right
        )

    def _measure(self) -> dict[str, float]:
        """The mean F1 of the candidate with the best score, for each source."""
        with torch.no_grad(), self._processes.on_device():
            return {name: round(float(np.mean(self._chosen(found))), 4) for name, found in self._dev.items()}

    def _chosen(self, examples: Sequence[Example]) -> list[float]:
        found = []
        for example in examples:
            rows, targets = collate([whole(example)])
            laid = lay_out(rows, self._vectors, self._spaces.wanted(rows.source))
            owner = torch.as_tensor(targets.owner)
            scores = self._mean(laid, self._agreement, 1, owner).scores
            found.append(example.candidates[int(scores.argmax())].f1)
        return found


def unread(example: Example) -> float:
    """The F1 of the candidate that retrieval alone puts first."""
    order = prior(np.array([candidate.evidence for candidate in example.candidates], dtype=np.float32))
    return example.candidates[int(order.argmax())].f1


def _identity(train: Examples, dev: Examples, config: TrainingConfig, spaces: Spaces) -> str:
    """A hash of what a run depends on; it may go on elsewhere, on another device."""
    settings = {name: value for name, value in asdict(config).items() if name != "device"}
    state = hashlib.sha256(json.dumps([settings, spaces.about()], sort_keys=True).encode())
    for examples in (train, dev):
        for name in sorted(examples):
            state.update(f"{name} {[(e.id, len(e.candidates)) for e in examples[name]]!r}".encode())
    return state.hexdigest()


def silent(stage: str, done: int, total: int) -> None:
    """No progress is shown."""
