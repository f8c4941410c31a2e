"""The committed question files: answers recomputed, fields sound, floors on what they cover."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

ROOT = Path(__file__).parents[2]
NAMES = ("world", "elements")
KINDS = {"entities", "literals", "count", "boolean", "none"}
TAGS = {
    "one-hop",
    "multi-hop",
    "two-constraint",
    "count",
    "superlative",
    "comparison",
    "yes-no",
    "filter",
    "unanswerable",
    "missing-relation",
    "missing-entity",
}
# Questions a tag must have at least, per set.
FLOORS = {
    "world": {"one-hop": 40, "multi-hop": 25, "two-constraint": 18, "count": 12, "superlative": 15, "comparison": 8}
    | {"yes-no": 10, "filter": 8, "unanswerable": 12},
    "elements": {"one-hop": 25, "multi-hop": 12, "two-constraint": 8, "count": 6, "superlative": 8, "comparison": 4}
    | {"yes-no": 5, "filter": 5, "unanswerable": 6},
}


@cache
def store(name: str) -> ox.Store:
    loaded = ox.Store()
    loaded.load(path=ROOT / "graphs" / f"{name}.ttl", format=ox.RdfFormat.TURTLE)
    return loaded


@cache
def questions(name: str) -> list[dict[str, Any]]:
    lines = (ROOT / "data" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def answers(name: str, sparql: str) -> list[str]:
    results = store(name).query(sparql)
    if isinstance(results, ox.QueryBoolean):
        return ["true" if results else "false"]
    assert isinstance(results, ox.QuerySolutions)
    return [solution[0].value for solution in results]


@pytest.mark.parametrize("name", NAMES)
def test_answers_are_what_the_sparql_gives(name: str) -> None:
    for question in questions(name):
        if question["sparql"]:
            assert sorted(answers(name, question["sparql"])) == sorted(question["answers"]), question["id"]


@pytest.mark.parametrize("name", NAMES)
def test_rdflib_gives_the_same_answers(name: str) -> None:
    rdflib = pytest.importorskip("rdflib")
    graph = rdflib.Graph().parse(ROOT / "graphs" / f"{name}.ttl")
    for question in questions(name):
        if question["kind"] in {"entities", "count"}:
            found = {str(row[0]) for row in graph.query(question["sparql"])}
            assert found == set(question["answers"]), question["id"]


@pytest.mark.parametrize("name", NAMES)
def test_only_unanswerable_questions_have_no_answer(name: str) -> None:
    for question in questions(name):
        unanswerable = "unanswerable" in question["tags"]
        assert unanswerable == (question["answers"] == []), question["id"]
        assert unanswerable == (question["kind"] == "none") == (question["sparql"] is None), question["id"]


@pytest.mark.parametrize("name", NAMES)
def test_answers_and_topics_are_nodes_of_the_graph(name: str) -> None:
    for question in questions(name):
        entities = question["answers"] if question["kind"] == "entities" else []
        for iri in [*entities, *question["topic"]]:
            node = ox.NamedNode(iri)
            assert next(store(name).quads_for_pattern(node, None, None), None) is not None, (question["id"], iri)


@pytest.mark.parametrize("name", NAMES)
def test_ids_and_questions_are_unique(name: str) -> None:
    for field in ("id", "question"):
        counted = Counter(question[field] for question in questions(name))
        assert max(counted.values()) == 1, counted.most_common(1)


@pytest.mark.parametrize("name", NAMES)
def test_fields_have_known_values(name: str) -> None:
    for question in questions(name):
        assert question["kind"] in KINDS
        assert set(question["tags"]) <= TAGS
        assert question["language"] in {"en", "zh"}
        assert question["split"] in {"dev", "test"}
        assert len(set(question["answers"])) == len(question["answers"])


@pytest.mark.parametrize("name", NAMES)
def test_a_superlative_has_no_tie_at_its_cut(name: str) -> None:
    for question in questions(name):
        sparql = question["sparql"] or ""
        if "LIMIT" not in sparql or "GROUP BY" in sparql:
            continue
        body, _, tail = sparql.partition("ORDER BY")
        body = body.replace("SELECT ?x", "SELECT ?x ?v", 1)
        order = tail.split(" OFFSET")[0].split(" LIMIT")[0]
        solutions = store(name).query(f"{body} ORDER BY {order}")
        assert isinstance(solutions, ox.QuerySolutions)
        values = [solution[1].value for solution in solutions]
        end = len(question["answers"]) + (1 if "OFFSET 1" in sparql else 0)
        assert values[end - 1] != values[end], question["id"]


@pytest.mark.parametrize("name", NAMES)
def test_the_set_covers_every_kind_of_question(name: str) -> None:
    tags = Counter(tag for question in questions(name) for tag in question["tags"])
    short = {tag: floor for tag, floor in FLOORS[name].items() if tags[tag] < floor}
    assert short == {}


@pytest.mark.parametrize(("name", "floor"), [("world", 190), ("elements", 100)])
def test_a_quarter_is_chinese_and_both_splits_are_large(name: str, floor: int) -> None:
    total = len(questions(name))
    assert total >= floor
    assert sum(question["language"] == "zh" for question in questions(name)) >= 0.23 * total
    for split in ("dev", "test"):
        assert sum(question["split"] == split for question in questions(name)) >= 0.4 * total


def test_the_showcase_question_has_its_seven_answers() -> None:
    (found,) = [q for q in questions("world") if q["question"] == "Which countries that border France use the euro?"]
    local = {iri.rpartition("/")[2] for iri in found["answers"]}
    assert local == {"Andorra", "Belgium", "Germany", "Italy", "Luxembourg", "Monaco", "Spain"}
