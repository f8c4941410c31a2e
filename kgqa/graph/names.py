"""Plain names in place of IRIs: their term keys, and which objects are values.

Files of head, relation and tail don't say which tails are values. That is decided for each
relation as a whole, so that one film called "1984" doesn't turn into a number, and one year
in a column of genres doesn't turn the genres into values.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from kgqa.config import SchemaConfig
from kgqa.graph.build import EdgeBuffer
from kgqa.graph.terms import OWL, QUANTITY, RDF, RDFS, SKOS, XSD, entity_key, literal_key
from kgqa.types import Literal

LONG_TEXT = 80
_TYPED_SHARE = 0.99
_MAX_HEAD_SHARE = 0.5

_PREFIXES = {
    "rdf": RDF,
    "rdfs": RDFS,
    "owl": OWL,
    "skos": SKOS,
    "foaf": "http://xmlns.com/foaf/0.1/",
    "schema": "http://schema.org/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dct": "http://purl.org/dc/terms/",
    "dcterms": "http://purl.org/dc/terms/",
    "wdt": "http://www.wikidata.org/prop/direct/",
}
_CURIE = re.compile(r"([a-z]+):([A-Za-z][A-Za-z0-9_]*)")

# A leading zero marks an identifier (a postcode, a synset), not a number.
_NUMBER = r"[+-]?(?:0|[1-9]\d*)"
_VALUES = (
    (XSD + "integer", re.compile(_NUMBER)),
    (XSD + "decimal", re.compile(rf"{_NUMBER}\.\d+")),
    (XSD + "double", re.compile(rf"{_NUMBER}(?:\.\d+)?[eE][+-]?\d+")),
    (XSD + "boolean", re.compile(r"true|false")),
    (XSD + "dateTime", re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?")),
    (QUANTITY, re.compile(rf"{_NUMBER}(?:,\d{{3}})*(?:\.\d+)? ?(?:[^\W\d_]|[%°²³/·$€£¥']){{0,12}}")),
)
ANSWERS = {"yes": True, "no": False, "是": True, "否": False}
"""What says yes or no in so many words; a relation that leads to nothing else leads to values."""
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_YEAR = re.compile(r"1\d{3}|20\d\d|2100")
_YEAR_WORDS = re.compile(
    r"year|date|(?<![a-z])yr|born|birth|died|death|founded|released|built|opened|closed|since|established|joined|hired"
    r"|launched|installed|commissioned|vintage|年|日期|时间|時間|建成|创立|成立|开业",
    re.IGNORECASE,
)
_FIRST = frozenset("+-0123456789tf")


def name_key(name: str) -> str:
    """The key of a node given by name: `_:label` is a blank node, all else an entity."""
    name = name.strip()
    return name if name.startswith("_:") else f"<{name}>"


def relation_key(name: str) -> str:
    """The key of a relation given by name; a well-known CURIE such as `owl:sameAs` stands for its IRI."""
    match = _CURIE.fullmatch(name)
    base = _PREFIXES.get(match[1]) if match else None
    return entity_key(base + match[2] if match and base else name)


def value_datatype(text: str) -> str | None:
    """The datatype of a text that reads as a number, date, boolean or quantity, else None."""
    if text[:1] not in _FIRST:
        return None
    if match := _DATE.fullmatch(text):
        return XSD + "date" if _is_date(*map(int, match.groups())) else None
    return next((datatype for datatype, pattern in _VALUES if pattern.fullmatch(text)), None)


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def settle_names(buffer: EdgeBuffer, schema: SchemaConfig) -> None:
    """Decide for each relation which objects that came as bare names are values, and rewrite those."""
    if not buffer.names:
        return
    rows = np.concatenate([np.arange(start, stop) for start, stop in buffer.names])
    predicates, objects = (np.array(column, dtype=np.int32)[rows] for column in (buffer.predicates, buffer.objects))
    is_head = np.zeros(len(buffer.ids), dtype=bool)
    is_head[np.array(buffer.subjects, dtype=np.int32)] = True
    is_shared = is_head | _under_several(predicates, objects, len(buffer.ids))
    keys = list(buffer.ids)
    order = np.argsort(predicates, kind="stable")
    cuts = np.flatnonzero(np.diff(predicates[order])) + 1
    settled = objects.copy()
    for group in np.split(order, cuts):
        tails, at = np.unique(objects[group], return_inverse=True)
        relation = keys[predicates[group[0]]][1:-1]
        names = [keys[t] for t in tails.tolist()]
        if relation in {*schema.labels, *schema.aliases, *schema.descriptions}:
            new = _names_of(names, is_shared[tails])
        else:
            new = _objects_of(relation, names, is_head[tails], schema)
        numbers = np.array([buffer.intern(key) for key in new], dtype=np.int32)
        settled[group] = numbers[at]
    for row in np.flatnonzero(settled != objects).tolist():
        buffer.objects[int(rows[row])] = int(settled[row])


def _under_several(predicates: NDArray[np.int32], objects: NDArray[np.int32], size: int) -> NDArray[np.bool_]:
    pairs = np.unique(np.stack([objects, predicates], axis=1), axis=0)
    shared: NDArray[np.bool_] = np.bincount(pairs[:, 0], minlength=size) > 1
    return shared


def _names_of(keys: list[str], is_shared: NDArray[np.bool_]) -> list[str]:
    # A `label` whose tails stand in other facts too is one of records, not a name.
    if is_shared.mean() > _MAX_HEAD_SHARE:
        return keys
    return [literal_key(Literal(key[1:-1] if key.startswith("<") else key)) for key in keys]


def _objects_of(relation: str, keys: list[str], is_head: NDArray[np.bool_], schema: SchemaConfig) -> list[str]:
    if relation in schema.types or relation in schema.subclasses or relation in schema.same:
        return keys
    texts = [key[1:-1] if key.startswith("<") else key for key in keys]
    if not is_head.any() and all(text.casefold() in ANSWERS for text in texts):
        return [literal_key(Literal(text)) for text in texts]
    datatypes = value_datatypes(relation, texts, is_head)
    if datatypes is None:
        return [
            literal_key(Literal(text)) if len(text) > LONG_TEXT and not head else key
            for text, key, head in zip(texts, keys, is_head.tolist(), strict=True)
        ]
    return [literal_key(Literal(text, datatype)) for text, datatype in zip(texts, datatypes, strict=True)]


def value_datatypes(relation: str, texts: Sequence[str], is_head: NDArray[np.bool_]) -> list[str] | None:
    """The datatypes of a relation's distinct tails if it is an attribute, else None.

    It is one if at least 99 % of them read as values and no more than half also stand as heads.
    The tails of an attribute that don't read as values are strings.
    """
    if sum(text[:1] in _FIRST for text in texts) < _TYPED_SHARE * len(texts):
        return None
    found = [value_datatype(text) for text in texts]
    known = [datatype for datatype in found if datatype is not None]
    if len(known) < _TYPED_SHARE * len(texts) or is_head.mean() > _MAX_HEAD_SHARE:
        return None
    datatypes = [datatype or XSD + "string" for datatype in found]
    if not _are_years(relation, texts, datatypes):
        return datatypes
    return [XSD + "gYear" if datatype == XSD + "integer" else datatype for datatype in datatypes]


def _are_years(relation: str, texts: Sequence[str], datatypes: Sequence[str]) -> bool:
    integers = [t for t, datatype in zip(texts, datatypes, strict=True) if datatype == XSD + "integer"]
    named = _YEAR_WORDS.search(relation) is not None or XSD + "date" in datatypes
    return named and bool(integers) and all(map(_YEAR.fullmatch, integers))
