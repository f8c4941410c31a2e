"""The command line: `kgqa ask`, `build`, `inspect`, `link`.

Exit codes: 0 done; 1 the work failed; 2 the input can't be used; 130 interrupted; 141 the reader of
the output went away. What a command needs is imported when it runs, so that `--help` is instant.
"""

from __future__ import annotations

import argparse
import io
import json
import logging
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from kgqa import __version__
from kgqa.errors import InputError, KgqaError, QuestionError, WorkError

if TYPE_CHECKING:
    from rich.console import Console, ConsoleRenderable

    from kgqa.config import Config
    from kgqa.graph import KnowledgeGraph
    from kgqa.system import KGQA
    from kgqa.types import Answer

INTERRUPTED = 130
BROKEN_PIPE = 141
_LONGEST_MESSAGE = 600
_MANY_RELATIONS = 500


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


# -- arguments ------------------------------------------------------------------------------------


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with the arguments in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(InputError.exit_code, f"{self.prog}: {_safe(message)}; see `{self.prog} --help`\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="kgqa", description="Answers questions from a knowledge graph, with the facts that prove them."
    )
    parser.add_argument("--version", action="version", version=f"kgqa {__version__}")
    parser.add_argument("--debug", action="store_true", help="show tracebacks and log messages")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for add in (_add_ask, _add_build, _add_inspect, _add_link):
        add(commands)
    return parser


def _add_ask(commands: Any) -> None:
    parser = _command(commands, "ask", _ask, "answer a question")
    _add_graph(parser)
    help_text = "the question; - reads one per line from standard input; without it, a prompt"
    parser.add_argument("question", metavar="QUESTION", nargs="?", help=help_text)
    parser.add_argument("--json", action="store_true", help="print the answer as JSON; one line each for several")
    parser.add_argument(
        "--draw", metavar="FILE", type=Path, help="write the evidence as FILE.svg or FILE.mmd (Mermaid)"
    )
    parser.add_argument("--sparql", action="store_true", help="print the query as SPARQL too")
    parser.add_argument("--timings", action="store_true", help="print how long each stage took")
    parser.add_argument("--language", metavar="L", help="the language of labels and captions, such as en or zh")


def _add_build(commands: Any) -> None:
    parser = _command(commands, "build", _build, "write a bundle: the graph with its indexes, quick to open")
    _add_graph(parser, several=True)
    parser.add_argument("-o", "--output", metavar="BUNDLE", type=Path, required=True, help="the directory to write")
    help_text = "encode the names of entities too, so that linking weighs meaning; slow, and goes on where it stopped"
    parser.add_argument("--entities", action="store_true", help=help_text)


def _add_inspect(commands: Any) -> None:
    parser = _command(commands, "inspect", _inspect, "report what a graph holds and what is wrong with it")
    _add_graph(parser, several=True)
    parser.add_argument("--json", action="store_true", help="print the report as JSON")


def _add_link(commands: Any) -> None:
    parser = _command(commands, "link", _link, "show what is recognised in a question, with scores")
    _add_graph(parser)
    parser.add_argument("question", metavar="QUESTION")
    parser.add_argument("--json", action="store_true", help="print the links as JSON")


