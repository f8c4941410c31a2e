"""The program room: build, check, execute, render as SPARQL and as words."""

from kgqa.program.check import check
from kgqa.program.evidence import evidence
from kgqa.program.execute import Result, Row, execute
from kgqa.program.sparql import to_sparql

__all__ = ["Result", "Row", "check", "evidence", "execute", "to_sparql"]
