"""What every reader promises: scores for candidate programs, and for "none of these"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kgqa.reader.serialise import MaskedQuestion, ProgramToken

Floats = NDArray[np.float32]
_UNMASKED = MaskedQuestion("")


class Operation(Enum):
    """What a program does in the end."""

    LOOKUP = "lookup"
    FILTER = "filter"
    COUNT = "count"
    YES_NO = "yes_no"
    SUPERLATIVE = "superlative"
    COMPARISON = "comparison"
    AGGREGATE = "aggregate"


class ResultKind(Enum):
    """What a program yields, as far as a question can ask for it."""

    ENTITY = "entity"
    NUMBER = "number"
    TIME = "time"
    TEXT = "text"
    BOOLEAN = "boolean"


@dataclass(frozen=True, slots=True)
class Yielded:
    """Some of what a program yields.

    sample : its first nodes. shown : the names of the first of those.
    """

    sample: tuple[int, ...] = ()
    shown: tuple[str, ...] = ()


_NOTHING = Yielded()


@dataclass(frozen=True, slots=True)
class ReaderCandidate:
    """One candidate program as a reader sees it.

    words : the program's relations and classes. alignment, coverage, fit, support : retrieval's evidence, see
    `kgqa.retrieval.contract.Candidate`.
    tokens : the program step by step, its entities as slots (`kgqa.reader.serialise`). masked : the question with
    the mentions that the program rests on as letters.
    operation, result : what it does and yields. hops : steps in all. names : entities in all.
    size : nodes that it yields. truncated : whether a set was cut on the way.
    yielded : some of it.
    """

    words: str
    alignment: float
    coverage: float
    fit: float
    support: float
    tokens: tuple[ProgramToken, ...] = ()
    masked: MaskedQuestion = _UNMASKED
    operation: Operation = Operation.LOOKUP
    result: ResultKind = ResultKind.ENTITY
    hops: int = 1
    names: int = 1
    size: int = 1
    truncated: bool = False
    yielded: Yielded = _NOTHING


@dataclass(frozen=True, slots=True)
class ReaderInput:
    """One question with its candidates, best first by retrieval."""

    question: str
    candidates: tuple[ReaderCandidate, ...]


@dataclass(frozen=True, slots=True)
class ReaderOutput:
    """The scores of one question.

    scores : float32 [candidates], larger is better. none_score : the score of "none of these".
    general : whether they come from `kgqa.reader.general`, whose confidence is another function of them; closely :
    whether `kgqa.reader.reranker` or a cross-encoder read them after it, whose confidence is yet another.
    """

    scores: Floats
    none_score: float
    general: bool = False
    closely: bool = False


class Reader(Protocol):
    """Questions with candidates in, one score a candidate out."""

    def read(self, batch: Sequence[ReaderInput]) -> list[ReaderOutput]:
        """Score the candidates of each question."""
        ...
