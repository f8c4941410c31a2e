"""What to do with a malformed line: raise, or count it and go on."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from kgqa.errors import GraphSyntaxError

MAX_MESSAGES = 100
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass
class Problems:
    """The malformed lines of a load.

    skip : whether they are counted instead of raised. count : how many so far.
    messages : the texts of the first `MAX_MESSAGES`.
    """

    skip: bool = False
    count: int = 0
    messages: list[str] = field(default_factory=list)

    def report(self, message: str, cause: Exception | None = None) -> None:
        """Raise GraphSyntaxError, or count the line as left out."""
        if not self.skip:
            cure = "Correct the line, or leave such lines out: on_error='skip', or --on-error skip on the command line."
            raise GraphSyntaxError(f"{message}. {cure}") from cause
        self.count += 1
        if len(self.messages) < MAX_MESSAGES:
            self.messages.append(message)


def shown(text: str, limit: int = 80) -> str:
    """A value quoted for a message, cut to a readable length."""
    return repr(text if len(text) <= limit else text[: limit - 1] + "…")


def is_text(text: str) -> bool:
    """Whether a string is Unicode text: half of a surrogate pair is none, and no UTF-8 holds it."""
    return text.isascii() or _SURROGATE.search(text) is None