def _command(
    commands: Any, name: str, run: Callable[[argparse.Namespace], int], summary: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=summary, description=f"{summary.capitalize()}.")
    parser.add_argument("--debug", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    parser.set_defaults(run=run)
    return parser


def _add_graph(parser: argparse.ArgumentParser, *, several: bool = False) -> None:
    help_text = "a graph file, a bundle, or the URL of a SPARQL endpoint"
    parser.add_argument("graph", metavar="GRAPH", nargs="+" if several else None, help=help_text)
    parser.add_argument("--format", metavar="F", help="the format, where the file's name does not tell")
    parser.add_argument("--config", metavar="TOML", type=Path, help="a file of settings")
    on_error = "raise stops at a malformed line (the default); skip leaves it out and says so"
    parser.add_argument("--on-error", choices=("raise", "skip"), default="raise", help=on_error)


# -- commands ---------------------------------------------------------------------------------


def _ask(args: argparse.Namespace) -> int:
    draw = _drawer(args)
    if args.question is None and not sys.stdin.isatty():
        raise QuestionError("no question is given; add it in quotes after the graph, or - to read from standard input")
    if args.question not in (None, "-"):
        _check_text(args.question)
    system = _open(args)
    if sys.stderr.isatty():
        system.on_progress = _tell_encoding
    if args.question is None:
        return _prompt(system, args)
    if args.question == "-":
        return _ask_lines(system, args)
    answer = system.ask(args.question, language=args.language)
    _print_answer(answer, args)
    if draw is not None:
        _write(args.draw, draw(answer))
    return 0


def _ask_lines(system: KGQA, args: argparse.Namespace) -> int:
    """Answer the lines of standard input; a question that can't be asked is reported and the rest go on."""
    code = 0
    for number, line in _lines(sys.stdin):
        try:
            _check_text(line)
            _print_answer(system.ask(line, language=args.language), args, one_line=True)
        except QuestionError as error:
            sys.stderr.write(f"kgqa: line {number}: {_safe(str(error))}\n")
            code = error.exit_code
    return code


def _prompt(system: KGQA, args: argparse.Namespace) -> int:
    sys.stderr.write(f"{system.graph.n_triples:,} facts. Ask a question; an empty line ends.\n")
    while True:
        try:
            question = input("? ").strip()
        except EOFError:
            sys.stdout.write("\n")
            return 0
        if not question:
            return 0
        try:
            _check_text(question)
            _print_answer(system.ask(question, language=args.language), args, one_line=args.json)
        except KgqaError as error:
            sys.stderr.write(f"kgqa: {_safe(str(error))}\n")


def _build(args: argparse.Namespace) -> int:
    system = _open(args)
    with _progress() as on_progress:
        system.save(args.output, on_progress=on_progress)
    sys.stdout.write(f"{_safe(str(args.output))}: {system.graph.n_triples:,} facts\n")
    return 0


def _inspect(args: argparse.Namespace) -> int:
    from kgqa.graph import KnowledgeGraph, inspect_graph

    schema = _config(args).schema
    graph = KnowledgeGraph.load(_source(args), format=args.format, schema=schema, on_error=args.on_error)
    report = inspect_graph(graph)
    if args.json:
        _write_json(_plain(report))
    else:
        from kgqa.presentation import report_view

        _show(report_view(report))
    return 0


def _link(args: argparse.Namespace) -> int:
    from kgqa.text.language import guess_language

    _check_text(args.question)
    system = _open(args)
    graph, language = system.graph, guess_language(args.question).value
    rows = [(link, graph.id(link.node), graph.label(link.node, language)) for link in system.link(args.question)]
    if args.json:
        links = [
            {"text": m.text, "start": m.start, "end": m.end, "id": node, "label": label, "score": float(link.score)}
            | {"match": link.match.value, "name": link.name}
            | {part: float(getattr(link, part)) for part in ("prior", "string", "dense")}
            for link, node, label in rows
            for m in (link.mention,)
        ]
        _write_json({"question": args.question, "links": links})
    else:
        from kgqa.presentation import links_view

        _show(links_view(rows, args.question))
    return 0


# -- the way in -------------------------------------------------------------------------------


def _open(args: argparse.Namespace) -> KGQA:
    from kgqa.system import KGQA

    config = _config(args)
    with _progress() as on_progress:
        system = KGQA.from_graph(
            _source(args), config=config, format=args.format, on_error=args.on_error, on_progress=on_progress
        )
    _tell_skipped(system.graph)
    return system


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None] | None]:
    """Progress bars on a terminal; elsewhere nothing, and nothing to import."""
    if not sys.stderr.isatty():
        yield None
        return
    from kgqa.presentation import ProgressBars

    with ProgressBars(sys.stderr) as bars:
        yield bars.update


def _config(args: argparse.Namespace) -> Config:
    from dataclasses import replace

    from kgqa.config import Config

    config = Config() if args.config is None else Config.from_toml(args.config)
    if not getattr(args, "entities", False):
        return config
    return replace(config, encoder=replace(config.encoder, entities=True))


def _source(args: argparse.Namespace) -> str | list[str]:
    if isinstance(args.graph, list) and len(args.graph) == 1:
        return str(args.graph[0])
    source: str | list[str] = args.graph
    return source


