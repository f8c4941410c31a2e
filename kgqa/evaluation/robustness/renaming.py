"""Other names for the same things: an alias that the graph has, or an invented name in graph and question."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kgqa.evaluation.robustness.contract import NO_NAME, UNNAMED, Attacked, Case, Scene, Skipped, Variant
from kgqa.evaluation.robustness.invention import Inventor
from kgqa.evaluation.robustness.names import Name, Place, forms
from kgqa.graph import KnowledgeGraph
from kgqa.text import Language, fold, guess_language
from kgqa.types import Literal, NodeKind, Triple

RDFS_LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
LANG_STRING = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"


def aliased(case: Case, scene: Scene, draw: random.Random) -> str | Skipped:
    """Every name that has another in the graph is replaced by it; the other must mean nothing else."""
    if not case.places:
        return NO_NAME
    text = case.text
    language = guess_language(text)
    for place in reversed(case.places):
        others = _others(scene, place, text[place.start : place.end], language)
        if others:
            text = text[: place.start] + draw.choice(others) + text[place.end :]
    return Skipped("the graph has no other name for it that means nothing else") if text == case.text else text


def _others(scene: Scene, place: Place, name: str, language: Language) -> list[str]:
    names = sorted({n.text for node in place.nodes for n in scene.names.of.get(node, ()) if _fits(n, language)})
    meant = frozenset(place.nodes)
    others = [other for other in names if fold(other) not in forms(fold(name))]
    return [other for other in others if scene.names.nodes.get(fold(other)) == meant]


def _fits(name: Name, language: Language) -> bool:
    """Whether a name is one for a question in a language: its tag says so, or else its script."""
    if name.language:
        return name.language.split("-")[0] == language.value
    return guess_language(name.text) is language


@dataclass(frozen=True)
class UnseenName:
    """Every entity that a question names gets an invented name in graph and question, and loses all others."""

    name: str = "unseen-name"
    about: str = "entities get an invented name in graph and question, and lose all others"

    def apply(self, scene: Scene, cases: Sequence[Case]) -> Attacked:
        """One changed graph for all questions; an entity has the same new names in all of them."""
        skipped = {case.question.id: reason for case in cases if (reason := _unfit(case, scene.graph))}
        kept = [case for case in cases if case.question.id not in skipped]
        nodes = sorted({node for case in kept for place in case.places for node in place.nodes})
        remove = {node: naming_facts(scene.graph, node) for node in nodes}
        lost = frozenset(_lexical(fact) for facts in remove.values() for fact in facts)
        asks = {case.question.id for case in kept if lost.intersection(case.gold.answers)}
        skipped |= {i: Skipped("a name that is taken away is its answer") for i in asks}
        new = self._new_names(scene, kept)
        return Attacked(
            tuple(_variant(case, new) for case in kept if case.question.id not in asks),
            skipped,
            add=tuple(fact for node in nodes for fact in _labels(scene.graph, node, new[node])),
            remove=tuple(fact for facts in remove.values() for fact in facts),
        )

    def _new_names(self, scene: Scene, cases: Sequence[Case]) -> Mapping[int, tuple[str, str]]:
        """Node -> its new Latin and its new Chinese name; nodes that one place means get the same."""
        texts = "\n".join(case.text for case in cases)
        inventor = Inventor(scene.names, scene.draw(self.name, "names"), texts)
        new: dict[int, tuple[str, str]] = {}
        for nodes in sorted({place.nodes for case in cases for place in case.places}):
            pair = next((new[node] for node in nodes if node in new), None) or (inventor.latin(), inventor.chinese())
            new |= {node: new.get(node, pair) for node in nodes}
        return new


def naming_facts(graph: KnowledgeGraph, node: int) -> tuple[Triple, ...]:
    """The facts that name a node: labels and aliases."""
    relations = (*graph.schema.labels, *graph.schema.aliases)
    return tuple(graph.triple(node, r, name) for r in relations for name in graph.arrays.out.of(node, r).tolist())


def label_fact(graph: KnowledgeGraph, node_id: str, label: str, language: str = "") -> Triple:
    """A fact that gives a node a label, by the relation that the graph uses for it."""
    labels = graph.schema.labels
    relation = graph.relation_id(labels[0]) if labels else RDFS_LABEL
    return Triple(node_id, relation, Literal(label, LANG_STRING, language) if language else Literal(label))


def replaced(text: str, places: Iterable[Place], new: Mapping[int, str]) -> str:
    """A text with the names of its places replaced."""
    for place in sorted(places, key=lambda place: -place.start):
        text = text[: place.start] + new[place.nodes[0]] + text[place.end :]
    return text


def _unfit(case: Case, graph: KnowledgeGraph) -> Skipped | None:
    if case.unplaced:
        return UNNAMED
    if not case.places:
        return NO_NAME
    named = all(place.nodes and all(graph.kind(n) is NodeKind.ENTITY for n in place.nodes) for place in case.places)
    return None if named else Skipped("a name is a value, which can't be renamed")


def _variant(case: Case, new: Mapping[int, tuple[str, str]]) -> Variant:
    at = int(guess_language(case.text) is Language.CHINESE)
    text = replaced(case.text, case.places, {node: pair[at] for node, pair in new.items()})
    return Variant(case, text, case.gold.answers)


def _labels(graph: KnowledgeGraph, node: int, pair: tuple[str, str]) -> tuple[Triple, Triple]:
    latin, chinese = pair
    return label_fact(graph, graph.id(node), latin), label_fact(graph, graph.id(node), chinese, "zh")


def _lexical(fact: Triple) -> str:
    return fact.object.lexical if isinstance(fact.object, Literal) else fact.object
