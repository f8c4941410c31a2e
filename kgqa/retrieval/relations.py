"""How well phrases of a question match the relations of a graph: by vectors from an index, and by words."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kgqa.embedding import TextEncoder, TextKind
from kgqa.graph import KnowledgeGraph
from kgqa.index import Index
from kgqa.text.abbreviations import written_out
from kgqa.text.stopwords import is_stop
from kgqa.text.units import without_unit

Scores = NDArray[np.float32]

_STEM = 5
_SHORT = 3
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_WORDS = re.compile(r"[^\W_]+")
_NEAREST = 256
_PLAIN_BACKGROUND = 0.3
_TARGET_BACKGROUND = 0.15
_WORD_WEIGHT = 0.7
_HALF = 0.5
_NAMES = re.compile(r"\bnames?$", re.I)
_AROUND = 0.5
"""What the whole question counts beside the phrase that it lifts (docs/reader.md has what that is worth)."""


@dataclass(frozen=True, slots=True)
class RelationTexts:
    """The names that relations go by: `texts[i]` names relation `owners[i]`; owners ascend."""

    texts: tuple[str, ...]
    owners: NDArray[np.int32]

    @classmethod
    def of(cls, graph: KnowledgeGraph) -> RelationTexts:
        """All labels and aliases, in every language, of the relations that a question may walk along."""
        texts: list[str] = []
        owners: list[int] = []
        for relation in walkable(graph):
            names = relation_names(graph, relation)
            texts.extend(names)
            owners.extend([relation] * len(names))
        return cls(tuple(texts), np.array(owners, dtype=np.int32))

    def give_names(self) -> bool:
        """Whether some of them give a name: "official name", "leader name"."""
        return any(_NAMES.search(text) for text in self.texts)

    def in_latin_script(self) -> bool:
        """Whether at least half of the relations have a name without Han characters."""
        named = {owner for owner, text in zip(self.owners.tolist(), self.texts, strict=True) if not _HAN.search(text)}
        return 2 * len(named) >= len(set(self.owners.tolist()))


def walkable(graph: KnowledgeGraph) -> list[int]:
    """The relations that a path may use: all that neither name a node nor describe the schema."""
    schema = graph.schema
    closed = schema.naming | {*schema.subclasses, *schema.inverses, *schema.same}
    return [r for r in range(graph.n_relations) if r not in closed and graph.relation_size(r)]


def relation_names(graph: KnowledgeGraph, relation: int) -> list[str]:
    """The distinct names of one relation, its label first; last those without a unit and with abbreviations in full."""
    term = graph.relation_term(relation)
    literals = graph.names(term, (*graph.schema.labels, *graph.schema.aliases))
    names = (graph.relation_label(relation), *(name.lexical for name in literals))
    return list(dict.fromkeys((*names, *map(without_unit, names), *map(written_out, names))))


_HINT = 0.85
_NEXT_HINT = 0.05
_HELD = 0.75
"""The match of what words usually mean with a longer name that holds it: "price" with "pack price (EUR)"."""
_NO_RELATIONS = np.zeros(0, dtype=np.int32)


@dataclass(frozen=True, slots=True)
class NameSpace:
    """Where the names of relations lie by one encoder.

    index : over their vectors. background : the mean cosine between names of different relations.
    asking : whether the encoder was tuned to bring what people ask near the relations that they mean.
    """

    encoder: TextEncoder
    index: Index
    background: float
    asking: bool = False

    @property
    def stretches(self) -> bool:
        """Whether the encoder keeps all cosines so close together that they are stretched."""
        return not self.asking and self.background > _PLAIN_BACKGROUND

    def stretch(self, cosines: Scores) -> Scores:
        """Cosines on one scale, whatever the encoder's background is."""
        if not self.stretches:
            return cosines
        slope = (1 - _TARGET_BACKGROUND) / (1 - self.background)
        stretched: Scores = np.maximum(1 - (1 - cosines) * slope, 0).astype(np.float32)
        return stretched

    def scores(self, phrases: Sequence[str], whole: str, n_texts: int) -> Scores:
        """How near each phrase is to each name, float32 [phrases, n_texts]; 0 for those that are not among the nearest.

        whole : what a question says besides names. Where an encoder was tuned to it, that tells a phrase apart.
        """
        asked = [*phrases, whole] if self.asking and whole else list(phrases)
        found = self.index.search(self.encoder.encode(asked, kind=TextKind.QUERY), min(_NEAREST, n_texts))
        rows, columns = np.nonzero(found.ids >= 0)
        near = np.zeros((len(asked), n_texts), dtype=np.float32)
        near[rows, found.ids[rows, columns]] = self.stretch(found.scores[rows, columns])
        return near if len(asked) == len(phrases) else _within(near[:-1], near[-1], phrases)


def _within(near: Scores, around: Scores, phrases: Sequence[str]) -> Scores:
    """The scores of phrases, float32 [phrases, texts], as parts of a question that says what `around` tells, [texts].

    Only the phrase that says something best gains by it, and those that hold it: else every other word would say the
    same once more. None loses, since a question of several steps is near to none of them as a whole.
    """
    holding = np.array([[one in other for other in phrases] for one in phrases], dtype=bool)
    best = holding[near.argmax(axis=0)].T
    blended = (1 - _AROUND) * near + _AROUND * around
    found: Scores = np.where(best, np.maximum(near, blended), near).astype(np.float32)
    return found


