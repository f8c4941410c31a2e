"""The graph room: load, normalise, store, save, view."""

from kgqa.graph.bundle import Bundle, open_bundle, write_bundle
from kgqa.graph.changes import ChangeReport
from kgqa.graph.graph import KnowledgeGraph, LoadReport
from kgqa.graph.inspect import FanOut, GraphReport, RelationReport, inspect_graph
from kgqa.graph.nodes import NodeNames

__all__ = [
    "Bundle",
    "ChangeReport",
    "FanOut",
    "GraphReport",
    "KnowledgeGraph",
    "LoadReport",
    "NodeNames",
    "RelationReport",
    "inspect_graph",
    "open_bundle",
    "write_bundle",
]
