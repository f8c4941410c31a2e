"""The plain floor: the relation path whose words are nearest to the question, no training, the entity given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from evaluation.baselines.values import value_of
from kgqa.embedding import TextEncoder, TextKind
from kgqa.embedding.contract import Floats
from kgqa.graph import KnowledgeGraph
from kgqa.graph.graph import EMPTY
from kgqa.graph.terms import LANG_STRING, XSD_STRING, literal_key
from kgqa.types import Abstained, AbstentionReason, Answer, AnswerKind, Literal, NodeIds

Path = tuple[tuple[int, bool], ...]
"""Steps (relation, inverse) from the entity to the answers."""
_LANGUAGES = ("en", "zh")


@dataclass(frozen=True, kw_only=True, slots=True)
class Bounds:
    """How far paths are enumerated.

    hops : longest path. paths : most paths of one question. frontier : a path that holds more nodes is not prolonged.
    """

    hops: int
    paths: int = 20_000
    frontier: int = 20_000


class CosineBaseline:
    """Enumerates all relation paths from the gold entity, both directions, and follows the best one.

    The words of a path are the labels of its relations in order; a direction has no words. Of equal cosines the
    shorter path wins, then the lower relation numbers.
    """

    def __init__(self, graph: KnowledgeGraph, encoder: TextEncoder, bounds: Bounds) -> None:
        self._graph = graph
        self._encoder = encoder
        self._bounds = bounds
        self._vectors: dict[str, Floats] = {}

    def ask_linked(self, question: str, topic: Sequence[str]) -> Answer:
        """Answer a question about given entities; several of them start together."""
        start = np.unique(np.concatenate([EMPTY, *map(self._find, topic)]))
        found = list(self._paths(start))
        if not found:
            detail = f"no fact about {', '.join(topic)}"
            return Answer(question, AnswerKind.NONE, abstained=Abstained(AbstentionReason.NO_FACT_FOUND, detail))
        scores = self._similarities(question, [path for path, _ in found])
        best = int(np.argmax(scores))
        path, nodes = found[best]
        values = tuple(value_of(self._graph, int(node)) for node in nodes)
        confidence = float(np.clip(scores[best], 0.0, 1.0))
        return Answer(question, AnswerKind.ENTITIES, values, confidence, words=self._words(path))

    def _find(self, name: str) -> NodeIds:
        """The nodes with an id or, where there is none, with a label."""
        node = self._graph.find(name)
        if node >= 0:
            return np.array([node], dtype=np.int32)
        keys = (literal_key(Literal(name, LANG_STRING if tag else XSD_STRING, tag)) for tag in ("", *_LANGUAGES))
        labels = np.array([n for key in keys if (n := self._graph.find_key(key)) >= 0], dtype=np.int32)
        named = [self._graph.follow(labels, relation, inverse=True) for relation in self._graph.schema.labels]
        return np.concatenate([EMPTY, *named])

    def _paths(self, start: NodeIds) -> Iterator[tuple[Path, NodeIds]]:
        """Yield paths and their nodes, short ones first."""
        level: list[tuple[Path, NodeIds]] = [((), start)]
        left = self._bounds.paths
        for _ in range(self._bounds.hops):
            level = list(islice(self._longer(level, start), left))
            left -= len(level)
            yield from level

    def _longer(self, level: Sequence[tuple[Path, NodeIds]], start: NodeIds) -> Iterator[tuple[Path, NodeIds]]:
        for path, nodes in level:
            for step in self._steps(nodes):
                reached = self._graph.follow(nodes, step[0], inverse=step[1])
                reached = np.setdiff1d(reached, start, assume_unique=True)
                if len(reached):
                    yield (*path, step), reached

    def _steps(self, nodes: NodeIds) -> Iterator[tuple[int, bool]]:
        if len(nodes) > self._bounds.frontier:
            return
        for inverse in (False, True):
            for relation in self._graph.relations_of(nodes, inverse=inverse)[0]:
                yield int(relation), inverse

    def _similarities(self, question: str, paths: Sequence[Path]) -> Floats:
        texts = [self._words(path) for path in paths]
        new = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        if new:
            self._vectors.update(zip(new, self._encoder.encode(new, kind=TextKind.PASSAGE), strict=True))
        asked = self._encoder.encode([question], kind=TextKind.QUERY)[0]
        similarities: Floats = np.stack([self._vectors[text] for text in texts]) @ asked
        return similarities

    def _words(self, path: Path) -> str:
        return ", ".join(self._graph.relation_label(relation) for relation, _ in path)
