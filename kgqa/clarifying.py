"""Asking back which of several entities a name stands for, where the best readings differ in nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from kgqa.config import AnswerConfig
from kgqa.graph import KnowledgeGraph
from kgqa.program import shown_label
from kgqa.program.algebra import Entities, Program, Step
from kgqa.program.names import one_line
from kgqa.retrieval.contract import Candidate
from kgqa.retrieval.relations import walkable
from kgqa.text.language import Language
from kgqa.types import AnswerValue, Clarification, Link, NodeIds, Option

Values = Callable[[Program], tuple[AnswerValue, ...]]
"""What a program answers."""

_LONGEST = 60
_ENDING = 20
"""Characters of a name or a fact in the question, and of its end if it is cut."""
_VALUES_SHOWN = 2
_RELATIONS_TRIED = 24


@dataclass(frozen=True, slots=True)
class _Words:
    """How a question is asked back, in one language: sentences with gaps."""

    asked: str
    unnamed: str
    between: str
    last: str
    told: str
    fact: str


_ENGLISH = _Words(
    asked="Which “{}” is meant: {}?",
    unnamed="Which one is meant: {}?",
    between=", ",
    last=" or ",
    told="{} ({})",
    fact="{}: {}",
)
_CHINESE = _Words(
    asked="“{}”指的是{}？", unnamed="指的是{}？", between="、", last="还是", told="{}（{}）", fact="{}：{}"
)


@dataclass(frozen=True, slots=True)
class _Reading:
    """A candidate, and its link for the name that is in question."""

    candidate: Candidate
    link: Link


class Clarifier:
    """Finds near-tied readings that differ in one entity only, and words the question between them."""

    def __init__(self, graph: KnowledgeGraph, config: AnswerConfig) -> None:
        self._graph = graph
        self._config = config

    def clarify(
        self, candidates: Sequence[Candidate], weights: NDArray[np.float64], values: Values, language: str
    ) -> Clarification | None:
        """The question to ask back; None where no entity is in doubt, or the answer doesn't hang on it.

        candidates : at least one, the best first. weights : their probabilities, [candidates], descending.
        language : of the question and of labels, as a BCP 47 tag.
        """
        readings = self._tied(candidates, weights, values)
        if len(readings) < 2:
            return None
        mention, words = readings[0].link.mention, _words(language)
        options = self._options(readings, language)
        shown = [_named(option, words) for option in options]
        listed = words.last.join((words.between.join(shown[:-1]), shown[-1]))
        name = _clipped(mention.text)
        question = words.asked.format(name, listed) if name else words.unnamed.format(listed)
        return Clarification(question, mention.text, mention.start, mention.end, options)

    def _tied(
        self, candidates: Sequence[Candidate], weights: NDArray[np.float64], values: Values
    ) -> tuple[_Reading, ...]:
        """The best reading and those that come near it with another entity; none where all answer the same."""
        best, least = candidates[0], (1 - self._config.clarify_within) * weights[0]
        readings: list[_Reading] = []
        for rival in (c for c, w in zip(candidates[1:], weights[1:], strict=True) if w >= least):
            found = self._swap(best, rival)
            if found is None or (readings and found[0].mention != readings[0].link.mention):
                continue
            own, other = found
            if other.node not in {r.link.node for r in readings}:
                readings += [*([] if readings else [_Reading(best, own)]), _Reading(rival, other)]
        answered = readings[:1] + [r for r in readings[1:] if values(r.candidate.program)]
        answered = answered[: self._config.max_options]
        distinct = {_identity(values(r.candidate.program)) for r in answered}
        return tuple(answered) if len(distinct) > 1 else ()

    def _swap(self, best: Candidate, rival: Candidate) -> tuple[Link, Link] | None:
        """The links of two readings to the one entity in which they differ; None if they differ in more."""
        own, other = ({link.mention: link for link in c.links} for c in (best, rival))
        changed = [mention for mention in own if mention in other and own[mention].node != other[mention].node]
        if own.keys() != other.keys() or len(changed) != 1:
            return None
        one, two = own[changed[0]], other[changed[0]]
        alike = self._shape(best.program, one.node) == self._shape(rival.program, two.node)
        same = two.node in self._graph.same_as(_nodes((one.node,)))
        return (one, two) if alike and not same and self._are_entities((one.node, two.node)) else None

    def _shape(self, value: object, node: int) -> object:
        """A program less one entity; relations of one name are alike."""
        if isinstance(value, Entities):
            return frozenset(None if n == node else n for n in value.nodes)
        if isinstance(value, Step):
            return self._graph.relation_label(value.relation), value.inverse
        if isinstance(value, Program):
            return (type(value), *(self._shape(getattr(value, f.name), node) for f in fields(value)))
        return value

    def _are_entities(self, nodes: Sequence[int]) -> bool:
        found = _nodes(nodes)
        return not self._graph.is_literal(found).any() and not np.isin(found, self._graph.classes).any()

    # -- what tells the entities apart ----------------------------------------------------------

    def _options(self, readings: Sequence[_Reading], language: str) -> tuple[Option, ...]:
        graph, nodes = self._graph, [r.link.node for r in readings]
        labels = [shown_label(graph, node, language) for node in nodes]
        asked = {part.relation for part in _steps(readings[0].candidate.program)}
        told = self._told(nodes, labels, asked, language)
        topics = [self._topic(r.candidate) for r in readings]
        rows = zip(nodes, labels, told, topics, strict=True)
        return tuple(Option(graph.id(node), label, telling, topic) for node, label, telling, topic in rows)

    def _topic(self, candidate: Candidate) -> tuple[str, ...]:
        links = sorted(candidate.links, key=lambda link: link.mention.start)
        return tuple(dict.fromkeys(self._graph.id(k.node) for k in links if self._are_entities((k.node,))))

    def _told(self, nodes: Sequence[int], labels: Sequence[str], asked: set[int], language: str) -> list[str]:
        """For each node what none of the others has: a class; for namesakes also a description, a fact or the id."""
        namesakes = len({_clipped(label) for label in labels}) < len(nodes)
        columns = self._columns(nodes, asked, language) if namesakes else iter([self._classes(nodes, language)])
        told = [""] * len(nodes)
        for column in columns:
            fresh = (text if column.count(text) == 1 else "" for text in column)
            told = [old or new for old, new in zip(told, fresh, strict=True)]
            if all(told):
                break
        pairs = [(_clipped(label), text) for label, text in zip(labels, told, strict=True)]
        ids = [self._graph.id(node) for node in nodes]
        return [i if pairs.count(pair) > 1 else pair[1] for i, pair in zip(ids, pairs, strict=True)]

    def _columns(self, nodes: Sequence[int], asked: set[int], language: str) -> Iterator[list[str]]:
        """What can be said of each node, a text or "", the most telling first."""
        yield self._classes(nodes, language)
        yield [self._description(node, language) for node in nodes]
        for relation, inverse in self._relations(nodes, asked):
            yield [self._fact(node, relation, language, inverse=inverse) for node in nodes]

    def _classes(self, nodes: Sequence[int], language: str) -> list[str]:
        """The first class of each node that no other node has."""
        found = [self._graph.types(_nodes((node,))).tolist() for node in nodes]
        names = [[_clipped(self._graph.label(c, language)) for c in classes] for classes in found]
        every = [name for own in names for name in dict.fromkeys(own)]
        return [next((name for name in own if every.count(name) == 1), "") for own in names]

    def _description(self, node: int, language: str) -> str:
        texts = self._graph.names(node, self._graph.schema.descriptions)
        wanted = language.partition("-")[0].lower()
        best = sorted(texts, key=lambda text: text.language.partition("-")[0].lower() != wanted)
        return _clipped(best[0].lexical) if best else ""

    def _relations(self, nodes: Sequence[int], asked: set[int]) -> list[tuple[int, bool]]:
        """The relations that may tell nodes apart: first those not asked about, that all have, that lead to things."""
        usable = set(walkable(self._graph)) - set(self._graph.schema.types)
        found: dict[tuple[int, bool], list[int]] = {}
        for node in nodes:
            for inverse in (False, True):
                relations, counts = self._graph.relations_of(_nodes((node,)), inverse=inverse)
                for relation, count in zip(relations.tolist(), counts.tolist(), strict=True):
                    if relation in usable:
                        found.setdefault((relation, inverse), []).append(count)

        def rank(one: tuple[int, bool]) -> tuple[object, ...]:
            (relation, inverse), counts = one, found[one]
            valued = bool(self._graph.is_literal(self._graph.relation_pairs(relation)[1][:1]).any())
            return relation in asked, inverse, -len(counts), valued, max(counts), relation

        return sorted(found, key=rank)[:_RELATIONS_TRIED]

    def _fact(self, node: int, relation: int, language: str, *, inverse: bool) -> str:
        graph, words = self._graph, _words(language)
        others = graph.edges(_nodes((node,)), relation, inverse=inverse)[1][:_VALUES_SHOWN].tolist()
        if not others:
            return ""
        name = words.between.join(shown_label(graph, other, language) for other in others)
        label = graph.relation_label(relation, language)
        return _clipped(words.fact.format(name, label) if inverse else words.fact.format(label, name))


def _words(language: str) -> _Words:
    return _CHINESE if language.partition("-")[0].lower() == Language.CHINESE.value else _ENGLISH


def _named(option: Option, words: _Words) -> str:
    label = _clipped(option.label) or _clipped(option.id)
    return words.told.format(label, _clipped(option.telling)) if option.telling else label


def _clipped(text: str) -> str:
    """One line, without its middle if it is long: long names differ at their ends."""
    line = one_line(text)
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - _ENDING]}…{line[-_ENDING:]}"


def _identity(values: Sequence[AnswerValue]) -> tuple[tuple[str | None, str], ...]:
    return tuple((value.id, value.label) for value in values)


def _steps(program: Program) -> Iterator[Step]:
    return (v for part in program.walk() for f in fields(part) if isinstance(v := getattr(part, f.name), Step))


def _nodes(nodes: Sequence[int]) -> NodeIds:
    return np.array(nodes, dtype=np.int32)
