"""Programs in English: a noun phrase each, and a clause that narrows one down. Brackets keep the nesting clear."""

from __future__ import annotations

from collections.abc import Mapping
from functools import singledispatch

from kgqa.program import algebra as a
from kgqa.program.names import Names
from kgqa.text import pluralised

_PREPOSITIONS = frozenset(
    ("about", "as", "at", "by", "for", "from", "in", "into", "of", "on", "over", "through", "to", "under", "with")
)
_NUMBERS: Mapping[a.Comparison, str] = {
    a.Comparison.EQUAL: "is",
    a.Comparison.NOT_EQUAL: "is other than",
    a.Comparison.LESS: "is less than",
    a.Comparison.LESS_EQUAL: "is at most",
    a.Comparison.GREATER: "is greater than",
    a.Comparison.GREATER_EQUAL: "is at least",
}
_TIMES: Mapping[a.Comparison, str] = {
    **_NUMBERS,
    a.Comparison.LESS: "is before",
    a.Comparison.LESS_EQUAL: "is no later than",
    a.Comparison.GREATER: "is after",
    a.Comparison.GREATER_EQUAL: "is no earlier than",
}
_FOLDS: Mapping[a.Aggregation, str] = {
    a.Aggregation.SUM: "sum of the",
    a.Aggregation.AVERAGE: "average",
    a.Aggregation.MINIMUM: "smallest",
    a.Aggregation.MAXIMUM: "largest",
}


_OWN: Mapping[a.Comparison, str] = {a.Comparison.EQUAL: "is also", a.Comparison.NOT_EQUAL: "is not"}


def ordinal(n: int) -> str:
    """A position: 2nd, 11th."""
    if n % 100 in (11, 12, 13):
        return f"{n}th"
    return f"{n}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(n % 10, 'th') }"


def verb_of(label: str) -> str:
    """How a label that ends like a verb goes on after "that": "are directed by", "flows through"; "" for a noun."""
    words = label.split()
    if len(words) < 2 or words[-1] not in _PREPOSITIONS:
        return ""
    if words[0].endswith("s") and not words[0].endswith("ss"):
        return label
    return f"is {label}"


def _ends(order: a.Order, *, time: bool = False) -> str:
    if time:
        return "latest" if order is a.Order.LARGEST else "earliest"
    return order.value


# -- noun phrases -------------------------------------------------------------------------------


@singledispatch
def phrase(program: a.Program, names: Names) -> str:
    """A program as a noun phrase."""
    raise NotImplementedError(type(program).__name__)


def atom(program: a.Program, names: Names) -> str:
    """A noun phrase that can stand inside another; in brackets where it could be misread."""
    words = phrase(program, names)
    return words if isinstance(program, a.Entities | a.Instances) else f"({words})"


def _inner(program: a.Program, names: Names) -> str:
    """A noun phrase at the end of another: a chain of plain "the ... of ..." needs no brackets."""
    if isinstance(program, a.Entities) and len(program.nodes) > 1:
        return f"any of {phrase(program, names)}"
    chain = isinstance(program, a.Follow) and not program.step.inverse and not verb_of(names.relation(program.step))
    return phrase(program, names) if chain else atom(program, names)


def _head(program: a.Program, names: Names) -> str:
    """What each node of a program is."""
    if isinstance(program, a.Instances | a.OfType):
        return names.node(program.node_class)
    if isinstance(program, a.Follow):
        return names.side_class(program.step) or "thing"
    if isinstance(program, a.Having):
        return names.side_class(a.Step(program.step.relation, not program.step.inverse)) or "thing"
    if isinstance(program, a.Where | a.WhereBeside | a.WhereOwn | a.WhereCount | a.Top | a.Nth | a.TopByCount):
        return _head(program.source, names)
    if isinstance(program, a.Intersect | a.Difference):
        return _head(program.left, names)
    return "thing"


@phrase.register
def _entities(program: a.Entities, names: Names) -> str:
    labels, more = names.listed(program.nodes)
    if len(labels) > 1 and len(set(labels)) == 1:
        return f"the {len(program.nodes):,} called {labels[0]}"
    if more:
        labels.append(f"{more:,} more")
    if not labels:
        return "nothing"
    return labels[0] if len(labels) == 1 else f"{', '.join(labels[:-1])} and {labels[-1]}"


