"""The reader room: which candidate program a question means."""

from kgqa.reader.contract import Operation, Reader, ReaderCandidate, ReaderInput, ReaderOutput, ResultKind
from kgqa.reader.folders import SHIPPED, ZERO_SHOT, Larger, larger_for, shipped_weights, weights_for
from kgqa.reader.trained import TrainedReader
from kgqa.reader.trained_weights import ReaderWeights
from kgqa.reader.zero_shot import ZeroShotReader, ZeroShotWeights

__all__ = [
    "SHIPPED",
    "ZERO_SHOT",
    "Larger",
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
    "larger_for",
    "shipped_weights",
    "weights_for",
]
