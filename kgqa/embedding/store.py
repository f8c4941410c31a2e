"""Encoders unpacked on disk: each compiled once, then opened by memory map."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kgqa.embedding.contract import Precision
from kgqa.embedding.weights import EncoderWeights
from kgqa.errors import EncoderError

FORMAT = 1
WORDS = "embeddings.word_embeddings.weight"
_CHUNK = 1 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """What an encoder needs besides its arrays: the content of `encoder.json`."""

    name: str
    digest: str
    dimension: int
    query_prefix: str
    passage_prefix: str
    max_tokens: int
    format: int = FORMAT


def cache_root() -> Path:
    """Find kgqa's cache directory: `KGQA_CACHE`, else the platform's."""
    if own := os.environ.get("KGQA_CACHE"):
        return Path(own)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "kgqa"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "kgqa"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "kgqa"


def file_digest(path: Path, *, expected: str | None = None) -> str:
    """Give a file's SHA-256, remembered in the cache for as long as its size and time of change stay.

    Errors : EncoderError if the file can't be read or has another digest than expected.
    """
    try:
        facts = path.stat()
    except OSError as error:
        raise EncoderError(f"{path} can't be read ({error.strerror}). Reinstall the package it is from.") from error
    seen = {"path": str(path.resolve()), "size": facts.st_size, "modified": facts.st_mtime_ns}
    note = cache_root() / "digests" / f"{hashlib.sha256(seen['path'].encode()).hexdigest()[:32]}.json"  # type: ignore[attr-defined]
    known = _read_json(note)
    digest = known.pop("sha256", None)
    if known != seen or not isinstance(digest, str):
        digest = _hash(path)
        write_atomically(note, lambda target: target.write_text(json.dumps(seen | {"sha256": digest})))
    if expected not in (None, digest):
        raise EncoderError(f"{path} has SHA-256 {digest}, expected {expected}: it is damaged. Reinstall its package.")
    return digest


def write_atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a temporary file, then move it into place, so that no reader sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    temporary = Path(name)
    try:
        write(temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def unpack(digest: str, read: Callable[[], EncoderWeights], precision: Precision) -> tuple[Path, Settings]:
    """Find or make the compiled form of an encoder; `read` is called only when something is missing.

    Returns : the directory with `embeddings.npy`, the tokenizer and `<precision>.onnx`; the settings.
    """
    home = cache_root() / "encoders" / f"{digest[:24]}-{FORMAT}"
    settings_file, graph = home / "encoder.json", home / f"{precision.value}.onnx"
    weights: EncoderWeights | None = None
    if not settings_file.exists():
        weights = read()
        with _new_directory(home) as directory:
            _write_parts(directory, weights, digest)
    if not graph.exists():
        ready = weights or read()
        write_atomically(graph, lambda target: _write_graph(target, ready, precision))
    return home, _settings(settings_file)


def _write_parts(directory: Path, weights: EncoderWeights, digest: str) -> None:
    weights.tokenizer.save(directory)
    words = weights.tensors[WORDS]
    # 4-bit weights hold no more than float16 does, at half the size.
    np.save(directory / "embeddings.npy", words.astype(np.float16) if weights.word_bits <= 4 else words)
    settings = Settings(
        name=weights.name,
        digest=digest,
        dimension=weights.shape.hidden,
        query_prefix=weights.query_prefix,
        passage_prefix=weights.passage_prefix,
        max_tokens=weights.max_tokens,
    )
    (directory / "encoder.json").write_text(json.dumps(asdict(settings)), encoding="utf-8")


def _write_graph(target: Path, weights: EncoderWeights, precision: Precision) -> None:
    import onnx

    from kgqa.embedding.bert_graph import build_bert

    model = build_bert(weights, block=precision is Precision.BLOCK)
    if precision is not Precision.INT8:
        onnx.save(model, str(target))
        return
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(model, target, weight_type=QuantType.QInt8, per_channel=True, op_types_to_quantize=["MatMul"])


@contextmanager
def _new_directory(home: Path) -> Iterator[Path]:
    """Fill a temporary directory, then move it into place; if another process was first, its directory stays."""
    home.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=home.parent, prefix=f".{home.name}."))
    try:
        yield temporary
        try:
            temporary.replace(home)
        except OSError:
            if not (home / "encoder.json").exists():
                raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _settings(path: Path) -> Settings:
    try:
        return Settings(**_read_json(path))
    except TypeError as error:
        raise EncoderError(f"{path} is damaged. Delete {path.parent} and try again: it is made anew.") from error


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _hash(path: Path) -> str:
    state = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            state.update(chunk)
    return state.hexdigest()
