"""The names of a graph's nodes, and where they stand in a question."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kgqa.graph import KnowledgeGraph
from kgqa.text import Folded, fold, fold_many, fold_with_offsets, other_number
from kgqa.text.characters import is_spaceless
from kgqa.types import Link

_SHORT = 3
_WINDOW = 6


@dataclass(frozen=True, slots=True)
class Name:
    """A name of a node. language : a BCP 47 tag, or ""."""

    text: str
    language: str
    alias: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where a name stands in a question, in characters, and the nodes that it means; none for a plain value."""

    start: int
    end: int
    nodes: tuple[int, ...]


@dataclass(frozen=True)
class NameTable:
    """Every name of every node, both ways.

    of : node -> its names, labels first. nodes : folded name -> the nodes that have it.
    """

    graph: KnowledgeGraph
    of: Mapping[int, Sequence[Name]]
    nodes: Mapping[str, frozenset[int]]

    @classmethod
    def from_graph(cls, graph: KnowledgeGraph) -> NameTable:
        """Read all names of a graph once."""
        names = graph.all_names()
        of: dict[int, list[Name]] = {}
        nodes: dict[str, set[int]] = {}
        for (node, text, language, alias), folded in zip(names, fold_many(list(names.texts)), strict=True):
            of.setdefault(node, []).append(Name(text, language, alias))
            nodes.setdefault(folded, set()).add(node)
        return cls(graph, of, {folded: frozenset(found) for folded, found in nodes.items()})

    def known(self, text: str) -> bool:
        """Whether some node has this name, letter case and accents aside."""
        return fold(text) in self.nodes

    def meant(self, entity: str) -> tuple[int, ...]:
        """The nodes that an id or a label means, ascending; none for a plain value and for what the graph lacks."""
        node = self.graph.find(entity)
        if node >= 0:
            return (node,)
        return tuple(sorted(self.nodes.get(fold(entity), ())))

    def places(self, text: str, entities: Iterable[str]) -> tuple[tuple[Place, ...], tuple[str, ...]]:
        """Where entities stand in a text, ids or labels; and those that it doesn't name.

        Case, accents and number may differ; a name of up to three letters must stand as it is written, so that "US" is
        not found in "us". Of names that overlap the longer one counts.
        """
        folded = fold_with_offsets(text)
        found: list[Place] = []
        unplaced = []
        for entity in entities:
            nodes = self.meant(entity)
            names = [name.text for node in nodes for name in self.of.get(node, ())] if nodes else [entity]
            spans = sorted({span for name in names for span in self._spans(text, folded, name, nodes)})
            found += [Place(start, end, nodes) for start, end in spans]
            unplaced += [] if spans else [entity]
        return _disjoint(found), tuple(unplaced)

    def _spans(self, text: str, folded: Folded, name: str, nodes: Sequence[int]) -> Iterator[tuple[int, int]]:
        for form in forms(fold(name)):
            for start, end in _whole(folded.text, form):
                span = folded.span(start, end)
                strict = len(form) <= _SHORT and not is_spaceless(form[0])
                if (not strict or text[slice(*span)] == name) and not self._inside_longer(
                    folded.text, start, end, nodes
                ):
                    yield span

    def _inside_longer(self, folded: str, start: int, end: int, nodes: Sequence[int]) -> bool:
        """Whether characters without spaces are but a part of another node's name, as 金 of 金属."""
        if not is_spaceless(folded[start]):
            return False
        around = (
            folded[a:b]
            for a in range(max(0, start - _WINDOW), start + 1)
            for b in range(end, min(len(folded), end + _WINDOW) + 1)
            if b - a > end - start
        )
        return any(self.nodes.get(longer, frozenset()) - set(nodes) for longer in around)


def linked_places(links: Sequence[Link]) -> tuple[Place, ...]:
    """Where a system found names: the best link of each mention, mentions that overlap a better one left out."""
    best: dict[tuple[int, int], Link] = {}
    for link in sorted(links, key=lambda link: -link.score):
        best.setdefault((link.mention.start, link.mention.end), link)
    kept: list[Place] = []
    for (start, end), link in best.items():
        if all(end <= place.start or place.end <= start for place in kept):
            kept.append(Place(start, end, (link.node,)))
    return tuple(sorted(kept, key=lambda place: place.start))


def forms(folded: str) -> tuple[str, ...]:
    """A folded name and the same with its last word in the other number."""
    if not folded:
        return ()
    first, _, last = folded.rpartition(" ")
    return (folded, *(f"{first} {form}".strip() for form in other_number(last)))


def _whole(folded: str, form: str) -> Iterator[tuple[int, int]]:
    """Where a form stands as whole words."""
    start = folded.find(form)
    while start >= 0:
        end = start + len(form)
        if _edge(folded, start) and _edge(folded, end):
            yield start, end
        start = folded.find(form, start + 1)


def _edge(folded: str, at: int) -> bool:
    """Whether a word may begin or end before a position."""
    if at in (0, len(folded)):
        return True
    before, after = folded[at - 1], folded[at]
    return " " in (before, after) or is_spaceless(before) or is_spaceless(after)


def _disjoint(places: Iterable[Place]) -> tuple[Place, ...]:
    kept: list[Place] = []
    for place in sorted(places, key=lambda place: (place.start - place.end, place.start)):
        if all(place.end <= other.start or other.end <= place.start for other in kept):
            kept.append(place)
    return tuple(sorted(kept, key=lambda place: place.start))
