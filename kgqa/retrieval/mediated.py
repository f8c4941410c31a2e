"""Facts of several parts: what one with two names given says besides, and those that held in a year.

"Who was chief executive of Google in 2005" passes through a node that says who, what, since when and until when; a year
in the question narrows such nodes, not what they lead to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from kgqa.graph import KnowledgeGraph
from kgqa.program import execute
from kgqa.program.algebra import Comparison, Difference, Follow, Intersect, Program, Step, Where
from kgqa.retrieval.attributes import Attributes
from kgqa.retrieval.bounds import Bounds
from kgqa.retrieval.contract import Candidate
from kgqa.retrieval.limits import Limit
from kgqa.retrieval.relations import relation_names
from kgqa.retrieval.scene import Scene
from kgqa.types import NodeIds

_MOST = 12
"""How many of the best candidates are narrowed."""
_GAIN = 0.25
"""What a year that the question asks for and a candidate acts on adds, as for any operator."""
_ONWARD = 0.05
"""What leaving nodes without a name for one of their neighbours adds: nobody asks for such a node."""
_START = re.compile(r"\b(start|from|since|beg[iau]n)|开始|起", re.I)
_END = re.compile(r"\b(end|until|till|to\b)|结束|止|至", re.I)


class MediatedFacts:
    """Reads the nodes of one graph that hold facts of several parts together."""

    def __init__(self, graph: KnowledgeGraph) -> None:
        self._graph = graph
        self._bounds = Bounds(graph)
        self._attributes = Attributes(graph)

    def candidates(self, scene: Scene, candidates: Sequence[Candidate]) -> Iterator[Candidate]:
        """What leads on from such nodes where two names meet in them; and all best candidates narrowed to a year."""
        if not self._holds_facts:
            return
        best = sorted(candidates, key=lambda c: -c.alignment)[:_MOST]
        onward = [found for candidate in best for found in self._onward(scene, candidate)]
        yield from onward
        years = [b for b in scene.bounds if _is_year(b.limit)]
        for candidate in (*best, *onward) if years else ():
            program, year = candidate.program, years[0]
            if not isinstance(program, Follow) or candidate.used & year.used:
                continue
            held = execute(program.source, self._graph).nodes
            if not len(held) or not self._graph.is_mediator(held).all():
                continue
            narrowed = Follow(self._within(program.source, held, year.limit), program.step)
            nodes = execute(narrowed, self._graph).nodes
            if narrowed != program and len(nodes):
                used, alignment = candidate.used | year.used, candidate.alignment + _GAIN
                yield replace(candidate, program=narrowed, nodes=nodes, used=used, alignment=alignment)

    def _onward(self, scene: Scene, candidate: Candidate) -> Iterator[Candidate]:
        """What facts that two names share say besides: the person, where the post and the company are given."""
        program = candidate.program
        if not isinstance(program, Intersect):
            return
        held = execute(program, self._graph).nodes
        if not len(held) or not self._graph.is_mediator(held).all():
            return
        walked = {part.step.relation for part in program.walk() if isinstance(part, Follow)}
        for relation in sorted(set(self._graph.relations_of(held)[0].tolist()) - walked):
            if relation in self._graph.schema.types:
                continue
            onward = Follow(program, Step(relation))
            spoken = [s for s in scene.relations if s.relation == relation and not s.used & candidate.used]
            said = max(spoken, key=lambda s: s.score, default=None)
            gain, used = (said.score, said.used) if said else (0.0, 0)
            nodes = execute(onward, self._graph).nodes
            used, alignment = candidate.used | used, candidate.alignment + _ONWARD + gain
            yield replace(candidate, program=onward, nodes=nodes, used=used, alignment=alignment)

    @cached_property
    def _holds_facts(self) -> bool:
        """Whether the graph has nodes that hold facts together."""
        return bool(self._graph.is_mediator(np.arange(self._graph.n_terms, dtype=np.int32)).any())

    def _within(self, source: Program, held: NodeIds, limit: Limit) -> Program:
        """Those that had begun by the end of a year and had not ended before it; or those of the year itself.

        What has no end goes on.
        """
        relations = [r for r in self._graph.relations_of(held)[0].tolist() if self._attributes.measured[r]]
        starts, ends = (self._named(relations, pattern) for pattern in (_START, _END))
        narrowed = source
        for relation in starts[:1]:
            narrowed = self._where(narrowed, relation, replace(limit, comparison=Comparison.LESS_EQUAL))
        for relation in ends[:1]:
            over = self._where(narrowed, relation, replace(limit, comparison=Comparison.LESS))
            narrowed = Difference(narrowed, over) if over != narrowed else narrowed
        if starts or ends:
            return narrowed
        for relation in relations:
            if (point := self._where(source, relation, limit)) != source:
                return point
        return source

    def _named(self, relations: Sequence[int], pattern: re.Pattern[str]) -> list[int]:
        return [r for r in relations if any(pattern.search(name) for name in relation_names(self._graph, r))]

    def _where(self, source: Program, relation: int, limit: Limit) -> Program:
        for comparison, key in self._bounds.conditions(relation, limit):
            source = Where(source, Step(relation), comparison, key)
        return source


def _is_year(limit: Limit) -> bool:
    """Whether a limit is a plain year: "in 1999"."""
    return limit.timed and limit.comparison is Comparison.EQUAL and limit.upper is None and not limit.date
