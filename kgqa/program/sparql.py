"""A program as SPARQL 1.1: the same question for any engine that holds the same graph.

Blank nodes stand as skolem IRIs and plain names as `urn:kgqa:name:` IRIs (see `kgqa.graph.terms`). Each
expression becomes lines that bind one variable; lines of several expressions can stand in one group, since all
other variables are fresh, filters look at their own and nothing is optional outside a sub-select.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import singledispatch

import numpy as np

from kgqa.graph import KnowledgeGraph
from kgqa.graph.terms import XSD, key_to_literal, local_name
from kgqa.graph.values import Measure, ValueClass, value_of
from kgqa.program import algebra as a
from kgqa.program.check import check
from kgqa.program.compare import IDENTITIES, aggregate_measure, measure_of, tidy
from kgqa.program.sparql_terms import Lines, Words, block
from kgqa.program.sparql_values import INFINITE, filtered, measured, no_nan
from kgqa.types import NodeKind

_BY_TERM = (ValueClass.STRING, ValueClass.LANG_STRING, ValueClass.OTHER)
_FOLDS: Mapping[a.Aggregation, str] = {
    a.Aggregation.SUM: "SUM",
    a.Aggregation.AVERAGE: "AVG",
    a.Aggregation.MINIMUM: "MIN",
    a.Aggregation.MAXIMUM: "MAX",
}


def to_sparql(program: a.Program, graph: KnowledgeGraph) -> str:
    """Render a program as a SELECT or ASK query.

    NODES gives rows of `?answer`; NUMBER one row, or none for no value; RELATIONS rows of `?relation`; TABLE rows of
    `?group` and `?value`; BOOLEAN an ASK. Raises ProgramError for a program that `check` refuses.
    """
    check(program, graph)
    words = Words(graph)
    lines = _QUERIES[program.yields](program, words)
    return "\n".join([*words.header(), *lines])


def _select_nodes(program: a.Program, words: Words) -> Lines:
    answer = words.variable("answer")
    return block(f"SELECT DISTINCT {answer}", bind(program, words, answer))


def _select_relations(program: a.Program, words: Words) -> Lines:
    assert isinstance(program, a.RelationBetween)
    relation = words.variable("relation")
    left, right = _fresh(program.left, words), _fresh(program.right, words)
    edge = f"{left} {relation} {right} ."
    lines = [*bind(program.left, words, left), edge, *bind(program.right, words, right)]
    return block(f"SELECT DISTINCT {relation}", lines)


def _select_rows(program: a.Program, words: Words) -> Lines:
    group, value = words.variable("group"), words.variable("value")
    return block(f"SELECT DISTINCT {group} {value}", bind_rows(program, words, group, value))


# -- pieces -------------------------------------------------------------------------------------


def _fresh(program: a.Program, words: Words) -> str:
    """A variable for the nodes of a program, named after what they are."""
    graph = words.graph
    if isinstance(program, a.Instances | a.OfType):
        return words.variable(local_name(graph.id(program.node_class)))
    if isinstance(program, a.Follow) and not program.step.inverse:
        return words.value_variable(program.step)
    inner = program.parts()
    return _fresh(inner[0], words) if inner and not isinstance(program, a.Follow) else words.variable("x")


def _values_of(program: a.Program, words: Words, step: a.Step, measure: Measure) -> tuple[str, str, Lines]:
    """Lines that bind the nodes of a program and their values: (node variable, value variable, lines)."""
    node = _fresh(program, words)
    value = words.value_variable(step)
    return node, value, [*bind(program, words, node), *measured(words, node, step, value, measure)]


def _of_class(words: Words, variable: str, node_class: int) -> str:
    """The pattern of a class's instances: any type relation, then any chain of subclasses."""
    schema = words.graph.schema
    if not schema.types:
        return f"VALUES {variable} {{ }}"
    types, subclasses = (_alternatives(words, relations) for relations in (schema.types, schema.subclasses))
    path = f"{types}/{subclasses}*" if subclasses else types
    return f"{variable} {path} {words.node(node_class)} ."


def _alternatives(words: Words, relations: tuple[int, ...]) -> str:
    names = [words.relation(relation) for relation in relations]
    return names[0] if len(names) == 1 else f"({'|'.join(names)})" if names else ""


