"""From paths to candidate programs: constraints from other mentions, classes, counts and yes/no tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from kgqa.graph import KnowledgeGraph
from kgqa.program.algebra import Contains, Count, Difference, Entities, Instances, Intersect, OfType
from kgqa.retrieval.alignment import MASK_WORDS
from kgqa.retrieval.contract import UNEXPLAINED, Candidate, strength
from kgqa.retrieval.cues import find_any
from kgqa.retrieval.fit import AnswerFit
from kgqa.retrieval.operator_words import negation_at
from kgqa.retrieval.paths import Path, without
from kgqa.retrieval.question import Asked, QuestionView
from kgqa.types import Link, Mention, NodeIds

_LOOKED_AT = 5
_JOINED = 12
_CLASH = 0.6
_BONUS = 0.4
_UNSAID = -0.2
_VALUES = 0.3
_WRONG_CLASS = 0.3
_BARE_CLASS = -0.1
_NO_TEST = 1.0
_OPERATOR = 0.25


@dataclass(frozen=True, slots=True)
class Topics:
    """The mentions taken from a question, one group of links each.

    entities : those to walk from. classes : those that name a class. weak : ordinary words that may name something.
    """

    entities: tuple[tuple[Link, ...], ...]
    classes: tuple[tuple[Link, ...], ...]
    weak: tuple[tuple[Link, ...], ...] = ()

    def all(self) -> tuple[Link, ...]:
        """The best link of every mention."""
        return tuple(group[0] for group in (*self.entities, *self.classes))


class Combiner:
    """Builds candidates out of the paths of each mention."""

    def __init__(self, graph: KnowledgeGraph, fit: AnswerFit) -> None:
        self._graph = graph
        self._fit = fit
        self._instances = lru_cache(maxsize=64)(self._compute_instances)

    def combine(self, view: QuestionView, topics: Topics, paths: Sequence[Sequence[Path]]) -> list[Candidate]:
        """All candidates, in no order; `paths` holds one list for each group of `topics.entities`."""
        singles = [self._single(path, named=bool(topics.classes)) for group in paths for path in group]
        joined = self._intersections(paths, sharing=view.sharing)
        sets = [*singles, *joined, *self._exceptions(view, paths), *self._triples(paths, joined)]
        sets = [*(self._constrain(view, c, topics.classes) for c in sets), *self._bare_classes(view, topics)]
        found = [*self._counts(view, sets), *self._tests(view, topics, paths)]
        return [self._finish(view, topics, c) for c in found]

    def _single(self, path: Path, *, named: bool = False) -> Candidate:
        """A path on its own; where the question names a class, as in "cities in X", one step may go unsaid."""
        score = _as_constraint(path) if named else path.score
        return Candidate(path.program, (path.link,), score, used=path.used, nodes=path.nodes, truncated=path.truncated)

    def _intersections(self, paths: Sequence[Sequence[Path]], *, sharing: bool) -> list[Candidate]:
        found = []
        for one, two in combinations(paths, 2):
            for left in _joinable(one):
                for right in _joinable(two):
                    candidate = _intersect(left, right)
                    if candidate is not None and candidate.nodes is not None:
                        # Hardly anybody asks for a number that two things have, but for what two things have.
                        values = not sharing and self._graph.is_literal(candidate.nodes[:1]).any()
                        found.append(replace(candidate, alignment=candidate.alignment - _VALUES * values))
        return found

    def _exceptions(self, view: QuestionView, paths: Sequence[Sequence[Path]]) -> list[Candidate]:
        """What one mention's paths reach and the negated one's don't."""
        at = negation_at(view.text)
        if at < 0 or len(paths) != 2 or not all(paths):
            return []
        behind = [group for group in paths if group[0].link.mention.start > at]
        if not behind:
            return []
        taken = min(behind, key=lambda group: group[0].link.mention.start)
        kept = next(group for group in paths if group is not taken)
        itself, node = _itself(taken[0].link), np.array([taken[0].link.node], dtype=np.int32)
        named = [left for left in _joinable(kept) if left.nodes is not None and len(_within(node, left.nodes))]
        rest = [_except(left, right) for left in _joinable(kept) for right in _joinable(taken)]
        return [*(_except(left, itself) for left in named), *rest]

    def _triples(self, paths: Sequence[Sequence[Path]], pairs: Sequence[Candidate]) -> list[Candidate]:
        """Three constraints: the best intersections of two mentions' paths, each with a path of the third."""
        if len(paths) < 3:
            return []
        found: list[Candidate] = []
        for pair in sorted(pairs, key=lambda c: -c.alignment)[: 2 * _JOINED]:
            known = {link.mention for link in pair.links}
            for group in paths:
                if group and group[0].link.mention not in known:
                    found.extend(_narrow(pair, path) for path in _joinable(group))
        return [c for c in found if c.nodes is not None and len(c.nodes)]

    def _constrain(self, view: QuestionView, candidate: Candidate, classes: tuple[tuple[Link, ...], ...]) -> Candidate:
        for group in classes:
            candidate = self._apply_class(view, candidate, group[0])
        return candidate

    def _apply_class(self, view: QuestionView, candidate: Candidate, link: Link) -> Candidate:
        nodes = candidate.nodes
        if nodes is None or not len(nodes):
            return candidate
        inside = _within(nodes, self._instances(link.node))
        if not len(inside):
            return replace(candidate, alignment=candidate.alignment - _WRONG_CLASS)
        program = candidate.program if len(inside) == len(nodes) else OfType(candidate.program, link.node)
        said = candidate.used & mention_bits(view, link.mention)
        links = candidate.links if said else (*candidate.links, link)
        return replace(candidate, program=program, nodes=inside, links=links)

    def _bare_classes(self, view: QuestionView, topics: Topics) -> list[Candidate]:
        rest = len(view.content_words(link.mention for link in topics.all()))
        return [
            Candidate(
                Instances(link.node),
                (link,),
                _BARE_CLASS - UNEXPLAINED * (rest + 2 * len(topics.entities)),
                nodes=self._instances(link.node),
            )
            for group in topics.classes
            for link in group[:1]
            if len(self._instances(link.node))
        ]

    def _counts(self, view: QuestionView, candidates: list[Candidate]) -> list[Candidate]:
        if not view.counting:
            return candidates
        counted = [
            replace(c, program=Count(c.program), alignment=c.alignment + _OPERATOR)
            for c in candidates
            if c.nodes is not None and not self._graph.is_literal(c.nodes[:1]).any()
        ]
        return [*candidates, *counted]

    def _tests(self, view: QuestionView, topics: Topics, paths: Sequence[Sequence[Path]]) -> list[Candidate]:
        if view.asked is not Asked.YES_NO or find_any(view.text):
            return []
        found: list[Candidate] = []
        for i, group in enumerate(paths):
            others = [g[0] for j, g in enumerate((*topics.entities, *topics.weak)) if j != i]
            found.extend(
                _contains(replace(self._single(path), alignment=_as_constraint(path)), other)
                for path in _joinable(group)
                for other in others
                if self._may_lead_to(path, other)
            )
        if len(topics.entities) == 1 and not view.content_words(link.mention for link in topics.all()):
            subject = topics.entities[0][0]
            found.extend(_contains(candidate, subject) for candidate in self._bare_classes(view, topics))
        return found

    def _may_lead_to(self, path: Path, link: Link) -> bool:
        """Whether a last step that is unsaid, or leads to other kinds of things, ever leads to a node.

        "Is Norway in the EU" is no question of headquarters, and a drug is none of the interactions of another.
        """
        if path.score > 0 and path.nodes is not None and not self._are_other_kinds(path.nodes, link.node):
            return not self._graph.is_literal(path.nodes[:1]).any()
        last = path.steps[-1]
        relations = self._graph.relations_around(np.array([link.node], dtype=np.int32), inverse=not last.inverse)
        return bool((relations == last.relation).any())

    def _are_other_kinds(self, nodes: NodeIds, node: int) -> bool:
        """Whether a node has classes, and none of them with the first of some nodes."""
        kinds = [self._graph.superclasses(self._graph.types(side)) for side in (nodes[:_LOOKED_AT], np.array([node]))]
        return all(len(found) for found in kinds) and not len(_within(*kinds))

    def _finish(self, view: QuestionView, topics: Topics, candidate: Candidate) -> Candidate:
        bonus = sum(_BONUS * (2 * strength(link) - 1) for link in candidate.links)
        return self.grade(view, topics, candidate, bonus)

    def grade(self, view: QuestionView, topics: Topics, candidate: Candidate, bonus: float = 0.0) -> Candidate:
        """A candidate with its coverage and fit, and a bonus to its alignment."""
        covered = _coverage(view, topics, candidate.used, {link.mention for link in candidate.links})
        fit = self._fit.score(view, candidate)
        untested = _NO_TEST if fit <= -1 else 0.0
        alignment = candidate.alignment + bonus - untested
        return replace(candidate, alignment=alignment, coverage=covered, fit=fit)

    def _compute_instances(self, node: int) -> NodeIds:
        return self._graph.instances(np.array([node], dtype=np.int32))


