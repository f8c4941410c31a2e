"""The graph we build ourselves, against Hugging Face's BertModel on PyTorch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kgqa.embedding import Precision, TextEncoder, load_encoder
from kgqa.embedding.contract import Floats
from kgqa.embedding.transformers_encoder import TransformersEncoder
from tests.embedding.conftest import TEXTS


@pytest.fixture(scope="module")
def reference(minilm_directory: Path) -> tuple[Floats, Floats, Any]:
    """Pooled vectors, hidden states and tokenizer output of BertModel, in one padded batch."""
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    tokenizer = transformers.AutoTokenizer.from_pretrained(minilm_directory)
    model = transformers.BertModel.from_pretrained(minilm_directory).eval()
    found = tokenizer(
        TEXTS, padding=True, truncation=True, max_length=256, return_tensors="pt", return_offsets_mapping=True
    )
    offsets = found.pop("offset_mapping").numpy()
    with torch.inference_mode():
        states = model(**found).last_hidden_state
    mask = found["attention_mask"][..., None]
    pooled = torch.nn.functional.normalize((states * mask).sum(1) / mask.sum(1), dim=1)
    return pooled.numpy(), states.numpy(), offsets


def test_pooled_vectors_equal_bertmodel(minilm: TextEncoder, reference: tuple[Floats, Floats, Any]) -> None:
    assert np.abs(minilm.encode(TEXTS) - reference[0]).max() < 1e-4


def test_token_vectors_and_offsets_equal_bertmodel(minilm: TextEncoder, reference: tuple[Floats, Floats, Any]) -> None:
    _, states, offsets = reference
    for row, found in enumerate(minilm.encode_tokens(TEXTS)):
        kept = offsets[row, :, 1] > offsets[row, :, 0]
        expected = states[row][kept]
        expected /= np.linalg.norm(expected, axis=1, keepdims=True)
        assert np.array_equal(found.offsets, offsets[row][kept])
        assert np.abs(found.vectors - expected).max(initial=0) < 1e-4


def test_a_text_has_one_vector_whatever_shares_its_batch(minilm: TextEncoder) -> None:
    together = minilm.encode(TEXTS)
    alone = np.concatenate([minilm.encode([text]) for text in TEXTS])
    assert np.abs(together - alone).max() < 1e-5


def test_shapes_types_and_lengths(minilm: TextEncoder) -> None:
    vectors = minilm.encode(TEXTS)
    assert vectors.dtype == np.float32
    assert vectors.shape == (len(TEXTS), minilm.dimension) == (len(TEXTS), 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert minilm.encode([]).shape == (0, 384)
    assert minilm.encode_tokens([]) == []


def test_offsets_cut_the_words_out_of_the_text(minilm: TextEncoder) -> None:
    text = "  France borders Spain"
    (found,) = minilm.encode_tokens([text])
    assert [text[start:end] for start, end in found.offsets] == ["France", "borders", "Spain"]


def test_progress_counts_up_to_all(minilm: TextEncoder) -> None:
    seen: list[tuple[int, int]] = []
    minilm.encode([f"label {i}" for i in range(150)], on_progress=lambda done, total: seen.append((done, total)))
    assert len(seen) > 1
    assert seen == sorted(seen)
    assert seen[-1] == (150, 150)


@pytest.mark.parametrize(("precision", "least"), [(Precision.INT8, 0.97), (Precision.BLOCK, 0.998)])
def test_quantised_vectors_stay_near(
    minilm: TextEncoder, minilm_directory: Path, precision: Precision, least: float
) -> None:
    quantised = load_encoder("all-MiniLM-L6-v2", precision=precision)
    cosines = (quantised.encode(TEXTS[:5]) * minilm.encode(TEXTS[:5])).sum(1)
    assert cosines.min() > least
    assert quantised.fingerprint != minilm.fingerprint


def test_transformers_path_gives_the_same(minilm: TextEncoder, minilm_directory: Path) -> None:
    pytest.importorskip("transformers")
    # Its own limit is 512 tokens, so the long text is left out.
    texts = [text for text in TEXTS if len(text) < 1000]
    foreign = TransformersEncoder(str(minilm_directory))
    assert np.abs(foreign.encode(texts) - minilm.encode(texts)).max() < 1e-4
    for ours, theirs in zip(minilm.encode_tokens(texts), foreign.encode_tokens(texts), strict=True):
        assert np.array_equal(ours.offsets, theirs.offsets)
        assert np.abs(ours.vectors - theirs.vectors).max(initial=0) < 1e-4


def test_static_vectors_are_the_mean_rows_of_the_embedding_table(minilm: TextEncoder, minilm_directory: Path) -> None:
    transformers = pytest.importorskip("transformers")
    tokenizer = transformers.AutoTokenizer.from_pretrained(minilm_directory)
    table = transformers.BertModel.from_pretrained(minilm_directory).get_input_embeddings().weight.detach().numpy()
    texts = ["Archduke Johann of Austria", "1999-05-01", "", "北京"]
    ids = [tokenizer(text, add_special_tokens=False)["input_ids"] for text in texts]
    expected = [table[row].mean(axis=0) if row else np.zeros(384) for row in ids]
    lengths = np.linalg.norm(expected, axis=1, keepdims=True)
    expected = np.array(expected) / np.where(lengths > 0, lengths, 1)
    assert lengths[2] == 0
    assert np.abs(minilm.encode_static(texts) - expected).max() < 1e-5
    assert np.abs(TransformersEncoder(str(minilm_directory)).encode_static(texts) - expected).max() < 1e-5
    assert minilm.encode_static([]).shape == (0, 384)


def test_a_lone_surrogate_counts_as_an_unknown_character(minilm: TextEncoder, e5: TextEncoder) -> None:
    for encoder in (minilm, e5):
        assert np.array_equal(encoder.encode(["a \ud800 b"]), encoder.encode(["a \ufffd b"]))
