"""A reader with trained weights: one pass of the encoder over the question, then the fusion network."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from kgqa.embedding import TextEncoder
from kgqa.errors import ReaderError
from kgqa.reader.arrays import EncoderVectors, lay_out, rows_of
from kgqa.reader.contract import ReaderInput, ReaderOutput
from kgqa.reader.trained_weights import ReaderWeights

SCALE = 0.15
"""What a score is multiplied by, so that a difference means as much as between scores of `ZeroShotReader`."""
NONE = -0.45
"""The score below which no candidate is worth showing: three in log odds below even. On dev, 3 in 1,000 right answers
lie there and a third of those to questions whose relation was taken away; the others are left to confidence."""
_SHIPPED = Path(__file__).parent / "weights"


class TrainedReader:
    """Scores every candidate by the fusion network; a score is the log odds against "none of these", times `SCALE`.

    Errors : ReaderError if the weights were trained with another encoder.
    """

    def __init__(self, encoder: TextEncoder, weights: ReaderWeights) -> None:
        trained_on = weights.about.get("fingerprint")
        if trained_on != encoder.fingerprint:
            raise ReaderError(
                f"the reader was trained with the encoder {weights.encoder!r} of fingerprint {trained_on}; this one is "
                f"{encoder.name!r} of {encoder.fingerprint}. Name that encoder, or train a reader with this one"
            )
        self._vectors = EncoderVectors(encoder)
        self._weights = weights

    def read(self, batch: Sequence[ReaderInput]) -> list[ReaderOutput]:
        """Score the candidates of each question."""
        return [self._read(item) for item in batch]

    def _read(self, item: ReaderInput) -> ReaderOutput:
        if not item.candidates:
            return ReaderOutput(np.zeros(0, dtype=np.float32), NONE)
        found = self._weights.fusion.score(lay_out(rows_of(item), self._vectors, self._weights.centre))
        return ReaderOutput(np.float32(SCALE) * (found.scores - np.float32(found.none_score)), NONE)


def shipped_weights(encoder: str) -> Path | None:
    """The folder of the weights that come with kgqa for an encoder; None where there are none."""
    folder = _SHIPPED / encoder
    return folder if Path(encoder).name == encoder and folder.is_dir() else None
