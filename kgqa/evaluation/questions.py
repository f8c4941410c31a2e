"""Question sets: JSON Lines in; what a system may see and what it is marked against, kept apart.

One object a line: `id` and `question`, and where known `answers` (ids or labels), `kind`, `topic` (gold
entities), `hops`, `language` (or `lang`), `tags`, `split`, `program`, `path`, `sparql`, `sentence` (the
answer in a sentence). A line without `answers` has no gold; `"answers": []` says that the right answer is none; the tag
"unanswerable" says besides that the graph knows nothing of what is asked. Other fields are not read, and are listed.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from kgqa.errors import QuestionsFileError
from kgqa.types import AnswerKind

T = TypeVar("T")
UNANSWERABLE = "unanswerable"
"""The tag of questions about what the graph knows nothing of: a program that finds nothing is no right reading."""
PathItem = str | tuple[str, ...]
_KNOWN = frozenset(
    (
        "id",
        "question",
        "answers",
        "kind",
        "topic",
        "hops",
        "language",
        "lang",
        "tags",
        "split",
        "program",
        "path",
        "sparql",
        "sql",
        "sentence",
    )
)


@dataclass(frozen=True, slots=True)
class Question:
    """What a system may see of a question."""

    id: str
    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class LinkedQuestion:
    """A question handed out together with its gold entities; its results belong in a column of their own.

    topic : ids or labels of the entities that the question is about.
    """

    question: Question
    topic: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gold:
    """What a question is marked against.

    answers : ids, labels or values, a set in the file's order; empty where the right answer is none.
    topic : gold entities. hops : relations between topic and answers, or None where unknown.
    program, path, sparql, sql : how the answers were found, where the set says so.
    sentence : the answer in a sentence, or "".
    """

    answers: tuple[str, ...]
    kind: AnswerKind | None = None
    topic: tuple[str, ...] = ()
    hops: int | None = None
    tags: tuple[str, ...] = ()
    program: str = ""
    path: tuple[PathItem, ...] = ()
    sparql: str = ""
    sql: str = ""
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions in file order, and the gold of those that have it.

    gold : question id -> gold. unread : fields of the file that no part of kgqa reads, sorted.
    """

    questions: tuple[Question, ...]
    gold: Mapping[str, Gold]
    unread: tuple[str, ...] = ()

    @classmethod
    def read(cls, path: Path | str, *, split: str = "") -> QuestionSet:
        """Read a JSON Lines file.

        split : keep the lines whose `split` is this; all unless given.
        Errors : QuestionsFileError with file and line for a malformed line, a repeated id or an empty file.
        """
        records = list(_records(Path(path)))
        if not records:
            raise QuestionsFileError(f"{path} holds no question; expected one JSON object a line")
        _refuse_repeated_ids(records)
        records = _of_split(records, split, path) if split else records
        unread = sorted({key for record in records for key in record.data} - _KNOWN)
        gold = {record.text("id"): record.gold() for record in records if record.data.get("answers") is not None}
        return cls(tuple(record.question() for record in records), gold, tuple(unread))

    def write(self, path: Path | str) -> None:
        """Write the set as JSON Lines that `read` takes; what is not known of a question is left out."""
        lines = (json.dumps(_line(q, self.gold.get(q.id)), ensure_ascii=False) for q in self.questions)
        Path(path).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", errors="surrogatepass")

    def __len__(self) -> int:
        return len(self.questions)

    def linked(self) -> tuple[LinkedQuestion, ...]:
        """The questions whose gold entities are known, with them."""
        topics = ((question, self.gold[question.id].topic) for question in self.questions if question.id in self.gold)
        return tuple(LinkedQuestion(question, topic) for question, topic in topics if topic)

    def only(self, ids: Iterable[str]) -> QuestionSet:
        """The part of the set with these ids, in the set's order."""
        wanted = frozenset(ids)
        kept = tuple(question for question in self.questions if question.id in wanted)
        return replace(self, questions=kept, gold={i: gold for i, gold in self.gold.items() if i in wanted})

    def sample(self, limit: int, seed: int) -> QuestionSet:
        """Draw at most `limit` questions for each number of hops, reproducibly."""
        groups: dict[int | None, list[str]] = {}
        for question in self.questions:
            gold = self.gold.get(question.id)
            groups.setdefault(gold.hops if gold else None, []).append(question.id)
        drawn = random.Random(seed)  # noqa: S311 - a sample, not a secret
        return self.only(i for ids in groups.values() for i in drawn.sample(ids, min(limit, len(ids))))

    def draw(self, limit: int, seed: int) -> QuestionSet:
        """Draw at most `limit` questions of all, reproducibly; they keep the set's order."""
        ids = [question.id for question in self.questions]
        return self.only(random.Random(seed).sample(ids, min(limit, len(ids))))  # noqa: S311 - a sample, not a secret

    def without_gold(self, ids: Iterable[str]) -> QuestionSet:
        """The same questions with the gold of some withdrawn: asked and counted, not scored."""
        withdrawn = frozenset(ids)
        return replace(self, gold={i: gold for i, gold in self.gold.items() if i not in withdrawn})


