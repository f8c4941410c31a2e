"""What a trained reader reads: the question with its mentions masked, and a program as a row of tokens.

Names of entities say nothing about which program is meant, and there are more of them than any training sees: the
mentions that a program rests on become letters in the question and slots in the program. Its steps are written in
walking order: X, against "directed by", along "release year" are the years of the films that X directed.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from functools import lru_cache

import numpy as np

from kgqa.graph import KnowledgeGraph
from kgqa.graph.terms import XSD, key_to_literal
from kgqa.program import algebra as ops
from kgqa.program.algebra import Program, Step
from kgqa.retrieval.vocabulary import Vocabulary
from kgqa.text.language import Language
from kgqa.types import Link, Literal

_LETTERS = "XYZ"
_REMEMBERED = 4_096
_DATED = (XSD + "date", XSD + "dateTime")


class TokenKind(Enum):
    """What a token of a program stands for; the value is its place in a trained reader's table."""

    FIRST = 0
    SECOND = 1
    THIRD = 2
    OTHER_ENTITY = 3
    ALONG = 4
    AGAINST = 5
    CLASS = 6
    AND = 7
    OR = 8
    NOT = 9
    RETURN = 10
    ANY = 11
    WHERE = 12
    WHERE_COUNT = 13
    LESS = 14
    GREATER = 15
    EQUAL = 16
    VALUE = 17
    LARGEST = 18
    SMALLEST = 19
    MOST = 20
    FEWEST = 21
    RANK = 22
    COUNT = 23
    AGGREGATE = 24
    EXISTS = 25
    CONTAINS = 26
    COMPARE = 27
    OPERATOR = 28
    MEASURE = 29
    RESULT = 30
    BESIDE = 31
    NOT_EQUAL = 32


SLOTS = (TokenKind.FIRST, TokenKind.SECOND, TokenKind.THIRD)
ENTITIES = (*SLOTS, TokenKind.OTHER_ENTITY)
STEPS = (TokenKind.ALONG, TokenKind.AGAINST)
RELATIONS = (
    *STEPS,
    TokenKind.WHERE,
    TokenKind.WHERE_COUNT,
    TokenKind.LARGEST,
    TokenKind.SMALLEST,
    TokenKind.MOST,
    TokenKind.FEWEST,
    TokenKind.MEASURE,
    TokenKind.COMPARE,
)
"""The tokens whose text is a relation's name."""
_COMPARED = {
    ops.Comparison.LESS: TokenKind.LESS,
    ops.Comparison.LESS_EQUAL: TokenKind.LESS,
    ops.Comparison.GREATER: TokenKind.GREATER,
    ops.Comparison.GREATER_EQUAL: TokenKind.GREATER,
    ops.Comparison.EQUAL: TokenKind.EQUAL,
    ops.Comparison.NOT_EQUAL: TokenKind.NOT_EQUAL,
}
_LARGEST = {ops.Order.LARGEST: TokenKind.LARGEST, ops.Order.SMALLEST: TokenKind.SMALLEST}
_MOST = {ops.Order.LARGEST: TokenKind.MOST, ops.Order.SMALLEST: TokenKind.FEWEST}
_ROWS = {ops.Order.LARGEST: "with most", ops.Order.SMALLEST: "with fewest"}
_PAIRS = {ops.Intersect: TokenKind.AND, ops.Union: TokenKind.OR, ops.Difference: TokenKind.NOT}


@dataclass(frozen=True, slots=True)
class ProgramToken:
    """One token.

    text : what an encoder reads of it, empty where its kind says all. ref : the graph's number of the relation, for
    the kinds in RELATIONS, or of the entity, for those in ENTITIES; -1 for the others.
    """

    kind: TokenKind
    text: str = ""
    ref: int = -1


Tokens = tuple[ProgramToken, ...]


@dataclass(frozen=True, slots=True)
class MaskedQuestion:
    """A question without the names that a program rests on; `slots` are the places of their letters in `text`."""

    text: str
    slots: tuple[int, ...] = ()


