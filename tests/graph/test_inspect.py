from __future__ import annotations

import json
from collections import Counter, defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgqa.graph import KnowledgeGraph, inspect_graph
from kgqa.graph.inspect import script_of
from kgqa.types import Literal, Triple
from tests.graph.facts import facts

TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
FACT = st.builds(
    Triple,
    st.sampled_from(["a", "b", "c", "_:x"]),
    st.sampled_from(["p", "q", TYPE]),
    st.sampled_from(["a", "b", "K", "_:x", Literal("1"), Literal("2", "urn:kgqa:datatype:quantity")]),
    st.sampled_from(["", "x.nt"]),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(FACT, min_size=1, max_size=20))
def test_counts_equal_a_count_by_hand(triples: list[Triple]) -> None:
    graph = KnowledgeGraph.load(triples)
    report = inspect_graph(graph)
    found = facts(graph)
    nodes = {n for s, _, o in found for n in (s, o) if isinstance(n, str)}
    values = {o for _, _, o in found if isinstance(o, Literal)}
    assert report.facts == len(found)
    assert report.entities == len({n for n in nodes if not n.startswith("_:")})
    assert report.blank_nodes == len({n for n in nodes if n.startswith("_:")})
    assert report.literals == Counter(v.datatype for v in values)
    assert report.unlabelled == 1.0
    assert sum(report.sources.values()) == len(found)
    for relation in report.relations:
        objects: dict[str, set[object]] = defaultdict(set)
        for s, p, o in found:
            if p == relation.id:
                objects[s].add(o)
        sizes = [len(group) for group in objects.values()]
        assert relation.facts == sum(sizes)
        assert relation.out.max == max(sizes)
        assert relation.out.mean == round(sum(sizes) / len(sizes), 3)
        assert abs(sum(relation.domain.values()) - 1) < 0.001
    assert json.loads(json.dumps(report.to_json())) == json.loads(json.dumps(report.to_json()))


def test_a_report_in_full() -> None:
    rows: list[object] = [
        ("q1", "type", "City"),
        ("q2", "type", "City"),
        ("q3", "type", "River"),
        Triple("q1", "label", Literal("Paris", "", "en")),
        Triple("q2", "label", Literal("Paris", "", "en")),
        Triple("q1", "alias", Literal("巴黎", "", "zh")),
        ("q1", "on", "q3"),
        ("q2", "on", "q3"),
        ("q1", "population", 2_100_000),
        ("broken",),
    ]
    report = inspect_graph(KnowledgeGraph.load(rows, on_error="skip"))
    assert report.classes == {"City": 2, "River": 1}
    assert report.n_classes == 2
    assert report.languages == {"en": 2, "zh": 1, "": 3}
    assert report.scripts == {"Latin": 3}
    assert report.duplicated_labels == {"Paris": 2}
    assert report.unlabelled == 3 / 5
    assert report.skipped_count == 1
    assert "broken" in report.skipped[0]
    by_id = {relation.id: relation for relation in report.relations}
    assert by_id["on"].domain == {"City": 1.0}
    assert by_id["on"].range == {"River": 1.0}
    assert by_id["on"].into.max == 2
    assert by_id["on"].examples == (("Paris", "q3"), ("Paris", "q3"))
    assert by_id["population"].range == {"http://www.w3.org/2001/XMLSchema#integer": 1.0}


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("Paris", "Latin"),
        ("Łódź", "Latin"),
        ("ＴＯＫＹＯ", "Latin"),
        ("巴黎", "Han"),
        ("东京 (Tokyo)", "Latin"),
        ("a日", "Latin"),
        ("日a", "Han"),
        ("Москва", "Cyrillic"),
        ("さくら", "kana"),
        ("ｻｸﾗ", "kana"),
        ("القاهرة", "Arabic"),
        ("1984-01", "none"),
        ("—", "none"),
        ("", "none"),
    ],
)
def test_the_script_of_a_name_is_that_of_most_letters(text: str, script: str) -> None:
    assert script_of(text) == script
