"""Measurements in a process of their own, so that memory and warm caches of one do not touch the next."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

from evaluation.settings import ROOT


def measured(module: str, *arguments: str) -> dict[str, Any]:
    """Run `python -m module arguments` and parse the one JSON object that it prints."""
    done = _run([sys.executable, "-m", module, *arguments])
    answer: dict[str, Any] = json.loads(done)
    return answer


def timed(command: Sequence[str]) -> tuple[float, str]:
    """Run a command: wall seconds until it has ended, and what it printed."""
    start = time.perf_counter()
    printed = _run(command)
    return time.perf_counter() - start, printed


def _run(command: Sequence[str]) -> str:
    """Errors : RuntimeError with the end of stderr if the command fails."""
    # The order of a set of strings, on which some libraries' results hang, is the same each time.
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0"}
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False, env=environment)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.strip()[-2000:]}")
    return done.stdout
