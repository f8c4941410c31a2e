"""The command line: one module for asking, one for measuring, one for training."""

from kgqa.cli.front import main

__all__ = ["main"]
