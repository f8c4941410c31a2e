"""The only module that imports pykeen: its models, losses and training loops, set up for our facts."""

from __future__ import annotations

import gc
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from pykeen.losses import CrossEntropyLoss, MarginRankingLoss, NSSALoss
from pykeen.models import ERModel
from pykeen.nn.init import init_phases, xavier_uniform_
from pykeen.nn.modules import ComplExInteraction, DistMultInteraction, RotatEInteraction, TransEInteraction
from pykeen.training import (
    NonFiniteLossError,
    SLCWATrainingLoop,
    SymmetricLCWATrainingLoop,
    TrainingCallback,
)
from pykeen.triples import CoreTriplesFactory
from pykeen.utils import complex_normalize
from torch import Tensor

from kgqa.embedding.devices import device_for
from kgqa.embedding.structural.checkpoint import load_state, save_state
from kgqa.embedding.structural.config import Objective, StructuralConfig, StructuralModel
from kgqa.embedding.structural.embeddings import Floats
from kgqa.embedding.structural.facts import EntityFacts
from kgqa.errors import TrainingError

_ROOM = 1 << 26
"""Numbers that the scores of a part of a batch against all entities may take, before they are summed."""
_SECONDS_BETWEEN_CHECKPOINTS = 30.0


@dataclass(frozen=True, slots=True)
class Learnt:
    """What training gave: float32 [entities, d], float32 [used relations, d], the loss of the last epoch."""

    entities: Floats
    relations: Floats
    loss: float