def _tell_skipped(graph: KnowledgeGraph) -> None:
    report = graph.report
    if report.skipped_count:
        first = f"; the first: {_safe(report.skipped[0])}" if report.skipped else ""
        sys.stderr.write(
            f"kgqa: {report.skipped_count:,} {'line' if report.skipped_count == 1 else 'lines'} left out{first}\n"
        )


def _tell_encoding(stage: str, done: int, total: int) -> None:
    """Say why the first question on a graph that is no bundle takes its time."""
    if stage == "relations" and done == 0 and total >= _MANY_RELATIONS:
        sys.stderr.write(f"kgqa: encoding {total:,} relation names; `kgqa build` keeps them\n")


def _drawer(args: argparse.Namespace) -> Callable[[Answer], str] | None:
    """How `--draw` draws, settled before the graph is read."""
    if args.draw is None:
        return None
    if args.question in (None, "-"):
        raise InputError("--draw draws one answer; give the question on the command line")
    from kgqa.drawing import draw_mermaid, draw_svg

    drawers = {".svg": draw_svg, ".mmd": draw_mermaid}
    suffix = args.draw.suffix.lower()
    if suffix not in drawers:
        raise InputError(f"can't tell how to draw {str(args.draw)!r}; name the file .svg or .mmd (Mermaid)")
    return drawers[suffix]


def _lines(stream: Iterable[str]) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, with their numbers in the stream."""
    try:
        yield from ((n, line.strip()) for n, line in enumerate(stream, start=1) if line.strip())
    except UnicodeDecodeError as error:
        raise InputError(
            f"standard input is not UTF-8 at byte {error.start}; convert it, for example with iconv"
        ) from error


def _check_text(question: str) -> None:
    try:
        question.encode("utf-8")
    except UnicodeEncodeError as error:
        raise QuestionError(
            f"the question is not UTF-8 at character {error.start}; type it in a UTF-8 terminal"
        ) from error


# -- the way out ------------------------------------------------------------------------------


def _print_answer(answer: Answer, args: argparse.Namespace, *, one_line: bool = False) -> None:
    if args.json:
        from kgqa.answer_json import answer_to_json

        _write_json(answer_to_json(answer), indent=None if one_line else 2)
        return
    from kgqa.presentation import answer_view, shown

    if one_line:
        _show(shown(answer.question, "bold"))
    _show(answer_view(answer, sparql=args.sparql, timings=args.timings, language=args.language))
    if one_line:
        sys.stdout.write("\n")


def _show(view: ConsoleRenderable) -> None:
    _console().print(view, crop=False)


def _console() -> Console:
    from rich.console import Console

    class PlainConsole(Console):
        def on_broken_pipe(self) -> None:
            raise  # noqa: PLE0704 - rich calls this while it handles the BrokenPipeError; `main` answers it

    return PlainConsole(markup=False, highlight=False, emoji=False)


def _write_json(data: object, *, indent: int | None = 2) -> None:
    """Print JSON in which a character that could steer the terminal stands as its escape."""
    from kgqa.drawing import escape_codepoints

    unicode = (sys.stdout.encoding or "utf-8").lower().replace("-", "") == "utf8"
    text = json.dumps(data, ensure_ascii=not unicode, indent=indent, allow_nan=False)
    sys.stdout.write("\n".join(escape_codepoints(line) for line in text.split("\n")) + "\n")
    sys.stdout.flush()


def _plain(value: Any) -> Any:
    """A report as JSON values."""
    from dataclasses import fields, is_dataclass
    from enum import Enum

    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {str(_plain(key)): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value.value if isinstance(value, Enum) else value


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"can't write {str(path)!r}: {error.strerror}; choose another place") from error


# -- failing ----------------------------------------------------------------------------------


def _fail(error: Exception, *, debug: bool) -> int:
    if debug:
        traceback.print_exception(error)
    if isinstance(error, KgqaError):
        sys.stderr.write(f"kgqa: {_safe(str(error))}\n")
        return error.exit_code
    named = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    sys.stderr.write(f"kgqa: failed unexpectedly ({_safe(named)}); run it again with --debug to see where\n")
    return WorkError.exit_code


def _safe(text: str) -> str:
    """A message on one line that can't steer the terminal."""
    from kgqa.drawing import one_line

    line = one_line(text)
    return line if len(line) <= _LONGEST_MESSAGE else f"{line[:_LONGEST_MESSAGE]}…"


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
