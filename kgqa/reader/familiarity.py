"""How much of a graph's vocabulary a reader learnt from people's questions about it.

Tuning an encoder on some graphs makes it surer on others than it should be. There, retrieval's own score, in which
nothing was learnt, is given more weight: where no relation is familiar, `CAUTION` times as much again, unless weights
bring another number. Measured on graphs that were left out of training (`docs/reader.md`).
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

from kgqa.reader.serialise import RELATIONS, ProgramToken

CAUTION = 4.0
_OFTEN = 3


def learnt(programs: Iterable[Sequence[ProgramToken]]) -> list[int]:
    """The relations, as hashes of their names, that right programs of training use three times or more; sorted."""
    counts = Counter(found for program in programs for found in set(_hashes(program)))
    return sorted(found for found, times in counts.items() if times >= _OFTEN)


def familiarity(programs: Sequence[Sequence[ProgramToken]], known: Collection[int]) -> float:
    """The share, in [0, 1], of the relations of a question's programs that are known; 1 where they use none."""
    found = {name for program in programs for name in _hashes(program)}
    return sum(name in known for name in found) / len(found) if found else 1.0


def name_hash(relation: str) -> int:
    """What stands for a relation of this name."""
    return zlib.crc32(relation.casefold().encode())


def _hashes(program: Sequence[ProgramToken]) -> Iterator[int]:
    return (name_hash(token.text) for token in program if token.kind in RELATIONS)
