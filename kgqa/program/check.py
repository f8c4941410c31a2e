"""Whether a program is well-typed and names only what the graph has."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from numbers import Integral, Real
from typing import Any, get_type_hints

import numpy as np

from kgqa.errors import ProgramError
from kgqa.graph import KnowledgeGraph
from kgqa.graph.terms import key_to_literal
from kgqa.graph.values import ValueClass, value_of, values_of
from kgqa.program import algebra as a
from kgqa.program.compare import EXTREMES, IDENTITIES, SUBTRACTED, measure_of

_PARTS: Mapping[type[a.Program], Mapping[str, a.Yields]] = {
    a.Groups: {"table": a.Yields.TABLE},
    a.TopRows: {"table": a.Yields.TABLE},
    a.WhereRows: {"table": a.Yields.TABLE},
    a.CompareNumbers: {"left": a.Yields.NUMBER, "right": a.Yields.NUMBER},
}
"""What the parts of an expression must yield, where that is not NODES."""

_MEASURING: Mapping[type[a.Program], tuple[str, ...]] = {
    a.Where: ("step",),
    a.WhereBeside: ("step",),
    a.WhereOwn: ("step", "other"),
    a.Top: ("step",),
    a.Nth: ("step",),
    a.Aggregate: ("step",),
    a.Gap: ("step",),
    a.GapOwn: ("step", "other"),
    a.Compare: ("step",),
    a.GroupAggregate: ("attribute",),
    a.GroupBest: ("attribute",),
}
"""The fields that read values, which only a forward step can reach."""

_FIELDS: dict[type[a.Program], Mapping[str, Any]] = {}
_UNORDERED = (ValueClass.BOOLEAN, ValueClass.OTHER)


def check(program: a.Program, graph: KnowledgeGraph) -> None:
    """Refuse a program that is ill-typed or names an id that the graph lacks, with a ProgramError."""
    if not isinstance(program, a.Program):
        raise ProgramError(f"{program!r} is no program; expected one of the classes of kgqa.program")
    for part in _walk(program):
        for name, kind in _fields(type(part)).items():
            _check_field(_Place(part, name, graph), kind)
        _check_meaning(part, graph)


def _walk(program: a.Program) -> list[a.Program]:
    """All expressions, innermost last; without recursion, so that depth is no limit here."""
    found = [program]
    for part in found:
        found.extend(part.parts())
    return found


def _fields(kind: type[a.Program]) -> Mapping[str, Any]:
    """The declared type of each field of an expression."""
    if kind not in _FIELDS:
        hints = get_type_hints(kind)
        _FIELDS[kind] = {f.name: hints[f.name] for f in fields(kind)}
    return _FIELDS[kind]


@dataclass(frozen=True, slots=True)
class _Place:
    """The field under check."""

    part: a.Program
    field: str
    graph: KnowledgeGraph

    def __str__(self) -> str:
        return f"{type(self.part).__name__}.{self.field}"


def _check_field(place: _Place, kind: Any) -> None:
    value = getattr(place.part, place.field)
    rule = _RULES.get(kind)
    if rule is not None:
        rule(place, value)
    elif not isinstance(value, kind):
        raise ProgramError(f"{place} is {value!r}; expected a {kind.__name__}")


def _check_part(place: _Place, value: Any) -> None:
    wanted = _PARTS.get(type(place.part), {}).get(place.field, a.Yields.NODES)
    if not isinstance(value, a.Program):
        raise ProgramError(f"{place} is {value!r}; expected a program that yields {wanted.value}")
    if value.yields is not wanted:
        raise ProgramError(
            f"{place} is {type(value).__name__}, which yields {value.yields.value}; "
            f"expected a program that yields {wanted.value}"
        )


def _check_step(place: _Place, value: Any) -> None:
    if not isinstance(value, a.Step):
        raise ProgramError(f"{place} is {value!r}; expected a Step")
    if not isinstance(value.relation, Integral) or not 0 <= value.relation < place.graph.n_relations:
        raise ProgramError(
            f"{place} has relation {value.relation!r}; expected a number from 0 to "
            f"{place.graph.n_relations - 1:,}, as graph.find_relation(name) gives"
        )
    if value.inverse and place.field in _MEASURING.get(type(place.part), ()):
        raise ProgramError(
            f"{place} is inverse, but only a forward step reaches values. "
            "Count the neighbours instead: WhereCount or TopByCount"
        )


def _check_nodes(place: _Place, value: Any) -> None:
    if not isinstance(value, tuple) or not all(isinstance(node, Integral) for node in value):
        raise ProgramError(f"{place} is {value!r}; expected a tuple of node numbers")
    for end in (min(value), max(value)) if value else ():
        _check_node(place, end)
    if np.any(np.diff(np.asarray(value, dtype=np.int64)) <= 0):
        raise ProgramError(f"{place} is not sorted or has duplicates; use tuple(sorted(set(nodes)))")


def _check_node(place: _Place, value: int) -> None:
    if not 0 <= value < place.graph.n_terms:
        raise ProgramError(
            f"{place} names node {value}; expected a number from 0 to {place.graph.n_terms - 1:,}, "
            "as graph.find(id) gives (-1 means that the graph lacks it)"
        )


def _check_integer(place: _Place, value: Any) -> None:
    if not isinstance(value, Integral):
        raise ProgramError(f"{place} is {value!r}; expected a whole number")
    if place.field == "node_class":
        _check_node(place, int(value))
    elif place.field in ("k", "n") and value < 1:
        raise ProgramError(f"{place} is {value}; expected 1 or more")


def _check_number(place: _Place, value: Any) -> None:
    if not isinstance(value, Real) or not math.isfinite(value):
        raise ProgramError(f"{place} is {value!r}; expected a finite number")


_RULES: Mapping[Any, Callable[[_Place, Any], None]] = {
    a.Program: _check_part,
    a.Step: _check_step,
    tuple[int, ...]: _check_nodes,
    int: _check_integer,
    float: _check_number,
}


def _check_meaning(part: a.Program, graph: KnowledgeGraph) -> None:
    if isinstance(part, a.Where):
        _check_value(part)
    elif isinstance(part, a.CompareNumbers):
        _check_numeric(part, part.left, graph)
        _check_numeric(part, part.right, graph)
    elif isinstance(part, a.TopRows | a.WhereRows):
        _check_numeric(part, part.table, graph)
    elif isinstance(part, a.Gap | a.GapOwn) and measure_of(graph, part.step).value_class not in SUBTRACTED:
        label = graph.relation_label(part.step.relation)
        raise ProgramError(
            f"{type(part).__name__} subtracts values of {label!r}, which are neither numbers nor years; "
            "expected a relation that holds such"
        )
    if isinstance(part, a.GapOwn) or (isinstance(part, a.WhereOwn) and part.comparison not in IDENTITIES):
        _check_alike(part, graph)


def _check_alike(part: a.WhereOwn | a.GapOwn, graph: KnowledgeGraph) -> None:
    """Two attributes of one thing must be measured alike."""
    one, other = measure_of(graph, part.step), measure_of(graph, part.other)
    if one != other:
        labels = [graph.relation_label(step.relation) for step in (part.step, part.other)]
        raise ProgramError(
            f"{type(part).__name__} holds values of {labels[0]!r} ({one}) against those of {labels[1]!r} ({other}); "
            "expected two relations that are measured alike"
        )


def _check_value(part: a.Where) -> None:
    key = part.value
    if not key.startswith('"') or '"' not in key[1:]:
        raise ProgramError(
            f"Where.value is {key!r}; expected the key of a literal, as kgqa.graph.terms.literal_key gives. "
            "For an entity, intersect with Follow from it"
        )
    value_class = value_of(key_to_literal(key)).value_class
    allowed = [a.Comparison.EQUAL]
    if value_class is ValueClass.BOOLEAN:
        allowed.append(a.Comparison.NOT_EQUAL)
    if value_class in _UNORDERED and part.comparison not in allowed:
        raise ProgramError(
            f"Where compares {key!r} by {part.comparison.value!r}, but such values have no order; "
            f"expected {' or '.join(repr(c.value) for c in allowed)}, or a valid number, time or text"
        )


def _check_numeric(part: a.Program, inner: a.Program, graph: KnowledgeGraph) -> None:
    """Rows and sides that are compared must hold numbers, not times or nodes."""
    while isinstance(inner, a.TopRows | a.WhereRows):
        inner = inner.table
    step = inner.step if isinstance(inner, a.Aggregate) else getattr(inner, "attribute", None)
    timed = (
        isinstance(inner, a.Aggregate | a.GroupAggregate)
        and inner.aggregation in EXTREMES
        and isinstance(step, a.Step)
        and 0 <= step.relation < graph.n_relations
        and values_of(graph).measure(graph, step.relation).value_class is not ValueClass.NUMBER
    )
    if timed or isinstance(inner, a.GroupBest):
        raise ProgramError(
            f"{type(part).__name__} compares numbers, but {type(inner).__name__} inside it gives times or nodes; "
            "expected a count, a sum, an average, or the extreme of a relation that holds numbers"
        )
