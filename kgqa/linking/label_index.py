"""Every name of a graph, found by what a question says: whole, in part, misspelt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from kgqa.graph import KnowledgeGraph
from kgqa.linking.graph_names import names_of_graph
from kgqa.linking.keys import KeyTable, NodeName, Section, stored_array
from kgqa.linking.terms import TermTable
from kgqa.types import NodeIds

MAX_POSTINGS = 64
"""Names read per key: the rest are names of lesser known nodes."""


@dataclass(frozen=True, slots=True)
class LabelPart:
    """Names indexed at one time. removed : nodes, sorted, whose names here no longer count."""

    keys: KeyTable
    terms: TermTable
    removed: NodeIds

    @classmethod
    def build(cls, names: Iterable[NodeName]) -> LabelPart:
        """Index names."""
        keys, whole = KeyTable.build(names)
        return cls(keys, TermTable.build(whole), np.zeros(0, dtype=np.int32))

    def without(self, nodes: NodeIds) -> LabelPart:
        """The same names without those of some nodes."""
        return LabelPart(self.keys, self.terms, np.union1d(self.removed, nodes).astype(np.int32))

    def has(self, node: int) -> bool:
        """Whether names of a node count."""
        if not len(self.removed):
            return True
        at = int(np.searchsorted(self.removed, node))
        return at == len(self.removed) or int(self.removed[at]) != node


class Key(NamedTuple):
    """A key of the index: its part, and its number there."""

    part: int
    number: int


class Named(NamedTuple):
    """A node under a key: `name` as the graph writes it, `flag` (a NameFlag) how the key came from it."""

    node: int
    name: str
    flag: int


@dataclass(frozen=True, slots=True)
class LabelIndex:
    """An immutable index of names; changes are small parts laid over the first."""

    parts: tuple[LabelPart, ...]

    @classmethod
    def build(cls, names: Iterable[NodeName]) -> LabelIndex:
        """Index names."""
        return cls((LabelPart.build(names),))

    @classmethod
    def from_graph(cls, graph: KnowledgeGraph) -> LabelIndex:
        """Index every name of a graph's nodes."""
        return cls.build(names_of_graph(graph))

    def with_changes(self, added: Iterable[NodeName], removed: NodeIds) -> LabelIndex:
        """The index after a change; nothing is rebuilt.

        removed : nodes whose names so far no longer count. added : new names; for a node in `removed`, all
        that it has now.
        """
        parts = tuple(part.without(removed) for part in self.parts) if len(removed) else self.parts
        new = list(added)
        return LabelIndex((*parts, LabelPart.build(new)) if new else parts)

    def sections(self) -> dict[str, Section]:
        """The arrays to store, by name; `from_sections` opens them, memory-mapped or not."""
        found: dict[str, Section] = {}
        for number, part in enumerate(self.parts):
            tables = {**part.keys.sections(), **part.terms.sections(), "removed": part.removed}
            found.update({f"{number}.{name}": data for name, data in tables.items()})
        return found

    @classmethod
    def from_sections(cls, sections: Mapping[str, Section]) -> LabelIndex:
        """Open a stored index; a missing or foreign section is a BundleError."""
        n_parts = 1 + max((int(name.split(".")[0]) for name in sections), default=0)
        return cls(tuple(_open_part(sections, f"{number}.") for number in range(n_parts)))

    # -- lookup -------------------------------------------------------------------------------

    def prefixes(self, text: str) -> list[tuple[int, Key]]:
        """Every key that the text starts with: (its length, the key)."""
        return [
            (len(found), Key(at, number))
            for at, part in enumerate(self.parts)
            for found, number in part.keys.trie.prefixes(text)
        ]

    def find(self, text: str) -> list[Key]:
        """The keys equal to a folded text: at most one a part."""
        found = ((at, part.keys.trie.find(text)) for at, part in enumerate(self.parts))
        return [Key(at, number) for at, number in found if number >= 0]

    def text(self, key: Key) -> str:
        """The folded text of a key."""
        return self.parts[key.part].keys.trie.text(key.number)

    def named(self, key: Key, limit: int = MAX_POSTINGS) -> list[Named]:
        """The first `limit` nodes under a key: labels before aliases and variants, then the best known first."""
        part = self.parts[key.part]
        found = [(int(part.keys.nodes[row]), row, flag) for row, flag in part.keys.postings(key.number, limit)]
        return [Named(node, part.keys.names[row], flag) for node, row, flag in found if part.has(node)]


def _open_part(sections: Mapping[str, Section], prefix: str) -> LabelPart:
    own = {name[len(prefix) :]: data for name, data in sections.items() if name.startswith(prefix)}
    removed = stored_array(own, "removed", np.int32)
    return LabelPart(KeyTable.from_sections(own), TermTable.from_sections(own), removed)
