"""Comparing the values of literals, and the best value of each node."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kgqa.graph import KnowledgeGraph
from kgqa.graph.terms import key_to_literal
from kgqa.graph.values import TIMES, ZONE_SLACK, Measure, Value, ValueClass, Zone, value_of, values_of
from kgqa.program.algebra import Aggregation, Comparison, Order, Step
from kgqa.types import NodeIds

NUMBERS = Measure(ValueClass.NUMBER)
EXTREMES = (Aggregation.MINIMUM, Aggregation.MAXIMUM)
SUBTRACTED = (ValueClass.NUMBER, ValueClass.YEAR)
"""What can be subtracted from another of its class."""

IDENTITIES = (Comparison.EQUAL, Comparison.NOT_EQUAL)
"""What holds two terms against each other as they are written, where both are a thing's own."""

OPERATORS: Mapping[Comparison, Callable[[Any, Any], Any]] = {
    Comparison.EQUAL: operator.eq,
    Comparison.NOT_EQUAL: operator.ne,
    Comparison.LESS: operator.lt,
    Comparison.LESS_EQUAL: operator.le,
    Comparison.GREATER: operator.gt,
    Comparison.GREATER_EQUAL: operator.ge,
}


def compares(graph: KnowledgeGraph, nodes: NodeIds, comparison: Comparison, key: str) -> NDArray[np.bool_]:
    """Which nodes hold a value that compares as asked with the literal of a term key, [n]."""
    value = value_of(key_to_literal(key))
    if value.value_class in (ValueClass.STRING, ValueClass.LANG_STRING):
        return _compare_texts(graph, nodes, comparison, key)
    if value.value_class is ValueClass.OTHER:
        same: NDArray[np.bool_] = nodes == graph.find_key(key)
        return same if comparison is Comparison.EQUAL else np.zeros(len(nodes), dtype=bool)
    return _compare_numbers(graph, nodes, comparison, value)


def _compare_texts(graph: KnowledgeGraph, nodes: NodeIds, comparison: Comparison, key: str) -> NDArray[np.bool_]:
    if comparison is Comparison.EQUAL:
        same: NDArray[np.bool_] = nodes == graph.find_key(key)
        return same
    wanted, holds = key_to_literal(key), OPERATORS[comparison]
    texts, at = np.unique(nodes, return_inverse=True)
    found = np.zeros(len(texts), dtype=bool)
    for i in np.flatnonzero(graph.is_literal(texts)):
        literal = graph.literal(int(texts[i]))
        alike = literal.datatype == wanted.datatype and literal.language == wanted.language
        found[i] = alike and holds(literal.lexical, wanted.lexical)
    return found[at]


def _compare_numbers(graph: KnowledgeGraph, nodes: NodeIds, comparison: Comparison, value: Value) -> NDArray[np.bool_]:
    values = values_of(graph)
    numbers = values.numbers(nodes)
    slack: NDArray[np.float64] | float = 0.0
    if value.value_class in TIMES:
        slack = np.where((values.zones(nodes) == Zone.NONE) == (value.zone is Zone.NONE), 0.0, ZONE_SLACK)
    less, more = numbers < value.number - slack, numbers > value.number + slack
    equal = (numbers == value.number) & (np.asarray(slack) == 0.0)
    holds: Mapping[Comparison, NDArray[np.bool_]] = {
        Comparison.EQUAL: equal,
        Comparison.NOT_EQUAL: less | more,
        Comparison.LESS: less,
        Comparison.LESS_EQUAL: less | equal,
        Comparison.GREATER: more,
        Comparison.GREATER_EQUAL: more | equal,
    }
    found: NDArray[np.bool_] = holds[comparison] & (values.classes(nodes) == value.value_class)
    return found


def measure_of(graph: KnowledgeGraph, step: Step) -> Measure:
    """What a step measures in."""
    return values_of(graph).measure(graph, step.relation)


def aggregate_measure(graph: KnowledgeGraph, step: Step, aggregation: Aggregation) -> Measure:
    """What an aggregation ranges over: numbers for sum and average, else the measure of the step."""
    return measure_of(graph, step) if aggregation in EXTREMES else NUMBERS


def tidy(number: float) -> float:
    """A number without the noise of binary fractions; whole ones as int."""
    if not math.isfinite(number) or not number.is_integer():
        return float(f"{number:.15g}")
    return int(number)


def measured_edges(
    graph: KnowledgeGraph, nodes: NodeIds, step: Step, measure: Measure
) -> tuple[NodeIds, NodeIds, NDArray[np.float64]]:
    """The values of a measure along a step: (node, literal node, number), each [edges], by node."""
    owners, literals = graph.edges(nodes, step.relation, inverse=step.inverse)
    kept = values_of(graph).measured(literals, measure)
    owners, literals = owners[kept], literals[kept]
    return owners, literals, values_of(graph).numbers(literals)


def best_values(graph: KnowledgeGraph, nodes: NodeIds, step: Step, order: Order) -> tuple[NodeIds, NDArray[np.float64]]:
    """The best value of each node that has any: (node, number), each [n], by node."""
    owners, _, numbers = measured_edges(graph, nodes, step, measure_of(graph, step))
    if not len(owners):
        return owners, numbers
    first = np.flatnonzero(np.r_[True, owners[1:] != owners[:-1]])
    fold = np.maximum if order is Order.LARGEST else np.minimum
    return owners[first], fold.reduceat(numbers, first)


def among_best(numbers: NDArray[Any], order: Order, k: int) -> NDArray[np.bool_]:
    """Which numbers stand among the k largest (smallest), ties with the k-th kept, [n]."""
    if k >= len(numbers):
        return np.ones(len(numbers), dtype=bool)
    signed = numbers if order is Order.LARGEST else -numbers
    kept: NDArray[np.bool_] = signed >= np.partition(signed, len(signed) - k)[len(signed) - k]
    return kept
