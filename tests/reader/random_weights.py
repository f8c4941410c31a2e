"""A small fusion network of random numbers, shaped as training shapes it."""

from __future__ import annotations

import numpy as np

from kgqa.embedding import TextEncoder
from kgqa.embedding.contract import Floats
from kgqa.reader import ReaderWeights
from kgqa.reader.agreement import NAMES, Agreement
from kgqa.reader.arrays import FAR, PLACES
from kgqa.reader.features import OPERATIONS, RESULTS
from kgqa.reader.fusion import HEADS, MAXIMA, NUMBERS, Fusion
from kgqa.reader.serialise import TokenKind

WIDTH, HIDDEN = 8, 6


def random_weights(encoder: TextEncoder, seed: int) -> ReaderWeights:
    """Weights that any encoder's vectors fit."""
    drawn = np.random.default_rng(seed)
    arrays: dict[str, Floats] = {}

    def table(name: str, *shape: int) -> None:
        arrays[name] = (0.4 * drawn.standard_normal(shape)).astype(np.float32)

    def linear(name: str, into: int, out: int) -> None:
        table(f"{name}.weight", out, into)
        table(f"{name}.bias", out)

    for name, into, out in (
        ("ask", encoder.dimension, WIDTH),
        ("tell", encoder.dimension, WIDTH),
        ("offer", WIDTH, WIDTH // 2),
        ("want", WIDTH, WIDTH // 2),
        ("weight", WIDTH, 1),
        ("operation", WIDTH, len(OPERATIONS)),
        ("result", WIDTH, len(RESULTS)),
        ("hidden", 3 * WIDTH, HIDDEN),
        ("score", HIDDEN, 1),
        ("plain", NUMBERS, 1),
        ("none", len(MAXIMA), 1),
        ("blocks.0.inner", WIDTH, 2 * WIDTH),
        ("blocks.0.outer", 2 * WIDTH, WIDTH),
        ("blocks.0.cross.out", WIDTH + HEADS, WIDTH),
        ("blocks.0.self.out", WIDTH, WIDTH),
        *(
            (f"blocks.0.{kind}.{part}", WIDTH, WIDTH)
            for kind in ("cross", "self")
            for part in ("query", "key", "value")
        ),
    ):
        linear(name, into, out)
    for name, rows in (("distance", 2 * FAR + 1), ("kind", len(TokenKind)), ("start", PLACES), ("end", PLACES)):
        table(f"{name}.weight", rows, WIDTH)
    for name in ("last", "blocks.0.norm1", "blocks.0.norm2", "blocks.0.norm3"):
        table(f"{name}.weight", WIDTH)
        table(f"{name}.bias", WIDTH)
    for name, shape in (
        ("nearness", ()),
        ("threshold", ()),
        ("blocks.0.cross.near", (HEADS,)),
    ):
        table(name, *shape)
    about = {"encoder": encoder.name, "fingerprint": encoder.fingerprint}
    return ReaderWeights(Fusion(arrays), random_agreement(encoder.dimension, seed), about)


def random_agreement(dimension: int, seed: int) -> Agreement:
    """Numbers of an agreement."""
    drawn = np.random.default_rng(seed)
    shapes = {"weight.weight": (1, dimension), "weight.bias": (1,), "features": (len(NAMES),)}
    shapes |= {name: () for name in ("slope", "threshold", "sharpness", "mix", "prior")}
    return Agreement({name: np.asarray(drawn.standard_normal(shape), np.float32) for name, shape in shapes.items()})
