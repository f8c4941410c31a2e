"""The facts that prove a result: for each answer the chain of triples from the anchors to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import singledispatch
from itertools import islice, product

import numpy as np

from kgqa.graph import KnowledgeGraph
from kgqa.program import algebra as a
from kgqa.program.check import check
from kgqa.program.compare import (
    EXTREMES,
    IDENTITIES,
    aggregate_measure,
    best_values,
    compares,
    measure_of,
    measured_edges,
)
from kgqa.program.execute import Row, Run, relations_between, table
from kgqa.types import NodeIds

Fact = tuple[int, int, int]
"""A triple as (subject node, relation, object node)."""

SAMPLE = 5
"""Facts shown for one node's count of neighbours, and for one side of a comparison of numbers."""

_LOOKED_AT = 100
"""Nodes looked at for a number that a whole set makes up."""


def evidence(
    program: a.Program, graph: KnowledgeGraph, nodes: NodeIds, *, limit: int = 50, frontier: int | None = None
) -> tuple[Fact, ...]:
    """The facts that prove that a program gives these nodes, distinct, anchors first, answer by answer.

    nodes : the nodes to prove, of a program that yields NODES, the first `limit` of them; others prove their whole
    result, and a number that many facts make up is proved by a sample. limit : most facts. frontier : the limit
    that `execute` was given.
    A node that the program doesn't give adds nothing. What is absent (of a difference, an empty set) has no facts.
    Raises ProgramError for a program that `check` refuses.
    """
    check(program, graph)
    facts = _PROOFS[program.yields](program, Run(graph, frontier), nodes[:limit])
    return tuple(islice(dict.fromkeys(_budgeted(facts, limit)), limit))


def _budgeted(facts: Iterable[Fact], limit: int) -> Iterator[Fact]:
    """Facts until `limit` distinct ones were seen; ends the search as well."""
    seen: set[Fact] = set()
    for fact in facts:
        if len(seen) >= limit:
            return
        seen.add(fact)
        yield fact


def _prove_nodes(program: a.Program, run: Run, nodes: NodeIds) -> Iterator[Fact]:
    given = run.nodes(program)
    for node in np.asarray(nodes, dtype=np.int32).tolist():
        at = int(np.searchsorted(given, node))
        if at < len(given) and given[at] == node:
            yield from prove(program, run, node)


# -- facts --------------------------------------------------------------------------------------


def _fact(near: int, step: a.Step, far: int) -> Fact:
    return (far, step.relation, near) if step.inverse else (near, step.relation, far)


def _around(run: Run, node: int, step: a.Step) -> NodeIds:
    """The neighbours of one node along a step, sorted."""
    at = np.array([node], dtype=np.int32)
    return run.graph.edges(at, step.relation, inverse=step.inverse)[1]


def _edges(run: Run, node: int, step: a.Step, members: NodeIds | None = None) -> Iterator[Fact]:
    """A sample of the facts along a step, among `members` if given."""
    others = _around(run, node, step)
    if members is not None:
        others = others[np.isin(others, members)]
    return (_fact(node, step, other) for other in others[:SAMPLE].tolist())


def _class_facts(run: Run, node: int, node_class: int) -> Iterator[Fact]:
    """A stated class of a node and the subclass facts from there up to the given one."""
    graph = run.graph
    below = graph.subclasses(np.array([node_class], dtype=np.int32))
    for relation in graph.schema.types:
        stated = _around(run, node, a.Step(relation))
        stated = stated[np.isin(stated, below)]
        if len(stated):
            first = node_class if node_class in stated else int(stated[0])
            yield (node, relation, first)
            yield from _subclass_chain(run, first, node_class)
            return


def _subclass_chain(run: Run, start: int, goal: int) -> Iterator[Fact]:
    """The shortest chain of subclass facts; breadth first, so that cycles end."""
    came: dict[int, Fact] = {}
    frontier, seen = [start], {start}
    while goal not in seen and frontier:
        facts = [
            (node, relation, above)
            for node in frontier
            for relation in run.graph.schema.subclasses
            for above in _around(run, node, a.Step(relation)).tolist()
        ]
        fresh = {fact[2]: fact for fact in reversed(facts) if fact[2] not in seen}
        came.update(fresh)
        frontier = sorted(fresh)
        seen.update(fresh)
    chain: list[Fact] = []
    while goal != start:
        chain.append(came[goal])
        goal = came[goal][0]
    yield from reversed(chain)


