"""A health report of a graph, computed whole-column: what is in it, and what may be wrong with it."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kgqa.graph import nodes as nodes_of
from kgqa.graph.graph import KnowledgeGraph
from kgqa.graph.terms import XSD_STRING, key_to_literal
from kgqa.types import NodeIds

EXAMPLES = 3
TOP = 20
"""Classes, duplicated labels and domain or range types are listed up to this many."""


@dataclass(frozen=True, slots=True)
class FanOut:
    """How many objects a subject has under a relation, or subjects an object."""

    mean: float
    max: int


@dataclass(frozen=True, slots=True)
class RelationReport:
    """One relation.

    domain, range : the most common classes of its subjects and objects (for nodes without one "entity" or
    "blank"; for literals their datatype) -> share of its facts, in [0, 1].
    out, into : objects per subject, and subjects per object. examples : (subject, object) labels.
    """

    id: str
    label: str
    facts: int
    domain: Mapping[str, float]
    range: Mapping[str, float]
    out: FanOut
    into: FanOut
    examples: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class GraphReport:
    """What a graph holds.

    literals : datatype IRI -> distinct values. languages : of labels and aliases, tag -> count. scripts : of those
    without a tag, script -> count, such as "Latin" and "Han"; "none" has no letters. unlabelled : share of entities
    without a label, in [0, 1]. classes : label -> nodes that state it. duplicated_labels : label -> nodes that share
    it; n_duplicated_labels : how many such labels. sources : source -> facts.
    """

    facts: int
    entities: int
    blank_nodes: int
    literals: Mapping[str, int]
    languages: Mapping[str, int]
    scripts: Mapping[str, int]
    unlabelled: float
    mediators: int
    classes: Mapping[str, int]
    n_classes: int
    relations: tuple[RelationReport, ...]
    duplicated_labels: Mapping[str, int]
    n_duplicated_labels: int
    sources: Mapping[str, int]
    repeated: int
    skipped_count: int
    skipped: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The report as JSON holds it."""
        return asdict(self)


def inspect_graph(graph: KnowledgeGraph) -> GraphReport:
    """Examine a graph; a million facts take a few seconds."""
    entities = graph.entities
    datatypes, datatype_names = _datatypes(graph)
    types = _TypeOf(graph, datatypes, datatype_names)
    names = graph.all_names()
    duplicated = _duplicated(names)
    classes = _classes(graph)
    return GraphReport(
        facts=graph.n_triples,
        entities=int((graph.kinds[entities] == nodes_of.ENTITY).sum()),
        blank_nodes=int((graph.kinds[entities] == nodes_of.BLANK).sum()),
        literals=_counted(datatypes[datatypes >= 0], datatype_names),
        languages=dict(Counter(names.languages).most_common()),
        scripts=_scripts(names),
        unlabelled=float((~graph.labelled[entities]).mean()) if len(entities) else 0.0,
        mediators=int(graph.is_mediator(entities).sum()),
        classes=dict(classes.most_common(TOP)),
        n_classes=len(graph.classes),
        relations=_relations(graph, types),
        duplicated_labels=dict(duplicated.most_common(TOP)),
        n_duplicated_labels=len(duplicated),
        sources=_counted(np.asarray(graph.arrays.triple_source), graph.sources),
        repeated=graph.report.repeated,
        skipped_count=graph.report.skipped_count,
        skipped=graph.report.skipped,
    )


def _counted(numbers: NDArray[np.integer], names: tuple[str, ...]) -> dict[str, int]:
    counts = Counter(dict(zip(names, np.bincount(numbers, minlength=len(names)).tolist(), strict=True)))
    return {name: count for name, count in counts.most_common() if count}


def _datatypes(graph: KnowledgeGraph) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """For every term the number of its datatype, -1 for what is no literal or in no fact; and the datatypes."""
    literals = np.unique(graph.arrays.out.neighbours)
    literals = literals[graph.is_literal(literals)]
    numbers: dict[str, int] = {}
    found = np.full(graph.n_terms, -1, dtype=np.int32)
    found[literals] = [
        numbers.setdefault(XSD_STRING if key.endswith('"') else key_to_literal(key).datatype, len(numbers))
        for key in graph.terms.many(literals)
    ]
    return found, tuple(numbers)


