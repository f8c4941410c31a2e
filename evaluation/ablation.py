"""The fusions of the reader: what each is worth, by training with all of them, without each, and with none."""

from __future__ import annotations

import importlib.util
import random
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evaluation.results import Cell, Column, Row, Table
from evaluation.settings import WORK, AblationSet, AblationSettings, Choice, ablation_settings, located
from kgqa import KGQA
from kgqa.config import Config, EncoderConfig, ReaderConfig, from_mapping
from kgqa.embedding import MINILM, TextEncoder, TextKind, TokenEmbeddings, load_encoder
from kgqa.embedding.memo import MemoEncoder
from kgqa.embedding.structural import StructuralConfig, StructuralEmbeddings, train_structural
from kgqa.evaluation import QuestionSet
from kgqa.evaluation.resampling import paired
from kgqa.reader.arrays import EncoderVectors
from kgqa.reader.trained_weights import ReaderWeights

if TYPE_CHECKING:
    from kgqa.training.examples import Example

Scores = NDArray[np.float64]
COLUMNS = (
    Column("questions", 0),
    Column("F1", 1, 100),
    Column("more than none", 1, 100),
    Column("more than all three", 1, 100),
)
ALL, NONE, APART = "all three", "none", "all three, read without structural embeddings"
VARIANTS: Mapping[str, Mapping[str, bool]] = {
    ALL: {"entity": True, "relation": True, "result": True},
    "without entity embeddings": {"entity": False, "relation": True, "result": True},
    "without relation embeddings": {"entity": True, "relation": False, "result": True},
    "without query results": {"entity": True, "relation": True, "result": False},
    NONE: {"entity": False, "relation": False, "result": False},
}
"""What is trained, by the switches of `kgqa.training.FusionSettings`."""
SHOWN = (*VARIANTS, APART)


class Remembering(MemoEncoder):
    """Encodes each question once, however many runs read it."""

    def __init__(self, encoder: TextEncoder) -> None:
        super().__init__(encoder)
        self._questions: dict[tuple[TextKind, str], TokenEmbeddings] = {}

    def encode_tokens(self, texts: Sequence[str], *, kind: TextKind = TextKind.PASSAGE) -> list[TokenEmbeddings]:
        """Encode every token of every text in context."""
        new = [text for text in dict.fromkeys(texts) if (kind, text) not in self._questions]
        found = super().encode_tokens(new, kind=kind) if new else []
        self._questions.update(((kind, text), tokens) for text, tokens in zip(new, found, strict=True))
        return [self._questions[kind, text] for text in texts]


@dataclass(frozen=True, slots=True)
class _Ground:
    """What the runs of one set share.

    learnt : examples of train questions. dev : those of dev questions, None where a question has no candidate.
    encoder : remembers every text.
    """

    one: AblationSet
    structural: StructuralEmbeddings
    learnt: Sequence[Example]
    dev: Sequence[Example | None]
    encoder: TextEncoder


def run(choice: Choice) -> list[Table]:
    """Train and measure; what can't be measured here is named on stderr, and its rows stay as they were."""
    settings = ablation_settings()
    rows = [row for one in _chosen(choice, settings) for row in _rows(one, settings, choice)]
    return [Table("ablation", "Fusions, dev questions", COLUMNS, tuple(rows))]


def order() -> list[str]:
    """The names of all rows: sets in the order of the TOML, variants within a set."""
    return [row_name(one, variant) for one in ablation_settings().sets for variant in SHOWN]


def row_name(one: AblationSet, variant: str) -> str:
    """The name of the row of a variant on a set."""
    return f"{one.name}: {variant}"


def _chosen(choice: Choice, settings: AblationSettings) -> list[AblationSet]:
    missing = [name for name in ("torch", "pykeen") if importlib.util.find_spec(name) is None]
    if missing:
        cure = "pip install -c constraints.txt -e '.[train,kge]'"
        print(f"left as it was: ablation: {missing[0]} is not installed; {cure}", file=sys.stderr)
        return []
    wanted = [one for one in settings.sets if not choice.only or one.name in choice.only]
    for one in wanted:
        if not located(one.folder).exists():
            print(f"left out: {one.name}: {located(one.folder)} is missing; set KGQA_DATA", file=sys.stderr)
    return [one for one in wanted if located(one.folder).exists()]


