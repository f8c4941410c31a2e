"""The linker: from questions to mentions, each with the nodes that it may stand for."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from kgqa.config import LinkingConfig
from kgqa.graph import KnowledgeGraph
from kgqa.linking.dense import DenseNames
from kgqa.linking.label_index import MAX_POSTINGS, LabelIndex, Named
from kgqa.linking.literals import literal_mentions
from kgqa.linking.partial import partial_spans
from kgqa.linking.question import Question
from kgqa.linking.scoring import link_score, mention_size, mention_worth, string_score
from kgqa.linking.selection import best_disjoint
from kgqa.linking.spans import CHARACTERS_PER_WORD, Span, inflected_spans, initial_spans, symbol_mentions, whole_spans
from kgqa.linking.variants import NameFlag
from kgqa.text import is_stop
from kgqa.types import Link, MatchKind, Mention

MAX_MENTIONS = 24
"""Mentions returned per question, the kept ones first."""

_ACRONYM = int(NameFlag.ACRONYM)
_SURNAME = int(NameFlag.SURNAME)
_SURNAME_SHARE = 0.5
"""The share of a foreign name in Chinese that its last part gives where others are called by that alone."""
_SHORTENED = int(NameFlag.ACRONYM | NameFlag.BASE | NameFlag.SURNAME)
_MAX_READ = 4_096
_LEAST_READ = 8
_OVERLAPPED = 0.7
_UNMARKED_INITIALS = 0.75
_ARTICLED = 0.95
"""The evidence of initials in small letters behind "the"."""
# The rest of the prior: whether the graph says anything of the node.
_KNOWN_SHARE = 0.6
_LENGTH_POWER = 1.3
_PARTIAL_SHARE = 0.7
_NUMBER_WORTH = 0.5
_NAME_WORTH = 0.6
"""What words are worth that may be a name by themselves: one that is no stop word, or more."""
_UNPROPER = 0.85
"""The share of its worth that a name in small letters keeps beside one that the graph writes with a capital."""
_WHOLE = (MatchKind.EXACT, MatchKind.NORMALISED)


class Linker(Protocol):
    """Finds what a question is about."""

    def link(self, questions: Sequence[str]) -> list[tuple[Link, ...]]:
        """The links of each question: the mentions that do not overlap first, best first; then the other readings."""
        ...


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A node that the words first..last may stand for, before the graph and the vectors are asked."""

    first: int
    last: int
    mention: Mention
    node: int
    name: str
    kind: MatchKind
    string: float
    worth: float
    size: float