_ENDS: Mapping[a.Order, tuple[str, str, str]] = {
    a.Order.LARGEST: ("MAX", "DESC", ">="),
    a.Order.SMALLEST: ("MIN", "ASC", "<="),
}
"""How an order reads: the fold of the best, the sorting, the comparison that keeps ties."""


# -- sets of nodes ------------------------------------------------------------------------------


@singledispatch
def bind(program: a.Program, words: Words, variable: str) -> Lines:
    """Lines that bind a variable to each node of a program that yields NODES, perhaps repeatedly."""
    raise NotImplementedError(type(program).__name__)


@bind.register
def _entities(program: a.Entities, words: Words, variable: str) -> Lines:
    return [f"VALUES {variable} {{ {' '.join(words.node(node) for node in program.nodes)} }}"]


@bind.register
def _instances(program: a.Instances, words: Words, variable: str) -> Lines:
    return [_of_class(words, variable, program.node_class)]


@bind.register
def _having(program: a.Having, words: Words, variable: str) -> Lines:
    return [words.edge(variable, program.step, words.value_variable(program.step))]


@bind.register
def _follow(program: a.Follow, words: Words, variable: str) -> Lines:
    source, step = program.source, program.step
    if isinstance(source, a.Entities) and len(source.nodes) == 1:
        only = source.nodes[0]
        # A literal can't be written as a subject; as a value of a variable it is allowed and finds nothing.
        if step.inverse or words.graph.kind(only) is not NodeKind.LITERAL:
            return [words.edge(words.node(only), step, variable)]
    start = _fresh(source, words)
    return [*bind(source, words, start), words.edge(start, step, variable)]


@bind.register
def _same(program: a.Same, words: Words, variable: str) -> Lines:
    same = words.graph.schema.same
    if not same:
        return bind(program.source, words, variable)
    start = _fresh(program.source, words)
    either = "|".join(f"{name}|^{name}" for name in map(words.relation, same))
    linked = [*bind(program.source, words, start), f"{start} ({either})* {variable} ."]
    if not _factless(program.source, words.graph):
        return linked
    # A path of no steps starts at what stands in some fact, and a relation need not.
    return [*block("", linked), *block("UNION", bind(program.source, words, variable))]


def _factless(program: a.Program, graph: KnowledgeGraph) -> bool:
    """Whether a program names a node that no fact has as its subject or object."""
    named = isinstance(program, a.Entities) and not graph.degrees(np.array(program.nodes, dtype=np.int64)).all()
    return bool(named) or any(_factless(part, graph) for part in program.parts())


@bind.register
def _intersect(program: a.Intersect, words: Words, variable: str) -> Lines:
    return [*bind(program.left, words, variable), *bind(program.right, words, variable)]


@bind.register
def _union(program: a.Union, words: Words, variable: str) -> Lines:
    left, right = (block("", bind(side, words, variable)) for side in (program.left, program.right))
    return [*left[:-1], "} UNION {", *right[1:]]


@bind.register
def _difference(program: a.Difference, words: Words, variable: str) -> Lines:
    return [*bind(program.left, words, variable), *block("MINUS", bind(program.right, words, variable))]


@bind.register
def _of_type(program: a.OfType, words: Words, variable: str) -> Lines:
    return [*bind(program.source, words, variable), _of_class(words, variable, program.node_class)]


@bind.register
def _where(program: a.Where, words: Words, variable: str) -> Lines:
    source = bind(program.source, words, variable)
    value_class = value_of(key_to_literal(program.value)).value_class
    constant = words.constant(program.value)
    if value_class in _BY_TERM and program.comparison is a.Comparison.EQUAL:
        return [*source, words.edge(variable, program.step, constant)]
    value = words.value_variable(program.step)
    return [*source, words.edge(variable, program.step, value), filtered(_condition(program, value, constant))]


def _condition(program: a.Where, value: str, constant: str) -> str:
    if program.comparison is not a.Comparison.NOT_EQUAL:
        return f"{value} {program.comparison.value} {constant}"
    if value_of(key_to_literal(program.value)).value_class is ValueClass.BOOLEAN:
        return f"{value} = (!{constant})"
    # `!=` also holds between unlike values, such as a number and a text; these two hold between like ones only.
    return f"{value} < {constant} || {value} > {constant}"


