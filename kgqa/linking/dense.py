"""What vectors of entity names add to linking."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kgqa.types import NodeIds


class DenseNames(Protocol):
    """Entity names (or descriptions) as vectors, compared with questions."""

    def similarities(self, questions: Sequence[str], nodes: Sequence[NodeIds]) -> list[NDArray[np.float32]]:
        """For each question, the cosine of the question and each of its nodes, [nodes]; 0 for a node without vector."""
        ...

    def nearest(self, questions: Sequence[str], count: int) -> list[tuple[NodeIds, NDArray[np.float32]]]:
        """For each question, the nodes nearest to it and their cosines, at most `count`, best first."""
        ...