def _rows(one: AblationSet, settings: AblationSettings, choice: Choice) -> list[Row]:
    if not choice.resume:
        shutil.rmtree(WORK / "ablation" / one.name, ignore_errors=True)
    ground, start = _ground(one, settings), time.perf_counter()
    runs = [_run(ground, settings, seed) for seed in settings.seeds]
    figures = {variant: np.mean([found[variant] for found in runs], axis=0) for variant in SHOWN}
    by_seed = {v: [round(float(found[v].mean()), 4) for found in runs] for v in SHOWN}
    seconds = time.perf_counter() - start
    return [
        Row(
            row_name(one, variant),
            (len(values), float(values.mean()), _more(figures, variant, NONE), _more(figures, variant, ALL)),
            settings.seeds[0],
            seconds / len(SHOWN),
            asdict(settings),
            {"F1 by seed": by_seed[variant], "structural": dict(ground.structural.about)},
        )
        for variant, values in figures.items()
    ]


def _more(figures: Mapping[str, Scores], variant: str, than: str) -> Cell:
    """How much higher the F1 is, with its interval over questions; each question counts the mean of its seeds."""
    if variant == than:
        return None
    found = paired(figures[than], figures[variant], seed=0)
    return found.difference, found.low, found.high


def _ground(one: AblationSet, settings: AblationSettings) -> _Ground:
    from kgqa.training.examples import collect, shortened

    folder, training = located(one.folder), settings.training
    # Else the words that the shipped weights learnt from these very sets would find the right program by themselves.
    config = Config(encoder=EncoderConfig(name=MINILM), reader=ReaderConfig(unfamiliar=True))
    system = KGQA.from_graph(str(folder / "graph.tsv"), config=config)
    wanted = from_mapping(StructuralConfig, settings.structural)
    structural = train_structural(system.graph, wanted, checkpoints=WORK / "ablation" / "structural")
    learnt, asked = (QuestionSet.read(folder / f"{part}.jsonl") for part in ("train", "dev"))
    learnt = learnt.sample(training["each"], settings.seeds[0])
    train, dev = ([shortened(found) for found in collect(one.name, system, part)] for part in (learnt, asked))
    known = {example.id: example for example in dev}
    return _Ground(one, structural, train, [known.get(id_) for id_ in asked.gold], Remembering(load_encoder(MINILM)))


def _run(ground: _Ground, settings: AblationSettings, seed: int) -> dict[str, Scores]:
    """The F1 of each dev question with each variant, [questions]."""
    found = dict[str, Scores]()
    for variant, switches in VARIANTS.items():
        start = time.perf_counter()
        weights = _trained(ground, settings, seed, variant, switches)
        found[variant] = _measured(ground, weights, ground.structural)
        if variant == ALL:
            found[APART] = _measured(ground, weights, None)
        figure, seconds = 100 * found[variant].mean(), time.perf_counter() - start
        print(f"{ground.one.name}, {seed}: {variant}: {figure:.1f} in {seconds:.0f} s", file=sys.stderr, flush=True)
    return found


def _trained(
    ground: _Ground, settings: AblationSettings, seed: int, variant: str, switches: Mapping[str, bool]
) -> ReaderWeights:
    from kgqa.training import TrainingConfig, fit

    name, network = ground.one.name, settings.training["network"] | {"fusions": dict(switches)}
    given = {**settings.training, "seed": seed, "network": network}
    config = from_mapping(TrainingConfig, given)
    drawn = list(ground.learnt)
    random.Random(seed).shuffle(drawn)  # noqa: S311 - a sample, not a secret
    held = int(config.dev_share * len(drawn))
    folder = WORK / "ablation" / name / str(seed) / variant.replace(" ", "-")
    parts = {name: drawn[held:]}, {name: drawn[:held]}
    return fit(*parts, folder, config, encoder=ground.encoder, structural={name: ground.structural}).weights


def _measured(ground: _Ground, weights: ReaderWeights, structural: StructuralEmbeddings | None) -> Scores:
    """The F1 of the program put first, for each dev question with gold; 0 where there is none to choose."""
    from kgqa.training.batches import collate, whole

    vectors, wanted = EncoderVectors(ground.encoder), weights.wanted(structural)

    def chosen(example: Example) -> float:
        scores = weights.score(collate([whole(example)])[0], vectors, wanted).scores
        return example.candidates[int(scores.argmax())].f1

    return np.array([0.0 if one is None else chosen(one) for one in ground.dev], dtype=np.float64)
