"""A bundle: named arrays and blobs in a directory, opened by memory map, written all or nothing.

    BUNDLE/manifest.json          format, versions, meta; file, size and SHA-256 of each section
    BUNDLE/data-<digest>/*.npy    the sections, in a directory named by their content

The manifest is replaced last and in one step, so a write that is killed leaves the bundle as it
was; what such a write left behind is removed by the next one.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kgqa.errors import BundleError

FORMAT = "kgqa-bundle"
VERSION = 1
MANIFEST = "manifest.json"
Section = NDArray[Any] | bytes | Path
_NAME = re.compile(r"[A-Za-z0-9_-]+(?:[./][A-Za-z0-9_-]+)*")
_OURS = re.compile(r"data-[0-9a-f]{16}(?:-\d+)?(?:\.partial)?|manifest\.json\.partial")
_REBUILD = "Build it again: kgqa build GRAPH -o BUNDLE"


def is_bundle(path: Path) -> bool:
    """Whether a directory has a manifest; it may still be damaged."""
    return (path / MANIFEST).is_file()


# -- reading ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bundle:
    """An open bundle.

    directory : where its sections lie. files : section name -> file. meta : what the writer told.
    """

    directory: Path
    files: Mapping[str, Path]
    meta: Mapping[str, Any]

    def __contains__(self, name: str) -> bool:
        return name in self.files

    def path(self, name: str) -> Path:
        """The file of a section; it must not be changed."""
        if name not in self.files:
            known = ", ".join(sorted(self.files))
            raise BundleError(f"{str(self.directory)!r} has no section {name!r}; it has: {known}. {_REBUILD}")
        return self.files[name]

    def array(self, name: str) -> NDArray[Any]:
        """A section as a read-only memory map."""
        path = self.path(name)
        try:
            found: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError) as error:
            raise BundleError(f"section {name!r} in {str(path)!r} is not an array: {error}. {_REBUILD}") from error
        return found

    def bytes(self, name: str) -> bytes:
        """A section as bytes, read whole."""
        return self.path(name).read_bytes()


def open_bundle(path: Path | str, *, verify: bool = True) -> Bundle:
    """Open a bundle; with `verify`, every section is read once and compared with its SHA-256.

    Raises BundleError for a directory that is no bundle, a newer version, a missing, cut or changed file.
    """
    root = Path(path)
    manifest = _read_manifest(root)
    sections = {name: _Stored.from_json(name, entry, root) for name, entry in manifest["sections"].items()}
    data = root / manifest["data"]
    for stored in sections.values():
        stored.check_size(data)
    if verify:
        with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
            list(pool.map(lambda stored: stored.check_hash(data), sections.values()))
    return Bundle(root, {name: data / stored.file for name, stored in sections.items()}, manifest["meta"])


@dataclass(frozen=True, slots=True)
class _Stored:
    """One section as the manifest lists it."""

    file: str
    size: int
    sha256: str

    @classmethod
    def from_json(cls, name: str, entry: Mapping[str, Any], root: Path) -> _Stored:
        stored = cls(entry["file"], entry["bytes"], entry["sha256"])
        if not _NAME.fullmatch(stored.file) or "/" in stored.file:
            raise BundleError(f"{str(root / MANIFEST)!r}: section {name!r} names the file {stored.file!r}. {_REBUILD}")
        return stored

    def check_size(self, data: Path) -> None:
        path = data / self.file
        try:
            size = path.stat().st_size
        except OSError as error:
            raise BundleError(f"{str(path)!r} is missing from the bundle. {_REBUILD}") from error
        if size != self.size:
            raise BundleError(f"{str(path)!r} has {size:,} bytes; expected {self.size:,}: it is cut. {_REBUILD}")

    def check_hash(self, data: Path) -> None:
        path = data / self.file
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        if digest != self.sha256:
            raise BundleError(
                f"{str(path)!r} is damaged: its SHA-256 is {digest[:12]}…; expected {self.sha256[:12]}…. {_REBUILD}"
            )


def _read_manifest(root: Path) -> dict[str, Any]:
    path = root / MANIFEST
    try:
        manifest = json.loads(path.read_bytes())
    except OSError as error:
        raise BundleError(f"{str(root)!r} is no bundle: it has no {MANIFEST}. {_REBUILD}") from error
    except ValueError as error:
        raise BundleError(f"{str(path)!r} is damaged: {error}. {_REBUILD}") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise BundleError(f"{str(path)!r} is not a manifest of kgqa; expected format {FORMAT!r}. {_REBUILD}")
    version = manifest.get("version")
    if isinstance(version, int) and version > VERSION:
        raise BundleError(
            f"{str(root)!r} has bundle version {version}; this kgqa reads up to {VERSION}. Upgrade: pip install -U kgqa"
        )
    whole = manifest.get("checksum") == _checksum(manifest) and _OURS.fullmatch(str(manifest.get("data")))
    if version != VERSION or not whole:
        raise BundleError(f"{str(path)!r} is damaged: its contents don't match its checksum. {_REBUILD}")
    return manifest


def _checksum(manifest: Mapping[str, Any]) -> str:
    rest = {key: value for key, value in manifest.items() if key != "checksum"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


# -- writing ----------------------------------------------------------------------------------


def write_bundle(path: Path | str, sections: Mapping[str, Section], meta: Mapping[str, Any]) -> None:
    """Write a bundle, or replace the one there; a kill at any moment leaves the old one readable.

    sections : name -> array, bytes, or a file to copy. meta : anything that JSON holds.
    Raises BundleError if the directory holds something else.
    """
    root = Path(path)
    _check_target(root)
    root.mkdir(parents=True, exist_ok=True)
    _clean(root)
    partial = root / f"data-{'0' * 16}-{os.getpid()}.partial"
    partial.mkdir()
    entries = {name: _write_section(partial, name, section) for name, section in sorted(sections.items())}
    data = _final_name(root, entries)
    partial.rename(data)
    _sync_directory(root)
    _replace_manifest(root, data.name, entries, meta)
    _clean(root)


def _check_target(root: Path) -> None:
    if root.is_file():
        raise BundleError(f"{str(root)!r} is a file; expected a directory for the bundle. Name another path")
    if not root.is_dir():
        return
    if is_bundle(root):
        try:
            _read_manifest(root)
        except BundleError as error:
            if "not a manifest of kgqa" in str(error):
                raise
        return
    foreign = [p.name for p in root.iterdir() if not _OURS.fullmatch(p.name)]
    if foreign:
        raise BundleError(
            f"{str(root)!r} is a directory with other files ({foreign[0]!r}); expected a new or empty one. "
            "Name another path"
        )


def _write_section(directory: Path, name: str, section: Section) -> dict[str, Any]:
    if not _NAME.fullmatch(name):
        raise BundleError(f"section name {name!r}: expected letters, digits, - and _, parted by . or /")
    is_array = isinstance(section, np.ndarray)
    path = directory / (name.replace("/", ".") + (".npy" if is_array else ".bin"))
    with path.open("xb") as stream:
        if isinstance(section, np.ndarray):
            np.save(stream, np.ascontiguousarray(section), allow_pickle=False)
        elif isinstance(section, Path):
            with section.open("rb") as original:
                shutil.copyfileobj(original, stream)
        else:
            stream.write(section)
        stream.flush()
        os.fsync(stream.fileno())
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return {"file": path.name, "bytes": path.stat().st_size, "sha256": digest}


def _final_name(root: Path, entries: Mapping[str, Mapping[str, Any]]) -> Path:
    digest = hashlib.sha256(json.dumps(entries, sort_keys=True).encode()).hexdigest()[:16]
    candidates: Iterator[Path] = (root / f"data-{digest}{f'-{i}' if i else ''}" for i in range(1_000))
    return next(path for path in candidates if not path.exists())


def _replace_manifest(root: Path, data: str, entries: Mapping[str, Mapping[str, Any]], meta: Mapping[str, Any]) -> None:
    from importlib import metadata  # slow to import, and only writers need it

    manifest: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "kgqa": metadata.version("kgqa"),
        "data": data,
        "sections": entries,
        "meta": dict(meta),
    }
    # Through JSON once, so that the checksum is of what a reader will see.
    manifest = json.loads(json.dumps(manifest))
    manifest["checksum"] = _checksum(manifest)
    partial = root / f"{MANIFEST}.partial"
    with partial.open("w", encoding="utf-8") as stream:
        json.dump(manifest, stream, indent=1)
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(root / MANIFEST)
    _sync_directory(root)


def _sync_directory(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _clean(root: Path) -> None:
    """Remove what the manifest doesn't name: former data and what a killed write left."""
    try:
        current = _read_manifest(root)["data"]
    except BundleError:
        current = ""
    for path in root.iterdir():
        if path.name != current and _OURS.fullmatch(path.name):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
