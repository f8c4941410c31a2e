"""The JSON form of an answer: what goes out comes back, and the schema describes it."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from kgqa.answer_json import answer_from_json, answer_schema, answer_to_json
from kgqa.errors import InputError
from kgqa.types import (
    Abstained,
    AbstentionReason,
    Alternative,
    Answer,
    AnswerKind,
    AnswerLink,
    AnswerValue,
    Clarification,
    Correction,
    Evidence,
    MatchKind,
    Option,
)

DOUBLE = "http://www.w3.org/2001/XMLSchema#double"
FIELDS = [
    "question",
    "kind",
    "values",
    "total",
    "confidence",
    "abstained",
    "program",
    "sparql",
    "words",
    "evidence",
    "evidence_labels",
    "evidence_context",
    "corrections",
    "links",
    "alternatives",
    "clarification",
    "sentence",
    "timings_ms",
]

text = st.text(max_size=12)
maybe_text = st.none() | text
share = st.floats(0, 1)
values = st.builds(
    AnswerValue,
    maybe_text,
    text,
    text | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
    text,
    share,
)
evidence = st.builds(Evidence, text, text, text, text, text, text, text, st.booleans())
links = st.builds(
    AnswerLink, text, st.integers(0, 99), st.integers(0, 99), text, text, share, st.sampled_from(MatchKind)
)
alternatives = st.builds(Alternative, text, share, st.lists(text, max_size=3).map(tuple))
options = st.builds(Option, text, text, text, st.lists(text, min_size=1, max_size=3).map(tuple))
clarifications = st.builds(
    Clarification,
    text,
    text,
    st.integers(0, 99),
    st.integers(0, 99),
    st.lists(options, min_size=2, max_size=3).map(tuple),
)


def few(items: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(items, max_size=3).map(tuple)


answers = st.builds(
    Answer,
    question=text,
    kind=st.sampled_from(AnswerKind),
    values=few(values),
    total=st.integers(0, 10**9),
    confidence=share,
    abstained=st.none() | st.builds(Abstained, st.sampled_from(AbstentionReason), text),
    program=maybe_text,
    sparql=maybe_text,
    words=maybe_text,
    evidence=few(evidence),
    corrections=few(st.builds(Correction, text, st.integers(0, 99), st.integers(0, 99), text)),
    links=few(links),
    alternatives=few(alternatives),
    clarification=st.none() | clarifications,
    sentence=maybe_text,
    timings_ms=st.dictionaries(text, st.floats(0, 1e6), max_size=3),
)


@settings(deadline=None)
@given(answers)
def test_an_answer_survives_the_way_through_json_text(answer: Answer) -> None:
    written = json.dumps(answer_to_json(answer), ensure_ascii=False, allow_nan=False)
    assert answer_from_json(json.loads(written)) == answer


@settings(deadline=None)
@given(answers)
def test_every_answer_fits_the_schema(answer: Answer) -> None:
    data = json.loads(json.dumps(answer_to_json(answer)))
    Draft202012Validator(answer_schema()).validate(data)


def test_the_schema_is_a_schema_and_names_the_fields_in_order() -> None:
    schema = answer_schema()
    Draft202012Validator.check_schema(schema)
    assert list(schema["properties"]) == FIELDS
    assert schema["required"] == [name for name in FIELDS if name not in ("clarification", "corrections")]
    assert list(answer_to_json(Answer("q", AnswerKind.NONE))) == FIELDS


@settings(deadline=None)
@given(answers)
def test_an_answer_from_before_clarifications_and_corrections_is_read(answer: Answer) -> None:
    data = json.loads(json.dumps(answer_to_json(answer)))
    del data["clarification"], data["corrections"]
    Draft202012Validator(answer_schema()).validate(data)
    assert answer_from_json(data) == replace(answer, clarification=None, corrections=())


def test_the_enumerations_of_the_schema_are_those_of_the_code() -> None:
    properties = answer_schema()["properties"]
    assert properties["kind"]["enum"] == [kind.value for kind in AnswerKind]
    reasons = properties["abstained"]["oneOf"][1]["properties"]["reason"]["enum"]
    assert reasons == [reason.value for reason in AbstentionReason]
    assert properties["links"]["items"]["properties"]["match"]["enum"] == [match.value for match in MatchKind]


def test_facts_stand_as_four_strings_with_their_labels_beside_them() -> None:
    fact = Evidence("fr", "borders", "es", "France", "borders", "Spanje", "world.ttl")
    data = answer_to_json(Answer("q", AnswerKind.ENTITIES, evidence=(fact,)))
    assert data["evidence"] == [["fr", "borders", "es", "world.ttl"]]
    assert data["evidence_labels"] == [["France", "borders", "Spanje"]]


@pytest.mark.parametrize("number", [math.inf, -math.inf, math.nan])
def test_numbers_that_json_lacks_are_spelt_and_read_back(number: float) -> None:
    answer = Answer("q", AnswerKind.LITERALS, values=(AnswerValue(None, "x", number, DOUBLE),))
    data = json.loads(json.dumps(answer_to_json(answer), allow_nan=False))
    Draft202012Validator(answer_schema()).validate(data)
    back = answer_from_json(data).values[0].value
    assert isinstance(back, float)
    assert back == number or (math.isnan(back) and math.isnan(number))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "guess"}, "guess"),
        ({"values": 3}, "not iterable"),
        ({"evidence": [["a", "b", "c", "d"]]}, "zip"),
        ({"links": [{"match": "exact"}]}, "missing"),
        ({"abstained": "tired"}, "indices"),
        ({"clarification": {"question": "Which?", "options": []}}, "missing"),
        ({"clarification": {"options": [{"topic": ["a"]}]}}, "missing"),
    ],
)
def test_foreign_json_is_refused_with_a_reason(change: dict[str, Any], said: str) -> None:
    data = {**answer_to_json(Answer("q", AnswerKind.NONE)), **change}
    with pytest.raises(InputError, match=said):
        answer_from_json(data)


def test_a_missing_key_is_named() -> None:
    with pytest.raises(InputError, match="'question' is missing"):
        answer_from_json({})
