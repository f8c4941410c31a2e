"""The way in: arguments to a command, errors to exit codes.

Exit codes: 0 done; 1 the work failed; 2 the input can't be used; 130 interrupted; 141 the reader of
the output went away. What a command needs is imported when it runs, so that `--help` is instant.
"""

from __future__ import annotations

import argparse
import io
import logging
import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NoReturn

from kgqa import __version__
from kgqa.cli.asking import add_ask, add_build, add_inspect, add_link
from kgqa.cli.evaluating import add_compare, add_convert, add_evaluate, add_robustness
from kgqa.cli.learning import add_adapt, add_train
from kgqa.cli.output import safe
from kgqa.errors import InputError, KgqaError, WorkError

INTERRUPTED = 130
BROKEN_PIPE = 141
_COMMANDS = (
    add_ask,
    add_build,
    add_inspect,
    add_link,
    add_evaluate,
    add_compare,
    add_robustness,
    add_convert,
    add_train,
    add_adapt,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal that can't show a character gets its code instead of an exception.
        sys.stdout.reconfigure(errors="backslashreplace")
    args = _parser().parse_args(argv)
    if args.debug:
        logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    try:
        code: int = args.run(args)
        sys.stdout.flush()
    except BrokenPipeError:
        _silence_stdout()
        return BROKEN_PIPE
    except KeyboardInterrupt:
        sys.stderr.write("\n")
        return INTERRUPTED
    except Exception as error:
        return _fail(error, debug=args.debug)
    return code


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with the arguments in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(InputError.exit_code, f"{self.prog}: {safe(message)}; see `{self.prog} --help`\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="kgqa", description="Answers questions from a knowledge graph, with the facts that prove them."
    )
    parser.add_argument("--version", action="version", version=f"kgqa {__version__}")
    parser.add_argument("--debug", action="store_true", help="show tracebacks and log messages")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for add in _COMMANDS:
        add(commands)
    return parser


def _fail(error: Exception, *, debug: bool) -> int:
    if debug:
        traceback.print_exception(error)
    if isinstance(error, KgqaError):
        sys.stderr.write(f"kgqa: {safe(str(error))}\n")
        return error.exit_code
    named = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    sys.stderr.write(f"kgqa: failed unexpectedly ({safe(named)}); run it again with --debug to see where\n")
    return WorkError.exit_code


def _silence_stdout() -> None:
    # Python flushes stdout once more at exit; into a closed pipe, that would print a traceback.
    with _descriptor(os.devnull) as sink:
        os.dup2(sink, sys.stdout.fileno())


@contextmanager
def _descriptor(path: str) -> Iterator[int]:
    descriptor = os.open(path, os.O_WRONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
