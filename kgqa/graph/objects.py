"""Live graphs and triples in memory: rdflib, NetworkX, pyoxigraph, any iterable."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from kgqa.config import SchemaConfig
from kgqa.errors import GraphError
from kgqa.graph.build import EdgeBuffer
from kgqa.graph.names import name_key, relation_key
from kgqa.graph.problems import Problems, is_text, shown
from kgqa.graph.terms import XSD, blank_key, entity_key, iri_to_key, is_iri, literal_key
from kgqa.types import Literal, Triple

EDGE_ATTRIBUTES = ("relation", "label", "type", "predicate", "key")
DEFAULT_RELATION = "related to"
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*(?:--(?:ltr|rtl))?")


def is_rdflib(source: object) -> bool:
    """Whether this is an rdflib Graph or Dataset; rdflib is not imported."""
    return any(c.__module__ == "rdflib.graph" and c.__name__ == "Graph" for c in type(source).__mro__)


def is_networkx(source: object) -> bool:
    """Whether this is a NetworkX graph of any kind; NetworkX is not imported."""
    return any(c.__module__ == "networkx.classes.graph" and c.__name__ == "Graph" for c in type(source).__mro__)


def value_key(value: object) -> str | None:
    """The key of a Python value that is a literal, or None for any other."""
    if isinstance(value, Literal):
        return literal_key(replace(value, language=value.language.lower()))
    if isinstance(value, bool):
        return literal_key(Literal(str(value).lower(), XSD + "boolean"))
    if isinstance(value, int):
        return literal_key(Literal(str(value), XSD + "integer"))
    if isinstance(value, float):
        return literal_key(Literal(_xsd_float(value), XSD + "double"))
    if isinstance(value, datetime):
        return literal_key(Literal(value.isoformat(), XSD + "dateTime"))
    if isinstance(value, date):
        return literal_key(Literal(value.isoformat(), XSD + "date"))
    return None


def _xsd_float(value: float) -> str:
    return {"inf": "INF", "-inf": "-INF", "nan": "NaN"}.get(repr(value), repr(value))


# -- iterables --------------------------------------------------------------------------------


def read_triples(source: Iterable[Any], buffer: EdgeBuffer, problems: Problems) -> None:
    """Append triples: `Triple`s as they stand, and (head, relation, tail) whose tail may be a Python value.

    A tail given as str is an entity unless its relation as a whole is an attribute (see `kgqa.graph.names`).
    """
    unnamed = buffer.origin("")
    for number, item in enumerate(source, start=1):
        if isinstance(item, Triple):
            fault = _fault((item.subject, item.predicate, item.object))
            if fault is None:
                _add_triple(item, buffer)
            else:
                problems.report(f"triple {number}: {fault}")
        elif _is_oxigraph(item):
            _add_oxigraph(item, buffer)
        elif (fault := _fault(item)) is not None:
            problems.report(f"triple {number}: {fault}; expected (head, relation, tail), head and relation as str")
        else:
            _add_row(item, unnamed, buffer)


def _fault(item: Any) -> str | None:
    if not isinstance(item, tuple | list) or len(item) != 3:
        return shown(repr(item))
    head, relation, tail = item
    if not isinstance(head, str) or not head.strip() or not isinstance(relation, str) or not relation.strip():
        return shown(repr(item))
    if not isinstance(tail, str) and value_key(tail) is None:
        return f"the tail {shown(repr(tail))} is a {type(tail).__name__}"
    parts = (head, relation, tail.lexical if isinstance(tail, Literal) else str(tail))
    if not all(map(is_text, parts)):
        return f"{shown(repr(item))} holds half of a character (a lone surrogate)"
    return _literal_fault(tail)


def _literal_fault(value: object) -> str | None:
    if not isinstance(value, Literal):
        return None
    if value.language and not _LANGUAGE.fullmatch(value.language):
        return f"language {shown(value.language)} of {shown(value.lexical)}; expected a BCP 47 tag such as en-gb"
    if not value.language and not is_iri(value.datatype):
        return f"datatype {shown(value.datatype)} of {shown(value.lexical)}; expected an IRI"
    return None


def _add_row(item: tuple[str, str, Any], origin: int, buffer: EdgeBuffer) -> None:
    head, relation, tail = item
    key = value_key(tail)
    row = ((name_key(head),), (relation_key(relation.strip()),), (key or name_key(tail),), (origin,))
    if key is None:
        buffer.extend_names(*row)
    else:
        buffer.extend(*row)


def _add_triple(triple: Triple, buffer: EdgeBuffer) -> None:
    obj = value_key(triple.object) or id_key(str(triple.object))
    for source in triple.source.split("; "):
        buffer.add(id_key(triple.subject), entity_key(triple.predicate), obj, buffer.origin(source))


def id_key(name: str) -> str:
    """The key of a node by the id that users see."""
    return name if name.startswith("_:") else entity_key(name)


def _is_oxigraph(item: object) -> bool:
    return type(item).__module__.startswith("pyoxigraph")


def _add_oxigraph(item: Any, buffer: EdgeBuffer) -> None:
    graph = getattr(getattr(item, "graph_name", None), "value", "")
    subject, predicate, obj = (_oxigraph_key(t) for t in (item.subject, item.predicate, item.object))
    buffer.add(subject, predicate, obj, buffer.origin(graph))


def _oxigraph_key(term: Any) -> str:
    if hasattr(term, "datatype"):
        return literal_key(Literal(term.value, term.datatype.value, term.language or ""))
    return iri_to_key(term.value) if type(term).__name__ == "NamedNode" else blank_key(term.value)


# -- rdflib -----------------------------------------------------------------------------------


def read_rdflib(source: Any, buffer: EdgeBuffer) -> None:
    """Append the triples of an rdflib Graph, ConjunctiveGraph or Dataset; its named graphs are the sources."""
    from rdflib import BNode
    from rdflib import Literal as RdflibLiteral

    keys: dict[Any, str] = {}

    def key(term: Any) -> str:
        if isinstance(term, RdflibLiteral):
            datatype = str(term.datatype) if term.datatype else XSD + "string"
            return literal_key(Literal(str(term), datatype, (term.language or "").lower()))
        if isinstance(term, BNode):
            return blank_key(str(term))
        return iri_to_key(str(term))

    for triple, graph in _rdflib_quads(source):
        subject, predicate, obj = (keys.get(t) or keys.setdefault(t, key(t)) for t in triple)
        buffer.add(subject, predicate, obj, buffer.origin(_graph_name(graph)))


def _rdflib_quads(source: Any) -> Iterator[tuple[Any, Any]]:
    if not hasattr(source, "quads"):
        yield from ((triple, None) for triple in source)
        return
    # The store itself: what a Dataset offers for this is deprecated in some versions and absent in others.
    for triple, graphs in source.store.triples((None, None, None), None):
        yield from ((triple, graph) for graph in graphs)


def _graph_name(graph: Any) -> str:
    name = str(getattr(graph, "identifier", graph) or "")
    return "" if name == "urn:x-rdflib:default" else name


# -- NetworkX ---------------------------------------------------------------------------------


def read_networkx(source: Any, buffer: EdgeBuffer, relation: str | None) -> None:
    """Append the edges and node attributes of a NetworkX graph.

    The relation of an edge is its attribute `relation`, or the first of relation, label, type, predicate and key;
    then, of a multigraph, its key if that is text; then "related to". An undirected edge is one fact, from the end
    that NetworkX lists first. Node attributes become values; one that the schema has as a class, an entity.
    """
    origin = buffer.origin("")
    classes = frozenset(SchemaConfig().types)
    for node, attributes in source.nodes(data=True):
        for name, value in attributes.items():
            for key in attribute_keys(name, value, classes):
                buffer.add(id_key(str(node)), relation_key(str(name)), key, origin)
    edges = source.edges(keys=True, data=True) if source.is_multigraph() else source.edges(data=True)
    for head, tail, *rest in edges:
        name = _edge_relation(rest[-1], rest[0] if len(rest) == 2 else None, relation)
        buffer.add(id_key(str(head)), relation_key(name), id_key(str(tail)), origin)


def _edge_relation(attributes: Mapping[str, Any], key: object, wanted: str | None) -> str:
    for name in (wanted,) if wanted else EDGE_ATTRIBUTES:
        if attributes.get(name) not in (None, ""):
            return str(attributes[name])
    if wanted:
        raise GraphError(
            f"an edge has no attribute {wanted!r}; it has: {', '.join(map(str, attributes)) or 'none'}. "
            "Set relation= to the attribute that names the relation"
        )
    return key if isinstance(key, str) and key else DEFAULT_RELATION


def attribute_keys(name: str, value: Any, classes: frozenset[str]) -> list[str]:
    """The keys of a node attribute's values: a list gives several, None gives none."""
    if isinstance(value, list | tuple | set | frozenset):
        return [key for item in value for key in attribute_keys(name, item, classes)]
    if value is None or value == "":
        return []
    if name in classes and not isinstance(value, Literal):
        return [name_key(str(value))]
    return [value_key(value) or literal_key(Literal(str(value)))]