@phrase.register
def _instances(program: a.Instances, names: Names) -> str:
    return pluralised(names.node(program.node_class))


@phrase.register(a.Having)
def _having(program: a.Having, names: Names) -> str:
    return f"{pluralised(_head(program, names))} {clause(program, names)}"


@phrase.register
def _follow(program: a.Follow, names: Names) -> str:
    label = names.relation(program.step)
    if program.step.inverse:
        return f"{pluralised(_head(program, names))} {clause(program, names)}"
    if verb := verb_of(label):
        return f"what {atom(program.source, names)} {verb}"
    return f"the {label} of {_inner(program.source, names)}"


@phrase.register
def _intersect(program: a.Intersect, names: Names) -> str:
    left, right = program.left, program.right
    if isinstance(right, a.Instances) and not isinstance(left, a.Instances):
        left, right = right, left
    return f"{_with_clause(left, names)} {'and ' if _is_clausal(left) else ''}{clause(right, names)}"


def _is_clausal(program: a.Program) -> bool:
    """Whether a phrase already ends in a clause that another can join by "and"."""
    if isinstance(program, a.Intersect):
        return True
    return isinstance(program, a.Where | a.WhereBeside | a.WhereOwn | a.WhereCount | a.Having) or (
        isinstance(program, a.Follow) and program.step.inverse
    )


def _with_clause(program: a.Program, names: Names) -> str:
    return phrase(program, names) if _is_clausal(program) else atom(program, names)


def _kinds(program: a.Program) -> list[int]:
    """The classes that a union is of; none where it is of anything else."""
    if isinstance(program, a.Instances):
        return [program.node_class]
    if not isinstance(program, a.Union):
        return []
    left, right = _kinds(program.left), _kinds(program.right)
    return [*left, *right] if left and right else []


@phrase.register
def _union(program: a.Union, names: Names) -> str:
    kinds = _kinds(program)
    if kinds:
        nouns = [pluralised(names.node(kind)) for kind in kinds]
        return f"{', '.join(nouns[:-1])} or {nouns[-1]}"
    return f"{atom(program.left, names)} or {atom(program.right, names)}"


@phrase.register
def _difference(program: a.Difference, names: Names) -> str:
    return f"{atom(program.left, names)} except {atom(program.right, names)}"


@phrase.register
def _of_type(program: a.OfType, names: Names) -> str:
    return f"{pluralised(names.node(program.node_class))} among {atom(program.source, names)}"


@phrase.register
def _where(program: a.Where, names: Names) -> str:
    words = (_TIMES if names.is_time(program.value) else _NUMBERS)[program.comparison]
    source, held = program.source, f"{words} {names.value(program.value)}"
    if (low := a.span_start(program)) is not None:
        source, held = low.source, f"is from {names.value(low.value)} to {names.value(program.value)}"
    joined = f"whose {names.relation(program.step)} {held}"
    if _is_implied(source, program.step):
        return f"{pluralised(_head(source, names))} {joined}"
    return _narrowed(source, joined, names)


@phrase.register
def _where_beside(program: a.WhereBeside, names: Names) -> str:
    words = (_TIMES if names.measures_time(program.step) else _NUMBERS)[program.comparison]
    narrowing = f"whose {names.relation(program.step)} {words} that of {atom(program.other, names)}"
    return _narrowed(program.source, narrowing, names)


@phrase.register
def _where_own(program: a.WhereOwn, names: Names) -> str:
    words = (
        _OWN.get(program.comparison) or (_TIMES if names.measures_time(program.step) else _NUMBERS)[program.comparison]
    )
    narrowing = f"whose {names.relation(program.step)} {words} their {names.relation(program.other)}"
    return _narrowed(program.source, narrowing, names)


def _is_implied(source: a.Program, step: a.Step) -> bool:
    """Whether a set is all that has what it is measured by, which goes without saying."""
    return isinstance(source, a.Having) and source.step == step and not step.inverse


def _narrowed(source: a.Program, narrowing: str, names: Names) -> str:
    return f"{_with_clause(source, names)} {'and ' if _is_clausal(source) else ''}{narrowing}"


