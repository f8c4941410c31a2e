"""Names by folded key: a trie of keys, and for each key the names that have it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kgqa.errors import BundleError
from kgqa.graph.strings import StringTable
from kgqa.linking.trie import StringTrie
from kgqa.linking.variants import NameFlag, name_keys
from kgqa.text import fold
from kgqa.types import NodeIds

Section = NDArray[np.generic] | bytes


class NodeName(NamedTuple):
    """One name of one node; `flag` is LABEL, ALIAS or LITERAL. weight : how well known the node is (its degree)."""

    node: int
    name: str
    flag: int = 0
    weight: int = 0


@dataclass(frozen=True, slots=True)
class KeyTable:
    """The keys of a fixed set of names; arrays may be memory maps.

    trie : key -> key number. starts : int64 [keys + 1] into the postings. rows : int32 [postings], the name's
    row, the best known node first within a key. flags : uint8 [postings], a NameFlag each.
    nodes : int32 [rows]. names : the name of each row.
    """

    trie: StringTrie
    starts: NDArray[np.int64]
    rows: NDArray[np.int32]
    flags: NDArray[np.uint8]
    nodes: NodeIds
    names: StringTable = field(repr=False)

    def __len__(self) -> int:
        return len(self.starts) - 1

    @classmethod
    def build(cls, names: Iterable[NodeName]) -> tuple[KeyTable, Sequence[str]]:
        """Index names; also returns the whole names' keys by key number, "" where a key is only a variant."""
        given = list(names)
        keys, rows, flags = _spread(given)
        trie = StringTrie.build(keys)
        numbers = trie.numbers(keys)
        weights = np.fromiter((n.weight for n in given), dtype=np.int64, count=len(given))
        order = np.lexsort((rows, -weights[rows], flags, numbers))
        starts = np.searchsorted(numbers[order], np.arange(len(trie) + 1)).astype(np.int64)
        whole = [""] * len(trie)
        for at in np.flatnonzero(flags <= int(NameFlag.ALIAS | NameFlag.LITERAL)).tolist():
            whole[numbers[at]] = keys[at]
        nodes = np.fromiter((n.node for n in given), dtype=np.int32, count=len(given))
        table = StringTable.from_sorted(n.name for n in given)
        return cls(trie, starts, rows[order], flags[order], nodes, table), whole

    def sections(self) -> dict[str, Section]:
        """The arrays to store, by name."""
        return {
            "keys": self.trie.data,
            "starts": self.starts,
            "rows": self.rows,
            "flags": self.flags,
            "nodes": self.nodes,
            "name_bytes": self.names.blob,
            "name_offsets": self.names.offsets,
        }

    @classmethod
    def from_sections(cls, sections: Mapping[str, Section]) -> KeyTable:
        """The table over stored arrays, without copying them."""
        names = StringTable(
            stored_array(sections, "name_bytes", np.uint8), stored_array(sections, "name_offsets", np.int64)
        )
        return cls(
            StringTrie.from_bytes(stored_array(sections, "keys", np.uint8)),
            stored_array(sections, "starts", np.int64),
            stored_array(sections, "rows", np.int32),
            stored_array(sections, "flags", np.uint8),
            stored_array(sections, "nodes", np.int32),
            names,
        )

    def postings(self, number: int, limit: int) -> list[tuple[int, int]]:
        """The first (row, flag) pairs of a key, the best known node first."""
        start = int(self.starts[number])
        stop = min(int(self.starts[number + 1]), start + limit)
        return list(zip(self.rows[start:stop].tolist(), self.flags[start:stop].tolist(), strict=True))


def _spread(names: Sequence[NodeName]) -> tuple[list[str], NDArray[np.int32], NDArray[np.uint8]]:
    keys: list[str] = []
    rows: list[int] = []
    flags: list[int] = []
    for row, (_, name, own, _) in enumerate(names):
        for key, flag in name_keys(name, fold(name)).items():
            keys.append(key)
            rows.append(row)
            flags.append(flag | own)
    return keys, np.array(rows, dtype=np.int32), np.array(flags, dtype=np.uint8)


def stored_array(sections: Mapping[str, Section], name: str, dtype: type[np.generic]) -> NDArray[Any]:
    """A stored array, without copying it; a section that is missing or of another type is a BundleError."""
    if name not in sections:
        raise BundleError(f"the label index lacks its section {name!r}; build the bundle again")
    data = sections[name]
    array: NDArray[Any] = np.frombuffer(data, dtype=dtype) if isinstance(data, bytes) else data
    if array.dtype != dtype:
        raise BundleError(
            f"section {name!r} of the label index holds {array.dtype}; expected {np.dtype(dtype)}. "
            "Build the bundle again"
        )
    return array