def _scripts(names: nodes_of.NodeNames) -> dict[str, int]:
    """In which script the names without a language tag are."""
    untagged = (text for text, tag in zip(names.texts, names.languages, strict=True) if not tag)
    return dict(Counter(map(script_of, untagged)).most_common())


def script_of(text: str) -> str:
    """The script of most letters of a text, of equally many the one that comes first; "none" without a letter."""
    if text.isascii():
        return "Latin" if any(map(str.isalpha, text)) else "none"
    counts = Counter(_script(character) for character in text if character.isalpha())
    return counts.most_common(1)[0][0] if counts else "none"


@cache
def _script(letter: str) -> str:
    # Unicode's names begin with the script: "LATIN SMALL LETTER A", "CJK UNIFIED IDEOGRAPH-65E5".
    words = unicodedata.name(unicodedata.normalize("NFKC", letter)[0], "other").split()
    return {"CJK": "Han", "HIRAGANA": "kana", "KATAKANA": "kana"}.get(words[0], words[0].capitalize())


def _duplicated(names: nodes_of.NodeNames) -> Counter[str]:
    """Labels that several nodes bear -> how many nodes; ties in the order of the alphabet."""
    labels = {(node, text) for node, text, _, is_alias in names if not is_alias}
    counts = Counter(text for _, text in labels)
    return Counter({text: count for text, count in sorted(counts.items()) if count > 1})


def _classes(graph: KnowledgeGraph) -> Counter[str]:
    counts: Counter[int] = Counter()
    for relation in graph.schema.types:
        classes, numbers = np.unique(graph.relation_pairs(relation)[1], return_counts=True)
        counts.update(dict(zip(classes.tolist(), numbers.tolist(), strict=True)))
    labelled: Counter[str] = Counter()
    for node, count in counts.items():
        labelled[graph.label(node)] += count
    return labelled


class _TypeOf:
    """One type for every term: its first stated class, its datatype, or its kind."""

    def __init__(self, graph: KnowledgeGraph, datatypes: NDArray[np.int32], datatype_names: tuple[str, ...]) -> None:
        self._graph = graph
        self._fixed = ("entity", "blank", *datatype_names)
        self._types = np.where(graph.kinds == nodes_of.BLANK, 1, 0).astype(np.int64)
        is_value = datatypes >= 0
        self._types[is_value] = datatypes[is_value] + 2
        for relation in reversed(graph.schema.types):
            subjects, classes = graph.relation_pairs(relation)
            # Of several classes the last assigned stays, so the first in order is assigned last.
            self._types[subjects[::-1]] = classes[::-1].astype(np.int64) + len(self._fixed)

    def shares(self, nodes: NodeIds) -> dict[str, float]:
        """The most common types of the nodes -> share."""
        types, counts = np.unique(self._types[nodes], return_counts=True)
        order = np.argsort(-counts, kind="stable")[:TOP]
        return {self._name(int(types[i])): round(float(counts[i]) / len(nodes), 4) for i in order}

    def _name(self, number: int) -> str:
        n_fixed = len(self._fixed)
        return self._fixed[number] if number < n_fixed else self._graph.label(number - n_fixed)


def _relations(graph: KnowledgeGraph, types: _TypeOf) -> tuple[RelationReport, ...]:
    present = [r for r in range(graph.n_relations) if graph.relation_size(r)]
    reports = [_relation(graph, types, relation) for relation in present]
    return tuple(sorted(reports, key=lambda report: (-report.facts, report.id)))


def _relation(graph: KnowledgeGraph, types: _TypeOf, relation: int) -> RelationReport:
    subjects, objects = graph.relation_pairs(relation)
    some = np.linspace(0, len(subjects) - 1, min(EXAMPLES, len(subjects))).astype(np.int64)
    pairs = zip(subjects[some].tolist(), objects[some].tolist(), strict=True)
    return RelationReport(
        id=graph.relation_id(relation),
        label=graph.relation_label(relation),
        facts=len(subjects),
        domain=types.shares(subjects),
        range=types.shares(objects),
        out=_fan_out(subjects),
        into=_fan_out(objects),
        examples=tuple((graph.label(s) or graph.id(s), graph.label(o) or graph.id(o)) for s, o in pairs),
    )


def _fan_out(ends: NodeIds) -> FanOut:
    counts = np.unique(ends, return_counts=True)[1]
    return FanOut(round(float(counts.mean()), 3), int(counts.max()))
