"""RDF files, read with pyoxigraph; common N-Triples and N-Quads lines take a faster way.

The faster way is one regular expression over whole chunks: it accepts a strict subset of the
grammar (no escapes, no odd IRIs), and every line that it doesn't know goes to pyoxigraph.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path

import pyoxigraph as ox

from kgqa.errors import GraphError, GraphSyntaxError
from kgqa.graph.build import EdgeBuffer
from kgqa.graph.files import Chunk, GraphFormat, open_bytes, read_chunks
from kgqa.graph.problems import Problems, shown
from kgqa.graph.terms import literal_key
from kgqa.types import Literal

_RDF_FORMATS = {
    GraphFormat.TURTLE: ox.RdfFormat.TURTLE,
    GraphFormat.NTRIPLES: ox.RdfFormat.N_TRIPLES,
    GraphFormat.NQUADS: ox.RdfFormat.N_QUADS,
    GraphFormat.TRIG: ox.RdfFormat.TRIG,
    GraphFormat.RDFXML: ox.RdfFormat.RDF_XML,
    GraphFormat.JSONLD: ox.RdfFormat.JSON_LD,
}
_LINES = frozenset((GraphFormat.NTRIPLES, GraphFormat.NQUADS))
_BATCH = 20_000
_MAX_REMEMBERED = 1_000_000

_CHARS = r"[!$&-;=?-Z_a-z~\u00A0-\uD7FF\uF900-\uFDCF\uFDF0-\uFFEF\U00010000-\U000DFFFD]*"
_IRI = rf"<[A-Za-z][A-Za-z0-9+.\-]*:{_CHARS}(?:(?:%[0-9A-Fa-f]{{2}})+{_CHARS})*(?:#{_CHARS})?>"
_BLANK = r"_:[A-Za-z0-9]+"
_SUFFIX = rf"(?:@[a-z]{{2,8}}(?:-[a-z0-9]{{2,8}})*|\^\^(?!<http://www\.w3\.org/2001/XMLSchema#string>){_IRI})?"
_LITERAL = rf'"[^"\\\n\r]*"{_SUFFIX}'
_TRIPLE = rf"({_IRI}|{_BLANK})[ \t]+({_IRI})[ \t]+({_IRI}|{_LITERAL}|{_BLANK})[ \t]*"


@cache
def _line_pattern() -> re.Pattern[str]:
    # Compiled on first use: ranges of all Unicode take a tenth of a second.
    return re.compile(rf"^(?:{_TRIPLE}(<[^<>]*>)?[ \t]*\.[ \t\r]*|(.*))$", re.MULTILINE)


@cache
def _term_pattern() -> re.Pattern[str]:
    return re.compile(rf"{_IRI}|{_LITERAL}")


# The ids that pyoxigraph makes up for anonymous nodes differ from run to run.
_GENERATED = re.compile(r"[0-9a-f]{20,32}")


def is_rdf(kind: GraphFormat) -> bool:
    """Whether a format is one of RDF's."""
    return kind in _RDF_FORMATS


def read_rdf(path: Path, kind: GraphFormat, buffer: EdgeBuffer, problems: Problems, *, scope: str = "") -> None:
    """Append the triples of an RDF file; `scope` goes before blank node labels to keep files apart."""
    keys = _TermKeys(scope)
    if kind in _LINES:
        for chunk in read_chunks(path, problems):
            _add_lines(chunk, kind, path, buffer, keys, problems)
        return
    if problems.skip:
        raise GraphError(
            f"on_error='skip' (--on-error skip) can't be used with {str(path)!r}: "
            f"in {kind.value} no line stands for itself. "
            "Convert the file to N-Triples, or load it with on_error='raise' (--on-error raise)"
        )
    with open_bytes(path) as stream:
        try:
            _add_quads(_parse(stream, kind, path), path, buffer, keys, problems)
        except SyntaxError as error:
            raise GraphSyntaxError(_message(path, error.lineno, error)) from error


def _parse(source: object, kind: GraphFormat, path: Path) -> Iterator[ox.Quad]:
    base = None if kind in _LINES else path.resolve().as_uri()
    return ox.parse(source, _RDF_FORMATS[kind], base_iri=base)  # type: ignore[arg-type]


def _message(path: Path, line: int | None, error: SyntaxError) -> str:
    reason = re.sub(r"^Parser error at line \d+ (?:column \d+|between columns \d+ and \d+): ", "", error.msg)
    where = f"{path}, line {line}" if line else str(path)
    return f"{where}: {reason}. Correct the file there"


# -- whole documents --------------------------------------------------------------------------


def literal_language(literal: ox.Literal) -> str:
    """The language tag of a literal, with its base direction where it has one: `ar--rtl`."""
    direction = getattr(literal, "direction", None)
    return (literal.language or "") + (f"--{direction.value}" if direction else "")


