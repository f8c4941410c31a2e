"""Where weights lie, and which of them read an encoder's questions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kgqa.embedding import MINILM, MPNET, TextEncoder
from kgqa.embedding.loading import require
from kgqa.errors import ReaderError
from kgqa.reader.trained_weights import ABOUT, ReaderWeights

SHIPPED, ZERO_SHOT = "shipped", "zero-shot"
"""In place of a folder: the weights that come with kgqa; none."""
_SHIPPED = Path(__file__).parent / "weights"
LARGER = "larger.json"
"""In the folder of a cross-encoder that takes the place of a smaller encoder's own: what its scores mean there."""


@dataclass(frozen=True, slots=True)
class Larger:
    """A cross-encoder over a larger encoder, which can take the place of an encoder's own on unfamiliar graphs.

    encoder : the larger one's name. folder : of its cross-encoder. about : what `LARGER` holds, the "calibration" of
    confidence beside it.
    """

    encoder: str
    folder: Path
    about: Mapping[str, Any]


def larger_for(encoder: str) -> Larger | None:
    """The one that comes with kgqa for an encoder; None where there is none.

    Errors : MissingExtraError if its encoder's packages are not installed; ReaderError if its file is damaged.
    """
    if encoder != MINILM:
        return None
    require(MPNET)
    folder = _SHIPPED / MPNET
    try:
        about: dict[str, Any] = json.loads((folder / LARGER).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ReaderError(f"{folder / LARGER} is missing or damaged ({error}). Install kgqa again") from error
    return Larger(MPNET, folder, about)


def weights_for(name: str, encoder: TextEncoder, *, named: bool) -> ReaderWeights | None:
    """The weights that read the questions of an encoder; None where none do.

    name : `SHIPPED`, `ZERO_SHOT`, or a folder that training wrote; weights there of another encoder leave its questions
    to those that come with kgqa. named : whether the encoder is set, so that the folder must be for it.
    Errors : ReaderError for a folder that holds no weights.
    """
    if name == ZERO_SHOT:
        return None
    if name != SHIPPED:
        own = ReaderWeights.load(weights_within(Path(name), encoder.name))
        if own.encoder == encoder.name or named:
            return own
    folder = shipped_weights(encoder.name)
    weights = None if folder is None else ReaderWeights.load(folder)
    return weights if weights is not None and weights.about.get("fingerprint") == encoder.fingerprint else None


def shipped_weights(encoder: str) -> Path | None:
    """The folder of the weights that come with kgqa for an encoder; None where there are none."""
    folder = _SHIPPED / encoder
    return folder if Path(encoder).name == encoder and (folder / ABOUT).exists() else None


def weights_within(folder: Path, encoder: str) -> Path:
    """Where a training's folder holds the weights for an encoder: in a folder of its name, or itself.

    Where it holds weights of other encoders alone, it is the first of those.
    """
    own = folder / encoder
    if Path(encoder).name == encoder and (own / ABOUT).exists():
        return own
    others = sorted(path.parent for path in folder.glob(f"*/{ABOUT}"))
    return folder if (folder / ABOUT).exists() or not others else others[0]
