"""JSON Lines: triples as objects or arrays, and node records with a label, aliases and other attributes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kgqa.config import SchemaConfig
from kgqa.graph.build import EdgeBuffer
from kgqa.graph.files import read_chunks
from kgqa.graph.names import name_key, relation_key
from kgqa.graph.objects import attribute_keys, value_key
from kgqa.graph.problems import Problems, is_text, shown

_TRIPLE_KEYS = (
    ("head", "relation", "tail"),
    ("subject", "predicate", "object"),
    ("s", "p", "o"),
    ("source", "relation", "target"),
)
_EXPECTED = (
    "[h, r, t], an object with head, relation and tail (or subject, predicate, object), or a node record with id"
)
_CLASSES = frozenset(SchemaConfig().types)


def read_json_lines(path: Path, buffer: EdgeBuffer, problems: Problems) -> None:
    """Append the triples and node records of a JSON Lines file."""
    origin = buffer.origin(path.name)
    for chunk in read_chunks(path, problems):
        for i, line in enumerate(chunk.text.split("\n")):
            if line.strip():
                fault = _add_line(line, origin, buffer)
                if fault:
                    problems.report(f"{path}, line {chunk.line + i}: {fault}")


def _add_line(line: str, origin: int, buffer: EdgeBuffer) -> str | None:
    try:
        record = json.loads(line)
    except (json.JSONDecodeError, RecursionError) as error:
        return f"{shown(line)} is not JSON: {error}"
    if "\\ud" in line.lower() and not is_text(json.dumps(record, ensure_ascii=False)):
        return f"{shown(line)} holds half of a character (a lone surrogate)"
    if isinstance(record, list) and len(record) == 3:
        return _add_triple(record[0], record[1], record[2], origin, buffer)
    if isinstance(record, dict):
        for names in _TRIPLE_KEYS:
            if all(name in record for name in names):
                return _add_triple(record[names[0]], record[names[1]], record[names[2]], origin, buffer)
        if isinstance(record.get("id"), str | int):
            return _add_node(record, origin, buffer)
    return f"{shown(line)} is no triple; expected {_EXPECTED}"


def _add_triple(head: Any, relation: Any, tail: Any, origin: int, buffer: EdgeBuffer) -> str | None:
    if not isinstance(head, str) or not head.strip() or not isinstance(relation, str) or not relation.strip():
        return f"head {shown(repr(head))} and relation {shown(repr(relation))}: expected both as text"
    row = (name_key(head),), (relation_key(relation.strip()),)
    if isinstance(tail, str):
        buffer.extend_names(*row, (name_key(tail),), (origin,))
        return None
    key = value_key(tail)
    if key is None:
        return f"tail {shown(repr(tail))}: expected text, a number or a boolean"
    buffer.extend(*row, (key,), (origin,))
    return None


def _add_node(record: Mapping[str, Any], origin: int, buffer: EdgeBuffer) -> str | None:
    if any(isinstance(value, dict) for value in record.values()):
        return f"node {record['id']!r} has an object as a value; expected text, numbers, booleans or lists of them"
    subject = name_key(str(record["id"]))
    for name, value in record.items():
        if name != "id":
            for key in attribute_keys(name, value, _CLASSES):
                buffer.add(subject, relation_key(name), key, origin)
    return None