class _TermKeys(dict[object, str]):
    """Term keys of pyoxigraph's terms; blank nodes get a scope and made-up ids a stable number."""

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope
        self.generated = 0

    def __missing__(self, term: object) -> str:
        if len(self) > _MAX_REMEMBERED:
            self._forget()
        key = self[term] = self._key(term)
        return key

    def _forget(self) -> None:
        for term in [term for term in self if not isinstance(term, ox.BlankNode)]:
            del self[term]

    def _key(self, term: object) -> str:
        if isinstance(term, ox.NamedNode):
            return f"<{term.value}>"
        if isinstance(term, ox.Literal):
            return literal_key(Literal(term.value, term.datatype.value, literal_language(term)))
        if isinstance(term, ox.BlankNode):
            return f"_:{self.scope}{self._blank_label(term.value)}"
        raise TypeError("a triple term")

    def _blank_label(self, label: str) -> str:
        if _GENERATED.fullmatch(label):
            self.generated += 1
            return f"genid{self.generated}"
        return "x" + label if label.startswith(("genid", "xgenid")) else label


def _add_quads(quads: Iterator[ox.Quad], path: Path, buffer: EdgeBuffer, keys: _TermKeys, problems: Problems) -> None:
    while batch := list(islice(quads, _BATCH)):
        try:
            columns = [[keys[term] for term in column] for column in zip(*batch, strict=True)][:3]
        except TypeError:
            batch = [quad for quad in batch if not _has_triple_term(quad, path, problems)]
            columns = [[keys[q[i]] for q in batch] for i in range(3)]
        origins = [_origin(quad.graph_name, path, buffer) for quad in batch]
        buffer.extend(columns[0], columns[1], columns[2], origins)


def _origin(graph: object, path: Path, buffer: EdgeBuffer) -> int:
    return buffer.origin(path.name if isinstance(graph, ox.DefaultGraph) else str(getattr(graph, "value", graph)))


def _has_triple_term(quad: ox.Quad, path: Path, problems: Problems) -> bool:
    if not isinstance(quad.subject, ox.Triple) and not isinstance(quad.object, ox.Triple):
        return False
    problems.report(f"{path}: {shown(str(quad))} holds a triple inside a triple, which is not supported")
    return True


# -- line by line -----------------------------------------------------------------------------


def _add_lines(
    chunk: Chunk, kind: GraphFormat, path: Path, buffer: EdgeBuffer, keys: _TermKeys, problems: Problems
) -> None:
    if kind is GraphFormat.NTRIPLES and _add_plain_chunk(chunk.text, path, buffer):
        return
    rows = _line_pattern().findall(chunk.text)
    odd = [i for i, row in enumerate(rows) if row[4] or (row[3] and kind is GraphFormat.NTRIPLES)]
    if odd:
        lines = chunk.text.split("\n")
        _add_odd_lines([(chunk.line + i, lines[i]) for i in odd], kind, path, buffer, keys, problems)
        for i in odd:
            rows[i] = ("",)
    rows = [row for row in rows if row[0]]
    default = buffer.origin(path.name)
    buffer.extend(
        (_scoped(row[0], keys) for row in rows),
        (row[1] for row in rows),
        (_scoped(row[2], keys) for row in rows),
        (buffer.origin(row[3][1:-1]) if row[3] else default for row in rows),
    )


def _add_plain_chunk(text: str, path: Path, buffer: EdgeBuffer) -> bool:
    """Add a chunk of lines `s p o .` with single spaces and no blank nodes; False if it has any other line."""
    if "_:" in text or '\n"' in text or text.startswith('"') or not text.endswith(" ."):
        return False
    rows = [line.split(" ", 2) for line in text.removesuffix(" .").split(" .\n")]
    try:
        columns = tuple(zip(*rows, strict=True))
    except ValueError:
        return False
    if len(columns) != 3 or not all(predicate.startswith("<") for predicate in set(columns[1])):
        return False
    return buffer.extend_checked(columns, buffer.origin(path.name), _term_pattern().fullmatch)


def _scoped(key: str, keys: _TermKeys) -> str:
    return keys[ox.BlankNode(key[2:])] if key.startswith("_:") else key


def _add_odd_lines(
    lines: list[tuple[int, str]], kind: GraphFormat, path: Path, buffer: EdgeBuffer, keys: _TermKeys, problems: Problems
) -> None:
    quads: list[ox.Quad] = []
    try:
        quads = list(_parse("\n".join(line for _, line in lines), kind, path))
    except SyntaxError:
        for number, line in lines:
            try:
                quads += _parse(line, kind, path)
            except SyntaxError as error:
                reason = _message(path, number, error).removesuffix(". Correct the file there")
                problems.report(f"{reason}: {shown(line)}", error)
    _add_quads(iter(quads), path, buffer, keys, problems)
