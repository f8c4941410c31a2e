"""Gold answers from SPARQL results in JSON, as QALD files hold them and as Oxigraph writes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from kgqa.evaluation.convert.original import Entry, short
from kgqa.evaluation.convert.sparql import kind_of_query
from kgqa.graph.terms import iri_to_key, key_to_id
from kgqa.types import AnswerKind

_RESOURCES = frozenset(("uri", "bnode"))


@dataclass(frozen=True, slots=True)
class Results:
    """Answers in the order of the results, each once.

    answers : ids of nodes, lexical forms of values, or "true" or "false". kind : None where it can't be told.
    """

    answers: tuple[str, ...]
    kind: AnswerKind | None


def results_of(results: Sequence[Entry], query: str) -> Results | None:
    """What results say of a query: the values of every variable, row by row; None where they hold no result.

    With several variables the kind is TABLE, and the answers are all their values.
    """
    booleans = [_boolean(entry) for entry in results if "boolean" in entry.data]
    if booleans:
        return Results(tuple(dict.fromkeys(booleans)), AnswerKind.BOOLEAN)
    held = [entry for entry in results if entry.child("results").data.get("bindings") is not None]
    if not held:
        return None
    rows = [row for entry in held for row in entry.child("results").children("bindings")]
    cells = [[(name, row.child(name)) for name in row.data] for row in rows]
    values = tuple(dict.fromkeys(_value(cell) for _, cell in chain.from_iterable(cells)))
    several = len({name for name, _ in chain.from_iterable(cells)}) > 1
    types = {cell.text("type") for _, cell in chain.from_iterable(cells)}
    return Results(values, AnswerKind.TABLE if several else _kind(types, query))


def _boolean(entry: Entry) -> str:
    value = entry.data["boolean"]
    text = str(value).lower()
    if text not in ("true", "false"):
        raise entry.error(f"'boolean' is {short(value)}; expected true or false")
    return text


def _value(cell: Entry) -> str:
    value = cell.data.get("value")
    if not isinstance(value, str | int | float):
        raise cell.error(f"'value' is {short(value)}; expected text or a number")
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if cell.text("type") == "bnode":
        return f"_:{text}"
    return key_to_id(iri_to_key(text)) if cell.text("type") == "uri" else text


def _kind(types: set[str], query: str) -> AnswerKind | None:
    if not types:
        return kind_of_query(query)
    if types <= _RESOURCES:
        return AnswerKind.ENTITIES
    if types & _RESOURCES:
        return None
    return AnswerKind.COUNT if kind_of_query(query) is AnswerKind.COUNT else AnswerKind.LITERALS
