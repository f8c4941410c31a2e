"""Dense retrieval of single facts: the fact whose words are nearest to the question, no entity given."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from evaluation.baselines.values import value_of
from kgqa.embedding import TextEncoder, TextKind
from kgqa.embedding.contract import Progress
from kgqa.graph import KnowledgeGraph
from kgqa.index import build_index
from kgqa.text import fold, split_terms
from kgqa.types import Abstained, AbstentionReason, Answer, AnswerKind, NodeIds

Facts = NDArray[np.int32]
"""Subject node, relation, object node: int32 [facts, 3]."""


class FactBaseline:
    """Holds the question against every fact in words, and answers with one end of the nearest fact.

    The words of a fact are "subject label, relation label, object label". Facts that only name a node or give its
    class are left out: they are near to every question about the node and answer few. Search is exact; of equal
    cosines the fact that comes first in the graph's order wins.

    The answer is the end of which the question says less, counted as the share of its label's words that stand in
    the question; of equal shares the object, since a fact states something of its subject. All facts that agree with
    the nearest one in relation and other end give the set; the nearest fact's own end comes first, the others follow
    in the graph's order. There is no counting, comparing or second step.

    Errors : whatever the encoder raises.
    """

    def __init__(self, graph: KnowledgeGraph, encoder: TextEncoder, *, on_progress: Progress | None = None) -> None:
        self._graph = graph
        self._encoder = encoder
        self._facts = facts_of(graph)
        self._label = lru_cache(maxsize=None)(graph.label)
        texts = [self._words(row) for row in self._facts]
        self._index = build_index(encoder.encode(texts, kind=TextKind.PASSAGE, on_progress=on_progress))

    def ask(self, question: str) -> Answer:
        """Answer a question; its entities are not given."""
        if not len(self._facts):
            detail = "the graph states nothing but names"
            return Answer(question, AnswerKind.NONE, abstained=Abstained(AbstentionReason.NO_FACT_FOUND, detail))
        nearest = self._index.search(self._encoder.encode([question], kind=TextKind.QUERY), 1)
        fact = self._facts[int(nearest.ids[0, 0])]
        values = tuple(value_of(self._graph, int(node)) for node in self._answers(question, fact))
        confidence = float(np.clip(nearest.scores[0, 0], 0.0, 1.0))
        return Answer(question, AnswerKind.ENTITIES, values, confidence, words=self._words(fact))

    def _answers(self, question: str, fact: Facts) -> NodeIds:
        """The end that is asked for, and what else stands at its place."""
        asked = frozenset(split_terms(fold(question)))
        subject, relation, obj = fact.tolist()
        inverse = self._said(subject, asked) < self._said(obj, asked)
        end, known = (subject, obj) if inverse else (obj, subject)
        reached = self._graph.follow(np.array([known], np.int32), relation, inverse=inverse)
        return np.concatenate([np.array([end], np.int32), reached[reached != end]])

    def _said(self, node: int, asked: frozenset[str]) -> float:
        """The share of a label's words that stand in the question."""
        words = split_terms(fold(self._label(node)))
        return sum(word in asked for word in words) / max(1, len(words))

    def _words(self, fact: Facts) -> str:
        subject, relation, obj = fact.tolist()
        return f"{self._label(subject)}, {self._graph.relation_label(relation)}, {self._label(obj)}"


def facts_of(graph: KnowledgeGraph) -> Facts:
    """The facts that a question may ask for: not those that name a node, give its class or describe the schema."""
    facts = np.array(list(graph.triples()), dtype=np.int32).reshape(-1, 3)
    schema = graph.schema
    barred = (*schema.naming, *schema.types, *schema.subclasses)
    return facts[np.isin(facts[:, 0], graph.entities) & ~np.isin(facts[:, 1], barred)]