class HybridLinker:
    """Links by names, misspellings and parts of names; ranks by string, degree and, where it has vectors, meaning."""

    def __init__(
        self,
        graph: KnowledgeGraph,
        labels: LabelIndex,
        *,
        config: LinkingConfig | None = None,
        dense: DenseNames | None = None,
    ) -> None:
        self._graph = graph
        self._labels = labels
        self._config = config or LinkingConfig()
        self._dense = dense
        self._degree_scale = math.log1p(max(graph.n_triples, 1))

    def link(self, questions: Sequence[str]) -> list[tuple[Link, ...]]:
        """The links of each question: the mentions that do not overlap first, best first; then the other readings.

        Within a mention the best node comes first; ties go to the lower node number. A question longer than 2,000
        characters is linked by its first 2,000.
        """
        candidates = [self._candidates(Question.read(text)) for text in questions]
        dense = self._similarities(questions, candidates)
        links = [self._rank(own, near) for own, near in zip(candidates, dense, strict=True)]
        return self._with_nearest(questions, links) if self._dense else links

    def _candidates(self, question: Question) -> list[_Candidate]:
        spans = list(self._spans(question))
        limit = min(MAX_POSTINGS, max(_LEAST_READ, _MAX_READ // max(1, len(spans))))
        found = [candidate for span in spans for candidate in self._read(question, span, limit)]
        found.extend(self._values(question))
        return list(_best_by_node(found if question.cased else _marked_by_names(found)))

    def _spans(self, question: Question) -> Iterable[Span]:
        config = self._config
        whole = [
            *whole_spans(question, self._labels, config.max_words),
            *inflected_spans(question, self._labels, config.max_words),
            *initial_spans(question, self._labels),
        ]
        yield from whole
        taken = {(span.first, span.last) for span in whole if span.last > span.first}
        for span in partial_spans(question, self._labels, config.fuzzy, whole):
            if span.last - span.first < config.max_words * CHARACTERS_PER_WORD and not _is_strictly_within(span, taken):
                yield span

    def _read(self, question: Question, span: Span, limit: int) -> Iterable[_Candidate]:
        worth = mention_worth(question, span.first, span.last)
        start, end = question.surface(span.first, span.last)
        size = mention_size(question, span.first, span.last)
        initials = _is_initials(question, span)
        holders = self._labels.named(span.key, limit)
        shared = not all(named.flag & _SURNAME for named in holders)
        for named in holders:
            if named.flag & _ACRONYM and not initials:
                continue
            at = (start, end)
            if span.kind is MatchKind.NORMALISED and not named.flag & _SHORTENED:
                at = _written(question, start, end, named.name)
            kind = _kind(question.text[slice(*at)], span, named)
            sure = 1.0 if kind is not MatchKind.ACRONYM or question.text[start:end].isupper() else _UNMARKED_INITIALS
            if kind is MatchKind.ACRONYM and _behind_article(question, span):  # "the us" is no pronoun
                sure, worth = max(sure, _ARTICLED), max(worth, _NAME_WORTH)
            if shared and named.flag & _SURNAME:
                kind, sure = MatchKind.PARTIAL, _SURNAME_SHARE
            alike = question.same_case(question.text[start:end]) in question.same_case(named.name)
            string = string_score(kind, span.similarity * sure, named.flag, alike=alike)
            mention = Mention(*at, question.text[slice(*at)])
            yield _Candidate(span.first, span.last, mention, named.node, named.name, kind, string, worth, size)

    def _values(self, question: Question) -> Iterable[_Candidate]:
        for start, end, node in literal_mentions(self._graph, question.text):
            inside = [i for i, w in enumerate(question.words) if start <= question.folded.starts[w.start] < end]
            if inside:
                mention = Mention(start, end, question.text[start:end])
                string = string_score(MatchKind.EXACT, 1.0, NameFlag.LITERAL)
                name = self._graph.id(node)
                yield _Candidate(
                    inside[0], inside[-1], mention, node, name, MatchKind.EXACT, string, _NUMBER_WORTH, 1.0
                )
        for start, end, key in symbol_mentions(question, self._labels):
            mention = Mention(start, end, question.text[start:end])
            for named in self._labels.named(key):
                # Behind the last word: punctuation overlaps no other mention.
                at = len(question.words) + start
                yield _Candidate(at, at, mention, named.node, named.name, MatchKind.EXACT, 1.0, 0.2, 1.0)

    # -- ranking ------------------------------------------------------------------------------

    def _similarities(
        self, questions: Sequence[str], candidates: Sequence[list[_Candidate]]
    ) -> list[list[float] | None]:
        if self._dense is None:
            return [None] * len(questions)
        nodes = [np.array([c.node for c in own], dtype=np.int32) for own in candidates]
        return [near.tolist() for near in self._dense.similarities(questions, nodes)]

    def _rank(self, candidates: list[_Candidate], dense: list[float] | None) -> tuple[Link, ...]:
        by_mention: dict[tuple[int, int], list[Link]] = defaultdict(list)
        sizes: dict[tuple[int, int], float] = {}
        priors = self._priors(candidates)
        for i, candidate in enumerate(candidates):
            near = dense[i] if dense is not None else None
            place = (candidate.first, candidate.last)
            by_mention[place].append(_link(candidate, priors[i], near))
            sizes[place] = candidate.size
        groups = {span: self._trim(links) for span, links in by_mention.items()}
        return _ordered(groups, sizes)

    def _priors(self, candidates: list[_Candidate]) -> list[float]:
        if not candidates:
            return []
        nodes = np.array([c.node for c in candidates], dtype=np.int32)
        stated = self._graph.arrays.out.degrees(nodes)
        known = np.log1p(stated + self._graph.arrays.into.degrees(nodes)) / self._degree_scale
        priors: list[float] = (_KNOWN_SHARE * np.minimum(1.0, known) + (1 - _KNOWN_SHARE) * (stated > 0)).tolist()
        return priors

    def _trim(self, links: list[Link]) -> list[Link]:
        return sorted(links, key=lambda link: (-link.score, link.node))[: self._config.max_candidates]

    def _with_nearest(self, questions: Sequence[str], links: list[tuple[Link, ...]]) -> list[tuple[Link, ...]]:
        """Where no name was found, the nodes whose vectors are nearest to the whole question."""
        empty = [i for i, own in enumerate(links) if not own and questions[i].strip()]
        if not self._dense or not empty:
            return links
        nearest = self._dense.nearest([questions[i] for i in empty], self._config.max_candidates)
        for i, (nodes, cosines) in zip(empty, nearest, strict=True):
            pairs = zip(nodes.tolist(), cosines.tolist(), strict=True)
            links[i] = tuple(self._nearest_link(questions[i], node, cosine) for node, cosine in pairs)
        return links

    def _nearest_link(self, question: str, node: int, cosine: float) -> Link:
        near = min(1.0, max(0.0, cosine))
        mention = Mention(0, len(question), question)
        score = string_score(MatchKind.DENSE, near, NameFlag.LABEL)
        return Link(mention, node, score, MatchKind.DENSE, self._graph.label(node), dense=near)


def _link(candidate: _Candidate, prior: float, dense: float | None) -> Link:
    near = None if dense is None else min(1.0, max(0.0, dense))
    return Link(
        mention=candidate.mention,
        node=candidate.node,
        score=link_score(candidate.worth, candidate.string, prior, near),
        match=candidate.kind,
        name=candidate.name,
        prior=prior,
        string=candidate.string,
        dense=near or 0.0,
    )


def _ordered(groups: dict[tuple[int, int], list[Link]], sizes: dict[tuple[int, int], float]) -> tuple[Link, ...]:
    spans = list(groups)
    weights = [_weight(groups[span][0], sizes[span]) for span in spans]
    kept = {spans[i] for i in best_disjoint(spans, weights)}
    ordered = sorted(spans, key=lambda s: (s not in kept, -groups[s][0].score, s))[:MAX_MENTIONS]
    return tuple(
        link if span in kept else replace(link, score=link.score * _OVERLAPPED)
        for span in ordered
        for link in groups[span]
    )


def _weight(link: Link, size: float) -> float:
    """What keeping a mention is worth; a longer one more than its parts together."""
    sure = _PARTIAL_SHARE if link.match is MatchKind.PARTIAL else 1.0
    weight: float = sure * link.score * size**_LENGTH_POWER
    return weight


def _best_by_node(candidates: Iterable[_Candidate]) -> Iterable[_Candidate]:
    best: dict[tuple[int, int, int], _Candidate] = {}
    for candidate in candidates:
        place = (candidate.first, candidate.last, candidate.node)
        if place not in best or candidate.string > best[place].string:
            best[place] = candidate
    return best.values()


def _is_strictly_within(span: Span, taken: Iterable[tuple[int, int]]) -> bool:
    place = (span.first, span.last)
    return any(first <= span.first and span.last <= last and (first, last) != place for first, last in taken)


def _is_initials(question: Question, span: Span) -> bool:
    """Whether a span may be initials: in capitals or with dots, behind "the", or no capitals are used at all."""
    start, end = question.surface(span.first, span.last)
    surface = question.text[start:end]
    if surface.isupper() or _behind_article(question, span):
        return True
    return question.text.islower() and (span.first < span.last or not is_stop(surface))


def _behind_article(question: Question, span: Span) -> bool:
    return span.first > 0 and question.words[span.first - 1].text == "the"


def _marked_by_names(found: list[_Candidate]) -> list[_Candidate]:
    """The candidates of a question whose capitals tell nothing: the graph's own then say which words are names.

    Beside a name that the graph writes with a capital, one in small letters ("writer", "films") is hardly meant as one.
    """
    proper = any(c.name[:1].isupper() and c.kind in _WHOLE and c.worth >= _NAME_WORTH for c in found)
    if not proper:
        return found
    return [replace(c, worth=c.worth * _UNPROPER) if c.name.islower() else c for c in found]


def _written(question: Question, start: int, end: int, name: str) -> tuple[int, int]:
    """The span widened to the name with its own punctuation, where the question has it so."""
    text, name = question.same_case(question.text), question.same_case(name)
    if name == text[start:end] or len(name) <= end - start or len(text) != len(question.text):
        return start, end
    at = text.find(name, max(0, start - len(name) + end - start), start + len(name))
    return (at, at + len(name)) if 0 <= at <= start and end <= at + len(name) else (start, end)


def _kind(surface: str, span: Span, named: Named) -> MatchKind:
    if named.flag & _ACRONYM:
        return MatchKind.ACRONYM
    if span.kind is MatchKind.NORMALISED and surface == named.name:
        return MatchKind.EXACT
    return span.kind
