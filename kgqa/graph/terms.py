"""Terms as strings: one canonical key for each entity, blank node and literal.

A key is `<id>` for an entity (an IRI, or a plain name from a CSV), `_:id` for a blank node, and
`"lexical"`, `"lexical"@lang` or `"lexical"^^<datatype>` for a literal. Nothing inside is escaped:
a literal ends at its last quotation mark, since neither a tag nor a datatype can hold one.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

from kgqa.types import Literal, NodeKind

XSD = "http://www.w3.org/2001/XMLSchema#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
XSD_STRING = XSD + "string"
LANG_STRING = RDF + "langString"
QUANTITY = "urn:kgqa:datatype:quantity"
"""The datatype of a number as people write it, such as "12 km" or "1,234"; only names in plain files get it."""

_NAME_PREFIX = "urn:kgqa:name:"
_BLANK_PREFIX = "urn:kgqa:blank:"
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:(?!/*$)(?:[^\x00-\x20<>\"{}|\\^`\x7f-\xa0%\[\]]|%[0-9A-Fa-f]{2})*")
_PREFIX = re.compile(r"(?!urn:|[a-z]+://|mailto:)[a-z][a-z0-9\-]*:(?=.)")


def entity_key(name: str) -> str:
    """The key of an entity, by IRI or plain name."""
    return f"<{name}>"


def blank_key(name: str) -> str:
    """The key of a blank node, by its label without `_:`."""
    return f"_:{name}"


def literal_key(literal: Literal) -> str:
    """The key of a literal."""
    if literal.language:
        return f'"{literal.lexical}"@{literal.language}'
    if literal.datatype == XSD_STRING:
        return f'"{literal.lexical}"'
    return f'"{literal.lexical}"^^<{literal.datatype}>'


def kind_of_key(key: str) -> NodeKind:
    """What a key stands for."""
    if key.startswith('"'):
        return NodeKind.LITERAL
    return NodeKind.BLANK if key.startswith("_:") else NodeKind.ENTITY


def key_to_literal(key: str) -> Literal:
    """The literal behind a key that starts with a quotation mark."""
    end = key.rindex('"')
    lexical, suffix = key[1:end], key[end + 1 :]
    if suffix.startswith("@"):
        return Literal(lexical, LANG_STRING, suffix[1:])
    return Literal(lexical, suffix[3:-1] if suffix else XSD_STRING)


def key_to_id(key: str) -> str:
    """The id that users see: the IRI or name, `_:label`, or a literal's lexical form."""
    if key.startswith("<"):
        return key[1:-1]
    return key if key.startswith("_:") else key[1 : key.rindex('"')]


def is_iri(name: str) -> bool:
    """Whether a name can stand in RDF as it is."""
    return _IRI.fullmatch(name) is not None


def name_to_iri(name: str) -> str:
    """The IRI of an entity: itself, or its name percent-encoded behind `urn:kgqa:name:`."""
    return name if is_iri(name) and not name.startswith((_NAME_PREFIX, _BLANK_PREFIX)) else encoded_name(name)


def encoded_name(name: str) -> str:
    """A name percent-encoded behind `urn:kgqa:name:`."""
    return _NAME_PREFIX + quote(name, safe="", errors="surrogatepass")


def iri_to_name(iri: str) -> str:
    """The inverse of `name_to_iri`."""
    return unquote(iri[len(_NAME_PREFIX) :]) if iri.startswith(_NAME_PREFIX) else iri


def iri_to_key(iri: str) -> str:
    """The key of an IRI of a view; the inverse of `key_to_iri`."""
    if iri.startswith(_BLANK_PREFIX):
        return blank_key(unquote(iri[len(_BLANK_PREFIX) :]))
    return entity_key(iri_to_name(iri))


def key_to_iri(key: str) -> str:
    """The IRI of an entity or (skolemised, as RDF 1.1 section 3.5 allows) of a blank node."""
    if key.startswith("_:"):
        return _BLANK_PREFIX + quote(key[2:], safe="")
    return name_to_iri(key[1:-1])


def local_name(name: str) -> str:
    """What of an id can be read: `.../Tel_Aviv` and `en:Tel_Aviv` give "Tel Aviv"."""
    if is_iri(name):
        name = _readable_part(unquote(name)) or name
    return name.replace("_", " ").strip() or name


def _readable_part(iri: str) -> str:
    if match := _PREFIX.match(iri):
        # `CSI:Miami` is a title: only a prefix in small letters is one.
        return iri[match.end() :]
    if "/resource/" in iri:
        return iri.split("/resource/", 1)[1]
    if "://" in iri or iri.startswith("urn:"):
        return re.split(r"[/#:]" if iri.startswith("urn:") else r"[/#]", iri.rstrip("/#"))[-1]
    return iri
