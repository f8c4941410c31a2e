"""A system over a toy graph with the toy encoder and the toy linker."""

from __future__ import annotations

from collections.abc import Sequence

from kgqa.answering import Reading
from kgqa.graph import KnowledgeGraph
from kgqa.reader import ZeroShotReader
from kgqa.reader.seen import InputBuilder
from kgqa.system import KGQA
from kgqa.types import Link
from tests.retrieval.toy import Lab, WordEncoder


class ToySystem(KGQA):
    """Reads questions without an index of names and without a packaged encoder."""

    def __init__(self, graph: KnowledgeGraph) -> None:
        self.graph = graph
        self._lab = Lab(graph)
        self._builder = InputBuilder(graph)
        self._zero_shot = ZeroShotReader(WordEncoder())

    def read(self, question: str, *, links: Sequence[Link] | None = None) -> Reading:
        assert links is None
        retrieval = self._lab.ask(question)
        seen = self._builder.build(retrieval)
        return Reading(retrieval, seen, self._zero_shot.read([seen])[0])
