"""Which model of a graph is trained, and how."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from kgqa.config import from_toml
from kgqa.embedding.devices import check_device
from kgqa.errors import ConfigError

MOST_FOR_ALL = 2_000
"""Entities up to which "auto" holds every fact against all of them; pykeen makes batch x entities x d numbers of it."""


class StructuralModel(Enum):
    """How a fact (h, r, t) is scored; higher is likelier. Complex vectors lie as real parts, then imaginary ones.

    TRANSE : -||h + r - t||, the sum of absolute values (Bordes et al., 2013).
    DISTMULT : the sum of h r t (Yang et al., 2015).
    COMPLEX : the real part of the sum of h r conj(t), complex (Trouillon et al., 2016).
    ROTATE : -||h r - t||, Euclidean over complex numbers, those of r of modulus 1 (Sun et al., 2019).
    """

    TRANSE = "TransE"
    DISTMULT = "DistMult"
    COMPLEX = "ComplEx"
    ROTATE = "RotatE"

    @property
    def is_complex(self) -> bool:
        """Whether the vectors are of complex numbers."""
        return self in (StructuralModel.COMPLEX, StructuralModel.ROTATE)

    @property
    def is_distance(self) -> bool:
        """Whether the score is a distance, negated."""
        return self in (StructuralModel.TRANSE, StructuralModel.ROTATE)


class Objective(Enum):
    """What training lessens.

    ALL : the cross-entropy of a fact's object among all entities, and of its subject (Lacroix et al., 2018).
    SELF_ADVERSARIAL : a logistic loss of facts and of drawn negatives, the likelier weighing more (Sun et al., 2019).
    MARGIN : the share of `margin` by which a drawn negative is not yet below its fact (Bordes et al., 2013).
    """

    ALL = "all"
    SELF_ADVERSARIAL = "self-adversarial"
    MARGIN = "margin"


@dataclass(frozen=True, kw_only=True)
class StructuralConfig:
    """How the vectors of a graph's entities and relations are trained.

    model : "TransE", "DistMult", "ComplEx" or "RotatE".
    dimension : real numbers of a vector; even for ComplEx and RotatE, which hold half as many complex ones.
    epochs : passes over the facts. batch : facts a step. rate : Adam's learning rate.
    objective : a value of `Objective`, or "auto": "all" for DistMult and ComplEx on graphs of up to 2,000 entities,
    else "self-adversarial".
    negatives : drawn for each fact, its subject or object replaced; not for "all".
    margin : of the two objectives that draw; in "self-adversarial" of distances alone. seed : of every draw.
    regularization : weight of the cubed 3-norm of entities and relations (Lacroix et al., 2018).
    device : "auto" (a GPU where PyTorch sees one), "cpu" or "cuda".
    """

    model: str = StructuralModel.ROTATE.value
    dimension: int = 128
    epochs: int = 100
    batch: int = 256
    rate: float = 0.01
    objective: str = "auto"
    negatives: int = 16
    margin: float = 6.0
    regularization: float = 0.0
    seed: int = 13
    device: str = "auto"

    def __post_init__(self) -> None:
        _check_choice("model", self.model, [kind.value for kind in StructuralModel])
        _check_choice("objective", self.objective, ["auto", *(kind.value for kind in Objective)])
        check_device(self.device)
        for name in ("dimension", "epochs", "batch", "negatives"):
            if getattr(self, name) < 1:
                raise ConfigError(f"'{name}' is {getattr(self, name)!r}; expected 1 or more")
        if self.kind.is_complex and self.dimension % 2:
            raise ConfigError(f"'dimension' is {self.dimension!r}; expected an even number for {self.model}")
        for name, least in (("rate", 0.0), ("margin", 0.0)):
            if not getattr(self, name) > least:
                raise ConfigError(f"'{name}' is {getattr(self, name)!r}; expected a number above 0")
        if not self.regularization >= 0:
            raise ConfigError(f"'regularization' is {self.regularization!r}; expected 0 or more")

    @property
    def kind(self) -> StructuralModel:
        """The model."""
        return StructuralModel(self.model)

    def objective_for(self, entities: int) -> Objective:
        """What is lessened on a graph of so many entities."""
        if self.objective != "auto":
            return Objective(self.objective)
        small = entities <= MOST_FOR_ALL and not self.kind.is_distance
        return Objective.ALL if small else Objective.SELF_ADVERSARIAL

    @classmethod
    def from_toml(cls, path: Path | str) -> StructuralConfig:
        """Read a TOML file whose keys are named like the fields of this class."""
        return from_toml(cls, path)


def _check_choice(name: str, value: str, known: list[str]) -> None:
    if value not in known:
        raise ConfigError(f"'{name}' is {value!r}; expected one of: {', '.join(known)}")