def _same_chain(run: Run, node: int, goals: NodeIds) -> tuple[int, list[Fact]]:
    """The goal that a node is stated to be the same as in the fewest facts, and these from there on."""
    chains: dict[int, list[Fact]] = {node: []}
    frontier = [node]
    while not (met := [at for at in frontier if at in goals]):
        fresh: dict[int, list[Fact]] = {}
        for at, relation, inverse in product(frontier, run.graph.schema.same, (False, True)):
            for other in _around(run, at, a.Step(relation, inverse)).tolist():
                fact = (at, relation, other) if not inverse else (other, relation, at)
                fresh.setdefault(other, [fact, *chains[at]])
        frontier = [other for other in fresh if other not in chains]
        chains = fresh | chains
    return met[0], chains[met[0]]


def _best_fact(run: Run, node: int, step: a.Step, order: a.Order) -> Iterator[Fact]:
    """The fact with a node's largest (smallest) value."""
    at = np.array([node], dtype=np.int32)
    _, literals, numbers = measured_edges(run.graph, at, step, measure_of(run.graph, step))
    if len(literals):
        best = numbers.argmax() if order is a.Order.LARGEST else numbers.argmin()
        yield (node, step.relation, int(literals[best]))


# -- nodes --------------------------------------------------------------------------------------


@singledispatch
def prove(program: a.Program, run: Run, node: int) -> Iterator[Fact]:
    """The facts that prove one node of a program that yields NODES; the node must be one of its."""
    raise NotImplementedError(type(program).__name__)


@prove.register
def _entities(_: a.Entities, __: Run, ___: int) -> Iterator[Fact]:
    return iter(())


@prove.register
def _instances(program: a.Instances, run: Run, node: int) -> Iterator[Fact]:
    yield from _class_facts(run, node, program.node_class)


@prove.register
def _having(program: a.Having, run: Run, node: int) -> Iterator[Fact]:
    yield from islice(_edges(run, node, program.step), 1)


@prove.register
def _follow(program: a.Follow, run: Run, node: int) -> Iterator[Fact]:
    step = program.step
    before = _around(run, node, a.Step(step.relation, not step.inverse))
    start = int(before[np.isin(before, run.nodes(program.source))][0])
    yield from prove(program.source, run, start)
    yield _fact(start, step, node)


@prove.register
def _same(program: a.Same, run: Run, node: int) -> Iterator[Fact]:
    start, chain = _same_chain(run, node, run.nodes(program.source))
    yield from prove(program.source, run, start)
    yield from chain


@prove.register
def _intersect(program: a.Intersect, run: Run, node: int) -> Iterator[Fact]:
    yield from prove(program.left, run, node)
    yield from prove(program.right, run, node)


@prove.register
def _union(program: a.Union, run: Run, node: int) -> Iterator[Fact]:
    side = program.left if node in run.nodes(program.left) else program.right
    yield from prove(side, run, node)


@prove.register
def _difference(program: a.Difference, run: Run, node: int) -> Iterator[Fact]:
    yield from prove(program.left, run, node)


@prove.register
def _of_type(program: a.OfType, run: Run, node: int) -> Iterator[Fact]:
    yield from prove(program.source, run, node)
    yield from _class_facts(run, node, program.node_class)


@prove.register
def _where(program: a.Where, run: Run, node: int) -> Iterator[Fact]:
    yield from prove(program.source, run, node)
    values = _around(run, node, program.step)
    fits = values[compares(run.graph, values, program.comparison, program.value)]
    yield _fact(node, program.step, int(fits[0]))


