"""Direct retrieval of facts: the question held against what the graph says about a node, in words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kgqa.embedding import TextEncoder, TextKind
from kgqa.graph import KnowledgeGraph
from kgqa.retrieval.paths import Path

_MOST_FACTS = 24
_NEIGHBOURS = 2
_LONGEST = 60
"""Characters of a label: one long text would make the whole batch long."""
_SLOPE = 2.0


class FactScorer:
    """Scores single steps by a fact that they lead to, where no phrase of the question names their relation.

    A fact that stands out among its neighbours makes its step worth more than silence: "what language is it in"
    may be nearer to "X: language English" than any of its phrases is to "language".
    """

    def __init__(self, graph: KnowledgeGraph, encoder: TextEncoder) -> None:
        self._graph = graph
        self._encoder = encoder

    def rescore(self, question: str, paths: list[Path], *, step_cost: float) -> list[Path]:
        """The paths, single steps among them raised to what their facts are worth."""
        single = [path for path in paths if len(path.steps) == 1][:_MOST_FACTS]
        if len(single) < 2:
            return paths
        vectors = self._encoder.encode([self._fact(path) for path in single])
        cosines = vectors @ self._encoder.encode([question], kind=TextKind.QUERY)[0]
        worth = _SLOPE * (cosines - cosines.mean()) - step_cost
        raised = {
            id(path): replace(path, score=max(path.score, float(w))) for path, w in zip(single, worth, strict=True)
        }
        return [raised.get(id(path), path) for path in paths]

    def _fact(self, path: Path) -> str:
        graph, step = self._graph, path.steps[0]
        nodes = path.nodes if path.nodes is not None else np.zeros(0, dtype=np.int32)
        others = ", ".join(graph.label(int(node))[:_LONGEST] for node in nodes[:_NEIGHBOURS])
        name, relation = graph.label(path.link.node), graph.relation_label(step.relation)
        return f"{others} {relation} {name}" if step.inverse else f"{name} {relation} {others}"
