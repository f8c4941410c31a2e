"""Adding and removing facts without a rebuild: changed edges are merged into the sorted arrays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kgqa.errors import GraphError
from kgqa.graph.adjacency import MAX_RELATIONS, RELATION_BITS, Adjacency, pack
from kgqa.graph.build import EdgeBuffer, GraphArrays
from kgqa.graph.names import settle_names, value_datatype
from kgqa.graph.objects import read_triples
from kgqa.graph.problems import Problems
from kgqa.graph.strings import StringTable
from kgqa.graph.terms import XSD, XSD_STRING, key_to_literal, literal_key
from kgqa.types import Literal, NodeIds

if TYPE_CHECKING:
    from kgqa.graph.graph import KnowledgeGraph

_MOSTLY = 0.5


@dataclass(frozen=True, slots=True)
class ChangeReport:
    """What became of the changes.

    added, removed : facts. already_present : facts to add that were there. not_found : facts to remove that weren't.
    new_nodes : the terms that the graph didn't know, as node numbers.
    """

    added: int = 0
    removed: int = 0
    already_present: int = 0
    not_found: int = 0
    new_nodes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Edges:
    """Edges over the terms of one graph, sorted: keys int64 [n], objects int32 [n], sources int32 [n]."""

    keys: NDArray[np.int64]
    objects: NodeIds
    sources: NDArray[np.int32]

    def take(self, which: NDArray[Any]) -> _Edges:
        return _Edges(self.keys[which], self.objects[which], self.sources[which])

    def are_first(self) -> NDArray[np.bool_]:
        """Which edges don't repeat the one before, but for the source."""
        first = np.ones(len(self.keys), dtype=bool)
        first[1:] = (self.keys[1:] != self.keys[:-1]) | (self.objects[1:] != self.objects[:-1])
        return first


def change(
    graph: KnowledgeGraph, add: Iterable[Any], remove: Iterable[Any]
) -> tuple[StringTable, GraphArrays, tuple[str, ...], ChangeReport]:
    """The parts of the changed graph; facts are removed first, then added."""
    removals, additions = _read(graph, remove), _read(graph, add)
    removed = _known_edges(graph, removals)
    arrays, n_removed = _without(graph.arrays, removed)
    terms = graph.terms.with_added(_used_keys(additions))
    relations, sources = _extended_relations(graph, terms, additions), _extended_sources(graph, additions)
    added = _numbered(additions, terms, relations, sources)
    first = added.are_first()
    arrays, n_added = _with(arrays, added.take(first), relations)
    arrays = _with_sources(arrays, added.take(~first))
    new_nodes = tuple(range(len(graph.terms), len(terms)))
    wanted = len({key for key in _rows(removals)})
    report = ChangeReport(n_added, n_removed, int(first.sum()) - n_added, wanted - n_removed, new_nodes)
    return terms, arrays, sources, report


# -- reading ----------------------------------------------------------------------------------


def _read(graph: KnowledgeGraph, triples: Iterable[Any]) -> EdgeBuffer:
    buffer = EdgeBuffer()
    read_triples(triples, buffer, Problems())
    _settle_by_graph(graph, buffer)
    settle_names(buffer, graph.schema_config)
    return buffer


def _settle_by_graph(graph: KnowledgeGraph, buffer: EdgeBuffer) -> None:
    """Read bare names as the graph's own facts of that relation were read; leave those of new relations."""
    keys = list(buffer.ids)
    left: list[tuple[int, int]] = []
    for row in [row for start, stop in buffer.names for row in range(start, stop)]:
        subject, predicate, obj = (keys[column[row]] for column in (buffer.subjects, buffer.predicates, buffer.objects))
        relation = graph.find_relation(predicate[1:-1])
        if relation < 0 or not graph.relation_size(relation):
            left.append((row, row + 1))
        else:
            buffer.objects[row] = buffer.intern(_object_key(graph, subject, relation, obj))
    buffer.names = left


