"""The reader room: which candidate program a question means."""

from kgqa.reader.contract import Operation, Reader, ReaderCandidate, ReaderInput, ReaderOutput, ResultKind
from kgqa.reader.folders import SHIPPED, ZERO_SHOT, shipped_weights, weights_for
from kgqa.reader.trained import TrainedReader
from kgqa.reader.trained_weights import ReaderWeights
from kgqa.reader.zero_shot import ZeroShotReader, ZeroShotWeights

__all__ = [
    "SHIPPED",
    "ZERO_SHOT",
    "Operation",
    "Reader",
    "ReaderCandidate",
    "ReaderInput",
    "ReaderOutput",
    "ReaderWeights",
    "ResultKind",
    "TrainedReader",
    "ZeroShotReader",
    "ZeroShotWeights",
    "shipped_weights",
    "weights_for",
]
