"""Running a program on the arrays of a graph."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import singledispatch

import numpy as np
from numpy.typing import NDArray

from kgqa.graph import KnowledgeGraph
from kgqa.graph.adjacency import distinct
from kgqa.graph.graph import EMPTY
from kgqa.graph.values import Measure, ValueClass
from kgqa.program import algebra as a
from kgqa.program.check import check
from kgqa.program.compare import (
    EXTREMES,
    IDENTITIES,
    NUMBERS,
    OPERATORS,
    aggregate_measure,
    among_best,
    best_values,
    compares,
    measure_of,
    measured_edges,
    tidy,
)
from kgqa.types import NodeIds


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table.

    group : node. number : the row's number, if it has one. node : the row's literal or member, if it has one.
    """

    group: int
    number: float | None = None
    node: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """What a program gave; which fields hold depends on `yields`.

    nodes : int32 [n], sorted, for NODES. number : for NUMBER; an int where all values are whole; None for no value,
    and for a minimum or maximum that is a time. literal : node of a minimum or maximum. boolean : for BOOLEAN.
    relations : int32 [n], sorted, for RELATIONS. rows : for TABLE, by (group, node).
    truncated : whether some set was cut at `limit`, so that the result may be incomplete.
    """

    yields: a.Yields
    nodes: NodeIds = field(default_factory=lambda: EMPTY)
    number: float | None = None
    literal: int | None = None
    boolean: bool | None = None
    relations: NDArray[np.int32] = field(default_factory=lambda: EMPTY)
    rows: tuple[Row, ...] = ()
    truncated: bool = False


@dataclass(slots=True)
class Run:
    """One execution: the graph, the most nodes that a set may hold, and whether one was cut."""

    graph: KnowledgeGraph
    limit: int | None = None
    truncated: bool = False
    _sets: dict[a.Program, NodeIds] = field(default_factory=dict)

    def nodes(self, program: a.Program) -> NodeIds:
        """The node set of a program, cut at the limit; worked out once."""
        # One look-up: a program's hash is worked out anew each time, from all of its parts.
        found = self._sets.get(program)
        if found is None:
            found = self._sets[program] = self._cut(node_set(program, self))
        return found

    def _cut(self, nodes: NodeIds) -> NodeIds:
        if self.limit is None or len(nodes) <= self.limit:
            return nodes
        self.truncated = True
        return nodes[: self.limit]


def execute(program: a.Program, graph: KnowledgeGraph, *, limit: int | None = None) -> Result:
    """Run a program on a graph.

    limit : most nodes that any set on the way may hold; the lowest numbers are kept of a larger one.
    Raises ProgramError for a program that `check` refuses.
    """
    check(program, graph)
    run = Run(graph, limit)
    result = _RESULTS[program.yields](program, run)
    return replace(result, truncated=run.truncated)


# -- sets of nodes ------------------------------------------------------------------------------


@singledispatch
def node_set(program: a.Program, run: Run) -> NodeIds:
    """The nodes of a program that yields NODES: sorted, distinct."""
    raise NotImplementedError(type(program).__name__)


@node_set.register
def _entities(program: a.Entities, _: Run) -> NodeIds:
    return np.unique(np.asarray(program.nodes, dtype=np.int32))


@node_set.register
def _instances(program: a.Instances, run: Run) -> NodeIds:
    return members(run.graph, program.node_class)


def members(graph: KnowledgeGraph, node_class: int) -> NodeIds:
    """The nodes of a class and of its subclasses."""
    below = graph.subclasses(np.array([node_class], dtype=np.int32))
    stated = [graph.edges(below, relation, inverse=True)[1] for relation in graph.schema.types]
    return distinct(np.concatenate([EMPTY, *stated]))


@node_set.register
def _having(program: a.Having, run: Run) -> NodeIds:
    return distinct(run.graph.relation_pairs(program.step.relation)[1 if program.step.inverse else 0])


@node_set.register
def _follow(program: a.Follow, run: Run) -> NodeIds:
    step = program.step
    return distinct(run.graph.edges(run.nodes(program.source), step.relation, inverse=step.inverse)[1])


@node_set.register
def _same(program: a.Same, run: Run) -> NodeIds:
    return run.graph.same_as(run.nodes(program.source))


@node_set.register
def _intersect(program: a.Intersect, run: Run) -> NodeIds:
    return np.intersect1d(run.nodes(program.left), run.nodes(program.right), assume_unique=True)


@node_set.register
def _union(program: a.Union, run: Run) -> NodeIds:
    return distinct(np.concatenate((run.nodes(program.left), run.nodes(program.right))))


