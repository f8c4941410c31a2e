"""The command line: `kgqa ask`, `build`, `inspect`, `link`, `evaluate`, `compare`, `robustness`, `convert`, `train`, `adapt`."""

from kgqa.cli.front import main

__all__ = ["main"]
