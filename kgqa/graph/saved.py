"""A graph as sections of a bundle, and back."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kgqa.config import SchemaConfig, from_mapping
from kgqa.errors import BundleError
from kgqa.graph.adjacency import MAX_RELATIONS, RELATION_BITS, Adjacency
from kgqa.graph.build import GraphArrays
from kgqa.graph.bundle import Bundle, Section
from kgqa.graph.graph import KnowledgeGraph, LoadReport
from kgqa.graph.strings import StringTable

_PREFIX = "graph/"


def graph_sections(graph: KnowledgeGraph) -> dict[str, Section]:
    """All that a graph is, as bundle sections whose names start with "graph/"."""
    arrays, added = graph.arrays, StringTable.from_sorted(graph.terms.added)
    pointers, order = graph.relation_order
    about = {
        "sources": graph.sources,
        "schema": asdict(graph.schema_config),
        "report": asdict(graph.report),
    }
    sections: dict[str, Section] = {
        "terms.blob": graph.terms.blob,
        "terms.offsets": graph.terms.offsets,
        "added.blob": added.blob,
        "added.offsets": added.offsets,
        "relations": arrays.relations,
        "into_position": arrays.into_position,
        "triple_source": arrays.triple_source,
        "more_sources": arrays.more_sources,
        "subjects": graph.subjects,
        "relation.pointers": pointers,
        "relation.order": order,
        "about": json.dumps(about).encode(),
    }
    for side, adjacency in (("out", arrays.out), ("into", arrays.into)):
        sections[f"{side}.pair_key"] = adjacency.pair_key
        sections[f"{side}.pair_ptr"] = adjacency.pair_ptr
        sections[f"{side}.neighbours"] = adjacency.neighbours
    return {_PREFIX + name: section for name, section in sections.items()}


def graph_from_bundle(bundle: Bundle) -> KnowledgeGraph:
    """The graph of a bundle, its arrays mapped from disk."""

    def array(name: str) -> Any:
        return bundle.array(_PREFIX + name)

    def side(name: str) -> Adjacency:
        return Adjacency(*(array(f"{name}.{part}") for part in ("pair_key", "pair_ptr", "neighbours")))

    about = json.loads(bundle.bytes(_PREFIX + "about"))
    added = StringTable(array("added.blob"), array("added.offsets"))
    arrays = GraphArrays(
        relations=array("relations"),
        out=side("out"),
        into=side("into"),
        into_position=array("into_position"),
        triple_source=array("triple_source"),
        more_sources=array("more_sources"),
    )
    report = LoadReport(**{**about["report"], "skipped": tuple(about["report"]["skipped"])})
    terms = StringTable(array("terms.blob"), array("terms.offsets"), [added[i] for i in range(len(added))])
    _check(arrays, len(terms), bundle)
    graph = KnowledgeGraph(terms, arrays, tuple(about["sources"]), from_mapping(SchemaConfig, about["schema"]), report)
    # Cached properties keep their value in the instance: filled here, nothing is sorted on opening.
    graph.__dict__["subjects"] = array("subjects")
    graph.__dict__["relation_order"] = (array("relation.pointers"), array("relation.order"))
    return graph


def _check(arrays: GraphArrays, n_terms: int, bundle: Bundle) -> None:
    n, n_relations = len(arrays.out.neighbours), len(arrays.relations)
    columns = (arrays.into.neighbours, arrays.into_position, arrays.triple_source)
    right = all(len(column) == n for column in columns)
    for side in (arrays.out, arrays.into):
        right &= len(side.pair_ptr) == len(side.pair_key) + 1 and int(side.pair_ptr[-1]) == n
        right &= _within(side.neighbours, n_terms) and _within(side.pair_key >> RELATION_BITS, n_terms)
        right &= _within(side.pair_key & (MAX_RELATIONS - 1), n_relations)
    right &= _within(arrays.into_position, n) and _within(arrays.relations, n_terms)
    if not right:
        raise BundleError(f"the arrays of {str(bundle.directory)!r} don't fit together. Build the bundle again")


def _within(numbers: NDArray[np.integer], stop: int) -> bool:
    return not len(numbers) or bool(numbers.min() >= 0 and numbers.max() < stop)
