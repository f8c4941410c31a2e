"""From an original to a questions file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

from kgqa.errors import ConfigError, QuestionsFileError
from kgqa.evaluation.convert.execution import QueryRunner
from kgqa.evaluation.convert.formats import FORMATS, DatasetFormat, expected_formats
from kgqa.evaluation.convert.original import Asked, Entry, Original, read_bytes
from kgqa.evaluation.convert.results import Results, results_of
from kgqa.graph import KnowledgeGraph


@dataclass(frozen=True, slots=True)
class Converted:
    """The questions of an original in the project's form.

    records : objects for a questions file, in the original's order. skipped : one message for each record left out.
    notes : what to know before using them, such as how many have no gold.
    """

    records: tuple[Mapping[str, Any], ...]
    skipped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def convert(
    source: Path | str,
    format: DatasetFormat,  # noqa: A002 - as in KnowledgeGraph.load
    *,
    languages: Sequence[str] = (),
    graph: KnowledgeGraph | None = None,
    on_error: str = "raise",
) -> Converted:
    """Read a public question set as it was published.

    languages : BCP 47 tags of the languages to take from a set in several; all unless given.
    graph : runs the SPARQL of questions without answers, and tells WebQSP whether nodes are mids or names.
    on_error : "raise", or "skip" to leave malformed records out and report them in `Converted.skipped`.
    Errors : QuestionsFileError with file, line or entry and cure; ConfigError for an option without a use.
    """
    _check(format, languages, graph, on_error)
    path = Path(source)
    if not read_bytes(path).strip():
        raise QuestionsFileError(f"{path} is empty; expected questions as {format.value} has them. Download it again")
    original = Original(path, tuple(languages), graph, skip=on_error == "skip")
    asked = tuple(_usable(original, FORMATS[format].read(original)))
    if not asked:
        left_out = f" ({len(original.skipped)} malformed: {original.skipped[0]})" if original.skipped else ""
        raise QuestionsFileError(f"{path} holds no question in the form of {format.value}{left_out}. Check the format")
    if graph is not None:
        asked = _answered(original, asked, graph)
    original.note(sum(one.answers is None for one in asked), "without gold, which are asked and not scored")
    original.note(sum(one.answers == () for one in asked), "whose gold is empty, so that giving nothing is right")
    return Converted(tuple(one.record() for one in asked), tuple(original.skipped), tuple(original.notes))


def write(converted: Converted, path: Path | str) -> None:
    """Write a questions file as UTF-8; it takes its place when it is whole. QuestionsFileError where it can't."""
    target = Path(path)
    partial = target.with_name(f".{target.name}.partial")
    try:
        with partial.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in converted.records)
        partial.replace(target)
    except OSError as error:
        raise QuestionsFileError(f"can't write {str(target)!r}: {error.strerror}. Name another path") from error
    finally:
        partial.unlink(missing_ok=True)


def _check(name: DatasetFormat, languages: Sequence[str], graph: KnowledgeGraph | None, on_error: str) -> None:
    if on_error not in ("raise", "skip"):
        raise ConfigError(f"on_error is {on_error!r}; expected 'raise' or 'skip'")
    if name not in FORMATS:
        raise ConfigError(f"format is {name!r}; expected a DatasetFormat, {expected_formats()}")
    if isinstance(languages, str):
        raise ConfigError(f"languages is {languages!r}; expected a list: write [{languages!r}]")
    for option, given, used in (
        ("languages", bool(languages), FORMATS[name].languages),
        ("graph", graph is not None, FORMATS[name].graph),
    ):
        if given and not used:
            having = ", ".join(one.value for one, form in FORMATS.items() if getattr(form, option))
            raise ConfigError(f"{option} has no use for {name.value}; expected it with {having} only. Leave it out")


def _usable(original: Original, questions: Iterable[Asked]) -> Iterator[Asked]:
    """The questions that can be written, each id once; others are malformed records."""
    first: dict[str, str] = {}
    for asked in questions:
        at = first.setdefault(asked.id, asked.where)
        if at != asked.where:
            original.leave_out(QuestionsFileError(f"{asked.where}: the id {asked.id!r} stands at {at} already"))
        elif not _is_text(asked):
            original.leave_out(QuestionsFileError(f"{asked.where}: half of a surrogate pair, which UTF-8 can't hold"))
        else:
            yield asked


def _is_text(asked: Asked) -> bool:
    try:
        json.dumps(asked.record(), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _answered(original: Original, questions: Sequence[Asked], graph: KnowledgeGraph) -> tuple[Asked, ...]:
    """The questions, those without answers with what their SPARQL gives; one that can't be run keeps no gold."""
    if all(asked.answers is not None or not asked.sparql for asked in questions):
        return tuple(questions)
    with QueryRunner(graph) as runner:
        run = cache(partial(_run, runner))  # the languages of a question share its query
        return tuple(_with_answers(original, asked, run) for asked in questions)


def _with_answers(original: Original, asked: Asked, run: Callable[[str], Results | str]) -> Asked:
    if asked.answers is not None or not asked.sparql:
        return asked
    found = run(asked.sparql)
    if isinstance(found, str):
        original.notes.append(f"{asked.where}, id {asked.id!r} has no gold: {found}")
        return asked
    return replace(asked, answers=found.answers, kind=found.kind)


def _run(runner: QueryRunner, query: str) -> Results | str:
    """What a query gives, or why it gives nothing."""
    try:
        found = results_of([Entry(Path("Oxigraph"), "results", runner.run(query))], query)
    except QuestionsFileError as error:
        return str(error)
    return found or "the query gives neither rows nor a truth value"