class Learner:
    """One training run. checkpoint : the file that a stopped run leaves, None for none."""

    def __init__(self, facts: EntityFacts, config: StructuralConfig, checkpoint: Path | None) -> None:
        self._config, self._checkpoint = config, checkpoint
        self._objective = config.objective_for(len(facts.nodes))
        torch.manual_seed(config.seed)
        self._factory = CoreTriplesFactory(torch.from_numpy(facts.rows), len(facts.nodes), len(facts.relations))
        self._model = _model(self._factory, config, _loss(config, self._objective)).to(device_for(config.device))
        self._loop = self._make_loop(torch.optim.Adam(self._model.parameters(), lr=config.rate))

    def learn(self, report: Callable[[int, int], None]) -> Learnt:
        """Train to the end. report : called with (epochs done, epochs in all)."""
        done, loss = self._resume()
        if done < self._config.epochs:
            watch = _Watch(self._config, done, self._keep, report)
            with warnings.catch_warnings(), _little_garbage():
                warnings.simplefilter("ignore")  # pykeen warns of calls that it makes itself
                self._train(watch, done)
            loss = watch.last
        if self._checkpoint is not None:
            self._checkpoint.unlink(missing_ok=True)
        entities, relations = self._model.entity_representations[0], self._model.relation_representations[0]
        return Learnt(_real(entities), _real(relations), loss)

    def _keep(self, done: int, loss: float) -> None:
        if self._checkpoint is not None:
            save_state(self._checkpoint, self._model, self._loop.optimizer, {"epochs": done, "loss": loss})

    def _resume(self) -> tuple[int, float]:
        state = None if self._checkpoint is None else load_state(self._checkpoint, self._model, self._loop.optimizer)
        return (0, float("nan")) if state is None else (int(state["epochs"]), float(state["loss"]))

    def _train(self, watch: _Watch, done: int) -> None:
        torch.manual_seed(self._config.seed + done)  # each epoch draws by its number, so that a resumed run is the same
        try:
            self._loop.train(
                triples_factory=self._factory,
                num_epochs=self._config.epochs - done,
                batch_size=self._config.batch,
                sub_batch_size=self._part(),
                continue_training=done > 0,
                callbacks=watch,
                use_tqdm=False,
                pin_memory=False,
            )
        except NonFiniteLossError as error:
            raise TrainingError(
                f"the loss of epoch {watch.done + 1} of {self._config.model} is no number. Lower the learning rate "
                f"({self._config.rate:g}), or raise the batch ({self._config.batch})"
            ) from error

    def _make_loop(self, optimizer: torch.optim.Optimizer) -> Any:
        # The loop makes an optimizer of its own when it starts anew: only `loop.optimizer` is the one in use.
        shared = {"model": self._model, "triples_factory": self._factory, "optimizer": optimizer}
        if self._objective is Objective.ALL:
            return SymmetricLCWATrainingLoop(**shared, automatic_memory_optimization=False)
        return SLCWATrainingLoop(
            **shared,
            automatic_memory_optimization=False,
            negative_sampler="basic",
            negative_sampler_kwargs={"num_negs_per_pos": self._config.negatives},
        )

    def _part(self) -> int:
        """How many facts of a batch are scored at a time."""
        if self._objective is not Objective.ALL:
            return self._config.batch
        numbers: int = self._factory.num_entities * self._config.dimension
        return max(1, min(self._config.batch, _ROOM // numbers))


class _Watch(TrainingCallback):  # type: ignore[misc]  # pykeen is an extra, unknown to mypy
    """Tells how far a run is, and has it kept from time to time."""

    def __init__(
        self,
        config: StructuralConfig,
        done: int,
        keep: Callable[[int, float], None],
        report: Callable[[int, int], None],
    ) -> None:
        super().__init__()
        self._config, self._keep, self._report = config, keep, report
        self.done, self.last = done, float("nan")
        self._kept = time.monotonic()

    def post_epoch(self, epoch_loss: float, **_: object) -> None:
        """Called by pykeen after each epoch."""
        self.done, self.last = self.done + 1, float(epoch_loss)
        if time.monotonic() - self._kept >= _SECONDS_BETWEEN_CHECKPOINTS:
            self._keep(self.done, self.last)
            self._kept = time.monotonic()
        torch.manual_seed(self._config.seed + self.done)
        self._report(self.done, self._config.epochs)


@contextmanager
def _little_garbage() -> Iterator[None]:
    """Keep what is there already out of garbage collection.

    pykeen collects after every epoch, and going through all of PyTorch's objects takes longer than a small epoch.
    """
    ours = not gc.get_freeze_count()
    if ours:
        gc.freeze()
    try:
        yield
    finally:
        if ours:
            gc.unfreeze()


def _loss(config: StructuralConfig, objective: Objective) -> Any:
    if objective is Objective.ALL:
        return CrossEntropyLoss()
    if objective is Objective.MARGIN:
        return MarginRankingLoss(margin=config.margin)
    # Products have a natural zero; distances need a point at which a fact counts as likely.
    return NSSALoss(margin=config.margin if config.kind.is_distance else 0.0, adversarial_temperature=1.0)


def _model(factory: Any, config: StructuralConfig, loss: Any) -> Any:
    """The model as its paper has it; starting values by Glorot and Bengio (2010), rotations by random phases.

    TransE's entities are not held to unit length, as in Sun et al. (2019): on the dev part of UMLS that ranks better.
    """
    kind = config.kind
    shape: dict[str, Any] = {"shape": config.dimension, "initializer": xavier_uniform_}
    if kind.is_complex:
        shape |= {"shape": config.dimension // 2, "dtype": torch.cfloat}
    if config.regularization:
        shape |= {"regularizer": "powersum", "regularizer_kwargs": {"weight": config.regularization, "p": 3.0}}
    entities, relations = dict(shape), dict(shape)
    if kind is StructuralModel.ROTATE:
        relations |= {"initializer": init_phases, "constrainer": complex_normalize}
    interaction, settings = _INTERACTIONS[kind]
    return ERModel(
        triples_factory=factory,
        interaction=interaction,
        interaction_kwargs=settings,
        entity_representations_kwargs=entities,
        relation_representations_kwargs=relations,
        loss=loss,
        random_seed=config.seed,
    )


_INTERACTIONS: dict[StructuralModel, tuple[Any, dict[str, Any]]] = {
    StructuralModel.TRANSE: (TransEInteraction, {"p": 1}),
    StructuralModel.DISTMULT: (DistMultInteraction, {}),
    StructuralModel.COMPLEX: (ComplExInteraction, {}),
    StructuralModel.ROTATE: (RotatEInteraction, {"p": 2}),
}


def _real(representation: Any) -> Floats:
    """All vectors as real numbers, float32 [n, d]; of complex ones the real parts come first."""
    with torch.no_grad():
        values: Tensor = representation().detach()
    parts = [values.real, values.imag] if values.is_complex() else [values]
    found: Floats = torch.cat(parts, dim=-1).float().cpu().numpy()
    return np.ascontiguousarray(found)
