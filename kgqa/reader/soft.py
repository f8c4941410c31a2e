"""Soft tokens: what stands behind the tokens of a program besides their text, as vectors to be projected.

An entity or a relation is more than its name: its structural embedding (`kgqa.embedding.structural`) tells where it
stands in the graph; and what a program yields tells whether it could be an answer at all. Each vector is added to the
token that it belongs to after a learnt linear projection. Where there is no vector, nothing is added.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from kgqa.embedding.contract import Floats
from kgqa.embedding.structural import StructuralEmbeddings
from kgqa.reader.contract import Yielded
from kgqa.reader.serialise import ENTITIES, RELATIONS, Tokens

ENTITY, RELATION, ANSWERS, NAMES = "entity", "relation", "answers", "names"
STRUCTURAL = (ENTITY, RELATION, ANSWERS)
"""The kinds whose vectors come from a graph's structural embeddings."""
SOFT = (*STRUCTURAL, NAMES)
"""All kinds, as a network's arrays name them."""
Ints = NDArray[np.int64]
Names = Callable[[Sequence[str]], Floats]
_T = TypeVar("_T", bound=Hashable)
_ENTITIES, _RELATIONS = ([kind.value for kind in kinds] for kinds in (ENTITIES, RELATIONS))


@dataclass(frozen=True, slots=True)
class SoftTokens:
    """One kind of soft tokens, for c programs of up to p tokens.

    vectors : float32 [n, d], each of unit length or a mean of such; row 0 is 0 and stands for nothing.
    rows : int64 [c, p], each token's row.
    """

    vectors: Floats
    rows: Ints


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a network reads besides text. kinds : of SOFT. structural : of the graph that is asked, or None."""

    kinds: Collection[str] = ()
    structural: StructuralEmbeddings | None = None


def soft_tokens(
    kind: Ints, programs: Sequence[Tokens], yielded: Sequence[Yielded], wanted: Wanted, names: Names
) -> dict[str, SoftTokens]:
    """The soft tokens of programs by kind; without structural embeddings, none of those that need them.

    kind : [c, p], of each token, as `kgqa.reader.arrays.FusionArrays` has it. programs : c of at most p tokens.
    names : gives the vectors of names, as `kgqa.embedding.TextEncoder.encode_static` does.
    """
    found, structural = dict[str, SoftTokens](), wanted.structural
    last = np.array([max(len(tokens), 1) - 1 for tokens in programs], dtype=np.int64)
    if structural is not None:
        refs = _refs(kind, programs)
        if ENTITY in wanted.kinds:
            found[ENTITY] = _behind(np.where(np.isin(kind, _ENTITIES), refs, -1), structural.vectors_of)
        if RELATION in wanted.kinds:
            found[RELATION] = _behind(np.where(np.isin(kind, _RELATIONS), refs, -1), structural.vectors_of_relations)
        if ANSWERS in wanted.kinds:
            means = _means([one.sample for one in yielded], lambda n: structural.vectors_of(np.array(n, np.int32)))
            found[ANSWERS] = _at_end(means, last, kind.shape[1])
    if NAMES in wanted.kinds:
        shown = [tuple(name.replace("_", " ") for name in one.shown) for one in yielded]
        found[NAMES] = _at_end(_means(shown, names), last, kind.shape[1])
    return found


def _refs(kind: Ints, programs: Sequence[Tokens]) -> Ints:
    """The number that each token refers to, [c, p], -1 for none."""
    refs = np.full(kind.shape, -1, dtype=np.int64)
    for row, tokens in enumerate(programs):
        refs[row, : len(tokens)] = [token.ref for token in tokens]
    return refs


def _behind(refs: Ints, vectors_of: Callable[[NDArray[np.int32]], Floats]) -> SoftTokens:
    """The vectors of what tokens refer to; a vector of 0 is none."""
    distinct = np.unique(refs[refs >= 0])
    vectors = _after_zero(_unit(vectors_of(distinct.astype(np.int32))))
    rows = np.where(refs >= 0, np.searchsorted(distinct, refs) + 1, 0)
    known = np.linalg.norm(vectors, axis=1) > 0
    return SoftTokens(vectors, np.where(known[rows], rows, 0))


def _means(lists: Sequence[Sequence[_T]], vectors_of: Callable[[Sequence[_T]], Floats]) -> Floats:
    """The mean of the vectors of each list's members, [lists, d], without those of 0; 0 where there is none."""
    places = {item: place for place, item in enumerate(dict.fromkeys(item for items in lists for item in items))}
    vectors = _unit(vectors_of(list(places)))
    means = np.zeros((len(lists), vectors.shape[1]), dtype=np.float32)
    for row, items in enumerate(lists):
        own = vectors[[places[item] for item in items]]
        means[row] = own.sum(axis=0) / max(1, int(own.any(axis=1).sum()))
    return means


def _at_end(means: Floats, last: Ints, width: int) -> SoftTokens:
    """A vector for each program, at its last token: what it yields."""
    rows = np.zeros((len(means), width), dtype=np.int64)
    rows[np.arange(len(means)), last] = np.where(means.any(axis=1), np.arange(1, len(means) + 1), 0)
    return SoftTokens(_after_zero(means), rows)


def _after_zero(vectors: Floats) -> Floats:
    table = np.zeros((len(vectors) + 1, vectors.shape[1]), dtype=np.float32)
    table[1:] = vectors
    return table


def _unit(vectors: Floats) -> Floats:
    scaled: Floats = vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-6)
    return scaled