def masked_question(question: str, links: Sequence[Link], slots: Mapping[int, int]) -> MaskedQuestion:
    """The question with the mentions of the nodes that have a slot replaced by letters."""
    out, places, at = "", [], 0
    for link in sorted(links, key=lambda found: found.mention.start):
        slot = slots.get(link.node)
        if slot is not None and link.mention.start >= at:
            out += question[at : link.mention.start]
            places.append(len(out))
            out += _LETTERS[min(slot, len(_LETTERS) - 1)]
            at = link.mention.end
    return MaskedQuestion(out + question[at:], tuple(places))


def slots_of(program: Program, links: Sequence[Link]) -> dict[int, int]:
    """A number for each linked node that the program names, in the order of their mentions; namesakes share one."""
    named = frozenset(program.named())
    ordered = sorted((link for link in links if link.node in named), key=lambda found: found.mention.start)
    first = {link.node: link.mention for link in reversed(ordered)}
    numbers = {mention: i for i, mention in enumerate(dict.fromkeys(first[link.node] for link in ordered))}
    return {node: numbers[mention] for node, mention in first.items()}


class Serialiser:
    """Writes the programs of one graph as tokens.

    language : of the labels of relations and classes, as a BCP 47 tag. vocabulary : words of the user's own.
    """

    def __init__(self, graph: KnowledgeGraph, language: str, vocabulary: Vocabulary | None = None) -> None:
        self._graph = graph
        self._vocabulary = vocabulary or Vocabulary(graph)
        self._language = language
        # The candidates of a question share most of their nodes and relations, and questions their classes.
        self.class_of = lru_cache(maxsize=_REMEMBERED)(self._class_of)
        self._class = lru_cache(maxsize=_REMEMBERED)(self._class_token)
        self._name = lru_cache(maxsize=_REMEMBERED)(self._step_name)

    def tokens(self, program: Program, slots: Mapping[int, int]) -> Tokens:
        """A program step by step; `slots` gives the number of each entity's mention."""
        match program:
            case ops.Entities(nodes):
                # Namesakes that one mention names are one thing to the question.
                apart = {slots.get(node, -1 - node): node for node in reversed(nodes)}
                return tuple(self._entity(node, slots) for node in sorted(apart.values()))
            case ops.Instances(node_class):
                return (self._class(node_class),)
            case ops.Having(step):
                return (ProgramToken(TokenKind.ANY), self._step(step))
            case ops.Same(source):
                return self.tokens(source, slots)
            case ops.Follow(source, step):
                return (*self.tokens(source, slots), self._step(step))
            case ops.OfType(source, node_class):
                return (*self.tokens(source, slots), self._class(node_class))
            case ops.Intersect() | ops.Union() | ops.Difference():
                return self._pair(program, slots)
            case _:
                return self._operator(program, slots)

    def _class_of(self, node: int) -> str:
        """The label of a node's first class; empty where it has none."""
        types = self._graph.types(np.array([node], dtype=np.int32))
        return self._graph.label(int(types[0]), self._language) if len(types) else ""

    def _pair(self, program: ops.Intersect | ops.Union | ops.Difference, slots: Mapping[int, int]) -> Tokens:
        """Two sets side by side; what a path reaches without what it came from is marked as a return."""
        left, right = program.left, program.right
        onward = ops.bare(left)
        middle = onward.source if isinstance(onward, ops.Follow) else None
        returned = isinstance(middle, ops.Follow) and middle.source == ops.bare(right)
        if isinstance(program, ops.Difference) and returned:
            return (*self.tokens(left, slots), ProgramToken(TokenKind.RETURN))
        return (*self.tokens(left, slots), ProgramToken(_PAIRS[type(program)]), *self.tokens(right, slots))

    def _operator(self, program: Program, slots: Mapping[int, int]) -> Tokens:
        head: Tokens
        match program:
            case ops.Where(ops.Where(source, first, ops.Comparison.GREATER_EQUAL, low), step, comparison, high) if (
                first == step and (days := span_in_words(low, comparison, high, self._language))
            ):
                head = (self._related(TokenKind.WHERE, step), ProgramToken(TokenKind.EQUAL, days))
            case ops.Where(source, step, comparison, value):
                head = self._held(step, comparison, value)
            case ops.WhereCount(source, step, comparison, number):
                head = (
                    self._related(TokenKind.WHERE_COUNT, step),
                    ProgramToken(_COMPARED[comparison], str(number)),
                )
            case ops.WhereBeside(source, step, comparison, other):
                asked = (self._related(TokenKind.WHERE, step), ProgramToken(_COMPARED[comparison]))
                head = (*asked, ProgramToken(TokenKind.BESIDE), *self.tokens(other, slots))
            case ops.WhereOwn(source, step, comparison, own):
                asked = (self._related(TokenKind.WHERE, step), ProgramToken(_COMPARED[comparison]))
                head = (*asked, self._related(TokenKind.MEASURE, own))
            case ops.Top(source, step, order, k):
                head = self._ranked(_LARGEST[order], step, k)
            case ops.TopByCount(source, step, order, k):
                head = self._ranked(_MOST[order], step, k)
            case ops.Nth(source, step, order, n):
                head = self._ranked(_LARGEST[order], step, n)
            case _:
                return self._value(program, slots)
        return (*self.tokens(source, slots), *head)

    def _held(self, step: Step, comparison: ops.Comparison, value: str) -> Tokens:
        """What an attribute is held against; a word of the user's own reads like a class."""
        if word := self._vocabulary.word(step.relation, comparison, value):
            return (ProgramToken(TokenKind.CLASS, word),)
        compared = ProgramToken(_COMPARED[comparison], in_words(key_to_literal(value), self._language))
        return self._related(TokenKind.WHERE, step), compared

    def _ranked(self, kind: TokenKind, step: Step, k: int) -> Tokens:
        return self._rank(self._related(kind, step), k)

    @staticmethod
    def _rank(token: ProgramToken, k: int) -> Tokens:
        return (token, ProgramToken(TokenKind.RANK, str(k))) if k > 1 else (token,)

    def _value(self, program: Program, slots: Mapping[int, int]) -> Tokens:
        match program:
            case ops.Count(source):
                return (*self.tokens(source, slots), ProgramToken(TokenKind.COUNT))
            case ops.Aggregate(source, step, aggregation):
                head = ProgramToken(TokenKind.AGGREGATE, aggregation.value)
                return (*self.tokens(source, slots), self._related(TokenKind.MEASURE, step), head)
            case ops.Exists(source):
                return (*self.tokens(source, slots), ProgramToken(TokenKind.EXISTS))
            case ops.Contains(left, right):
                return (*self.tokens(left, slots), ProgramToken(TokenKind.CONTAINS), *self.tokens(right, slots))
            case ops.Compare(left, right, step, comparison):
                asked = (self._related(TokenKind.COMPARE, step), ProgramToken(_COMPARED[comparison]))
                return (*self.tokens(left, slots), *asked, *self.tokens(right, slots))
            case ops.Gap(left, right, step):
                asked = (self._related(TokenKind.COMPARE, step), ProgramToken(TokenKind.AGGREGATE, "difference"))
                return (*self.tokens(left, slots), *asked, *self.tokens(right, slots))
            case ops.GapOwn(source, step, own):
                asked = (self._related(TokenKind.COMPARE, step), ProgramToken(TokenKind.AGGREGATE, "difference"))
                return (*self.tokens(source, slots), *asked, self._related(TokenKind.MEASURE, own))
            case _:
                return self._table(program, slots)

    def _table(self, program: Program, slots: Mapping[int, int]) -> Tokens:
        """Tables, and how two sets are related."""
        match program:
            case ops.Groups(table):
                return self.tokens(table, slots)
            case ops.GroupCount(_, _, _):
                return (*self._each(program, slots), ProgramToken(TokenKind.COUNT))
            case ops.GroupAggregate(_, _, _, attribute, aggregation):
                measured = self._related(TokenKind.MEASURE, attribute)
                return (*self._each(program, slots), measured, ProgramToken(TokenKind.AGGREGATE, aggregation.value))
            case ops.GroupBest(_, _, _, attribute, order):
                return (*self._each(program, slots), self._related(_LARGEST[order], attribute))
            case ops.TopRows(table, order, k):
                return (*self.tokens(table, slots), *self._rank(ProgramToken(TokenKind.OPERATOR, _ROWS[order]), k))
            case ops.WhereRows(table, comparison, number):
                return (*self.tokens(table, slots), ProgramToken(_COMPARED[comparison], f"{number:g}"))
            case ops.RelationBetween(left, right):
                how = ProgramToken(TokenKind.OPERATOR, "how related")
                return (*self.tokens(left, slots), how, *self.tokens(right, slots))
            case _:
                return self._any(program, slots)

    def _each(self, table: ops.GroupCount | ops.GroupAggregate | ops.GroupBest, slots: Mapping[int, int]) -> Tokens:
        """The groups of a table, and what stands in them."""
        each = ProgramToken(TokenKind.OPERATOR, "for each")
        return (*self.tokens(table.groups, slots), each, self._step(table.step), *self.tokens(table.members, slots))

    def _any(self, program: Program, slots: Mapping[int, int]) -> Tokens:
        """An operator without tokens of its own: its name, its step and its parts."""
        step = getattr(program, "step", None)
        measure = (self._related(TokenKind.MEASURE, step),) if isinstance(step, Step) else ()
        parts = [token for part in program.parts() for token in self.tokens(part, slots)]
        return (ProgramToken(TokenKind.OPERATOR, type(program).__name__.casefold()), *measure, *parts)

    def _entity(self, node: int, slots: Mapping[int, int]) -> ProgramToken:
        slot = slots.get(node)
        if slot is None or slot >= len(SLOTS):
            return ProgramToken(TokenKind.OTHER_ENTITY, self._graph.label(node, self._language), node)
        return ProgramToken(SLOTS[slot], self.class_of(node), node)

    def _class_token(self, node: int) -> ProgramToken:
        return ProgramToken(TokenKind.CLASS, self._graph.label(node, self._language))

    def _step(self, step: Step) -> ProgramToken:
        return self._related(TokenKind.AGAINST if step.inverse else TokenKind.ALONG, step)

    def _related(self, kind: TokenKind, step: Step) -> ProgramToken:
        return ProgramToken(kind, self._name(step), step.relation)

    def _step_name(self, step: Step) -> str:
        """A relation's label, and what its id says of where it belongs: "film (film actor)"."""
        graph, relation = self._graph, step.relation
        label, domain = graph.relation_label(relation, self._language), graph.relation_domain(relation)
        return f"{label} ({domain})" if domain else label


