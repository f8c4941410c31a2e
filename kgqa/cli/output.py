"""What commands print: views, JSON, files, and messages that can't steer the terminal."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kgqa.errors import InputError

if TYPE_CHECKING:
    from rich.console import Console, ConsoleRenderable

_LONGEST_MESSAGE = 600


def show(view: ConsoleRenderable) -> None:
    """Print a view."""
    console().print(view, crop=False)


def console() -> Console:
    """A console that adds nothing to what it is given."""
    from rich.console import Console

    class PlainConsole(Console):
        def on_broken_pipe(self) -> None:
            raise  # noqa: PLE0704 - rich calls this while it handles the BrokenPipeError; `main` answers it

    return PlainConsole(markup=False, highlight=False, emoji=False)


def write_json(data: object, *, indent: int | None = 2) -> None:
    """Print JSON in which a character that could steer the terminal stands as its escape."""
    from kgqa.drawing import escape_codepoints

    unicode = (sys.stdout.encoding or "utf-8").lower().replace("-", "") == "utf8"
    text = json.dumps(data, ensure_ascii=not unicode, indent=indent, allow_nan=False)
    sys.stdout.write("\n".join(escape_codepoints(line) for line in text.split("\n")) + "\n")
    sys.stdout.flush()


def plain(value: Any) -> Any:
    """A report as JSON values."""
    from dataclasses import fields, is_dataclass
    from enum import Enum

    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {str(plain(key)): plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return value.value if isinstance(value, Enum) else value


def write_text(path: Path, text: str) -> None:
    """Write a file.

    Errors : InputError where the place can't be written.
    """
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"can't write {str(path)!r}: {error.strerror}; choose another place") from error


def safe(text: str) -> str:
    """A message on one line that can't steer the terminal."""
    from kgqa.drawing import one_line

    line = one_line(text)
    return line if len(line) <= _LONGEST_MESSAGE else f"{line[:_LONGEST_MESSAGE]}…"
