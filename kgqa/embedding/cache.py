"""Text vectors kept on disk, so that a build that was stopped goes on where it was."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kgqa.embedding.contract import Floats, Progress, TextEncoder, TextKind, TokenEmbeddings
from kgqa.embedding.store import write_atomically
from kgqa.errors import EncoderError

_KEY_BYTES = 16
_SHARD_TEXTS = 4096
_WORTH_STORING = 64


@dataclass(frozen=True, slots=True)
class _Shard:
    """Sorted keys `S16` [n] and their vectors float [n, d], memory-mapped."""

    keys: NDArray[Any]
    vectors: NDArray[Any]


class CachedEncoder:
    """An encoder that remembers, on disk, the vectors of texts it has encoded in bulk.

    encoder : does the work.
    directory : shards lie in a folder of it named by the encoder's fingerprint: another encoder never sees them.
    half : keep float16 (half the disk, errors near 1e-4) in place of float32.
    Calls that miss fewer than 64 texts leave the disk alone: encoding them again is cheaper than a file each.

    A shard is `<hash>.vectors.npy` and then `<hash>.keys.npy`, each moved into place whole; a shard without keys was
    cut off and counts as absent. Keys are BLAKE2b of fingerprint, kind and text.
    Errors : EncoderError if a shard is damaged.
    """

    def __init__(self, encoder: TextEncoder, directory: Path, *, half: bool = False) -> None:
        self._encoder = encoder
        self._directory = Path(directory) / encoder.fingerprint
        self._dtype = np.float16 if half else np.float32
        self._shards = [self._open(file) for file in sorted(self._directory.glob("*.keys.npy"))]

    @property
    def name(self) -> str:
        """The encoder's name."""
        return self._encoder.name

    @property
    def fingerprint(self) -> str:
        """Hash of weights and settings."""
        return self._encoder.fingerprint

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        return self._encoder.dimension

    def __len__(self) -> int:
        """Count the texts on disk."""
        return sum(len(shard.keys) for shard in self._shards)

    def encode(
        self, texts: Sequence[str], *, kind: TextKind = TextKind.PASSAGE, on_progress: Progress | None = None
    ) -> Floats:
        """Encode texts into float32 [texts, dimension] of unit length, each distinct text at most once."""
        keys = np.array([self._key(text, kind) for text in texts], f"S{_KEY_BYTES}")
        distinct, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
        vectors, found = self._look_up(distinct)
        missing = np.flatnonzero(~found)
        # Long texts last: what is done early is many, and each shard holds texts of like length.
        missing = missing[np.argsort([len(texts[first[i]]) for i in missing], kind="stable")]
        for start in range(0, len(missing), _SHARD_TEXTS):
            part = missing[start : start + _SHARD_TEXTS]
            vectors[part] = self._encoder.encode([texts[first[i]] for i in part], kind=kind)
            if len(missing) >= _WORTH_STORING:
                self._append(distinct[part], vectors[part])
            if on_progress is not None:
                on_progress(len(distinct) - len(missing) + start + len(part), len(distinct))
        out: Floats = vectors[inverse]
        return out

    def encode_tokens(self, texts: Sequence[str], *, kind: TextKind = TextKind.PASSAGE) -> list[TokenEmbeddings]:
        """Encode every token of every text in context; these are not kept."""
        return self._encoder.encode_tokens(texts, kind=kind)

    def encode_static(self, texts: Sequence[str]) -> Floats:
        """The mean of each text's token embeddings, without context; these are not kept."""
        return self._encoder.encode_static(texts)

    def _key(self, text: str, kind: TextKind) -> bytes:
        content = f"{self.fingerprint}\0{kind.value}\0{text}".encode("utf-8", "surrogatepass")
        return hashlib.blake2b(content, digest_size=_KEY_BYTES).digest()

    def _look_up(self, keys: NDArray[Any]) -> tuple[Floats, NDArray[np.bool_]]:
        vectors = np.empty((len(keys), self.dimension), np.float32)
        found = np.zeros(len(keys), np.bool_)
        for shard in self._shards:
            rows = np.minimum(np.searchsorted(shard.keys, keys), len(shard.keys) - 1)
            hits = shard.keys[rows] == keys
            vectors[hits] = _unit(shard.vectors[rows[hits]].astype(np.float32))
            found |= hits
        return vectors, found

    def _append(self, keys: NDArray[Any], vectors: Floats) -> None:
        order = np.argsort(keys)
        name = hashlib.blake2b(keys[order].tobytes(), digest_size=_KEY_BYTES).hexdigest()
        keys_file = self._directory / f"{name}.keys.npy"
        write_atomically(_vectors_file(keys_file), partial(_save, vectors[order].astype(self._dtype)))
        write_atomically(keys_file, partial(_save, keys[order]))
        self._shards.append(self._open(keys_file))

    def _open(self, keys_file: Path) -> _Shard:
        try:
            keys = np.load(keys_file, allow_pickle=False)
            vectors = np.load(_vectors_file(keys_file), mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise _damaged(keys_file, str(error)) from error
        if keys.dtype.itemsize != _KEY_BYTES or not len(keys) or vectors.shape != (len(keys), self.dimension):
            raise _damaged(keys_file, f"{len(keys)} keys for vectors of shape {vectors.shape}")
        return _Shard(keys, vectors)


def _damaged(keys_file: Path, reason: str) -> EncoderError:
    return EncoderError(f"{keys_file} or its vectors are damaged ({reason}). Delete both: the texts are encoded again.")


def _vectors_file(keys_file: Path) -> Path:
    return keys_file.with_name(keys_file.name.replace(".keys.", ".vectors."))


def _save(values: NDArray[Any], target: Path) -> None:
    with target.open("wb") as file:
        np.save(file, values, allow_pickle=False)


def _unit(vectors: Floats) -> Floats:
    out: Floats = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), np.float32(1e-12))
    return out
