"""Which relations of a graph carry names, classes and descriptions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kgqa.config import SchemaConfig


@dataclass(frozen=True, slots=True)
class Schema:
    """The relations of one graph by role; each a tuple of relation numbers, best first."""

    labels: tuple[int, ...] = ()
    aliases: tuple[int, ...] = ()
    types: tuple[int, ...] = ()
    subclasses: tuple[int, ...] = ()
    descriptions: tuple[int, ...] = ()
    inverses: tuple[int, ...] = ()
    same: tuple[int, ...] = ()

    @classmethod
    def resolve(cls, config: SchemaConfig, find_relation: Callable[[str], int]) -> Schema:
        """Look up the configured predicates in a graph; `find_relation` gives -1 for an unknown one."""

        def known(names: Sequence[str]) -> tuple[int, ...]:
            return tuple(r for r in map(find_relation, names) if r >= 0)

        return cls(
            labels=known(config.labels),
            aliases=known(config.aliases),
            types=known(config.types),
            subclasses=known(config.subclasses),
            descriptions=known(config.descriptions),
            inverses=known(config.inverses),
            same=known(config.same),
        )

    @property
    def naming(self) -> frozenset[int]:
        """Relations that name or describe a node: no question walks along them."""
        return frozenset((*self.labels, *self.aliases, *self.descriptions))
