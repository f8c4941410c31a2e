"""What training taught of how relations are spoken of, laid over what their names say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from kgqa.retrieval.question import Phrase, QuestionView, is_light
from kgqa.retrieval.relations import Scores
from kgqa.types import Link

_WORTH = np.float32(0.9)
"""What a word that surely speaks of a relation, by what training taught, counts beside the relation's own name."""
_NAMED = 0.75
"""The score from which on a phrase names a relation: it needs no more telling. On dev, exact answers in percent of
PQ-2H, 400 of PQ-3H and 400 of MetaQA, while stop words could still speak: 97.2, 97.8, 97.2 with 0.4; 97.8, 98.2, 97.2
with 0.6; 98.9, 98.2, 97.0 with 0.75; 98.9, 98.2, 96.2 with 0.9. Without learnt words 96.7 on PQ-2H, 96.8 on MetaQA."""


class RelationWords(Protocol):
    """Knows which words of a question speak of which relations."""

    def told(self, view: QuestionView, links: Sequence[Link], n_relations: int) -> Scores:
        """How far each word speaks of each relation, float32 [words, n_relations], in [0, 1]; 0 where it is not known.

        links : of the names that the question is about; their words speak of nothing.
        """
        ...


def with_learnt(scores: Scores, told: Scores, view: QuestionView, phrases: Sequence[Phrase]) -> Scores:
    """The scores of phrases and relations, raised where a phrase that names none surely speaks of one.

    scores : float32 [phrases, relations], by the relations' names. told : as `RelationWords.told` gives it.
    """
    if not phrases:
        return scores
    learnt = _WORTH * np.stack([_of_phrase(told, view, phrase) for phrase in phrases])
    raised: Scores = np.where(scores.max(axis=1, keepdims=True) < _NAMED, np.maximum(scores, learnt), scores)
    return raised


def _of_phrase(told: Scores, view: QuestionView, phrase: Phrase) -> Scores:
    """How far a phrase speaks of each relation: the mean of its words, those aside that only hold others together."""
    words = [i for i in range(phrase.first, phrase.last) if not is_light(view.words[i].text)]
    mean: Scores = told[words].mean(axis=0) if words else np.zeros(told.shape[1], dtype=np.float32)
    return mean