def _object_key(graph: KnowledgeGraph, subject: str, relation: int, key: str) -> str:
    if not key.startswith("<"):
        return key
    text = key[1:-1]
    for target in graph.follow(np.array([graph.find_key(subject)], dtype=np.int32), relation):
        if graph.id(int(target)) == text:
            return graph.terms[int(target)]
    literals = graph.is_literal(graph.relation_pairs(relation)[1])
    if literals.mean() <= _MOSTLY:
        return key
    if relation in graph.schema.naming:
        return literal_key(Literal(text))
    sample = key_to_literal(graph.terms[int(graph.relation_pairs(relation)[1][literals][0])])
    datatype = value_datatype(text) or XSD_STRING
    is_year = datatype == XSD + "integer" and sample.datatype == XSD + "gYear"
    return literal_key(Literal(text, sample.datatype if is_year else datatype))


def _rows(buffer: EdgeBuffer) -> Iterable[tuple[int, int, int]]:
    return zip(buffer.subjects, buffer.predicates, buffer.objects, strict=True)


def _used_keys(buffer: EdgeBuffer) -> list[str]:
    used = sorted({*buffer.subjects, *buffer.predicates, *buffer.objects})
    keys = list(buffer.ids)
    return sorted(keys[i] for i in used)


# -- numbering --------------------------------------------------------------------------------


def _extended_relations(graph: KnowledgeGraph, terms: StringTable, buffer: EdgeBuffer) -> NDArray[np.int32]:
    keys = list(buffer.ids)
    stated = {terms.find(keys[predicate]) for predicate in set(buffer.predicates)}
    fresh = sorted(stated - set(graph.arrays.relations.tolist()))
    if graph.n_relations + len(fresh) > MAX_RELATIONS:
        raise GraphError(f"the graph would have over {MAX_RELATIONS:,} relations. Is the predicate the right one?")
    # Old relations keep their numbers, so new ones stand behind them whatever their terms.
    return np.concatenate([graph.arrays.relations, np.array(fresh, dtype=np.int32)])


def _extended_sources(graph: KnowledgeGraph, buffer: EdgeBuffer) -> tuple[str, ...]:
    return (*graph.sources, *(source for source in buffer.sources if source not in graph.sources))


def _known_edges(graph: KnowledgeGraph, buffer: EdgeBuffer) -> _Edges:
    numbers = np.array([graph.terms.find(key) for key in buffer.ids], dtype=np.int32)
    columns = (np.array(c, dtype=np.int32) for c in (buffer.subjects, buffer.predicates, buffer.objects))
    subjects, predicates, objects = (numbers[c] if len(c) else c for c in columns)
    number_of = {int(term): i for i, term in enumerate(graph.arrays.relations)}
    relations = np.array([number_of.get(int(p), -1) for p in predicates], dtype=np.int32)
    known = (subjects >= 0) & (relations >= 0) & (objects >= 0)
    sources = np.zeros(int(known.sum()), dtype=np.int32)
    edges = _sorted(_Edges(pack(subjects[known], relations[known]), objects[known], sources))
    return edges.take(edges.are_first())


def _numbered(buffer: EdgeBuffer, terms: StringTable, relations: NDArray[np.int32], sources: Sequence[str]) -> _Edges:
    keys = list(buffer.ids)
    number_of = {int(term): i for i, term in enumerate(relations)}
    rows = list(_rows(buffer))
    term = {i: terms.find(keys[i]) for i in {i for row in rows for i in row}}
    subjects = np.array([term[s] for s, _, _ in rows], dtype=np.int32)
    relation = np.array([number_of[term[p]] for _, p, _ in rows], dtype=np.int32)
    objects = np.array([term[o] for _, _, o in rows], dtype=np.int32)
    position = {source: i for i, source in enumerate(sources)}
    origins = [position[source] for source in buffer.sources]
    stated = np.array([origins[origin] for origin in buffer.origins], dtype=np.int32)
    return _sorted(_Edges(pack(subjects, relation), objects, stated))


def _sorted(edges: _Edges) -> _Edges:
    return edges.take(np.lexsort((edges.sources, edges.objects, edges.keys)))


# -- merging ----------------------------------------------------------------------------------