def _intersect(left: Path, right: Path) -> Candidate | None:
    if left.nodes is None or right.nodes is None or left.link.node == right.link.node:
        return None
    nodes = _within(left.nodes, right.nodes) if len(left.nodes) < len(right.nodes) else _within(right.nodes, left.nodes)
    if not len(nodes):
        return None
    score = _together(left, right)
    return Candidate(
        Intersect(left.program, right.program),
        (left.link, right.link),
        score,
        used=left.used | right.used,
        nodes=nodes,
        truncated=left.truncated or right.truncated,
    )


def mention_bits(view: QuestionView, mention: Mention) -> int:
    """The words of a mention as a bit set."""
    return sum(1 << i for i in range(*view.word_span(mention)) if i < MASK_WORDS)


def _narrow(pair: Candidate, path: Path) -> Candidate:
    """An intersection, and a third path that must agree with it."""
    nodes = _within(pair.nodes, path.nodes) if pair.nodes is not None and path.nodes is not None else None
    clash = _CLASH if pair.used & path.used else 0.0
    return Candidate(
        Intersect(pair.program, path.program),
        (*pair.links, path.link),
        pair.alignment + _as_constraint(path) - clash,
        used=pair.used | path.used,
        nodes=nodes,
        truncated=pair.truncated or path.truncated,
    )