def _number_of(step: a.Step, names: Names) -> str:
    label = names.relation(step)
    if not step.inverse:
        return f"number of values of “{label}”"
    return f"number of {pluralised(names.side_class(step) or 'thing')} that have it as “{label}”"


@phrase.register
def _where_count(program: a.WhereCount, names: Names) -> str:
    narrowing = f"whose {_number_of(program.step, names)} {_NUMBERS[program.comparison]} {program.number}"
    return _narrowed(program.source, narrowing, names)


@phrase.register(a.Top)
@phrase.register(a.TopByCount)
def _top(program: a.Top | a.TopByCount, names: Names) -> str:
    if isinstance(program, a.Top):
        attribute = names.relation(program.step)
        end = _ends(program.order, time=names.measures_time(program.step))
    else:
        attribute, end = _number_of(program.step, names), _ends(program.order)
    head = _head(program.source, names)
    many = f"the {program.k} {pluralised(head)}" if program.k > 1 else f"the {head}"
    among = "" if _is_implied(program.source, program.step) else _among(program.source, names)
    return f"{many} with the {end} {attribute}{among}"


def _among(source: a.Program, names: Names) -> str:
    return "" if isinstance(source, a.Instances) else f" among: {phrase(source, names)}"


@phrase.register
def _nth(program: a.Nth, names: Names) -> str:
    end = _ends(program.order, time=names.measures_time(program.step))
    place = f"{ordinal(program.n)} {end}" if program.n > 1 else end
    attribute = f"{place} {names.relation(program.step)}"
    among = "" if _is_implied(program.source, program.step) else _among(program.source, names)
    return f"the {_head(program.source, names)} with the {attribute}{among}"


@phrase.register
def _groups(program: a.Groups, names: Names) -> str:
    table = program.table
    if isinstance(table, a.TopRows | a.WhereRows) and isinstance(table.table, a.GroupCount):
        counted = f"number of {_members(table.table, names)}"
        groups = table.table.groups
        if isinstance(table, a.WhereRows):
            return _narrowed(groups, f"with a {counted} that {_NUMBERS[table.comparison]} {table.number:g}", names)
        many = f"the {table.k} {pluralised(_head(groups, names))}" if table.k > 1 else f"the {_head(groups, names)}"
        return f"{many} with the {_ends(table.order)} {counted}{_among(groups, names)}"
    return f"the groups of: {phrase(program.table, names)}"


@phrase.register
def _count(program: a.Count, names: Names) -> str:
    return f"the number of {_inner(program.source, names)}"


@phrase.register
def _aggregate(program: a.Aggregate, names: Names) -> str:
    return f"the {_fold(program.aggregation, program.step, names)} of {_inner(program.source, names)}"


def _fold(aggregation: a.Aggregation, step: a.Step, names: Names) -> str:
    fold = _FOLDS[aggregation]
    if names.measures_time(step):
        fold = {"smallest": "earliest", "largest": "latest"}.get(fold, fold)
    return f"{fold} {names.relation(step)}"


@phrase.register
def _gap(program: a.Gap, names: Names) -> str:
    label, more = names.relation(program.step), "later" if names.measures_time(program.step) else "greater"
    left, right = (atom(side, names) for side in (program.left, program.right))
    return f"how much {more} the {label} of {left} is than that of {right}"


@phrase.register
def _gap_own(program: a.GapOwn, names: Names) -> str:
    more = "later" if names.measures_time(program.step) else "greater"
    one, other = names.relation(program.step), names.relation(program.other)
    return f"how much {more} the {one} of {atom(program.source, names)} is than the {other}"


@phrase.register
def _exists(program: a.Exists, names: Names) -> str:
    source = program.source
    if isinstance(source, a.Where) and isinstance(source.source, a.Entities) and len(source.source.nodes) == 1:
        words = (_TIMES if names.is_time(source.value) else _NUMBERS)[source.comparison]
        attribute = f"the {names.relation(source.step)} of {phrase(source.source, names)}"
        return f"whether {attribute} {words} {names.value(source.value)}"
    return f"whether there is any of: {phrase(program.source, names)}"