def _locate(side: Adjacency, keys: NDArray[np.int64], others: NodeIds) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Where each edge (key, other) stands or would stand in a direction, and whether it is there."""
    at = np.searchsorted(side.pair_key, keys)
    positions = np.zeros(len(keys), dtype=np.int64)
    present = np.zeros(len(keys), dtype=bool)
    for i, (pair, key, other) in enumerate(zip(at.tolist(), keys.tolist(), others.tolist(), strict=True)):
        start = int(side.pair_ptr[pair])
        positions[i] = start
        if pair < len(side.pair_key) and side.pair_key[pair] == key:
            neighbours = side.neighbours[start : int(side.pair_ptr[pair + 1])]
            offset = int(np.searchsorted(neighbours, other))
            positions[i] += offset
            present[i] = offset < len(neighbours) and neighbours[offset] == other
    return positions, present


def _reversed(edges: _Edges) -> tuple[NDArray[np.int64], NodeIds, NDArray[np.int64]]:
    """The edges by object: (keys, subjects, order), sorted."""
    subjects = (edges.keys >> RELATION_BITS).astype(np.int32)
    keys = pack(edges.objects, edges.keys & (MAX_RELATIONS - 1))
    order = np.lexsort((subjects, keys))
    return keys[order], subjects[order], order


def _without(arrays: GraphArrays, edges: _Edges) -> tuple[GraphArrays, int]:
    at, present = _locate(arrays.out, edges.keys, edges.objects)
    edges, at = edges.take(present), at[present]
    if not len(at):
        return arrays, 0
    keys, subjects, _ = _reversed(edges)
    back, _ = _locate(arrays.into, keys, subjects)
    kept_position = np.delete(np.asarray(arrays.into_position), back)
    more = arrays.more_sources[~np.isin(arrays.more_sources[:, 0], at)]
    result = GraphArrays(
        relations=arrays.relations,
        out=_deleted(arrays.out, at),
        into=_deleted(arrays.into, back),
        into_position=kept_position - np.searchsorted(at, kept_position),
        triple_source=np.delete(np.asarray(arrays.triple_source), at),
        more_sources=np.stack([more[:, 0] - np.searchsorted(at, more[:, 0]), more[:, 1]], axis=1),
    )
    return result, len(at)


def _deleted(side: Adjacency, at: NDArray[np.int64]) -> Adjacency:
    return Adjacency.from_sorted(np.delete(side.keys(), at), np.delete(np.asarray(side.neighbours), at))


def _inserted(side: Adjacency, at: NDArray[np.int64], keys: NDArray[np.int64], others: NodeIds) -> Adjacency:
    return Adjacency.from_sorted(np.insert(side.keys(), at, keys), np.insert(np.asarray(side.neighbours), at, others))


def _with(arrays: GraphArrays, edges: _Edges, relations: NDArray[np.int32]) -> tuple[GraphArrays, int]:
    at, present = _locate(arrays.out, edges.keys, edges.objects)
    more = _more_sources(arrays, at[present], edges.sources[present])
    edges, at = edges.take(~present), at[~present]
    keys, subjects, order = _reversed(edges)
    back, _ = _locate(arrays.into, keys, subjects)

    def moved(positions: NDArray[np.int64]) -> NDArray[np.int64]:
        return positions + np.searchsorted(at, positions, side="right")

    new_positions = at + np.arange(len(at))
    result = GraphArrays(
        relations=relations,
        out=_inserted(arrays.out, at, edges.keys, edges.objects),
        into=_inserted(arrays.into, back, keys, subjects),
        into_position=np.insert(moved(np.asarray(arrays.into_position)), back, new_positions[order]),
        triple_source=np.insert(np.asarray(arrays.triple_source), at, edges.sources),
        more_sources=np.stack([moved(more[:, 0]), more[:, 1]], axis=1),
    )
    return result, len(at)


def _with_sources(arrays: GraphArrays, edges: _Edges) -> GraphArrays:
    at, _ = _locate(arrays.out, edges.keys, edges.objects)
    return replace(arrays, more_sources=_more_sources(arrays, at, edges.sources))


def _more_sources(arrays: GraphArrays, at: NDArray[np.int64], sources: NDArray[np.int32]) -> NDArray[np.int64]:
    """The further sources, with those that state a fact again."""
    other = arrays.triple_source[at] != sources
    stated = np.stack([at[other], sources[other].astype(np.int64)], axis=1)
    return np.unique(np.concatenate([np.asarray(arrays.more_sources), stated]), axis=0)
