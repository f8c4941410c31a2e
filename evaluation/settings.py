"""What a benchmark runs on: one TOML each, and where its files lie."""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kgqa.config import WordConfig, from_mapping
from kgqa.embedding import MINILM

HERE = Path(__file__).parent
ROOT = HERE.parent
RESULTS = HERE / "results"
REPORTS = HERE / "reports"
WORK = ROOT / "runs" / "benchmarks"
SQL = "sql"


@dataclass(frozen=True, kw_only=True)
class LoadSettings:
    """Loading a synthetic graph. ways : names in `evaluation.peers.WAYS`."""

    seed: int
    triples: int
    entities: int
    repeats: int
    ways: tuple[str, ...]
    bundle_repeats: int


@dataclass(frozen=True, kw_only=True)
class LatencySettings:
    """Answering one question at a time.

    questions : timed questions over the synthetic graph. warm_up : asked before the clock counts.
    shell_repeats : runs of the command line. shell_question : asked over the first sample graph.
    graphs, sets, split : the sample graphs, their questions and which of those. readers : of kgqa, each asked the same
    questions. peers : names in `evaluation.asking.PEERS`, over the sample graphs only. rounds : of all, in turn.
    """

    seed: int
    triples: int
    entities: int
    questions: int
    warm_up: int
    shell_repeats: int
    shell_question: str
    graphs: tuple[str, ...]
    sets: tuple[str, ...]
    split: str
    readers: tuple[str, ...]
    peers: tuple[str, ...] = ()
    rounds: int = 1


@dataclass(frozen=True, kw_only=True)
class AccuracySet:
    """One question set.

    graph, questions : paths; `{data}` stands for the folder of data sets. split : of the questions, "" for all.
    sample : most questions for each number of hops, 0 for all. by_hops : one row for each number of hops.
    hops : longest path of the baseline, 0 where the set gives no entities. encoder : the baseline's.
    gold_unusable : ids whose gold is known to be wrong: asked, not scored. report : file of evaluation/reports that
    keeps the whole report, "" for none; only of sets that we may publish. learnt : what the shipped reader learnt from
    of this set: "train part", "made questions" (from the graph alone) or "nothing". test : the questions for the table
    of test splits, "" for none. published : the best published figures on them, for each number of hops or one.
    vocabulary : as of `kgqa.config.Config`: what the set's own words mean, where its answers rest on that.
    gold : "sql" where the answers are to be found anew, see `evaluation.sql_gold`; "" for those of the file.
    """

    name: str
    graph: str
    questions: str
    split: str = ""
    sample: int = 0
    by_hops: bool = False
    hops: int = 0
    encoder: str = "all-MiniLM-L6-v2"
    gold_unusable: tuple[str, ...] = ()
    report: str = ""
    learnt: str = "nothing"
    test: str = ""
    published: tuple[str, ...] = ()
    vocabulary: tuple[WordConfig, ...] = ()
    gold: str = ""


@dataclass(frozen=True, kw_only=True)
class AccuracySettings:
    """Answering question sets. test_sample : most questions of a test split, for each number of hops."""

    seed: int
    test_sample: int
    sets: tuple[AccuracySet, ...] = field(default_factory=tuple)


@dataclass(frozen=True, kw_only=True)
class RobustnessSet:
    """One question set over a changed graph or changed questions. Fields as of `AccuracySet`."""

    name: str
    graph: str
    questions: str
    split: str = ""
    sample: int = 0


@dataclass(frozen=True, kw_only=True)
class RobustnessSettings:
    """Attacks on question sets. budget_ms : of one question's search, so long that time ends none."""

    seed: int
    budget_ms: float
    sets: tuple[RobustnessSet, ...] = field(default_factory=tuple)


@dataclass(frozen=True, kw_only=True)
class BatchSet:
    """One question set to ask in several ways. sample : questions asked. Other fields as of `AccuracySet`."""

    name: str
    graph: str
    questions: str
    sample: int
    split: str = ""


@dataclass(frozen=True, kw_only=True)
class BatchSettings:
    """Asking many questions. chunk : questions whose texts one call encodes. rounds : of all ways, in turn."""

    seed: int
    chunk: int
    warm_up: int
    rounds: int
    sets: tuple[BatchSet, ...] = field(default_factory=tuple)


