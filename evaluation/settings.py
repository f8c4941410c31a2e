"""What a benchmark runs on: one TOML each, and where its files lie."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from kgqa.config import from_mapping
from kgqa.errors import ConfigError

T = TypeVar("T")
HERE = Path(__file__).parent
ROOT = HERE.parent
RESULTS = HERE / "results"
WORK = ROOT / "runs" / "benchmarks"


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
    graphs, sets, split : the sample graphs, their questions and which of those.
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


@dataclass(frozen=True, kw_only=True)
class AccuracySet:
    """One question set.

    graph, questions : paths; `{data}` stands for the folder of data sets. split : of the questions, "" for all.
    sample : most questions for each number of hops, 0 for all. by_hops : one row for each number of hops.
    hops : longest path of the baseline, 0 where the set gives no entities. encoder : the baseline's.
    gold_unusable : ids whose gold is known to be wrong: asked, not scored.
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


@dataclass(frozen=True, kw_only=True)
class AccuracySettings:
    """Answering question sets."""

    seed: int
    sets: tuple[AccuracySet, ...] = field(default_factory=tuple)


@dataclass(frozen=True, kw_only=True)
class RobustnessSet:
    """One question set to attack. Fields as of `AccuracySet`."""

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


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """What of the benchmark to run. only : names of sets, all if empty. resume : go on with a stopped run."""

    only: tuple[str, ...] = ()
    resume: bool = False


def load_settings() -> LoadSettings:
    """Read load.toml."""
    return from_mapping(LoadSettings, _toml("load"))


def latency_settings() -> LatencySettings:
    """Read latency.toml."""
    return from_mapping(LatencySettings, _toml("latency"))


def accuracy_settings() -> AccuracySettings:
    """Read accuracy.toml."""
    data = _toml("accuracy")
    return AccuracySettings(seed=int(str(data["seed"])), sets=_sets(AccuracySet, data))


def robustness_settings() -> RobustnessSettings:
    """Read robustness.toml."""
    data = _toml("robustness")
    sets = _sets(RobustnessSet, data)
    return RobustnessSettings(seed=int(str(data["seed"])), budget_ms=float(str(data["budget_ms"])), sets=sets)


def data_folder() -> Path:
    """Where the public data sets lie: the environment variable KGQA_DATA, or `../shared/data`."""
    return Path(os.environ.get("KGQA_DATA", ROOT / ".." / "shared" / "data")).resolve()


def located(path: str) -> Path:
    """A path of a TOML on this machine."""
    return ROOT / path.replace("{data}", str(data_folder()))


def _sets(cls: type[T], data: dict[str, object]) -> tuple[T, ...]:
    sets = data["sets"]
    if not isinstance(sets, list):
        raise ConfigError(f"'sets' is {sets!r}; expected tables [[sets]]")
    return tuple(from_mapping(cls, one, where=f"sets[{i}].") for i, one in enumerate(sets))


def _toml(name: str) -> dict[str, object]:
    return tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"))
