"""Where the datasets lie, and shorthands that the tests of this room share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def data() -> Path:
    """The directory of public datasets; the test is skipped where it is missing."""
    path = Path(os.environ.get("KGQA_DATA", "../shared/data"))
    if not path.is_dir():
        pytest.skip(f"no datasets at {path}; set KGQA_DATA")
    return path
