"""Reading on graphs whose relations no reader learnt: what carries over from one graph to another, and no more.

Tuning an encoder and a network on some graphs makes both worse on others: with a graph's questions left out of
training, the score of `kgqa.reader.agreement` over the plain encoder is right more often there than the same score
over the tuned one, and than the network over either (`docs/reader.md`). So a question most of whose relations are
unfamiliar is read by that score, with retrieval's own counted once more, and calibrated on questions over graphs that
were left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from kgqa.errors import ReaderError
from kgqa.reader.agreement import Agreement
from kgqa.reader.arrays import FusionArrays, Rows, Vectors, lay_out
from kgqa.reader.contract import Floats, ReaderOutput
from kgqa.reader.familiarity import familiarity
from kgqa.reader.features import prior
from kgqa.reader.serialise import Tokens

FAMILIAR = 0.5
"""Questions with a smaller share of known relations are read by what carries over."""
_CAUTION = 1.0
"""How many times as much again retrieval's own score counts. On dev questions over graphs left out, the mean F1 of 11
sets is 72.0 with 0, 71.9 with 0.5, 72.9 with 1 and 72.2 with 2."""


@dataclass(frozen=True, slots=True)
class General:
    """A reader for every graph.

    agreement : over the plain encoder. threshold : the score of a first candidate that is as likely right as wrong;
    slope : its log odds of being right for each point above that. calibration : the weights of
    `kgqa.calibration.Calibration`, fitted on graphs left out.
    """

    agreement: Agreement
    threshold: float = 0.0
    slope: float = 1.0
    calibration: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, arrays: Mapping[str, Floats], about: Mapping[str, Any]) -> General | None:
        """The one of a reader's files; None where they hold none. Errors : ReaderError if it is damaged."""
        if not arrays:
            return None
        try:
            return cls(Agreement(arrays), float(about["threshold"]), float(about["slope"]), dict(about["calibration"]))
        except (KeyError, TypeError, ValueError) as error:
            raise ReaderError(f"the general part of the reader is damaged ({error!r}). Train it again") from error

    @property
    def about(self) -> dict[str, Any]:
        """What `of` takes back."""
        return {"threshold": self.threshold, "slope": self.slope, "calibration": dict(self.calibration)}

    def score(self, rows: Rows, vectors: Vectors) -> ReaderOutput:
        """The scores of one question's candidates, the log odds that a first one with such a score is right.

        vectors : of the plain encoder.
        """
        return ReaderOutput(self.odds(self.total(lay_out(rows, vectors))), 0.0)

    def odds(self, total: Floats) -> Floats:
        """The log odds of being right of first candidates with such scores, float32 [candidates]."""
        found: Floats = np.float32(self.slope) * (total - np.float32(self.threshold))
        return found

    def total(self, batch: FusionArrays) -> Floats:
        """The scores as they were learnt, float32 [candidates]."""
        agreement = self.agreement
        own = agreement.total(agreement.features(batch, agreement.near(batch)), batch)
        found = prior(batch.evidence)
        total: Floats = own + np.float32(_CAUTION) * agreement.arrays["prior"] * (found - found.max())
        return total.astype(np.float32)


def is_unfamiliar(programs: Sequence[Tokens], known: frozenset[int]) -> bool:
    """Whether most relations of a question's programs are strange.

    known : those that a reader learnt from, as `kgqa.reader.familiarity` has them.
    """
    return familiarity(programs, known) < FAMILIAR
