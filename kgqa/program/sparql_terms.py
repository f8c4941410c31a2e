"""The words of a SPARQL query: constants, prefixes, variables, blocks.

Every constant of a query is rendered here, from a term key of the graph and never from user text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from kgqa.graph import KnowledgeGraph
from kgqa.graph.terms import OWL, RDF, RDFS, SKOS, XSD, XSD_STRING, key_to_iri, key_to_literal, local_name
from kgqa.program.algebra import Step

Lines = list[str]

_KNOWN_PREFIXES = {
    RDF: "rdf",
    RDFS: "rdfs",
    XSD: "xsd",
    OWL: "owl",
    SKOS: "skos",
    "http://xmlns.com/foaf/0.1/": "foaf",
    "http://purl.org/dc/terms/": "dcterms",
    "http://schema.org/": "schema",
    "https://schema.org/": "schema",
    "http://www.wikidata.org/entity/": "wd",
    "http://www.wikidata.org/prop/direct/": "wdt",
    "http://dbpedia.org/resource/": "dbr",
    "http://dbpedia.org/ontology/": "dbo",
}
_SHORT_LOCAL = re.compile(r"(?:[A-Za-z0-9_]|%[0-9A-Fa-f]{2})+", re.ASCII)
_BARE = {XSD + "integer": re.compile(r"-?[0-9]+"), XSD + "decimal": re.compile(r"-?[0-9]+\.[0-9]+")}
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_MAX_NAME = 24


def block(head: str, lines: Iterable[str], tail: str = "") -> Lines:
    """Lines in braces, one level deeper: `head {`, the lines, `} tail`; a lone sub-select needs no second pair."""
    inner = _unwrapped(list(lines))
    return [f"{head} {{".lstrip(), *("  " + line for line in inner), f"}} {tail}".rstrip()]


def _unwrapped(lines: Lines) -> Lines:
    lone = lines[:1] == ["{"] and lines[1].startswith("  SELECT") and all(line[:1] == " " for line in lines[1:-1])
    return [line[2:] for line in lines[1:-1]] if lone else lines


def quoted(text: str) -> str:
    """A string literal; all that can't be seen is escaped."""
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    code = ord(character)
    if 0xD800 <= code <= 0xDFFF:  # half of a surrogate pair is no character and can't be written
        return "\\uFFFD"
    if character.isprintable():
        return character
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


class Words:
    """The names that one query has given out so far: variables and prefixes."""

    def __init__(self, graph: KnowledgeGraph) -> None:
        self.graph = graph
        self._variables: set[str] = set()
        self._prefixes: dict[str, str] = {}

    def variable(self, hint: str) -> str:
        """A new variable, named after a hint."""
        base = re.sub(r"[^a-z0-9]+", "_", hint.lower())[:_MAX_NAME].strip("_") or "x"
        name, n = base, 1
        while name in self._variables:
            n += 1
            name = f"{base}_{n}"
        self._variables.add(name)
        return "?" + name

    def value_variable(self, step: Step) -> str:
        """A new variable, named after a relation."""
        return self.variable(local_name(self.graph.relation_id(step.relation)))

    def node(self, node: int) -> str:
        """A node as a constant."""
        return self.constant(self.graph.terms[node])

    def constant(self, key: str) -> str:
        """A term key as a constant."""
        return self._literal(key) if key.startswith('"') else self.iri(key_to_iri(key))

    def relation(self, relation: int) -> str:
        """A relation as a predicate."""
        return self.node(self.graph.relation_term(relation))

    def edge(self, near: str, step: Step, far: str) -> str:
        """The pattern of one edge, walked from `near` to `far`."""
        subject, obj = (far, near) if step.inverse else (near, far)
        return f"{subject} {self.relation(step.relation)} {obj} ."

    def iri(self, iri: str) -> str:
        """An IRI, with a prefix where its last part allows one."""
        end = max(iri.rfind(mark) for mark in "/#:") + 1
        if end == 0 or not _SHORT_LOCAL.fullmatch(iri[end:]):
            return f"<{iri}>"
        return f"{self._prefix(iri[:end])}:{iri[end:]}"

    def header(self) -> Lines:
        """The PREFIX lines of what was used, by name."""
        return [f"PREFIX {name}: <{base}>" for base, name in sorted(self._prefixes.items(), key=lambda item: item[1])]

    def _prefix(self, base: str) -> str:
        if base not in self._prefixes:
            words = re.findall(r"[a-z][a-z0-9]*", base.lower())
            name = stem = _KNOWN_PREFIXES.get(base) or (words[-1] if words else "ns")
            n = 1
            while name in self._prefixes.values():
                n += 1
                name = f"{stem}{n}"
            self._prefixes[base] = name
        return self._prefixes[base]

    def _literal(self, key: str) -> str:
        literal = key_to_literal(key)
        if literal.language:
            return f"{quoted(literal.lexical)}@{literal.language}"
        if literal.datatype == XSD_STRING:
            return quoted(literal.lexical)
        bare = _BARE.get(literal.datatype)
        if bare is not None and bare.fullmatch(literal.lexical):
            return literal.lexical
        return f"{quoted(literal.lexical)}^^{self.iri(literal.datatype)}"
