"""Where a result comes from: version, commit, machine."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from kgqa.graph import KnowledgeGraph

UNKNOWN = "unknown"
_ABOUT_FILES = ("source", "sources")


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a result was made with.

    git : commit, with "+" where tracked files differ from it. hardware : processor, cores and memory.
    """

    version: str
    git: str
    hardware: str
    python: str

    @classmethod
    def here(cls) -> Provenance:
        """Describe this process."""
        return cls(package_version("kgqa"), git_commit(), hardware(), platform.python_version())


def package_version(name: str) -> str:
    """The installed version of a package."""
    try:
        return version(name)
    except PackageNotFoundError:
        return UNKNOWN


def git_commit(directory: Path | None = None) -> str:
    """The commit that the sources stand at, or "unknown" outside a checkout."""
    where = directory or Path(__file__).parent
    commit = _git(where, "rev-parse", "--short=12", "HEAD")
    if not commit:
        return UNKNOWN
    return commit + ("+" if _git(where, "status", "--porcelain", "--untracked-files=no") else "")


def graph_digest(graph: KnowledgeGraph) -> str:
    """A hash of all terms and facts of a graph: equal for equal graphs, whatever they were read from."""
    sha = hashlib.sha256()
    for name, section in sorted(graph.sections().items()):
        if isinstance(section, np.ndarray) and not name.endswith(_ABOUT_FILES):
            sha.update(name.encode())
            sha.update(np.ascontiguousarray(section).view(np.uint8).data)
    return sha.hexdigest()[:16]


def hardware() -> str:
    """Processor, cores that this process may use, and memory."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{_processor()}, {cores} cores, {_memory()}"


def peak_mb() -> float | None:
    """The most memory that this process has held, in 10^6 bytes (VmHWM), or None where the system does not say."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    kilobytes = (line.split()[1] for line in lines if line.startswith("VmHWM:"))
    return next((int(number) * 1024 / 1e6 for number in kilobytes), None)


def _git(directory: Path, *arguments: str) -> str:
    program = shutil.which("git")
    if program is None:
        return ""
    done = subprocess.run(  # noqa: S603 - fixed arguments
        [program, "-C", str(directory), *arguments], capture_output=True, text=True, check=False
    )
    return done.stdout.strip()


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def _memory() -> str:
    try:
        size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return "memory unknown"
    return f"{size / 2**30:.0f} GiB"
