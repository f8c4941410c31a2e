"""A string table: strings in sorted order as one block of bytes, found by binary search."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray


class StringTable:
    """Numbered strings: the sorted ones of the build, then those added since.

    blob : uint8 [bytes], UTF-8. offsets : int64 [n + 1]. Both may be memory maps.
    added : strings that came later; they are numbered from n on, in order of arrival.
    """

    def __init__(self, blob: NDArray[np.uint8], offsets: NDArray[np.int64], added: Sequence[str] = ()) -> None:
        self.blob = blob
        self.offsets = offsets
        self.added = tuple(added)
        self._view = memoryview(np.ascontiguousarray(blob).data).cast("B")
        self._base = len(offsets) - 1
        self._added_ids = {text: self._base + i for i, text in enumerate(self.added)}

    @classmethod
    def from_sorted(cls, strings: Iterable[str]) -> StringTable:
        """Build from strings that are sorted and distinct."""
        encoded = [text.encode("utf-8", "surrogatepass") for text in strings]
        offsets = np.zeros(len(encoded) + 1, dtype=np.int64)
        np.cumsum(np.fromiter(map(len, encoded), dtype=np.int64, count=len(encoded)), out=offsets[1:])
        return cls(np.frombuffer(b"".join(encoded), dtype=np.uint8), offsets)

    def __len__(self) -> int:
        return self._base + len(self.added)

    def __getitem__(self, index: int) -> str:
        if index >= self._base:
            return self.added[index - self._base]
        return self._bytes(index).decode("utf-8", "surrogatepass")

    def find(self, text: str) -> int:
        """The number of a string, or -1."""
        target = text.encode("utf-8", "surrogatepass")
        index = self._lower_bound(target)
        if index < self._base and self._bytes(index) == target:
            return index
        return self._added_ids.get(text, -1)

    def many(self, numbers: NDArray[np.integer]) -> list[str]:
        """The strings of many numbers at once."""
        inside = np.asarray(numbers) < self._base
        if not inside.all():
            return [self[number] for number in numbers.tolist()]
        starts, stops = self.offsets[numbers].tolist(), self.offsets[np.asarray(numbers) + 1].tolist()
        view = self._view
        return [str(view[i:j], "utf-8", "surrogatepass") for i, j in zip(starts, stops, strict=True)]

    def first_bytes(self) -> NDArray[np.uint8]:
        """The first byte of every string, uint8 [n]; none may be empty."""
        added = np.frombuffer(b"".join(text.encode("utf-8")[:1] for text in self.added), dtype=np.uint8)
        return np.concatenate([self.blob[self.offsets[:-1]], added])

    def with_added(self, strings: Iterable[str]) -> StringTable:
        """The table with new strings behind the old; those present already are left out."""
        new = [text for text in dict.fromkeys(strings) if self.find(text) < 0]
        return StringTable(self.blob, self.offsets, (*self.added, *new))

    def lower_bound(self, prefix: str) -> int:
        """The first number of the sorted part whose string is not below `prefix`."""
        return self._lower_bound(prefix.encode("utf-8", "surrogatepass"))

    @property
    def sorted_size(self) -> int:
        """How many strings stand in sorted order."""
        return self._base

    def _bytes(self, index: int) -> bytes:
        return self._view[self.offsets[index] : self.offsets[index + 1]].tobytes()

    def _lower_bound(self, target: bytes) -> int:
        low, high = 0, self._base
        while low < high:
            middle = (low + high) // 2
            if self._bytes(middle) < target:
                low = middle + 1
            else:
                high = middle
        return low
