"""The program room: build, check, execute, render as SPARQL and as words."""

from kgqa.program.check import check
from kgqa.program.evidence import evidence
from kgqa.program.execute import Result, Row, execute
from kgqa.program.mediators import context, shown_label
from kgqa.program.sparql import to_sparql
from kgqa.program.words import notation, path_words, to_words

__all__ = [
    "Result",
    "Row",
    "check",
    "context",
    "evidence",
    "execute",
    "notation",
    "path_words",
    "shown_label",
    "to_sparql",
    "to_words",
]
