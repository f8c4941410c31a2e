"""A graph of any size, the same on every machine: entities with labels, whole numbers and edges, as N-Triples."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

BASE = "http://example.org/"
_LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
_INTEGER = "http://www.w3.org/2001/XMLSchema#integer"

RELATIONS = tuple(
    """
    located in|employer|written by|capital of|member of|founded by|part of|spouse|parent|child|sibling|owner|director
    composer|publisher|genre|native language|currency|occupation|award received|educated at|place of birth
    place of death|headquarters|manufacturer|sponsor|coach|record label|translator|editor|architect|inventor
    predecessor|successor|neighbour|sister city|language of work|religion|sport|mascot
    """.replace("\n", "|").split("|")
)
RELATIONS = tuple(name.strip() for name in RELATIONS if name.strip())
ATTRIBUTES = ("population", "area", "length", "height", "founding year", "number of pages", "revenue", "budget")


@dataclass(frozen=True, kw_only=True)
class Size:
    """How large the graph is; one in ten facts after the labels is a whole number."""

    triples: int
    entities: int
    seed: int


@dataclass(frozen=True, slots=True)
class Fact:
    """One edge or attribute: `value` is an entity's number where `relation` is an edge."""

    subject: int
    relation: str
    value: int

    @property
    def is_edge(self) -> bool:
        """Whether the value is an entity."""
        return self.relation in _EDGES


_EDGES = frozenset(RELATIONS)


def entity(number: int) -> str:
    """The IRI of an entity."""
    return f"{BASE}entity/E{number}"


def label(number: int) -> str:
    """The label of an entity."""
    return f"Entity number {number}"


def facts(size: Size) -> Iterator[Fact]:
    """All facts beside the labels, in file order; one may come twice."""
    drawn = random.Random(size.seed)  # noqa: S311 - a data set, not a secret
    first = size.entities + len(RELATIONS) + len(ATTRIBUTES)
    for position in range(first, size.triples):
        subject = drawn.randrange(size.entities)
        if position % 10 == 0:
            yield Fact(subject, drawn.choice(ATTRIBUTES), drawn.randrange(10**6))
        else:
            yield Fact(subject, drawn.choice(RELATIONS), drawn.randrange(size.entities))


def write(path: Path, size: Size) -> None:
    """Write the graph as N-Triples, whole or not at all."""
    part = path.with_suffix(".part")
    with part.open("w", encoding="ascii") as file:
        file.writelines(_lines(size))
    part.replace(path)


def _lines(size: Size) -> Iterator[str]:
    for name in (*RELATIONS, *ATTRIBUTES):
        yield f'<{_predicate(name)}> <{_LABEL}> "{name}"@en .\n'
    for number in range(size.entities):
        yield f'<{entity(number)}> <{_LABEL}> "{label(number)}"@en .\n'
    for fact in facts(size):
        value = f"<{entity(fact.value)}>" if fact.is_edge else f'"{fact.value}"^^<{_INTEGER}>'
        yield f"<{entity(fact.subject)}> <{_predicate(fact.relation)}> {value} .\n"


def _predicate(name: str) -> str:
    return f"{BASE}prop/{name.replace(' ', '_')}"
