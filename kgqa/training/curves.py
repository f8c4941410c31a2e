"""A plot of a run, finished or not: each head's loss while tuning and training, and F1 at each look at dev."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from kgqa.embedding.store import write_atomically
from kgqa.errors import TrainingError
from kgqa.evaluation.rendering.plots import Curve, Panel, curve_sheet
from kgqa.training.disk import LOG, TUNING, TUNING_LOG, Record, read_log, writing

PLOT = "losses.svg"
_POINTS = 150
_NO_LOSS = frozenset({"step", "rate", "norm", "seconds", "dev", "sources"})


def draw_losses(folder: Path | str) -> Path:
    """Draw the logs of a run into `losses.svg` beside them; returns its path.

    folder : where the run writes. A point of a loss is the mean of as many steps as it takes to draw at most 150.
    Errors : TrainingError where there is no log yet, a damaged one, or no room to write.
    """
    folder = Path(folder)
    tuning, training = read_log(folder / TUNING / TUNING_LOG), read_log(folder / LOG)
    if not tuning and not training:
        raise TrainingError(f"{folder} holds no {LOG}; expected the folder that a training run writes to")
    panels = [*_losses("Tuning", tuning), *_losses("Training", training), *_dev(training)]
    described = "The loss of each head while tuning and training, and the F1 of the first program on dev questions."
    drawn = curve_sheet(f"Training of {folder.name}", described, panels)
    with writing(folder / PLOT):
        write_atomically(folder / PLOT, lambda target: target.write_text(drawn + "\n", encoding="utf-8"))
    return folder / PLOT


def _losses(stage: str, records: Sequence[Record]) -> list[Panel]:
    steps = [record for record in records if "dev" not in record]
    heads = sorted({name for record in steps for name in record} - _NO_LOSS)
    return [Panel(f"{stage}: {head}", "step", "loss", [Curve(head, _means(steps, head))]) for head in heads]


def _means(steps: Sequence[Record], head: str) -> list[tuple[float, float]]:
    values = np.array([(record["step"] + 1, record[head]) for record in steps if head in record], dtype=np.float64)
    means = (part.mean(axis=0).tolist() for part in np.array_split(values, min(len(values), _POINTS)))
    return [(step, loss) for step, loss in means]


def _dev(records: Sequence[Record]) -> list[Panel]:
    looks = [record for record in records if "dev" in record]
    if not looks:
        return []
    sources = sorted({name for look in looks for name in look["sources"]})
    each = [Curve(s, [(look["step"], look["sources"][s]) for look in looks if s in look["sources"]]) for s in sources]
    mean = Curve("mean", [(look["step"], look["dev"]) for look in looks])
    return [Panel("Dev: the first program", "step", "F1", [mean, *each] if len(each) > 1 else each)]
