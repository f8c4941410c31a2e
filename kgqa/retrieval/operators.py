"""Programs beyond a path: superlatives, comparisons and limits over the sets that paths reach."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kgqa.graph import KnowledgeGraph
from kgqa.graph.terms import XSD, literal_key
from kgqa.graph.values import ORDERED, TIMES, ValueClass, values_of
from kgqa.program.algebra import (
    Compare,
    Comparison,
    Entities,
    Instances,
    Nth,
    Order,
    Program,
    Step,
    Top,
    TopByCount,
    Where,
)
from kgqa.program.execute import execute
from kgqa.retrieval.alignment import MASK_WORDS
from kgqa.retrieval.contract import UNEXPLAINED, Candidate
from kgqa.retrieval.operator_words import Extreme, Limit, find_extreme, find_limits
from kgqa.retrieval.question import Asked, QuestionView
from kgqa.retrieval.relations import RelationMatcher, Scores, walkable
from kgqa.types import Link, Literal, NodeIds

_SETS = 14
_ATTRIBUTES = 2
_SAMPLE = 200
_OPERATOR = 0.25
_STEP = 0.4
_UNREAD = 0.3
_LINKED = 0.4
_HINT = 0.85
_FAR = 0.9
"""What a phrase away from the superlative counts for."""
_SAID = 0.6
_HALF = 0.5
_LEAST = 0.2
"""The least match of an attribute that a superlative may be read over."""
_SAME_NAME = 0.95
_CHOICE = 0.5
"""What a question that offers a choice ("A or B") adds to a comparison of the two."""
_NEXT_HINT = 0.07
_NEAR_WORDS = 3
_LONGER = 0.005
"""What each character adds to a phrase: "population density" is more than "population"."""
_NEAR_HAN = 4


class OperatorProposer:
    """Wraps the best sets in the operators that the question's words ask for."""

    def __init__(self, graph: KnowledgeGraph, matcher: RelationMatcher, *, limit: int) -> None:
        self._graph = graph
        self._limit = limit
        self._matcher = matcher

    def propose(self, view: QuestionView, sets: Sequence[Candidate], topics: Sequence[Link]) -> list[Candidate]:
        """The sets, and the programs made of them; sets step back where an operator was asked for and found."""
        extreme, limits = find_extreme(view.text), tuple(find_limits(view.text))
        found: list[Candidate] = []
        base = self._largest_first(sets)
        for limit in limits:
            found.extend(self._limited(view, base, limit))
        if extreme is not None and not limits and not self._is_name(view, extreme):
            found.extend(self._extremes(view, base, extreme))
            found.extend(self._compared(view, topics, extreme))
        if not found:
            return list(sets)
        return [*found, *(replace(c, alignment=c.alignment - _UNREAD) for c in sets)]

    def _is_name(self, view: QuestionView, extreme: Extreme) -> bool:
        """Whether a superlative is part of a relation's name, such as "highest point"."""
        behind = next((w.end for w in view.words if w.start >= extreme.end and not w.han), extreme.end)
        return bool(self._matcher.match([view.text[extreme.start : behind]]).max(initial=0.0) >= _SAME_NAME)

    def _largest_first(self, sets: Sequence[Candidate]) -> list[Candidate]:
        """The best sets that hold several entities."""
        several = [c for c in sets if c.nodes is not None and len(c.nodes) > 1]
        entities = [c for c in several if c.nodes is not None and not self._graph.is_literal(c.nodes[:1]).any()]
        return sorted(entities, key=lambda c: -c.alignment - _LINKED * len(c.links))[:_SETS]

    # -- superlatives -------------------------------------------------------------------------

    def _extremes(self, view: QuestionView, sets: list[Candidate], extreme: Extreme) -> list[Candidate]:
        scores, bits = self._attribute_scores(view, extreme), _bits(view, extreme.start, extreme.end)
        found = []
        for candidate in sets:
            for step, score in self._attributes(candidate, scores, counted=extreme.counts):
                program: Program = Top(candidate.program, step, extreme.order, extreme.k)
                if step.inverse or not self._measured[step.relation]:
                    program = TopByCount(candidate.program, step, extreme.order, extreme.k)
                elif extreme.nth > 1:
                    program = Nth(candidate.program, step, extreme.order, extreme.nth)
                found.append(self._wrap(candidate, program, score, bits))
        return [c for c in found if c.nodes is not None and len(c.nodes)]

    def _attribute_scores(self, view: QuestionView, extreme: Extreme) -> Scores:
        """How well each relation is the attribute that a superlative speaks of, [relations]."""
        near = _near_phrases(view, extreme)
        far = [phrase.text for phrase in view.phrases(())]
        rows = self._matcher.match([*near, *far, *extreme.hints])
        longer = 1 + _LONGER * np.array([len(phrase) for phrase in (*near, *far)], dtype=np.float32)
        longer[len(near) :] *= _FAR
        spoken = len(near) + len(far)
        said = (rows[:spoken] * longer[:, None]).max(axis=0, initial=0.0)
        said[said < _SAID] *= _HALF
        for i, row in enumerate(rows[spoken:]):
            said = np.maximum(said, (_HINT - _NEXT_HINT * i) * row)
        return np.asarray(said, dtype=np.float32)

    def _attributes(self, candidate: Candidate, scores: Scores, *, counted: bool) -> list[tuple[Step, float]]:
        """The best steps to measure a set by, with their scores."""
        nodes = candidate.nodes if candidate.nodes is not None else np.zeros(0, dtype=np.int32)
        some = nodes[:: max(len(nodes) // _SAMPLE, 1)]
        forward, _ = self._graph.relations_of(some)
        steps = [Step(r) for r in forward.tolist() if self._measured[r]]
        if counted:
            backward, _ = self._graph.relations_of(some, inverse=True)
            steps += [Step(r) for r in forward.tolist() if self._counted[r] and not self._measured[r]]
            steps += [Step(r, inverse=True) for r in backward.tolist() if self._counted[r]]
        ranked = sorted(steps, key=lambda s: (-scores[s.relation], s.inverse))
        return [(s, float(scores[s.relation])) for s in ranked[:_ATTRIBUTES] if scores[s.relation] >= _LEAST]

    # -- comparisons --------------------------------------------------------------------------

    def _compared(self, view: QuestionView, topics: Sequence[Link], extreme: Extreme) -> list[Candidate]:
        """The larger of the entities named, or whether the first is larger than the second."""
        named = sorted(topics, key=lambda link: link.mention.start)
        nodes = np.unique(np.array([link.node for link in named], dtype=np.int32))
        if len(nodes) < 2:
            return []
        base = Candidate(Entities(tuple(nodes.tolist())), tuple(named), _CHOICE if view.choice else 0.0, nodes=nodes)
        scores, bits = self._attribute_scores(view, extreme), _bits(view, extreme.start, extreme.end)
        found = []
        for step, score in self._attributes(base, scores, counted=False):
            program: Program = Top(base.program, step, extreme.order)
            if view.asked is Asked.YES_NO:
                left, right = Entities((named[0].node,)), Entities((named[1].node,))
                more = extreme.order is Order.LARGEST
                program = Compare(left, right, step, Comparison.GREATER if more else Comparison.LESS)
            found.append(self._wrap(base, program, score, bits))
        return found

    # -- limits -------------------------------------------------------------------------------

    def _limited(self, view: QuestionView, sets: list[Candidate], limit: Limit) -> list[Candidate]:
        phrases = [p.text for p in view.phrases(())]
        scores = self._matcher.match(phrases).max(axis=0, initial=0.0)
        bits = _bits(view, limit.start, limit.end)
        found = []
        for candidate in sets:
            for step, score in self._attributes(candidate, scores, counted=False):
                key = self._limit_key(step.relation, limit)
                if key is not None:
                    program = Where(candidate.program, step, limit.comparison, key)
                    found.append(self._wrap(candidate, program, score, bits))
        return [c for c in found if c.nodes is not None and len(c.nodes)]

    def _limit_key(self, relation: int, limit: Limit) -> str | None:
        """The limit as a literal of the class that a relation measures in; None where the two don't go together."""
        measured = values_of(self._graph).measure(self._graph, relation).value_class
        number = limit.number.lexical
        if measured is ValueClass.YEAR:
            return literal_key(Literal(number, XSD + "gYear")) if len(number) == 4 else None
        if measured is ValueClass.DATE and len(number) == 4:
            first = limit.comparison in (Comparison.LESS, Comparison.GREATER_EQUAL)
            return literal_key(Literal(f"{number}-{'01-01' if first else '12-31'}", XSD + "date"))
        if measured in TIMES or limit.timed:
            return None
        return literal_key(Literal(number, XSD + ("decimal" if "." in number else "integer")))

    # -- shared -------------------------------------------------------------------------------

    def _wrap(self, candidate: Candidate, program: Program, score: float, bits: int) -> Candidate:
        nodes, cut = candidate.nodes, candidate.truncated
        if not isinstance(program, Compare):
            result = execute(program, self._graph, limit=self._limit)
            nodes, cut = result.nodes, cut or result.truncated
        gained = _OPERATOR + score - _STEP
        if isinstance(candidate.program, Instances):
            gained += UNEXPLAINED * (bits & ~candidate.used).bit_count()
        return replace(
            candidate,
            program=program,
            nodes=nodes,
            alignment=candidate.alignment + gained,
            used=candidate.used | bits,
            truncated=cut,
        )

    @cached_property
    def _counted(self) -> NDArray[np.bool_]:
        """The relations whose neighbours a question may count, [relations]."""
        return _mask(self._graph.n_relations, set(walkable(self._graph)) - set(self._graph.schema.types))

    @cached_property
    def _measured(self) -> NDArray[np.bool_]:
        """Which relations lead mostly to numbers or times, [relations]."""
        graph, table = self._graph, values_of(self._graph)
        kept = []
        for relation in walkable(graph):
            objects = graph.relation_pairs(relation)[1]
            sample: NodeIds = np.sort(objects[:: max(len(objects) // _SAMPLE, 1)])
            if 2 * np.isin(table.classes(sample), [int(c) for c in ORDERED]).sum() > len(sample):
                kept.append(relation)
        return _mask(graph.n_relations, kept)


def _mask(size: int, members: Iterable[int]) -> NDArray[np.bool_]:
    mask = np.zeros(size, dtype=bool)
    mask[list(members)] = True
    return mask


def _bits(view: QuestionView, start: int, end: int) -> int:
    """The words that a stretch of the question touches, as a bit set."""
    touched = (i for i, w in enumerate(view.words[:MASK_WORDS]) if w.start < end and w.end > start)
    return sum(1 << i for i in touched)


def _near_phrases(view: QuestionView, extreme: Extreme) -> list[str]:
    """The words that may name the attribute: behind an English superlative, before a Chinese one."""
    behind = [w for w in view.words if w.start >= extreme.end][:_NEAR_WORDS]
    if behind and not behind[0].han and not extreme.end - extreme.start <= 2:
        return [view.text[behind[0].start : w.end] for w in behind]
    ahead = [w for w in view.words if w.end <= extreme.start][-_NEAR_HAN:]
    return [view.text[w.start : extreme.start] for w in ahead if w.han]
