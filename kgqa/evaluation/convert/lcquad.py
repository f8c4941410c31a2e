"""LC-QuAD 1 (DBpedia) and 2 (Wikidata, and DBpedia of 2018): questions with SPARQL and without answers."""

from __future__ import annotations

from collections.abc import Iterator

from kgqa.evaluation.convert.original import Asked, Entry, Original
from kgqa.evaluation.convert.sparql import entities_of_query, kind_of_query
from kgqa.graph import KnowledgeGraph

_DBPEDIA_2018 = "<http://wikidata.dbpedia.org/"
_NO_TEXT = frozenset(("", "n/a", "na", "none", "null"))


def read_first(original: Original) -> Iterator[Asked]:
    """LC-QuAD 1: `_id`, `corrected_question`, `sparql_query`, `sparql_template_id`."""
    for entry in original.entries():
        yield from original.take(_first, entry)


def read_second(original: Original) -> Iterator[Asked]:
    """LC-QuAD 2: `uid`, `question` or else `paraphrased_question`, `sparql_wikidata` or `sparql_dbpedia18`.

    The SPARQL is Wikidata's, unless a graph is given that holds IRIs of http://wikidata.dbpedia.org/.
    """
    query = "sparql_dbpedia18" if original.graph and _is_dbpedia_2018(original.graph) else "sparql_wikidata"
    paraphrased = 0
    for entry in original.entries():
        for asked, is_paraphrase in original.take(_second, entry, query):
            paraphrased += is_paraphrase
            yield asked
    original.note(paraphrased, "without a wording of their own, which have the paraphrase")


def _first(entry: Entry) -> Asked:
    template, sparql = entry.data.get("sparql_template_id"), entry.text("sparql_query")
    return Asked(
        where=entry.where,
        id=entry.scalar("_id"),
        question=entry.scalar("corrected_question"),
        tags=(f"template-{template}",) if isinstance(template, int | str) and template != "" else (),
        language="en",
        kind=kind_of_query(sparql),
        topic=entities_of_query(sparql),
        sparql=sparql,
    )


def _second(entry: Entry, query: str) -> tuple[Asked, bool]:
    wordings = [_wording(entry, key) for key in ("question", "paraphrased_question")]
    text = wordings[0] or wordings[1]
    if not text:
        raise entry.error("neither 'question' nor 'paraphrased_question' has a text; expected one of them")
    shape, sparql = entry.text("subgraph"), entry.text(query)
    asked = Asked(
        where=entry.where,
        id=entry.scalar("uid"),
        question=text,
        tags=(shape,) if shape else (),
        language="en",
        kind=kind_of_query(sparql),
        topic=entities_of_query(sparql),
        sparql=sparql,
    )
    return asked, not wordings[0]


def _wording(entry: Entry, key: str) -> str:
    # The file has null, [] and "n/a" for a wording that nobody gave.
    value = entry.data.get(key)
    text = value.strip() if isinstance(value, str) else ""
    return "" if text.lower() in _NO_TEXT else text


def _is_dbpedia_2018(graph: KnowledgeGraph) -> bool:
    first = graph.terms.lower_bound(_DBPEDIA_2018)
    return first < graph.terms.sorted_size and graph.terms[first].startswith(_DBPEDIA_2018)
