"""A program in as few words as tell it from its rivals, for an encoder to hold against the question."""

from __future__ import annotations

from kgqa.graph import KnowledgeGraph
from kgqa.program.algebra import Contains, Count, Follow, Instances, OfType, Program


def gist(program: Program, graph: KnowledgeGraph, language: str = "") -> str:
    """The relations and classes of a program, the last step first: "release year, directed by"."""
    words = []
    for part in program.walk():
        if isinstance(part, Follow):
            words.append(graph.relation_label(part.step.relation, language))
        elif isinstance(part, OfType | Instances):
            words.append(graph.label(part.node_class, language))
        elif isinstance(part, Count):
            words.append("多少" if language == "zh" else "how many")
        elif isinstance(part, Contains):
            words.append("是否" if language == "zh" else "whether")
    return " ".join(words)
