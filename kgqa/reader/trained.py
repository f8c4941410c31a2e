"""A reader with trained weights: the tuned encoder over question and programs, then the fusion network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kgqa.embedding import CachedEncoder, Precision, TextEncoder, load_encoder
from kgqa.embedding.memo import MemoEncoder
from kgqa.embedding.store import cache_root
from kgqa.embedding.structural import StructuralEmbeddings
from kgqa.errors import ReaderError
from kgqa.reader.arrays import EncoderVectors, Rows, lay_out, rows_of
from kgqa.reader.contract import Floats, ReaderInput, ReaderOutput
from kgqa.reader.cross_encoder import CrossEncoder, open_cross, pair_text, tells_kinds
from kgqa.reader.early_exit import is_sure, leads
from kgqa.reader.features import evidence, prior
from kgqa.reader.folders import Larger
from kgqa.reader.general import FAMILIAR, General, is_unfamiliar
from kgqa.reader.relation_words import Known, TunedWords
from kgqa.reader.reranker import Reranker, open_reranker
from kgqa.reader.serialise import Tokens
from kgqa.reader.soft import STRUCTURAL
from kgqa.reader.trained_weights import ADAPTER, ASKING, ReaderWeights
from kgqa.retrieval.relations import RelationTexts

SCALE = 0.15
"""What a score is multiplied by, so that a difference means as much as between scores of `ZeroShotReader`."""
NONE = -0.45
"""The score below which no candidate is worth showing: three in log odds below even. On dev, 3 in 1,000 right answers
lie there and a third of those to questions whose relation was taken away; the others are left to confidence."""
READ = 24
"""Candidates that are read, the best by retrieval's own order; the others keep that order, below all that are read.
Of the train questions with a right candidate, the first one is behind these in 1 of 100 on WebQSP, 7 on CWQ, 3 on
questions made of FB15k-237, and hardly ever elsewhere; with 16, in 4, 12 and 6."""
CERTAIN = 1.0
"""The score of a candidate that no network has read: about what the network gives such candidates where it knows the
graph (0.7 to 1 on dev)."""
_PER_POINT = 0.5
"""What a point of retrieval's own score counts there; training finds 0.4 to 0.55."""
_BEHIND = 0.01


