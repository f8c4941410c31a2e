"""Where a stopped training run was: weights and the optimizer's moments, safetensors with JSON inside."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from kgqa.embedding.store import write_atomically
from kgqa.errors import TrainingError

_STATE = "state"
_MOMENTS = ("step", "exp_avg", "exp_avg_sq")
"""What Adam keeps of a parameter."""


def save_state(path: Path, model: nn.Module, optimizer: torch.optim.Optimizer, state: Mapping[str, float]) -> None:
    """Write model, optimizer and state to one file; a run killed meanwhile leaves the file before.

    Errors : TrainingError if the disk takes none.
    """
    from safetensors.torch import save_file

    tensors: dict[str, Tensor] = {}
    for name, value in model.named_parameters():
        tensors[f"model.{name}"] = value.detach().contiguous()
        known = optimizer.state.get(value, {})
        tensors.update({f"{key}.{name}": known[key].detach().contiguous() for key in _MOMENTS if key in known})
    about = {_STATE: json.dumps(dict(state))}
    try:
        write_atomically(path, lambda target: save_file(tensors, target, metadata=about))
    except OSError as error:
        raise TrainingError(
            f"the checkpoint {path} can't be written ({error}). Free some space and start again"
        ) from error


def load_state(path: Path, model: nn.Module, optimizer: torch.optim.Optimizer) -> Mapping[str, float] | None:
    """Bring model and optimizer to where a run stopped, and give its state; None where there is no file.

    Errors : TrainingError if the file is damaged.
    """
    if not path.exists():
        return None
    tensors, state = _read(path)
    try:
        with torch.no_grad():
            for name, value in model.named_parameters():
                value.copy_(tensors[f"model.{name}"])
                moments = {key: tensors[f"{key}.{name}"] for key in _MOMENTS if f"{key}.{name}" in tensors}
                # Adam counts its steps on the CPU.
                optimizer.state[value] = {k: m if k == "step" else m.to(value.device) for k, m in moments.items()}
    except (KeyError, RuntimeError) as error:
        raise _damaged(path, error) from error
    return state


def _read(path: Path) -> tuple[dict[str, Tensor], Mapping[str, float]]:
    from safetensors import safe_open

    try:
        with safe_open(path, framework="pt") as file:
            state: Any = json.loads((file.metadata() or {})[_STATE])
            return {name: file.get_tensor(name) for name in file.keys()}, state  # noqa: SIM118 - no mapping
    except Exception as error:  # safetensors raises its own kind
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> TrainingError:
    return TrainingError(f"{path} is cut short or damaged ({error}). Delete it: the run starts anew")
