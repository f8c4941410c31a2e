"""What a training learns from: graphs with their questions, each question for the encoder that will read it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kgqa.config import WordConfig
from kgqa.embedding.structural import StructuralEmbeddings
from kgqa.evaluation import QuestionSet
from kgqa.graph.bundle import is_bundle
from kgqa.system import AUTO, KGQA
from kgqa.training.config import TrainingConfig

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


def parts_of(pair: TrainingPair, config: TrainingConfig) -> tuple[QuestionSet, QuestionSet]:
    """At most `config.each` questions to learn from for each number of hops, and those to decide by.

    Where the latter are a share of the former, a question that is asked twice in the same words is on one side alone.
    """
    train, dev = pair.train, pair.dev
    if dev is None:
        dev = train.only(_held_back(train, config))
        train = train.only(train.gold.keys() - dev.gold.keys())
    return train.sample(config.each, config.seed), dev.sample(config.dev_each, config.seed)


def repeated(train: QuestionSet, dev: QuestionSet) -> int:
    """How many questions to decide by are asked in the words of one to learn from."""
    learnt = {_words(question.text) for question in train.questions}
    return sum(_words(question.text) in learnt for question in dev.questions)


def _held_back(questions: QuestionSet, config: TrainingConfig) -> list[str]:
    alike: dict[str, list[str]] = {}
    for question in sorted(questions.questions, key=lambda one: one.id):
        if question.id in questions.gold:
            alike.setdefault(_words(question.text), []).append(question.id)
    groups, wanted = list(alike.values()), max(1, int(config.dev_share * len(questions.gold)))
    random.Random(config.seed).shuffle(groups)  # noqa: S311 - a sample, not a secret
    held: list[str] = []
    while groups and len(held) < wanted:
        held += groups.pop()
    return held


def _words(text: str) -> str:
    return " ".join(text.casefold().split())


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
