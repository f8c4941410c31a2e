"""The evidence of candidates as numbers, the same for training and for reading."""

from __future__ import annotations

import numpy as np

from kgqa.reader.contract import Floats, Operation, ReaderCandidate, ReaderInput, ResultKind

OPERATIONS = tuple(Operation)
RESULTS = tuple(ResultKind)
EVIDENCE = (
    "alignment",
    "coverage",
    "fit",
    "support",
    "alignment gap",
    "coverage gap",
    "fit gap",
    "hops",
    "names",
    "size",
    "truncated",
    *(f"operation {operation.value}" for operation in OPERATIONS),
)
"""The names of the columns of `evidence`."""

PRIOR = {"alignment": 1.0, "coverage": 0.15, "fit": 0.3}
"""What retrieval's own order rests on; a trained network adds to it and cannot take it back."""
FREE = tuple(i for i, name in enumerate(EVIDENCE) if name not in PRIOR and not name.endswith("gap"))
"""The other columns, whose weights are learnt."""


def prior(columns: Floats) -> Floats:
    """Retrieval's own score of each candidate, [candidates], from its evidence."""
    weights = np.array([PRIOR.get(name, 0.0) for name in EVIDENCE], dtype=np.float32)
    total: Floats = columns @ weights
    return total


def evidence(item: ReaderInput) -> Floats:
    """The evidence of each candidate, float32 [candidates, len(EVIDENCE)].

    A gap is what a candidate lacks of the best value among all of them. Size is log10(1 + nodes) / 5.
    """
    if not item.candidates:
        return np.zeros((0, len(EVIDENCE)), dtype=np.float32)
    said = np.array([[c.alignment, c.coverage, c.fit, c.support] for c in item.candidates], dtype=np.float32)
    said[:, 0] = np.clip(said[:, 0], -3, 3)
    gaps = said[:, :3] - said[:, :3].max(axis=0)
    shape = np.array([_shape(c) for c in item.candidates], dtype=np.float32)
    return np.concatenate([said, gaps, shape, one_hot(item)], axis=1)


def one_hot(item: ReaderInput) -> Floats:
    """The operation of each candidate, [candidates, operations]."""
    table = np.eye(len(OPERATIONS), dtype=np.float32)
    return table[[OPERATIONS.index(c.operation) for c in item.candidates]]


def _shape(candidate: ReaderCandidate) -> tuple[float, ...]:
    size = float(np.log10(1 + candidate.size)) / 5
    return candidate.hops / 4, candidate.names / 3, size, float(candidate.truncated)
