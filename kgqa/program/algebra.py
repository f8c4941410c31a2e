"""The typed query algebra: frozen expressions over node and relation numbers of one graph.

A program is a tree. Its leaves name nodes, classes and literals by number, so a program can't fail to
parse, can't write and needs no escaping. Each class says what it yields:

    NODES      a set of nodes (entities, literals, or both)
    NUMBER     one number or, for min and max, one typed value
    BOOLEAN    true or false
    RELATIONS  a set of relations
    TABLE      rows of (group, value), the value a number, a literal or a node

A superlative, an aggregate or a comparison of attributes ranges over the *measure* of its step: of the values that
the relation has, those of the commonest class that has an order (numbers, dates, times, years, months; times without
a timezone and times in UTC apart; see `kgqa.graph.values`). Other values count as absent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from enum import Enum
from functools import cache
from typing import ClassVar


class Yields(Enum):
    """What a program yields."""

    NODES = "nodes"
    NUMBER = "number"
    BOOLEAN = "boolean"
    RELATIONS = "relations"
    TABLE = "table"


class Order(Enum):
    """Which end of an attribute is wanted."""

    LARGEST = "largest"
    SMALLEST = "smallest"


class Comparison(Enum):
    """How an attribute is held against a value."""

    EQUAL = "="
    NOT_EQUAL = "!="
    LESS = "<"
    LESS_EQUAL = "<="
    GREATER = ">"
    GREATER_EQUAL = ">="


class Aggregation(Enum):
    """How the values of an attribute become one."""

    SUM = "sum"
    AVERAGE = "average"
    MINIMUM = "minimum"
    MAXIMUM = "maximum"


@dataclass(frozen=True, slots=True)
class Program:
    """The root of all expressions."""

    yields: ClassVar[Yields] = Yields.NODES

    def parts(self) -> tuple[Program, ...]:
        """The programs directly inside this one."""
        kind: type = type(self)
        parts = [getattr(self, name) for name in _part_names(kind)]
        return tuple([part for part in parts if isinstance(part, Program)])  # checking finds what is none

    def walk(self) -> Iterator[Program]:
        """Yield the program and all inside it, outermost first."""
        waiting: list[Program] = [self]
        while waiting:
            part = waiting.pop()
            yield part
            waiting.extend(part.parts()[::-1])

    def named(self) -> list[int]:
        """The nodes that the program names, each once, in ascending order."""
        return sorted({node for part in self.walk() if isinstance(part, Entities) for node in part.nodes})


def listed(program: Program) -> tuple[int, ...]:
    """The nodes of a program that does no more than name them; none of any other."""
    if isinstance(program, Union):
        left, right = listed(program.left), listed(program.right)
        return (*left, *right) if left and right else ()
    return program.nodes if isinstance(program, Entities) else ()


def bare(program: Program) -> Program:
    """A program as it is said: without `Same`, since what is the same has no other name in the question."""
    if isinstance(program, Same):
        return bare(program.source)
    kind: type = type(program)
    parts = {name: part for name in _part_names(kind) if isinstance(part := getattr(program, name), Program)}
    plain = {name: bare(part) for name, part in parts.items()}
    return replace(program, **plain) if plain != parts else program


@cache
def _part_names(kind: type) -> tuple[str, ...]:
    """The fields of a class that hold programs."""
    return tuple(f.name for f in fields(kind) if f.type == Program.__name__)


@dataclass(frozen=True, slots=True)
class Step:
    """One way to walk or measure: a relation, forwards (subject to object) or inverse."""

    relation: int
    inverse: bool = False


@dataclass(frozen=True, slots=True)
class Entities(Program):
    """The given nodes; `nodes` is sorted and distinct."""

    nodes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Instances(Program):
    """All nodes of a class, subclasses included."""

    node_class: int


@dataclass(frozen=True, slots=True)
class Having(Program):
    """All nodes that have at least one edge along a step: the subjects of a relation, or its objects if inverse."""

    step: Step


@dataclass(frozen=True, slots=True)
class Follow(Program):
    """The neighbours of a set along a step."""

    source: Program
    step: Step


@dataclass(frozen=True, slots=True)
class Same(Program):
    """The nodes of a set and all that the graph states to be the same (`owl:sameAs`), either way and over others."""

    source: Program


@dataclass(frozen=True, slots=True)
class Intersect(Program):
    """Nodes in both sets."""

    left: Program
    right: Program


@dataclass(frozen=True, slots=True)
class Union(Program):
    """Nodes in either set."""

    left: Program
    right: Program


@dataclass(frozen=True, slots=True)
class Difference(Program):
    """Nodes of the left set that the right one lacks."""

    left: Program
    right: Program


@dataclass(frozen=True, slots=True)
class OfType(Program):
    """Nodes of a set that belong to a class, subclasses included."""

    source: Program
    node_class: int


@dataclass(frozen=True, slots=True)
class Where(Program):
    """Nodes of a set that have, along a step, some value that compares as asked with a given one.

    value : the term key of a literal (see `kgqa.graph.terms`); it need not be in the graph. Values of another class
    compare with nothing, not even by NOT_EQUAL. Booleans and literals of unknown datatype have no order.
    """

    source: Program
    step: Step
    comparison: Comparison
    value: str


def span_start(program: Where) -> Where | None:
    """The lower limit of a span, where a program is the upper one upon it: "between 1945 and 1950", both included."""
    low = program.source
    if not isinstance(low, Where) or low.step != program.step or program.comparison is not Comparison.LESS_EQUAL:
        return None
    return low if low.comparison is Comparison.GREATER_EQUAL else None


@dataclass(frozen=True, slots=True)
class WhereBeside(Program):
    """Nodes of a set that have, along a step, some value that compares as asked with the largest one of another set.

    Nothing where the other set has no value: "countries larger than France".
    """

    source: Program
    step: Step
    comparison: Comparison
    other: Program


@dataclass(frozen=True, slots=True)
class WhereOwn(Program):
    """Nodes of a set that have, along a step, some value that compares as asked with one of their own along another.

    EQUAL and NOT_EQUAL hold any two terms against each other, as they are written; the others values of the measure
    that both steps must share: "projects that cost more than their budget", "sold and taken back by the same person".
    """

    source: Program
    step: Step
    comparison: Comparison
    other: Step


@dataclass(frozen=True, slots=True)
class WhereCount(Program):
    """Nodes of a set whose number of distinct neighbours along a step compares as asked; none counts as 0."""

    source: Program
    step: Step
    comparison: Comparison
    number: int


@dataclass(frozen=True, slots=True)
class Top(Program):
    """Nodes of a set whose attribute stands among the k largest (smallest); ties with the k-th node are kept.

    A node with several values stands at its best one; a node with none is left out.
    """

    source: Program
    step: Step
    order: Order
    k: int = 1


@dataclass(frozen=True, slots=True)
class Nth(Program):
    """Nodes of a set whose attribute equals the n-th largest (smallest) distinct value; n counts from 1.

    A node with several values stands at its best one; a node with none is left out.
    """

    source: Program
    step: Step
    order: Order
    n: int


@dataclass(frozen=True, slots=True)
class TopByCount(Program):
    """Nodes of a set with the k largest (smallest) numbers of distinct neighbours along a step.

    None counts as 0. Ties with the k-th node are kept.
    """

    source: Program
    step: Step
    order: Order
    k: int = 1


@dataclass(frozen=True, slots=True)
class Groups(Program):
    """The groups of a table's rows."""

    table: Program


