"""The kinds of things that question words tell apart."""

from __future__ import annotations

from enum import Enum


class Thing(Enum):
    """What "who" and "where" accept, and what neither does: qualities are what things have, such as a genre or year."""

    PERSON = "person"
    ORGANISATION = "organisation"
    PLACE = "place"
    QUALITY = "quality"
    OTHER = "other"
