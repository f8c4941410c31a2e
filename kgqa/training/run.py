"""A whole training: graphs and questions in, a reader's folder out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from kgqa.config import Config, EncoderConfig, ReaderConfig
from kgqa.embedding import load_encoder
from kgqa.embedding.store import write_atomically
from kgqa.errors import TrainingError
from kgqa.evaluation import QuestionSet
from kgqa.graph import KnowledgeGraph
from kgqa.reader import ZERO_SHOT, shipped_weights
from kgqa.reader.cross_encoder import open_cross
from kgqa.reader.trained_weights import ADAPTER, ASKING, TENSORS
from kgqa.system import KGQA
from kgqa.training.config import TrainingConfig
from kgqa.training.coverage import Coverage, total
from kgqa.training.disk import writing
from kgqa.training.examples import FORM, Progress, collect, read_examples, shortened, write_examples
from kgqa.training.general import ENOUGH, Group, fit_general
from kgqa.training.inherited import start_folder, started
from kgqa.training.pairs import Parts, TrainingPair, parts_of, repeated, with_structural
from kgqa.training.processes import Processes
from kgqa.training.trainer import Examples, Trained, fit

_EXAMPLES, _GENERAL = "examples", "general"


def train(
    pairs: Sequence[TrainingPair],
    folder: Path | str,
    config: TrainingConfig | None = None,
    *,
    examples: Path | str | None = None,
    groups: Sequence[Group] = (),
    on_progress: Progress | None = None,
) -> Trained:
    """Train a reader on one or more graphs; `Config(reader=ReaderConfig(name=folder))` has it serve.

    folder : takes checkpoint, log and weights; the same call goes on where an earlier one was stopped.
    examples : the folder of what retrieval found for the questions, where runs share it; unless given, one of its own.
    groups : pairs to leave out in turn, for a part that reads unfamiliar questions (`kgqa.reader.general`); without any
    it is that of the weights that training starts from. on_progress : called with (stage, done, total).
    With "auto" for an encoder, each that would read questions of these is trained: one alone in `folder`, several in
    folders of their names within it, which serve as one.
    Errors : TrainingError for a pair whose questions are not about its graph, and as `fit`.
    """
    config, folder = config or TrainingConfig(), Path(folder)
    parts = Parts.of(pairs, config.encoder)
    several, found = len(parts.pairs) > 1, []
    for name, own in parts.pairs.items():
        target, names = folder / name if several else folder, {pair.name for pair in own}
        kept = Path(examples) if examples is not None else target / _EXAMPLES
        measured = [group for group in groups if names.issuperset(group.measured)]
        found.append(_train(own, target, started(config, name), kept, measured, on_progress))
    others = {trained.weights.encoder: trained for trained in found[1:]}
    return replace(found[0], others=others, few=parts.few)


def _train(
    pairs: Sequence[TrainingPair],
    folder: Path,
    config: TrainingConfig,
    kept: Path,
    groups: Sequence[Group],
    on_progress: Progress | None,
) -> Trained:
    """Train for one encoder."""
    pairs = [with_structural(pair) for pair in pairs]
    processes = Processes.join(config.device)
    learnt, decided = gather(pairs, kept, config, on_progress=on_progress)
    made = [pair.name for pair in pairs if pair.made]
    structural = {pair.name: pair.structural for pair in pairs if pair.structural is not None}
    trained = fit(learnt, decided, folder, config, made=made, structural=structural, on_progress=on_progress)
    # Every process gathers: they wait for each other there.
    strange = gather(pairs, kept, config, unfamiliar=True, on_progress=on_progress) if groups else ({}, {})
    if groups and processes.main:
        encoder = load_encoder(config.encoder)
        cross = open_cross(config.encoder, shipped_weights(config.encoder))
        general, _ = fit_general(
            *strange, groups, encoder, folder / _GENERAL, config, cross=cross, on_progress=on_progress
        )
        trained = replace(trained, weights=replace(trained.weights, general=general))
        trained.weights.save(folder)
    processes.wait()
    covered = {pair.name: total(_coverage(pair, kept, config)) for pair in pairs}
    twice = {pair.name: number for pair in pairs if (number := repeated(*parts_of(pair, config)))}
    return replace(trained, coverage=covered, repeated=twice)


def gather(
    pairs: Sequence[TrainingPair],
    folder: Path,
    config: TrainingConfig,
    *,
    unfamiliar: bool = False,
    on_progress: Progress | None = None,
) -> tuple[Examples, Examples]:
    """The examples of some pairs, to learn from and to decide by; retrieval is asked for those that are not there yet.

    folder : of what retrieval found. unfamiliar : whether retrieval is to take every graph as the weights that come
    with kgqa take one that they learnt nothing of, and match words by the encoder that was tuned to questions; fewer
    questions are enough then.
    Errors : as `train`.
    """
    names = [pair.name for pair in pairs]
    if len(set(names)) < len(names):
        raise TrainingError(f"two pairs share a name in {names}; give each its own")
    processes = Processes.join(config.device)
    reader = _reader(config, unfamiliar=unfamiliar)
    if unfamiliar:
        config = replace(config, each=min(config.each, ENOUGH))
    if processes.main:
        for pair in pairs:
            _collect(pair, folder, config, reader, on_progress)
    processes.wait()
    parts = {
        pair.name: [_files(folder, pair, part, config, reader) for part in parts_of(pair, config)] for pair in pairs
    }
    learnt, decided = (
        {name: [shortened(e) for e in read_examples(files[part].examples)] for name, files in parts.items()}
        for part in (0, 1)
    )
    return learnt, decided


@dataclass(frozen=True, slots=True)
class _Files:
    """What is kept of the questions of a pair, those to learn from or those to decide by."""

    examples: Path
    coverage: Path


def _reader(config: TrainingConfig, *, unfamiliar: bool) -> ReaderConfig:
    """The reader whose retrieval is asked for candidates: the one that training starts from, or none.

    For unfamiliar graphs it is the one that comes with kgqa, told to know nothing.
    """
    start = shipped_weights(config.encoder) if unfamiliar else start_folder(config)
    if start is None or (unfamiliar and not (start / ASKING).exists()):
        return ReaderConfig(name=ZERO_SHOT)
    return ReaderConfig(name=str(start), cross_encoder=False, unfamiliar=unfamiliar)


def _coverage(pair: TrainingPair, folder: Path, config: TrainingConfig) -> list[Coverage]:
    """What the graph has of the questions to learn from, and of those to decide by."""
    reader = _reader(config, unfamiliar=False)
    return [Coverage.read(_files(folder, pair, part, config, reader).coverage) for part in parts_of(pair, config)]


def _collect(
    pair: TrainingPair, folder: Path, config: TrainingConfig, reader: ReaderConfig, on_progress: Progress | None
) -> None:
    """Ask retrieval for candidates, unless that was done before."""
    parts = parts_of(pair, config)
    files = [_files(folder, pair, part, config, reader) for part in parts]
    if not all(path.exists() for own in files for path in (own.examples, own.coverage)):
        settings = Config(encoder=EncoderConfig(name=config.encoder), reader=reader, vocabulary=pair.vocabulary)
        system = KGQA.from_graph(pair.graph, config=settings)
        for own, part in zip(files, parts, strict=True):
            if not own.examples.exists():
                asked = list(collect(pair.name, system, part, on_progress=on_progress))
                with writing(own.examples):
                    write_atomically(own.examples, partial(write_examples, examples=asked))
            found = read_examples(own.examples)
            Coverage.of(part, found, system.graph, made=pair.made).write(own.coverage)
    for own, kind in zip(files, ("questions", "dev questions"), strict=True):
        Coverage.read(own.coverage).check(f"{kind} of {pair.name!r}")
    if parts[0].gold and not any(example.best > 0 for example in read_examples(files[0].examples)):
        raise TrainingError(
            f"none of the {len(parts[0])} questions of {pair.name!r} has a candidate that gives any of its answers. "
            "Are they for this graph? Answers are ids or labels of its nodes"
        )


def _files(folder: Path, pair: TrainingPair, part: QuestionSet, config: TrainingConfig, reader: ReaderConfig) -> _Files:
    """Names that change with the questions, the graph's size and embeddings, the encoders and the examples' form."""
    size = len(pair.graph) if isinstance(pair.graph, KnowledgeGraph) else repr(pair.graph)
    about = [
        str(FORM),
        config.encoder,
        str(size),
        pair.structural.fingerprint if pair.structural is not None else "",
        *(repr(word) for word in pair.vocabulary),
        *((q.id, q.text, part.gold[q.id].answers) for q in part.questions if q.id in part.gold),
    ]
    if reader.name != ZERO_SHOT:
        found = [Path(reader.name) / name for name in (ASKING, *(() if reader.unfamiliar else (TENSORS, ADAPTER)))]
        about += [hashlib.sha256(path.read_bytes()).hexdigest() for path in found if path.exists()]
    digest = hashlib.sha256(json.dumps(about, ensure_ascii=False).encode()).hexdigest()[:16]
    return _Files(folder / f"{digest}.jsonl", folder / f"{digest}.coverage.json")
