"""When retrieval is so sure of a candidate that no network need read it (early exit; Teerapittayanon et al., 2016,
arXiv:1709.01686).

The limits were chosen on dev questions (`docs/reader.md`).
"""

from __future__ import annotations

import numpy as np

from kgqa.reader.contract import Floats, ReaderCandidate

SURE = 1.0
"""The least of retrieval's own score."""
LEAD = 0.3
"""The least lead over the next candidate, in retrieval's own score, with caution on unfamiliar graphs."""
_ALL = 0.999
"""Coverage of a candidate that accounts for every word of the question."""


def is_sure(first: ReaderCandidate, own: float, *, unfamiliar: bool = False) -> bool:
    """Whether a candidate may be taken unread, if it leads. own : its score by retrieval.

    Where a word is left over, relations that fit what was matched may belong in another order. unfamiliar : whether the
    graph's relations are; then a word that is left over may ask for a step that retrieval missed.
    """
    return own >= SURE and (first.coverage >= _ALL or (first.hops <= 1 and not unfamiliar))


def leads(weighed: Floats) -> bool:
    """Whether the first of the candidates is far enough ahead of the second.

    weighed : float32 [candidates], how far each lies behind the best, at most 0, as
    `kgqa.reader.trained_weights.ReaderWeights.weighed` gives it.
    """
    second = np.partition(weighed, -2)[-2] if len(weighed) > 1 else -np.inf
    return bool(second <= -LEAD)