@dataclass(frozen=True, slots=True)
class Count(Program):
    """The size of a set."""

    yields: ClassVar[Yields] = Yields.NUMBER
    source: Program


@dataclass(frozen=True, slots=True)
class Aggregate(Program):
    """One number from the values of an attribute over a set; each (node, value) pair counts once.

    Sum and average take numbers only, minimum and maximum give a literal. No value gives no number, and
    neither does INF beside -INF.
    """

    yields: ClassVar[Yields] = Yields.NUMBER
    source: Program
    step: Step
    aggregation: Aggregation


@dataclass(frozen=True, slots=True)
class Gap(Program):
    """How much larger the largest value of an attribute is on the left than on the right; negative if it is smaller.

    The attribute holds numbers or years. A side without a value, a year with a timezone, or INF on both sides, gives
    no number.
    """

    yields: ClassVar[Yields] = Yields.NUMBER
    left: Program
    right: Program
    step: Step


@dataclass(frozen=True, slots=True)
class GapOwn(Program):
    """How much larger the largest value of one attribute of a set is than that of another attribute of the same set.

    Both hold numbers, or both years; what gives no number in `Gap` gives none here.
    """

    yields: ClassVar[Yields] = Yields.NUMBER
    source: Program
    step: Step
    other: Step


@dataclass(frozen=True, slots=True)
class Exists(Program):
    """Whether a set has any node."""

    yields: ClassVar[Yields] = Yields.BOOLEAN
    source: Program


@dataclass(frozen=True, slots=True)
class Contains(Program):
    """Whether every node of the right set is in the left one, and the right one is not empty."""

    yields: ClassVar[Yields] = Yields.BOOLEAN
    left: Program
    right: Program


@dataclass(frozen=True, slots=True)
class Compare(Program):
    """Whether the largest value of an attribute on the left compares as asked with the largest on the right.

    A side without a value gives false.
    """

    yields: ClassVar[Yields] = Yields.BOOLEAN
    left: Program
    right: Program
    step: Step
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class CompareNumbers(Program):
    """Whether a number compares as asked with another; a side without a number gives false."""

    yields: ClassVar[Yields] = Yields.BOOLEAN
    left: Program
    right: Program
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class RelationBetween(Program):
    """The relations that lead from some node of the left set to some node of the right one."""

    yields: ClassVar[Yields] = Yields.RELATIONS
    left: Program
    right: Program


@dataclass(frozen=True, slots=True)
class GroupCount(Program):
    """For each node of `groups`, how many of its neighbours along a step are in `members`; none counts as 0."""

    yields: ClassVar[Yields] = Yields.TABLE
    groups: Program
    step: Step
    members: Program


@dataclass(frozen=True, slots=True)
class GroupAggregate(Program):
    """For each node of `groups`, one number from an attribute of its neighbours along a step that are in `members`.

    Each (member, value) pair counts once; groups without a value have no row. See `Aggregate`.
    """

    yields: ClassVar[Yields] = Yields.TABLE
    groups: Program
    step: Step
    members: Program
    attribute: Step
    aggregation: Aggregation


@dataclass(frozen=True, slots=True)
class GroupBest(Program):
    """For each node of `groups`, its neighbours along a step in `members` whose attribute is largest (smallest).

    Ties are kept; a neighbour with several values stands at its best one. The rows hold the neighbours.
    """

    yields: ClassVar[Yields] = Yields.TABLE
    groups: Program
    step: Step
    members: Program
    attribute: Step
    order: Order


@dataclass(frozen=True, slots=True)
class TopRows(Program):
    """The rows of a table with the k largest (smallest) numbers; ties with the k-th row are kept."""

    yields: ClassVar[Yields] = Yields.TABLE
    table: Program
    order: Order
    k: int = 1


@dataclass(frozen=True, slots=True)
class WhereRows(Program):
    """The rows of a table whose number compares as asked with a given one."""

    yields: ClassVar[Yields] = Yields.TABLE
    table: Program
    comparison: Comparison
    number: float
