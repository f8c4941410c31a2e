"""Questions that are nothing but a chain of genitives: "the nation of X's darling's son" takes three steps."""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import pairwise

from kgqa.retrieval.relations import RelationMatcher
from kgqa.text.stopwords import is_stop
from kgqa.types import Mention

_OPENING = re.compile(r"^\W*(?:(?:what|who|which|where|when)(?:['’]s|\s+(?:is|are|was|were))\s+)?(?:the|an?)?\s*", re.I)
_OF = re.compile(r"\s+of\s+(?:(?:the|an?)\s+)?", re.I)
_OWN = re.compile(r"\s*['’]s\s+")
_END = re.compile(r"\W*$")
_NO_NOUN = frozenset(("that", "in", "on", "at", "by", "for", "from", "with", "and", "or"))
_MOST_WORDS = 3


def chained(text: str, mention: Mention, matcher: RelationMatcher, kinds: Collection[str] = ()) -> int:
    """How many steps a chain of genitives takes from a mention on; 0 where the question says anything else.

    kinds : words for classes, folded: "the mayor of the city of Lund" takes one step. "Place of birth" is one noun if
    a relation is called so.
    """
    opening = _OPENING.match(text)
    ahead = text[opening.end() if opening else 0 : mention.start]
    behind = _END.sub("", text[mention.end :])
    before, after = _OF.split(ahead), _OWN.split(behind)
    nouns = [*before[:-1], *after[1:]]
    if before[-1].strip() or after[0].strip() or not all(map(_is_noun, nouns)):
        return 0
    joined = sum(matcher.is_name(f"{one} of {two}") for one, two in pairwise(before[:-1]))
    return sum(noun.casefold() not in kinds for noun in nouns) - joined


def _is_noun(phrase: str) -> bool:
    words = phrase.casefold().split()
    begins = bool(words) and (words[0] == "other" or not is_stop(words[0]))
    return begins and len(words) <= _MOST_WORDS and _NO_NOUN.isdisjoint(words)
