"""Structural embeddings: how high each model ranks the missing end of facts that it has not seen."""

from __future__ import annotations

import importlib.util
import sys
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evaluation.results import Column, Row, Table
from evaluation.settings import Choice, LinkModel, LinkSet, link_settings, located
from kgqa.embedding.structural import LinkPrediction, StructuralConfig, predict_links, train_structural
from kgqa.graph import KnowledgeGraph

COLUMNS = (
    Column("facts ranked", 0),
    Column("MRR", 3),
    Column("Hits@1", 3),
    Column("Hits@3", 3),
    Column("Hits@10", 3),
    Column("published MRR", 3),
    Column("seconds of training", 0),
)
_PARTS = ("train", "valid", "test")
Facts = NDArray[np.int64]


def run(choice: Choice) -> list[Table]:
    """Train and rank; what can't be measured here is named on stderr, and its rows stay as they were."""
    settings = link_settings()
    wanted = [(one, model) for one in _chosen(choice) for model in settings.models if _is_wanted(one, model, choice)]
    rows = [_row(one, model, settings.seed) for one, model in wanted]
    return [Table("linkprediction", "Link prediction, test part", COLUMNS, tuple(rows))]


def order() -> list[str]:
    """The names of all rows: graphs in the order of the TOML, models within a graph."""
    settings = link_settings()
    return [row_name(one, model) for one in settings.sets for model in settings.models]


def row_name(one: LinkSet, model: LinkModel) -> str:
    """The name of the row of a model on a graph."""
    return f"{one.name}: {model.model}"


def facts_of(graph: KnowledgeGraph, path: Path) -> Facts:
    """The facts of a file as (subject, relation, object) of a graph, int64 [n, 3]; -1 for what the graph lacks."""
    found = [
        (graph.find(fact.subject), graph.find_relation(fact.predicate), graph.find(str(fact.object)))
        for fact in KnowledgeGraph.load(path).to_triples()
    ]
    return np.array(found, dtype=np.int64).reshape(-1, 3)


def _chosen(choice: Choice) -> list[LinkSet]:
    if importlib.util.find_spec("pykeen") is None:
        cure = "pip install -c constraints.txt -e '.[kge]'"
        print(f"left as it was: linkprediction: pykeen is not installed; {cure}", file=sys.stderr)
        return []
    settings = link_settings()
    wanted = [one for one in settings.sets if any(_is_wanted(one, model, choice) for model in settings.models)]
    for one in wanted:
        if not located(one.folder).exists():
            print(f"left out: {one.name}: {located(one.folder)} is missing; set KGQA_DATA", file=sys.stderr)
    return [one for one in wanted if located(one.folder).exists()]


def _is_wanted(one: LinkSet, model: LinkModel, choice: Choice) -> bool:
    """Whether a row is asked for, by its own name or its graph's: rows of large graphs take long."""
    return bool({one.name, row_name(one, model)} & set(choice.only)) if choice.only else not one.long


def _row(one: LinkSet, model: LinkModel, seed: int) -> Row:
    config = StructuralConfig(
        model=model.model, rate=model.rate, epochs=one.epochs, dimension=one.dimension, batch=one.batch, seed=seed
    )
    folder = located(one.folder)
    graph = KnowledgeGraph.load(folder / "train.tsv")
    start = time.perf_counter()
    embeddings = train_structural(graph, config)
    seconds = time.perf_counter() - start
    parts = {part: facts_of(graph, folder / f"{part}.tsv") for part in _PARTS}
    known = np.concatenate(list(parts.values()))
    valid, test = (predict_links(embeddings, parts[part], known) for part in ("valid", "test"))
    print(f"{row_name(one, model)}: {seconds:.0f} s, valid MRR {valid.mrr:.3f}", file=sys.stderr)
    published = getattr(one.published, model.model) or None
    cells = (len(parts["test"]), test.mrr, *(test.hits(k) for k in (1, 3, 10)), published, seconds)
    details = {"valid": _figures(valid), "test": _figures(test), "about": dict(embeddings.about)}
    return Row(row_name(one, model), cells, seed, seconds, asdict(config), details)


def _figures(found: LinkPrediction) -> dict[str, float]:
    hits = {f"Hits@{k}": found.hits(k) for k in (1, 3, 10)}
    return {"facts": len(found.ranks), "unseen": found.unseen, "MRR": found.mrr, **hits}
