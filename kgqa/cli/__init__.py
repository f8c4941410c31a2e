"""The command line: `kgqa ask`, `build`, `inspect`, `link`."""

from kgqa.cli.front import main

__all__ = ["main"]