class RelationMatcher:
    """Scores phrases against relations.

    The score of a phrase and a relation is the larger of two: the cosine of the phrase with the relation's nearest
    name (stretched where an encoder keeps all cosines close together), and the share of their words, cut to
    stems, that agree.

    space : of `texts`, by the encoder that everything else uses. asking : where phrases are matched, if elsewhere.
    """

    def __init__(
        self, texts: RelationTexts, space: NameSpace, *, n_relations: int, asking: NameSpace | None = None
    ) -> None:
        self._texts = texts
        self._names = frozenset(texts.texts)
        self._space = space
        self._asking = asking or space
        self._n_relations = n_relations
        self._by_stem: dict[str, list[int]] = defaultdict(list)
        self._stem_counts = np.ones(len(texts.texts), dtype=np.float32)
        for i, text in enumerate(texts.texts):
            stems = stems_of(text)
            self._stem_counts[i] = max(len(stems), 1)
            for stem in stems:
                self._by_stem[stem].append(i)

    @property
    def encoder(self) -> TextEncoder:
        """The encoder that everything else uses."""
        return self._space.encoder

    @property
    def asking(self) -> TextEncoder | None:
        """The encoder that was tuned to what people ask, if phrases are matched by one."""
        return self._asking.encoder if self._asking.asking else None

    @property
    def stretches(self) -> bool:
        """Whether that encoder keeps all cosines so close together that they are stretched."""
        return self._space.stretches

    def match(self, phrases: Sequence[str], whole: str = "") -> Scores:
        """Score phrases, float32 [phrases, relations]; unknown pairs score 0.

        whole : what the question says besides names; "" where the phrases are no part of one.
        """
        return self._match(self._asking, phrases, whole)

    def alike(self, nouns: Sequence[str]) -> Scores:
        """Score nouns by what they are, not by what they may ask for, float32 [nouns, relations]."""
        return self._match(self._space, nouns, "")

    def _match(self, space: NameSpace, phrases: Sequence[str], whole: str) -> Scores:
        scores = np.zeros((len(phrases), self._n_relations), dtype=np.float32)
        if not phrases or not self._texts.texts:
            return scores
        near = space.scores(phrases, whole, len(self._texts.texts))
        rows, ids = np.nonzero(near > 0)  # few of many names, where a graph has thousands of relations
        np.maximum.at(scores, (rows, self._texts.owners[ids]), near[rows, ids])
        for row, phrase in enumerate(phrases):
            owners, shares = self._shared_words(phrase)
            np.maximum.at(scores[row], owners, _WORD_WEIGHT * shares)
        return scores

    def usual(self, hints: Sequence[str]) -> Scores:
        """How well each relation is what some words usually mean, float32 [relations].

        hints : names of such relations, of each language the likeliest first.
        """
        rows = self.match(hints)
        for row, hint in zip(rows, hints, strict=True):
            held = self._containing(hint)
            row[held] = np.maximum(row[held], _HELD)
        han = [_HAN.search(hint) is not None for hint in hints]
        places = np.array([han[:i].count(han[i]) for i in range(len(hints))], dtype=np.float32)
        factors = _HINT - _NEXT_HINT * places
        usual: Scores = (rows * factors[:, None]).max(axis=0, initial=0.0).astype(np.float32)
        return usual

    def _containing(self, word: str) -> NDArray[np.int32]:
        """The relations whose names hold all of a word: "passengers" in "daily passengers", 价 in 参考价."""
        stems = stems_of(word)
        places = [set(self._by_stem.get(stem, ())) for stem in stems]
        return np.unique(self._texts.owners[sorted(set.intersection(*places))]) if places else _NO_RELATIONS

    def has_name(self, pattern: re.Pattern[str]) -> bool:
        """Whether some relation has a name that holds a pattern."""
        return any(pattern.search(name) for name in self._names)

    def is_name(self, phrase: str) -> bool:
        """Whether a phrase is the name of a relation, to the letter."""
        return phrase in self._names

    def nearest_name(self, phrase: str, relation: int) -> str:
        """The name of a relation that is nearest to a phrase."""
        names = [self._texts.texts[i] for i in np.flatnonzero(self._texts.owners == relation).tolist()]
        if len(names) < 2:
            return names[0] if names else ""
        cosines = self.encoder.encode(names) @ self.encoder.encode([phrase], kind=TextKind.QUERY)[0]
        return names[int(cosines.argmax())]

    def names_relation(self, phrase: str) -> bool:
        """Whether a phrase shares more than half of its words with some relation's name."""
        return bool((self._shared_words(phrase)[1] > _HALF).any())

    def stretch(self, cosines: Scores) -> Scores:
        """Cosines of that encoder on one scale, whatever its background is."""
        return self._space.stretch(cosines)

    def _shared_words(self, phrase: str) -> tuple[NDArray[np.int32], Scores]:
        stems = stems_of(phrase)
        hits = [i for stem in stems for i in self._by_stem.get(stem, ())]
        at, counts = np.unique(np.array(hits, dtype=np.int64), return_counts=True)
        shares = counts / np.maximum(self._stem_counts[at], max(len(stems), 1))
        return self._texts.owners[at], shares.astype(np.float32)


def stems_of(text: str) -> frozenset[str]:
    """The stems of a text's content words; Han text gives its single characters."""
    folded = text.casefold()
    words = (w for w in _WORDS.findall(_HAN.sub(" ", folded)) if not is_stop(w))
    han = (c for c in _HAN.findall(folded) if not is_stop(c))
    return frozenset((*(_stem(w) for w in words), *han))


def _stem(word: str) -> str:
    """The first letters of a word, without the "s" of a plural or a verb: "lives" and "live" are one."""
    return word.removesuffix("s")[:_STEM] if len(word) > _SHORT and not word.endswith("ss") else word[:_STEM]


def mean_cosine(vectors: NDArray[np.float32]) -> float:
    """The mean cosine between different rows of float32 [n, d]; 0 for fewer than two rows."""
    n = len(vectors)
    if n < 2:
        return 0.0
    total = vectors.sum(axis=0)
    return float((total @ total - n) / (n * (n - 1)))
