"""Train the weights that come with kgqa: `python -m evaluation.train_reader [ENCODER ...] [--without SET] [--out DIR]`.

Reads `reader.toml`, and `leftout.toml` for what is left out in turn to train the part for unfamiliar questions.
`--without` leaves a set out of what is learnt but not out of what is measured: the way to see how a reader does on a
graph that it never saw. A stopped run goes on when it is started again.
"""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from evaluation.settings import ROOT, SQL, data_folder, leftout_settings
from evaluation.sql_gold import recomputed
from kgqa.config import WordConfig, from_mapping
from kgqa.embedding import E5, MINILM
from kgqa.evaluation import QuestionSet
from kgqa.graph import KnowledgeGraph
from kgqa.text import Language, guess_language
from kgqa.training import Group, Synthesiser, TrainingConfig, TrainingPair, train

_LANGUAGES = {MINILM: "en", E5: "zh"}
_NOTHING = QuestionSet((), {})
RDFS_LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
SHIPPED = ROOT / "kgqa/reader/weights"


def settings_of(encoder: str, steps: int | None = None) -> TrainingConfig:
    """How a reader over an encoder is trained. steps : optimizer steps in place of those of reader.toml."""
    own = _toml()[encoder]
    if steps is not None:
        tuning = own["tuning"] | {"steps": own["tuning"]["steps"] * steps // own["steps"]}
        own = own | {"steps": steps, "tuning": tuning}
    return from_mapping(TrainingConfig, {"encoder": encoder, "start": "", **own})


def groups(encoder: str) -> list[Group]:
    """The sets of one encoder that are left out together, in turn."""
    found = [one for one in leftout_settings().sets if one.encoder == encoder]
    return [Group(name=one.name, left_out=one.left_out, measured=one.measured) for one in found]


def pairs(encoder: str) -> Iterator[TrainingPair]:
    """The graphs and questions of one encoder; a public set that is missing is an error of the file's reader."""
    settings = _toml()
    seeds = settings["sample_seed"], settings["dev_seed"]
    for row in settings["sets"]:
        if encoder in row["encoders"]:
            folder = _path(row["folder"])
            learnt, decided = (QuestionSet.read(folder / f"{part}.jsonl") for part in ("train", "dev"))
            path = str(folder / row.get("graph", "graph.tsv"))
            if row.get("gold") == SQL:
                learnt, decided = (recomputed(part, KnowledgeGraph.load(path)) for part in (learnt, decided))
            words = tuple(from_mapping(WordConfig, word) for word in row.get("vocabulary", ()))
            yield TrainingPair(
                name=row["name"],
                graph=path,
                vocabulary=words,
                train=learnt.sample(row["train"], seeds[0]),
                dev=decided.sample(row["dev"], seeds[1]),
            )
    for row in settings["synthetic"]:
        graph, seed = _labelled(row), settings["synthetic_seed"]
        read = graph if row.get("classes", True) else _without_classes(graph)
        for language, wanted in row["questions"].items():
            if language == _LANGUAGES[encoder]:
                made, held = Synthesiser(graph, language=language, seed=seed), seed + 1
                learnt, decided = made.questions(wanted), _NOTHING
                if row.get("dev", True):
                    decided = Synthesiser(graph, language=language, seed=held).questions(settings["synthetic_dev"])
                yield TrainingPair(name=row["name"], graph=read, train=learnt, dev=decided, made=True)
    for row in settings["own"]:
        asked = QuestionSet.read(_path(row["questions"]), split="dev")
        own = asked.only(q.id for q in asked.questions if _speaks(q.text, _LANGUAGES[encoder]))
        yield TrainingPair(name=row["name"], graph=str(_path(row["graph"])), train=_NOTHING, dev=own)


def main(arguments: Sequence[str] | None = None) -> None:
    """Train, and put the weights where kgqa takes them from unless another folder is given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("encoders", nargs="*", default=[MINILM])
    parser.add_argument("--without", action="append", default=[], help="a set to learn nothing from")
    parser.add_argument("--steps", type=int, help="optimizer steps, in place of those of reader.toml")
    parser.add_argument("--work", type=Path, default=ROOT / "runs/reader", help="for examples and checkpoints")
    parser.add_argument("--out", type=Path, help="for the weights; the shipped ones unless given")
    given = parser.parse_args(arguments)
    for encoder in given.encoders:
        config = settings_of(encoder, given.steps)
        found = [_only_dev(pair) if pair.name in given.without else pair for pair in pairs(encoder)]
        name = "-".join([encoder, *(f"without {name}" for name in given.without)])
        kept = given.work / "examples"
        trained = train(found, given.work / name, config, examples=kept, groups=groups(encoder), on_progress=show)
        target = (given.out or SHIPPED) / encoder
        target.mkdir(parents=True, exist_ok=True)
        trained.weights.save(target)
        print(json.dumps({"encoder": encoder, "before": trained.before, "dev": trained.dev}, indent=1))


def _labelled(row: Mapping[str, Any]) -> KnowledgeGraph:
    """A graph, with the labels of a JSON Lines file of `id` and `label` beside it where there is one."""
    if "labels" not in row:
        return KnowledgeGraph.load(_path(row["graph"]))
    triples = [tuple(line.split("\t")) for line in _path(row["graph"]).read_text(encoding="utf-8").splitlines()]
    names = map(json.loads, _path(row["labels"]).read_text(encoding="utf-8").splitlines())
    return KnowledgeGraph.load([*triples, *((name["id"], RDFS_LABEL, name["label"]) for name in names)])


def _without_classes(graph: KnowledgeGraph) -> KnowledgeGraph:
    """A graph that does not say what its things are: "the film" is then a word that nothing explains."""
    classes = {graph.id(node) for node in graph.classes.tolist()}
    gone = [fact for fact in graph.to_triples() if fact.subject in classes or fact.object in classes]
    return graph.with_changes(remove=gone)[0]


def _only_dev(pair: TrainingPair) -> TrainingPair:
    return TrainingPair(name=pair.name, graph=pair.graph, train=_NOTHING, dev=pair.dev)


def _speaks(text: str, language: str) -> bool:
    return (guess_language(text) is Language.CHINESE) == (language == "zh")


def _path(text: str) -> Path:
    found = Path(text.format(data=data_folder()))
    return found if found.is_absolute() else ROOT / found


def _toml() -> Mapping[str, Any]:
    return tomllib.loads((ROOT / "evaluation/reader.toml").read_text(encoding="utf-8"))


def show(stage: str, done: int, total: int) -> None:
    """Say on stderr how far a stage is, now and then."""
    if done % 100 == 0 or done == total:
        print(f"{stage} {done}/{total}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
