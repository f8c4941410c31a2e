"""The weights of a BERT-shaped text encoder, named as Hugging Face's `BertModel` names them; MPNet's too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kgqa.embedding.contract import Floats
from kgqa.embedding.tokenize import TokenizerModel


@dataclass(frozen=True, kw_only=True, slots=True)
class BertShape:
    """The sizes of a BERT encoder.

    layers, heads, hidden, intermediate : as in its papers; hidden is the vectors' dimension.
    vocabulary : rows of the word embedding.
    positions : the longest input in tokens.
    epsilon : added to the variance in every layer normalisation.
    """

    layers: int
    heads: int
    hidden: int
    intermediate: int
    vocabulary: int
    positions: int
    epsilon: float


@dataclass(frozen=True, kw_only=True, slots=True)
class EncoderWeights:
    """A text encoder before it is compiled.

    name : the encoder's name.
    shape : its sizes.
    tensors : BertModel's parameter names -> float32 arrays; a linear weight is [out, in]. With
        `kgqa.embedding.mpnet.DISTANCES` among them it is an MPNet.
    tokenizer : the vocabulary and its rules.
    query_prefix, passage_prefix : put before each text of that kind.
    max_tokens : where texts are cut, special tokens included.
    weight_bits : 4 where the linear weights came as 4-bit blocks of 32, else 32. word_bits : of the word embeddings.
    """

    name: str
    shape: BertShape
    tensors: Mapping[str, Floats] = field(repr=False)
    tokenizer: TokenizerModel = field(repr=False)
    query_prefix: str = ""
    passage_prefix: str = ""
    max_tokens: int
    weight_bits: int = 32
    word_bits: int = 32