@dataclass(frozen=True, kw_only=True)
class PrecisionSettings:
    """The trained reader at several precisions. warm_up : as of `BatchSettings`. precisions : the first is the measure
    of the others.
    """

    seed: int
    warm_up: int
    precisions: tuple[str, ...]
    sets: tuple[RobustnessSet, ...] = field(default_factory=tuple)


@dataclass(frozen=True, kw_only=True)
class NamesakeSettings:
    """Questions about entities with namesakes. budget_ms : as of `RobustnessSettings`. options : offered at most."""

    seed: int
    budget_ms: float
    options: int
    sets: tuple[RobustnessSet, ...] = field(default_factory=tuple)


@dataclass(frozen=True, kw_only=True)
class BaselineSet:
    """One question set for the baselines.

    graph, questions, split, gold_unusable : as for `AccuracySet`. language, hops : only questions of that language and
        number of relations, "" and 0 for all.
    longest_path : of the cosine baseline. encoder : of the baselines that use one.
    """

    name: str
    graph: str
    questions: str
    longest_path: int
    split: str = ""
    language: str = ""
    hops: int = 0
    encoder: str = "all-MiniLM-L6-v2"
    gold_unusable: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class BaselineSettings:
    """All systems over the same questions.

    systems : names in `evaluation.comparing.SYSTEMS`. sample : questions of each set.
    threads, new_tokens : of the language model.
    """

    seed: int
    sample: int
    threads: int
    new_tokens: int
    systems: tuple[str, ...]
    sets: tuple[BaselineSet, ...] = field(default_factory=tuple)


@dataclass(frozen=True, kw_only=True)
class PublishedLinks:
    """The published MRR of each model on a graph; 0 where none is known."""

    TransE: float = 0.0
    DistMult: float = 0.0
    ComplEx: float = 0.0
    RotatE: float = 0.0


@dataclass(frozen=True, kw_only=True)
class LinkSet:
    """One graph for link prediction.

    folder : of train.tsv, valid.tsv and test.tsv. epochs, dimension, batch : as for `StructuralConfig`. long : left out
    unless it is named. published : for comparison.
    """

    name: str
    folder: str
    epochs: int
    dimension: int
    batch: int = 256
    long: bool = False
    published: PublishedLinks = field(default_factory=PublishedLinks)


@dataclass(frozen=True, kw_only=True)
class LinkModel:
    """One model for link prediction. rate : of learning; other settings are the defaults of `StructuralConfig`."""

    model: str
    rate: float


@dataclass(frozen=True, kw_only=True)
class LinkSettings:
    """Link prediction: every model on every graph."""

    seed: int
    models: tuple[LinkModel, ...] = field(default_factory=tuple)
    sets: tuple[LinkSet, ...] = field(default_factory=tuple)


@dataclass(frozen=True, kw_only=True)
class AblationSet:
    """One question set for the ablation of fusions. folder : of graph.tsv, train.jsonl and dev.jsonl."""

    name: str
    folder: str


@dataclass(frozen=True, kw_only=True)
class AblationSettings:
    """Every variant on every set with every seed.

    structural, training : what all variants share, as fields of `StructuralConfig` and `TrainingConfig`.
    """

    seeds: tuple[int, ...]
    structural: Mapping[str, Any]
    training: Mapping[str, Any]
    sets: tuple[AblationSet, ...] = field(default_factory=tuple)


@dataclass(frozen=True, kw_only=True)
class LeftOutSet:
    """Sets of reader.toml that are left out of training together.

    encoder : of the reader. left_out : the sets. measured : those of them whose dev questions are asked.
    """

    name: str
    encoder: str
    left_out: tuple[str, ...]
    measured: tuple[str, ...]

    def row(self, name: str) -> str:
        """What the row of a measured set is called: some sets are read over two encoders."""
        return name if self.encoder == MINILM else f"{name}, multilingual"


@dataclass(frozen=True, kw_only=True)
class LeftOutSettings:
    """What is left out of training, in turn."""

    sets: tuple[LeftOutSet, ...] = field(default_factory=tuple)


@dataclass(frozen=True, kw_only=True)
class AdaptingSet:
    """A graph, and people's questions over it."""

    name: str
    graph: str
    questions: str


@dataclass(frozen=True, kw_only=True)
class AdaptingSettings:
    """Adapting a reader to graphs. split : of the questions. training : as fields of `TrainingConfig`."""

    split: str
    training: Mapping[str, Any]
    sets: tuple[AdaptingSet, ...] = field(default_factory=tuple)


