"""An index inside a bundle: its files as sections, and opened from them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from kgqa.graph.bundle import Bundle, Section
from kgqa.index.contract import Index
from kgqa.index.exact import ExactIndex
from kgqa.index.selection import load_index

_PREFIX = "index/"


@contextmanager
def index_sections(index: Index) -> Iterator[dict[str, Section]]:
    """The files of an index, as sections, for as long as the context is open; none for an exact one.

    An exact index is its vectors, which whoever stores it stores anyway.
    """
    with TemporaryDirectory() as name:
        if isinstance(index, ExactIndex):
            yield {}
            return
        index.save(Path(name))
        yield {_PREFIX + file.name: file for file in Path(name).iterdir()}


def index_from_bundle(bundle: Bundle, prefix: str) -> Index | None:
    """Open the index whose sections were stored under a prefix; None where there are none.

    Errors : VectorIndexError if it is damaged; MissingExtraError without the FAISS it needs.
    """
    start = prefix + _PREFIX
    files = {name.removeprefix(start): path for name, path in bundle.files.items() if name.startswith(start)}
    if not files:
        return None
    # An index opens a directory with names of its own; a bundle names its files after its sections.
    with TemporaryDirectory() as directory:
        for name, path in files.items():
            (Path(directory) / name).symlink_to(path.resolve())
        return load_index(Path(directory))
