"""The program room: build, check, execute, render as SPARQL and as words."""

from kgqa.program.check import check
from kgqa.program.execute import Result, Row, execute

__all__ = ["Result", "Row", "check", "execute"]
