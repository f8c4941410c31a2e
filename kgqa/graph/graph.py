"""The knowledge graph: interned terms, edges sorted both ways, names and classes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kgqa.config import SchemaConfig
from kgqa.graph import nodes as nodes_of
from kgqa.graph import views
from kgqa.graph.adjacency import MAX_RELATIONS, RELATION_BITS, distinct
from kgqa.graph.build import EdgeBuffer, GraphArrays, build_arrays, renumber
from kgqa.graph.bundle import Bundle, Section, write_bundle
from kgqa.graph.changes import ChangeReport, change
from kgqa.graph.names import relation_key
from kgqa.graph.naming import language_prefix, relation_domain, relation_phrase
from kgqa.graph.schema import Schema
from kgqa.graph.strings import StringTable
from kgqa.graph.terms import entity_key, key_to_id, key_to_literal, kind_of_key, local_name
from kgqa.types import Literal, NodeIds, NodeKind, Triple

if TYPE_CHECKING:
    import networkx
    import pyoxigraph
    import rdflib

EMPTY: NodeIds = np.zeros(0, dtype=np.int32)


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What happened to every line of a load.

    triples : distinct facts kept. repeated : facts stated again and merged. skipped : one message for each
    line left out under `on_error="skip"`; never more than `max_messages` texts, the count is `skipped_count`.
    """

    triples: int = 0
    repeated: int = 0
    skipped_count: int = 0
    skipped: tuple[str, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True)
