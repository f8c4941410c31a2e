"""An index on disk: `index.json` says what the other files of the directory are and how long each is."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from kgqa.errors import VectorIndexError
from kgqa.index.contract import IndexSpec, Metric

FORMAT = 1
_HEAD = "index.json"
S = TypeVar("S", bound=IndexSpec)


def write_index(
    directory: Path, kind: str, spec: IndexSpec, dimension: int, files: Mapping[str, Callable[[Path], object]]
) -> None:
    """Write the files, and last the head: a directory without one is no index."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / _HEAD).unlink(missing_ok=True)
    for name, write in files.items():
        write(directory / name)
    head = {
        "format": FORMAT,
        "kind": kind,
        "dimension": dimension,
        "spec": asdict(spec) | {"metric": spec.metric.value},
        "bytes": {name: (directory / name).stat().st_size for name in files},
    }
    (directory / _HEAD).write_text(json.dumps(head, indent=1), encoding="utf-8")


def read_head(directory: Path) -> dict[str, Any]:
    """Read the head and check every file's length against it.

    Errors : VectorIndexError if something is missing, cut short or of another format.
    """
    try:
        head: dict[str, Any] = json.loads((directory / _HEAD).read_text(encoding="utf-8"))
        lengths = {name: (directory / name).stat().st_size for name in head["bytes"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise VectorIndexError(f"{directory} holds no whole index ({error}). Build it again.") from error
    if head.get("format") != FORMAT:
        raise VectorIndexError(f"{directory} has index format {head.get('format')}, expected {FORMAT}. Build it again.")
    for name, length in lengths.items():
        if length != head["bytes"][name]:
            found = f"{directory / name} has {length} bytes, expected {head['bytes'][name]}"
            raise VectorIndexError(f"{found}: it is damaged. Build the index again.")
    return head


def read_spec(head: Mapping[str, Any], kind: str, spec: type[S], directory: Path) -> S:
    """Read the arguments an index was built by."""
    if head["kind"] != kind:
        raise VectorIndexError(f"{directory} holds an index of kind {head['kind']!r}, not {kind!r}: use `load_index`")
    try:
        return spec(**head["spec"] | {"metric": Metric(head["spec"]["metric"])})
    except (TypeError, ValueError, KeyError) as error:
        raise VectorIndexError(f"{directory / _HEAD} is damaged ({error}). Build the index again.") from error


def read_array(file: Path, shape: tuple[int, ...] | None = None) -> NDArray[Any]:
    """Open a `.npy` file by memory map; it can't hold objects."""
    try:
        found: NDArray[Any] = np.load(file, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise VectorIndexError(f"{file} is damaged ({error}). Build the index again.") from error
    if shape is not None and found.shape != shape:
        raise VectorIndexError(f"{file} has shape {found.shape}, expected {shape}. Build the index again.")
    return found
