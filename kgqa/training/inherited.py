"""What a reader keeps of the weights that its training started from.

Learning a graph's questions leaves in place what those weights know besides: the relations that people's questions
taught, the part that reads what no question taught, the encoder that was tuned to how people ask, and, where no
question of people's decides, what a score says of being right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from shutil import copyfile

from kgqa.embedding.store import write_atomically
from kgqa.reader.trained_weights import ASKING, ReaderWeights
from kgqa.training.disk import writing

CALIBRATION = "calibration"


def with_known(
    weights: ReaderWeights, known: Mapping[str, Sequence[int]], start: ReaderWeights | None
) -> ReaderWeights:
    """The weights with the relations that training taught, named as in `ReaderWeights.about`, and the start's own."""
    before = {} if start is None else start.about
    both = {name: sorted({*found, *before.get(name, ())}) for name, found in known.items()}
    return replace(weights, about={**weights.about, **both}, general=None if start is None else start.general)


def calibration_of(start: ReaderWeights | None) -> Mapping[str, float] | None:
    """What a score says of being right, as the weights that training started from have it; None where they don't."""
    return None if start is None else start.about.get(CALIBRATION)


def copy_asking(start: ReaderWeights | None, folder: Path) -> None:
    """Take over the encoder that was tuned to how people ask."""
    if start is not None and start.folder is not None and (start.folder / ASKING).exists():
        with writing(folder / ASKING):
            write_atomically(folder / ASKING, partial(copyfile, start.folder / ASKING))
