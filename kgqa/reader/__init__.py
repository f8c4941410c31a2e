"""The reader room: which candidate program a question means."""

from kgqa.reader.contract import Reader, ReaderCandidate, ReaderInput, ReaderOutput
from kgqa.reader.zero_shot import ZeroShotReader, ZeroShotWeights

__all__ = ["Reader", "ReaderCandidate", "ReaderInput", "ReaderOutput", "ZeroShotReader", "ZeroShotWeights"]
