"""The commands that ask and look: `kgqa ask`, `build`, `inspect`, `link`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kgqa.cli.options import add_graph, add_model, command, config_of, open_system, progress, source_of
from kgqa.cli.output import plain, safe, show, write_json, write_text
from kgqa.errors import InputError, KgqaError, QuestionError

if TYPE_CHECKING:
    from kgqa.embedding.structural import StructuralConfig
    from kgqa.system import KGQA, Progress
    from kgqa.types import Answer

_MANY_RELATIONS = 500


def add_ask(commands: Any) -> None:
    """Add `kgqa ask`."""
    parser = command(commands, "ask", _ask, "answer a question")
    add_graph(parser)
    add_model(parser)
    help_text = "the question; - reads one per line from standard input; without it, a prompt"
    parser.add_argument("question", metavar="QUESTION", nargs="?", help=help_text)
    help_text = "the id or label of an entity that is asked about, in place of what the names are taken for; repeatable"
    parser.add_argument("--topic", metavar="ENTITY", action="append", help=help_text)
    parser.add_argument("--json", action="store_true", help="print the answer as JSON; one line each for several")
    parser.add_argument(
        "--draw", metavar="FILE", type=Path, help="write the evidence as FILE.svg or FILE.mmd (Mermaid)"
    )
    parser.add_argument("--sparql", action="store_true", help="print the query as SPARQL too")
    parser.add_argument("--timings", action="store_true", help="print how long each stage took")
    parser.add_argument("--language", metavar="L", help="the language of labels and captions, such as en or zh")


def add_build(commands: Any) -> None:
    """Add `kgqa build`."""
    parser = command(commands, "build", _build, "write a bundle: the graph with its indexes, quick to open")
    add_graph(parser, several=True)
    parser.add_argument("-o", "--output", metavar="BUNDLE", type=Path, required=True, help="the directory to write")
    help_text = "encode the names of entities too, so that linking weighs meaning; slow, and goes on where it stopped"
    parser.add_argument("--entities", action="store_true", help=help_text)
    help_text = (
        "train vectors that tell where entities and relations stand in the graph: TransE, DistMult, ComplEx or RotatE, "
        "or a TOML with the settings of kgqa.embedding.structural.StructuralConfig; slow, goes on where it stopped"
    )
    parser.add_argument("--structural", metavar="MODEL", help=help_text)


def add_inspect(commands: Any) -> None:
    """Add `kgqa inspect`."""
    parser = command(commands, "inspect", _inspect, "report what a graph holds and what is wrong with it")
    add_graph(parser, several=True)
    parser.add_argument("--json", action="store_true", help="print the report as JSON")


def add_link(commands: Any) -> None:
    """Add `kgqa link`."""
    parser = command(commands, "link", _link, "show what is recognised in a question, with scores")
    add_graph(parser)
    parser.add_argument("question", metavar="QUESTION")
    parser.add_argument("--json", action="store_true", help="print the links as JSON")


def _ask(args: argparse.Namespace) -> int:
    draw = _drawer(args)
    if args.topic and args.question in (None, "-"):
        raise InputError("--topic says what one question is about; give the question on the command line")
    if args.question is None and not sys.stdin.isatty():
        raise QuestionError("no question is given; add it in quotes after the graph, or - to read from standard input")
    if args.question not in (None, "-"):
        _check_text(args.question)
    system = open_system(args)
    if sys.stderr.isatty():
        system.on_progress = _tell_encoding
    if args.question is None:
        return _prompt(system, args)
    if args.question == "-":
        return _ask_lines(system, args)
    answer = _asked(system, args.question, args.topic, args.language)
    _print_answer(answer, args)
    if draw is not None:
        write_text(args.draw, draw(answer))
    return 0


def _asked(system: KGQA, question: str, topic: Sequence[str] | None, language: str | None) -> Answer:
    if topic:
        return system.ask_linked(question, topic, language=language)
    return system.ask(question, language=language)


def _ask_lines(system: KGQA, args: argparse.Namespace) -> int:
    """Answer the lines of standard input; a question that can't be asked is reported and the rest go on."""
    code = 0
    for number, line in _lines(sys.stdin):
        try:
            _check_text(line)
            _print_answer(system.ask(line, language=args.language), args, one_line=True)
        except QuestionError as error:
            sys.stderr.write(f"kgqa: line {number}: {safe(str(error))}\n")
            code = error.exit_code
    return code


