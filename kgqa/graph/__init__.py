"""The graph room: load, normalise, store, save, view."""

from kgqa.graph.graph import KnowledgeGraph, LoadReport

__all__ = ["KnowledgeGraph", "LoadReport"]
