"""A SPARQL endpoint: a snapshot of its triples, page by page."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from typing import Any

from kgqa.errors import GraphError
from kgqa.graph.build import EdgeBuffer
from kgqa.graph.terms import blank_key, iri_to_key, literal_key
from kgqa.types import Literal

PAGE = 10_000
TIMEOUT_SECONDS = 120.0
_QUERY = "SELECT ?s ?p ?o WHERE {{ ?s ?p ?o }} ORDER BY ?s ?p ?o LIMIT {limit} OFFSET {offset}"


def read_endpoint(url: str, buffer: EdgeBuffer) -> None:
    """Append all triples of the endpoint's default graph."""
    origin = buffer.origin(url)
    offset = 0
    last: list[Mapping[str, Any]] = []
    while True:
        rows = _select(url, _QUERY.format(limit=PAGE, offset=offset))
        if rows and rows == last:
            raise GraphError(f"the SPARQL endpoint {url!r} sends the same page again: it ignores OFFSET. Load a dump")
        last = rows
        for row in rows:
            subject, predicate, obj = (_key(row.get(name), url) for name in ("s", "p", "o"))
            buffer.add(subject, predicate, obj, origin)
        offset += len(rows)
        # An endpoint may cap its pages below ours: only an empty page is the end.
        if not rows:
            return


def _select(url: str, query: str) -> list[Mapping[str, Any]]:
    body = urllib.parse.urlencode({"query": query}).encode()
    headers = {"Accept": "application/sparql-results+json", "Content-Type": "application/x-www-form-urlencoded"}
    request = urllib.request.Request(url, data=body, headers=headers)  # noqa: S310 - load() lets only http(s) through
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310
            found: list[Mapping[str, Any]] = json.load(response)["results"]["bindings"]
    except (OSError, urllib.error.URLError, http.client.HTTPException) as error:
        raise GraphError(f"the SPARQL endpoint {url!r} can't be reached: {error}. Check the URL") from error
    except (ValueError, KeyError, TypeError) as error:
        raise GraphError(f"{url!r} doesn't answer with SPARQL JSON results. Is it a SPARQL query endpoint?") from error
    return found


def _key(term: Any, url: str) -> str:
    try:
        kind, value = term["type"], term["value"]
    except (KeyError, TypeError) as error:
        raise GraphError(f"{url!r} sent the term {term!r}; expected type and value") from error
    if kind == "uri":
        return iri_to_key(value)
    if kind == "bnode":
        return blank_key(value)
    datatype = term.get("datatype", "http://www.w3.org/2001/XMLSchema#string")
    return literal_key(Literal(value, datatype, term.get("xml:lang", "").lower()))
