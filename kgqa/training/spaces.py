"""Which vectors a training reads besides texts: the structural embeddings of its sources, all of one space."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kgqa.embedding.structural import StructuralEmbeddings
from kgqa.errors import TrainingError
from kgqa.reader.fusion import Fusion
from kgqa.reader.soft import NAMES, STRUCTURAL, Wanted
from kgqa.reader.trained_weights import ReaderWeights
from kgqa.training.config import FusionSettings


@dataclass(frozen=True, slots=True)
class Spaces:
    """The structural embeddings of the sources that have them, and the kinds of soft tokens that are read."""

    structural: Mapping[str, StructuralEmbeddings]
    kinds: tuple[str, ...]

    @classmethod
    def of(cls, structural: Mapping[str, StructuralEmbeddings], settings: FusionSettings) -> Spaces:
        """What the settings make of the sources' embeddings.

        Errors : TrainingError for embeddings of several trainings: one projection can't serve two spaces.
        """
        needed = any(kind in STRUCTURAL for kind in settings.kinds)
        if needed and len({one.fingerprint for one in structural.values()}) > 1:
            raise TrainingError(
                f"the graphs {sorted(structural)} bring structural embeddings of several trainings; expected those of "
                "one graph, since each training gives a space of its own. Build the other bundles without "
                "--structural, or set 'network.fusions' to entity = false, relation = false, result = false"
            )
        kinds = tuple(kind for kind in settings.kinds if structural or kind not in STRUCTURAL)
        return cls(structural if needed else {}, kinds)

    def dimensions(self, encoder: int) -> dict[str, int]:
        """The dimension of each kind's vectors; `encoder` is that of the text encoder's."""
        space = self._space.dimension if self._space is not None else 0
        return {kind: encoder if kind == NAMES else space for kind in self.kinds}

    def wanted(self, source: str) -> Wanted:
        """What is read for the questions of a source."""
        return Wanted(self.kinds, self.structural.get(source))

    def kept(self, start: ReaderWeights) -> Fusion:
        """The network to start from, without soft tokens that are not read here or were learnt in another space."""
        known = start.about.get("structural", {}).get("fingerprint")
        same = self._space is not None and self._space.fingerprint == known
        kept = [kind for kind in self.kinds if same or kind not in STRUCTURAL]
        return start.fusion.without([kind for kind in start.fusion.soft if kind not in kept])

    def about(self) -> dict[str, Any]:
        """What the weights tell of them."""
        found: dict[str, Any] = {"fusions": list(self.kinds)}
        if self._space is not None:
            space = {"fingerprint": self._space.fingerprint, "model": self._space.model.value}
            found["structural"] = space | {"dimension": self._space.dimension, "sources": sorted(self.structural)}
        return found

    @property
    def _space(self) -> StructuralEmbeddings | None:
        return next(iter(self.structural.values()), None)
