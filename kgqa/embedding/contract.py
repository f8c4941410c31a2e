"""What every text encoder promises, and the values that cross its boundary."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Progress = Callable[[int, int], None]
"""Called with (texts done, texts in all)."""


class TextKind(Enum):
    """Which side of a match a text is on; encoders trained with prefixes tell the two apart."""

    QUERY = "query"
    PASSAGE = "passage"


class Precision(Enum):
    """How an encoder's matrix products are computed.

    FLOAT32 : the exact reference.
    INT8 : weights and activations in 8 bits, one activation scale a batch: fast, and a vector depends a little on the
        texts that share its batch.
    BLOCK : weights in 8 bits (4 where they came so), one scale for each 32 values: near exact, no
        matter what shares the batch.
    """

    FLOAT32 = "float32"
    INT8 = "int8"
    BLOCK = "block"


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenEmbeddings:
    """One text's tokens in context, without special tokens and prefix.

    vectors : float32 [tokens, dimension], unit length.
    offsets : int32 [tokens, 2], each token's (start, end) in characters of the text as given.
    """

    vectors: Floats
    offsets: NDArray[np.int32]


@runtime_checkable
class TextEncoder(Protocol):
    """Texts in, unit-length float32 vectors out.

    name : e.g. "all-MiniLM-L6-v2".
    fingerprint : hash of weights and settings; equal fingerprints give equal vectors.
    dimension : the length of a vector.
    """

    @property
    def name(self) -> str:
        """The encoder's name."""
        ...

    @property
    def fingerprint(self) -> str:
        """Hash of weights and settings: keys caches and is checked in bundles."""
        ...

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        ...

    def encode(
        self, texts: Sequence[str], *, kind: TextKind = TextKind.PASSAGE, on_progress: Progress | None = None
    ) -> Floats:
        """Encode texts into float32 [texts, dimension] of unit length."""
        ...

    def encode_tokens(self, texts: Sequence[str], *, kind: TextKind = TextKind.PASSAGE) -> list[TokenEmbeddings]:
        """Encode every token of every text in context."""
        ...

    def encode_static(self, texts: Sequence[str]) -> Floats:
        """The mean of each text's token embeddings before the first layer, float32 [texts, dimension], unit length.

        Tokens don't see each other, so it tells less than `encode` and takes a hundredth of the time. A text without
        a token gives 0.
        """
        ...
