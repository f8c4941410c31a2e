"""Computes the gold answers of the question sets from the graphs.

Each line of `world.jsonl` and `elements.jsonl` is a question with the SPARQL that answers it, both written by hand.
`python -m data.build_questions` fills in everything else; `--check` only says whether the files are up to date.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyoxigraph as ox

HERE = Path(__file__).parent
GRAPHS = {"world": "https://kgqa.example/world/", "elements": "https://kgqa.example/elements/"}
_PREFIXES = {"world": "world", "elements": "element"}
_ONTOLOGY = frozenset(
    f"http://www.w3.org/2002/07/owl#{kind}"
    for kind in ("Class", "DatatypeProperty", "ObjectProperty", "SymmetricProperty")
)
_RDF_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")

Question = dict[str, Any]


def load_graph(name: str) -> ox.Store:
    """Return the Turtle file of a graph as a store."""
    store = ox.Store()
    store.load(path=HERE.parent / "graphs" / f"{name}.ttl", format=ox.RdfFormat.TURTLE)
    return store


def load_questions(name: str) -> list[Question]:
    """Return the questions of a set, in the order of the file."""
    lines = (HERE / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def prefixes(name: str) -> str:
    """Return the SPARQL prologue that every query of a set starts with."""
    vocabularies = {
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
        _PREFIXES[name]: GRAPHS[name],
    }
    return " ".join(f"PREFIX {prefix}: <{iri}>" for prefix, iri in vocabularies.items())


def run_query(store: ox.Store, sparql: str | None) -> tuple[str, list[str]]:
    """Return the kind of answer and the answers: IRIs or lexical forms, in result order where the query orders them."""
    if not sparql:
        return "none", []
    results = store.query(sparql)
    if isinstance(results, ox.QueryBoolean):
        return "boolean", [str(bool(results)).lower()]
    assert isinstance(results, ox.QuerySolutions)
    terms = [solution[0] for solution in results]
    values = [term.value for term in terms]
    if "ORDER BY" not in sparql:
        values.sort()
    if "(COUNT(" in sparql:
        return "count", values
    entities = all(isinstance(term, ox.NamedNode) for term in terms)
    return ("entities" if entities else "literals"), values


def topics(store: ox.Store, name: str, sparql: str) -> list[str]:
    """Return the entities that a query names, in its order: its nodes that are neither classes nor properties."""
    named = re.findall(rf"\b{_PREFIXES[name]}:(\w+)", sparql.partition("{")[2])
    iris = dict.fromkeys(GRAPHS[name] + local for local in named)
    return [iri for iri in iris if not _ONTOLOGY & set(_types(store, iri))]


def _types(store: ox.Store, iri: str) -> Iterator[str]:
    for quad in store.quads_for_pattern(ox.NamedNode(iri), _RDF_TYPE, None):
        if isinstance(quad.object, ox.NamedNode):
            yield quad.object.value


def split_of(question: str) -> str:
    """Return `dev` or `test`, by a hash of the words, so that a question never changes sides when others are added."""
    return "dev" if hashlib.sha256(question.encode()).digest()[0] % 2 == 0 else "test"


def language_of(question: str) -> str:
    """Return `zh` for a question with Chinese characters, else `en`."""
    return "zh" if re.search("[\u4e00-\u9fff]", question) else "en"


def rebuilt(name: str) -> list[Question]:
    """Return the set with every derived field computed again."""
    store = load_graph(name)
    return [_complete(store, name, number, question) for number, question in enumerate(load_questions(name), start=1)]


def _complete(store: ox.Store, name: str, number: int, written: Mapping[str, Any]) -> Question:
    sparql: str | None = written["sparql"]
    kind, answers = run_query(store, sparql)
    return {
        "id": f"{name}-{number:03d}",
        "question": written["question"],
        "answers": answers,
        "kind": kind,
        "topic": topics(store, name, sparql) if sparql else written["topic"],
        "hops": written["hops"],
        "language": language_of(written["question"]),
        "tags": written["tags"],
        "split": split_of(written["question"]),
        "sparql": sparql,
    }


def render(questions: list[Question]) -> str:
    """Return the set as JSON Lines."""
    return "".join(json.dumps(question, ensure_ascii=False) + "\n" for question in questions)


def main() -> int:
    """Rewrite the question files, or check them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if a file is out of date")
    check = parser.parse_args().check
    stale = False
    for name in GRAPHS:
        path = HERE / f"{name}.jsonl"
        text = render(rebuilt(name))
        if path.read_text(encoding="utf-8") != text:
            stale = True
            if not check:
                path.write_text(text, encoding="utf-8")
            print(f"{path.name}: {'out of date' if check else 'rewritten'}")
    return int(check and stale)


if __name__ == "__main__":
    sys.exit(main())
