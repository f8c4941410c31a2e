"""What commands share: options that name a graph, opening it, and progress."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kgqa.cli.output import safe

if TYPE_CHECKING:
    from kgqa.config import Config
    from kgqa.graph import KnowledgeGraph
    from kgqa.system import KGQA


def command(
    commands: Any, name: str, run: Callable[[argparse.Namespace], int], summary: str
) -> argparse.ArgumentParser:
    """Add a command: its parser with the options that all have."""
    parser: argparse.ArgumentParser = commands.add_parser(name, help=summary, description=f"{summary.capitalize()}.")
    parser.add_argument("--debug", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    parser.set_defaults(run=run)
    return parser


def add_graph(parser: argparse.ArgumentParser, *, several: bool = False) -> None:
    """Add the options that say which graph is read, and how."""
    help_text = "a graph file, a bundle, or the URL of a SPARQL endpoint"
    parser.add_argument("graph", metavar="GRAPH", nargs="+" if several else None, help=help_text)
    parser.add_argument("--format", metavar="F", help="the format, where the file's name does not tell")
    parser.add_argument("--config", metavar="TOML", type=Path, help="a file of settings")
    on_error = "raise stops at a malformed line (the default); skip leaves it out and says so"
    parser.add_argument("--on-error", choices=("raise", "skip"), default="raise", help=on_error)


def add_model(parser: argparse.ArgumentParser) -> None:
    """Add the option that says which reader serves."""
    help_text = (
        'a folder that `kgqa train` or `kgqa adapt` wrote, "zero-shot" or, unless given, "shipped": see docs/reader.md'
    )
    parser.add_argument("--model", metavar="MODEL", help=help_text)
    larger = "on graphs that it learnt nothing of, read English questions by a larger encoder (needs kgqa[large])"
    parser.add_argument("--larger", action="store_true", help=larger)


def open_system(args: argparse.Namespace) -> KGQA:
    """Open the graph that the arguments name, and tell what was left out."""
    from kgqa.system import KGQA

    config = config_of(args)
    with progress() as on_progress:
        system = KGQA.from_graph(
            source_of(args), config=config, format=args.format, on_error=args.on_error, on_progress=on_progress
        )
    tell_skipped(system.graph)
    return system


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None] | None]:
    """Progress bars on a terminal; elsewhere nothing, and nothing to import."""
    if not sys.stderr.isatty():
        yield None
        return
    from kgqa.presentation import ProgressBars

    with ProgressBars(sys.stderr) as bars:
        yield bars.update


def config_of(args: argparse.Namespace) -> Config:
    """The settings that the arguments name."""
    from dataclasses import replace

    from kgqa.config import Config

    config = Config() if args.config is None else Config.from_toml(args.config)
    if getattr(args, "entities", False):
        config = replace(config, encoder=replace(config.encoder, entities=True))
    if (model := getattr(args, "model", None)) is not None:
        config = replace(config, reader=replace(config.reader, name=model))
    if getattr(args, "larger", False):
        config = replace(config, reader=replace(config.reader, larger=True))
    return config


def source_of(args: argparse.Namespace) -> str | list[str]:
    """The graph that the arguments name, as `KnowledgeGraph.load` takes it."""
    if isinstance(args.graph, list) and len(args.graph) == 1:
        return str(args.graph[0])
    source: str | list[str] = args.graph
    return source


def tell_skipped(graph: KnowledgeGraph) -> None:
    """Say on standard error how many lines of a graph were left out."""
    report = graph.report
    if report.skipped_count:
        first = f"; the first: {safe(report.skipped[0])}" if report.skipped else ""
        sys.stderr.write(
            f"kgqa: {report.skipped_count:,} {'line' if report.skipped_count == 1 else 'lines'} left out{first}\n"
        )
