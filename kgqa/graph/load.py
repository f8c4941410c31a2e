"""From any source to a graph: picks the reader, builds the arrays, reports what happened."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from kgqa.config import SchemaConfig
from kgqa.errors import ConfigError, GraphError, UnknownFormatError
from kgqa.graph.build import EdgeBuffer
from kgqa.graph.bundle import is_bundle, open_bundle
from kgqa.graph.delimited import read_delimited
from kgqa.graph.files import SUFFIXES, GraphFormat, format_named, format_of
from kgqa.graph.graph import KnowledgeGraph, LoadReport
from kgqa.graph.jsonlines import read_json_lines
from kgqa.graph.names import settle_names
from kgqa.graph.objects import is_networkx, is_rdflib, read_networkx, read_rdflib, read_triples
from kgqa.graph.problems import Problems
from kgqa.graph.rdf import is_rdf, read_rdf


def load_graph(
    source: object,
    *,
    format: str | None = None,  # noqa: A002
    schema: SchemaConfig | None = None,
    on_error: str = "raise",
    relation: str | None = None,
) -> KnowledgeGraph:
    """Load a graph; see `KnowledgeGraph.load`."""
    if on_error not in {"raise", "skip"}:
        raise ConfigError(f"on_error is {on_error!r}; expected 'raise' or 'skip'")
    started = time.perf_counter()
    if isinstance(source, str | Path) and is_bundle(Path(source)):
        source = KnowledgeGraph.from_bundle(open_bundle(Path(source)))
    if isinstance(source, KnowledgeGraph):
        return source if schema is None else replace(source, schema_config=schema)
    buffer, problems = EdgeBuffer(), Problems(skip=on_error == "skip")
    if isinstance(source, str) and source.startswith(("http://", "https://")):
        from kgqa.graph.endpoint import read_endpoint  # urllib is slow to import, and rarely used

        read_endpoint(source, buffer)
    elif (paths := _paths(source)) is not None:
        _read_files(paths, format, buffer, problems)
    else:
        _read_object(source, relation, buffer, problems)
    schema = schema or SchemaConfig()
    settle_names(buffer, schema)
    if not len(buffer):
        raise GraphError(_why_empty(source, problems))
    report = LoadReport(
        skipped_count=problems.count, skipped=tuple(problems.messages), seconds=time.perf_counter() - started
    )
    return KnowledgeGraph.from_buffer(buffer, schema=schema, report=report)


def _why_empty(source: object, problems: Problems) -> str:
    shown = repr(str(source)) if isinstance(source, str | Path) else f"the {type(source).__name__}"
    if problems.count:
        return f"no fact is left of {shown}: all {problems.count:,} lines are malformed, such as {problems.messages[0]}"
    return f"{shown} holds no facts; expected at least one triple. Is it the right source?"


def _paths(source: object) -> list[Path] | None:
    if isinstance(source, str | Path):
        path = Path(source)
        return _files_in(path) if path.is_dir() else [path]
    if isinstance(source, list | tuple) and source and all(isinstance(item, str | Path) for item in source):
        return [path for item in source for path in _paths(item) or []]
    return None


def _files_in(directory: Path) -> list[Path]:
    def known(path: Path) -> bool:
        suffixes = [s.lower() for s in path.suffixes if s.lower() != ".gz"]
        return path.is_file() and bool(suffixes) and suffixes[-1] in SUFFIXES

    found = sorted(path for path in directory.iterdir() if known(path))
    if not found:
        raise UnknownFormatError(
            f"{str(directory)!r} is neither a bundle nor a directory of graph files; expected a manifest.json "
            f"or files that end in one of {', '.join(sorted(SUFFIXES))}"
        )
    return found


def _read_files(paths: Iterable[Path], name: str | None, buffer: EdgeBuffer, problems: Problems) -> None:
    for number, path in enumerate(paths):
        if not path.exists():
            raise GraphError(f"there is no file {str(path)!r}. Check the path")
        kind = format_named(name) if name else format_of(path)
        if is_rdf(kind):
            read_rdf(path, kind, buffer, problems, scope=f"f{number}." if number else "")
        elif kind is GraphFormat.JSONL:
            read_json_lines(path, buffer, problems)
        else:
            read_delimited(path, kind, buffer, problems)


def _read_object(source: object, relation: str | None, buffer: EdgeBuffer, problems: Problems) -> None:
    if is_rdflib(source):
        read_rdflib(source, buffer)
    elif is_networkx(source):
        read_networkx(source, buffer, relation)
    elif isinstance(source, Iterable) and not isinstance(source, bytes | dict):
        read_triples(source, buffer, problems)
    else:
        raise UnknownFormatError(
            f"can't load a graph from {type(source).__name__}; expected a path, several paths, a bundle, an rdflib "
            "or NetworkX graph, an iterable of (head, relation, tail), or the URL of a SPARQL endpoint"
        )
