"""Converters from the formats in which public question sets are published to the project's questions file."""

from kgqa.evaluation.convert.conversion import Converted, convert, write
from kgqa.evaluation.convert.formats import FORMATS, DatasetFormat, OriginalFormat, guess_format

__all__ = [
    "FORMATS",
    "Converted",
    "DatasetFormat",
    "OriginalFormat",
    "convert",
    "guess_format",
    "write",
]