def _line(question: Question, gold: Gold | None) -> dict[str, Any]:
    """One line of a file: a question with its gold; `answers` stands there wherever there is gold, also if empty."""
    line: dict[str, Any] = {"id": question.id, "question": question.text, "language": question.language}
    if gold is not None:
        line |= {**asdict(gold), "kind": gold.kind.value if gold.kind else ""}
    return {key: value for key, value in line.items() if key == "answers" or value not in ("", (), None)}


@dataclass(frozen=True, slots=True)
class _Record:
    """One line of a file, with what an error message needs."""

    where: str
    data: Mapping[str, Any]

    def question(self) -> Question:
        language = self.text("language", "") or self.text("lang", "")
        return Question(self.text("id"), self.text("question"), language)

    def gold(self) -> Gold:
        return Gold(
            answers=tuple(dict.fromkeys(map(self._scalar, self.items("answers")))),
            kind=self._kind(),
            topic=tuple(map(self._scalar, self.items("topic"))),
            hops=self._hops(),
            tags=tuple(map(self._scalar, self.items("tags"))),
            program=self.text("program", ""),
            path=tuple(self._path_item(item) for item in self.items("path")),
            sparql=self.text("sparql", ""),
            sql=self.text("sql", ""),
            sentence=self.text("sentence", ""),
        )

    def text(self, key: str, default: str | None = None) -> str:
        value = self.data.get(key)
        if value is None and default is not None:
            return default
        if isinstance(value, int) and not isinstance(value, bool) and key == "id":
            return str(value)
        if not isinstance(value, str) or (default is None and not value.strip()):
            raise self.error(f"{key!r} is {_short(value)}; expected text")
        return value

    def items(self, key: str) -> list[Any]:
        value = self.data.get(key)
        if value is not None and not isinstance(value, list):
            raise self.error(f"{key!r} is {_short(value)}; expected a list: write [{_short(value)}]")
        return value or []

    def error(self, message: str) -> QuestionsFileError:
        return QuestionsFileError(f"{self.where}: {message}")

    def _kind(self) -> AnswerKind | None:
        name = self.text("kind", "")
        return _member(AnswerKind, name, self) if name else None

    def _hops(self) -> int | None:
        value = self.data.get("hops")
        if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
            raise self.error(f"'hops' is {_short(value)}; expected a whole number from 0")
        return value

    def _scalar(self, value: Any) -> str:
        if isinstance(value, bool):
            return "true" if value else "false"
        if not isinstance(value, str | int | float):
            raise self.error(f"{_short(value)} stands in a list; expected text, a number or a truth value")
        return str(value)

    def _path_item(self, value: Any) -> PathItem:
        return tuple(map(self._scalar, value)) if isinstance(value, list) else self._scalar(value)


def _member(kinds: Callable[[str], T], name: str, record: _Record) -> T:
    try:
        return kinds(name)
    except ValueError as error:
        expected = ", ".join(kind.value for kind in AnswerKind)
        raise record.error(f"'kind' is {name!r}; expected one of: {expected}") from error


def _records(path: Path) -> Iterator[_Record]:
    try:
        with path.open(encoding="utf-8-sig") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield _parse(line, f"{path}:{number}")
    except OSError as error:
        raise QuestionsFileError(f"can't read the questions {str(path)!r}: {error.strerror}. Check the path") from error
    except UnicodeDecodeError as error:
        raise QuestionsFileError(f"{path} is not UTF-8: {error.reason}. Save it as UTF-8") from error


def _parse(line: str, where: str) -> _Record:
    try:
        data = json.loads(line)
    except (json.JSONDecodeError, RecursionError) as error:
        raise QuestionsFileError(f"{where}: not JSON ({error}); expected one object a line") from error
    if not isinstance(data, dict):
        raise QuestionsFileError(f"{where}: {_short(data)} is no object; expected {{'id': ..., 'question': ...}}")
    return _Record(where, data)


def _refuse_repeated_ids(records: list[_Record]) -> None:
    first: dict[str, str] = {}
    for record in records:
        at = first.setdefault(record.text("id"), record.where)
        if at != record.where:
            raise record.error(f"the id {record.text('id')!r} stands at {at} already; give each question its own")


def _of_split(records: list[_Record], split: str, path: Path | str) -> list[_Record]:
    kept = [record for record in records if record.text("split", "") == split]
    if not kept:
        found = sorted({record.text("split", "") for record in records} - {""})
        raise QuestionsFileError(f"{path} has no split {split!r}; expected one of: {', '.join(found) or 'none there'}")
    return kept


def _short(value: object, limit: int = 60) -> str:
    text = "missing" if value is None else repr(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"
