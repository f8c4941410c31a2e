"""What a run writes besides weights: its log; and what it says where nothing can be written."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from safetensors import SafetensorError

from kgqa.embedding.store import write_atomically
from kgqa.errors import TrainingError

LOG, TUNING, TUNING_LOG = "log.jsonl", "tuning", "tuning.jsonl"
"""In a run's folder: the log of training; the folder of tuning, and its log."""
Record = dict[str, Any]


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Errors : TrainingError where what is done within can't write."""
    try:
        yield
    except (OSError, SafetensorError) as error:  # safetensors has a full disk in an error of its own
        raise TrainingError(
            f"{path} can't be written ({error}). See that the disk has room and the folder is yours to write, then "
            "start the same run: it goes on from its last checkpoint"
        ) from error


class StepLog:
    """A record for each step and each look at dev, as JSON Lines.

    A record of a step has its number, counted from 0; one of dev has the number of steps done before, and "dev".
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def start(self, done: int) -> None:
        """Drop what a killed run did after its last checkpoint, of `done` steps: it is done again."""
        kept = [record for record in read_log(self._path) if record["step"] < done + ("dev" in record)]
        text = "".join(json.dumps(record) + "\n" for record in kept)
        with writing(self._path):
            write_atomically(self._path, lambda target: target.write_text(text, encoding="utf-8"))

    def add(self, record: Mapping[str, object]) -> None:
        """Append one record. Errors : TrainingError if the disk takes none."""
        with writing(self._path), self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")


def read_log(path: Path) -> list[Record]:
    """The records of a log; none where there is no file. A last line that a kill cut short is left out.

    Errors : TrainingError for another line that is no record.
    """
    try:
        lines = path.read_bytes().split(b"\n")[:-1]
    except FileNotFoundError:
        return []
    return [_record(path, number, line) for number, line in enumerate(lines, 1)]


def _record(path: Path, number: int, line: bytes) -> Record:
    try:
        found = json.loads(line)
        int(found["step"])
    except (ValueError, TypeError, KeyError) as error:
        raise TrainingError(f"{path}:{number}: no record of a step ({error!r}). Delete the line") from error
    record: Record = found
    return record
