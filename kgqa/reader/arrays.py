"""Questions and programs as the arrays that the fusion network takes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kgqa.embedding import TextEncoder, TextKind
from kgqa.embedding.contract import Floats
from kgqa.reader.contract import ReaderInput, Yielded
from kgqa.reader.features import OPERATIONS, RESULTS, evidence
from kgqa.reader.serialise import MaskedQuestion, Tokens
from kgqa.reader.soft import SoftTokens, Wanted, soft_tokens
from kgqa.reader.wording import token_text

Ints = NDArray[np.int64]
FAR = 8
"""Distances from a slot are told apart up to this many tokens."""
PLACES = 12
"""Places in a program are told apart up to this many tokens, from its start and from its end."""
LONGEST = 64
"""Tokens of a question that are read."""
_LONGEST_PROGRAM = 24
_WORD = re.compile("[A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class FusionArrays:
    """v questions of up to l tokens, c programs of up to p tokens, t distinct texts in them, an encoder's dimension e.

    states : float32 [v, l, e], tokens in context, unit length or 0. words : the same of each token's word by itself.
    asked [v, l] : whether a token is there. distance [v, l] : of each token from the nearest slot, in [0, 2 * FAR];
    FAR is the slot itself. texts : float32 [t, e]; row 0 is 0. kind, told : [c, p], each program token's kind, and its
    row of `texts`. there [c, p] : whether a token is there.
    start, end : [c, p], its place from either end, below PLACES. variant [c] : the question of each program.
    evidence : float32 [c, len(EVIDENCE)]. operation, result [c] : places in OPERATIONS and RESULTS.
    soft : what is added to the programs' tokens, by kind.
    """

    states: Floats
    words: Floats
    asked: NDArray[np.bool_]
    distance: Ints
    texts: Floats
    kind: Ints
    told: Ints
    there: NDArray[np.bool_]
    start: Ints
    end: Ints
    variant: Ints
    evidence: Floats
    operation: Ints
    result: Ints
    soft: Mapping[str, SoftTokens] = field(default_factory=dict)


class Vectors(Protocol):
    """Where the vectors of texts come from."""

    def states(self, questions: Sequence[MaskedQuestion]) -> list[tuple[Floats, NDArray[np.int32]]]:
        """Each question's tokens in context, [tokens, e], and their offsets, [tokens, 2]."""
        ...

    def texts(self, texts: Sequence[str]) -> Floats:
        """The vectors of texts, [texts, e]."""
        ...

    def names(self, names: Sequence[str]) -> Floats:
        """The vectors of names of entities, whose words need no context, [names, e]."""
        ...


class EncoderVectors:
    """Vectors straight from an encoder."""

    def __init__(self, encoder: TextEncoder) -> None:
        self._encoder = encoder

    def states(self, questions: Sequence[MaskedQuestion]) -> list[tuple[Floats, NDArray[np.int32]]]:
        """Each question's tokens in context and their offsets."""
        found = self._encoder.encode_tokens([question.text for question in questions], kind=TextKind.QUERY)
        return [(tokens.vectors, tokens.offsets) for tokens in found]

    def texts(self, texts: Sequence[str]) -> Floats:
        """The vectors of texts."""
        return self._encoder.encode(texts)

    def names(self, names: Sequence[str]) -> Floats:
        """The vectors of names, without context: there are too many to encode in full for each question."""
        return self._encoder.encode_static(names)


@dataclass(frozen=True, slots=True)
class Rows:
    """Candidates of several questions in one row: what `lay_out` needs of each.

    yielded : of each candidate; may be left out where a network reads no soft tokens. source : which graph they are
    over, by a name, where there are several.
    """

    questions: tuple[MaskedQuestion, ...]
    variant: Ints
    programs: tuple[Tokens, ...]
    evidence: Floats
    operation: Ints
    result: Ints
    yielded: tuple[Yielded, ...] = ()
    source: str = ""


def rows_of(item: ReaderInput) -> Rows:
    """The candidates of one question."""
    questions = {masked: i for i, masked in enumerate(dict.fromkeys(c.masked for c in item.candidates))}
    return Rows(
        tuple(questions),
        np.array([questions[c.masked] for c in item.candidates], dtype=np.int64),
        tuple(c.tokens for c in item.candidates),
        evidence(item),
        np.array([OPERATIONS.index(c.operation) for c in item.candidates], dtype=np.int64),
        np.array([RESULTS.index(c.result) for c in item.candidates], dtype=np.int64),
        tuple(c.yielded for c in item.candidates),
    )