@bind.register
def _where_beside(program: a.WhereBeside, words: Words, variable: str) -> Lines:
    measure = measure_of(words.graph, program.step)
    value, bound = words.value_variable(program.step), words.variable("largest")
    _, other, lines = _values_of(program.other, words, program.step, measure)
    return [
        *bind(program.source, words, variable),
        *measured(words, variable, program.step, value, measure),
        *block("", block(f"SELECT (MAX({other}) AS {bound})", lines)),
        filtered(f"{value} {program.comparison.value} {bound}"),
    ]


@bind.register
def _where_own(program: a.WhereOwn, words: Words, variable: str) -> Lines:
    one, two = words.value_variable(program.step), words.value_variable(program.other)
    if program.comparison in IDENTITIES:
        edges = [words.edge(variable, program.step, one), words.edge(variable, program.other, two)]
        same = f"{'' if program.comparison is a.Comparison.EQUAL else '!'}sameTerm({one}, {two})"
        return [*bind(program.source, words, variable), *edges, filtered(same)]
    measure = measure_of(words.graph, program.step)
    return [
        *bind(program.source, words, variable),
        *measured(words, variable, program.step, one, measure),
        *measured(words, variable, program.other, two, measure),
        filtered(f"{one} {program.comparison.value} {two}"),
    ]


@bind.register
def _where_count(program: a.WhereCount, words: Words, variable: str) -> Lines:
    lines, count = _counted(program.source, words, variable, program.step)
    having = f"GROUP BY {variable} HAVING ({count} {program.comparison.value} {program.number})"
    return block("", block(f"SELECT {variable}", lines, having))


def _counted(program: a.Program, words: Words, variable: str, step: a.Step) -> tuple[Lines, str]:
    """Lines that list the neighbours of each node, and the expression that counts them."""
    value = words.value_variable(step)
    lines = [*bind(program, words, variable), f"OPTIONAL {{ {words.edge(variable, step, value)} }}"]
    return lines, f"COUNT(DISTINCT {value})"


@bind.register
def _top(program: a.Top, words: Words, variable: str) -> Lines:
    fold = _ENDS[program.order][0]
    if program.k > 1:
        return _ranked(_best_per_node(program, fold), words, variable, (program.order, program.k))
    _, other, rest = _values_of(program.source, words, program.step, measure_of(words.graph, program.step))
    value, most = words.value_variable(program.step), words.variable("best")
    return [
        *bind(program.source, words, variable),
        words.edge(variable, program.step, value),
        *block("", block(f"SELECT ({fold}({other}) AS {most})", rest)),
        filtered(f"{value} = {most}"),
    ]


@bind.register
def _top_by_count(program: a.TopByCount, words: Words, variable: str) -> Lines:
    def counted(words: Words, node: str, count: str) -> Lines:
        lines, expression = _counted(program.source, words, node, program.step)
        return block("", block(f"SELECT {node} ({expression} AS {count})", lines, f"GROUP BY {node}"))

    return _ranked(counted, words, variable, (program.order, program.k))


@bind.register
def _nth(program: a.Nth, words: Words, variable: str) -> Lines:
    fold, sorting, _ = _ENDS[program.order]
    scored = _best_per_node(program, fold)
    best, wanted = words.variable("best"), words.variable("nth")
    node, other = words.variable("x"), words.variable("best")
    # Cast, so that 5 and 5.0 are one value to DISTINCT.
    numeric = measure_of(words.graph, program.step).value_class is ValueClass.NUMBER
    cast = f"{words.iri(XSD + 'double')}({{}})" if numeric else "{}"
    tail = f"ORDER BY {sorting}({wanted}) OFFSET {program.n - 1} LIMIT 1"
    distinct = block(f"SELECT DISTINCT ({cast.format(other)} AS {wanted})", scored(words, node, other), tail)
    return [*scored(words, variable, best), *block("", distinct), filtered(f"{cast.format(best)} = {wanted}")]


Scored = Callable[[Words, str, str], Lines]
"""Lines that bind a node and its score, given both variables; each call names its inner variables afresh."""


def _best_per_node(program: a.Top | a.Nth, fold: str) -> Scored:
    def scored(words: Words, node: str, best: str) -> Lines:
        value = words.value_variable(program.step)
        measure = measure_of(words.graph, program.step)
        lines = [*bind(program.source, words, node), *measured(words, node, program.step, value, measure)]
        return block("", block(f"SELECT {node} ({fold}({value}) AS {best})", lines, f"GROUP BY {node}"))

    return scored


