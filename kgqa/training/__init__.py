"""The training room: from graphs and questions with answers to a reader's weights."""

from importlib.util import find_spec as _find_spec

from kgqa.errors import MissingExtraError as _MissingExtraError

if _find_spec("torch") is None:
    raise _MissingExtraError("torch", "train", "train a reader")

from kgqa.training.adapting import Adapted, adapt
from kgqa.training.config import FusionSettings, LossWeights, NetworkSettings, TrainingConfig, TuningSettings
from kgqa.training.coverage import Coverage
from kgqa.training.curves import draw_losses
from kgqa.training.general import Group, LeftOut, fit_general
from kgqa.training.pairs import TrainingPair
from kgqa.training.processes import is_main_process
from kgqa.training.run import gather, train
from kgqa.training.synthetic import Synthesiser
from kgqa.training.trainer import Trained, fit

__all__ = [
    "Adapted",
    "Coverage",
    "FusionSettings",
    "Group",
    "LeftOut",
    "LossWeights",
    "NetworkSettings",
    "Synthesiser",
    "Trained",
    "TrainingConfig",
    "TrainingPair",
    "TuningSettings",
    "adapt",
    "draw_losses",
    "fit",
    "fit_general",
    "gather",
    "is_main_process",
    "train",
]
