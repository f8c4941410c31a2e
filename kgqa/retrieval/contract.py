"""What retrieval hands on: candidate programs with the evidence for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from kgqa.program.algebra import Program
from kgqa.retrieval.question import QuestionView
from kgqa.types import AbstentionReason, Link, MatchKind, NodeIds

UNEXPLAINED = 0.15
"""What each word that nothing explains costs a bare class as the whole answer."""

_CODE = 4
_WHOLE = frozenset((MatchKind.EXACT, MatchKind.NORMALISED, MatchKind.INFLECTED))
_COMMON = 0.3
"""The least score of such a link: "is" is no more than a word where something is called so."""
_NAME_SCORE = 0.4
"""The score of a link whose mention is surely a name; less for ordinary words."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One reading of the question as a program.

    links : the links that it rests on. alignment : how well its steps are said, see `kgqa.retrieval.alignment`.
    coverage : share of the question's meaningful words that it explains, in [0, 1].
    fit : how well the kind of its result agrees with the question word, in [-1, 1].
    used : the words that say it, a bit set. nodes : the set it yields or, for a count or a test, the set it is about.
    truncated : whether a set was cut on the way.
    astray : whether the question holds what the graph doesn't know: a noun asked for, of another kind than what the
    candidate yields, or a name.
    """

    program: Program
    links: tuple[Link, ...]
    alignment: float
    coverage: float = 0.0
    fit: float = 0.0
    used: int = 0
    nodes: NodeIds | None = None
    truncated: bool = False
    astray: bool = False

    @property
    def support(self) -> float:
        """How sure the weakest of its links is, in [0, 1]."""
        return min((strength(link) for link in self.links), default=0.0)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a question can't be answered, however it is read; `about` names what it is about, for a message."""

    reason: AbstentionReason
    about: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Noun:
    """A noun of a question and its words, a bit set."""

    text: str
    used: int


@dataclass(frozen=True, slots=True)
class Retrieval:
    """The candidates for one question, best first.

    links : the mentions taken, one best link each. overran : whether the budget ended the search.
    problem : what stands in the way of an answer, or None.
    unknown : the noun asked for that no name of the graph has, or None.
    """

    question: QuestionView
    links: tuple[Link, ...]
    candidates: tuple[Candidate, ...]
    overran: bool = False
    problem: Problem | None = None
    unknown: Noun | None = None


def strength(link: Link) -> float:
    """How far a link can be built on, in [0, 1]: its string match, less for a mention that is hardly a name."""
    return link.string * min(1.0, link.score / _NAME_SCORE)


def is_common(link: Link) -> bool:
    """Whether a word in small letters is what the graph calls something in small letters: "receptionists", a job."""
    written = link.match in _WHOLE and link.mention.text.islower() and link.name.islower()
    return written and link.score >= _COMMON


def is_code(link: Link) -> bool:
    """Whether a word in small letters has met a short code in capitals: "are" is hardly ARE, nor "top" TOP."""
    return link.name.isupper() and not link.mention.text.isupper() and link.name.isascii() and len(link.name) <= _CODE


class Retriever(Protocol):
    """Questions and their links in, candidate programs out."""

    def retrieve(self, questions: Sequence[str], links: Sequence[tuple[Link, ...]]) -> list[Retrieval]:
        """Propose programs for each question."""
        ...
