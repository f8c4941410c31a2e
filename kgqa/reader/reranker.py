"""Candidates weighed anew by a small network that learnt, from questions to many graphs, what a right one looks like.

What `kgqa.reader.general` sums up leaves much unsaid that holds on every graph: that "which sponsor" asks for no
number, that a word left over next to a step more is worse than one left over without it, or which questions have
several steps. The network reads `kgqa.reader.traits` of a candidate and the question's vector, and adds to its log odds
against "none of these".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from kgqa.embedding.contract import Floats
from kgqa.embedding.store import write_atomically
from kgqa.errors import ReaderError
from kgqa.reader.agreement import Agreement
from kgqa.reader.arrays import FusionArrays
from kgqa.reader.traits import COUNT, questions, traits

RERANKER = "reranker.safetensors"
_ARRAYS = ("mean", "spread", "question", "question bias", "hidden", "bias", "output", "share")


@dataclass(frozen=True, slots=True)
class Reranker:
    """One hidden layer over traits and question.

    arrays : mean, spread [traits], by which traits are scaled; question [q, e] and "question bias" [q], what is taken
    of a question's vector; hidden [h, traits + q] and bias [h]; output [h]; share [1], what the log odds without it
    count.
    """

    arrays: Mapping[str, Floats] = field(repr=False)

    def odds(self, batch: FusionArrays, agreement: Agreement, odds: Floats) -> Floats:
        """The log odds of the candidates anew, float32 [candidates]. odds : without it."""
        found = traits(batch, agreement, agreement.near(batch))
        return self.weigh(found, questions(batch), odds)

    def weigh(self, found: Floats, asked: Floats, odds: Floats) -> Floats:
        """The same from traits [candidates, traits] and questions [candidates, e]."""
        arrays = self.arrays
        scaled = (found - arrays["mean"]) / arrays["spread"]
        taken = asked @ arrays["question"].T + arrays["question bias"]
        hidden = np.maximum(np.concatenate([scaled, taken], axis=1) @ arrays["hidden"].T + arrays["bias"], 0)
        total: Floats = (hidden @ arrays["output"] + arrays["share"] * odds).astype(np.float32)
        return total

    def counted(self, count: float) -> Reranker:
        """The network that adds `count` times as much to the log odds."""
        share = (1 + count * (self.arrays["share"] - 1)).astype(np.float32)
        return Reranker({**self.arrays, "output": np.float32(count) * self.arrays["output"], "share": share})

    def save(self, path: Path) -> None:
        """Write a safetensors file, of float16 but for what traits are scaled by."""
        from safetensors.numpy import save_file

        exact = ("mean", "spread")
        kept = {n: np.asarray(a, np.float32 if n in exact else np.float16) for n, a in self.arrays.items()}
        write_atomically(path, lambda target: save_file(kept, target))

    @classmethod
    def load(cls, path: Path) -> Reranker:
        """Read what `save` wrote.

        Errors : ReaderError if it is missing, damaged or of another version.
        """
        from safetensors.numpy import load_file

        try:
            arrays = {name: array.astype(np.float32) for name, array in load_file(path).items()}
        except Exception as error:  # safetensors raises its own kind
            raise ReaderError(f"{path} is missing or damaged ({error}). Train it again") from error
        if set(arrays) != set(_ARRAYS) or arrays["mean"].shape != (COUNT,):
            raise ReaderError(
                f"{path} holds {sorted(arrays)} for {arrays.get('mean', np.zeros(0)).size} traits; expected "
                f"{sorted(_ARRAYS)} for {COUNT}: another version of kgqa wrote it. Train it again"
            )
        return cls(arrays)


def open_reranker(folder: Path | None) -> Reranker | None:
    """The one that lies with a reader's weights; None where there is none."""
    return Reranker.load(folder / RERANKER) if folder is not None and (folder / RERANKER).exists() else None
