"""The values that pass between stages: immutable, free of gold labels.

Nodes, relations and triples are numbered by the graph (`kgqa.graph.KnowledgeGraph`); the classes
here that users see carry ids and labels as strings instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

import numpy as np
from numpy.typing import NDArray

NodeIds = NDArray[np.int32]
"""Node numbers, shape [n]; a set of nodes is sorted and free of duplicates."""


class NodeKind(Enum):
    """What a node is."""

    ENTITY = "entity"
    LITERAL = "literal"
    BLANK = "blank"


class AnswerKind(Enum):
    """What an answer holds."""

    ENTITIES = "entities"
    LITERALS = "literals"
    COUNT = "count"
    BOOLEAN = "boolean"
    TABLE = "table"
    NONE = "none"


class AbstentionReason(Enum):
    """Why no answer is given."""

    EMPTY_QUESTION = "empty_question"
    NOTHING_LINKED = "nothing_linked"
    NO_RELATION_FITS = "no_relation_fits"
    NO_FACT_FOUND = "no_fact_found"
    LOW_CONFIDENCE = "low_confidence"
    IMPOSSIBLE_VALUE = "impossible_value"
    CONTRADICTION = "contradiction"
    UNIT_MISMATCH = "unit_mismatch"
    NO_ATTRIBUTE = "no_attribute"
    UNLIKE_THINGS = "unlike_things"
    UNKNOWN_KIND = "unknown_kind"


class MatchKind(Enum):
    """How a mention matched a node's name."""

    EXACT = "exact"
    NORMALISED = "normalised"
    INFLECTED = "inflected"
    PARTIAL = "partial"
    ACRONYM = "acronym"
    FUZZY = "fuzzy"
    DENSE = "dense"


@dataclass(frozen=True, slots=True)
class Literal:
    """A typed value.

    lexical : the value as written.
    datatype : its datatype IRI; `rdf:langString` when `language` is set.
    language : BCP 47 tag in lower case, or "".
    """

    lexical: str
    datatype: str = "http://www.w3.org/2001/XMLSchema#string"
    language: str = ""


@dataclass(frozen=True, slots=True)
class Triple:
    """One fact as users see it: ids as strings; `object` is a Literal where it is a value."""

    subject: str
    predicate: str
    object: str | Literal
    source: str = ""


@dataclass(frozen=True, slots=True)
class Mention:
    """A span of the question, in characters: question[start:end] == text."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """A mention and one node that it may stand for.

    node : node number. score : in [0, 1], comparable across the mentions of one question.
    prior, string, dense : the evidence behind the score, each in [0, 1].
    name : the label or alias that matched.
    """

    mention: Mention
    node: int
    score: float
    match: MatchKind
    name: str
    prior: float = 0.0
    string: float = 0.0
    dense: float = 0.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """One fact that proves an answer, with labels for reading.

    context : the fact proves nothing; it tells more of a node that only holds facts together.
    """

    subject: str
    predicate: str
    object: str
    subject_label: str
    predicate_label: str
    object_label: str
    source: str = ""
    context: bool = False


@dataclass(frozen=True, slots=True)
class AnswerValue:
    """One value of an answer: `id` is the node's id, or None for a computed value."""

    id: str | None
    label: str
    value: str | int | float | bool
    datatype: str = ""
    score: float = 1.0


@dataclass(frozen=True, slots=True)
class Abstained:
    """Why there is no answer, and what would help."""

    reason: AbstentionReason
    detail: str


@dataclass(frozen=True, slots=True)
class AnswerLink:
    """A link as users see it."""

    text: str
    start: int
    end: int
    id: str
    label: str
    score: float
    match: MatchKind


@dataclass(frozen=True, slots=True)
class Correction:
    """A misspelt word, by characters of the question asked, and what it was read as."""

    text: str
    start: int
    end: int
    meant: str


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another reading of the question, with its first values."""

    words: str
    probability: float
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Option:
    """One entity that a name of the question may stand for.

    telling : what the other options lack, such as its class or a fact; "" where the label says enough.
    topic : the ids to give to `KGQA.ask_linked` for the answer about this entity.
    """

    id: str
    label: str
    telling: str
    topic: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Clarification:
    """A question back: which entity a name stands for, where near-tied readings differ in nothing else.

    question : in the language of the answer. text, start, end : the name, by characters of the question asked.
    options : at least two, the likeliest first.
    """

    question: str
    text: str
    start: int
    end: int
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question: one schema for Python, command line and HTTP.

    confidence : in [0, 1]. program : the executed program in its own notation, or None.
    sparql : the same program as SPARQL 1.1. words : the same in plain words.
    timings_ms : milliseconds per stage, and "total".
    total : how many values there are, with those that `values` had no room for; 0 where there is no answer.
    clarification : the question to ask back where it is unsure which entity a name stands for, or None.
    corrections : the misspelt words of the question, and what they were read as.
    """

    question: str
    kind: AnswerKind
    values: tuple[AnswerValue, ...] = ()
    confidence: float = 0.0
    abstained: Abstained | None = None
    program: str | None = None
    sparql: str | None = None
    words: str | None = None
    evidence: tuple[Evidence, ...] = ()
    links: tuple[AnswerLink, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    sentence: str | None = None
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    total: int = 0
    clarification: Clarification | None = None
    corrections: tuple[Correction, ...] = ()