@node_set.register
def _difference(program: a.Difference, run: Run) -> NodeIds:
    return np.setdiff1d(run.nodes(program.left), run.nodes(program.right), assume_unique=True)


@node_set.register
def _of_type(program: a.OfType, run: Run) -> NodeIds:
    typed = members(run.graph, program.node_class)
    return np.intersect1d(run.nodes(program.source), typed, assume_unique=True)


@node_set.register
def _where(program: a.Where, run: Run) -> NodeIds:
    step = program.step
    owners, values = run.graph.edges(run.nodes(program.source), step.relation, inverse=step.inverse)
    return distinct(owners[compares(run.graph, values, program.comparison, program.value)])


_FAVOURABLE = {
    **dict.fromkeys((a.Comparison.GREATER, a.Comparison.GREATER_EQUAL), (a.Order.LARGEST, a.Order.SMALLEST)),
    **dict.fromkeys((a.Comparison.LESS, a.Comparison.LESS_EQUAL), (a.Order.SMALLEST, a.Order.LARGEST)),
}
"""Which of several values on either side a comparison holds for, if for any."""


@node_set.register
def _where_beside(program: a.WhereBeside, run: Run) -> NodeIds:
    bound = best_values(run.graph, run.nodes(program.other), program.step, a.Order.LARGEST)[1]
    if not len(bound):
        return EMPTY
    measure = measure_of(run.graph, program.step)
    owners, _, numbers = measured_edges(run.graph, run.nodes(program.source), program.step, measure)
    holds: NDArray[np.bool_] = OPERATORS[program.comparison](numbers, bound.max())
    return distinct(owners[holds])


@node_set.register
def _where_own(program: a.WhereOwn, run: Run) -> NodeIds:
    nodes = run.nodes(program.source)
    if program.comparison in IDENTITIES:
        return _of_terms(program, run.graph, nodes)
    # Some two values compare so if the most favourable two do.
    order, against = _FAVOURABLE[program.comparison]
    owners, numbers = best_values(run.graph, nodes, program.step, order)
    others, bounds = best_values(run.graph, nodes, program.other, against)
    found, at, beside = np.intersect1d(owners, others, assume_unique=True, return_indices=True)
    holds: NDArray[np.bool_] = OPERATORS[program.comparison](numbers[at], bounds[beside])
    return found[holds].astype(np.int32)


def _of_terms(program: a.WhereOwn, graph: KnowledgeGraph, nodes: NodeIds) -> NodeIds:
    """Nodes with a term along one step that is one along the other, or that is none of some along the other."""
    sides = [np.unique(np.stack(graph.edges(nodes, s.relation)), axis=1) for s in (program.step, program.other)]
    if program.comparison is a.Comparison.EQUAL:
        owners, terms = np.concatenate(sides, axis=1)
        pairs, times = np.unique(np.stack((owners, terms)), axis=1, return_counts=True)
        return distinct(pairs[0][times > 1])
    both = np.intersect1d(sides[0][0], sides[1][0])
    owners = np.unique(np.concatenate(sides, axis=1), axis=1)[0]
    owners, times = np.unique(owners, return_counts=True)
    return both[np.isin(both, owners[times > 1])]


@node_set.register
def _where_count(program: a.WhereCount, run: Run) -> NodeIds:
    nodes = run.nodes(program.source)
    kept: NDArray[np.bool_] = OPERATORS[program.comparison](neighbour_counts(run, nodes, program.step), program.number)
    return nodes[kept]


@node_set.register
def _top(program: a.Top, run: Run) -> NodeIds:
    nodes, numbers = best_values(run.graph, run.nodes(program.source), program.step, program.order)
    return nodes[among_best(numbers, program.order, program.k)]


@node_set.register
def _nth(program: a.Nth, run: Run) -> NodeIds:
    nodes, numbers = best_values(run.graph, run.nodes(program.source), program.step, program.order)
    places = np.unique(numbers)
    if program.n > len(places):
        return EMPTY
    wanted = places[-program.n if program.order is a.Order.LARGEST else program.n - 1]
    found: NodeIds = nodes[numbers == wanted]
    return found


@node_set.register
def _top_by_count(program: a.TopByCount, run: Run) -> NodeIds:
    nodes = run.nodes(program.source)
    return nodes[among_best(neighbour_counts(run, nodes, program.step), program.order, program.k)]


@node_set.register
def _groups(program: a.Groups, run: Run) -> NodeIds:
    return np.unique(np.array([row.group for row in table(program.table, run)], dtype=np.int32))