@phrase.register
def _contains(program: a.Contains, names: Names) -> str:
    lone = isinstance(program.right, a.Entities) and len(program.right.nodes) == 1
    verb = "is" if lone else "are all"
    return f"whether {atom(program.right, names)} {verb} among: {phrase(program.left, names)}"


@phrase.register
def _compare(program: a.Compare, names: Names) -> str:
    label = names.relation(program.step)
    words = (_TIMES if names.measures_time(program.step) else _NUMBERS)[program.comparison]
    left, right = (atom(side, names) for side in (program.left, program.right))
    return f"whether the {label} of {left} {words} the {label} of {right}"


@phrase.register
def _compare_numbers(program: a.CompareNumbers, names: Names) -> str:
    left, right = (atom(side, names) for side in (program.left, program.right))
    return f"whether {left} {_NUMBERS[program.comparison]} {right}"


@phrase.register
def _relations(program: a.RelationBetween, names: Names) -> str:
    return f"the relations that lead from {atom(program.left, names)} to {atom(program.right, names)}"


def _members(program: a.GroupCount | a.GroupAggregate | a.GroupBest, names: Names) -> str:
    label = names.relation(program.step)
    link = f"that have it as “{label}”" if program.step.inverse else f"that are its “{label}”"
    return f"{atom(program.members, names)} {link}"


@phrase.register
def _group_count(program: a.GroupCount, names: Names) -> str:
    return f"for each of {atom(program.groups, names)}: the number of {_members(program, names)}"


@phrase.register
def _group_aggregate(program: a.GroupAggregate, names: Names) -> str:
    fold = _fold(program.aggregation, program.attribute, names)
    return f"for each of {atom(program.groups, names)}: the {fold} of {_members(program, names)}"


@phrase.register
def _group_best(program: a.GroupBest, names: Names) -> str:
    end = _ends(program.order, time=names.measures_time(program.attribute))
    best = f"the one with the {end} {names.relation(program.attribute)}"
    return f"for each of {atom(program.groups, names)}: {best} among {_members(program, names)}"


@phrase.register
def _top_rows(program: a.TopRows, names: Names) -> str:
    rows = f"the {program.k} rows" if program.k > 1 else "the row"
    return f"{rows} with the {_ends(program.order)} number of: {phrase(program.table, names)}"


@phrase.register
def _where_rows(program: a.WhereRows, names: Names) -> str:
    words = f"{_NUMBERS[program.comparison]} {program.number:g}"
    return f"the rows whose number {words}, of: {phrase(program.table, names)}"


# -- clauses ------------------------------------------------------------------------------------


@singledispatch
def clause(program: a.Program, names: Names) -> str:
    """A program as a clause that narrows a noun down."""
    return f"that are among {atom(program, names)}"


@clause.register
def _is_class(program: a.Instances, names: Names) -> str:
    return f"that are {pluralised(names.node(program.node_class))}"


@clause.register
def _is_entity(program: a.Entities, names: Names) -> str:
    return (
        f"that are among {phrase(program, names)}" if len(program.nodes) > 1 else f"that are {phrase(program, names)}"
    )


@clause.register
def _has(program: a.Having, names: Names) -> str:
    label = names.relation(program.step)
    if program.step.inverse:
        return f"that something has as “{label}”"
    return f"that have “{label}”"


@clause.register
def _leads_to(program: a.Follow, names: Names) -> str:
    if not program.step.inverse:
        return f"that are among {atom(program, names)}"
    label = names.relation(program.step)
    verb, source = verb_of(label), atom(program.source, names)
    if verb.startswith("is "):
        return f"that are {verb[3:]} {source}"
    return f"that {_plural_verb(verb)} {source}" if verb else f"whose {label} is {source}"


def _plural_verb(verb: str) -> str:
    """Flows through -> flow through, passes by -> pass by, has part in -> have part in."""
    first, _, rest = verb.partition(" ")
    irregular = {"is": "are", "has": "have", "was": "were", "does": "do", "goes": "go"}
    stem = first[:-2] if first.endswith(("sses", "ches", "shes", "xes")) else first[:-1]
    return f"{irregular.get(first, stem)} {rest}"
