"""The reader room: which candidate program a question means."""

from kgqa.reader.contract import Operation, Reader, ReaderCandidate, ReaderInput, ReaderOutput, ResultKind
from kgqa.reader.trained import TrainedReader, shipped_weights
from kgqa.reader.trained_weights import ReaderWeights
from kgqa.reader.zero_shot import ZeroShotReader, ZeroShotWeights

__all__ = [
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
]