def _ranked(scored: Scored, words: Words, variable: str, end: tuple[a.Order, int]) -> Lines:
    """Nodes whose score reaches the k-th best one."""
    score, bound = words.variable("score"), words.variable("least")
    return [*scored(words, variable, score), *_bounded(scored, words, (score, bound), end)]


def _bounded(scored: Scored, words: Words, names: tuple[str, str], end: tuple[a.Order, int]) -> Lines:
    """The k-th best score, and the filter that holds a score against it."""
    (score, bound), (order, k) = names, end
    _, sorting, at_least = _ENDS[order]
    fold = "MIN" if order is a.Order.LARGEST else "MAX"
    node, other = words.variable("x"), words.variable("score")
    best = block(f"SELECT {node} {other}", scored(words, node, other), f"ORDER BY {sorting}({other}) LIMIT {k}")
    return [
        *block("", block(f"SELECT ({fold}({other}) AS {bound})", block("", best))),
        filtered(f"{score} {at_least} {bound}"),
    ]


@bind.register
def _groups(program: a.Groups, words: Words, variable: str) -> Lines:
    return bind_rows(program.table, words, variable, words.variable("value"))


# -- numbers ------------------------------------------------------------------------------------


@singledispatch
def _number(program: a.Program, words: Words, variable: str) -> Lines:
    """A SELECT that gives the one value of a program that yields NUMBER, or no row or an unbound one for none."""
    raise NotImplementedError(type(program).__name__)


@_number.register
def _count(program: a.Count, words: Words, variable: str) -> Lines:
    node = _fresh(program.source, words)
    return block(f"SELECT (COUNT(DISTINCT {node}) AS {variable})", bind(program.source, words, node))


@_number.register
def _aggregate(program: a.Aggregate, words: Words, variable: str) -> Lines:
    measure = aggregate_measure(words.graph, program.step, program.aggregation)
    node, value, lines = _values_of(program.source, words, program.step, measure)
    pairs = block("", block(f"SELECT DISTINCT {node} {value}", lines))
    fold = f"{_FOLDS[program.aggregation]}({value})"
    conditions = [f"COUNT({value}) > 0", *no_nan(words, fold, *INFINITE)]
    return block(f"SELECT ({fold} AS {variable})", pairs, f"HAVING ({' && '.join(conditions)})")


@_number.register
def _gap(program: a.Gap, words: Words, variable: str) -> Lines:
    return _subtracted(((program.left, program.step), (program.right, program.step)), words, variable)


@_number.register
def _gap_own(program: a.GapOwn, words: Words, variable: str) -> Lines:
    return _subtracted(((program.source, program.step), (program.source, program.other)), words, variable)


def _subtracted(of: Iterable[tuple[a.Program, a.Step]], words: Words, variable: str) -> Lines:
    """A SELECT of how much larger the largest value of one side is than that of the other."""
    sides, lines = _largest_of_each(of, words)
    whole = measure_of(words.graph, next(iter(of))[1]).value_class is not ValueClass.NUMBER
    # A year is no number to subtract from until it is cast.
    left, right = (f"{words.iri(XSD + 'integer')}(STR({side}))" if whole else side for side in sides)
    gap = f"{left} - {right}"
    return block(f"SELECT ({gap} AS {variable})", [*lines, *map(filtered, no_nan(words, gap, *INFINITE))])


# -- truth --------------------------------------------------------------------------------------


@singledispatch
def _ask(program: a.Program, words: Words) -> Lines:
    """The lines of an ASK."""
    raise NotImplementedError(type(program).__name__)


@_ask.register
def _exists(program: a.Exists, words: Words) -> Lines:
    return bind(program.source, words, _fresh(program.source, words))


@_ask.register
def _contains(program: a.Contains, words: Words) -> Lines:
    some, other = _fresh(program.right, words), _fresh(program.right, words)
    missing = [*bind(program.right, words, other), *block("MINUS", bind(program.left, words, other))]
    return [*bind(program.right, words, some), *block("FILTER NOT EXISTS", missing)]


@_ask.register
def _compare(program: a.Compare, words: Words) -> Lines:
    of = ((program.left, program.step), (program.right, program.step))
    (left, right), lines = _largest_of_each(of, words)
    return [*lines, filtered(f"{left} {program.comparison.value} {right}")]