class KnowledgeGraph:
    """A graph of entities, literals and blank nodes, ready to walk in both directions.

    Nodes are int32 numbers into `terms`; relations are numbered 0..n_relations-1 on their own.
    Immutable: a change makes a new graph that shares what it can.
    """

    terms: StringTable
    arrays: GraphArrays
    sources: tuple[str, ...] = ("",)
    schema_config: SchemaConfig = field(default_factory=SchemaConfig)
    report: LoadReport = field(default_factory=LoadReport)

    @classmethod
    def from_buffer(
        cls, buffer: EdgeBuffer, *, schema: SchemaConfig | None = None, report: LoadReport | None = None
    ) -> KnowledgeGraph:
        """Build from interned edges; the buffer is emptied."""
        columns = [np.frombuffer(c, dtype=np.int32) for c in (buffer.subjects, buffer.predicates, buffer.objects)]
        used = np.zeros(len(buffer.ids), dtype=bool)
        for column in columns:
            used[column] = True
        terms, numbers = renumber(buffer.ids, used)
        subjects, predicates, objects = (numbers[column] for column in columns)
        buffer.ids.clear()  # sorting needs the room: this keeps the peak low
        arrays, repeated = build_arrays(subjects, predicates, objects, np.frombuffer(buffer.origins, dtype=np.int32))
        old = report or LoadReport()
        done = LoadReport(len(arrays.out), repeated + old.repeated, old.skipped_count, old.skipped, old.seconds)
        return cls(terms, arrays, tuple(buffer.sources) or ("",), schema or SchemaConfig(), done)

    @classmethod
    def load(
        cls,
        source: object,
        *,
        format: str | None = None,  # noqa: A002 - the word that users of rdflib and pandas look for
        schema: SchemaConfig | None = None,
        on_error: str = "raise",
        relation: str | None = None,
    ) -> KnowledgeGraph:
        """Load a graph from files, a bundle, a live graph, triples or a SPARQL endpoint.

        source : a path (RDF, CSV, TSV, `|`, JSON Lines; `.gz` too), several, or a directory of them; a bundle
        directory; an rdflib or NetworkX graph; an iterable of triples; the http(s) URL of a SPARQL endpoint.
        format : overrides the suffix, e.g. "turtle" or "tsv". schema : which predicates carry names and classes.
        on_error : "raise", or "skip" to leave malformed lines out and count them in `report`.
        relation : the NetworkX edge attribute that names the relation.
        Raises GraphError, GraphSyntaxError, UnknownFormatError or BundleError.
        """
        from kgqa.graph.load import load_graph

        return load_graph(source, format=format, schema=schema, on_error=on_error, relation=relation)

    def sections(self) -> dict[str, Section]:
        """All that the graph is, as sections of a bundle (see `kgqa.graph.bundle`)."""
        from kgqa.graph.saved import graph_sections

        return graph_sections(self)

    def save(self, path: Path | str) -> None:
        """Write a bundle that holds the graph alone; `load` opens it."""
        write_bundle(path, self.sections(), {})

    @classmethod
    def from_bundle(cls, bundle: Bundle) -> KnowledgeGraph:
        """The graph of an open bundle, mapped from disk."""
        from kgqa.graph.saved import graph_from_bundle

        return graph_from_bundle(bundle)

    # -- size ---------------------------------------------------------------------------------

    @property
    def n_terms(self) -> int:
        """Number of terms: nodes, and relations as terms."""
        return len(self.terms)

    @property
    def n_relations(self) -> int:
        """Number of relations."""
        return len(self.arrays.relations)

    @property
    def n_triples(self) -> int:
        """Number of distinct facts."""
        return len(self.arrays.out)

    def __len__(self) -> int:
        return self.n_triples

    # -- terms --------------------------------------------------------------------------------

    def find(self, name: str) -> int:
        """The node of an IRI, plain name or `_:label`, or -1."""
        return self.terms.find(name if name.startswith("_:") else entity_key(name))

    def find_key(self, key: str) -> int:
        """The node of a term key (see `kgqa.graph.terms`), or -1."""
        return self.terms.find(key)

    def kind(self, node: int) -> NodeKind:
        """What a node is."""
        return kind_of_key(self.terms[node])

    def is_literal(self, nodes: NodeIds) -> NDArray[np.bool_]:
        """Which nodes are literals, [n]."""
        mask: NDArray[np.bool_] = self.kinds[nodes] == nodes_of.LITERAL
        return mask

    def literal(self, node: int) -> Literal:
        """The value of a literal node."""
        return key_to_literal(self.terms[node])

    def id(self, node: int) -> str:
        """The id that users see: IRI, plain name, `_:label`, or a literal's lexical form."""
        return key_to_id(self.terms[node])

    def label(self, node: int, language: str = "") -> str:
        """The best name of a node: in `language`, else without language, in English, any; else its local name."""
        key = self.terms[node]
        if key.startswith('"'):
            return key_to_id(key)
        names = self.names(node, self.schema.labels)
        if names:
            return _best_name(names, language).lexical
        return "" if key.startswith("_:") else local_name(key_to_id(key))

    def names(self, node: int, relations: Sequence[int]) -> list[Literal]:
        """The literals that a node has under naming relations, in their order."""
        found: list[Literal] = []
        for relation in relations:
            for target in self.arrays.out.of(node, relation).tolist():
                key = self.terms[target]
                found.append(key_to_literal(key) if key.startswith('"') else Literal(local_name(key_to_id(key))))
        return found

    def label_language(self, node: int, language: str = "") -> str:
        """The language of what `label` gives: a BCP 47 tag, or "" where it is unknown."""
        key = self.terms[node]
        names = [] if key.startswith('"') else self.names(node, self.schema.labels)
        if names:
            return _best_name(names, language).language
        return key_to_literal(key).language if key.startswith('"') else language_prefix(key_to_id(key))

    def all_names(self) -> nodes_of.NodeNames:
        """Every name of every entity and blank node: labels, aliases, local names where there is no label.

        Names that tell themselves apart in brackets or behind `#` come again without that, as aliases.
        """
        return nodes_of.names_of(self)

    def is_mediator(self, nodes: NodeIds) -> NDArray[np.bool_]:
        """Which nodes only hold facts together, such as blank nodes and statements, [n]."""
        return self._mediators[nodes]

    def same_as(self, nodes: NodeIds) -> NodeIds:
        """The nodes and all that the graph states to be the same, sorted."""
        return nodes_of.same_as(self, nodes)

    # -- relations ----------------------------------------------------------------------------

    def find_relation(self, name: str) -> int:
        """The number of a relation by IRI, plain name or well-known CURIE such as `rdf:type`, or -1."""
        number = self._relation_numbers.get(self.find(name), -1)
        return number if number >= 0 else self._relation_numbers.get(self.terms.find(relation_key(name)), -1)

    def relation_term(self, relation: int) -> int:
        """The term of a relation."""
        return int(self.arrays.relations[relation])

    def relation_id(self, relation: int) -> str:
        """The IRI or plain name of a relation."""
        return self.id(self.relation_term(relation))

    def relation_label(self, relation: int, language: str = "") -> str:
        """The best name of a relation: its label, else its id in words."""
        known = self._relation_labels.get((relation, language))
        if known is None:
            names = self.names(self.relation_term(relation), self.schema.labels)
            known = _best_name(names, language).lexical if names else relation_phrase(self.relation_id(relation))
            self._relation_labels[relation, language] = known
        return known

    def relation_domain(self, relation: int) -> str:
        """The words before a relation's name in its id: `sports.sports_team.location` gives "sports sports team"."""
        return relation_domain(self.relation_id(relation))

    # -- walking ------------------------------------------------------------------------------

    def follow(self, nodes: NodeIds, relation: int, *, inverse: bool = False) -> NodeIds:
        """The neighbours of a node set along a relation: sorted, distinct."""
        side = self.arrays.into if inverse else self.arrays.out
        return distinct(side.edges(nodes, relation)[1])

    def edges(self, nodes: NodeIds, relation: int, *, inverse: bool = False) -> tuple[NodeIds, NodeIds]:
        """The edges of a node set along a relation: (from, to), each [edges]."""
        side = self.arrays.into if inverse else self.arrays.out
        return side.edges(nodes, relation)[:2]

    def relations_of(self, nodes: NodeIds, *, inverse: bool = False) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """The relations that leave (or enter) a node set, ascending, and how many edges each has."""
        side = self.arrays.into if inverse else self.arrays.out
        _, relations, counts = side.pairs(nodes)
        totals = np.bincount(relations, weights=counts, minlength=self.n_relations).astype(np.int64)
        present = np.flatnonzero(totals)
        return present.astype(np.int32), totals[present]

    def relations_around(self, nodes: NodeIds, *, inverse: bool = False) -> NDArray[np.int32]:
        """The relations that leave (or enter) a node set, ascending: `relations_of` without counting edges."""
        return (self.arrays.into if inverse else self.arrays.out).relations(nodes)

    def degrees(self, nodes: NodeIds) -> NDArray[np.int64]:
        """The number of facts that each node stands in, [n]."""
        return self.arrays.out.degrees(nodes) + self.arrays.into.degrees(nodes)

    def relation_pairs(self, relation: int) -> tuple[NodeIds, NodeIds]:
        """All facts of one relation: (subjects, objects), by subject."""
        order = self.relation_order[1]
        start, stop = self.relation_order[0][relation : relation + 2]
        positions = order[start:stop]
        out = self.arrays.out
        return self.subjects[positions], out.neighbours[positions]

    def relation_size(self, relation: int) -> int:
        """The number of facts of a relation."""
        return int(self.relation_order[0][relation + 1] - self.relation_order[0][relation])

    def sources_of(self, subject: int, relation: int, obj: int) -> tuple[str, ...]:
        """The files or named graphs that state a fact."""
        _, targets, positions = self.arrays.out.edges(np.array([subject], dtype=np.int32), relation)
        at = int(np.searchsorted(targets, obj))
        if at == len(targets) or targets[at] != obj:
            return ()
        position = int(positions[at])
        more = self.arrays.more_sources
        numbers = [int(self.arrays.triple_source[position]), *more[more[:, 0] == position, 1].tolist()]
        return tuple(self.sources[n] for n in numbers if self.sources[n])

    def triples(self) -> Iterable[tuple[int, int, int]]:
        """All facts as (subject node, relation, object node), sorted."""
        keys = self.arrays.out.keys()
        relations = (keys & (MAX_RELATIONS - 1)).tolist()
        return zip(self.subjects.tolist(), relations, self.arrays.out.neighbours.tolist(), strict=True)

    # -- classes ------------------------------------------------------------------------------

    @cached_property
    def schema(self) -> Schema:
        """The relations that carry names, classes and descriptions."""
        return Schema.resolve(self.schema_config, self.find_relation, self._has_literals, self._share)

    def types(self, nodes: NodeIds) -> NodeIds:
        """The classes that the nodes state, without superclasses."""
        return _union(self.follow(nodes, r) for r in self.schema.types)

    def subclasses(self, classes: NodeIds) -> NodeIds:
        """The classes and all their subclasses; cycles are harmless."""
        return self._closure(classes, inverse=True)

    def superclasses(self, classes: NodeIds) -> NodeIds:
        """The classes and all their superclasses; cycles are harmless."""
        return self._closure(classes, inverse=False)

    def instances(self, classes: NodeIds) -> NodeIds:
        """The nodes of the classes and of their subclasses."""
        below = self.subclasses(classes)
        return _union(self.follow(below, r, inverse=True) for r in self.schema.types)

    @cached_property
    def classes(self) -> NodeIds:
        """Every node that is a class: some node's type, or in a subclass fact."""
        typed = [self.relation_pairs(r)[1] for r in self.schema.types]
        stated = [side for r in self.schema.subclasses for side in self.relation_pairs(r)]
        return _union((*typed, *stated))

    def inverse_of(self, relation: int) -> tuple[int, ...]:
        """Relations declared as the inverse of this one, in either direction."""
        term = np.array([self.relation_term(relation)], dtype=np.int32)
        found = _union(self.follow(term, r, inverse=i) for r in self.schema.inverses for i in (False, True))
        return tuple(self._relation_numbers[t] for t in found.tolist() if t in self._relation_numbers)

    # -- views --------------------------------------------------------------------------------

    def triple(self, subject: int, relation: int, obj: int) -> Triple:
        """One fact as users see it."""
        key = self.terms[obj]
        shown = key_to_literal(key) if key.startswith('"') else key_to_id(key)
        source = "; ".join(self.sources_of(subject, relation, obj))
        return Triple(self.id(subject), self.relation_id(relation), shown, source)

    def to_triples(self) -> Iterator[Triple]:
        """All facts with ids as strings, sorted; `load` takes them back."""
        return views.to_triples(self)

    def to_rdflib(self) -> rdflib.Graph:
        """The graph in rdflib; plain names become `urn:kgqa:name:` IRIs."""
        return views.to_rdflib(self)

    def to_networkx(self) -> networkx.MultiDiGraph:
        """The graph in NetworkX; literals become node attributes."""
        return views.to_networkx(self)

    def to_oxigraph(self, *, blank_nodes: bool = False) -> pyoxigraph.Store:
        """The graph in an Oxigraph store; without `blank_nodes`, these become `urn:kgqa:blank:` IRIs."""
        return views.to_oxigraph(self, blank_nodes=blank_nodes)

    # -- changes ------------------------------------------------------------------------------

    def with_changes(
        self, add: Iterable[object] = (), remove: Iterable[object] = ()
    ) -> tuple[KnowledgeGraph, ChangeReport]:
        """A graph without some facts and with others, and what became of each; node numbers stay.

        Facts are given as `load` takes them from an iterable; a tail given as str is read as the relation's others are.
        """
        terms, arrays, sources, report = change(self, add, remove)
        loaded = replace(self.report, triples=len(arrays.out))
        return KnowledgeGraph(terms, arrays, sources, self.schema_config, loaded), report

    @cached_property
    def _relation_labels(self) -> dict[tuple[int, str], str]:
        return {}

    # -- derived arrays -----------------------------------------------------------------------

    @cached_property
    def kinds(self) -> NDArray[np.uint8]:
        """What each term is: `LITERAL`, `ENTITY` or `BLANK` of `kgqa.graph.nodes`, uint8 [terms]."""
        return nodes_of.kinds_of(self)

    @cached_property
    def entities(self) -> NodeIds:
        """The entities and blank nodes that stand in facts, ascending; predicates are none."""
        return nodes_of.entities_of(self)

    @cached_property
    def labelled(self) -> NDArray[np.bool_]:
        """Which terms have a label, bool [terms]."""
        return nodes_of.labelled_of(self)

    @cached_property
    def _relation_numbers(self) -> dict[int, int]:
        return {term: number for number, term in enumerate(self.arrays.relations.tolist())}

    @cached_property
    def _mediators(self) -> NDArray[np.bool_]:
        return nodes_of.mediators_of(self)

    @cached_property
    def subjects(self) -> NodeIds:
        """The subject of every fact, in the order of `arrays.out`, int32 [triples]."""
        out = self.arrays.out
        return np.repeat((out.pair_key >> RELATION_BITS).astype(np.int32), np.diff(out.pair_ptr))

    @cached_property
    def relation_order(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Facts by relation: (pointers [relations + 1], positions in `arrays.out` [triples])."""
        relations = self.arrays.out.keys() & (MAX_RELATIONS - 1)
        if self.n_relations < 1 << 16:
            relations = relations.astype(np.uint16)  # numpy sorts 16 bits by radix
        order = np.argsort(relations, kind="stable")
        sizes = np.bincount(relations, minlength=self.n_relations)
        return np.r_[0, np.cumsum(sizes)].astype(np.int64), order

    def _has_literals(self, relation: int) -> bool:
        return bool(self.is_literal(self.relation_pairs(relation)[1]).any())

    def _share(self, relation: int) -> float:
        """The part of all subjects that have a relation."""
        return len(distinct(self.relation_pairs(relation)[0])) / max(len(distinct(self.subjects)), 1)

    def _closure(self, classes: NodeIds, *, inverse: bool) -> NodeIds:
        seen = frontier = distinct(classes)
        while len(frontier):
            reached = _union(self.follow(frontier, r, inverse=inverse) for r in self.schema.subclasses)
            frontier = np.setdiff1d(reached, seen, assume_unique=True)
            seen = np.union1d(seen, frontier)
        return seen


def _union(sets: Iterable[NodeIds]) -> NodeIds:
    parts = list(sets)
    return distinct(np.concatenate(parts)) if parts else EMPTY


def _best_name(names: Sequence[Literal], language: str) -> Literal:
    def rank(item: tuple[int, Literal]) -> tuple[int, int]:
        position, name = item
        wanted = (language, "", "en")
        base = name.language.split("-")[0]
        return (wanted.index(base) if base in wanted else len(wanted), position)

    return min(enumerate(names), key=rank)[1]