@prove.register
def _where_beside(program: a.WhereBeside, run: Run, node: int) -> Iterator[Fact]:
    yield from prove(program.source, run, node)
    below = program.comparison in (a.Comparison.LESS, a.Comparison.LESS_EQUAL)
    yield from _best_fact(run, node, program.step, a.Order.SMALLEST if below else a.Order.LARGEST)
    yield from _largest(program.other, program.step, run)


@prove.register
def _where_own(program: a.WhereOwn, run: Run, node: int) -> Iterator[Fact]:
    yield from prove(program.source, run, node)
    if program.comparison in IDENTITIES:
        one, two = (_around(run, node, step).tolist() for step in (program.step, program.other))
        same = program.comparison is a.Comparison.EQUAL
        first, second = next((v, w) for v in one for w in two if (v == w) is same)
        yield (node, program.step.relation, first)
        yield (node, program.other.relation, second)
        return
    below = program.comparison in (a.Comparison.LESS, a.Comparison.LESS_EQUAL)
    orders = (a.Order.SMALLEST, a.Order.LARGEST) if below else (a.Order.LARGEST, a.Order.SMALLEST)
    for step, order in zip((program.step, program.other), orders, strict=True):
        yield from _best_fact(run, node, step, order)


@prove.register(a.WhereCount)
@prove.register(a.TopByCount)
def _counted(program: a.WhereCount | a.TopByCount, run: Run, node: int) -> Iterator[Fact]:
    yield from prove(program.source, run, node)
    yield from _edges(run, node, program.step)


@prove.register(a.Top)
@prove.register(a.Nth)
def _ranked(program: a.Top | a.Nth, run: Run, node: int) -> Iterator[Fact]:
    yield from prove(program.source, run, node)
    yield from _best_fact(run, node, program.step, program.order)


@prove.register
def _groups(program: a.Groups, run: Run, node: int) -> Iterator[Fact]:
    for row in table(program.table, run):
        if row.group == node:
            yield from prove_row(program.table, run, row)


# -- numbers ------------------------------------------------------------------------------------


@singledispatch
def prove_number(program: a.Program, run: Run) -> Iterator[Fact]:
    """The facts behind a program that yields NUMBER, or a sample of them."""
    raise NotImplementedError(type(program).__name__)


@prove_number.register
def _count(program: a.Count, run: Run) -> Iterator[Fact]:
    for node in run.nodes(program.source)[:_LOOKED_AT].tolist():
        yield from prove(program.source, run, node)


@prove_number.register
def _aggregate(program: a.Aggregate, run: Run) -> Iterator[Fact]:
    for node, literal in _aggregated(run, run.nodes(program.source), program.step, program.aggregation)[:_LOOKED_AT]:
        yield from prove(program.source, run, node)
        yield (node, program.step.relation, literal)


def _aggregated(run: Run, nodes: NodeIds, step: a.Step, aggregation: a.Aggregation) -> list[tuple[int, int]]:
    """The (node, literal) pairs that make up an aggregate; only those with the extreme of a minimum or maximum."""
    measure = aggregate_measure(run.graph, step, aggregation)
    owners, literals, numbers = measured_edges(run.graph, nodes, step, measure)
    if aggregation in EXTREMES and len(numbers):
        best = numbers == (numbers.max() if aggregation is a.Aggregation.MAXIMUM else numbers.min())
        owners, literals = owners[best], literals[best]
    return list(zip(owners.tolist(), literals.tolist(), strict=True))


@prove_number.register
def _gap(program: a.Gap, run: Run) -> Iterator[Fact]:
    for side in (program.left, program.right):
        yield from _largest(side, program.step, run)


@prove_number.register
def _gap_own(program: a.GapOwn, run: Run) -> Iterator[Fact]:
    for step in (program.step, program.other):
        yield from _largest(program.source, step, run)


# -- truth --------------------------------------------------------------------------------------


@singledispatch
def prove_truth(program: a.Program, run: Run) -> Iterator[Fact]:
    """The facts behind a program that yields BOOLEAN; what is absent has none."""
    raise NotImplementedError(type(program).__name__)


@prove_truth.register
def _exists(program: a.Exists, run: Run) -> Iterator[Fact]:
    for node in run.nodes(program.source)[:1].tolist():
        yield from prove(program.source, run, node)


