"""Training in several processes, each on its own device: which part of a step is whose, and what they share.

`torchrun` or `accelerate launch` start the processes. Each draws the same batch and takes every n-th question of it;
gradients are summed so that a step is the one that a single process would take on the whole batch. Models are small
enough for all gradients to travel at once. The main process alone writes files and looks at dev; where processes run
on several machines, the folder must be one that all of them see.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import torch
from torch import Tensor, nn

from kgqa.embedding.devices import device_for
from kgqa.errors import MissingExtraError, TrainingError
from kgqa.reader.arrays import Rows
from kgqa.training.batches import Choice, Targets, collate

_SET_BY_LAUNCHERS = ("RANK", "WORLD_SIZE", "MASTER_ADDR")
_LONGEST_WAIT = timedelta(days=2)
"""For the main process, which alone asks retrieval for candidates."""
_SEEDS_APART = 1_000_003

Amounts = Callable[[Targets], Mapping[str, float]]
"""For each head, over how much its mean loss goes."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a process has to do of a batch.

    shares : for each head, what its mean loss over this part counts in the mean over the whole batch.
    """

    rows: Rows
    targets: Targets
    shares: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Processes:
    """The processes that train together, as one of them sees them.

    rank : this process's number, 0 for the main one. count : of them all. device : what this one computes on.
    """

    rank: int
    count: int
    device: torch.device

    @classmethod
    def join(cls, device: str) -> Processes:
        """Join those that a launcher started; without a launcher there is this process alone.

        device : a setting, see `kgqa.embedding.devices`.
        Errors : MissingExtraError without `accelerate`; TrainingError for more processes on a machine than GPUs.
        """
        own = device_for(device)
        if not launched():
            return cls(0, 1, own)
        if importlib.util.find_spec("accelerate") is None:
            raise MissingExtraError("accelerate", "train", "train in several processes")
        from accelerate import PartialState

        if own.type == "cuda":
            _refuse_shared_gpus(int(os.environ.get("LOCAL_WORLD_SIZE", "1")), torch.cuda.device_count())
        state: Any = PartialState(cpu=own.type == "cpu", timeout=_LONGEST_WAIT)
        return cls(state.process_index, state.num_processes, state.device)

    @classmethod
    def alone(cls) -> Processes:
        """The process by itself, on the CPU, whoever started it: for what the main one does while others wait."""
        return cls(0, 1, torch.device("cpu"))

    @property
    def main(self) -> bool:
        """Whether this process writes files, looks at dev and tells of progress."""
        return self.rank == 0

    def seed(self, seed: int) -> None:
        """Seed torch's draws, such as dropout, differently in each process."""
        torch.manual_seed(seed + _SEEDS_APART * self.rank)

    def on_device(self) -> AbstractContextManager[object]:
        """Within it, new tensors lie on this process's device."""
        return nullcontext() if self.device.type == "cpu" else self.device

    def part(self, choices: Sequence[Choice], amounts: Amounts) -> Part | None:
        """What this process does of a batch; None where nothing is left for it."""
        choices = [choice for choice in choices if choice.candidates]
        own = choices[self.rank :: self.count]
        if not own:
            return None
        rows, targets = collate(own)
        mine = amounts(targets)
        whole = mine if self.count == 1 else amounts(collate(choices)[1])
        return Part(rows, targets, {name: mine[name] / whole[name] if whole[name] else 1.0 for name in mine})

    def add_gradients(self, parameters: Sequence[nn.Parameter]) -> None:
        """Give every process the sum of all gradients; what has none in any process keeps none."""
        if self.count == 1:
            return
        given = torch.tensor([float(p.grad is not None) for p in parameters], device=self.device)
        found = [torch.zeros_like(p) if p.grad is None else p.grad for p in parameters]
        summed = self._sum(torch.cat([given, *(gradient.flatten() for gradient in found)]))
        there, *pieces = torch.split(summed, [len(parameters), *(p.numel() for p in parameters)])
        for parameter, count, piece in zip(parameters, there.tolist(), pieces, strict=True):
            parameter.grad = piece.view_as(parameter) if count else None

    def total(self, numbers: Mapping[str, float]) -> dict[str, float]:
        """The sum of each number over all processes."""
        if self.count == 1:
            return dict(numbers)
        summed = self._sum(torch.tensor(list(numbers.values()), dtype=torch.float64, device=self.device))
        return dict(zip(numbers, summed.tolist(), strict=True))

    def from_main(self, number: float) -> float:
        """The main process's number, in all of them."""
        return self.total({"number": number if self.main else 0.0})["number"]

    def wait(self) -> None:
        """Wait until all processes are here."""
        self.total({"here": 1.0})

    def _sum(self, values: Tensor) -> Tensor:
        from accelerate.utils import reduce

        summed: Tensor = reduce(values, "sum")
        return summed


def launched() -> bool:
    """Whether a launcher started this process together with others."""
    return all(name in os.environ for name in _SET_BY_LAUNCHERS) and int(os.environ["WORLD_SIZE"]) > 1


def is_main_process() -> bool:
    """Whether this process is the one that writes and prints."""
    return not launched() or int(os.environ["RANK"]) == 0


def _refuse_shared_gpus(processes: int, gpus: int) -> None:
    if processes > gpus:
        raise TrainingError(
            f"{processes} processes were started on this machine, and PyTorch sees {gpus} GPUs; expected one each. "
            f"Start {gpus}, or set 'device' to \"cpu\""
        )
