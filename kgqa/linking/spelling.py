"""Misspelt words of an English question: set right where the graph or the language knows a word one edit away.

Names have their own way (`kgqa.linking.partial`); here are the words between them, and names too short for it.
After Norvig, "How to Write a Spelling Corrector": every form one edit away, weighed by how common it is and by how
easily the edit is made.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from string import ascii_lowercase

from rapidfuzz.distance import OSA

from kgqa.graph import KnowledgeGraph
from kgqa.linking.dictionary import Counts, english_counts
from kgqa.linking.label_index import LabelIndex
from kgqa.text import Language, guess_language
from kgqa.text.inflection import plurals
from kgqa.text.stopwords import ENGLISH
from kgqa.text.units import UNITS
from kgqa.types import Correction, Link, MatchKind

_WORD = re.compile(r"(?<![\w'’.&/-])[A-Za-z]{3,}(?![\w&/-]|['’](?!s\b))")
_QUOTED = re.compile(r"[\"“«《「『].*?[\"”»》」』]")
_SHORTEST = 4
"""Letters of the shortest word that is set right in any way; of one with three, only neighbours change places."""
_MOST_WORDS = 60
_MOST_UNKNOWN = 0.5
"""From this share of unknown words on, a question is hardly English."""
_LEAST_COUNT = 500
_RARE = 1_000
"""A word of the dictionary counted less often may stand for one of the graph's or of questions."""
_COMMON = 5
"""Letters of the shortest word that may stand for a common word that the graph lacks."""
_OWN, _ASKING = 3.0, 1.5
"""What a word of the graph's relations and classes, and one that questions are made of, is worth beside others."""
_FAR_KEY, _FIRST_LETTER, _SWAP = -1.5, -1.0, 0.5
_ENDINGS = ("s", "d", "r", "st", "ed", "er", "est", "ing", "ly")
_AMERICAN = (("is", "iz"), ("ys", "yz"), ("our", "or"), ("tre", "ter"), ("ogue", "og"), ("ll", "l"))
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_QUANTITIES = """
    above average below bigger biggest common count different earlier earliest fewer fewest first greater greatest
    heavier higher highest larger largest later latest least lighter longer longest lower lowest maximum mean
    minimum neither newer newest number older oldest only people person second shorter shortest smaller smallest sum
    than third total without year years younger youngest
"""
_ASKING_WORDS = ENGLISH | frozenset(_QUANTITIES.split())


@dataclass(frozen=True, slots=True)
class Spelt:
    """A question with its misspelt words set right.

    text : the question as it is read. corrections : what was changed, in order, by characters of the question asked.
    """

    text: str
    corrections: tuple[Correction, ...] = ()

    @classmethod
    def corrected(cls, question: str, corrections: Sequence[Correction]) -> Spelt:
        """The question with corrections made; they ascend and don't overlap."""
        parts, at = [], 0
        for change in corrections:
            parts += [question[at : change.start], change.meant]
            at = change.end
        return cls("".join([*parts, question[at:]]), tuple(corrections))

    def asked_span(self, start: int, end: int) -> tuple[int, int]:
        """The characters of the question asked behind text[start:end]; a corrected word counts as a whole."""
        return self._asked(start, last=False), self._asked(end, last=True)

    def _asked(self, at: int, *, last: bool) -> int:
        shift = 0
        for change in self.corrections:
            start = change.start + shift
            end = start + len(change.meant)
            if at < end or (last and at == end):
                within = at > start if last else at >= start
                return (change.end if last else change.start) if within else at - shift
            shift += len(change.meant) - (change.end - change.start)
        return at - shift


@dataclass(frozen=True, slots=True)
class _Writing:
    """How a question is written.

    words : how many it has. cased : whether capitals tell names apart. quoted, misspelt : the (start, end) of what
    stands in quotation marks, and of names that the linker took for misspelt.
    """

    words: int
    cased: bool
    quoted: Sequence[tuple[int, int]]
    misspelt: Sequence[tuple[int, int]]

    @classmethod
    def of(cls, question: str, links: Sequence[Link]) -> _Writing:
        words = re.findall(r"[A-Za-z]+", question)
        cased = any(w[0].isupper() for w in words[1:]) and not all(w[0].isupper() for w in words)
        misspelt = {(k.mention.start, k.mention.end) for k in links if k.match is MatchKind.FUZZY}
        return cls(len(words), cased, [m.span() for m in _QUOTED.finditer(question)], sorted(misspelt))

    def is_fixed(self, word: re.Match[str]) -> bool:
        """Whether a word is quoted, or an abbreviation."""
        return _is_inside(word, self.quoted) or (self.cased and word.group().isupper())

    def is_proper(self, word: re.Match[str]) -> bool:
        """Whether a word is written as a name."""
        return self.cased and word.group()[0].isupper() and word.start() > 0

    def is_named(self, word: re.Match[str]) -> bool:
        """Whether the linker took a word for a misspelt name, or a part of one."""
        return _is_inside(word, self.misspelt)