def _prompt(system: KGQA, args: argparse.Namespace) -> int:
    sys.stderr.write(f"{system.graph.n_triples:,} facts. Ask a question; an empty line ends.\n")
    last: Answer | None = None
    while True:
        try:
            line = input("? ").strip()
        except EOFError:
            sys.stdout.write("\n")
            return 0
        if not line:
            return 0
        try:
            _check_text(line)
            question, topic = _chosen(line, last)
            last = _asked(system, question, topic, args.language)
            _print_answer(last, args, one_line=args.json)
        except KgqaError as error:
            sys.stderr.write(f"kgqa: {safe(str(error))}\n")


def _chosen(line: str, last: Answer | None) -> tuple[str, Sequence[str] | None]:
    """What is asked: the line itself or, if it is the number of an option of the last answer, that question again."""
    options = last.clarification.options if last and last.clarification else ()
    numbers = {str(number): option for number, option in enumerate(options, start=1)}
    if last is None or line not in numbers:
        return line, None
    return last.question, numbers[line].topic


def _build(args: argparse.Namespace) -> int:
    settings = None if args.structural is None else _structural_settings(args.structural)
    system = open_system(args)
    with progress() as on_progress:
        if settings is not None:
            system = _with_structural(system, settings, on_progress)
        system.save(args.output, on_progress=on_progress)
    sys.stdout.write(f"{safe(str(args.output))}: {system.graph.n_triples:,} facts\n")
    return 0


def _structural_settings(named: str) -> StructuralConfig:
    """The settings that `--structural` names; a mistake there is told before the graph is read."""
    from kgqa.embedding.structural import StructuralConfig, StructuralModel

    if named.endswith(".toml"):
        return StructuralConfig.from_toml(named)
    models = {model.value.casefold(): model.value for model in StructuralModel}
    return StructuralConfig(model=models.get(named.casefold(), named))


def _with_structural(system: KGQA, settings: StructuralConfig, on_progress: Progress | None) -> KGQA:
    from kgqa.embedding.store import cache_root
    from kgqa.embedding.structural import train_structural

    report = None if on_progress is None else partial(on_progress, "structural")
    checkpoints = cache_root() / "structural"
    return system.with_structural(train_structural(system.graph, settings, on_progress=report, checkpoints=checkpoints))


def _inspect(args: argparse.Namespace) -> int:
    from kgqa.graph import KnowledgeGraph, inspect_graph

    schema = config_of(args).schema
    graph = KnowledgeGraph.load(source_of(args), format=args.format, schema=schema, on_error=args.on_error)
    report = inspect_graph(graph)
    if args.json:
        write_json(plain(report))
    else:
        from kgqa.presentation import report_view

        show(report_view(report))
    return 0


def _link(args: argparse.Namespace) -> int:
    from kgqa.text.language import guess_language

    _check_text(args.question)
    system = open_system(args)
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
        write_json({"question": args.question, "links": links})
    else:
        from kgqa.presentation import links_view

        show(links_view(rows, args.question))
    return 0


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


def _print_answer(answer: Answer, args: argparse.Namespace, *, one_line: bool = False) -> None:
    if args.json:
        from kgqa.answer_json import answer_to_json

        write_json(answer_to_json(answer), indent=None if one_line else 2)
        return
    from kgqa.presentation import answer_view, shown

    if one_line:
        show(shown(answer.question, "bold"))
    show(answer_view(answer, sparql=args.sparql, timings=args.timings, language=args.language))
    if one_line:
        sys.stdout.write("\n")
