"""Values read out of generated text: what a language model writes, held against the names of the graph."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from evaluation.baselines.facts import facts_of
from evaluation.baselines.values import value_of
from kgqa.graph import KnowledgeGraph
from kgqa.text import fold, is_stop
from kgqa.types import Abstained, AbstentionReason, Answer, AnswerKind, AnswerValue

Words = tuple[str, ...]
Generate = Callable[[str], str]
"""From a question to the text that a system answers with."""
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_PIECES = re.compile(r"\s*(?:[,;\n]|\band\b)\s*")
_TRUTH = {"yes": True, "true": True, "no": False, "false": False}
_SHORTEST = 3


class ValueReader:
    """Finds the names of a graph's nodes in a text.

    Names are the labels of what stands in facts (`facts_of`); of several nodes with one name the one with the most
    facts is meant.
    """

    def __init__(self, graph: KnowledgeGraph) -> None:
        self._graph = graph
        nodes = np.unique(facts_of(graph)[:, ::2])
        # Most facts last: of equal names the last one stays.
        ordered = nodes[np.argsort(graph.degrees(nodes), kind="stable")].tolist()
        labels = [(graph.label(node), node) for node in ordered]
        self._exact = dict(labels)
        named = ((fold(label), node) for label, node in labels)
        self._names = {tuple(name.split()): node for name, node in named if _counts(name)}
        self._longest = max(map(len, self._names), default=0)

    def lenient(self, text: str, question: str) -> tuple[AnswerValue, ...]:
        """Read every name that the text says and the question does not, in the text's order.

        Case, accents and punctuation are ignored; names begin and end with whole words, the longer one goes before
        one inside it. Names of fewer than 3 characters or of stop words alone do not count. Where no name is found,
        a "yes" or "no" at the start is a truth value, else every number that the question lacks is a value.
        """
        asked = f" {_plain(question)} "
        said = (words for words in self._found(_plain(text).split()) if f" {' '.join(words)} " not in asked)
        found = [value_of(self._graph, self._names[words]) for words in dict.fromkeys(said)]
        return tuple(found) or _truth(text) or _numbers(text, question)

    def strict(self, text: str) -> tuple[AnswerValue, ...]:
        """Take the text as a list of names, split at commas, semicolons, line breaks and "and", as it is written.

        A piece that is no name counts as a value that no node has.
        """
        pieces = dict.fromkeys(piece for piece in _PIECES.split(text.strip().removesuffix(".")) if piece)
        return tuple(self._named(piece) for piece in pieces)

    def _named(self, piece: str) -> AnswerValue:
        node = self._exact.get(piece)
        return AnswerValue(None, piece, piece) if node is None else value_of(self._graph, node)

    def _found(self, words: Sequence[str]) -> Iterator[Words]:
        """The longest name at each word, from left to right, none inside another."""
        start = 0
        while start < len(words):
            ends = range(min(len(words), start + self._longest), start, -1)
            end = next((end for end in ends if tuple(words[start:end]) in self._names), None)
            if end is not None:
                yield tuple(words[start:end])
            start = end or start + 1


@dataclass(frozen=True, slots=True)
class Said:
    """What a system wrote to a question, and what the strict rule reads in it."""

    text: str
    strict: tuple[AnswerValue, ...]


class TextSystem:
    """A system that answers in text: its values are what the lenient rule reads there.

    said : question -> what was written, for every question asked so far.
    """

    def __init__(self, generate: Generate, reader: ValueReader) -> None:
        self._generate = generate
        self._reader = reader
        self.said: dict[str, Said] = {}

    def ask(self, question: str) -> Answer:
        """Answer a question; its entities are not given."""
        text = self._generate(question).strip()
        self.said[question] = Said(text, self._reader.strict(text))
        values = self._reader.lenient(text, question)
        if values:
            return Answer(question, AnswerKind.ENTITIES, values, sentence=text)
        detail = "the text names nothing of the graph that the question does not"
        abstained = Abstained(AbstentionReason.NO_FACT_FOUND, detail)
        return Answer(question, AnswerKind.NONE, abstained=abstained, sentence=text)


def _plain(text: str) -> str:
    return fold(_THOUSANDS.sub("", text))


def _counts(folded: str) -> bool:
    return len(folded) >= _SHORTEST and not all(map(is_stop, folded.split()))


def _truth(text: str) -> tuple[AnswerValue, ...]:
    first = next(iter(_plain(text).split()), "")
    return (AnswerValue(None, str(_TRUTH[first]).lower(), _TRUTH[first]),) if first in _TRUTH else ()


def _numbers(text: str, question: str) -> tuple[AnswerValue, ...]:
    asked = set(_NUMBER.findall(_THOUSANDS.sub("", question)))
    said = dict.fromkeys(_NUMBER.findall(_THOUSANDS.sub("", text)))
    return tuple(AnswerValue(None, number, number) for number in said if number not in asked)
