"""What all nodes of a graph are: kinds, names, mediators, nodes that are the same."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kgqa.graph.naming import base_name, own_name
from kgqa.graph.terms import OWL, RDF, RDFS, key_to_id
from kgqa.types import NodeIds

if TYPE_CHECKING:
    from kgqa.graph.graph import KnowledgeGraph

LITERAL, ENTITY, BLANK = 0, 1, 2
_ABOUT_RELATIONS = (RDFS + "subPropertyOf", RDFS + "domain", RDFS + "range", OWL + "equivalentProperty")
_MACHINE_PREFIXES = ("<m.0", "<g.1", "<http://rdf.freebase.com/ns/m.0", "<http://rdf.freebase.com/ns/g.1")
_MACHINE_NAME = re.compile(r"[^/#]*\d[^/#]*>")
_MOSTLY = 0.5


@dataclass(frozen=True, slots=True)
class NodeNames:
    """Every name of every entity and blank node; a node may have several, and a name may be of several nodes.

    nodes : int32 [names]. texts : the names. languages : BCP 47 tags, or "". is_alias : bool [names].
    """

    nodes: NodeIds
    texts: Sequence[str]
    languages: Sequence[str]
    is_alias: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.texts)

    def __iter__(self) -> Iterator[tuple[int, str, str, bool]]:
        return zip(self.nodes.tolist(), self.texts, self.languages, self.is_alias.tolist(), strict=True)


def kinds_of(graph: KnowledgeGraph) -> NDArray[np.uint8]:
    """LITERAL, ENTITY or BLANK for every term, uint8 [terms]."""
    first = graph.terms.first_bytes()
    kinds = np.full(len(first), ENTITY, dtype=np.uint8)
    kinds[first == ord('"')] = LITERAL
    kinds[first == ord("_")] = BLANK
    return kinds


def entities_of(graph: KnowledgeGraph) -> NodeIds:
    """The entities and blank nodes that stand in facts, ascending.

    A term that stands only as a predicate, or in facts about itself as one (its label, domain, ...), is none, unless it
    is a class too: in a table, the column `product` of orders is called like the kind of what it holds.
    """
    used = np.zeros(graph.n_terms, dtype=bool)
    used[graph.subjects] = True
    used[graph.arrays.out.neighbours] = True
    used[graph.kinds == LITERAL] = False
    relations = graph.arrays.relations[used[graph.arrays.relations]]
    used[relations] = _are_nodes(graph, relations)
    return np.flatnonzero(used).astype(np.int32)


def _are_nodes(graph: KnowledgeGraph, terms: NodeIds) -> NDArray[np.bool_]:
    schema = graph.schema
    about = {*schema.naming, *schema.types, *schema.subclasses, *schema.inverses}
    about |= {r for r in map(graph.find_relation, _ABOUT_RELATIONS) if r >= 0}
    found: NDArray[np.bool_] = np.isin(terms, graph.classes)
    for side in (graph.arrays.out, graph.arrays.into):
        nodes, relations, _ = side.pairs(terms)
        found |= np.isin(terms, nodes[~np.isin(relations, list(about))])
    return found


def names_of(graph: KnowledgeGraph) -> NodeNames:
    """Labels, aliases and, for nodes without a label, local names; and their base names as further aliases."""
    entities = graph.entities
    is_entity = np.zeros(graph.n_terms, dtype=bool)
    is_entity[entities] = True
    parts = [_stated(graph, r, is_entity, alias=False) for r in graph.schema.labels]
    parts += [_stated(graph, r, is_entity, alias=True) for r in graph.schema.aliases]
    unlabelled = entities[~graph.labelled[entities]]
    unlabelled = unlabelled[(graph.kinds[unlabelled] == ENTITY) & ~graph.is_mediator(unlabelled)]
    parts.append(_own(graph, unlabelled))
    parts = [*parts, *map(_bases, parts)]
    return NodeNames(
        np.concatenate([part.nodes for part in parts]),
        [text for part in parts for text in part.texts],
        [language for part in parts for language in part.languages],
        np.concatenate([part.is_alias for part in parts]),
    )


def _stated(graph: KnowledgeGraph, relation: int, is_entity: NDArray[np.bool_], *, alias: bool) -> NodeNames:
    subjects, objects = graph.relation_pairs(relation)
    keep = is_entity[subjects]
    subjects, objects = subjects[keep], objects[keep]
    distinct, at = np.unique(objects, return_inverse=True)
    pairs = [_text_and_language(key) for key in graph.terms.many(distinct)]
    found = [pairs[i] for i in at.tolist()]
    texts, languages = [text for text, _ in found], [language for _, language in found]
    return NodeNames(subjects, texts, languages, np.full(len(subjects), alias))


def _text_and_language(key: str) -> tuple[str, str]:
    if not key.startswith('"'):
        return own_name(key_to_id(key))
    end = key.rindex('"')
    return key[1:end], key[end + 2 :] if key.startswith("@", end + 1) else ""


def _own(graph: KnowledgeGraph, nodes: NodeIds) -> NodeNames:
    found = [own_name(key[1:-1]) for key in graph.terms.many(nodes)]
    return NodeNames(nodes, [text for text, _ in found], [lang for _, lang in found], np.zeros(len(nodes), dtype=bool))


def _bases(names: NodeNames) -> NodeNames:
    maybe = [i for i, text in enumerate(names.texts) if text[-1:] in ")）" or "#" in text]
    bases = [(i, base) for i in maybe if (base := base_name(names.texts[i])) is not None]
    at = np.array([i for i, _ in bases], dtype=np.int64)
    languages = [names.languages[i] for i, _ in bases]
    return NodeNames(names.nodes[at], [base for _, base in bases], languages, np.ones(len(bases), dtype=bool))


def labelled_of(graph: KnowledgeGraph) -> NDArray[np.bool_]:
    """Which terms have a label, bool [terms]."""
    mask = np.zeros(graph.n_terms, dtype=bool)
    for relation in graph.schema.labels:
        mask[graph.relation_pairs(relation)[0]] = True
    return mask


def mediators_of(graph: KnowledgeGraph) -> NDArray[np.bool_]:
    """Which terms only hold facts together, bool [terms].

    Without a label, and either a blank node, an rdf:Statement, a Freebase id, or a numbered IRI with two or more
    facts in a graph that labels most of its entities. Where most entities are Freebase ids, these are no mediators.
    """
    unlabelled = ~graph.labelled & (graph.kinds != LITERAL)
    mask: NDArray[np.bool_] = (graph.kinds == BLANK) | _statements(graph)
    machine = _machine_ids(graph)
    entities = graph.entities
    if len(entities) and machine[entities].mean() <= _MOSTLY:
        mask |= machine
    if len(entities) and graph.labelled[entities].mean() > _MOSTLY:
        candidates = entities[~graph.labelled[entities] & (graph.kinds[entities] == ENTITY)]
        candidates = candidates[graph.arrays.out.degrees(candidates) >= 2]
        named = [_MACHINE_NAME.search(key) is not None for key in graph.terms.many(candidates)]
        mask[candidates[np.array(named, dtype=bool)]] = True
    mask &= unlabelled
    return mask


def _machine_ids(graph: KnowledgeGraph) -> NDArray[np.bool_]:
    mask = np.zeros(graph.n_terms, dtype=bool)
    for prefix in _MACHINE_PREFIXES:
        mask[graph.terms.lower_bound(prefix) : graph.terms.lower_bound(prefix[:-1] + chr(ord(prefix[-1]) + 1))] = True
    for i, key in enumerate(graph.terms.added, start=graph.terms.sorted_size):
        mask[i] = key.startswith(_MACHINE_PREFIXES)
    return mask


def _statements(graph: KnowledgeGraph) -> NDArray[np.bool_]:
    mask = np.zeros(graph.n_terms, dtype=bool)
    for name in ("subject", "object"):
        relation = graph.find_relation(RDF + name)
        if relation >= 0:
            mask[graph.relation_pairs(relation)[0]] = True
    return mask


def same_as(graph: KnowledgeGraph, nodes: NodeIds) -> NodeIds:
    """The nodes and all that are stated to be the same, directly or over others; ascending."""
    seen = frontier = np.unique(nodes)
    while graph.schema.same and len(frontier):
        sides = [graph.follow(frontier, r, inverse=i) for r in graph.schema.same for i in (False, True)]
        frontier = np.setdiff1d(np.concatenate(sides), seen)
        seen = np.union1d(seen, frontier)
    return seen
