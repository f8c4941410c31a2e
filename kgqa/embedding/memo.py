"""An encoder that remembers short texts: questions share most of their phrases."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kgqa.embedding.contract import Floats, Progress, TextEncoder, TextKind, TokenEmbeddings

_REMEMBERED = 20_000
_LONGEST = 100


class MemoEncoder:
    """Encodes each short text once as long as it is remembered; longer texts go straight through.

    The memory is emptied when it is full, so it stays below about 40 MB for vectors of 384 numbers.
    """

    def __init__(self, encoder: TextEncoder) -> None:
        self._encoder = encoder
        self._known: dict[tuple[TextKind, str], Floats | None] = {}

    @property
    def name(self) -> str:
        """The encoder's name."""
        return self._encoder.name

    @property
    def fingerprint(self) -> str:
        """Hash of weights and settings."""
        return self._encoder.fingerprint

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        return self._encoder.dimension

    def encode(
        self, texts: Sequence[str], *, kind: TextKind = TextKind.PASSAGE, on_progress: Progress | None = None
    ) -> Floats:
        """Encode texts into float32 [texts, dimension] of unit length."""
        if not texts or max(map(len, texts)) > _LONGEST:
            return self._encoder.encode(texts, kind=kind, on_progress=on_progress)
        # Another thread may empty the memory at any time: this call reads it once and then goes by its own copy.
        found = {text: self._known.get((kind, text)) for text in dict.fromkeys(texts)}
        new = [text for text, vector in found.items() if vector is None]
        if new:
            found.update(zip(new, self._encoder.encode(new, kind=kind, on_progress=on_progress), strict=True))
            if len(self._known) + len(new) > _REMEMBERED:
                self._known.clear()
            self._known.update({(kind, text): found[text] for text in new})
        return np.stack([vector for text in texts if (vector := found[text]) is not None])

    def encode_tokens(self, texts: Sequence[str], *, kind: TextKind = TextKind.PASSAGE) -> list[TokenEmbeddings]:
        """Encode every token of every text in context; nothing is remembered."""
        return self._encoder.encode_tokens(texts, kind=kind)

    def encode_static(self, texts: Sequence[str]) -> Floats:
        """The mean of each text's token embeddings, without context; nothing is remembered."""
        return self._encoder.encode_static(texts)
