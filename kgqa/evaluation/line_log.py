"""A file of results, one JSON line a question, so that a killed run goes on where it was."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from kgqa.errors import QuestionsFileError


class Record(Protocol):
    """The result of one question."""

    @property
    def id(self) -> str:
        """The question's id."""
        ...

    def to_json(self) -> dict[str, Any]:
        """The result as values that `json` can write."""
        ...


R = TypeVar("R", bound=Record)


class LineLog(Generic[R]):
    """A file of results that is only appended to.

    The first line, `header`, says what the rest belongs to. A last line that a kill cut short is taken off, and its
    question done again.

    read : rebuilds a result from a parsed line; KeyError, TypeError or ValueError for a damaged one.
    what : the name of one result in messages, such as "prediction"; its plural is made with -s unless `many` is given.
    """

    def __init__(
        self, path: Path | str, header: Mapping[str, Any], *, read: Callable[[Any], R], what: str, many: str = ""
    ) -> None:
        self.path = Path(path)
        self._header = dict(header)
        self._read = read
        self._what, self._many = what, many or f"{what}s"

    def resume(self) -> dict[str, R]:
        """Read what is there: question id -> result; begins the file where there is none.

        Errors : QuestionsFileError if the file belongs to something else, or is damaged.
        """
        lines = self._whole_lines() if self.path.exists() else []
        if not lines:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._append(self._header)
            return {}
        if (found := self._parse(lines[0], 1)) != self._header:
            raise QuestionsFileError(
                f"{self.path} holds other {self._many}: {self._differences(found)}. Remove the file or choose another"
            )
        done = [self._result(line, number) for number, line in enumerate(lines[1:], 2)]
        return {result.id: result for result in done}

    @staticmethod
    def whole(path: Path | str, *, read: Callable[[Any], R], what: str) -> tuple[R, ...]:
        """The results of a finished file, whatever they belong to; nothing is written.

        Errors : QuestionsFileError if the file can't be read or a line is damaged.
        """
        log = LineLog(path, {}, read=read, what=what)
        try:
            lines = log.path.read_bytes().split(b"\n")[:-1]
        except OSError as error:
            raise QuestionsFileError(f"can't read {str(path)!r}: {error.strerror}. Check the path") from error
        return tuple(log._result(line, number) for number, line in enumerate(lines[1:], 2))

    def add(self, result: R) -> None:
        """Append one result."""
        self._append(result.to_json())

    def _differences(self, found: object) -> str:
        header = found if isinstance(found, Mapping) else {}
        keys = [key for key in dict.fromkeys((*self._header, *header)) if self._header.get(key) != header.get(key)]
        return "; ".join(f"{key} there {header.get(key)!r}, here {self._header.get(key)!r}" for key in keys)

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

    def _result(self, line: bytes, number: int) -> R:
        data = self._parse(line, number)
        try:
            return self._read(data)
        except (KeyError, TypeError, ValueError) as error:
            raise self._damaged(number, error) from error

    def _parse(self, line: bytes, number: int) -> Any:
        try:
            return json.loads(line)
        except ValueError as error:
            raise self._damaged(number, error) from error

    def _damaged(self, number: int, error: Exception) -> QuestionsFileError:
        return QuestionsFileError(f"{self.path}:{number}: no {self._what} ({error}). Remove the line or the file")
