"""What a question holds that programs can be made of: names, classes, relations, superlatives, limits and cues."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kgqa.graph import KnowledgeGraph
from kgqa.retrieval import cues
from kgqa.retrieval.alignment import MASK_WORDS
from kgqa.retrieval.asked import AskedAttributes
from kgqa.retrieval.attributes import Attributes
from kgqa.retrieval.contract import strength
from kgqa.retrieval.cues import Cue
from kgqa.retrieval.families import Family, Names
from kgqa.retrieval.limits import Limit, find_limits
from kgqa.retrieval.meant import FlagMeant
from kgqa.retrieval.operator_words import Extreme, find_extremes
from kgqa.retrieval.own_words import find_own
from kgqa.retrieval.question import COUNTING, Phrase, QuestionView
from kgqa.retrieval.relations import RelationMatcher, Scores
from kgqa.retrieval.unit_words import UnitWords
from kgqa.retrieval.vocabulary import Vocabulary
from kgqa.types import Link, MatchKind, Mention

_EACH_PHRASE = 4
_MOST_RELATIONS = 60
_SPOKEN = 0.4
"""The least match of a phrase that speaks of a relation."""
_MEANT = 0.7
"""The least match of a relation's name with what words usually mean."""
_BACKGROUND = 0.2
_LONGER = 0.005
_FLAG = 0.55
_UNIT = 0.6
"""How well a unit speaks of what is measured in it."""
_BESIDE = 0.6
"""The least share of the best match of a phrase that another relation must reach."""
_HAN_LIGHT = frozenset("中里个座种位条家些一只还")
_HAN_WORDS = re.compile(
    r"^(座位|种类|家庭|家长|家属|家乡|中心|条件|位置|里程)"
    r"|(座位|学位|职位|床位|车位|单位|岗位|席位|品种|国家|专家|作家|画家|厂家|商家|公里)$"
)
"""Words that begin or end with one of these characters and are none of those that hold others together."""
_SMALL_TALK = frozenset(
    ("list", "show", "find", "tell", "count", "there", "called", "located", "number", "name", "names")
)
_SURE = 0.85
_NAMESAKE = 0.85
"""The match from which on a class's name speaks of a relation as well."""
_CLASS_WORD = 0.25
_SAME_NAME = 0.75


@dataclass(frozen=True, slots=True)
class Spoken:
    """A relation that some words speak of. used : the words, a bit set. score : how well they name it.
    holds : for a yes-or-no attribute, whether the words say that it holds ("landlocked") or not ("with a coast").
    """

    used: int
    relation: int
    score: float
    holds: bool = True


_CUES: Mapping[str, Callable[[str], tuple[Cue, ...]]] = {
    "negations": cues.find_negations,
    "unions": cues.find_unions,
    "pairs": cues.find_pairs,
    "folds": cues.find_folds,
    "amounts": cues.find_amounts,
    "groupings": cues.find_groupings,
    "relatings": cues.find_relatings,
    "gaps": cues.find_gaps,
    "anys": cues.find_any,
    "boths": cues.find_both,
    "owns": find_own,
    "ladders": cues.find_ladders,
}
"""What finds the cues of each field of a `Scene`."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A cue of the question with the words that it stands on, a bit set."""

    used: int
    cue: Cue


@dataclass(frozen=True, slots=True)
class Superlative:
    """A superlative or comparative with its words, a bit set, and how well each relation is what it usually means.

    usual : float32 [relations].
    """

    used: int
    extreme: Extreme
    usual: Scores


@dataclass(frozen=True, slots=True)
class Bound:
    """A limit with its words, a bit set, and how well each relation is what its words usually mean, [relations]."""

    used: int
    limit: Limit
    usual: Scores


