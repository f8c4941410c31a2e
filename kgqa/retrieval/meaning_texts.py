"""How a kind of things and a value are written for an encoder that is tuned to what people call them."""

from __future__ import annotations

from kgqa.graph.names import ANSWERS
from kgqa.graph.naming import relation_phrase

_YES = frozenset(("true", "1", "y", *(word for word, holds in ANSWERS.items() if holds)))
_NO = frozenset(("false", "0", "n", *(word for word, holds in ANSWERS.items() if not holds)))


def class_text(label: str) -> str:
    """A class's label in words: "GameMaster" gives "game master"."""
    return relation_phrase(label)


def value_text(relation: str, value: str, *, flag: bool) -> str:
    """A value with what it is of: "status: shipped". flag : whether the relation says yes or no, however it does."""
    said = value.strip()
    if flag:
        said = "yes" if says_yes(value) else "no"
    return f"{relation_phrase(relation)}: {said}"


def is_flag(value: str) -> bool:
    """Whether a value says yes or no."""
    return value.strip().casefold() in _YES | _NO


def says_yes(value: str) -> bool:
    """Whether a value says yes."""
    return value.strip().casefold() in _YES
