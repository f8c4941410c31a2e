"""What a gold query's text tells without running it: its form, its entities, whether it stays on this machine."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from kgqa.types import AnswerKind

_W3, _DBPEDIA, _WIKIDATA = "http://www.w3.org/", "http://dbpedia.org/", "http://www.wikidata.org/"
PREFIXES: Mapping[str, str] = {
    "rdf": _W3 + "1999/02/22-rdf-syntax-ns#",
    "rdfs": _W3 + "2000/01/rdf-schema#",
    "owl": _W3 + "2002/07/owl#",
    "xsd": _W3 + "2001/XMLSchema#",
    "skos": _W3 + "2004/02/skos/core#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "dct": "http://purl.org/dc/terms/",
    "geo": _W3 + "2003/01/geo/wgs84_pos#",
    "schema": "http://schema.org/",
    "dbo": _DBPEDIA + "ontology/",
    "dbp": _DBPEDIA + "property/",
    "dbr": _DBPEDIA + "resource/",
    "res": _DBPEDIA + "resource/",
    "dbc": _DBPEDIA + "resource/Category:",
    "yago": _DBPEDIA + "class/yago/",
    "wd": _WIKIDATA + "entity/",
    "wds": _WIKIDATA + "entity/statement/",
    "wdt": _WIKIDATA + "prop/direct/",
    "p": _WIKIDATA + "prop/",
    "ps": _WIKIDATA + "prop/statement/",
    "psv": _WIKIDATA + "prop/statement/value/",
    "pq": _WIKIDATA + "prop/qualifier/",
    "pqv": _WIKIDATA + "prop/qualifier/value/",
    "wikibase": "http://wikiba.se/ontology#",
    "bd": "http://www.bigdata.com/rdf#",
}
"""What the public endpoints of Wikidata and DBpedia know without a PREFIX line."""

_IRI = r"<[^<>\"{}|^`\\\x00-\x20]*>"
_STRING = r'"""(?:[^\\]|\\.)*?"""|\'\'\'(?:[^\\]|\\.)*?\'\'\'|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\''
_LEXEME = re.compile(rf"(?P<iri>{_IRI})|(?P<string>{_STRING})|(?P<escape>\\.)|(?P<comment>#[^\n]*)", re.DOTALL)
_START, _END = r"(?<![\w:?$-])", r"(?![\w:-])"
_FORM = re.compile(rf"{_START}(SELECT|ASK|CONSTRUCT|DESCRIBE){_END}", re.IGNORECASE)
_SERVICE = re.compile(rf"{_START}SERVICE{_END}", re.IGNORECASE)
_COUNTED = r"\s*COUNT\s*\(\s*(?:DISTINCT\s+)?(?:[?$]\w+|\*)\s*\)\s*"
_COUNT = re.compile(
    rf"\s*(?:(?:DISTINCT|REDUCED)\b)?(?:{_COUNTED}(?:AS\s+[?$]\w+)?|\s*\({_COUNTED}AS\s*[?$]\w+\s*\))\s*(?:WHERE\b|\{{)",
    re.IGNORECASE,
)
_BARE_COUNT = re.compile(
    rf"({_START}SELECT\s+(?:DISTINCT\s+)?)(COUNT\s*\(\s*(?:DISTINCT\s+)?(?:[?$]\w+|\*)\s*\))(?:\s*AS\s+[?$]\w+)?\s*"
    r"(?=WHERE\b|\{)",
    re.IGNORECASE,
)
_PREFIX = re.compile(rf"{_START}PREFIX\s+([\w-]*)\s*:\s*<([^<>\s]*)>", re.IGNORECASE)
_TERM = re.compile(
    rf"(?P<iri>{_IRI})|(?P<string>{_STRING})|(?P<comment>#[^\n]*)"
    r"|(?<![\w?$])(?P<prefix>(?:[A-Za-z][\w-]*)?):(?P<local>(?:[\w%:-]|\.(?=[\w%:-])|\\.)*)",
    re.DOTALL,
)
_ENTITY = re.compile(
    r"http://(?!wikidata\.)(?:[\w-]+\.)?dbpedia\.org/resource/.+"
    r"|http://wikidata\.dbpedia\.org/resource/Q\d+|https?://www\.wikidata\.org/entity/Q\d+"
)
_TYPING = re.compile(r".*(?:/P31|/P279|#type)")
_ONLY_PATH = re.compile(r"[\s*+?)]*")


def stays_local(query: str) -> bool:
    """Whether a query names no SERVICE, which would ask another machine."""
    return _SERVICE.search(_bare(query)) is None


def kind_of_query(query: str) -> AnswerKind | None:
    """BOOLEAN for ASK, COUNT where one COUNT is all that is selected, else None."""
    bare = _bare(query)
    form = _FORM.search(bare)
    if form is None:
        return None
    if form[1].upper() == "ASK":
        return AnswerKind.BOOLEAN
    return AnswerKind.COUNT if form[1].upper() == "SELECT" and _COUNT.match(bare, form.end()) else None


def standard_count(query: str) -> str:
    """The query with `SELECT COUNT(?x)`, which Virtuoso takes, as SPARQL 1.1 writes it: `SELECT (COUNT(?x) AS ?n)`."""
    return _BARE_COUNT.sub(r"\1(\2 AS ?kgqa_count) ", query, count=1)


def entities_of_query(query: str) -> tuple[str, ...]:
    """The IRIs of DBpedia and Wikidata entities in a query, in order, each once; classes behind a type are left out."""
    prefixes = {**PREFIXES, **{match[1]: match[2] for match in _PREFIX.finditer(query)}}
    found: list[str] = []
    before, end = "", 0
    for match, iri in _iris(_PREFIX.sub("", query), prefixes):
        is_class = _TYPING.fullmatch(before) and _ONLY_PATH.fullmatch(match.string, end, match.start())
        if _ENTITY.fullmatch(iri) and not is_class:
            found.append(iri)
        before, end = iri, match.end()
    return tuple(dict.fromkeys(found))


def _iris(query: str, prefixes: Mapping[str, str]) -> Iterator[tuple[re.Match[str], str]]:
    for match in _TERM.finditer(query):
        if match["iri"]:
            yield match, match["iri"][1:-1]
        elif match["prefix"] is not None and match["prefix"] in prefixes:
            yield match, prefixes[match["prefix"]] + re.sub(r"\\(.)", r"\1", match["local"])


def _bare(query: str) -> str:
    """The query without what IRIs, texts and comments hold, so that a word found in it is a keyword or a name."""
    return _LEXEME.sub(lambda match: "<>" if match["iri"] else '""' if match["string"] else " ", query)
