"""A text encoder on ONNX Runtime: no PyTorch on the question path."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kgqa.embedding.contract import Floats, Precision, Progress, TextKind, TokenEmbeddings
from kgqa.embedding.store import Settings
from kgqa.embedding.tokenize import Tokens, open_tokenizer
from kgqa.errors import EncoderError

BATCH_TOKENS = 2048
_BATCH_TEXTS = 64
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")  # no UTF-8 form, so tokenizers refuse it
_CHUNK_TEXTS = 8192


class OnnxEncoder:
    """An encoder opened from its unpacked directory.

    directory : holds `embeddings.npy`, the tokenizer and `<precision>.onnx`.
    settings : the content of its `encoder.json`.
    name : the encoder's; the settings have that of the copy which was unpacked, and which may be gone.
    threads : ONNX Runtime's threads within an operation.
    Errors : EncoderError if a file of the directory is missing or damaged.
    """

    def __init__(self, directory: Path, settings: Settings, *, name: str, precision: Precision, threads: int) -> None:
        self._settings = settings
        self._name = name
        self._precision = precision
        graph = directory / f"{precision.value}.onnx"
        try:
            self._words: NDArray[np.floating] = np.load(directory / "embeddings.npy", mmap_mode="r", allow_pickle=False)
            self._tokenizer = open_tokenizer(directory)
            self._session = _open_session(graph, threads)
        except Exception as error:  # tokenizers, marisa and ONNX Runtime each raise their own kinds
            message = f"{directory} can't be opened ({error}). Delete it and try again: it is made anew."
            raise EncoderError(message) from error

    @property
    def name(self) -> str:
        """The encoder's name."""
        return self._name

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        return self._settings.dimension

    @property
    def precision(self) -> Precision:
        """How matrix products are computed."""
        return self._precision

    @property
    def fingerprint(self) -> str:
        """Hash of weights and settings, the precision among them."""
        return hashlib.sha256(f"{self._settings!r} {self._precision.value}".encode()).hexdigest()[:32]

    def encode(
        self, texts: Sequence[str], *, kind: TextKind = TextKind.PASSAGE, on_progress: Progress | None = None
    ) -> Floats:
        """Encode texts into float32 [texts, dimension] of unit length."""
        out = np.empty((len(texts), self.dimension), np.float32)
        done = 0
        for start in range(0, len(texts), _CHUNK_TEXTS):
            tokens = self._tokenize(texts[start : start + _CHUNK_TEXTS], kind)
            for batch in _batches(tokens):
                (out[start + batch],) = self._run([tokens[i] for i in batch], ["pooled"])
                done += len(batch)
                if on_progress is not None:
                    on_progress(done, len(texts))
        return out

    def encode_tokens(self, texts: Sequence[str], *, kind: TextKind = TextKind.PASSAGE) -> list[TokenEmbeddings]:
        """Encode every token of every text in context."""
        tokens = self._tokenize(texts, kind)
        prefix = len(self._prefix(kind))
        out: list[TokenEmbeddings | None] = [None] * len(texts)
        for batch in _batches(tokens):
            (states,) = self._run([tokens[i] for i in batch], ["tokens"])
            for row, i in enumerate(batch):
                out[i] = _own_tokens(states[row], tokens[i], prefix)
        return [found for found in out if found is not None]

    def encode_static(self, texts: Sequence[str]) -> Floats:
        """The mean of each text's token embeddings, without context."""
        plain = [_LONE_SURROGATE.sub("\ufffd", text) for text in texts]
        out = np.zeros((len(texts), self.dimension), np.float32)
        for row, tokens in enumerate(self._tokenizer.encode(plain, self._settings.max_tokens)):
            own = [id_ for id_, (start, end) in zip(tokens.ids, tokens.offsets, strict=True) if end > start]
            if own:
                out[row] = self._words[own].mean(axis=0, dtype=np.float32)
        unit: Floats = out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), np.float32(1e-12))
        return unit

    def _prefix(self, kind: TextKind) -> str:
        return self._settings.query_prefix if kind is TextKind.QUERY else self._settings.passage_prefix

    def _tokenize(self, texts: Sequence[str], kind: TextKind) -> list[Tokens]:
        prefix = self._prefix(kind)
        prefixed = [prefix + _LONE_SURROGATE.sub("\ufffd", text) for text in texts]
        return self._tokenizer.encode(prefixed, self._settings.max_tokens)

    def _run(self, batch: Sequence[Tokens], outputs: list[str]) -> list[Floats]:
        width = max(len(tokens.ids) for tokens in batch)
        ids = np.zeros((len(batch), width), np.int64)
        mask = np.zeros((len(batch), width), np.float32)
        for row, tokens in enumerate(batch):
            ids[row, : len(tokens.ids)] = tokens.ids
            mask[row, : len(tokens.ids)] = 1
        found: list[Floats] = self._session.run(outputs, {"words": self._words[ids].astype(np.float32), "mask": mask})
        return found


def _open_session(graph: Path, threads: int) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    # Threads that spin between questions would slow down the rest of the process.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])


def _batches(tokens: Sequence[Tokens]) -> Iterator[NDArray[np.int64]]:
    """Group texts of like length: at most `_BATCH_TEXTS` texts and about `BATCH_TOKENS` padded tokens a batch."""
    lengths = np.array([len(found.ids) for found in tokens], np.int64)
    order = np.argsort(-lengths, kind="stable")
    start = 0
    while start < len(order):
        size = max(1, min(_BATCH_TEXTS, BATCH_TOKENS // int(lengths[order[start]])))
        yield order[start : start + size]
        start += size


def _own_tokens(states: Floats, tokens: Tokens, prefix: int) -> TokenEmbeddings:
    """Keep the tokens that cover characters of the text itself."""
    offsets = np.array(tokens.offsets, np.int32).reshape(-1, 2) - prefix
    kept = (offsets[:, 1] > 0) & (np.diff(np.array(tokens.offsets, np.int32)).reshape(-1) > 0)
    vectors = states[: len(kept)][kept]
    vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return TokenEmbeddings(vectors=vectors.astype(np.float32), offsets=np.maximum(offsets[kept], 0))