def neighbour_counts(run: Run, nodes: NodeIds, step: a.Step, members: NodeIds | None = None) -> NDArray[np.int64]:
    """How many distinct neighbours each node has along a step, among `members` if given, [n]."""
    owners, others = run.graph.edges(nodes, step.relation, inverse=step.inverse)
    if members is not None:
        owners = owners[np.isin(others, members)]
    return np.bincount(np.searchsorted(nodes, owners), minlength=len(nodes)).astype(np.int64)


# -- numbers ------------------------------------------------------------------------------------


def total(numbers: NDArray[np.float64], aggregation: a.Aggregation) -> float | None:
    """The sum or average of numbers; a whole result is an int; None for that of nothing, or of INF and -INF."""
    if not len(numbers):
        return None
    # fsum is exact, and raises where a partial sum is too large or infinities meet.
    with np.errstate(invalid="ignore", over="ignore"):
        exact = math.fsum(numbers) if np.isfinite(np.abs(numbers).sum()) else float(numbers.sum())
    return _tidy_or_none(exact / len(numbers) if aggregation is a.Aggregation.AVERAGE else exact)


def _tidy_or_none(number: float) -> float | None:
    """A number in fifteen digits, what a float64 holds of a decimal: 0.1 + 0.2 is 0.3 again. None for NaN."""
    return None if math.isnan(number) else tidy(number)


def extreme(
    literals: NodeIds, numbers: NDArray[np.float64], aggregation: a.Aggregation, measure: Measure
) -> tuple[float | None, int | None]:
    """The least or greatest value as (number, literal node); the lowest node of equal ones; (None, None) of none."""
    if not len(literals):
        return None, None
    best = numbers.max() if aggregation is a.Aggregation.MAXIMUM else numbers.min()
    literal = int(literals[numbers == best].min())
    return (tidy(float(best)) if measure == NUMBERS else None), literal


def aggregated(
    graph: KnowledgeGraph, nodes: NodeIds, step: a.Step, aggregation: a.Aggregation
) -> tuple[float | None, int | None]:
    """An attribute of a node set made one, as (number, literal node)."""
    measure = aggregate_measure(graph, step, aggregation)
    _, literals, numbers = measured_edges(graph, nodes, step, measure)
    if aggregation in EXTREMES:
        return extreme(literals, numbers, aggregation, measure)
    return total(numbers, aggregation), None


@singledispatch
def number(program: a.Program, run: Run) -> tuple[float | None, int | None]:
    """The value of a program that yields NUMBER, as (number, literal node)."""
    raise NotImplementedError(type(program).__name__)


@number.register
def _count(program: a.Count, run: Run) -> tuple[float | None, int | None]:
    return len(run.nodes(program.source)), None


@number.register
def _aggregate(program: a.Aggregate, run: Run) -> tuple[float | None, int | None]:
    return aggregated(run.graph, run.nodes(program.source), program.step, program.aggregation)


@number.register
def _gap(program: a.Gap, run: Run) -> tuple[float | None, int | None]:
    return _less(*(_largest(run.graph, run.nodes(side), program.step) for side in (program.left, program.right))), None


@number.register
def _gap_own(program: a.GapOwn, run: Run) -> tuple[float | None, int | None]:
    nodes = run.nodes(program.source)
    return _less(*(_largest(run.graph, nodes, step) for step in (program.step, program.other))), None


def _less(left: float | None, right: float | None) -> float | None:
    return None if left is None or right is None else _tidy_or_none(left - right)


def _largest(graph: KnowledgeGraph, nodes: NodeIds, step: a.Step) -> float | None:
    """The largest number, or year, that a set has along a step."""
    measure = measure_of(graph, step)
    _, literals, numbers = measured_edges(graph, nodes, step, measure)
    if not len(numbers):
        return None
    if measure.value_class is ValueClass.NUMBER:
        return float(numbers.max())
    year = graph.literal(int(literals[numbers.argmax()])).lexical
    return float(year) if year.removeprefix("-").isdecimal() else None


# -- truth --------------------------------------------------------------------------------------


@singledispatch
def truth(program: a.Program, run: Run) -> bool:
    """The value of a program that yields BOOLEAN."""
    raise NotImplementedError(type(program).__name__)


@truth.register
def _exists(program: a.Exists, run: Run) -> bool:
    return len(run.nodes(program.source)) > 0


@truth.register
def _contains(program: a.Contains, run: Run) -> bool:
    right = run.nodes(program.right)
    return len(right) > 0 and bool(np.isin(right, run.nodes(program.left)).all())