def lay_out(rows: Rows, vectors: Vectors, wanted: Wanted | None = None) -> FusionArrays:
    """Encode and pad. Questions are cut after 64 tokens, programs after 24.

    wanted : what is read besides texts; nothing unless given.
    """
    found = [(states[:LONGEST], offsets[:LONGEST]) for states, offsets in vectors.states(rows.questions)]
    asked, distance, said, words = layout_questions(rows.questions, [offsets for _, offsets in found])
    states = _states([own for own, _ in found], asked.shape[1])
    known = numbered(token_text(token) for program in rows.programs for token in program)
    # One call for both: an encoder's time hangs more on the number of calls than on a few short texts more.
    spoken, texts = _tables(words, list(known), vectors, states.shape[2])
    kind, told, there = layout_programs(rows.programs, known)
    cut = [_cut(program, kind.shape[1]) for program in rows.programs]
    place = np.cumsum(there, axis=1) - 1
    return FusionArrays(
        states=states,
        words=spoken[said],
        asked=asked,
        distance=distance,
        texts=texts,
        kind=kind,
        told=told,
        there=there,
        start=np.clip(place, 0, PLACES - 1),
        end=np.clip(there.sum(axis=1, keepdims=True) - 1 - place, 0, PLACES - 1),
        variant=rows.variant,
        evidence=rows.evidence,
        operation=rows.operation,
        result=rows.result,
        soft=soft_tokens(kind, cut, rows.yielded, wanted, vectors.names) if wanted is not None else {},
    )


def unit(vectors: Floats) -> Floats:
    """Vectors at unit length; 0 stays 0."""
    scaled: Floats = vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-6)
    return scaled


def numbered(texts: Iterable[str]) -> dict[str, int]:
    """Each distinct text that is not empty, numbered from 1."""
    return {text: i for i, text in enumerate((text for text in dict.fromkeys(texts) if text), 1)}


def words_of(question: str, offsets: NDArray[np.int32]) -> list[str]:
    """The word that each token lies in: the whole run of Latin letters and digits, or else the token alone."""
    runs = [match.span() for match in _WORD.finditer(question)]
    found = []
    for start, end in offsets.tolist():
        over = next(((a, b) for a, b in runs if a < end and start < b), (start, end))
        found.append(question[over[0] : over[1]].casefold().strip())
    return found


def layout_questions(
    questions: Sequence[MaskedQuestion], offsets: Sequence[NDArray[np.int32]]
) -> tuple[NDArray[np.bool_], Ints, Ints, list[str]]:
    """Where tokens are and how far from a slot, as in `FusionArrays`; the numbers of their words, [v, l]; the words.

    offsets : of each question's tokens. A token without a word has number 0, the first word 1.
    """
    shape = len(questions), max(1, *map(len, offsets))
    asked, distance, said = (
        np.zeros(shape, dtype=bool),
        np.zeros(shape, dtype=np.int64),
        np.zeros(shape, dtype=np.int64),
    )
    words = [words_of(question.text, spans) for question, spans in zip(questions, offsets, strict=True)]
    known = numbered(word for row in words for word in row)
    for row, (question, spans) in enumerate(zip(questions, offsets, strict=True)):
        asked[row, : max(len(spans), 1)] = True
        distance[row, : len(spans)] = _distances(spans, question.slots)
        said[row, : len(spans)] = [known.get(word, 0) for word in words[row]]
    return asked, distance, said, list(known)


def _states(found: Sequence[Floats], width: int) -> Floats:
    """Each question's tokens, padded."""
    states = np.zeros((len(found), width, found[0].shape[1]), dtype=np.float32)
    for row, own in enumerate(found):
        states[row, : len(own)] = own
    return states


def _tables(words: Sequence[str], texts: Sequence[str], vectors: Vectors, dimension: int) -> tuple[Floats, Floats]:
    """The vectors of numbered words and of numbered texts, each with a row of zeros before them."""
    every = [*words, *texts]
    found = vectors.texts(every) if every else np.zeros((0, dimension), dtype=np.float32)
    nothing = np.zeros((1, dimension), dtype=np.float32)
    return np.concatenate([nothing, found[: len(words)]]), np.concatenate([nothing, found[len(words) :]])


def layout_programs(programs: Sequence[Tokens], known: Mapping[str, int]) -> tuple[Ints, Ints, NDArray[np.bool_]]:
    """Kinds, rows of texts and mask; the last token, what a program yields, is never cut."""
    width = min(max(1, *map(len, programs)), _LONGEST_PROGRAM)
    kind = np.zeros((len(programs), width), dtype=np.int64)
    told, there = np.zeros_like(kind), np.zeros(kind.shape, dtype=bool)
    for row, tokens in enumerate(programs):
        cut = _cut(tokens, width)
        kind[row, : len(cut)] = [token.kind.value for token in cut]
        told[row, : len(cut)] = [known.get(token_text(token), 0) for token in cut]
        there[row, : max(len(cut), 1)] = True
    return kind, told, there


def _cut(tokens: Tokens, width: int) -> Tokens:
    return tokens if len(tokens) <= width else (*tokens[: width - 1], tokens[-1])


def _distances(offsets: NDArray[np.int32], slots: Sequence[int]) -> Ints:
    """The signed distance of each token from its nearest slot, in tokens, moved to [0, 2 * FAR]."""
    if not slots or not len(offsets):
        return np.full(len(offsets), 2 * FAR, dtype=np.int64)
    at = np.searchsorted(offsets[:, 1], np.array(slots), side="right")
    gaps = np.arange(len(offsets))[:, None] - at[None, :]
    nearest = gaps[np.arange(len(offsets)), np.abs(gaps).argmin(axis=1)]
    moved: Ints = np.clip(nearest, -FAR, FAR - 1).astype(np.int64) + FAR
    return moved
