"""Things of one kind and one name that a question can't tell apart: "where is Springfield" is asked of all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, replace

import numpy as np

from kgqa.graph import KnowledgeGraph
from kgqa.program.algebra import Count, Entities, Program, Yields
from kgqa.program.execute import Run
from kgqa.retrieval.contract import Candidate, strength
from kgqa.types import Link, Mention

_MOST = 12
"""The most things of one name that are asked about together."""
_SURE = 0.85
"""How sure each link must be."""
_ALIKE = 0.9
"""The least share of the best link's score: of a thing far better known than its namesakes, nobody means them all."""
_APART = 0.1
"""By how much the best two readings may differ for the question not to tell the things apart."""
_TOGETHER = 0.05
"""What asking about all of them gains over asking about one."""


class Namesakes:
    """Joins the readings that differ in nothing but which of several namesakes they are about."""

    def __init__(self, graph: KnowledgeGraph, limit: int) -> None:
        self._graph = graph
        self._limit = limit

    def candidates(self, links: Iterable[Link], candidates: Sequence[Candidate]) -> Iterator[Candidate]:
        """One candidate about all namesakes for each reading that some of them share."""
        for group in self._groups(links):
            alike: dict[Program, dict[int, Candidate]] = defaultdict(dict)
            for candidate in candidates:
                node = _meant(candidate, group)
                if node is not None and _is_listed(candidate.program):
                    program = _swapped(candidate.program, node, tuple(sorted(group)))
                    known = alike[program].get(node)
                    if known is None or known.alignment < candidate.alignment:
                        alike[program][node] = candidate
            for program, readings in alike.items():
                yield from self._joined(program, list(readings.values()), group)

    def _joined(self, program: Program, readings: Sequence[Candidate], group: dict[int, Link]) -> Iterator[Candidate]:
        best, *others = sorted(readings, key=lambda c: -c.alignment)
        if not others or best.alignment - others[0].alignment > _APART:
            return
        mention = next(iter(group.values())).mention
        links = (*group.values(), *(link for link in best.links if link.mention != mention))
        run = Run(self._graph, self._limit)
        nodes = run.nodes(program.source if isinstance(program, Count) else program)
        alignment = best.alignment + _TOGETHER
        cut = best.truncated or run.truncated
        yield replace(best, program=program, links=links, nodes=nodes, alignment=alignment, truncated=cut)

    def _groups(self, links: Iterable[Link]) -> list[dict[int, Link]]:
        """The things that one mention names equally well, of one name and one kind."""
        named: dict[tuple[Mention, str], list[Link]] = defaultdict(list)
        for link in links:
            if strength(link) >= _SURE:
                named[link.mention, link.name.casefold()].append(link)
        groups = []
        for found in named.values():
            best = max(found, key=lambda link: link.score)
            near = [link for link in found if link.score >= _ALIKE * best.score]
            group = {link.node: link for link in near if self._kind(link.node) == self._kind(best.node)}
            if 1 < len(group) <= _MOST and self._kind(best.node):
                groups.append(group)
        return groups

    def _kind(self, node: int) -> frozenset[int]:
        return frozenset(self._graph.types(np.array([node], dtype=np.int32)).tolist())


def is_joint(candidate: Candidate) -> bool:
    """Whether a candidate is about several things that one mention names."""
    named: dict[Mention, set[int]] = defaultdict(set)
    for link in candidate.links:
        named[link.mention].add(link.node)
    shared = [nodes for nodes in named.values() if len(nodes) > 1]
    parts = [part for part in candidate.program.walk() if isinstance(part, Entities)] if shared else []
    return any(nodes.issubset(part.nodes) for nodes in shared for part in parts)


def _meant(candidate: Candidate, group: dict[int, Link]) -> int | None:
    """The one namesake that a candidate is about, or None."""
    mention = next(iter(group.values())).mention
    nodes = [link.node for link in candidate.links if link.mention == mention]
    return nodes[0] if len(nodes) == 1 and nodes[0] in group else None


def _is_listed(program: Program) -> bool:
    """Whether a program lists things or counts them, so that those of several can be taken together."""
    return program.yields is Yields.NODES or isinstance(program, Count)


def _swapped(program: Program, node: int, nodes: tuple[int, ...]) -> Program:
    """A program about several nodes in place of one."""
    if isinstance(program, Entities):
        return Entities(nodes) if program.nodes == (node,) else program
    parts = {f.name: getattr(program, f.name) for f in fields(program)}
    changed = {k: _swapped(v, node, nodes) for k, v in parts.items() if isinstance(v, Program)}
    return replace(program, **changed) if changed else program
