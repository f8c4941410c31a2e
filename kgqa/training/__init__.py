"""The training room: from graphs and questions with answers to a reader's weights."""

from importlib.util import find_spec as _find_spec

from kgqa.errors import MissingExtraError as _MissingExtraError

if _find_spec("torch") is None:
    raise _MissingExtraError("torch", "train", "train a reader")

from kgqa.training.config import LossWeights, NetworkSettings, TrainingConfig
from kgqa.training.run import TrainingPair, train
from kgqa.training.trainer import Trained, fit

__all__ = ["LossWeights", "NetworkSettings", "Trained", "TrainingConfig", "TrainingPair", "fit", "train"]
