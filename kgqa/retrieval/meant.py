"""Words that mean a kind of things or a value by another name: "jobs" of orders, "gone out the door" of shipped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kgqa.embedding import TextEncoder, TextKind
from kgqa.graph import KnowledgeGraph
from kgqa.retrieval.attributes import Attributes
from kgqa.retrieval.contract import strength
from kgqa.retrieval.families import Names
from kgqa.retrieval.meaning_texts import class_text, value_text
from kgqa.retrieval.question import QuestionView, is_light
from kgqa.retrieval.relations import RelationMatcher, Scores, walkable
from kgqa.types import Link, MatchKind, Mention, NodeIds

_MOST_CLASSES, _MOST_VALUES = 200, 600
_FEW_VALUES = 12
_SHARED = 2
"""How many facts there are at least for each value of a relation that tells kinds of things apart."""
_MOST_WORDS, _MOST_HAN = 5, 6
_MOST_PHRASES = 48
_LEAST_CLASS, _LEAST_VALUE = 0.6, 0.6
_SYNONYM = 0.7
"""The least cosine of a word with a kind by an encoder that was not tuned: "town" and "city" have 0.77."""
_AHEAD = 0.05
"""How much nearer words must be to a kind or value than to any relation."""
_SURE = 0.85


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
    """One thing that words may mean: a node, or that a flag holds or not."""

    text: str
    node: int = -1
    flag: int = -1
    holds: bool = True
    kind: bool = False


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
        named = [link.mention for link in names.links if strength(link) >= _SURE]
        named += [family[0].mention for family in names.families]
        tuned = self._matcher.asking is not None
        phrases = [p for p in _phrases(view, named) if tuned or " " not in p.text]
        if not phrases:
            return Meant()
        texts = [phrase.text for phrase in phrases]
        near = encoder.encode(texts, kind=TextKind.QUERY) @ self._vectors.T
        relations = self._matcher.match(texts).max(axis=1, initial=0.0)
        return self._chosen(phrases, near, relations, (_LEAST_CLASS, _LEAST_VALUE) if tuned else (_SYNONYM, 1.0))

    @property
    def _encoder(self) -> TextEncoder | None:
        """The one that was tuned to what people say, or one that tells synonyms by itself."""
        return self._matcher.asking or (None if self._matcher.stretches else self._matcher.encoder)

    def _chosen(self, phrases: Sequence[Mention], near: Scores, relations: Scores, least: tuple[float, float]) -> Meant:
        """The best phrase of each meaning, of those that stand apart or lie about different things."""
        best: dict[int, tuple[float, Mention]] = {}
        for row, phrase, said in zip(near, phrases, relations.tolist(), strict=True):
            place = int(row.argmax())
            score = float(row[place])
            floor = least[0] if self._meanings[place].kind else least[1]
            if score >= max(floor, said + _AHEAD) and score > best.get(place, (0.0, phrase))[0]:
                best[place] = (score, phrase)
        links, flags, taken = [], [], list[Mention]()
        for place, (score, phrase) in sorted(best.items(), key=lambda item: -item[1][0]):
            if any(phrase.start < other.end and other.start < phrase.end for other in taken):
                continue
            taken.append(phrase)
            meaning = self._meanings[place]
            if meaning.flag >= 0:
                flags.append(FlagMeant(phrase, meaning.flag, score, meaning.holds))
            else:
                links.append(
                    Link(phrase, meaning.node, score, MatchKind.DENSE, meaning.text, string=_string(score), dense=score)
                )
        return Meant(tuple(links), tuple(flags))

    @cached_property
    def _meanings(self) -> tuple[_Meaning, ...]:
        classes = self._graph.classes.tolist()[:_MOST_CLASSES]
        kinds = [_Meaning(class_text(self._graph.label(node)), node, kind=True) for node in classes]
        return (*kinds, *self._values())

    def _values(self) -> Iterable[_Meaning]:
        found: list[_Meaning] = []
        closed = set(self._graph.schema.types)
        for relation in walkable(self._graph):
            name = self._graph.relation_label(relation)
            if self._attributes.flags[relation]:
                found += [
                    _Meaning(value_text(name, "yes" if holds else "no", flag=True), flag=relation, holds=holds)
                    for holds in (True, False)
                ]
            elif relation not in closed and not self._attributes.measured[relation]:
                found += [
                    _Meaning(value_text(name, self._graph.label(node), flag=False), node)
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
    def _vectors(self) -> NDArray[np.float32]:
        encoder = self._encoder
        assert encoder is not None
        return encoder.encode([meaning.text for meaning in self._meanings])


def _string(score: float) -> float:
    """How far such a link can be built on, beside those whose words agree."""
    return min(0.9, score + 0.15)


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
            if is_light(words[first].text) or is_light(words[first + length - 1].text):
                continue
            start, end = words[first].start, words[first + length - 1].end
            found.append(Mention(start, end, view.text[start:end]))
    return found[:_MOST_PHRASES]