def _itself(link: Link) -> Path:
    """The path of no steps: "except X" leaves out X."""
    return Path(link, (), _BARE_CLASS, 0, Entities((link.node,)), np.array([link.node], dtype=np.int32))


def _except(left: Path, right: Path) -> Candidate:
    nodes = without(left.nodes, right.nodes) if left.nodes is not None and right.nodes is not None else None
    score = _together(left, right) + _OPERATOR
    program = Difference(left.program, right.program)
    return Candidate(
        program,
        (left.link, right.link),
        score,
        used=left.used | right.used,
        nodes=nodes,
        truncated=left.truncated or right.truncated,
    )


def _together(left: Path, right: Path) -> float:
    """The score of two paths side by side: they may share a phrase only if they take the same steps."""
    clash = left.used & right.used and left.steps != right.steps
    return _as_constraint(left) + _as_constraint(right) - (_CLASH if clash else 0.0)


def _joinable(paths: Sequence[Path]) -> list[Path]:
    """The paths worth joining with another mention's: the best, and single steps, which may go unsaid."""
    single = [path for path in paths[_JOINED:] if len(path.steps) == 1]
    return [*paths[:_JOINED], *single[:_JOINED]]


def _as_constraint(path: Path) -> float:
    """A path's score beside another's: one step may go unsaid, as in "which of them use the euro"."""
    return max(path.score, _UNSAID) if len(path.steps) == 1 else path.score


def _contains(candidate: Candidate, other: Link) -> Candidate:
    program = Contains(candidate.program, Entities((other.node,)))
    return replace(
        candidate, program=program, links=(*candidate.links, other), alignment=candidate.alignment + _OPERATOR
    )


def _coverage(view: QuestionView, topics: Topics, used: int, mentions: set[Mention]) -> float:
    """The share of what the question says that a candidate explains; a mention counts like a word."""
    known, words = _to_explain(view, topics.all())
    said = sum(1 for i in words if used >> i & 1) + len(mentions & known)
    return said / max(len(words) + len(known), 1)


@lru_cache(maxsize=8)
def _to_explain(view: QuestionView, links: tuple[Link, ...]) -> tuple[frozenset[Mention], frozenset[int]]:
    """The mentions and the other meaningful words of a question: the same for each of its candidates."""
    known = frozenset(link.mention for link in links)
    return known, view.content_words(known)


def _within(few: NodeIds, many: NodeIds) -> NodeIds:
    """The nodes of one sorted set that are in another, by binary search."""
    if not len(many):
        return few[:0]
    at = np.minimum(np.searchsorted(many, few), len(many) - 1)
    hit: NDArray[np.bool_] = many[at] == few
    return few[hit]
