"""What a training learns from: graphs with their questions, each question for the encoder that will read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kgqa.config import WordConfig
from kgqa.embedding.structural import StructuralEmbeddings
from kgqa.evaluation import QuestionSet
from kgqa.graph.bundle import is_bundle
from kgqa.system import AUTO, KGQA

FEW = 20
"""Questions to learn from below which an encoder is not trained beside another."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainingPair:
    """A graph and questions over it.

    name : of its figures. graph : as for `KGQA.from_graph`. train : the questions to learn from, perhaps none.
    dev : those to decide by, by default a share of the others. made : whether the questions were made from the graph.
    structural : the graph's structural embeddings; those of a bundle are found there. vocabulary : what the questions'
    own words mean, as of `kgqa.config.Config`.
    """

    name: str
    graph: object
    train: QuestionSet
    dev: QuestionSet | None = None
    made: bool = False
    structural: StructuralEmbeddings | None = None
    vocabulary: tuple[WordConfig, ...] = ()


@dataclass(frozen=True, slots=True)
class Parts:
    """The pairs of each encoder.

    pairs : by the encoder's name, the one with most questions to learn from first. few : how many questions to learn
    from are left out, since their encoder has less than `FEW`.
    """

    pairs: dict[str, list[TrainingPair]]
    few: dict[str, int]

    @classmethod
    def of(cls, pairs: Sequence[TrainingPair], encoder: str) -> Parts:
        """All pairs as they are for a named encoder; with "auto", each question goes to the one that would read it."""
        if encoder != AUTO:
            return cls({encoder: list(pairs)}, {})
        found: dict[str, list[TrainingPair]] = {}
        for pair in pairs:
            for name, part in _by_encoder(pair).items():
                found.setdefault(name, []).append(part)
        sizes = {name: sum(len(part.train) for part in own) for name, own in found.items()}
        first, *others = sorted(found, key=lambda name: -sizes[name])
        kept = [first, *(name for name in others if sizes[name] >= FEW)]
        few = {name: sizes[name] for name in others if name not in kept and sizes[name]}
        return cls({name: found[name] for name in kept}, few)


def with_structural(pair: TrainingPair) -> TrainingPair:
    """The pair with the structural embeddings of its bundle, where it has some and none are given."""
    is_path = isinstance(pair.graph, str | Path)
    if pair.structural is not None or not is_path or not is_bundle(Path(str(pair.graph))):
        return pair
    return replace(pair, structural=KGQA.load(str(pair.graph)).structural)


def _by_encoder(pair: TrainingPair) -> dict[str, TrainingPair]:
    """A pair for each encoder that would read some of its questions."""
    system = KGQA.from_graph(pair.graph)
    asked = [*pair.train.questions, *(pair.dev.questions if pair.dev is not None else ())]
    found = {}
    for name in dict.fromkeys(system.encoder_for(question.text) for question in asked):
        train, dev = (_read_by(name, system, part) for part in (pair.train, pair.dev or QuestionSet((), {})))
        found[name] = replace(pair, train=train, dev=dev if len(dev) or not len(train) else None)
    return found or {system.encoder_for(""): pair}


def _read_by(encoder: str, system: KGQA, part: QuestionSet) -> QuestionSet:
    return part.only(q.id for q in part.questions if system.encoder_for(q.text) == encoder)
