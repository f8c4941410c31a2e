"""What a system answered, one JSON line each, so that a killed run goes on where it was."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from kgqa.evaluation.line_log import LineLog
from kgqa.evaluation.matching import PredictedValue
from kgqa.evaluation.questions import Question
from kgqa.types import Answer, AnswerValue

FORMAT = 2
REFUSED, FAILED = "error", "failed"
"""The kinds of predictions without an answer: the question can't be taken; the system failed at it unexpectedly."""
_KEPT_FACTS = 5


@dataclass(frozen=True, slots=True)
class PredictedLink:
    """One mention that a system took, question[start:end] == text, and the node that it took it for."""

    text: str
    start: int
    end: int
    id: str
    label: str
    score: float


@dataclass(frozen=True, slots=True)
class Prediction:
    """One answered question.

    values : in the system's order. confidence : in [0, 1]. abstained : the reason for no answer, or "".
    error : the message where the system refused the question, or "". seconds : wall time of the answer.
    timings_ms : the system's own times by stage. links : what was recognised. words : the program in plain words.
    sentence : the answer as a sentence. evidence : labels (subject, predicate, object) of the first facts.
    """

    id: str
    kind: str
    values: tuple[PredictedValue, ...] = ()
    confidence: float = 0.0
    abstained: str = ""
    error: str = ""
    program: str = ""
    seconds: float = 0.0
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    links: tuple[PredictedLink, ...] = ()
    words: str = ""
    sentence: str = ""
    evidence: tuple[tuple[str, str, str], ...] = ()

    @classmethod
    def of_answer(cls, question_id: str, answer: Answer, seconds: float) -> Prediction:
        """Keep of an answer what is marked and reported."""
        return cls(
            id=question_id,
            kind=answer.kind.value,
            values=tuple(map(predicted_value, answer.values)),
            confidence=answer.confidence,
            abstained=answer.abstained.reason.value if answer.abstained else "",
            program=answer.program or "",
            seconds=seconds,
            timings_ms=dict(answer.timings_ms),
            links=tuple(PredictedLink(k.text, k.start, k.end, k.id, k.label, k.score) for k in answer.links),
            words=answer.words or "",
            sentence=answer.sentence or "",
            evidence=tuple(
                (fact.subject_label, fact.predicate_label, fact.object_label) for fact in answer.evidence[:_KEPT_FACTS]
            ),
        )

    def to_json(self) -> dict[str, Any]:
        """Turn into values that `json` can write."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Prediction:
        """Rebuild from a parsed line."""
        values = tuple(PredictedValue(**value) for value in data["values"])
        links = tuple(PredictedLink(**link) for link in data["links"])
        evidence = tuple((s, p, o) for s, p, o in data["evidence"])
        return cls(**{**data, "values": values, "links": links, "evidence": evidence})


def predicted_value(value: AnswerValue) -> PredictedValue:
    """One value of an answer, as text."""
    text = str(value.value).lower() if isinstance(value.value, bool) else str(value.value)
    return PredictedValue(value.id, value.label, text)


def digest(questions: Iterable[Question]) -> str:
    """A hash of ids and texts: equal for equal question sets in equal order."""
    sha = hashlib.sha256()
    for question in questions:
        sha.update(json.dumps([question.id, question.text]).encode())
    return sha.hexdigest()[:16]


class PredictionLog(LineLog[Prediction]):
    """The predictions of one system for one question set, see `LineLog`."""

    def __init__(self, path: Path | str, *, system: str, questions: Sequence[Question]) -> None:
        header = {"predictions": FORMAT, "system": system, "questions": digest(questions)}
        super().__init__(path, header, read=Prediction.from_json, what="prediction")
