"""The noun that a question asks for things of: "which AIRPLANES", 哪些飞机."""

from __future__ import annotations

import re

from kgqa.retrieval.question import MEASURE_WORDS, QuestionView, is_light
from kgqa.types import Mention

_MOST_HAN = 4
_HAN_ADVERBS = frozenset("还不没最更会能可已正都")
_ASKING = re.compile(
    r"\b(?:which|how many)(?: of (?:the|these|those))?\s+(?=[^\W\d_])"
    r"|\bwhat\s+(?=\w+\s+(?:is|are|was|were|do|does|did|has|have|had|can|could)\b)"
    r"|^\s*(?:list|name|show|find|give)(?: me| us)?(?: all)?(?: of)?(?: the)?\s+(?=[^\W\d_])"
    rf"|哪些|哪几?[{MEASURE_WORDS}]|多少[{MEASURE_WORDS}]",
    re.I,
)
_PARTITIVE = re.compile(
    r"^\s*(?:out )?of (?:all )?(?:of )?(?:the|our|my|your|their|these|those)\b[^?]*?,?\s(?:how many|which|who|what)\b",
    re.I,
)
"""What names the kind of things ahead: "of all our huts, how many went up before 1930"."""
_OBJECT = re.compile(
    r"\s+(?:the|a|an|all|any|most|more|less|fewer|fewest|least|\d+|further|farther|both|either|only"
    r"|\w+(?:er|est) than)\b",
    re.I,
)
"""What stands behind a verb and not behind a noun: "which LIES further north"."""
_ANYTHING = re.compile(
    "people|(person|one|thing|kind|sort|type|name|number|time|year|date|day|place|part|other)s?", re.I
)


def _ends_noun(character: str) -> bool:
    return is_light(character) or character in _HAN_ADVERBS


def noun_asked_for(view: QuestionView) -> Mention | None:
    """The noun right behind a question word."""
    asking = None if _PARTITIVE.search(view.text) else _ASKING.search(view.text)
    first = next((i for i, w in enumerate(view.words) if asking and w.start >= asking.end()), None)
    if asking is None or first is None or view.words[first].start - asking.end() > 1:
        return None
    words = view.words[first:]
    if words[0].han:
        length = next((i for i, w in enumerate(words[:_MOST_HAN]) if not w.han or _ends_noun(w.text)), _MOST_HAN)
        words = words[:length]
        if [w.text for w in words] == ["人"]:
            return None
    else:
        words = words[:1]
        if is_light(words[0].text) or _ANYTHING.fullmatch(words[0].text) or _OBJECT.match(view.text, words[0].end):
            return None
    if not words:
        return None
    start, end = words[0].start, words[-1].end
    return Mention(start, end, view.text[start:end])
