"""Words that are the head of classes' names: "ship" beside the classes "sailing ship" and "warship".

Of one class alone, such a word is its name only where things of it are asked for ("which products" of a medicinal
product), or in the plural as a word by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from kgqa.graph import KnowledgeGraph
from kgqa.retrieval.question import QuestionView, asks_for
from kgqa.text import fold, singulars
from kgqa.types import Link, MatchKind, Mention

Family = tuple[Link, ...]
"""One link to each class whose name has a word of the question for its head."""

_STRING = 0.8
"""The match of a head with the name of its class."""
_MOST_WORDS = 3
"""The most characters of a Chinese head."""
_LEAST_HAN = 1
_BEFORE_ONE = frozenset("的些本个位家座种部条")
_BEHIND_ONE = frozenset("是有在得被最的里都和能会要不没过")
"""What stands around a head of one character, which elsewhere is part of any word: 哪些书, 最厚的书."""
_LEAST_LETTERS = 4
_MODIFIER = 3
"""The fewest letters before the head of a compound: "warship", not "worship" of "ship"."""
_MOST_CLASSES = 5_000


@dataclass(frozen=True, slots=True)
class Names:
    """What a question names. links : to things and classes. families : heads of several classes' names."""

    links: tuple[Link, ...]
    families: tuple[Family, ...] = ()


class ClassHeads:
    """The classes of one graph by the last word of their names."""

    def __init__(self, graph: KnowledgeGraph) -> None:
        self._graph = graph

    def read(self, view: QuestionView, links: tuple[Link, ...]) -> Names:
        """The links of a question and its families; a family takes the place of its single classes."""
        whole = [link.mention for link in links if link.match is not MatchKind.PARTIAL and _is_name(link, self.classes)]
        families = tuple(self._families(view, whole))
        heads = {(f[0].mention.start, f[0].mention.end) for f in families}
        kept = (
            link
            for link in links
            if link.match is not MatchKind.PARTIAL
            or link.node not in self.classes
            or (link.mention.start, link.mention.end) not in heads
        )
        return Names(tuple(kept), families)

    @cached_property
    def classes(self) -> frozenset[int]:
        """The classes of the graph."""
        return frozenset(self._graph.classes.tolist())

    @cached_property
    def _labels(self) -> tuple[tuple[int, str, str], ...]:
        """Each class with its label, as written and folded."""
        classes = self._graph.classes.tolist()[:_MOST_CLASSES]
        return tuple((c, label, fold(label)) for c in classes for label in sorted(set(self._names(c))))

    def _names(self, node: int) -> Iterator[str]:
        yield self._graph.label(node)
        yield self._graph.label(node, "zh")

    @cached_property
    def _ending(self) -> dict[str, dict[int, str]]:
        """The classes whose names end in a head, with that name."""
        found: dict[str, dict[int, str]] = defaultdict(dict)
        for node, label, folded in self._labels:
            for head in _heads(folded):
                found[head].setdefault(node, label)
        return dict(found)

    def _families(self, view: QuestionView, whole: list[Mention]) -> Iterator[Family]:
        for start, end in _places(view) if self._ending else ():
            if any(start < mention.end and mention.start < end for mention in whole):
                continue
            mention = Mention(start, end, view.text[start:end])
            word = fold(mention.text)
            for head in (word, *singulars(word)):
                if head in self._ending and self._is_meant(view, mention, head):
                    classes = sorted(self._ending[head].items())
                    whole.append(mention)
                    yield tuple(Link(mention, c, _STRING, MatchKind.PARTIAL, n, string=_STRING) for c, n in classes)
                    break

    def _is_meant(self, view: QuestionView, mention: Mention, head: str) -> bool:
        classes = self._ending[head]
        if len(head) == 1 and not head.isascii() and not _stands_alone(view.text, mention):
            return False
        if len(classes) > 1 or asks_for(view, mention):
            return True
        (name,) = classes.values()
        return head in fold(name).split() and fold(mention.text) != head


def _stands_alone(text: str, mention: Mention) -> bool:
    ahead, behind = text[mention.start - 1 : mention.start], text[mention.end : mention.end + 1]
    return ahead in _BEFORE_ONE and (not behind or behind in _BEHIND_ONE or not behind.isalpha())


def _is_name(link: Link, classes: Iterable[int]) -> bool:
    return link.node in classes or link.mention.text[:1].isupper()


def _heads(folded: str) -> Iterator[str]:
    """The heads of a class's name, the name itself aside: its last word before an "of", and the ends of a compound."""
    last = (folded.partition(" of ")[0].split() or [""])[-1]
    if last != folded:
        yield last
    if last.isascii():
        yield from (last[i:] for i in range(_MODIFIER, len(last) - _LEAST_LETTERS + 1))
    else:
        yield from (last[-n:] for n in range(_LEAST_HAN, min(_MOST_WORDS + 1, len(last))))


def _places(view: QuestionView) -> Iterator[tuple[int, int]]:
    """The words of a question, and its runs of Chinese characters, that may be a head; longer ones first."""
    words = view.words
    content = view.content_words(())
    for n in range(_MOST_WORDS, _LEAST_HAN - 1, -1):
        for i in range(len(words) - n + 1):
            run = words[i : i + n]
            if all(w.han for w in run) and run[-1].end - run[0].start == n:
                yield run[0].start, run[-1].end
    for i, word in enumerate(words):
        if i in content and not word.han:
            yield word.start, word.end
