"""What a system answered, one JSON line each, so that a killed run goes on where it was."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from kgqa.errors import QuestionsFileError
from kgqa.evaluation.matching import PredictedValue
from kgqa.evaluation.questions import Question
from kgqa.types import Answer, AnswerValue

FORMAT = 2
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


class PredictionLog:
    """A file of predictions that is only appended to.

    The first line says which system and questions the rest belongs to. A last line that a kill cut short is
    taken off, and its question asked again.
    """

    def __init__(self, path: Path | str, *, system: str, questions: Sequence[Question]) -> None:
        self.path = Path(path)
        self._header = {"predictions": FORMAT, "system": system, "questions": digest(questions)}

    def resume(self) -> dict[str, Prediction]:
        """Read what is there: question id -> prediction; begins the file where there is none.

        Errors : QuestionsFileError if the file belongs to other questions or another system, or is damaged.
        """
        if not self.path.exists():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._append(self._header)
            return {}
        lines = self._whole_lines()
        if not lines or self._parse(lines[0], 1) != self._header:
            raise QuestionsFileError(
                f"{self.path} holds other predictions; expected the first line {json.dumps(self._header)}. "
                "Remove the file or choose another"
            )
        done = [self._prediction(line, number) for number, line in enumerate(lines[1:], 2)]
        return {prediction.id: prediction for prediction in done}

    def add(self, prediction: Prediction) -> None:
        """Append one prediction."""
        self._append(asdict(prediction))

    def _append(self, data: Mapping[str, Any]) -> None:
        with self.path.open("a", encoding="utf-8", errors="surrogatepass") as file:
            file.write(json.dumps(data, ensure_ascii=False) + "\n")

    def _whole_lines(self) -> list[bytes]:
        data = self.path.read_bytes()
        whole = data[: data.rfind(b"\n") + 1]
        if len(whole) < len(data):
            with self.path.open("r+b") as file:
                file.truncate(len(whole))
        return whole.split(b"\n")[:-1]

    def _prediction(self, line: bytes, number: int) -> Prediction:
        try:
            return Prediction.from_json(self._parse(line, number))
        except (KeyError, TypeError) as error:
            raise self._damaged(number, error) from error

    def _parse(self, line: bytes, number: int) -> Any:
        try:
            return json.loads(line)
        except ValueError as error:
            raise self._damaged(number, error) from error

    def _damaged(self, number: int, error: Exception) -> QuestionsFileError:
        return QuestionsFileError(f"{self.path}:{number}: no prediction ({error}). Remove the line or the file")