class TrainedReader:
    """Scores every candidate by the fusion network; a score is the log odds against "none of these", times `SCALE`.

    structural : of the graph that is asked; those that the weights did not learn from are left unread.
    precision : of the tuned encoder. early_exit : whether a candidate that retrieval is sure of is taken unread, see
    `kgqa.reader.early_exit`. cross_encoder : whether the first candidates of questions to unfamiliar graphs are read
    together with the question, see `kgqa.reader.cross_encoder`; larger : by which other one.
    Errors : ReaderError if the weights were trained with another encoder.
    """

    def __init__(
        self,
        encoder: TextEncoder,
        weights: ReaderWeights,
        structural: StructuralEmbeddings | None = None,
        *,
        precision: Precision = Precision.FLOAT32,
        early_exit: bool = True,
        cross_encoder: bool = True,
        larger: Larger | None = None,
    ) -> None:
        trained_on = weights.about.get("fingerprint")
        if trained_on != encoder.fingerprint:
            raise ReaderError(
                f"the reader was trained with the encoder {weights.encoder!r} of fingerprint {trained_on}; this one is "
                f"{encoder.name!r} of {encoder.fingerprint}. Name that encoder, or train a reader with this one"
            )
        self._encoder, self._precision = encoder, precision
        self._plain = EncoderVectors(MemoEncoder(encoder))
        self._weights, self._known = weights, weights.known
        self._early_exit, self._crosses, self._larger = early_exit, cross_encoder, larger
        self._wanted = weights.wanted(structural)

    @cached_property
    def _tuned(self) -> TextEncoder:
        """Opened by the first question that needs it: opening takes as long as answering an easy one."""
        return tuned_encoder(self._encoder, self._weights, self._precision)

    @cached_property
    def _vectors(self) -> EncoderVectors:
        return EncoderVectors(self._tuned)

    @cached_property
    def _cross(self) -> CrossEncoder | None:
        if not self._crosses:
            return None
        if self._larger is not None:
            return open_cross(self._larger.encoder, self._larger.folder, self._precision)
        return open_cross(self._encoder.name, self._weights.folder, self._precision)

    @cached_property
    def _reranker(self) -> Reranker | None:
        return open_reranker(self._weights.folder)

    @property
    def fusions(self) -> tuple[str, ...]:
        """What is read besides texts, of `kgqa.reader.soft.SOFT`."""
        has = self._wanted.structural is not None
        return tuple(kind for kind in self._wanted.kinds if has or kind not in STRUCTURAL)

    def read(self, batch: Sequence[ReaderInput]) -> list[ReaderOutput]:
        """Score the candidates of each question."""
        return [self._read(item) for item in batch]

    def words(self, relations: RelationTexts) -> TunedWords | None:
        """What it learnt of how a graph's relations are spoken of; None where it does not know most of them.

        On other graphs a few relations that are called alike would take words that belong to none ("mass" for area).
        """
        known = Known.of(relations, self._weights.familiar)
        return TunedWords(self._tuned, self._weights.agreement, known) if known.share >= FAMILIAR else None

    def asking(self, relations: RelationTexts) -> TextEncoder | None:
        """What holds questions against the relations of a graph most of which it does not know; None for others."""
        folder = self._weights.folder
        unknown = Known.of(relations, self._weights.familiar).share < FAMILIAR
        if folder is None or not unknown or not (folder / ASKING).exists():
            return None
        opened = load_encoder(self._encoder.name, precision=self._precision, adapter=folder / ASKING)
        return MemoEncoder(CachedEncoder(opened, cache_root() / "texts"))

    def _read(self, item: ReaderInput) -> ReaderOutput:
        if not item.candidates:
            return ReaderOutput(np.zeros(0, dtype=np.float32), NONE)
        columns = evidence(item)
        order = shortlist(columns)
        kept = replace(item, candidates=tuple(item.candidates[i] for i in order[:READ].tolist()))
        programs, general = [c.tokens for c in kept.candidates], self._weights.general
        own = prior(columns)
        unfamiliar = general is not None and is_unfamiliar(programs, self._known)
        # What a thing lacks of what is asked outright is told by retrieval alone, which so high a score is for.
        closer = unfamiliar and kept.candidates[0].size > 0 and self._reads_closely(programs)
        if self._early_exit and not closer and is_sure(kept.candidates[0], float(own[order[0]]), unfamiliar=unfamiliar):
            weighed = self._weights.weighed(own, programs)
            if leads(weighed):
                return ReaderOutput(np.float32(CERTAIN) + np.float32(_PER_POINT) * weighed, NONE)
        rows, share = rows_of(kept), self._weights.general_share
        if general is not None and unfamiliar:
            found = self._generally(general, kept, rows)
            return replace(found, scores=_placed(found, order), none_score=NONE)
        found = self._weights.score(rows, self._vectors, self._wanted)
        if general is None or not share or not is_unfamiliar(programs, self._weights.familiar):
            return ReaderOutput(_placed(found, order), NONE)
        both = _together(found, self._generally(general, kept, rows), share)
        return replace(both, scores=_placed(both, order), none_score=NONE)

    def _reads_closely(self, programs: Sequence[Tokens]) -> bool:
        """Whether more than retrieval's own score is asked, however high that is."""
        return (self._reranker is not None or self._cross is not None) and tells_kinds(programs)

    def _generally(self, general: General, item: ReaderInput, rows: Rows) -> ReaderOutput:
        """What is made of candidates whose relations nobody taught, in log odds."""
        laid = lay_out(rows, self._plain)
        odds = general.odds(general.total(laid))
        closely = self._reads_closely(rows.programs)
        if closely and self._reranker is not None:
            odds = self._reranker.odds(laid, general.agreement, odds)
        if closely and self._cross is not None:
            texts = [pair_text(c.masked, c.tokens, c.yielded.shown) for c in item.candidates]
            odds = self._cross.refine(texts, odds)
        return ReaderOutput(odds, 0.0, general=True, closely=closely)


def _together(one: ReaderOutput, other: ReaderOutput, share: float) -> ReaderOutput:
    """The mean of two readings' log odds. share : how much the other counts."""
    odds = [found.scores - np.float32(found.none_score) for found in (one, other)]
    return replace(other, scores=((1 - share) * odds[0] + share * odds[1]).astype(np.float32), none_score=0.0)


def _placed(found: ReaderOutput, order: NDArray[np.int64]) -> Floats:
    """The scores of what was read, in their places, and below all of them those of what was not."""
    scores = np.empty(len(order), dtype=np.float32)
    read = np.float32(SCALE) * (found.scores - np.float32(found.none_score))
    scores[order[:READ]] = read
    scores[order[READ:]] = read.min() - _BEHIND * np.arange(1, len(order) - len(read) + 1, dtype=np.float32)
    return scores


def shortlist(columns: Floats) -> NDArray[np.int64]:
    """The places of candidates with this evidence, in retrieval's own order."""
    return np.argsort(-prior(columns), kind="stable")


def tuned_encoder(
    encoder: TextEncoder, weights: ReaderWeights, precision: Precision = Precision.FLOAT32
) -> TextEncoder:
    """The encoder that a reader's weights were trained over; the plain one, as it is, where it was not tuned."""
    if weights.adapter is None or weights.folder is None:
        return encoder
    return MemoEncoder(load_encoder(encoder.name, precision=precision, adapter=weights.folder / ADAPTER))
