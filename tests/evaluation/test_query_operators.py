"""Operators read off gold queries."""

from __future__ import annotations

import pytest

from kgqa.evaluation import Gold, PredictedValue, Prediction, Question, QuestionSet, Setting, Split, score
from kgqa.evaluation.query_operators import query_operators


@pytest.mark.parametrize(
    ("query", "operators"),
    [
        ("", ()),
        ("SELECT ?x { <http://a/min(1)> <http://a/max(order)by> ?x }", ("lookup",)),
        ('SELECT ?x { ?x rdfs:label "count( or max(" }', ("lookup",)),
        ("SELECT (COUNT(?x) AS ?n) { ?x a :City }", ("count",)),
        ("PREFIX a: <http://a/> ASK { a:x a:y a:z }", ("yes-no",)),
        ("SELECT ?x { ?x :area ?y } ORDER BY DESC(?y) LIMIT 1", ("superlative",)),
        ("SELECT ?x { ?x :area ?y FILTER(?y > 100) }", ("comparison",)),
        ("SELECT ?x { { ?x :a 1 } UNION { ?x :b 2 } MINUS { ?x :c 3 } }", ("negation", "union")),
        ("SELECT N FROM C WHERE P = (SELECT MAX(P) FROM C WHERE S = 'ca')", ("superlative",)),
        ("SELECT COUNT(B) FROM D GROUP BY S", ("count", "grouping")),
        ("SELECT S FROM D WHERE S <> 'x' AND P NOT IN (SELECT P FROM E)", ("negation",)),
        ("SELECT AVG(P) FROM D WHERE P >= 10", ("aggregate", "comparison")),
    ],
)
def test_operators_of_a_query(query: str, operators: tuple[str, ...]) -> None:
    assert query_operators(query) == operators


def test_a_report_goes_by_tags_and_without_them_by_the_query() -> None:
    gold = {
        "a": Gold(("a",), tags=("mine",), sparql="SELECT (COUNT(?x) AS ?n) { ?x a :City }"),
        "b": Gold(("a",), sql="SELECT MAX(P) FROM C"),
        "c": Gold(("a",)),
    }
    questions = QuestionSet(tuple(Question(name, "?") for name in gold), gold)
    right = PredictedValue("a", "a", "a")
    found = score([Prediction(n, "x", (right,), 0.5) for n in gold], questions, Setting(name="t")).groups[Split.TAGS]
    assert list(found) == ["mine", "superlative"]
