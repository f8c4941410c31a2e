"""A reader for a graph without questions: synthetic ones are made from the graph, and a reader is trained on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kgqa.embedding.structural import StructuralEmbeddings
from kgqa.errors import TrainingError
from kgqa.graph import KnowledgeGraph
from kgqa.training.config import TrainingConfig, TuningSettings
from kgqa.training.examples import Progress
from kgqa.training.pairs import TrainingPair
from kgqa.training.run import train
from kgqa.training.synthetic import Synthesiser
from kgqa.training.trainer import Trained

_DEV_SEED = 1_000_003


@dataclass(frozen=True, slots=True)
class Adapted:
    """What adapting gave.

    trained : the run. questions : how many were made to learn from, for each language. before : the mean F1 on the
    questions held back, for each language, of retrieval's own order; after : that of the reader.
    """

    trained: Trained
    questions: Mapping[str, int]
    before: Mapping[str, float]
    after: Mapping[str, float]


def adapt(
    graph: KnowledgeGraph,
    folder: Path | str,
    config: TrainingConfig | None = None,
    *,
    languages: Sequence[str] = ("en",),
    structural: StructuralEmbeddings | None = None,
    on_progress: Progress | None = None,
) -> Adapted:
    """Train a reader on questions made from a graph.

    languages : of the questions, "en" and "zh". config : `each` is how many questions are made for each of them. Unless
    given, the encoder stays as it is: tuning it to made questions takes longest and gained nothing.
    structural : the graph's structural embeddings.
    Errors : TrainingError for a graph from which no question can be made, and as `train`.
    """
    config = config or TrainingConfig(each=400, steps=400, tuning=TuningSettings(steps=0))
    pairs = [replace(_pair(graph, language, config), structural=structural) for language in languages]
    trained = train(pairs, folder, config, on_progress=on_progress)
    every = (trained, *trained.others.values())
    before, after = (
        {name: figure for figures in found for name, figure in figures.items()}
        for found in ([one.before for one in every], [one.dev for one in every])
    )
    return Adapted(trained, {pair.name: len(pair.train) for pair in pairs}, before, after)


def _pair(graph: KnowledgeGraph, language: str, config: TrainingConfig) -> TrainingPair:
    """Questions to learn from and others, drawn apart, to decide by; none is in both."""
    made = Synthesiser(graph, language=language, seed=config.seed).questions(config.each)
    held = Synthesiser(graph, language=language, seed=config.seed + _DEV_SEED).questions(config.dev_each)
    texts = {question.text for question in made.questions}
    held = held.only(question.id for question in held.questions if question.text not in texts)
    if not made.questions or not held.questions:
        raise TrainingError(
            f"no question in {language!r} can be made from this graph: it has {len(graph):,} facts. A reader needs "
            "relations that lead from named things to others"
        )
    return TrainingPair(name=f"synthetic-{language}", graph=graph, train=made, dev=held, made=True)
