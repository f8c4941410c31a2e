"""How learning rates rise and fall."""

from __future__ import annotations


def schedule(step: int, steps: int, warmup: float) -> float:
    """The share of the top rate at a step: a linear rise, then a linear fall to a twentieth."""
    rise = max(int(warmup * steps), 1)
    if step < rise:
        return (step + 1) / rise
    return max(0.05, 1 - (step - rise) / max(steps - rise, 1))
