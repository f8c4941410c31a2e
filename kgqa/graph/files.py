"""Graph files: which format a path holds, and its text in chunks of whole lines."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import IO, cast

from kgqa.errors import GraphError, UnknownFormatError
from kgqa.graph.problems import Problems, is_text

CHUNK_BYTES = 1 << 20
NOT_UTF8 = "not UTF-8 text (convert the file: iconv -f OLD -t UTF-8)"


class GraphFormat(Enum):
    """How a file states triples."""

    TURTLE = "turtle"
    NTRIPLES = "ntriples"
    NQUADS = "nquads"
    TRIG = "trig"
    RDFXML = "rdfxml"
    JSONLD = "jsonld"
    CSV = "csv"
    TSV = "tsv"
    PIPE = "pipe"
    JSONL = "jsonl"


SUFFIXES = {
    ".ttl": GraphFormat.TURTLE,
    ".turtle": GraphFormat.TURTLE,
    ".nt": GraphFormat.NTRIPLES,
    ".ntriples": GraphFormat.NTRIPLES,
    ".nq": GraphFormat.NQUADS,
    ".nquads": GraphFormat.NQUADS,
    ".trig": GraphFormat.TRIG,
    ".rdf": GraphFormat.RDFXML,
    ".owl": GraphFormat.RDFXML,
    ".xml": GraphFormat.RDFXML,
    ".jsonld": GraphFormat.JSONLD,
    ".json": GraphFormat.JSONLD,
    ".csv": GraphFormat.CSV,
    ".tsv": GraphFormat.TSV,
    ".tab": GraphFormat.TSV,
    ".psv": GraphFormat.PIPE,
    ".jsonl": GraphFormat.JSONL,
    ".ndjson": GraphFormat.JSONL,
}
_BARE = {".txt", ".dat", ".triples", ""}


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some whole lines of a file: `text` has no line end at its end; `line` is the number of the first, from 1."""

    text: str
    line: int


def format_named(name: str) -> GraphFormat:
    """The format of that name."""
    try:
        return GraphFormat(name.lower().lstrip("."))
    except ValueError:
        found = SUFFIXES.get("." + name.lower().lstrip("."))
        if found is not None:
            return found
        known = ", ".join(f.value for f in GraphFormat)
        raise UnknownFormatError(f"unknown graph format {name!r}; expected one of: {known}") from None


def format_of(path: Path) -> GraphFormat:
    """The format of a file, by its suffix; a file that has none of the known ones is looked into."""
    suffixes = [s.lower() for s in path.suffixes if s.lower() != ".gz"]
    suffix = suffixes[-1] if suffixes else ""
    if suffix in SUFFIXES:
        return SUFFIXES[suffix]
    if suffix in _BARE:
        return _sniff(path)
    known = ", ".join(sorted(SUFFIXES))
    raise UnknownFormatError(
        f"{str(path)!r} has the suffix {suffix!r}; expected one of {known} (or with .gz behind). "
        "Name its format: load(path, format='turtle'), or --format turtle on the command line"
    )


def _sniff(path: Path) -> GraphFormat:
    lines = [line for line in first_lines(path) if line.strip() and not line.startswith("#")]
    if lines and all(re.match(r"\s*(<|_:)", line) and line.rstrip().endswith(".") for line in lines):
        return GraphFormat.NTRIPLES
    for delimiter, kind in (("\t", GraphFormat.TSV), ("|", GraphFormat.PIPE), (",", GraphFormat.CSV)):
        if lines and sum(line.count(delimiter) == 2 for line in lines) > len(lines) / 2:
            return kind
    raise UnknownFormatError(
        f"can't tell the format of {str(path)!r}; expected lines of head, relation and tail between tabs, "
        "| or commas. Name its format: load(path, format='tsv'), or --format tsv on the command line"
    )


def first_lines(path: Path, count: int = 20) -> list[str]:
    """The first lines of a file, without line ends."""
    with open_bytes(path) as stream:
        head = stream.read(1 << 16).decode("utf-8-sig", "replace")
    return head.splitlines()[:count]


@contextmanager
def open_bytes(path: Path) -> Iterator[IO[bytes]]:
    """Open a file for reading, unpacked if its name ends in .gz; system errors become GraphError."""
    try:
        if path.suffix.lower() == ".gz":
            with gzip.open(path, "rb") as packed:
                yield cast("IO[bytes]", packed)
        else:
            with path.open("rb") as plain:
                yield plain
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise GraphError(f"{str(path)!r} is not a whole gzip file: {error}. Copy or download it again") from error
    except FileNotFoundError as error:
        raise GraphError(f"there is no file {str(path)!r}. Check the path") from error
    except OSError as error:
        raise GraphError(f"can't read {str(path)!r}: {error.strerror or error}") from error


def read_chunks(path: Path, problems: Problems) -> Iterator[Chunk]:
    """The text of a UTF-8 file in chunks of whole lines; a line of another encoding is a problem."""
    line = 1
    with open_bytes(path) as stream:
        for block in _whole_lines(stream):
            data = block.removeprefix(b"\xef\xbb\xbf") if line == 1 else block
            try:
                text = data.decode("utf-8")
            except UnicodeDecodeError:
                text = _without_undecoded(data, path, line, problems)
            text = text.removesuffix("\n")
            yield Chunk(text, line)
            line += text.count("\n") + 1


def _whole_lines(stream: IO[bytes]) -> Iterator[bytes]:
    rest: list[bytes] = []
    while block := stream.read(CHUNK_BYTES):
        cut = block.rfind(b"\n") + 1
        if cut:
            yield b"".join((*rest, block[:cut]))
            rest = []
        rest.append(block[cut:])
    if last := b"".join(rest):
        yield last


def _without_undecoded(data: bytes, path: Path, first: int, problems: Problems) -> str:
    lines = data.decode("utf-8", "surrogateescape").split("\n")
    for i, line in enumerate(lines):
        if not is_text(line):
            problems.report(f"{path}, line {first + i}: {NOT_UTF8}")
            lines[i] = ""
    return "\n".join(lines)