@dataclass(frozen=True, kw_only=True)
class FinetuningSet:
    """A graph with train and dev questions in a folder.

    without : a pattern of questions to leave out. train, dev : questions to learn from, in turn, and to be measured by,
    of each number of hops.
    """

    name: str
    folder: str
    train: tuple[int, ...]
    dev: int
    without: str = ""


@dataclass(frozen=True, kw_only=True)
class FinetuningSettings:
    """Training on one's own questions. seed : of the samples. training : as fields of `TrainingConfig`."""

    seed: int
    training: Mapping[str, Any]
    sets: tuple[FinetuningSet, ...] = field(default_factory=tuple)


@dataclass(frozen=True, kw_only=True)
class EverydaySettings:
    """Everyday graphs. splits : of the questions of `sets`, each measured by itself. looked_at : measured whole.

    held_out : the folder of graphs on which nothing was chosen, pooled by language, or "".
    """

    seed: int
    splits: tuple[str, ...]
    sets: tuple[AdaptingSet, ...] = field(default_factory=tuple)
    looked_at: tuple[AdaptingSet, ...] = field(default_factory=tuple)
    held_out: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """What of the benchmark to run. only : names of sets, all if empty. resume : go on with a stopped run."""

    only: tuple[str, ...] = ()
    resume: bool = False

    def takes(self, name: str, *paths: str) -> bool:
        """Whether a set is wanted and its files are there; what is missing is named on stderr."""
        if self.only and name not in self.only:
            return False
        if missing := [path for path in map(located, paths) if not path.exists()]:
            print(f"left out: {name}: {missing[0]} is missing; set KGQA_DATA", file=sys.stderr)
        return not missing


def load_settings() -> LoadSettings:
    """Read load.toml."""
    return from_mapping(LoadSettings, _toml("load"))


def latency_settings() -> LatencySettings:
    """Read latency.toml."""
    return from_mapping(LatencySettings, _toml("latency"))


def accuracy_settings() -> AccuracySettings:
    """Read accuracy.toml."""
    return from_mapping(AccuracySettings, _toml("accuracy"))


def baseline_settings() -> BaselineSettings:
    """Read baselines.toml."""
    return from_mapping(BaselineSettings, _toml("baselines"))


def batch_settings() -> BatchSettings:
    """Read batch.toml."""
    return from_mapping(BatchSettings, _toml("batch"))


def abstention_settings() -> RobustnessSettings:
    """Read abstention.toml."""
    return from_mapping(RobustnessSettings, _toml("abstention"))


def namesake_settings() -> NamesakeSettings:
    """Read namesakes.toml."""
    return from_mapping(NamesakeSettings, _toml("namesakes"))


def precision_settings() -> PrecisionSettings:
    """Read precision.toml."""
    return from_mapping(PrecisionSettings, _toml("precision"))


def robustness_settings() -> RobustnessSettings:
    """Read robustness.toml."""
    return from_mapping(RobustnessSettings, _toml("robustness"))


def link_settings() -> LinkSettings:
    """Read linkprediction.toml."""
    return from_mapping(LinkSettings, _toml("linkprediction"))


def ablation_settings() -> AblationSettings:
    """Read ablation.toml."""
    return from_mapping(AblationSettings, _toml("ablation"))


def leftout_settings() -> LeftOutSettings:
    """Read leftout.toml."""
    return from_mapping(LeftOutSettings, _toml("leftout"))


def everyday_settings() -> EverydaySettings:
    """Read everyday.toml."""
    return from_mapping(EverydaySettings, _toml("everyday"))


def adapting_settings() -> AdaptingSettings:
    """Read adapting.toml."""
    return from_mapping(AdaptingSettings, _toml("adapting"))


def finetuning_settings() -> FinetuningSettings:
    """Read finetuning.toml."""
    return from_mapping(FinetuningSettings, _toml("finetuning"))


def data_folder() -> Path:
    """Where the public data sets lie: the environment variable KGQA_DATA, or `../shared/data`."""
    return Path(os.environ.get("KGQA_DATA", ROOT / ".." / "shared" / "data")).resolve()


def located(path: str) -> Path:
    """A path of a TOML on this machine."""
    return ROOT / path.replace("{data}", str(data_folder()))


def _toml(name: str) -> dict[str, object]:
    return tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"))