class SpellingCorrector:
    """Sets right the misspelt words of questions about one graph.

    relations : the names of its relations. counts : how common English words are.
    """

    def __init__(
        self, graph: KnowledgeGraph, labels: LabelIndex, relations: Iterable[str], counts: Counts | None = None
    ) -> None:
        self._graph = graph
        self._labels = labels
        self._relations = relations
        self._counts = counts

    def correct(self, question: str, links: Sequence[Link]) -> Spelt:
        """The question as it was probably meant.

        links : of its names; a word of a misspelt one is left to it, unless it is more likely none.
        """
        doubtful = [m for m in _WORD.finditer(question) if not self._is_plain(m.group().lower())]
        if not doubtful or guess_language(question) is not Language.ENGLISH:
            return Spelt(question)
        written = _Writing.of(question, links)
        unknown = [m for m in doubtful if not written.is_proper(m) and not self._is_known(m.group().lower())]
        if len(unknown) > _MOST_UNKNOWN * written.words or written.words > _MOST_WORDS:
            return Spelt(question)
        found = ((m, self._meant(m, written)) for m in doubtful if not written.is_fixed(m))
        changes = [Correction(m.group(), *m.span(), _like(m.group(), meant)) for m, meant in found if meant]
        return Spelt.corrected(question, changes)

    # -- what is known --------------------------------------------------------------------------

    @cached_property
    def _own(self) -> frozenset[str]:
        """The words of the graph's relations and classes, and their plurals."""
        graph = self._graph
        names = [*self._relations, *(graph.label(node) for node in graph.classes.tolist())]
        words = {word.lower() for name in names for word in re.findall(r"[A-Za-z]{3,}", name)}
        return frozenset(words | {plural for word in words for plural in plurals(word)})

    def _is_plain(self, word: str) -> bool:
        """Whether a word needs no dictionary: the graph has it, or questions are made of it."""
        return word in self._own or word in _ASKING_WORDS or word in UNITS or self._is_name(word)

    def _is_known(self, word: str) -> bool:
        """Whether a word is English, in its American spelling, or a form of a word that is."""
        american = (word.replace(british, other) for british, other in _AMERICAN if british in word)
        stems = (word[: -len(ending)] for ending in _ENDINGS if word.endswith(ending))
        return any(self._count(form) for form in (word, *american)) or any(
            stem in self._own or self._count(stem) for stem in stems if len(stem) >= _SHORTEST
        )

    def _is_name(self, word: str) -> bool:
        return any(part.terms.find(word) >= 0 for part in self._labels.parts)

    def _count(self, word: str) -> int:
        return (self._counts or english_counts())(word)

    # -- what is meant --------------------------------------------------------------------------

    def _meant(self, match: re.Match[str], written: _Writing) -> str:
        """What a word stands for, or "" where it may stay."""
        word, named = match.group().lower(), written.is_named(match)
        if self._is_known(word):
            rare = not written.is_proper(match) and self._count(word) < _RARE
            return self._word_meant(word[:-1], None, word[-1]) if rare else ""
        if written.is_proper(match):
            return "" if named else self._name_meant(word)
        common = len(word) >= _COMMON and (written.cased or not named)
        meant = self._word_meant(word, _LEAST_COUNT if common else None)
        return meant or ("" if named else self._name_meant(word))

    def _word_meant(self, word: str, least: int | None, ending: str = "") -> str:
        """The likeliest word one edit away.

        least : how often one that is neither the graph's nor a word of questions must be counted; None for none.
        ending : stands behind the word, and stays.
        """
        best, score = "", -math.inf
        for start, cost in _edits(word):
            form = start + ending
            worth = _OWN if form in self._own else _ASKING if form in _ASKING_WORDS else 0.0
            count = self._count(form)
            if not worth and (least is None or count < least):
                continue
            if (value := math.log10(count + 1) + worth + cost) > score:
                best, score = form, value
        return best

    def _name_meant(self, word: str) -> str:
        """The one word of the graph's names that is one edit away and begins alike, or ""."""
        near = {
            part.terms.text(term) for part in self._labels.parts for term in part.terms.typos.near([word])[1].tolist()
        }
        near = {n for n in near if n[0] == word[0] and n.isalpha() and OSA.distance(word, n, score_cutoff=1) == 1}
        near -= {f"{word}s", word.removesuffix("s")}
        swapped = {n for n in near if sorted(n) == sorted(word)}
        return min(swapped or near) if len(swapped or near) == 1 else ""


def _is_inside(word: re.Match[str], spans: Iterable[tuple[int, int]]) -> bool:
    return any(low <= word.start() and word.end() <= high for low, high in spans)


def _like(word: str, meant: str) -> str:
    """A correction in capitals where the word was."""
    if word.isupper():
        return meant.upper()
    return meant.capitalize() if word[0].isupper() else meant


def _edits(word: str) -> Iterator[tuple[str, float]]:
    """Every form one edit away, and how easily the edit is made; of three letters only with neighbours exchanged."""
    for i in range(len(word) - 1):
        yield word[:i] + word[i + 1] + word[i] + word[i + 2 :], _SWAP + (_FIRST_LETTER if i == 0 else 0.0)
    if len(word) < _SHORTEST:
        return
    for i in range(len(word) + 1):
        first = _FIRST_LETTER if i == 0 else 0.0
        for letter in ascii_lowercase:
            yield word[:i] + letter + word[i:], first
            if i < len(word):
                yield word[:i] + letter + word[i + 1 :], first + (0.0 if letter in _NEAR[word[i]] else _FAR_KEY)
        if i < len(word):
            yield word[:i] + word[i + 1 :], first


def _near_keys() -> dict[str, frozenset[str]]:
    """The letters around each on an English keyboard; a row stands half a key to the right of the one above."""
    at = {letter: (x + 0.5 * y, y) for y, row in enumerate(_ROWS) for x, letter in enumerate(row)}
    return {
        one: frozenset(two for two, (u, v) in at.items() if two != one and abs(x - u) <= 1 and abs(y - v) <= 1)
        for one, (x, y) in at.items()
    }


_NEAR = _near_keys()
