"""Answers as JSON: one schema for Python, the command line and HTTP.

Facts stand as `[subject, predicate, object, source]` in `evidence`; at the same position stand their labels in
`evidence_labels`, and in `evidence_context` whether they are mere context. `answer.schema.json` describes every field;
an answer written before there were `clarification` and `corrections` is read as one without.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.resources import files
from typing import Any

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

_XSD = "http://www.w3.org/2001/XMLSchema#"
_FLOATS = (f"{_XSD}double", f"{_XSD}float")
# JSON has no number for these; XML Schema has a spelling.
_NOT_FINITE = {"NaN": math.nan, "INF": math.inf, "-INF": -math.inf}


def answer_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of an answer."""
    schema: dict[str, Any] = json.loads(files("kgqa").joinpath("answer.schema.json").read_text(encoding="utf-8"))
    return schema


def answer_to_json(answer: Answer) -> dict[str, Any]:
    """An answer as plain JSON values, its keys always in the same order.

    A value that is not finite becomes "NaN", "INF" or "-INF".
    """
    return {
        "question": answer.question,
        "kind": answer.kind.value,
        "values": [_value_to_json(value) for value in answer.values],
        "total": answer.total,
        "confidence": float(answer.confidence),
        "abstained": _abstained_to_json(answer.abstained),
        "program": answer.program,
        "sparql": answer.sparql,
        "words": answer.words,
        "evidence": [[e.subject, e.predicate, e.object, e.source] for e in answer.evidence],
        "evidence_labels": [[e.subject_label, e.predicate_label, e.object_label] for e in answer.evidence],
        "evidence_context": [e.context for e in answer.evidence],
        "corrections": [asdict(correction) for correction in answer.corrections],
        "links": [{**asdict(link), "score": float(link.score), "match": link.match.value} for link in answer.links],
        "alternatives": [_alternative_to_json(alternative) for alternative in answer.alternatives],
        "clarification": _clarification_to_json(answer.clarification),
        "sentence": answer.sentence,
        "timings_ms": {stage: float(spent) for stage, spent in answer.timings_ms.items()},
    }


def answer_from_json(data: Mapping[str, Any]) -> Answer:
    """Read what `answer_to_json` wrote; anything else is an InputError."""
    try:
        return _answer(data)
    except KeyError as error:
        raise _not_an_answer(f"the key {error} is missing") from error
    except (TypeError, ValueError, AttributeError) as error:
        raise _not_an_answer(str(error)) from error


def _answer(data: Mapping[str, Any]) -> Answer:
    return Answer(
        question=data["question"],
        kind=AnswerKind(data["kind"]),
        values=tuple(_value(value) for value in data["values"]),
        total=int(data["total"]),
        confidence=float(data["confidence"]),
        abstained=_abstained(data["abstained"]),
        program=data["program"],
        sparql=data["sparql"],
        words=data["words"],
        evidence=_evidence(data),
        corrections=tuple(Correction(**correction) for correction in data.get("corrections", ())),
        links=tuple(AnswerLink(**{**link, "match": MatchKind(link["match"])}) for link in data["links"]),
        alternatives=tuple(Alternative(**{**a, "values": tuple(a["values"])}) for a in data["alternatives"]),
        clarification=_clarification(data.get("clarification")),
        sentence=data["sentence"],
        timings_ms=dict(data["timings_ms"]),
    )


def _value_to_json(value: AnswerValue) -> dict[str, Any]:
    shown = value.value
    if isinstance(shown, float) and not math.isfinite(shown):
        shown = "NaN" if math.isnan(shown) else "INF" if shown > 0 else "-INF"
    return {
        "id": value.id,
        "label": value.label,
        "value": shown,
        "datatype": value.datatype,
        "score": float(value.score),
    }


def _value(data: Mapping[str, Any]) -> AnswerValue:
    value = data["value"]
    if data["datatype"] in _FLOATS and isinstance(value, str):
        value = _NOT_FINITE.get(value, value)
    return AnswerValue(data["id"], data["label"], value, data["datatype"], data["score"])


def _abstained_to_json(abstained: Abstained | None) -> dict[str, str] | None:
    return None if abstained is None else {"reason": abstained.reason.value, "detail": abstained.detail}


def _abstained(data: Mapping[str, str] | None) -> Abstained | None:
    return None if data is None else Abstained(AbstentionReason(data["reason"]), data["detail"])


def _alternative_to_json(alternative: Alternative) -> dict[str, Any]:
    return {
        "words": alternative.words,
        "probability": float(alternative.probability),
        "values": list(alternative.values),
    }


def _clarification_to_json(clarification: Clarification | None) -> dict[str, Any] | None:
    if clarification is None:
        return None
    options = [{**asdict(option), "topic": list(option.topic)} for option in clarification.options]
    return {**asdict(clarification), "options": options}


def _clarification(data: Mapping[str, Any] | None) -> Clarification | None:
    if data is None:
        return None
    options = tuple(Option(**{**option, "topic": tuple(option["topic"])}) for option in data["options"])
    return Clarification(**{**data, "options": options})


def _evidence(data: Mapping[str, Any]) -> tuple[Evidence, ...]:
    rows = zip(data["evidence"], data["evidence_labels"], data["evidence_context"], strict=True)
    return tuple(Evidence(s, p, o, *_three(labels), source, context) for (s, p, o, source), labels, context in rows)


def _three(labels: Sequence[str]) -> tuple[str, str, str]:
    subject, predicate, obj = labels
    return subject, predicate, obj


def _not_an_answer(detail: str) -> InputError:
    return InputError(f"this JSON is not an answer: {detail}; see `answer_schema()` for what is expected")