@dataclass(frozen=True, slots=True)
class Scene:
    """One question, ready to be composed.

    families : heads of several classes' names.
    meaning : the words that a full reading explains. loudest : the best match of each relation, [relations].
    counting : the words that ask how many. named : superlatives that are part of a relation's name.
    classes : all of the graph.
    """

    view: QuestionView
    links: tuple[Link, ...]
    families: tuple[Family, ...]
    meaning: int
    loudest: Scores
    relations: tuple[Spoken, ...]
    flags: tuple[Spoken, ...]
    superlatives: tuple[Superlative, ...]
    named: tuple[Superlative, ...]
    bounds: tuple[Bound, ...]
    negations: tuple[Marked, ...]
    unions: tuple[Marked, ...]
    pairs: tuple[Marked, ...]
    folds: tuple[Marked, ...]
    amounts: tuple[Marked, ...]
    groupings: tuple[Marked, ...]
    relatings: tuple[Marked, ...]
    gaps: tuple[Marked, ...]
    anys: tuple[Marked, ...]
    boths: tuple[Marked, ...]
    owns: tuple[Marked, ...]
    ladders: tuple[Marked, ...]
    counting: int
    classes: frozenset[int] = frozenset()

    @property
    def operators(self) -> tuple[int, ...]:
        """The words of each operator, as bit sets."""
        marks = (*self.negations, *self.unions, *self.folds, *self.relatings, *self.groupings, *self.gaps)
        return tuple((*(s.used for s in self.superlatives), *(b.used for b in self.bounds), *(m.used for m in marks)))

    @property
    def plural(self) -> bool:
        """Whether nothing is said but a name in the plural."""
        return any(
            link.match is MatchKind.INFLECTED
            and not self.meaning & ~words_of(self.view, link.mention.start, link.mention.end)
            for link in self.links
        )

    def said(self, relation: int, used: int) -> float:
        """How well words that are not used yet speak of a relation."""
        return max((s.score for s in self.relations if s.relation == relation and not s.used & used), default=0.0)

    def said_within(self, relation: int, used: int) -> float:
        """How well some of these words speak of a relation."""
        return max((s.score for s in self.relations if s.relation == relation and not s.used & ~used), default=0.0)

    def gap(self, used: int, other: int) -> int:
        """How many meaningful words stand between two stretches, and belong to neither."""
        low, high = (used, other) if used < other else (other, used)
        start, stop = low.bit_length(), (high & -high).bit_length() - 1
        if stop <= start:
            return 0
        between = ((1 << stop) - 1) & ~((1 << start) - 1)
        return (self.meaning & between & ~(used | other)).bit_count()


