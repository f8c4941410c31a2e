"""Facts that must not matter: others with similar names and the same relations; other relations of the same entity.

What is added hangs together with the graph by nothing but the question's own entities, or by nothing at all, and has no
class: no count, superlative or list that asks for a class can hold it, so the right answers stay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from kgqa.evaluation.robustness.contract import UNNAMED, Attacked, Case, Scene, Skipped, Variant
from kgqa.evaluation.robustness.invention import Inventor
from kgqa.evaluation.robustness.renaming import label_fact
from kgqa.graph import KnowledgeGraph
from kgqa.graph.terms import XSD, is_iri
from kgqa.text import fold
from kgqa.types import Literal, NodeKind, Triple

MOST_RELATIONS = 12
"""Relations of an entity that are copied, or disguised, at most."""

_BASE = "https://kgqa.example/distractor/"
_SIMILAR = ("New {}", "{} Park", "Little {}", "{} Street", "Upper {}")
_SIMILAR_CHINESE = ("新{}", "{}公园", "小{}", "{}大街", "上{}")
_SHORTEST = 4
_OTHER = (("former", "曾经的"), ("rumoured", "传闻中的"), ("planned", "计划中的"))
_INTEGERS = (XSD + "integer", XSD + "int", XSD + "long", XSD + "nonNegativeInteger", XSD + "positiveInteger")
_DECIMALS = (XSD + "decimal", XSD + "double", XSD + "float")

Facts = Callable[[int], tuple[Triple, ...]]


@dataclass(frozen=True)
class SimilarEntities:
    """For every entity of a question another with a similar name, the same relations and invented neighbours."""

    name: str = "similar-entities"
    about: str = "entities with similar names and the same relations are added"

    def apply(self, scene: Scene, cases: Sequence[Case]) -> Attacked:
        """One changed graph for all questions."""
        texts = "\n".join(fold(case.text) for case in cases)
        inventor = Inventor(scene.names, scene.draw(self.name, "names"))
        return _around_entities(scene, cases, lambda node: tuple(_similar(scene, inventor, node, texts)))


@dataclass(frozen=True)
class OtherRelations:
    """Every entity of a question gets facts under new relations: "former capital" beside "capital"."""

    name: str = "other-relations"
    about: str = 'entities get further facts under relations such as "former capital"'

    def apply(self, scene: Scene, cases: Sequence[Case]) -> Attacked:
        """One changed graph for all questions."""
        inventor = Inventor(scene.names, scene.draw(self.name, "names"))
        attacked = _around_entities(scene, cases, lambda node: tuple(_disguised(scene.graph, inventor, node)))
        return replace(attacked, add=tuple(dict.fromkeys(attacked.add)))


def _around_entities(scene: Scene, cases: Sequence[Case], facts: Facts) -> Attacked:
    nodes = sorted({node for case in cases for place in case.places for node in place.nodes})
    added = {node: found for node in nodes if scene.graph.kind(node) is NodeKind.ENTITY and (found := facts(node))}
    skipped = {case.question.id: reason for case in cases if (reason := _unfit(case, added))}
    kept = tuple(Variant(case, case.text, case.gold.answers) for case in cases if case.question.id not in skipped)
    near = {node for variant in kept for place in variant.case.places for node in place.nodes}
    return Attacked(kept, skipped, add=tuple(fact for node in nodes if node in near for fact in added.get(node, ())))


def _unfit(case: Case, added: Mapping[int, tuple[Triple, ...]]) -> Skipped | None:
    if case.unplaced:
        return UNNAMED
    reached = any(node in added for place in case.places for node in place.nodes)
    return None if reached else Skipped("it names no entity with facts")


# -- similar entities ---------------------------------------------------------------------------


def _similar(scene: Scene, inventor: Inventor, node: int, texts: str) -> Iterator[Triple]:
    """The facts of an entity that is called nearly like another."""
    graph = scene.graph
    relations = list(_copied(graph, node))
    latin = _similar_name(scene, graph.label(node, "en"), _SIMILAR, texts)
    chinese = _similar_name(scene, graph.label(node, "zh"), _SIMILAR_CHINESE, texts)
    if not (latin and chinese and relations):
        return
    twin = f"{_BASE}like-{node}" if is_iri(graph.id(node)) else latin
    yield from _named(graph, twin, latin, chinese)
    for relation, inverse in relations:
        yield from _invented(graph, inventor, (twin, graph.relation_id(relation)), (node, relation), inverse=inverse)


def _copied(graph: KnowledgeGraph, node: int) -> Iterator[tuple[int, bool]]:
    """Relations that say something of a node, with their direction; not names, classes and the like."""
    schema = graph.schema
    apart = {*schema.naming, *schema.types, *schema.subclasses, *schema.inverses, *schema.same}
    at = np.array([node], dtype=np.int32)
    found = [(r, inverse) for inverse in (False, True) for r in graph.relations_of(at, inverse=inverse)[0].tolist()]
    yield from [(r, inverse) for r, inverse in found if r not in apart][:MOST_RELATIONS]


def _similar_name(scene: Scene, label: str, frames: Sequence[str], texts: str) -> str | None:
    """The name without its last word, or in a frame: the first that no node has and that no question means.

    texts : all questions, folded. A shorter name may stand there inside the longer one only, which is what is meant.
    """
    shorter = label.rpartition(" ")[0]
    if len(shorter) >= _SHORTEST and _free(scene, shorter, texts, texts.count(fold(label))):
        return shorter
    return next((name for frame in frames if _free(scene, name := frame.format(label), texts, 0)), None)


def _free(scene: Scene, name: str, texts: str, often: int) -> bool:
    return not scene.names.known(name) and texts.count(fold(name)) == often


def _invented(
    graph: KnowledgeGraph, inventor: Inventor, fact: tuple[str, str], model: tuple[int, int], *, inverse: bool
) -> Iterator[Triple]:
    """One fact of a new node by a relation, shaped like those of the node that it imitates.

    fact : new node and relation, ids. model : the imitated node and the relation, numbers.
    """
    (twin, relation), (node, number) = fact, model
    first = int(graph.follow(np.array([node], dtype=np.int32), number, inverse=inverse)[0])
    if graph.kind(first) is NodeKind.LITERAL:
        value = _value(graph, number, first, inventor)
        if value is not None:
            yield Triple(twin, relation, value)
        return
    latin, chinese = inventor.latin(), inventor.chinese()
    other = _new_id(graph, node, latin)
    yield from _named(graph, other, latin, chinese)
    yield Triple(other, relation, twin) if inverse else Triple(twin, relation, other)


def _value(graph: KnowledgeGraph, relation: int, model: int, inventor: Inventor) -> Literal | None:
    """A value that no other node has and that is no extreme: between two middle ones; an invented word for a text."""
    literal = graph.literal(model)
    if literal.datatype in (*_INTEGERS, *_DECIMALS):
        return _between(graph, relation, literal.datatype)
    return Literal(inventor.latin()) if literal.datatype == Literal("").datatype else None


def _between(graph: KnowledgeGraph, relation: int, datatype: str) -> Literal | None:
    objects = np.unique(graph.relation_pairs(relation)[1])
    values = sorted({float(graph.literal(node).lexical) for node in objects.tolist() if _is(graph, node, datatype)})
    if len(values) < 2:
        return None
    low, high = values[len(values) // 2 - 1 : len(values) // 2 + 1]
    middle = (low + high) / 2
    if datatype in _INTEGERS:
        return Literal(str(int(middle)), datatype) if low < int(middle) < high else None
    return Literal(repr(middle), datatype)


def _is(graph: KnowledgeGraph, node: int, datatype: str) -> bool:
    return graph.kind(node) is NodeKind.LITERAL and graph.literal(node).datatype == datatype


# -- other relations ----------------------------------------------------------------------------


def _disguised(graph: KnowledgeGraph, inventor: Inventor, node: int) -> Iterator[Triple]:
    """Facts of an entity under new relations that are named after its own."""
    for relation, inverse in _copied(graph, node):
        english, chinese = _OTHER[relation % len(_OTHER)]
        other_relation = _other_id(graph, relation, english)
        yield from _named(
            graph,
            other_relation,
            f"{english} {graph.relation_label(relation, 'en')}",
            f"{chinese}{graph.relation_label(relation, 'zh')}",
        )
        latin, han = inventor.latin(), inventor.chinese()
        other = _new_id(graph, node, latin)
        yield from _named(graph, other, latin, han)
        subject, obj = (other, graph.id(node)) if inverse else (graph.id(node), other)
        yield Triple(subject, other_relation, obj)


def _other_id(graph: KnowledgeGraph, relation: int, word: str) -> str:
    known = graph.relation_id(relation)
    return f"{_BASE}{word}-{relation}" if is_iri(known) else f"{word}_{known}"


def _new_id(graph: KnowledgeGraph, like: int, name: str) -> str:
    """An id for a new node: a name in a graph of names, or else an IRI."""
    return f"{_BASE}{name}" if is_iri(graph.id(like)) else name


def _named(graph: KnowledgeGraph, node_id: str, latin: str, chinese: str) -> Iterator[Triple]:
    """Labels, where the graph has any: one without language and, where Chinese is among them, one in Chinese."""
    if graph.schema.labels:
        yield label_fact(graph, node_id, latin)
        yield label_fact(graph, node_id, chinese, "zh")
