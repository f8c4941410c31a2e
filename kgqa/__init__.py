"""kgqa answers questions from a knowledge graph that you already have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kgqa.config import Config
    from kgqa.evaluation.procedure import evaluate
    from kgqa.graph import KnowledgeGraph
    from kgqa.system import KGQA
    from kgqa.types import Answer

__version__ = "0.1.0"
__all__ = ["KGQA", "Answer", "Config", "KnowledgeGraph", "evaluate"]

_HOMES = {
    "KGQA": "kgqa.system",
    "Answer": "kgqa.types",
    "Config": "kgqa.config",
    "KnowledgeGraph": "kgqa.graph",
    "evaluate": "kgqa.evaluation.procedure",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for: `kgqa --help` needs none of them."""
    if name not in _HOMES:
        raise AttributeError(f"module 'kgqa' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