class SceneReader:
    """Reads scenes off the questions to one graph."""

    def __init__(
        self, graph: KnowledgeGraph, matcher: RelationMatcher, attributes: Attributes, vocabulary: Vocabulary
    ) -> None:
        self._units = UnitWords(graph, attributes)
        self._matcher = matcher
        self._attributes = attributes
        self._vocabulary = vocabulary
        self._usually = AskedAttributes(matcher, attributes)

    def read(
        self, view: QuestionView, names: Names, hiding: Iterable[Mention], meant: Iterable[FlagMeant] = ()
    ) -> Scene:
        """The scene of one question; phrases within the mentions of `hiding` speak of no relation.

        meant : yes-or-no attributes that words mean by other names.
        """
        hidden, links = tuple(hiding), names.links
        phrases = [p for p in view.phrases(hidden) if self._matcher.is_name(p.text) or not _is_loose(view, p)]
        matched = self._matcher.match([phrase.text for phrase in phrases], view.without(hidden))
        rows = self._usually.laid_over(matched, view, phrases)
        bits = [sum(1 << i for i in range(p.first, min(p.last, MASK_WORDS))) for p in phrases]
        text = view.text
        named = [
            *hidden,
            *(link.mention for link in links if strength(link) >= _SURE and link.match is not MatchKind.PARTIAL),
        ]
        masked = sum({1 << i for mention in named for i in range(*view.word_span(mention)) if i < MASK_WORDS})
        read = [self._superlative(view, e) for e in find_extremes(text)]
        bounds = [Bound(words_of(view, b.start, b.end), b, self._matcher.usual(b.hints)) for b in find_limits(text)]
        bounds += [b for b in self._own(view) if b.used & ~masked]
        marks = {name: _marked(view, find(text), masked) for name, find in _CUES.items()}
        marks["groupings"] = tuple(m for m in marks["groupings"] if self._groups(view, m, links))
        counting = next((words_of(view, m.start(), m.end()) for m in COUNTING.finditer(text)), 0)
        classes = {words_of(view, link.mention.start, link.mention.end) for link in links if self._names_class(link)}
        spoken = self._spoken(rows, bits, self._attributes.closed, wanted=False)
        # "Ann's boss's boss" is a path where the graph has bosses.
        said = [s.used for s in spoken if s.score >= _MEANT]
        marks["ladders"] = tuple(m for m in marks["ladders"] if not any(m.used & used for used in said))
        spoken = tuple(_as_class(s) if s.used in classes and s.score < _NAMESAKE else s for s in spoken)
        asked = [
            *(s for cue in cues.find_asked_attributes(text) for s in self._asked(view, cue)),
            *(s for cue in cues.find_asked_relations(text) for s in self._meant(view, cue)),
            *(Spoken(words_of(view, start, end), r, _UNIT) for start, end, r in self._units.find(view)),
        ]
        content = sum(1 << i for i in view.content_words(()) if i < MASK_WORDS and not _is_small_talk(view, i))
        free = [s for s in read if s.used & ~masked]
        inside = tuple(s for s in free if self._is_name(view, s, spoken, classes))
        superlatives = tuple(s for s in free if s not in inside)
        operators = [*(s.used for s in superlatives), *(b.used for b in bounds)]
        return Scene(
            view=view,
            links=_outermost(links),
            families=names.families,
            meaning=content | _union(operators),
            loudest=rows.max(axis=0, initial=0.0),
            relations=tuple(sorted((*_beyond(spoken, operators), *asked), key=lambda s: -s.score))[:_MOST_RELATIONS],
            flags=(*self._flags(view, rows, bits, marks["negations"]), *_by_meaning(view, meant)),
            superlatives=superlatives,
            named=inside,
            bounds=tuple(bounds),
            counting=counting,
            classes=self._attributes.classes,
            **marks,
        )

    def _own(self, view: QuestionView) -> Iterator[Bound]:
        """The limits that words of the user's own stand for."""
        for limit in self._vocabulary.find(view.text):
            yield Bound(words_of(view, limit.start, limit.end), limit, self._matcher.usual(()))

    def _groups(self, view: QuestionView, mark: Marked, links: tuple[Link, ...]) -> bool:
        """Whether a class stands right behind a word that may ask for groups: "by continent", not "by Kubrick"."""
        return any(
            self._names_class(link) and not view.text[mark.cue.end : link.mention.start].strip()
            for link in links
            if link.mention.start >= mark.cue.end
        )

    def _names_class(self, link: Link) -> bool:
        return link.string >= _SURE and link.node in self._attributes.classes

    def _spoken(
        self, rows: Scores, bits: Sequence[int], flags: NDArray[np.bool_], *, wanted: bool
    ) -> tuple[Spoken, ...]:
        """What phrases speak of: flags, or everything else."""
        found: list[Spoken] = []
        least = _FLAG if wanted else _SPOKEN
        for row, used in zip(rows, bits, strict=True):
            scores = np.where(flags == wanted, row - _BACKGROUND * row.mean(), 0.0)
            best = np.argsort(-scores, kind="stable")[:_EACH_PHRASE]
            longer = 1 + _LONGER * used.bit_count()
            floor = max(least, _BESIDE * float(scores[best[0]]))
            found += [Spoken(used, r, float(scores[r]) * longer) for r in best.tolist() if scores[r] >= floor]
        return tuple(found)

    def _flags(
        self, view: QuestionView, rows: Scores, bits: Sequence[int], negations: Sequence[Marked]
    ) -> tuple[Spoken, ...]:
        """The yes-or-no attributes spoken of, each as it stands and as a negation right before it turns it."""
        found: list[Spoken] = []
        for spoken in self._spoken(rows, bits, self._attributes.flags, wanted=True):
            first = (spoken.used & -spoken.used).bit_length() - 1
            phrase = mention_of(view, spoken.used).text
            holds = not cues.find_negations(self._matcher.nearest_name(phrase, spoken.relation))
            found.append(replace(spoken, holds=holds))
            before = (mark.used for mark in negations if mark.used.bit_length() in (first, first - 1))
            found += [replace(spoken, used=spoken.used | used, holds=not holds) for used in before]
        return tuple(found)

    def _superlative(self, view: QuestionView, extreme: Extreme) -> Superlative:
        used = _union(words_of(view, start, end) for start, end in extreme.spans)
        return Superlative(used, extreme, self._matcher.usual(extreme.hints))

    def _is_name(
        self, view: QuestionView, item: Superlative, spoken: Sequence[Spoken], classes: Collection[int]
    ) -> bool:
        """Whether a superlative is part of a relation's name, such as "highest point"; not so "highest MOUNTAIN"."""
        word = view.text[item.extreme.start : item.extreme.end].casefold()
        for other in spoken:
            if other.used & ~item.used in classes:
                continue
            if other.used & item.used == item.used != other.used and other.score >= _SAME_NAME:
                phrase = view.text[item.extreme.start : view.words[other.used.bit_length() - 1].end]
                if word in self._matcher.nearest_name(phrase, other.relation).casefold():
                    return True
        return False

    def _asked(self, view: QuestionView, cue: Cue) -> list[Spoken]:
        usual = np.where(self._attributes.measured, self._matcher.usual(cue.hints), 0.0)
        best = np.argsort(-usual, kind="stable")[:3]
        used = words_of(view, cue.start, cue.end)
        return [Spoken(used, r, float(usual[r])) for r in best.tolist() if usual[r] >= _SPOKEN]

    def _meant(self, view: QuestionView, cue: Cue) -> list[Spoken]:
        """The relations that words speak of by other names, where the graph has one surely so named."""
        usual = np.where(self._attributes.linking, self._matcher.usual(cue.hints), 0.0)
        used = words_of(view, cue.start, cue.end)
        return [Spoken(used, r, float(usual[r])) for r in np.flatnonzero(usual >= _MEANT).tolist()]