def span_in_words(low: str, comparison: ops.Comparison, high: str, language: str) -> str:
    """The year, month or days that lie between two keys of dates, as a question would write it; "" where none do."""
    first, last = (_day(key_to_literal(key)) for key in (low, high))
    if first is None or last is None or comparison not in (ops.Comparison.LESS, ops.Comparison.LESS_EQUAL):
        return ""
    last -= timedelta(days=comparison is ops.Comparison.LESS)  # a moment before the day after
    chinese, names = language == Language.CHINESE.value, calendar.month_name
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
        years = f"{first.year}" if first.year == last.year else f"{first.year} to {last.year}"
        return years.replace(" to ", "年到") + "年" if chinese else years
    if first.day == 1 and last.day == calendar.monthrange(last.year, last.month)[1]:
        months = dict.fromkeys((day.year, day.month) for day in (first, last))
        if chinese:
            return "到".join(f"{year}年{month}月" for year, month in months)
        return " to ".join(f"{names[month]} {year}" for year, month in months)
    days = [in_words(Literal(day.isoformat(), XSD + "date"), language) for day in (first, last)]
    return ("到" if chinese else " to ").join(days)


def _day(value: Literal) -> date | None:
    """The day of a date or a moment, if the calendar has it."""
    try:
        return date.fromisoformat(value.lexical[:10]) if value.datatype in _DATED else None
    except ValueError:
        return None


def in_words(value: Literal, language: str) -> str:
    """A value as a question would write it: a day by the name of its month, anything else as it stands."""
    day = _day(value)
    if day is None:
        return value.lexical
    if language == Language.CHINESE.value:
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {calendar.month_name[day.month]} {day.year}"
