"""A system over a toy graph with the toy encoder and the toy linker."""

from __future__ import annotations

from kgqa.answering import Reading
from kgqa.graph import KnowledgeGraph
from kgqa.reader import ZeroShotReader
from kgqa.reader.seen import InputBuilder
from kgqa.system import KGQA
from tests.retrieval.toy import Lab, WordEncoder


class ToySystem(KGQA):
    """Reads questions without an index of names and without a packaged encoder."""

    def __init__(self, graph: KnowledgeGraph) -> None:
        self.graph = graph
        self._lab = Lab(graph)
        self._builder = InputBuilder(graph)
        self._zero_shot = ZeroShotReader(WordEncoder())

    def read(self, question: str) -> Reading:
        retrieval = self._lab.ask(question)
        seen = self._builder.build(retrieval)
        return Reading(retrieval, seen, self._zero_shot.read([seen])[0])
