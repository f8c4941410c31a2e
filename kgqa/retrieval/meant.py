"""Words that mean a kind of things or a value by another name: "jobs" of orders, "gone out the door" of shipped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kgqa.embedding import TextEncoder, TextKind
from kgqa.graph import KnowledgeGraph
from kgqa.retrieval.asked_kind import noun_asked_for
from kgqa.retrieval.attributes import Attributes
from kgqa.retrieval.contract import is_common, strength
from kgqa.retrieval.families import Names
from kgqa.retrieval.meaning_texts import class_text, value_text
from kgqa.retrieval.question import Asked, QuestionView, is_light
from kgqa.retrieval.relations import RelationMatcher, Scores, walkable
from kgqa.types import Link, MatchKind, Mention, NodeIds

_MOST_CLASSES, _MOST_VALUES = 200, 600
_FEW_VALUES = 12
_SHARED = 2
"""How many facts there are at least for each value of a relation that tells kinds of things apart."""
_MOST_WORDS, _MOST_HAN = 5, 6
_MOST_PHRASES = 48
_LEAST_KIND, _LEAST_ASKED, _SURELY_KIND, _LEAST_VALUE = 0.45, 0.36, 0.6, 0.5
"""The least cosine of words with a kind, of those that the question asks things of, of a kind that may have others
near, and with a value."""
_APART_KINDS, _APART = 0.1, 0.04
"""How much nearer words must be to a kind than to the next: "airplanes" are near all kinds of ships; and to a value."""
_SYNONYM = 0.7
"""The least cosine of a word with a kind by an encoder that was not tuned: "town" and "city" have 0.77."""
_AHEAD = 0.05
"""How much nearer words must be to a kind or value than to any relation."""
_QUESTIONS = frozenset((*"哪谁几什何", "who", "whom", "whose", "what", "which", "how", "when", "where", "why"))
_TURNING = frozenset("不没")
_SURE = 0.85
"""How far the link of words to a kind can be built on, beside those whose names agree."""
_SURER, _MOST_SURE = 0.15, 0.9
"""That of a value is its cosine and so much more, at most the second."""


@dataclass(frozen=True, slots=True)
class FlagMeant:
    """Words that say that a yes-or-no attribute holds, or that it does not."""

    mention: Mention
    relation: int
    score: float
    holds: bool


@dataclass(frozen=True, slots=True)
class Meant:
    """What the words of a question mean by other names. links : to classes and values."""

    links: tuple[Link, ...] = ()
    flags: tuple[FlagMeant, ...] = ()


@dataclass(frozen=True, slots=True)
class _Meaning:
    """One thing that words may mean: a class, a value of a relation, or that a yes-or-no relation holds or not.

    node : the class or value, or -1. relation : that it is of, or -1 for a class.
    """

    text: str
    node: int = -1
    relation: int = -1
    holds: bool = True

    @property
    def is_kind(self) -> bool:
        """Whether it is a class."""
        return self.relation < 0


class Meanings:
    """The kinds and values of one graph, for an encoder that was tuned to what people call them."""

    def __init__(self, graph: KnowledgeGraph, matcher: RelationMatcher, attributes: Attributes) -> None:
        self._graph = graph
        self._matcher = matcher
        self._attributes = attributes

    def read(self, view: QuestionView, names: Names) -> Meant:
        """What words mean that are no part of a name; where no encoder was tuned to it, kinds by single words alone."""
        encoder = self._encoder
        if encoder is None or not self._meanings:
            return Meant()
        named = [link.mention for link in names.links if strength(link) >= _SURE or is_common(link)]
        named += [family[0].mention for family in names.families]
        tuned = self._matcher.asking is not None
        asked = noun_asked_for(view) or _opening(view)
        phrases = [p for p in _phrases(view, named) if tuned or " " not in p.text]
        if not phrases:
            return Meant()
        near = encoder.encode([p.text for p in phrases], kind=TextKind.QUERY) @ self._vectors.T
        relations = self._matcher.match([p.text for p in phrases])
        met = [
            self._nearest(phrase, row, said, asked, tuned=tuned)
            for phrase, row, said in zip(phrases, near, relations, strict=True)
        ]
        known = {link.node for link in names.links}
        new = (m for m in met if m is not None and m[2].node not in known)
        return self._told(sorted(new, key=lambda m: -m[0]))

    @property
    def _encoder(self) -> TextEncoder | None:
        """The one that was tuned to what people say, or one that tells synonyms by itself."""
        return self._matcher.asking or (None if self._matcher.stretches else self._matcher.encoder)

    def _nearest(
        self, phrase: Mention, near: Scores, relations: Scores, asked: Mention | None, *, tuned: bool
    ) -> tuple[float, Mention, _Meaning] | None:
        """What a phrase means, with its cosine; None where that is too far, or hardly nearer than something else."""
        best = int(near.argmax())
        meaning, score = self._meanings[best], float(near[best])
        like = float(np.sort(near[self._owners == meaning.relation])[-2:-1].max(initial=0.0))
        said = float(relations[meaning.relation]) if meaning.relation >= 0 else 0.0
        others = np.delete(relations, meaning.relation) if meaning.relation >= 0 else relations
        apart = _APART_KINDS if tuned and meaning.is_kind and score < _SURELY_KIND else _APART
        behind = max(float(others.max(initial=0.0)) + _AHEAD, like + apart, said)  # "surface" is no kind of surface
        least = _SYNONYM if not tuned else _LEAST_KIND if meaning.is_kind else _LEAST_VALUE
        if tuned and meaning.is_kind and asked is not None and phrase == asked:
            least = _LEAST_ASKED
        if score < max(least, behind) or not (tuned or meaning.is_kind):
            return None
        return score, phrase, meaning

    def _told(self, found: Iterable[tuple[float, Mention, _Meaning]]) -> Meant:
        """What phrases mean that stand apart, the surest first, and nothing twice."""
        links, flags, taken, told = [], [], list[Mention](), set[_Meaning]()
        for score, phrase, meaning in found:
            if meaning in told or any(phrase.start < other.end and other.start < phrase.end for other in taken):
                continue
            taken.append(phrase)
            told.add(meaning)
            if meaning.node < 0:
                flags.append(FlagMeant(phrase, meaning.relation, score, meaning.holds))
            else:
                string = _SURE if meaning.is_kind else min(_MOST_SURE, score + _SURER)
                link = Link(phrase, meaning.node, score, MatchKind.DENSE, meaning.text, string=string, dense=score)
                links.append(link)
        return Meant(tuple(links), tuple(flags))

    @cached_property
    def _meanings(self) -> tuple[_Meaning, ...]:
        classes = self._graph.classes.tolist()[:_MOST_CLASSES]
        kinds = [_Meaning(class_text(self._graph.label(node)), node) for node in classes]
        return (*kinds, *(self._values() if self._matcher.asking else ()))

    def _values(self) -> Iterable[_Meaning]:
        found: list[_Meaning] = []
        closed = set(self._graph.schema.types)
        for relation in walkable(self._graph):
            name = self._graph.relation_label(relation)
            if self._attributes.flags[relation]:
                found += [
                    _Meaning(value_text(name, "yes" if holds else "no", flag=True), relation=relation, holds=holds)
                    for holds in (True, False)
                ]
            elif relation not in closed and not self._attributes.measured[relation]:
                found += [
                    _Meaning(value_text(name, self._graph.label(node), flag=False), node, relation)
                    for node in self._few(relation)
                ]
            if len(found) >= _MOST_VALUES:
                break
        return found

    def _few(self, relation: int) -> list[int]:
        """The values of a relation that tells kinds apart: few, shared, and nothing but words."""
        objects = self._graph.relation_pairs(relation)[1]
        values: NodeIds = np.unique(objects)
        if len(values) > _FEW_VALUES or len(objects) < _SHARED * len(values):
            return []
        plain = ~(self._graph.arrays.out.degrees(values) > 0)
        return values.tolist() if plain.all() else []

    @cached_property
    def _owners(self) -> NDArray[np.int64]:
        """The relation of each meaning, -1 for classes."""
        return np.array([meaning.relation for meaning in self._meanings], dtype=np.int64)

    @cached_property
    def _vectors(self) -> NDArray[np.float32]:
        encoder = self._encoder
        assert encoder is not None
        return encoder.encode([meaning.text for meaning in self._meanings])


def _opening(view: QuestionView) -> Mention | None:
    """The noun that a request without a question word opens with: "JOBS we got from Smith"."""
    first = next((word for word in view.words if not is_light(word.text)), None)
    if first is None or first.han or not first.text.endswith("s") or view.asked is not Asked.ANYTHING:
        return None
    return Mention(first.start, first.end, view.text[first.start : first.end])


def _phrases(view: QuestionView, named: Sequence[Mention]) -> list[Mention]:
    """Stretches of words outside of names that begin and end with one that carries meaning, the shortest first."""
    hidden = {i for mention in named for i in range(*view.word_span(mention))}
    words = view.words
    found = []
    for length in range(1, _MOST_HAN + 1):
        for first in range(len(words) - length + 1):
            run = range(first, first + length)
            if words[first].han is False and length > _MOST_WORDS:
                continue
            if any(i in hidden or words[i].han is not words[first].han for i in run):
                continue
            last = words[first + length - 1].text
            if is_light(words[first].text) or is_light(last) or last in _TURNING:
                continue
            if not (words[first].han or words[first].text.isascii()) or any(words[i].text in _QUESTIONS for i in run):
                continue
            start, end = words[first].start, words[first + length - 1].end
            found.append(Mention(start, end, view.text[start:end]))
    return found[:_MOST_PHRASES]