def _by_meaning(view: QuestionView, meant: Iterable[FlagMeant]) -> Iterator[Spoken]:
    """The yes-or-no attributes that words mean by other names, negation and all."""
    for flag in meant:
        yield Spoken(words_of(view, flag.mention.start, flag.mention.end), flag.relation, flag.score, flag.holds)


def _beyond(spoken: Iterable[Spoken], operators: Sequence[int]) -> Iterator[Spoken]:
    """What is spoken of by more than the words of an operator alone: "heaviest" names no relation of its own."""
    return (s for s in spoken if not any(s.used & ~operator == 0 for operator in operators))


def _as_class(spoken: Spoken) -> Spoken:
    """Words that name a class, and speak of a relation only by the way."""
    return replace(spoken, score=spoken.score - _CLASS_WORD)


def _outermost(links: tuple[Link, ...]) -> tuple[Link, ...]:
    """The links without those inside a longer name: 国 in 中国 is no word of its own, nor Lyon in "Lyon Airport".

    In Latin letters, where common words are names too, the longer name must stand as the graph has it, with a capital.
    """
    spans = [(link.mention.start, link.mention.end) for link in links if link.string >= _SURE]
    exact = [
        (link.mention.start, link.mention.end)
        for link in links
        if link.match is MatchKind.EXACT and link.mention.text[:1].isupper() and " " in link.mention.text
    ]
    return tuple(
        link
        for link in links
        if not any(
            start <= link.mention.start
            and link.mention.end <= end
            and end - start > link.mention.end - link.mention.start
            for start, end in (exact if link.mention.text.isascii() else spans)
        )
    )


def _is_small_talk(view: QuestionView, i: int) -> bool:
    return view.words[i].text in _SMALL_TALK or view.words[i].text in _HAN_LIGHT


def _is_loose(view: QuestionView, phrase: Phrase) -> bool:
    """Whether a Chinese phrase starts or ends with a word that only holds others together."""
    edges = (view.words[phrase.first].text, view.words[phrase.last - 1].text)
    return any(edge in _HAN_LIGHT for edge in edges) and not _HAN_WORDS.search(phrase.text)


def mention_of(view: QuestionView, used: int) -> Mention:
    """The stretch of text from the first to the last word of a bit set."""
    first, last = (used & -used).bit_length() - 1, used.bit_length() - 1
    start, end = view.words[first].start, view.words[last].end
    return Mention(start, end, view.text[start:end])


def words_of(view: QuestionView, start: int, end: int) -> int:
    """The words that a stretch of the question touches, as a bit set."""
    touched = (i for i, w in enumerate(view.words[:MASK_WORDS]) if w.start < end and w.end > start)
    return sum(1 << i for i in touched)


def _marked(view: QuestionView, found: Iterable[Cue], masked: int) -> tuple[Marked, ...]:
    marked = (Marked(words_of(view, cue.start, cue.end), cue) for cue in found)
    return tuple(mark for mark in marked if mark.used & ~masked)


def _union(bits: Iterable[int]) -> int:
    total = 0
    for item in bits:
        total |= item
    return total
