"""From interned edges to sorted arrays."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kgqa.errors import GraphError
from kgqa.graph.adjacency import MAX_RELATIONS, RELATION_BITS, Adjacency, pack
from kgqa.graph.strings import StringTable


class Numbering(dict[str, int]):
    """Arrival numbers of term keys; an unknown key gets the next number.

    check : if set, tells of a new key whether it is well-formed; if not, ValueError.
    """

    check: Callable[[str], object] | None = None

    def __missing__(self, key: str) -> int:
        if self.check is not None and not self.check(key):
            raise ValueError(key)
        number = self[key] = len(self)
        return number


@dataclass
class EdgeBuffer:
    """Edges in order of arrival, their terms interned; the only mutable part of a load.

    ids : term key -> arrival number. subjects, predicates, objects, origins : one item an edge,
    arrival numbers and, for origins, positions in `sources`.
    names : row ranges [start, stop) whose objects came as bare names, to be told apart from values later.
    """

    ids: Numbering = field(default_factory=Numbering)
    subjects: array[int] = field(default_factory=lambda: array("i"))
    predicates: array[int] = field(default_factory=lambda: array("i"))
    objects: array[int] = field(default_factory=lambda: array("i"))
    origins: array[int] = field(default_factory=lambda: array("i"))
    sources: dict[str, int] = field(default_factory=dict)
    names: list[tuple[int, int]] = field(default_factory=list)

    def intern(self, key: str) -> int:
        """The arrival number of a term."""
        return self.ids[key]

    def origin(self, source: str) -> int:
        """The number of a source."""
        return self.sources.setdefault(source, len(self.sources))

    def add(self, subject: str, predicate: str, obj: str, origin: int = 0) -> None:
        """Append one edge, given as term keys."""
        self.extend((subject,), (predicate,), (obj,), (origin,))

    def extend(
        self, subjects: Iterable[str], predicates: Iterable[str], objects: Iterable[str], origins: Iterable[int]
    ) -> None:
        """Append edges, given as columns of term keys of equal length."""
        number = self.ids.__getitem__
        self.subjects.extend(map(number, subjects))
        self.predicates.extend(map(number, predicates))
        self.objects.extend(map(number, objects))
        self.origins.extend(origins)

    def extend_checked(self, columns: Sequence[Iterable[str]], origin: int, check: Callable[[str], object]) -> bool:
        """Append edges as `extend` does if every term not seen before passes a check; else append none."""
        self.ids.check = check
        try:
            numbers = [array("i", map(self.ids.__getitem__, column)) for column in columns]
        except ValueError:
            return False
        finally:
            self.ids.check = None
        for own, new in zip((self.subjects, self.predicates, self.objects), numbers, strict=True):
            own.extend(new)
        self.origins.extend(array("i", [origin]) * len(numbers[0]))
        return True

    def extend_names(
        self, heads: Iterable[str], relations: Iterable[str], tails: Iterable[str], origins: Iterable[int]
    ) -> None:
        """Append edges as `extend` does, whose objects are names that may stand for values."""
        start = len(self)
        self.extend(heads, relations, tails, origins)
        if self.names and self.names[-1][1] == start:
            start = self.names.pop()[0]
        self.names.append((start, len(self)))

    def __len__(self) -> int:
        return len(self.subjects)


@dataclass(frozen=True, slots=True)
class GraphArrays:
    """The integer half of a graph.

    relations : int32 [relations], the term of each relation: those of the build ascending, then later ones.
    out, into : the edges by subject and by object. into_position : int64 [triples], for each edge of
    `into` its position in `out`. triple_source : int32 [triples] in the order of `out`.
    more_sources : int64 [n, 2], (position, source) of facts that several sources state.
    """

    relations: NDArray[np.int32]
    out: Adjacency
    into: Adjacency
    into_position: NDArray[np.int64]
    triple_source: NDArray[np.int32]
    more_sources: NDArray[np.int64]


def renumber(keys: Iterable[str], used: NDArray[np.bool_]) -> tuple[StringTable, NDArray[np.int32]]:
    """Sort the used term keys: the table, and for each used arrival number its sorted number."""
    arrived = list(keys)
    order = sorted(np.flatnonzero(used).tolist(), key=arrived.__getitem__)
    table = StringTable.from_sorted(arrived[i] for i in order)
    numbers = np.empty(len(arrived), dtype=np.int32)
    numbers[np.asarray(order, dtype=np.int64)] = np.arange(len(order), dtype=np.int32)
    return table, numbers


def build_arrays(
    subjects: NDArray[np.int32],
    predicates: NDArray[np.int32],
    objects: NDArray[np.int32],
    origins: NDArray[np.int32],
) -> tuple[GraphArrays, int]:
    """Sort edges both ways; returns the arrays and how many repeated edges were merged.

    All four are int32 [edges] over sorted term numbers.
    """
    relations, relation_of = np.unique(predicates, return_inverse=True)
    if len(relations) > MAX_RELATIONS:
        raise GraphError(
            f"the graph has {len(relations):,} relations; expected at most {MAX_RELATIONS:,}. "
            "Is the predicate column the right one?"
        )
    keys = pack(subjects, relation_of.astype(np.int32))
    order = np.lexsort((origins, objects, keys))
    keys, objects, origins = keys[order], objects[order], origins[order]
    fresh = np.ones(len(keys), dtype=bool)
    fresh[1:] = (keys[1:] != keys[:-1]) | (objects[1:] != objects[:-1])
    position = np.cumsum(fresh) - 1
    changed = ~fresh & np.r_[False, origins[1:] != origins[:-1]]
    more = np.stack([position[changed], origins[changed].astype(np.int64)], axis=1)
    keys, objects, origins = keys[fresh], objects[fresh], origins[fresh]
    arrays = link_arrays(relations.astype(np.int32), keys, objects, origins, more)
    return arrays, int((~fresh).sum())


def link_arrays(
    relations: NDArray[np.int32],
    keys: NDArray[np.int64],
    objects: NDArray[np.int32],
    origins: NDArray[np.int32],
    more_sources: NDArray[np.int64],
) -> GraphArrays:
    """Both directions from distinct edges sorted by (key, object)."""
    subjects = (keys >> RELATION_BITS).astype(np.int32)
    backward = pack(objects, keys & (MAX_RELATIONS - 1))
    order = np.lexsort((subjects, backward))
    return GraphArrays(
        relations=relations,
        out=Adjacency.from_sorted(keys, objects),
        into=Adjacency.from_sorted(backward[order], subjects[order]),
        into_position=order.astype(np.int64),
        triple_source=origins.astype(np.int32, copy=False),
        more_sources=more_sources.reshape(-1, 2),
    )