@truth.register
def _compare(program: a.Compare, run: Run) -> bool:
    sides = [
        best_values(run.graph, run.nodes(side), program.step, a.Order.LARGEST)[1]
        for side in (program.left, program.right)
    ]
    if not all(len(side) for side in sides):
        return False
    return bool(OPERATORS[program.comparison](sides[0].max(), sides[1].max()))


@truth.register
def _compare_numbers(program: a.CompareNumbers, run: Run) -> bool:
    left, right = number(program.left, run)[0], number(program.right, run)[0]
    return left is not None and right is not None and bool(OPERATORS[program.comparison](left, right))


# -- relations and tables -----------------------------------------------------------------------


def relations_between(program: a.Program, run: Run) -> NDArray[np.int32]:
    """The relations of a RelationBetween, sorted."""
    if not isinstance(program, a.RelationBetween):
        raise NotImplementedError(type(program).__name__)
    left, right = run.nodes(program.left), run.nodes(program.right)
    # Walking from the side with fewer facts keeps a hub from being listed.
    arrays = run.graph.arrays
    inverse = int(arrays.into.degrees(right).sum()) < int(arrays.out.degrees(left).sum())
    start, goal = (right, left) if inverse else (left, right)
    near = run.graph.relations_of(start, inverse=inverse)[0]
    found = [r for r in near.tolist() if np.isin(run.graph.edges(start, r, inverse=inverse)[1], goal).any()]
    return np.array(found, dtype=np.int32)


@singledispatch
def table(program: a.Program, run: Run) -> tuple[Row, ...]:
    """The rows of a program that yields TABLE."""
    raise NotImplementedError(type(program).__name__)


@table.register
def _group_count(program: a.GroupCount, run: Run) -> tuple[Row, ...]:
    groups = run.nodes(program.groups)
    counts = neighbour_counts(run, groups, program.step, run.nodes(program.members))
    return tuple(Row(g, n) for g, n in zip(groups.tolist(), counts.tolist(), strict=True))


def _membership(program: a.GroupAggregate | a.GroupBest, run: Run) -> list[tuple[int, NodeIds]]:
    """The members of each group that has any, by group."""
    step = program.step
    owners, others = run.graph.edges(run.nodes(program.groups), step.relation, inverse=step.inverse)
    kept = np.isin(others, run.nodes(program.members))
    owners, others = owners[kept], others[kept]
    groups, first = np.unique(owners, return_index=True)
    return list(zip(groups.tolist(), np.split(others, first[1:]), strict=True)) if len(groups) else []


@table.register
def _group_aggregate(program: a.GroupAggregate, run: Run) -> tuple[Row, ...]:
    rows = (
        Row(group, *aggregated(run.graph, members, program.attribute, program.aggregation))
        for group, members in _membership(program, run)
    )
    return tuple(row for row in rows if row.number is not None or row.node is not None)


@table.register
def _group_best(program: a.GroupBest, run: Run) -> tuple[Row, ...]:
    rows = []
    for group, members in _membership(program, run):
        nodes, numbers = best_values(run.graph, members, program.attribute, program.order)
        rows += [Row(group, node=n) for n in nodes[among_best(numbers, program.order, 1)].tolist()]
    return tuple(rows)


def _row_numbers(rows: tuple[Row, ...]) -> NDArray[np.float64]:
    return np.array([row.number for row in rows], dtype=np.float64)


@table.register
def _top_rows(program: a.TopRows, run: Run) -> tuple[Row, ...]:
    rows = table(program.table, run)
    kept = among_best(_row_numbers(rows), program.order, program.k)
    return tuple(row for row, keep in zip(rows, kept.tolist(), strict=True) if keep)


@table.register
def _where_rows(program: a.WhereRows, run: Run) -> tuple[Row, ...]:
    holds = OPERATORS[program.comparison]
    return tuple(row for row in table(program.table, run) if holds(row.number, program.number))


_RESULTS: Mapping[a.Yields, Callable[[a.Program, Run], Result]] = {
    a.Yields.NODES: lambda program, run: Result(a.Yields.NODES, nodes=run.nodes(program)),
    a.Yields.NUMBER: lambda program, run: _number_result(number(program, run)),
    a.Yields.BOOLEAN: lambda program, run: Result(a.Yields.BOOLEAN, boolean=truth(program, run)),
    a.Yields.RELATIONS: lambda program, run: Result(a.Yields.RELATIONS, relations=relations_between(program, run)),
    a.Yields.TABLE: lambda program, run: Result(a.Yields.TABLE, rows=table(program, run)),
}


def _number_result(value: tuple[float | None, int | None]) -> Result:
    return Result(a.Yields.NUMBER, number=value[0], literal=value[1])
