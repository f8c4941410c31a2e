"""Settings of a training run, from TOML or keywords."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kgqa.config import from_toml
from kgqa.embedding.devices import check_device
from kgqa.errors import ConfigError
from kgqa.reader import SHIPPED
from kgqa.reader.familiarity import CAUTION
from kgqa.reader.soft import ANSWERS, ENTITY, NAMES, RELATION
from kgqa.system import AUTO


@dataclass(frozen=True, kw_only=True)
class LossWeights:
    """How much each head's loss counts.

    choice : which candidate, or none. operation, result : what the question asks to be done, and for what kind of
    value.
    """

    choice: float = 1.0
    operation: float = 0.1
    result: float = 0.1


@dataclass(frozen=True, kw_only=True)
class FusionSettings:
    """What the network reads besides texts; see `kgqa.reader.soft`. All off unless wanted: `docs/reader.md` has what
    they were worth.

    entity, relation : the structural embeddings of the entities and of the relations that a program names.
    result : those of the first things that it yields, and the names of the first of these.
    drop : the share of questions for which each kind is left out in training, so that the network reads without too.
    """

    entity: bool = False
    relation: bool = False
    result: bool = False
    drop: float = 0.2

    def __post_init__(self) -> None:
        if not 0 <= self.drop < 1:
            raise ConfigError(f"'network.fusions.drop' is {self.drop!r}; expected a number from 0 to below 1")

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of soft tokens, of `kgqa.reader.soft.SOFT`."""
        result = (ANSWERS, NAMES) if self.result else ()
        return (*((ENTITY,) if self.entity else ()), *((RELATION,) if self.relation else ()), *result)


@dataclass(frozen=True, kw_only=True)
class NetworkSettings:
    """The shape of the fusion network.

    width : of its vectors, a multiple of 4. blocks : of attention. hidden : units before the score. dropout : of each.
    fusions : what it reads besides texts.
    """

    width: int = 96
    blocks: int = 2
    hidden: int = 64
    dropout: float = 0.1
    fusions: FusionSettings = field(default_factory=FusionSettings)

    def __post_init__(self) -> None:
        if self.width < 4 or self.width % 4:
            raise ConfigError(f"'network.width' is {self.width!r}; expected a multiple of 4")
        if self.blocks < 1 or self.hidden < 1:
            raise ConfigError("'network.blocks' and 'network.hidden' must be 1 or more")
        if not 0 <= self.dropout < 1:
            raise ConfigError(f"'network.dropout' is {self.dropout!r}; expected a number from 0 to below 1")


@dataclass(frozen=True, kw_only=True)
class TuningSettings:
    """How the encoder is tuned, before the network is trained over it; see `kgqa.training.tuning`.

    steps : optimizer steps; 0 leaves the encoder as it is. batch : questions a step, of one graph. candidates : of
    each question. rank, scale : of the low-rank additions. rate : AdamW's top learning rate for them; own_rate : for
    the numbers of `kgqa.reader.agreement`. decay, clip, warmup : as for the network. dropout : within the encoder.
    share : how far towards the tuned encoder the weights go, 1 for all the way. prior : what retrieval's own score
    counts at first. mixed : bfloat16 where the processor or GPU has it. save_every : steps between checkpoints.
    """

    steps: int = 600
    batch: int = 16
    candidates: int = 12
    rank: int = 32
    scale: float = 2.0
    rate: float = 3e-4
    own_rate: float = 1e-2
    decay: float = 0.01
    clip: float = 1.0
    warmup: float = 0.05
    dropout: float = 0.0
    share: float = 1.0
    prior: float = 3.0
    mixed: bool = True
    save_every: int = 50

    def __post_init__(self) -> None:
        check_counts(self, ("batch", "rank", "save_every"), "tuning.")
        check_positive(self, ("scale", "rate", "own_rate", "clip"), "tuning.")
        if self.steps < 0 or self.candidates < 2:
            raise ConfigError("'tuning.steps' must be 0 or more, and 'tuning.candidates' 2 or more")
        if not 0 <= self.share <= 1:
            raise ConfigError(f"'tuning.share' is {self.share!r}; expected a number from 0 to 1")


