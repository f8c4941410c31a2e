"""Links to entities that are given with a question, in place of those that the linker would choose."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from kgqa.errors import QuestionError
from kgqa.graph import KnowledgeGraph
from kgqa.linking.label_index import LabelIndex, Named
from kgqa.linking.variants import NameFlag
from kgqa.text import fold
from kgqa.text.characters import is_spaceless
from kgqa.text.folding import Folded, fold_with_offsets
from kgqa.types import Link, MatchKind, Mention, NodeIds

_MOST_NAMESAKES = 256
_NAMES = tuple(map(int, (NameFlag.LABEL, NameFlag.ALIAS, NameFlag.LITERAL, NameFlag.BASE)))


def given_links(
    graph: KnowledgeGraph, labels: LabelIndex, question: str, topic: Sequence[str], found: Sequence[Link]
) -> tuple[Link, ...]:
    """The links of a question whose entities are given.

    topic : ids or labels; a label stands for every node that has it. found : the linker's own links.
    The given entities come first, in order, each surely meant. A mention stands where the linker saw the entity, else
    where the question has one of its names, in any case and accents; else it is empty: at the end, or, if another is
    there, at the start or the nearest gap between words. Of the linker's links, those to classes and literals stay
    where they overlap no given one.
    Raises QuestionError for an empty topic and for one that the graph lacks.
    """
    if not topic:
        raise QuestionError("no topic entity is given; expected at least one id or label. Use `ask` to have it linked")
    folded = fold_with_offsets(question)
    links: dict[int, Link] = {}
    for name in topic:
        nodes = topic_nodes(graph, labels, name)
        mention = _mention(graph, (question, folded), (name, nodes), found, [link.mention for link in links.values()])
        for node in nodes:
            links.setdefault(node, Link(mention, node, 1.0, MatchKind.EXACT, graph.label(node) or name, 1.0, 1.0))
    taken = [link.mention for link in links.values()]
    kept = (link for link in _not_entities(graph, found) if link.node not in links)
    return (*links.values(), *(link for link in kept if not _overlaps(link.mention, taken)))


def topic_nodes(graph: KnowledgeGraph, labels: LabelIndex, name: str) -> list[int]:
    """The node with an id; else all nodes that have a name, of the first kind that any has.

    The kinds, in order: a label; an alias; a short string; each of these in other case or accents; a label without
    what tells it apart, such as the brackets of "Shu (state)".
    Raises QuestionError where there is none.
    """
    node = graph.find(name)
    if node >= 0 and graph.degrees(np.array([node], dtype=np.int32))[0]:
        return [node]
    named = [n for key in labels.find(fold(name)) for n in labels.named(key, _MOST_NAMESAKES) if n.flag in _NAMES]
    exact = [n for n in named if _plain(n.name) == _plain(name)]
    for group in (exact, named):
        for flag in _NAMES:
            if nodes := _with_flag(group, flag):
                return nodes
    raise QuestionError(
        f"the topic {name!r} is neither an id nor a name in the graph; expected an entity that it has. "
        "`kgqa link` shows which names it knows"
    )


def _with_flag(named: Iterable[Named], flag: int) -> list[int]:
    return list(dict.fromkeys(n.node for n in named if n.flag == flag))


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip()


def _mention(
    graph: KnowledgeGraph,
    question: tuple[str, Folded],
    topic: tuple[str, list[int]],
    found: Sequence[Link],
    taken: Sequence[Mention],
) -> Mention:
    """Where a topic stands: the first place that no other topic takes."""
    name, nodes = topic
    text, folded = question
    own = (link.mention for link in found if link.node in nodes and link.match is not MatchKind.DENSE)
    names = sorted({name, *(n for node in nodes for n in _names(graph, node))}, key=lambda n: (-len(n), n))
    written = (Mention(start, end, text[start:end]) for n in names for start, end in _places(folded, n))
    places = list(dict.fromkeys((*own, *written)))
    free = (mention for mention in places if not _overlaps(mention, taken))
    return next(free, places[0] if places else _nowhere(text, taken))


def _names(graph: KnowledgeGraph, node: int) -> Iterator[str]:
    yield graph.label(node)
    for name in graph.names(node, (*graph.schema.labels, *graph.schema.aliases)):
        yield name.lexical


def _places(folded: Folded, name: str) -> Iterator[tuple[int, int]]:
    """The characters of a question that are a name, cut at words."""
    key = fold(name)
    at = folded.text.find(key) if key else -1
    while at >= 0:
        if _is_border(folded.text, at) and _is_border(folded.text, at + len(key)):
            yield folded.span(at, at + len(key))
        at = folded.text.find(key, at + 1)


def _is_border(text: str, at: int) -> bool:
    around = text[max(at - 1, 0) : at + 1]
    return at in (0, len(text)) or " " in around or any(map(is_spaceless, around))


def _nowhere(text: str, taken: Sequence[Mention]) -> Mention:
    """An empty mention that is no other topic's: two topics of one mention would pass for readings of one name."""
    used = {mention.start for mention in taken if mention.start == mention.end}
    gaps = (len(text), 0, *(i for i in range(len(text) - 1, 0, -1) if text[i].isspace()))
    at = next((gap for gap in gaps if gap not in used), len(text))
    return Mention(at, at, "")


def _not_entities(graph: KnowledgeGraph, links: Sequence[Link]) -> list[Link]:
    nodes: NodeIds = np.array([link.node for link in links], dtype=np.int32)
    other = np.isin(nodes, graph.classes) | graph.is_literal(nodes)
    return [link for link, keep in zip(links, other.tolist(), strict=True) if keep]


def _overlaps(mention: Mention, taken: Iterable[Mention]) -> bool:
    return any(mention.start < other.end and other.start < mention.end for other in taken)
