"""Fit the weights of `kgqa.calibration.Calibration` for the zero-shot reader: `python -m evaluation.calibrate`.

Asks train questions (never a test split) and questions that nothing in the graph answers, and fits a logistic model
of "the best candidate is right"; each set weighs alike but for the square root of its size. Prints the weights and,
for every set, how well a fit on all the others holds there.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evaluation.settings import ROOT, data_folder
from kgqa import KGQA
from kgqa.answering import AnswerBuilder
from kgqa.calibration import Calibrations
from kgqa.config import AnswerConfig, Config, ReaderConfig
from kgqa.evaluation import QuestionSet
from kgqa.evaluation.matching import Matching, PredictedValue, match
from kgqa.reader import ZERO_SHOT

SEED = 5
HELD = {"support": 1.0, "unread": -0.8}
"""Set by hand: the unanswerable questions name their things exactly, and few have words that no operator reads."""
_SHRINK = 1e-3
_COLUMNS = ("bias", "score", "margin", "coverage")

_PERSONS = ("president", "prime minister", "mayor", "producer", "composer", "chief executive")
_UNKNOWN: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "graphs/world.ttl": (
        ("president", "prime minister", "GDP", "mayor", "unemployment rate", "national anthem", "climate"),
        ("France", "Tokyo", "Kenya", "Brazil", "Norway", "Lagos"),
    ),
    "graphs/elements.ttl": (
        ("price", "toxicity", "main supplier", "taste", "chief executive", "annual production"),
        ("gold", "neon", "carbon", "uranium", "tin"),
    ),
    "metaqa/graph.tsv": (
        ("budget", "producer", "composer", "filming location", "box office", "studio"),
        ("Inception", "Batman Begins", "Tom Hanks", "The Matrix"),
    ),
}
"""Relations that a graph lacks, and things that it has."""


@dataclass(frozen=True, slots=True)
class Example:
    """One question's features, and whether its best candidate is right."""

    source: str
    features: tuple[float, ...]
    right: bool


@dataclass(frozen=True, slots=True)
class Source:
    """A graph and questions over it; `gold` holds the answers of each, empty where nothing answers."""

    name: str
    graph: Path
    questions: tuple[tuple[str, frozenset[str]], ...]


def examples(source: Source) -> Iterator[Example]:
    """Ask every question, whatever the confidence."""
    system = KGQA.from_graph(source.graph, config=Config(reader=ReaderConfig(name=ZERO_SHOT)))
    builder = AnswerBuilder(system.graph, AnswerConfig(abstain_below=0.0), Calibrations())
    for text, gold in source.questions:
        reading = system.read(text)
        if reading.retrieval.candidates:
            values = [PredictedValue(v.id, v.label, str(v.value)) for v in builder.build(reading).values]
            hits = match(values, gold, Matching.STRICT)
            right = bool(gold) and all(hits.right) and hits.found == hits.gold
            yield Example(source.name, builder.features(reading, int(reading.chosen[0])), right)


def sources(folder: Path) -> Iterator[Source]:
    """The sets, each a train part, a dev half of our own questions, or made of what a graph lacks."""
    yield _asked("world", ROOT / "graphs/world.ttl", ROOT / "data/world.jsonl", split="dev", limit=0)
    yield _asked("elements", ROOT / "graphs/elements.ttl", ROOT / "data/elements.jsonl", split="dev", limit=0)
    data = data_folder()
    for name, limit in (("metaqa", 60), ("geoquery", 60), ("nlpcc2016", 50)):
        yield _asked(name, data / name / "graph.tsv", data / name / "train.jsonl", limit=limit)
    for name in ("PQ-2H", "PQ-3H", "PQL-2H"):
        part = data / "pathquestion" / name
        yield _asked(name, part / "graph.tsv", part / "train.jsonl", limit=50)
    for graph, (relations, things) in _UNKNOWN.items():
        path = ROOT / graph if graph.startswith("graphs/") else data / graph
        questions = tuple((_unknown(r, t), frozenset[str]()) for r in relations for t in things)
        yield Source(f"unknown in {graph}", path, questions)
    for relation, kind in (("has_genre", "genre"), ("in_language", "language"), ("written_by", "writer")):
        yield _without(data / "metaqa", relation, f"movie_to_{kind}", folder)


def fit(features: NDArray[np.float64], right: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logistic regression by Newton's method with the weights of `HELD` as they are; returns one number a column."""
    inputs, offset = _inputs(features)
    found = np.zeros(inputs.shape[1])
    ridge = _SHRINK * len(right) * np.diag([0.0, *np.ones(len(found) - 1)])
    for _ in range(100):
        p = 1 / (1 + np.exp(-(inputs @ found + offset)))
        gradient = inputs.T @ (weights * (p - right)) + ridge @ found
        found -= np.linalg.solve((inputs * (weights * p * (1 - p))[:, None]).T @ inputs + ridge, gradient)
    return found


def probability(features: NDArray[np.float64], fitted: NDArray[np.float64]) -> NDArray[np.float64]:
    """What a fit says of examples, [n]."""
    inputs, offset = _inputs(features)
    return np.asarray(1 / (1 + np.exp(-(inputs @ fitted + offset))))


def main() -> None:
    """Collect, fit, print."""
    with tempfile.TemporaryDirectory() as folder:
        found = [example for source in sources(Path(folder)) for example in examples(source)]
    names = np.array([e.source for e in found])
    features, right = np.array([e.features for e in found]), np.array([float(e.right) for e in found])
    weights = np.array([1 / np.sqrt((names == name).sum()) for name in names])
    weights /= weights.mean()
    print(dict(zip(_COLUMNS, np.round(fit(features, right, weights), 2).tolist(), strict=True)), HELD)
    for name in dict.fromkeys(names.tolist()):
        own = names == name
        held = probability(features[own], fit(features[~own], right[~own], weights[~own]))
        print(f"{name:32s} n {own.sum():4d}  right {right[own].mean():.2f}  mean confidence {held.mean():.2f}")


def _inputs(features: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    held = HELD["support"] * features[:, 3] + HELD["unread"] * features[:, 4]
    return np.column_stack([np.ones(len(features)), features[:, :3]]), held


def _asked(name: str, graph: Path, questions: Path, *, split: str = "", limit: int) -> Source:
    read = QuestionSet.read(questions, split=split)
    read = read.sample(limit, SEED) if limit else read
    return Source(name, graph, tuple(_pairs(read)))


def _pairs(read: QuestionSet) -> Iterable[tuple[str, frozenset[str]]]:
    return ((q.text, frozenset(read.gold[q.id].answers)) for q in read.questions)


def _unknown(relation: str, thing: str) -> str:
    return f"{'Who' if relation in _PERSONS else 'What'} is the {relation} of {thing}?"


def _without(folder: Path, relation: str, kind: str, target: Path) -> Source:
    """The graph of a set without one relation, and the questions that ask for it."""
    path = target / f"{relation}.tsv"
    lines = (folder / "graph.tsv").read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if line.split("\t")[1] != relation), encoding="utf-8")
    texts = _of_kind(folder / "train.jsonl", kind)
    return Source(f"metaqa without {relation}", path, tuple((text, frozenset[str]()) for text in texts[:20]))


def _of_kind(path: Path, kind: str) -> Sequence[str]:
    records = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [record["question"] for record in records if record.get("type") == kind]


if __name__ == "__main__":
    main()
