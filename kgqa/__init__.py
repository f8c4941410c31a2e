"""kgqa answers questions from a knowledge graph that you already have."""

from __future__ import annotations

__version__ = "0.1.0"
