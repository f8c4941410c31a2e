"""Link prediction: how high a model ranks the missing end of a fact that it has not seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kgqa.embedding.structural.embeddings import StructuralEmbeddings
from kgqa.embedding.structural.scoring import head_queries, scores_with, tail_queries

Floats = NDArray[np.float32]
Facts = NDArray[np.int64]
Progress = Callable[[int, int], None]
"""Called with (facts done, facts in all)."""
_SUBJECT, _RELATION, _OBJECT = 0, 1, 2


@dataclass(frozen=True, slots=True)
class LinkPrediction:
    """The ranks of facts, filtered and realistic.

    ranks : float64 [facts, 2], of the subject and of the object among all entities with a vector; infinite where an
    entity or the relation has none, so that such a fact counts as missed.
    """

    ranks: NDArray[np.float64]

    @property
    def unseen(self) -> int:
        """How many facts have an entity or relation without a vector."""
        return int(np.isinf(self.ranks).any(axis=1).sum())

    @property
    def mrr(self) -> float:
        """The mean of 1 / rank, over both ends of every fact, in [0, 1]."""
        return float((1 / self.ranks).mean())

    def hits(self, k: int) -> float:
        """The share of ends that are ranked k or better, in [0, 1]."""
        return float((self.ranks <= k).mean())


def predict_links(
    embeddings: StructuralEmbeddings,
    facts: Facts,
    known: Facts,
    *,
    batch: int = 256,
    on_progress: Progress | None = None,
) -> LinkPrediction:
    """Rank both ends of facts int64 [n, 3] of (subject node, relation, object node).

    known : int64 [m, 3], all that is true: other true ends don't count against the right one (filtered; Bordes et al.,
    2013). Ties : the rank is 1 + higher + equal / 2, the mean of the best and the worst place that equal scores allow
    (realistic; Berrendorf et al., 2020).
    """
    ranks = np.full((len(facts), 2), np.inf)
    seen = np.flatnonzero(_covered(embeddings, facts))
    asked = _as_rows(embeddings, facts[seen])
    true = _as_rows(embeddings, known[_covered(embeddings, known)])
    sides = [(_Known(true, _RELATION, _OBJECT, _SUBJECT), _SUBJECT), (_Known(true, _SUBJECT, _RELATION, _OBJECT), 2)]
    for start in range(0, len(asked), batch):
        part = asked[start : start + batch]
        for column, (others, end) in enumerate(sides):
            scores = _scores(embeddings, part, end)
            ranks[seen[start : start + batch], column] = _ranks(scores, part[:, end], *others.of(part))
        if on_progress is not None:
            on_progress(start + len(part), len(asked))
    return LinkPrediction(ranks)


def _covered(embeddings: StructuralEmbeddings, facts: Facts) -> NDArray[np.bool_]:
    """Which facts have a vector for both ends and the relation, bool [n]."""
    trained = np.zeros(len(embeddings.relation_vectors) + 1, dtype=bool)  # the last is that of a relation unheard of
    trained[:-1] = embeddings.relation_vectors.any(axis=1)
    relations = facts[:, _RELATION]
    known = (relations >= 0) & (relations < len(trained) - 1)
    ends = [embeddings.rows(facts[:, side].astype(np.int32)) >= 0 for side in (_SUBJECT, _OBJECT)]
    covered: NDArray[np.bool_] = ends[0] & ends[1] & trained[np.where(known, relations, -1)]
    return covered


def _as_rows(embeddings: StructuralEmbeddings, facts: Facts) -> Facts:
    heads, tails = (embeddings.rows(facts[:, side].astype(np.int32)) for side in (_SUBJECT, _OBJECT))
    return np.stack([heads, facts[:, _RELATION], tails], axis=1)


def _scores(embeddings: StructuralEmbeddings, facts: Facts, end: int) -> Floats:
    """The score of every entity as one end of facts in rows, float32 [n, entities]."""
    model, vectors = embeddings.model, embeddings.vectors
    relations = embeddings.relation_vectors[facts[:, _RELATION]]
    if end == _OBJECT:
        return scores_with(model, tail_queries(model, vectors[facts[:, _SUBJECT]], relations), vectors)
    return scores_with(model, head_queries(model, relations, vectors[facts[:, _OBJECT]]), vectors)


def _ranks(
    scores: Floats, right: NDArray[np.int64], queries: NDArray[np.int64], others: NDArray[np.int64]
) -> NDArray[np.float64]:
    """The realistic rank of the right entity of each query, [n]; scores of other true ones are overwritten."""
    places = np.arange(len(scores))
    own = scores[places, right][:, None]
    scores[queries, others] = -np.inf
    scores[places, right] = -np.inf
    higher, equal = (scores > own).sum(axis=1), (scores == own).sum(axis=1)
    ranks: NDArray[np.float64] = 1 + higher + equal / 2
    return ranks


class _Known:
    """True facts, found by two of their three columns."""

    def __init__(self, facts: Facts, first: int, second: int, end: int) -> None:
        self._columns = (first, second)
        self._width = 1 + int(facts[:, second].max(initial=0))
        keys = self._keys(facts)
        order = np.argsort(keys, kind="stable")
        self._sorted, self._ends = keys[order], facts[order, end]

    def of(self, facts: Facts) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Every true end of each fact's two columns: (places in `facts`, ends), both [pairs]."""
        keys = self._keys(facts)
        start, stop = (np.searchsorted(self._sorted, keys, side=side) for side in ("left", "right"))
        counts = stop - start
        at = np.arange(counts.sum()) + np.repeat(start - (np.cumsum(counts) - counts), counts)
        return np.repeat(np.arange(len(facts)), counts), self._ends[at]

    def _keys(self, facts: Facts) -> NDArray[np.int64]:
        first, second = self._columns
        # What no true fact has must not fall onto another pair's key.
        keys: NDArray[np.int64] = facts[:, first] * self._width + facts[:, second]
        return np.where(facts[:, second] < self._width, keys, -1)
