"""What kind of thing a step leads to where the graph says of nothing what it is: told from the names of relations.

"Directed by" leads to people, and what is directed by somebody is none; "place of birth" leads to a place. So a graph
without classes still tells that "who wrote the screenplay for X" does not ask for films.
"""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
from numpy.typing import NDArray

from kgqa.embedding import TextEncoder
from kgqa.graph import KnowledgeGraph
from kgqa.program.algebra import Difference, Follow, OfType, Program, Same, Step, Top, Where
from kgqa.retrieval.relations import mean_cosine
from kgqa.retrieval.thing import Thing

_EXAMPLES: dict[Thing, tuple[str, ...]] = {
    Thing.PERSON: (
        *("person", "people", "actor", "author", "writer", "director", "founder", "inventor", "leader", "player"),
        *("spouse", "wife", "husband", "child", "parent", "mother", "father", "sibling", "friend"),
        *("owner", "teacher", "student", "employee", "manager"),
    ),
    Thing.ORGANISATION: ("organisation", "company", "institution", "team", "school", "employer", "party"),
    Thing.PLACE: (
        *("place", "location", "country", "city", "region", "river", "birthplace", "capital", "address"),
        *("born in", "based in", "located in", "lives in"),
    ),
    Thing.QUALITY: (
        *("language", "currency", "category", "type", "genre", "tag", "time", "date", "year", "number", "name"),
        *("religion", "profession", "nationality", "gender", "cause", "subject", "cuisine", "colour"),
    ),
    Thing.OTHER: (
        *("thing", "substance", "event", "film", "book", "group", "machine", "document", "award", "animal", "product"),
        "part",
    ),
}
_LEAST = 0.55
_MARGIN = 0.1
"""How near a name is to an example, and how much nearer than to those of other kinds, before it tells a kind."""
_APART = 0.5
"""The mean cosine between examples up to which an encoder tells kinds apart."""
_BY = re.compile(r"\bby$", re.I)
_PEEK = 24
_MOST = 0.6
"""The share of the things that a step leads to which must be of a kind."""


class Roles:
    """The kinds of things that the steps of one graph lead to."""

    def __init__(self, graph: KnowledgeGraph, encoder: TextEncoder) -> None:
        self._graph, self._encoder = graph, encoder
        self._named: dict[str, Thing | None] = {}
        self._steps: dict[Step, Thing | None] = {}
        self._vectors: NDArray[np.float32] | None = None

    def of(self, program: Program) -> Thing | None:
        """The kind of what a program yields; None where its last step tells none."""
        while isinstance(program, Difference | OfType | Same | Top | Where):
            program = program.left if isinstance(program, Difference) else program.source
        return self._led_to(program.step) if isinstance(program, Follow) else None

    def kind(self, name: str) -> Thing | None:
        """The kind of thing that a noun or the name of a relation tells; None where it is like none."""
        if name not in self._named:
            self._named[name] = self._nearest(name) if name else None
        return self._named[name]

    def _led_to(self, step: Step) -> Thing | None:
        if step not in self._steps:
            self._steps[step] = self._told_by_roles(step)
        return self._steps[step]

    def _told_by_roles(self, step: Step) -> Thing | None:
        """What most of the things that a step leads to are, by all relations that they stand in."""
        ends = np.unique(self._graph.relation_pairs(step.relation)[0 if step.inverse else 1])
        sample = ends[:: max(1, len(ends) // _PEEK)][:_PEEK]
        votes = Counter(kind for node in sample.tolist() for kind in self._kinds(node))
        found = [kind for kind, count in votes.items() if count >= _MOST * len(sample)]
        return found[0] if len(found) == 1 else None

    def _kinds(self, node: int) -> set[Thing]:
        one = np.array([node], dtype=np.int32)
        leaving, entering = (self._graph.relations_around(one, inverse=inverse).tolist() for inverse in (False, True))
        found = {self.kind(self._graph.relation_label(relation)) for relation in entering}
        if any(_BY.search(self._graph.relation_label(relation)) for relation in leaving):
            found.add(Thing.OTHER)
        return {kind for kind in found if kind is not None}

    def _nearest(self, name: str) -> Thing | None:
        if _BY.search(name):
            return Thing.PERSON
        kinds = [kind for kind, names in _EXAMPLES.items() for _ in names]
        if self._vectors is None:
            self._vectors = self._encoder.encode([example for names in _EXAMPLES.values() for example in names])
        if mean_cosine(self._vectors) > _APART:
            return None
        cosines = self._vectors @ self._encoder.encode([name])[0]
        best = {
            kind: max(c for c, own in zip(cosines.tolist(), kinds, strict=True) if own is kind) for kind in _EXAMPLES
        }
        first, second = sorted(best, key=lambda kind: -best[kind])[:2]
        return first if best[first] >= _LEAST and best[first] - best[second] >= _MARGIN else None
