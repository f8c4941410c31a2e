"""The commands that measure: `kgqa evaluate`, `compare`, `robustness`, `convert`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kgqa.cli.options import add_graph, add_model, command, open_system, progress
from kgqa.cli.output import safe, show, write_json, write_text
from kgqa.errors import InputError

if TYPE_CHECKING:
    from kgqa.evaluation import Comparison, Report

_FORMATS = ("metaqa", "pathquestion", "webqsp", "qald", "lcquad1", "lcquad2", "nlpcc")
_SPLITS = ("hops", "kind", "tags", "language")
_LISTED = 5


def add_evaluate(commands: Any) -> None:
    """Add `kgqa evaluate`."""
    parser = command(commands, "evaluate", _evaluate, "ask a set of questions and score the answers")
    add_graph(parser)
    add_model(parser)
    parser.add_argument("questions", metavar="QUESTIONS", type=Path, help="questions with gold answers, as JSON Lines")
    help_text = "where predictions and reports go; a run that was stopped goes on there"
    parser.add_argument("-o", "--output", metavar="DIR", type=Path, required=True, help=help_text)
    parser.add_argument("--split", metavar="NAME", default="", help="only the questions whose 'split' is NAME")
    parser.add_argument("--limit", metavar="N", type=int, default=0, help="ask at most N questions, drawn by --seed")
    parser.add_argument("--workers", metavar="N", type=int, default=1, help="processes that answer; 1 unless given")
    help_text = "give the system the gold entities, so that linking is not measured; never compare with a run without"
    parser.add_argument("--gold-links", action="store_true", help=help_text)
    help_text = f"divide the report by these, separated by commas: {', '.join(_SPLITS)} (all unless given)"
    parser.add_argument("--split-by", metavar="BY", type=_split_names, default=_SPLITS, help=help_text)
    help_text = "strict compares ids, labels and values as they are (the default); lenient ignores case and accents"
    parser.add_argument("--matching", choices=("strict", "lenient"), default="strict", help=help_text)
    parser.add_argument("--seed", metavar="N", type=int, default=0, help="of draws and intervals; 0 unless given")
    help_text = "do not look for the stage that lost each wrong answer; saves reading every question twice"
    parser.add_argument("--no-diagnosis", action="store_true", help=help_text)
    parser.add_argument("--json", action="store_true", help="print the report as JSON")


def add_compare(commands: Any) -> None:
    """Add `kgqa compare`."""
    parser = command(commands, "compare", _compare, "hold two evaluated runs against each other")
    parser.add_argument("before", metavar="DIR", type=Path, help="a directory that `kgqa evaluate` wrote")
    parser.add_argument("after", metavar="DIR", type=Path, help="another, of the same questions")
    help_text = f"divide the comparison by these, separated by commas: {', '.join(_SPLITS)} (by none unless given)"
    parser.add_argument("--split-by", metavar="BY", type=_split_names, default=(), help=help_text)
    parser.add_argument("--seed", metavar="N", type=int, default=0, help="of intervals and p; 0 unless given")
    help_text = "write the comparison too, as FILE.json or FILE.md"
    parser.add_argument("-o", "--output", metavar="FILE", type=Path, help=help_text)
    parser.add_argument("--json", action="store_true", help="print the comparison as JSON")


def add_robustness(commands: Any) -> None:
    """Add `kgqa robustness`."""
    parser = command(commands, "robustness", _robustness, "ask questions again under attack: typos, renaming and more")
    add_graph(parser)
    add_model(parser)
    parser.add_argument("questions", metavar="QUESTIONS", type=Path, help="questions with gold answers, as JSON Lines")
    parser.add_argument("-o", "--output", metavar="DIR", type=Path, required=True, help="where the reports go")
    help_text = "only these, separated by commas; `--attacks list` names them all"
    parser.add_argument("--attacks", metavar="A,B", default="", help=help_text)
    parser.add_argument("--split", metavar="NAME", default="", help="only the questions whose 'split' is NAME")
    parser.add_argument("--limit", metavar="N", type=int, default=0, help="ask at most N questions, drawn by --seed")
    parser.add_argument("--seed", metavar="N", type=int, default=0, help="of all draws; 0 unless given")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")


def add_convert(commands: Any) -> None:
    """Add `kgqa convert`."""
    parser = command(commands, "convert", _convert, "turn a published question set into a questions file")
    help_text = f"{', '.join(_FORMATS)}, or auto to tell it by the file's beginning"
    parser.add_argument("format", metavar="FORMAT", choices=("auto", *_FORMATS), help=help_text)
    parser.add_argument("source", metavar="SOURCE", type=Path, help="the file as it was published")
    parser.add_argument("-o", "--output", metavar="FILE", type=Path, required=True, help="the questions file to write")
    help_text = "run the SPARQL of questions without answers on this graph"
    parser.add_argument("--graph", metavar="GRAPH", help=help_text)
    help_text = "take only this language of a set in several; may be repeated"
    parser.add_argument("--language", metavar="L", action="append", default=[], help=help_text)
    help_text = "raise stops at a malformed record (the default); skip leaves it out and says so"
    parser.add_argument("--on-error", choices=("raise", "skip"), default="raise", help=help_text)


def _split_names(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",")))
    if unknown := [name for name in names if name not in _SPLITS]:
        raise argparse.ArgumentTypeError(f"{unknown[0]!r} is none of {', '.join(_SPLITS)}")
    return names


def _evaluate(args: argparse.Namespace) -> int:
    from kgqa.evaluation import Matching, Options, QuestionSet, Split, evaluate

    options = Options(
        gold_links=args.gold_links,
        limit=args.limit,
        workers=args.workers,
        seed=args.seed,
        matching=Matching(args.matching),
        splits=tuple(map(Split, args.split_by)),
        diagnose=not args.no_diagnosis,
        name=f"{args.graph}, {args.questions}",
    )
    questions = QuestionSet.read(args.questions, split=args.split)
    system = open_system(args)
    with progress() as on_progress:
        report = evaluate(system, questions, options, directory=args.output, on_progress=on_progress)
    _print_report(report, args)
    return 0


def _print_report(report: Report, args: argparse.Namespace) -> None:
    from kgqa.evaluation.procedure import REPORTS

    if args.json:
        write_json(report.to_json())
        return
    from kgqa.evaluation.rendering import report_view

    show(report_view(report))
    sys.stdout.write(f"{' '.join(safe(str(args.output / name)) for name in REPORTS)}\n")


def _compare(args: argparse.Namespace) -> int:
    from kgqa.evaluation import Split, compare
    from kgqa.evaluation.procedure import read_run

    writer = _comparison_writer(args.output)
    before, questions, matching = read_run(args.before)
    after, _, other = read_run(args.after)
    if matching is not other:
        raise InputError(
            f"{args.before} was matched {matching.value}, {args.after} {other.value}; evaluate both with one --matching"
        )
    splits = tuple(map(Split, args.split_by))
    found = compare(before, after, questions, matching=matching, splits=splits, seed=args.seed)
    if writer is not None:
        write_text(args.output, writer(found))
    if args.json:
        write_json(found.to_json())
    else:
        from kgqa.evaluation.rendering import comparison_view

        show(comparison_view(found))
    return 0


def _comparison_writer(path: Path | None) -> Callable[[Comparison], str] | None:
    """How a comparison is written, settled before the runs are read."""
    if path is None:
        return None
    writers: dict[str, Callable[[Comparison], str]] = {
        ".json": lambda found: json.dumps(found.to_json(), indent=1, ensure_ascii=False, allow_nan=False) + "\n",
        ".md": lambda found: found.markdown(),
    }
    if path.suffix.lower() not in writers:
        raise InputError(f"can't tell how to write {str(path)!r}; name the file .json or .md")
    return writers[path.suffix.lower()]


def _robustness(args: argparse.Namespace) -> int:
    from kgqa.evaluation import QuestionSet
    from kgqa.evaluation.robustness import ATTACKS, assess, choose_attacks

    if args.attacks == "list":
        sys.stdout.writelines(f"{attack.name}: {attack.about}\n" for attack in ATTACKS)
        return 0
    attacks = choose_attacks(args.attacks.split(",")) if args.attacks else ATTACKS
    questions = QuestionSet.read(args.questions, split=args.split)
    asked = questions.draw(args.limit, args.seed) if args.limit else questions
    system = open_system(args)
    name = f"{args.graph}, {args.questions}"
    with progress() as on_progress:
        report = assess(system, asked, attacks=attacks, seed=args.seed, name=name, on_progress=on_progress)
    paths = report.save(args.output)
    if args.json:
        write_json(report.to_json())
    else:
        from kgqa.evaluation.rendering import robustness_view

        show(robustness_view(report))
        sys.stdout.write(f"{' '.join(safe(str(path)) for path in paths)}\n")
    return 0


def _convert(args: argparse.Namespace) -> int:
    from kgqa.evaluation.convert import DatasetFormat, convert, guess_format, write
    from kgqa.graph import KnowledgeGraph

    format_ = guess_format(args.source) if args.format == "auto" else DatasetFormat(args.format)
    graph = None if args.graph is None else KnowledgeGraph.load(args.graph)
    converted = convert(args.source, format_, languages=args.language, graph=graph, on_error=args.on_error)
    write(converted, args.output)
    _tell("left out", converted.skipped)
    _tell("note", converted.notes)
    sys.stdout.write(f"{safe(str(args.output))}: {len(converted.records):,} questions\n")
    return 0


def _tell(what: str, messages: Sequence[str]) -> None:
    for message in messages[:_LISTED]:
        sys.stderr.write(f"kgqa: {what}: {safe(message)}\n")
    if len(messages) > _LISTED:
        sys.stderr.write(f"kgqa: and {len(messages) - _LISTED:,} more ({what})\n")
