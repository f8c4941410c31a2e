"""Which mentions to keep where they overlap: the set of disjoint ones with the greatest weight."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence


def best_disjoint(spans: Sequence[tuple[int, int]], weights: Sequence[float]) -> list[int]:
    """The positions of the disjoint spans of greatest total weight, ascending by start.

    spans : (first, last), both inside. Among equals, the one found by taking later spans only for a gain.
    """
    order = sorted(range(len(spans)), key=lambda i: (spans[i][1], spans[i][0]))
    lasts = [spans[i][1] for i in order]
    total = [0.0]
    before = []
    for at, i in enumerate(order):
        free = bisect_right(lasts, spans[i][0] - 1, hi=at)
        before.append(free)
        total.append(max(total[at], total[free] + weights[i]))
    kept = []
    at = len(order)
    while at:
        if total[at] > total[at - 1]:
            kept.append(order[at - 1])
            at = before[at - 1]
        else:
            at -= 1
    return kept[::-1]
