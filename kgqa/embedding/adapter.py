"""Low-rank adapters (LoRA; Hu et al., 2022, arXiv:2106.09685): what fine-tuning adds to an encoder's linear layers.

An adapter is a few megabytes over an encoder that a package brings. It is added to the weights once, when the encoder
is unpacked, so that it costs nothing at question time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from kgqa.embedding.contract import Floats
from kgqa.embedding.store import write_atomically
from kgqa.embedding.weights import EncoderWeights
from kgqa.errors import EncoderError

FORMAT = 1
DOWN, UP = ".down", ".up"


@dataclass(frozen=True, slots=True)
class Adapter:
    """Additions to the linear layers of a BERT encoder.

    base : the name of the encoder that it was trained on.
    down : a layer's name in BertModel -> float32 [rank, in]. up : the same -> float32 [out, rank], the scale included.
    """

    base: str
    down: Mapping[str, Floats] = field(repr=False)
    up: Mapping[str, Floats] = field(repr=False)

    def __post_init__(self) -> None:
        if self.down.keys() != self.up.keys():
            odd = sorted(self.down.keys() ^ self.up.keys())
            raise EncoderError(f"an adapter needs both halves of every layer; {odd[0]!r} has one only")

    def scaled(self, share: float) -> Adapter:
        """A share of the way from the plain encoder to the tuned one (Wortsman et al., 2022, arXiv:2109.01903)."""
        return replace(self, up={name: np.float32(share) * value for name, value in self.up.items()})

    def lowered(self, rank: int) -> Adapter:
        """The nearest additions of a lower rank (Eckart and Young, 1936), for a smaller file."""
        halves = {layer: _lowered(self.up[layer], down, rank) for layer, down in self.down.items()}
        return replace(
            self, up={n: up for n, (up, _) in halves.items()}, down={n: down for n, (_, down) in halves.items()}
        )

    def merged(self, weights: EncoderWeights) -> EncoderWeights:
        """The encoder's weights with the adapter's added.

        Errors : EncoderError if a layer is not in the encoder or has another shape there.
        """
        tensors = dict(weights.tensors)
        for layer, down in self.down.items():
            name, delta = f"{layer}.weight", _product(self.up[layer], down)
            found = tensors.get(name)
            if found is None or found.shape != delta.shape:
                shape = "no such layer" if found is None else f"shape {found.shape}"
                raise EncoderError(
                    f"the adapter is of {self.base!r} and holds {name!r} of shape {delta.shape}; {weights.name!r} has "
                    f"{shape}. Take the adapter with its own encoder"
                )
            tensors[name] = found + delta
        # Sums no longer lie on the steps of 4 bits; the word embeddings are as they were.
        return replace(weights, tensors=tensors, weight_bits=32)

    def save(self, path: Path) -> None:
        """Write a safetensors file; numbers as float16."""
        from safetensors.numpy import save_file

        halves = ((DOWN, self.down), (UP, self.up))
        tensors = {name + end: value.astype(np.float16) for end, half in halves for name, value in half.items()}
        about = {"format": str(FORMAT), "base": self.base}
        write_atomically(path, lambda target: save_file(tensors, target, metadata=about))

    @classmethod
    def load(cls, path: Path) -> Adapter:
        """Read a file that `save` wrote. Errors : EncoderError if it is missing, damaged or of another format."""
        from safetensors import safe_open

        try:
            with safe_open(path, framework="numpy") as file:
                about = file.metadata() or {}
                tensors = {name: file.get_tensor(name).astype(np.float32) for name in file.keys()}  # noqa: SIM118
        except Exception as error:  # safetensors raises its own kind
            raise EncoderError(f"{path} holds no adapter, or a damaged one ({error}). Train it again") from error
        if about.get("format") != str(FORMAT) or "base" not in about:
            raise EncoderError(f"{path} is of format {json.dumps(about)}; expected format {FORMAT}. Train it again")
        return cls(about["base"], _half(tensors, DOWN), _half(tensors, UP))


def _lowered(up: Floats, down: Floats, rank: int) -> tuple[Floats, Floats]:
    left, upper = np.linalg.qr(up)
    right, lower = np.linalg.qr(down.T)
    u, s, v = np.linalg.svd(upper @ lower.T)
    halves = left @ (u[:, :rank] * s[:rank]), v[:rank] @ right.T
    return halves[0].astype(np.float32), halves[1].astype(np.float32)


def _product(up: Floats, down: Floats) -> Floats:
    """Their matrix product. Some builds of BLAS report invalid values that no product holds: it is looked at itself."""
    with np.errstate(invalid="ignore"):
        found: Floats = up @ down
    if not np.isfinite(found).all():
        raise EncoderError("the adapter holds values that are no numbers. Train it again")
    return found


def _half(tensors: Mapping[str, Floats], end: str) -> dict[str, Floats]:
    return {name.removesuffix(end): value for name, value in tensors.items() if name.endswith(end)}
