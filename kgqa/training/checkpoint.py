"""Checkpoints from which a stopped run goes on: weights and the optimizer's moments, safetensors with JSON inside."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from kgqa.embedding.store import write_atomically
from kgqa.errors import TrainingError
from kgqa.training.disk import writing

_FILE, _STATE = "checkpoint.safetensors", "state"
_MOMENTS = ("exp_avg", "exp_avg_sq")


@dataclass(frozen=True, slots=True)
class State:
    """Where a run stands.

    step : optimizer steps done. best : the best dev figure so far. waited : looks at dev since then.
    run : hash of settings and data, which must not change between parts of a run.
    """

    step: int
    best: float
    waited: int
    run: str


def trainable(model: nn.Module) -> dict[str, nn.Parameter]:
    """The parameters that training changes."""
    return {name: value for name, value in model.named_parameters() if value.requires_grad}


def save_checkpoint(
    folder: Path, model: nn.Module, mean: nn.Module | None, optimizer: torch.optim.Optimizer, state: State
) -> None:
    """Write the model, the mean of its past weights where there is one, and the optimizer to one file.

    A run killed meanwhile leaves the file before. Errors : TrainingError if the disk takes none.
    """
    from safetensors.torch import save_file

    tensors: dict[str, Tensor] = {}
    tensors.update({f"mean.{name}": value.detach().contiguous() for name, value in _means(mean).items()})
    for name, value in trainable(model).items():
        tensors[f"model.{name}"] = value.detach().contiguous()
        moments = optimizer.state.get(value, {})
        tensors.update({f"{moment}.{name}": moments[moment].contiguous() for moment in _MOMENTS if moment in moments})
    about = {_STATE: json.dumps(asdict(state))}
    with writing(folder / _FILE):
        write_atomically(folder / _FILE, lambda target: save_file(tensors, target, metadata=about))


def load_checkpoint(
    folder: Path, model: nn.Module, mean: nn.Module | None, optimizer: torch.optim.Optimizer, run: str
) -> State | None:
    """Take up a run where it stopped; None where there is nothing to take up.

    Errors : TrainingError if the file is damaged or of a run with other settings or data.
    """
    path = folder / _FILE
    if not path.exists():
        return None
    tensors, state = _read(path)
    if state.run != run:
        raise TrainingError(
            f"{path} is of a run with other settings or questions. Give another folder, or delete this one"
        )
    with torch.no_grad():
        for name, value in _means(mean).items():
            value.copy_(tensors[f"mean.{name}"])
        for name, value in trainable(model).items():
            value.copy_(tensors[f"model.{name}"])
            if f"{_MOMENTS[0]}.{name}" in tensors:
                step = torch.tensor(float(state.step))
                moments = {m: tensors[f"{m}.{name}"].to(value.device) for m in _MOMENTS}
                optimizer.state[value] = moments | {"step": step}
    return state


def _means(mean: nn.Module | None) -> dict[str, nn.Parameter]:
    return {} if mean is None else trainable(mean)


def _read(path: Path) -> tuple[Mapping[str, Tensor], State]:
    from safetensors import safe_open

    try:
        with safe_open(path, framework="pt") as file:
            about: dict[str, Any] = json.loads((file.metadata() or {})[_STATE])
            return {name: file.get_tensor(name) for name in file.keys()}, State(**about)  # noqa: SIM118 - no mapping
    except Exception as error:  # safetensors raises its own kind
        raise TrainingError(f"{path} is cut short or damaged ({error}). Delete it: the run starts anew") from error
