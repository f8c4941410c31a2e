"""Tuning an encoder by the score of `kgqa.reader.agreement`: which of a question's candidates is right.

The network that is trained afterwards reads the tuned encoder's vectors, but no longer changes them.
"""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from kgqa.embedding import Adapter, EncoderWeights
from kgqa.errors import TrainingError
from kgqa.reader.agreement import NEVER, Agreement
from kgqa.training.agreement_model import AgreementModel
from kgqa.training.batches import Sampler, Targets
from kgqa.training.checkpoint import State, load_checkpoint, save_checkpoint
from kgqa.training.config import TrainingConfig
from kgqa.training.disk import TUNING_LOG, StepLog, writing
from kgqa.training.examples import Example, Progress
from kgqa.training.model import segment_logsumexp
from kgqa.training.processes import Processes
from kgqa.training.schedule import schedule
from kgqa.training.tunable import TunableEncoder
from kgqa.training.vectors import StoredEncoder, StoredVectors


@dataclass(frozen=True, slots=True)
class Tuned:
    """What tuning gave: additions to the encoder, None where it stays as it is, and the numbers of the score."""

    adapter: Adapter | None
    agreement: Agreement


def tune(
    train: Mapping[str, Sequence[Example]],
    weights: EncoderWeights,
    folder: Path,
    config: TrainingConfig,
    *,
    start: Tuned | None = None,
    processes: Processes,
    on_progress: Progress,
) -> Tuned:
    """Tune an encoder on examples; the same call goes on where an earlier one was stopped.

    weights : the plain encoder's. folder : takes checkpoint and log. start : what to go on from.
    processes : this one and those that tune with it.
    Errors : TrainingError for losses that are no numbers, a full disk, a foreign or damaged checkpoint.
    """
    settings = config.tuning
    torch.manual_seed(config.seed)
    encoder = TunableEncoder(weights, settings, start.adapter if start else None)
    model = AgreementModel(encoder, weights.shape.hidden, settings.prior)
    if start is not None:
        model.take(start.agreement)
    _Run(train, model.to(processes.device), folder, config, processes).go(on_progress)
    return Tuned(encoder.adapter().scaled(settings.share), model.agreement())


def agree(
    train: Mapping[str, Sequence[Example]],
    vectors: StoredVectors,
    dimension: int,
    folder: Path,
    config: TrainingConfig,
    *,
    processes: Processes,
    on_progress: Progress,
) -> Agreement:
    """Learn the numbers of agreement alone, over an encoder that stays as it is.

    vectors : the encoder's, of everything in the examples. dimension : of one. Errors : as `tune`.
    """
    torch.manual_seed(config.seed)
    model = AgreementModel(StoredEncoder(vectors), dimension, config.tuning.prior).to(processes.device)
    _Run(train, model, folder, config, processes).go(on_progress)
    return model.agreement()


class _Run:
    def __init__(
        self,
        train: Mapping[str, Sequence[Example]],
        model: AgreementModel,
        folder: Path,
        config: TrainingConfig,
        processes: Processes,
    ) -> None:
        self._model, self._folder, self._config, self._processes = model, folder, config, processes
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
        self._log = StepLog(folder / TUNING_LOG)
        settings = config.tuning
        own = list(model.own_parameters().values())
        groups = [
            {"params": [p for p in model.encoder.parameters() if p.requires_grad], "rate": settings.rate},
            {"params": own, "rate": settings.own_rate},
        ]
        self._optimizer = torch.optim.AdamW(groups, lr=settings.rate, weight_decay=settings.decay)
        self._sampler = Sampler(
            train, batch=settings.batch, candidates=settings.candidates, unanswerable=0.0, seed=config.seed
        )
        about = [asdict(settings), config.seed, config.encoder, config.start]
        about += [(name, [e.id for e in train[name]]) for name in sorted(train)]
        self._id = hashlib.sha256(json.dumps(about).encode()).hexdigest()

    def go(self, report: Progress) -> None:
        settings, model = self._config.tuning, self._model
        state = load_checkpoint(self._folder, model, None, self._optimizer, self._id) or State(0, 0.0, 0, self._id)
        if self._processes.main:
            self._log.start(state.step)
        model.train()
        while state.step < settings.steps:
            self._processes.seed(self._config.seed + state.step)  # so that a resumed run draws the same dropout
            self._step(state.step)
            state = replace(state, step=state.step + 1)
            report("tune", state.step, settings.steps)
            due = state.step % settings.save_every == 0 or state.step == settings.steps
            if due and self._processes.main:
                save_checkpoint(self._folder, model, None, self._optimizer, state)
        model.eval()

    def _step(self, step: int) -> None:
        started, settings = time.perf_counter(), self._config.tuning
        share = schedule(step, settings.steps, settings.warmup)
        for group in self._optimizer.param_groups:
            group["lr"] = group["rate"] * share
        losses = self._processes.total(self._learn(step))
        if not math.isfinite(losses["choice"]):
            raise TrainingError(
                f"the loss is no number at step {step} of tuning. Lower 'tuning.rate' or 'tuning.clip', in a new folder"
            )
        parameters = [p for group in self._optimizer.param_groups for p in group["params"]]
        self._processes.add_gradients(parameters)
        norm = torch.nn.utils.clip_grad_norm_(parameters, settings.clip)
        self._optimizer.step()
        if self._processes.main:
            seconds = time.perf_counter() - started
            self._log.add({"step": step, **losses, "norm": float(norm), "rate": share, "seconds": seconds})

    def _learn(self, step: int) -> dict[str, float]:
        """The gradients of this process's part of a batch; returns its part of the loss."""
        self._optimizer.zero_grad()
        part = self._processes.part(self._sampler.draw(step), amount)
        if part is None:
            return {"choice": 0.0}
        with self._processes.on_device():
            loss = part.shares["choice"] * choice_loss(self._model(part.rows), part.targets)
            loss.backward()  # type: ignore[no-untyped-call]
        return {"choice": float(loss.detach())}


def amount(targets: Targets) -> dict[str, float]:
    """Over how much the mean of `choice_loss` goes."""
    return {"choice": float((targets.weight * targets.answerable).sum())}


def choice_loss(scores: Tensor, targets: Targets) -> Tensor:
    """Negative log likelihood of the right candidates among all of each question that has one."""
    owner, right = torch.as_tensor(targets.owner), torch.as_tensor(targets.right)
    weight, answerable = torch.as_tensor(targets.weight), torch.as_tensor(targets.answerable)
    count, none = len(targets.weight), torch.full((len(targets.weight),), NEVER)
    everything = segment_logsumexp(scores, none, owner, count)
    good = segment_logsumexp(scores.masked_fill(~right, NEVER), none, owner, count)
    losses = torch.where(answerable, everything - good, torch.zeros(count))
    return (losses * weight).sum() / (weight * answerable).sum().clamp(min=1e-6)
