"""What belongs to the noun of a superlative: "the least populous STATE THAT BORDERS Nebraska"."""

from __future__ import annotations

from kgqa.retrieval.derivation import Derivation
from kgqa.retrieval.scene import Scene

_PRONOUNS = frozenset(("that", "which", "who"))
_PREPOSITIONS = frozenset(("of", "in", "on", "at", "for", "to", "by", "from", "with", "and", "or"))
_CLAUSE = 5
_NOUN_WORDS = 3


def leaves_clause(scene: Scene, used: int, spoken: int) -> bool:
    """Whether words begin the clause of a superlative's noun, and the superlative was already taken without it."""
    texts = [word.text for word in scene.view.words]
    first = (spoken & -spoken).bit_length() - 1
    for superlative in scene.superlatives:
        between = texts[superlative.used.bit_length() : first]
        if not superlative.used & used or not 0 < len(between) <= _CLAUSE or _PREPOSITIONS.intersection(between[:2]):
            continue
        if _PRONOUNS.intersection(between[1:]) or (len(between) < _NOUN_WORDS and texts[first].endswith("ing")):
            return True
    return False


def is_noun_of(scene: Scene, named: Derivation, other: Derivation) -> bool:
    """Whether a class stands right behind a superlative that was taken without it: "the least populous STATE"."""
    taken = [s for s in scene.superlatives if s.used & other.used]
    return any(s.used.bit_length() == named.first for s in taken)
