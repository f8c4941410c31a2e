"""Training structural embeddings: a graph in, vectors out; pykeen does the learning."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from kgqa.embedding.store import cache_root
from kgqa.embedding.structural.config import StructuralConfig
from kgqa.embedding.structural.embeddings import Floats, StructuralEmbeddings
from kgqa.embedding.structural.facts import EntityFacts
from kgqa.errors import MissingExtraError, TrainingError
from kgqa.graph import KnowledgeGraph

Progress = Callable[[int, int], None]
"""Called with (epochs done, epochs in all)."""


def train_structural(
    graph: KnowledgeGraph,
    config: StructuralConfig | None = None,
    *,
    on_progress: Progress | None = None,
    checkpoints: Path | None = None,
) -> StructuralEmbeddings:
    """Train vectors of a graph's entities and relations on the facts between entities.

    checkpoints : a folder in which a run that was stopped leaves where it was; one with the same facts and settings
    goes on from there, and gives what it would have given unstopped.
    Raises MissingExtraError without pykeen; TrainingError for a graph in which no two entities stand in a fact, a loss
    that is no number, a GPU that isn't there, or a damaged checkpoint.
    """
    config = config or StructuralConfig()
    facts = EntityFacts.of(graph)
    if len(facts.nodes) < 2:
        raise TrainingError(
            f"the graph has {graph.n_triples:,} facts and none between two entities; expected at least one. "
            "Structural embeddings learn nothing from names and values: load a graph with relations, or build without"
        )
    _require_pykeen()
    from kgqa.embedding.structural.learning import Learner

    file = None if checkpoints is None else checkpoints / f"{_identity(facts, config)}.safetensors"
    learnt = Learner(facts, config, file).learn(on_progress or _silent)
    relations = np.zeros((graph.n_relations, config.dimension), dtype=np.float32)
    relations[facts.relations] = _finite(learnt.relations, config)
    about = {**asdict(config), "facts": len(facts.rows), "loss": learnt.loss}
    about["objective"] = config.objective_for(len(facts.nodes)).value
    return StructuralEmbeddings(config.kind, facts.nodes, _finite(learnt.entities, config), relations, about)


def _require_pykeen() -> None:
    for module in ("torch", "pykeen"):
        if find_spec(module) is None:
            raise MissingExtraError(module, "kge", "train structural embeddings")
    # pykeen makes folders when it is imported: in the cache rather than in the home directory.
    os.environ.setdefault("PYSTOW_HOME", str(cache_root() / "pystow"))


def _identity(facts: EntityFacts, config: StructuralConfig) -> str:
    told = json.dumps({**asdict(config), "facts": facts.digest()}, sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def _finite(vectors: Floats, config: StructuralConfig) -> Floats:
    if not np.isfinite(vectors).all():
        raise TrainingError(
            f"training {config.model} gave vectors that are no numbers; expected finite ones. "
            f"Lower the learning rate ({config.rate:g})"
        )
    return vectors


def _silent(done: int, total: int) -> None:
    """No progress is shown."""
