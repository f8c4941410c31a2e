"""What a question asks for in other words: "how big" of area, "died" of date of death, 谁管 of 负责人."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kgqa.retrieval.attributes import Attributes
from kgqa.retrieval.cues import find_asked_attributes, find_asked_relations
from kgqa.retrieval.question import Phrase, QuestionView, is_light
from kgqa.retrieval.relations import RelationMatcher, Scores

_MEANT = 0.6
"""The least match of an attribute's name with what the words usually mean."""
_OTHER = 0.5
"""What is left of the match of such words with other attributes: who asks for a death asks for no birth."""


class AskedAttributes:
    """Lays what words usually mean over what they are like."""

    def __init__(self, matcher: RelationMatcher, attributes: Attributes) -> None:
        self._matcher = matcher
        self._attributes = attributes

    def laid_over(self, scores: Scores, view: QuestionView, phrases: Sequence[Phrase]) -> Scores:
        """The scores of phrases, float32 [phrases, relations], with what some of their words usually mean.

        Words such as "when" and 哪年 speak of any time: where a time is asked for by name, they mean no other.
        """
        asked = [(cue, self._meant(cue.hints, self._attributes.measured)) for cue in find_asked_attributes(view.text)]
        every = np.any([usual > 0 for _, usual in asked], axis=0) if asked else np.zeros(scores.shape[1], dtype=bool)
        timed = self._attributes.timed
        if (every & timed).any():
            scores = np.where(timed & ~every, _OTHER * scores, scores)
        for cue, usual in asked:
            if usual.any():
                inside = np.array([_touches(view, phrase, cue.start, cue.end) for phrase in phrases], dtype=bool)
                others = self._attributes.measured & ~every & ~timed
                laid = np.where(others, _OTHER * scores, np.maximum(scores, usual))
                scores = np.where(inside[:, None], laid, scores)
        for cue in find_asked_relations(view.text):
            usual = self._meant(cue.hints, ~self._attributes.closed)
            inside = np.array([_touches(view, phrase, cue.start, cue.end) for phrase in phrases], dtype=bool)
            whole = np.array([_holds(view, phrase, cue.start, cue.end) for phrase in phrases], dtype=bool)
            scores = np.where(whole[:, None], np.maximum(scores, usual), scores)
            # "Next door to" says one step, not one by "next" and one by "door".
            scores = np.where((inside & ~whole)[:, None] & (usual > 0), _OTHER * scores, scores)
        return scores.astype(np.float32)

    def _meant(self, hints: Sequence[str], among: NDArray[np.bool_]) -> Scores:
        usual = np.where(among, self._matcher.usual(hints), 0.0)
        return np.where(usual >= _MEANT, usual, 0.0).astype(np.float32)


def _holds(view: QuestionView, phrase: Phrase, start: int, end: int) -> bool:
    """Whether a phrase holds all words of a stretch that carry meaning."""
    inside = [i for i, w in enumerate(view.words) if w.start < end and start < w.end and not is_light(w.text)]
    return _touches(view, phrase, start, end) and all(phrase.first <= i < phrase.last for i in inside)


def _touches(view: QuestionView, phrase: Phrase, start: int, end: int) -> bool:
    words = view.words[phrase.first : phrase.last]
    return words[0].start < end and start < words[-1].end
