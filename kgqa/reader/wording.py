"""What a tuned encoder reads of a program: each of its tokens as a text of its own."""

from __future__ import annotations

from kgqa.reader.serialise import SLOTS, ProgramToken, TokenKind

_WORDS = {
    TokenKind.AND: "and",
    TokenKind.OR: "or",
    TokenKind.NOT: "but not",
    TokenKind.RETURN: "other than X",
    TokenKind.ANY: "anything with",
    TokenKind.CLASS: "is a",
    TokenKind.WHERE: "where",
    TokenKind.WHERE_COUNT: "where number of",
    TokenKind.LESS: "less than",
    TokenKind.GREATER: "more than",
    TokenKind.EQUAL: "equal to",
    TokenKind.NOT_EQUAL: "not equal to",
    TokenKind.VALUE: "value",
    TokenKind.LARGEST: "largest",
    TokenKind.SMALLEST: "smallest",
    TokenKind.MOST: "with most",
    TokenKind.FEWEST: "with fewest",
    TokenKind.RANK: "rank",
    TokenKind.COUNT: "how many",
    TokenKind.EXISTS: "is there any",
    TokenKind.CONTAINS: "includes",
    TokenKind.COMPARE: "compare",
    TokenKind.MEASURE: "measure",
    TokenKind.BESIDE: "that of",
}


def token_text(token: ProgramToken) -> str:
    """One token as a text of its own; empty for a slot and for a result of no known kind."""
    name = spaced(token.text)
    if token.kind in SLOTS:
        return ""
    if token.kind is TokenKind.ALONG:
        return name
    if token.kind is TokenKind.AGAINST:
        return f"with {name}"
    return _plain(token.kind, name)


def _plain(kind: TokenKind, name: str) -> str:
    if kind is TokenKind.RESULT:
        return f"= {name}" if name else ""
    return f"{_WORDS.get(kind, '')} {name}".strip()


def spaced(name: str) -> str:
    """A relation's name as an encoder reads it."""
    return name.replace("_", " ")
