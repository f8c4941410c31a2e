"""Steps of AdamW down a loss that is drawn anew each time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from kgqa.errors import TrainingError

_OFTEN = 50

OnStep = Callable[[int, float], None]
"""Called every 50 steps with their number and the mean loss."""


@dataclass(frozen=True, slots=True)
class Descent:
    """How steps are taken.

    steps : how many. decay : of weights. clip : the most that the gradients of the first group may measure.
    rates : the learning rate of each group at a step. what : is trained, for errors.
    """

    steps: int
    decay: float
    clip: float
    rates: Callable[[int], Sequence[float]]
    what: str


def descend(
    groups: Sequence[Sequence[nn.Parameter]],
    loss: Callable[[], Tensor],
    descent: Descent,
    on_step: OnStep | None = None,
) -> None:
    """Train groups of parameters. Errors : TrainingError for losses that are no numbers."""
    optimizer = torch.optim.AdamW([{"params": list(own)} for own in groups], weight_decay=descent.decay)
    total = 0.0
    for step in range(descent.steps):
        for group, rate in zip(optimizer.param_groups, descent.rates(step), strict=True):
            group["lr"] = rate
        found = loss()
        if not torch.isfinite(found):
            raise TrainingError(f"the loss is no number at step {step} of tuning {descent.what}. Lower 'rate'")
        optimizer.zero_grad()
        found.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(groups[0], descent.clip)
        optimizer.step()
        total += float(found.detach())
        if (step + 1) % _OFTEN == 0:
            if on_step is not None:
                on_step(step + 1, total / _OFTEN)
            total = 0.0
