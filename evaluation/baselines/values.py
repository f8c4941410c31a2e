"""Nodes of a graph as values of an answer, alike for all baselines."""

from __future__ import annotations

from kgqa.graph import KnowledgeGraph
from kgqa.graph.terms import local_name
from kgqa.types import AnswerValue


def value_of(graph: KnowledgeGraph, node: int) -> AnswerValue:
    """A node as a value: its id, and its label or the last part of its id."""
    name = graph.id(node)
    label = graph.label(node) or local_name(name)
    return AnswerValue(name, label, label)


def name_of(graph: KnowledgeGraph, node: int) -> str:
    """The name by which a question would call a node: its label, else its id where that is a plain name."""
    name = graph.id(node)
    plain = not graph.labelled[node] and "://" not in name and not name.startswith("_:")
    return name if plain else value_of(graph, node).label
