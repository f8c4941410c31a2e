"""Which operators a gold query uses, for a report by operator where a question set names none."""

from __future__ import annotations

import re

_OPERATORS = {
    "count": r"\bcount\s*\(|\bhaving\b",
    "aggregate": r"\b(sum|avg)\s*\(",
    "superlative": r"\b(max|min)\s*\(|\border\s+by\b",
    "comparison": r"(?<![<>=!])[<>]=?(?=\s*[\d(?\"'A-Z])",
    "negation": r"\bnot\s+(in|exists)\b|\bminus\b|\bexcept\b|<>|!=",
    "union": r"\bunion\b|\bor\b",
    "grouping": r"\bgroup\s+by\b",
    "yes-no": r"^\s*(prefix\s+\S+\s+iri\s*)*ask\b",
}
_IRI = re.compile(r"<[^<>\s\"]*>")
_TEXT = re.compile(r"\"[^\"]*\"|'[^']*'")


def query_operators(query: str) -> tuple[str, ...]:
    """The operators of a SPARQL or SQL query, sorted; "lookup" where it has none of them; empty without a query."""
    if not query.strip():
        return ()
    # What stands in names and texts says nothing of operators.
    bare = _TEXT.sub('""', _IRI.sub("iri", query))
    found = [name for name, pattern in _OPERATORS.items() if re.search(pattern, bare, re.IGNORECASE)]
    return tuple(sorted(found)) or ("lookup",)