@dataclass(frozen=True, kw_only=True)
class TrainingConfig:
    """How a reader is trained.

    encoder : the name or directory of the encoder, as for `kgqa.embedding.load_encoder`; "auto" for each that would
    read questions of the training (see `kgqa.training.train`). seed : of every draw.
    start : what training starts from: "shipped" (the weights that come with kgqa for the encoder; random numbers where
    there are none), the folder of a reader, or "" for random numbers.
    steps : optimizer steps. batch : questions a forward pass. accumulate : passes a step.
    candidates : of each question, the right ones and for the rest hard and random negatives.
    rate : AdamW's top learning rate. warmup : share of the steps in which it rises; then it falls linearly.
    decay : AdamW's weight decay. clip : largest norm of the gradient.
    average : how slowly the mean of the weights over past steps, which is what serves, follows them; 0 for no mean.
    unanswerable : share of the questions from which every candidate with a relation of the right one is taken.
    caution : how many times as much again retrieval's own score counts where no relation is familiar.
    each : questions a graph, for each number of hops, at most.
    dev_share : of the questions, held back to decide by, where a pair brings none.
    check_every : steps between looks at dev, and checkpoints. dev_each : questions of each source looked at.
    patience : looks without gain after which training stops. threads : torch's, of each process.
    device : "auto" (a GPU where PyTorch sees one), "cpu" or "cuda".
    """

    encoder: str = AUTO
    start: str = SHIPPED
    seed: int = 13
    steps: int = 2_000
    batch: int = 16
    accumulate: int = 1
    candidates: int = 16
    rate: float = 4e-4
    warmup: float = 0.05
    decay: float = 0.01
    clip: float = 1.0
    average: float = 0.99
    unanswerable: float = 0.15
    caution: float = CAUTION
    each: int = 1_000
    dev_share: float = 0.1
    check_every: int = 250
    dev_each: int = 60
    patience: int = 6
    threads: int = 2
    device: str = "auto"
    network: NetworkSettings = field(default_factory=NetworkSettings)
    losses: LossWeights = field(default_factory=LossWeights)
    tuning: TuningSettings = field(default_factory=TuningSettings)

    def __post_init__(self) -> None:
        check_counts(
            self, ("steps", "batch", "accumulate", "each", "check_every", "dev_each", "patience", "threads"), ""
        )
        check_positive(self, ("rate", "clip"), "")
        check_device(self.device)
        if self.candidates < 2:
            raise ConfigError(f"'candidates' is {self.candidates!r}; expected 2 or more")
        if not self.caution >= 0:
            raise ConfigError(f"'caution' is {self.caution!r}; expected 0 or more")
        for name in ("warmup", "unanswerable", "dev_share", "average"):
            if not 0 <= getattr(self, name) < 1:
                raise ConfigError(f"'{name}' is {getattr(self, name)!r}; expected a number from 0 to below 1")

    @classmethod
    def from_toml(cls, path: Path | str) -> TrainingConfig:
        """Read a TOML file whose keys are named like the fields of this class."""
        return from_toml(cls, path)


def check_counts(settings: object, names: Sequence[str], within: str) -> None:
    """Refuse settings below 1. within : what stands before their names in a file. Errors : ConfigError."""
    for name in names:
        if getattr(settings, name) < 1:
            raise ConfigError(f"'{within}{name}' is {getattr(settings, name)!r}; expected 1 or more")


def check_shares(settings: object, names: Sequence[str], within: str) -> None:
    """Refuse settings that are no shares, from 0 to 1; as `check_counts`."""
    for name in names:
        if not 0 <= getattr(settings, name) <= 1:
            raise ConfigError(f"'{within}{name}' is {getattr(settings, name)!r}; expected a share from 0 to 1")


def check_positive(settings: object, names: Sequence[str], within: str) -> None:
    """Refuse settings that are not above 0, or no numbers; as `check_counts`."""
    for name in names:
        if not getattr(settings, name) > 0:
            raise ConfigError(f"'{within}{name}' is {getattr(settings, name)!r}; expected a number above 0")
