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
