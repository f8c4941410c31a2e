"""When a value of an answer is the gold answer: one written rule, strict or lenient, never mixed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

# A leading zero marks a name or a code ("007"), not a number.
_NUMBER = re.compile(r"[+-]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?")
_LOOSE = re.compile(r"[\W_]+")


class Matching(Enum):
    """How a value is held against gold.

    STRICT : id, label or value equal after NFC and trimming; numbers by their value.
    LENIENT : besides, case, accents, punctuation and underscores are ignored.
    """

    STRICT = "strict"
    LENIENT = "lenient"


@dataclass(frozen=True, slots=True)
class PredictedValue:
    """One value that a system gave: the node's id, or None for a computed value, its label and its value."""

    id: str | None
    label: str
    value: str

    def forms(self, matching: Matching) -> frozenset[str]:
        """The normalised texts under which this value is found in gold."""
        texts = (self.id, self.label, self.value)
        return frozenset(normalise(text, matching) for text in texts if text)


@dataclass(frozen=True, slots=True)
class Hits:
    """Which values of an answer are right, and how many of the gold answers they cover.

    right : one truth value for each distinct value, in the system's order.
    found : gold answers that some value matches. gold : distinct gold answers.
    """

    right: tuple[bool, ...]
    found: int
    gold: int


def normalise(text: str, matching: Matching = Matching.STRICT) -> str:
    """Bring a text into the form in which it is compared."""
    text = unicodedata.normalize("NFC", text).strip()
    if _NUMBER.fullmatch(text):
        return f"\0{Decimal(text).normalize() if Decimal(text) else 0}"
    if matching is Matching.STRICT:
        return text
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return _LOOSE.sub(" ", bare).strip() or text


def is_number(text: str) -> bool:
    """Whether a text is compared as a number."""
    return _NUMBER.fullmatch(text.strip()) is not None


def match(values: Sequence[PredictedValue], gold: Iterable[str], matching: Matching) -> Hits:
    """Hold a system's values against gold answers; repeated values and repeated gold count once."""
    wanted = {normalise(answer, matching) for answer in gold}
    found: set[str] = set()
    right = []
    for value in dict.fromkeys(values):
        common = value.forms(matching) & wanted
        found |= common
        right.append(bool(common))
    return Hits(tuple(right), len(found), len(wanted))