@prove_truth.register
def _contains(program: a.Contains, run: Run) -> Iterator[Fact]:
    left, right = run.nodes(program.left), run.nodes(program.right)
    for node in right[np.isin(right, left)][:_LOOKED_AT].tolist():
        yield from prove(program.right, run, node)
        yield from prove(program.left, run, node)


@prove_truth.register
def _compare(program: a.Compare, run: Run) -> Iterator[Fact]:
    for side in (program.left, program.right):
        yield from _largest(side, program.step, run)


def _largest(program: a.Program, step: a.Step, run: Run) -> Iterator[Fact]:
    """The facts behind the largest value that a set has along a step."""
    nodes, numbers = best_values(run.graph, run.nodes(program), step, a.Order.LARGEST)
    if len(nodes):
        node = int(nodes[numbers.argmax()])
        yield from prove(program, run, node)
        yield from _best_fact(run, node, step, a.Order.LARGEST)


@prove_truth.register
def _compare_numbers(program: a.CompareNumbers, run: Run) -> Iterator[Fact]:
    for side in (program.left, program.right):
        yield from islice(prove_number(side, run), SAMPLE)


# -- relations and tables -----------------------------------------------------------------------


def _prove_relations(program: a.Program, run: Run) -> Iterator[Fact]:
    assert isinstance(program, a.RelationBetween)
    left, right = run.nodes(program.left), run.nodes(program.right)
    for relation in relations_between(program, run).tolist():
        subjects, objects = run.graph.edges(left, relation)
        at = int(np.flatnonzero(np.isin(objects, right))[0])
        subject, obj = int(subjects[at]), int(objects[at])
        yield from prove(program.left, run, subject)
        yield from prove(program.right, run, obj)
        yield (subject, relation, obj)


@singledispatch
def prove_row(program: a.Program, run: Run, row: Row) -> Iterator[Fact]:
    """The facts behind one row of a program that yields TABLE, or a sample of them."""
    raise NotImplementedError(type(program).__name__)


@prove_row.register
def _group_count(program: a.GroupCount, run: Run, row: Row) -> Iterator[Fact]:
    yield from prove(program.groups, run, row.group)
    yield from _edges(run, row.group, program.step, run.nodes(program.members))


@prove_row.register
def _group_aggregate(program: a.GroupAggregate, run: Run, row: Row) -> Iterator[Fact]:
    yield from prove(program.groups, run, row.group)
    others = _around(run, row.group, program.step)
    members = others[np.isin(others, run.nodes(program.members))]
    for member, literal in _aggregated(run, members, program.attribute, program.aggregation)[:SAMPLE]:
        yield _fact(row.group, program.step, member)
        yield (member, program.attribute.relation, literal)


@prove_row.register
def _group_best(program: a.GroupBest, run: Run, row: Row) -> Iterator[Fact]:
    assert row.node is not None
    yield from prove(program.groups, run, row.group)
    yield _fact(row.group, program.step, row.node)
    yield from prove(program.members, run, row.node)
    yield from _best_fact(run, row.node, program.attribute, program.order)


@prove_row.register(a.TopRows)
@prove_row.register(a.WhereRows)
def _same_row(program: a.TopRows | a.WhereRows, run: Run, row: Row) -> Iterator[Fact]:
    yield from prove_row(program.table, run, row)


def _prove_table(program: a.Program, run: Run) -> Iterator[Fact]:
    for row in table(program, run):
        yield from prove_row(program, run, row)


_PROOFS: Mapping[a.Yields, Callable[[a.Program, Run, NodeIds], Iterator[Fact]]] = {
    a.Yields.NODES: _prove_nodes,
    a.Yields.NUMBER: lambda program, run, _: prove_number(program, run),
    a.Yields.BOOLEAN: lambda program, run, _: prove_truth(program, run),
    a.Yields.RELATIONS: lambda program, run, _: _prove_relations(program, run),
    a.Yields.TABLE: lambda program, run, _: _prove_table(program, run),
}
