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

from kgqa.calibration import RERANKED
from kgqa.embedding.store import write_atomically
from kgqa.errors import ConfigError
from kgqa.reader import SHIPPED, shipped_weights
from kgqa.reader.cross_encoder import CROSS, HEAD
from kgqa.reader.reranker import RERANKER
from kgqa.reader.soft import NAMES
from kgqa.reader.trained_weights import ASKING, ReaderWeights
from kgqa.system import AUTO
from kgqa.training.config import TrainingConfig
from kgqa.training.disk import writing

CALIBRATION = "calibration"
_SHARE = 0.5
"""How much the part for unfamiliar questions counts beside what made questions alone taught: such weights have not
learnt how people ask, and take right programs in other words for none. On the dev questions of an everyday graph
(`campus`, 22 and 3 without an answer), adapted: Hits@1 80, 96, 96, 96 with 0, 0.3, 0.5 and 0.7; the shipped reader 96.
On World, adapted (76): 92.1, 88.2, 89.5 with 0, 0.3 and 0.5, AUROC .855, .971, .956; read as unfamiliar, 88.2."""


def start_folder(config: TrainingConfig) -> Path | None:
    """The folder of the weights that training starts from; None where it starts from random numbers.

    Errors : ConfigError where the encoder is left open.
    """
    if config.encoder == AUTO:
        raise ConfigError(f"'encoder' is {AUTO!r}, which `train` and `adapt` alone resolve; expected the name of one")
    if config.start == SHIPPED:
        return shipped_weights(config.encoder)
    return Path(config.start) if config.start else None


def started(config: TrainingConfig, encoder: str) -> TrainingConfig:
    """The settings for one encoder, which go on reading the names of results where the weights to start from do."""
    config = replace(config, encoder=encoder)
    start, network = start_folder(config), config.network
    if start is not None and NAMES in ReaderWeights.load(start).fusion.soft:
        network = replace(network, fusions=replace(network.fusions, result=True))
    return replace(config, network=network)


def with_known(
    weights: ReaderWeights, known: Mapping[str, Sequence[int]], start: ReaderWeights | None
) -> ReaderWeights:
    """The weights with the relations that training taught, named as in `ReaderWeights.about`, and the start's own.

    What the start has for unfamiliar questions, and its confidence there, is taken over.
    """
    before = {} if start is None else start.about
    both = {name: sorted({*found, *before.get(name, ())}) for name, found in known.items()}
    reranked = {name: before[name] for name in (RERANKED,) if name in before}
    about = {**weights.about, **both, **reranked}
    return replace(weights, about=about, general=None if start is None else start.general)


def beside_general(weights: ReaderWeights, *, people: bool) -> ReaderWeights:
    """The weights, which read together with their part for unfamiliar questions unless people's taught them."""
    share = 0.0 if people or weights.general is None else _SHARE
    return replace(weights, about={**weights.about, "general_share": share})


def calibration_of(start: ReaderWeights | None) -> Mapping[str, float] | None:
    """What a score says of being right, as the weights that training started from have it; None where they don't."""
    return None if start is None else start.about.get(CALIBRATION)


def copy_beside(start: ReaderWeights | None, folder: Path) -> None:
    """Take over what was tuned to how people ask, and what weighs candidates on graphs that are new."""
    for name in (ASKING, RERANKER, CROSS, HEAD):
        if start is not None and start.folder is not None and (start.folder / name).exists():
            with writing(folder / name):
                write_atomically(folder / name, partial(copyfile, start.folder / name))
