"""Graphs as sets of facts, and facts that hypothesis makes up."""

from __future__ import annotations

import string

from hypothesis import strategies as st

from kgqa.graph import KnowledgeGraph
from kgqa.types import Literal, Triple

Fact = tuple[str, str, str | Literal]
XSD = "http://www.w3.org/2001/XMLSchema#"

IRIS = st.sampled_from(["http://ex.org/a", "http://ex.org/b%20c", "http://ex.org/新", "urn:x:y", "http://ex.org/#p"])
ODD = st.text(st.sampled_from([*string.ascii_letters, *" _\"'\\\n\t<>{}&|#%:", "\u200f", "é", "新", "🎉"]), min_size=1)
NAMES = ODD.filter(lambda text: bool(text.strip()) and not text.startswith("_:"))
BLANKS = st.sampled_from(["_:a", "_:b1"])
LITERALS = st.one_of(
    st.builds(Literal, ODD | st.just("")),
    st.builds(lambda text, tag: Literal(text, "", tag), ODD, st.sampled_from(["en", "zh-hans", "de-at"])),
    st.builds(lambda n: Literal(str(n), XSD + "integer"), st.integers()),
    st.sampled_from([Literal("01", XSD + "integer"), Literal("true", XSD + "boolean"), Literal("x", XSD + "date")]),
    st.just(Literal("12 km", "urn:kgqa:datatype:quantity")),
)
TRIPLES = st.builds(
    lambda s, p, o: Triple(s, p, _whole(o)), IRIS | NAMES | BLANKS, IRIS | NAMES, IRIS | NAMES | BLANKS | LITERALS
)


def _whole(value: str | Literal) -> str | Literal:
    if isinstance(value, Literal) and value.language:
        return Literal(value.lexical, "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString", value.language)
    return value


def facts(graph: KnowledgeGraph) -> set[Fact]:
    """The facts of a graph, without sources."""
    return {(t.subject, t.predicate, t.object) for t in graph.to_triples()}


def typed(lexical: str, name: str) -> Literal:
    """A literal of an XSD datatype."""
    return Literal(lexical, XSD + name)
