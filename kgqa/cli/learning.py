"""The commands that train: `kgqa train`, `adapt`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kgqa.cli.options import command, progress
from kgqa.cli.output import plain, safe, write_json
from kgqa.config import Config
from kgqa.errors import InputError

if TYPE_CHECKING:
    from kgqa.training import Coverage, Trained, TrainingConfig
    from kgqa.training.examples import Progress

_LANGUAGES = ("en", "zh")


def add_train(commands: Any) -> None:
    """Add `kgqa train`."""
    parser = command(commands, "train", _train, "train a reader on questions with answers")
    help_text = "a graph and its questions (JSON Lines); several pairs may follow each other"
    parser.add_argument("pairs", metavar="GRAPH QUESTIONS", nargs="+", help=help_text)
    help_text = "questions of the last GRAPH to decide by; a share of its QUESTIONS unless given"
    parser.add_argument("--dev", metavar="QUESTIONS", type=Path, help=help_text)
    help_text = "learn only from the questions whose 'split' is NAME"
    parser.add_argument("--split", metavar="NAME", default="", help=help_text)
    help_text = "decide by the questions whose 'split' is NAME, of --dev or, without it, of QUESTIONS"
    parser.add_argument("--dev-split", metavar="NAME", default="", help=help_text)
    help_text = "a configuration whose 'vocabulary' the questions use; what else it says is not read"
    parser.add_argument("--vocabulary", metavar="TOML", type=Path, help=help_text)
    _add_output(parser)


def add_adapt(commands: Any) -> None:
    """Add `kgqa adapt`."""
    parser = command(commands, "adapt", _adapt, "train a reader for a graph without questions")
    parser.add_argument("graph", metavar="GRAPH", help="a graph file or a bundle")
    help_text = f"languages of the questions that are made, separated by commas: {', '.join(_LANGUAGES)} (en)"
    parser.add_argument("--language", metavar="L", type=_language_names, default=("en",), help=help_text)
    _add_output(parser)


def _add_output(parser: argparse.ArgumentParser) -> None:
    help_text = "the folder to write; training that was stopped goes on there"
    parser.add_argument("-o", "--output", metavar="MODEL", type=Path, required=True, help=help_text)
    help_text = "settings of the training; the keys are the fields of kgqa.training.TrainingConfig"
    parser.add_argument("--config", metavar="TOML", type=Path, help=help_text)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")


def _language_names(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",")))
    if unknown := [name for name in names if name not in _LANGUAGES]:
        raise argparse.ArgumentTypeError(f"{unknown[0]!r} is none of {', '.join(_LANGUAGES)}")
    return names


def _train(args: argparse.Namespace) -> int:
    if len(args.pairs) % 2:
        raise InputError(
            f"{len(args.pairs)} paths are given; expected a graph and its questions, or several such pairs in turn"
        )
    if args.dev_split and not args.dev and args.split in ("", args.dev_split):
        raise InputError(
            f"--dev-split {args.dev_split} would decide by questions that are learnt from as well; name those to learn "
            "from by another --split"
        )
    from kgqa.evaluation import QuestionSet
    from kgqa.training import TrainingConfig, TrainingPair, train

    named = list(zip(args.pairs[::2], args.pairs[1::2], strict=True))
    files = [questions for _, questions in named]
    sets = [QuestionSet.read(questions, split=args.split) for questions in files]
    decided = [QuestionSet.read(file, split=args.dev_split) if file else None for file in _dev_files(args, files)]
    words = Config.from_toml(args.vocabulary).vocabulary if args.vocabulary else ()
    pairs = [
        TrainingPair(
            name=f"{graph}, {questions}",
            graph=graph,
            train=read,
            dev=dev,
            vocabulary=words,
        )
        for (graph, questions), read, dev in zip(named, sets, decided, strict=True)
    ]
    with _progress() as on_progress:
        trained = train(pairs, args.output, _settings(args) or TrainingConfig(), on_progress=on_progress)
    _print_figures(args, trained)
    return 0


def _dev_files(args: argparse.Namespace, files: Sequence[str]) -> list[str | Path | None]:
    """For each file of questions, the one with those to decide by; None for a share of its own."""
    own: list[str | Path | None] = [file if args.dev_split else None for file in files]
    return [*own[:-1], args.dev] if args.dev else own


def _adapt(args: argparse.Namespace) -> int:
    from kgqa import KGQA
    from kgqa.training import adapt

    system = KGQA.from_graph(args.graph)
    with _progress() as on_progress:
        made = adapt(
            system.graph,
            args.output,
            _settings(args),
            languages=args.language,
            structural=system.structural,
            on_progress=on_progress,
        )
    _print_figures(args, made.trained)
    return 0


def _progress() -> AbstractContextManager[Progress | None]:
    """Bars of one of the processes that train together."""
    from kgqa.training import is_main_process

    return progress() if is_main_process() else nullcontext()


def _settings(args: argparse.Namespace) -> TrainingConfig | None:
    from kgqa.training import TrainingConfig

    return None if args.config is None else TrainingConfig.from_toml(args.config)


def _print_figures(args: argparse.Namespace, trained: Trained) -> None:
    from kgqa.training import is_main_process

    if not is_main_process():
        return
    if args.json:
        more = {name: _figures(one) for name, one in trained.others.items()}
        told = {"others": more, "few": dict(trained.few), "model": str(args.output)}
        write_json(_figures(trained) | {"encoder": trained.weights.encoder} | told)
        return
    folder = safe(str(args.output))
    for one in (trained, *trained.others.values()):
        within = f"{folder}/{safe(one.weights.encoder)}" if trained.others else folder
        _print_trained(one, within)
    for name, number in trained.few.items():
        sys.stdout.write(
            f"{number:,} questions are read by {safe(name)} and too few to train it beside; to train it all the same, "
            "name it as 'encoder' in --config\n"
        )
    sys.stdout.write(f"Use it: --model {folder}\n")


def _figures(trained: Trained) -> dict[str, Any]:
    structural = trained.weights.about.get("structural")
    figures = {
        "steps": trained.steps,
        "before": dict(trained.before),
        "dev": dict(trained.dev),
        "structural": structural,
    }
    return figures | {"coverage": plain(dict(trained.coverage)), "repeated": dict(trained.repeated)}


def _print_trained(trained: Trained, folder: str) -> None:
    sys.stdout.write(f"{folder}: {trained.steps:,} steps; F1 of the first program on questions held back\n")
    for name, after in trained.dev.items():
        sys.stdout.write(f"  {trained.before.get(name, 0.0):.3f} -> {after:.3f}  {safe(name)}\n")
    for name, found in trained.coverage.items():
        _print_coverage(name, found)
    for name, number in trained.repeated.items():
        sys.stdout.write(
            f"  learnt from in the very same words: {number:,} of the questions held back of {safe(name)}, whose "
            "figures flatter\n"
        )
    structural = trained.weights.about.get("structural")
    if structural is not None:
        told = f"{structural['model']}, {structural['dimension']} numbers"
        where = ", ".join(safe(name) for name in structural["sources"])
        sys.stdout.write(f"Reads the structural embeddings ({told}) of {where}; over other graphs it goes without\n")
    sys.stdout.write(f"Losses: {folder}/losses.svg\n")


def _print_coverage(name: str, found: Coverage) -> None:
    """Say what training could not learn from."""
    if found.absent:
        first = safe(", ".join(found.first))
        sys.stdout.write(
            f"  {found.absent:,} of {found.questions:,} questions of {safe(name)} have no answer that is in the graph; "
            f"the first: {first}\n"
        )
    if found.unread:
        sys.stdout.write(
            f"  in {found.unread:,} of {found.questions:,} questions of {safe(name)} nothing of the graph is found\n"
        )
