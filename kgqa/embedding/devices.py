"""The device that PyTorch computes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kgqa.errors import ConfigError, TrainingError

if TYPE_CHECKING:
    import torch

DEVICES = ("auto", "cpu", "cuda")


def check_device(name: str) -> None:
    """Errors : ConfigError for a setting that is none of `DEVICES`."""
    if name not in DEVICES:
        raise ConfigError(f"'device' is {name!r}; expected one of: {', '.join(DEVICES)}")


def device_for(name: str) -> torch.device:
    """The device of a setting; "auto" is a GPU where PyTorch sees one.

    Errors : TrainingError for "cuda" where PyTorch sees none.
    """
    import torch

    there = torch.cuda.is_available()
    if name == "cuda" and not there:
        raise TrainingError("'device' is 'cuda' and PyTorch sees no GPU; expected one. Take \"auto\" or \"cpu\"")
    return torch.device("cuda" if there and name != "cpu" else "cpu")
