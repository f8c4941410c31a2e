"""The originals of question sets: their lines and JSON entries, and what becomes of malformed ones."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from kgqa.errors import QuestionsFileError
from kgqa.evaluation.questions import PathItem
from kgqa.graph import KnowledgeGraph
from kgqa.types import AnswerKind

CURE = "Correct it, or leave such records out: on_error='skip', or --on-error skip on the command line"
P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question of an original, with the gold that its set gives.

    where : file and line or entry, for messages. answers : None where the set gives none.
    Other fields as in `kgqa.evaluation.Gold`.
    """

    where: str
    id: str
    question: str
    answers: tuple[str, ...] | None = None
    kind: AnswerKind | None = None
    topic: tuple[str, ...] = ()
    hops: int | None = None
    language: str = ""
    tags: tuple[str, ...] = ()
    path: tuple[PathItem, ...] = ()
    sparql: str = ""

    def record(self) -> Mapping[str, Any]:
        """The question as an object of a questions file; what is not known is left out."""
        fields = {
            "id": self.id,
            "question": self.question,
            "answers": None if self.answers is None else list(dict.fromkeys(self.answers)),
            "kind": self.kind.value if self.kind else None,
            "topic": list(dict.fromkeys(self.topic)) or None,
            "hops": self.hops,
            "language": self.language or None,
            "tags": list(self.tags) or None,
            "path": [list(item) if isinstance(item, tuple) else item for item in self.path] or None,
            "sparql": self.sparql or None,
        }
        return {name: value for name, value in fields.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a text file, without its end; `number` counts from 1."""

    path: Path
    number: int
    text: str

    @property
    def where(self) -> str:
        """The place as messages name it."""
        return f"{self.path}:{self.number}"

    def error(self, message: str) -> QuestionsFileError:
        """An error that names the place."""
        return QuestionsFileError(f"{self.where}: {message}")


@dataclass(frozen=True, slots=True)
class Entry:
    """An object inside a JSON file; `name` says which, such as "Questions[3].Parses[0]"."""

    path: Path
    name: str
    data: Mapping[str, Any]

    @property
    def where(self) -> str:
        """The place as messages name it."""
        return f"{self.path}, {self.name}"

    def error(self, message: str) -> QuestionsFileError:
        """An error that names the place."""
        return QuestionsFileError(f"{self.where}: {message}")

    def scalar(self, key: str) -> str:
        """A text or number as text, trimmed; an error where it is missing or blank."""
        value = self.data.get(key)
        if isinstance(value, bool) or not isinstance(value, str | int | float) or not str(value).strip():
            raise self.error(f"{key!r} is {short(value)}; expected text")
        return str(value).strip()

    def text(self, key: str) -> str:
        """A text, trimmed; "" where it is missing."""
        value = self.data.get(key)
        if value is not None and not isinstance(value, str):
            raise self.error(f"{key!r} is {short(value)}; expected text")
        return (value or "").strip()

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty where it is missing or null."""
        values = self._list(key)
        if not all(isinstance(value, str) for value in values):
            raise self.error(f"{key!r} is {short(values)}; expected a list of texts")
        return tuple(values)

    def child(self, key: str) -> Entry:
        """The object at `key`; an empty one where it is missing or null."""
        value = self.data.get(key)
        return self._at(f"{self.name}.{key}", {} if value is None else value)

    def children(self, key: str) -> tuple[Entry, ...]:
        """The objects of the list at `key`; none where it is missing or null."""
        return tuple(self._at(f"{self.name}.{key}[{i}]", value) for i, value in enumerate(self._list(key)))

    def _list(self, key: str) -> list[Any]:
        value = self.data.get(key)
        if value is not None and not isinstance(value, list):
            raise self.error(f"{key!r} is {short(value)}; expected a list")
        return value or []

    def _at(self, name: str, value: Any) -> Entry:
        if not isinstance(value, dict):
            raise QuestionsFileError(f"{self.path}, {name}: {short(value)} is no object; expected {{...}}")
        return Entry(self.path, name, value)


@dataclass(slots=True)
class Original:
    """A question set as it was published, and what was found out while it was read.

    languages : tags of the languages to take, all if empty. graph : for answers and ids, or None.
    skip : whether malformed records are counted instead of raised.
    skipped : their messages. notes : what a reader of the converted file should know.
    """

    path: Path
    languages: tuple[str, ...] = ()
    graph: KnowledgeGraph | None = None
    skip: bool = False
    skipped: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[Line]:
        """The lines that are not blank; one that is not UTF-8 is a malformed record."""
        for number, data in enumerate(read_bytes(self.path).removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
            if data.strip():
                yield from self.take(_decoded, Line(self.path, number, ""), data)

    def entries(self, key: str = "") -> Iterator[Entry]:
        """The objects of a JSON file: of its list, or of the list at `key`."""
        data = read_json(self.path)
        if key and isinstance(data, dict):
            data = data.get(key)
        if not isinstance(data, list):
            expected = f"an object with a list {key!r}" if key else "a list of objects"
            raise QuestionsFileError(f"{self.path}: the JSON is {short(data)}; expected {expected}")
        for i, value in enumerate(data):
            yield from self.take(_object, Entry(self.path, f"{key}[{i}]", {}), value)

    def take(self, parse: Callable[P, T], *record: P.args, **options: P.kwargs) -> Iterator[T]:
        """What `parse` makes of a record; a malformed one is raised with its cure, or counted and gives nothing."""
        try:
            parsed = parse(*record, **options)
        except QuestionsFileError as error:
            self.leave_out(error)
        else:
            yield parsed

    def leave_out(self, error: QuestionsFileError) -> None:
        """Raise a malformed record with its cure, or count it."""
        if not self.skip:
            raise QuestionsFileError(f"{error}. {CURE}") from error
        self.skipped.append(str(error))

    def note(self, count: int, message: str) -> None:
        """Keep "questions `message`: `count`" for whoever uses the converted file, if there are any."""
        if count:
            self.notes.append(f"questions {message}: {count}")


def read_bytes(path: Path) -> bytes:
    """The bytes of a file; an error where it can't be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise QuestionsFileError(f"can't read the questions {str(path)!r}: {error.strerror}. Check the path") from error


def read_json(path: Path) -> Any:
    """The JSON of a file."""
    try:
        return json.loads(read_bytes(path).decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise QuestionsFileError(f"{path} is not UTF-8: {error.reason}. Save it as UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise QuestionsFileError(f"{path} is not JSON ({error}). Download it again, or correct it") from error


def short(value: object, limit: int = 60) -> str:
    """A value quoted for a message, cut to a readable length."""
    text = "missing" if value is None else repr(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _decoded(line: Line, data: bytes) -> Line:
    try:
        return Line(line.path, line.number, data.decode("utf-8").removesuffix("\r"))
    except UnicodeDecodeError as error:
        raise line.error(f"not UTF-8 ({error.reason}). Save the file as UTF-8") from error


def _object(entry: Entry, value: Any) -> Entry:
    if not isinstance(value, dict):
        raise entry.error(f"{short(value)} is no object; expected {{...}}")
    return Entry(entry.path, entry.name, value)