def _largest_of_each(of: Iterable[tuple[a.Program, a.Step]], words: Words) -> tuple[list[str], Lines]:
    """The variables for the largest value on each side, and the lines that bind them."""
    sides, lines = [], []
    for side, step in of:
        _, value, inner = _values_of(side, words, step, measure_of(words.graph, step))
        sides.append(words.variable("largest"))
        lines += block("", block(f"SELECT (MAX({value}) AS {sides[-1]})", inner))
    return sides, lines


@_ask.register
def _compare_numbers(program: a.CompareNumbers, words: Words) -> Lines:
    left, right = words.variable("left"), words.variable("right")
    return [
        *block("", _number(program.left, words, left)),
        *block("", _number(program.right, words, right)),
        filtered(f"{left} {program.comparison.value} {right}"),
    ]


# -- tables -------------------------------------------------------------------------------------


@singledispatch
def bind_rows(program: a.Program, words: Words, group: str, value: str) -> Lines:
    """Lines that bind the group and the value of each row of a program that yields TABLE."""
    raise NotImplementedError(type(program).__name__)


@bind_rows.register
def _group_count(program: a.GroupCount, words: Words, group: str, value: str) -> Lines:
    member = _fresh(program.members, words)
    members = [words.edge(group, program.step, member), *bind(program.members, words, member)]
    lines = [*bind(program.groups, words, group), *block("OPTIONAL", members)]
    return block("", block(f"SELECT {group} (COUNT(DISTINCT {member}) AS {value})", lines, f"GROUP BY {group}"))


def _grouped(program: a.GroupAggregate | a.GroupBest, words: Words, group: str, member: str) -> Lines:
    """Lines that bind the groups and their members."""
    edge = words.edge(group, program.step, member)
    return [*bind(program.groups, words, group), edge, *bind(program.members, words, member)]


@bind_rows.register
def _group_aggregate(program: a.GroupAggregate, words: Words, group: str, value: str) -> Lines:
    member, number = _fresh(program.members, words), words.value_variable(program.attribute)
    measure = aggregate_measure(words.graph, program.attribute, program.aggregation)
    lines = [
        *_grouped(program, words, group, member),
        *measured(words, member, program.attribute, number, measure),
    ]
    distinct = block("", block(f"SELECT DISTINCT {group} {member} {number}", lines))
    fold = f"{_FOLDS[program.aggregation]}({number})"
    having = "".join(f" HAVING ({condition})" for condition in no_nan(words, fold, *INFINITE))
    return block("", block(f"SELECT {group} ({fold} AS {value})", distinct, f"GROUP BY {group}{having}"))


@bind_rows.register
def _group_best(program: a.GroupBest, words: Words, group: str, value: str) -> Lines:
    measure = measure_of(words.graph, program.attribute)
    number, best = words.value_variable(program.attribute), words.variable("best")
    member, other = _fresh(program.members, words), words.value_variable(program.attribute)
    inner = [*_grouped(program, words, group, member), *measured(words, member, program.attribute, other, measure)]
    head = f"SELECT {group} ({_ENDS[program.order][0]}({other}) AS {best})"
    return [
        *_grouped(program, words, group, value),
        words.edge(value, program.attribute, number),
        *block("", block(head, inner, f"GROUP BY {group}")),
        filtered(f"{number} = {best}"),
    ]


@bind_rows.register
def _top_rows(program: a.TopRows, words: Words, group: str, value: str) -> Lines:
    def scored(words: Words, node: str, score: str) -> Lines:
        return bind_rows(program.table, words, node, score)

    bound = words.variable("least")
    return [*scored(words, group, value), *_bounded(scored, words, (value, bound), (program.order, program.k))]


@bind_rows.register
def _where_rows(program: a.WhereRows, words: Words, group: str, value: str) -> Lines:
    condition = f"{value} {program.comparison.value} {tidy(float(program.number))!r}"
    return [*bind_rows(program.table, words, group, value), filtered(condition)]


_QUERIES: Mapping[a.Yields, Callable[[a.Program, Words], Lines]] = {
    a.Yields.NODES: _select_nodes,
    a.Yields.NUMBER: lambda program, words: _number(program, words, words.variable("value")),
    a.Yields.BOOLEAN: lambda program, words: block("ASK", _ask(program, words)),
    a.Yields.RELATIONS: _select_relations,
    a.Yields.TABLE: _select_rows,
}
