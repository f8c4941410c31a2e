"""The command line: `kgqa ask`, `build`, `inspect`, `link`, `evaluate`, `compare`, `robustness`, `convert`."""

from kgqa.cli.front import main

__all__ = ["main"]
