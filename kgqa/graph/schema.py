"""Which relations of a graph carry names, classes and descriptions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kgqa.config import SchemaConfig

_MOST = 0.5
"""The share of all subjects from which on a relation of such a name states their classes."""


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
    def resolve(
        cls,
        config: SchemaConfig,
        find_relation: Callable[[str], int],
        has_literals: Callable[[int], bool],
        share: Callable[[int], float],
    ) -> Schema:
        """Look up the configured predicates in a graph; `find_relation` gives -1 for an unknown one.

        A naming predicate counts only where it leads to literals: a `label` may be one of records. `share` tells which
        part of all subjects has a relation: a `category` that most have is their class, one of a few is any fact.
        """

        def known(names: Sequence[str]) -> tuple[int, ...]:
            return tuple(r for r in map(find_relation, names) if r >= 0)

        def naming(names: Sequence[str]) -> tuple[int, ...]:
            return tuple(r for r in known(names) if has_literals(r))

        kinds = tuple(r for r in known(config.kinds) if share(r) > _MOST and not has_literals(r))[:1]
        return cls(
            labels=naming(config.labels),
            aliases=naming(config.aliases),
            types=known(config.types) or kinds,
            subclasses=known(config.subclasses),
            descriptions=naming(config.descriptions),
            inverses=known(config.inverses),
            same=known(config.same),
        )

    @property
    def naming(self) -> frozenset[int]:
        """Relations that name or describe a node: no question walks along them."""
        return frozenset((*self.labels, *self.aliases, *self.descriptions))
