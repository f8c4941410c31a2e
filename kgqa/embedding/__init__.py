"""Text encoders: texts in, unit-length vectors out; offline, on ONNX Runtime, without PyTorch on the question path."""

from kgqa.embedding.adapter import Adapter
from kgqa.embedding.cache import CachedEncoder
from kgqa.embedding.contract import Precision, Progress, TextEncoder, TextKind, TokenEmbeddings
from kgqa.embedding.loading import E5, MINILM, MPNET, choose_encoder, load_encoder, read_weights
from kgqa.embedding.pretrained import write_pretrained
from kgqa.embedding.weights import BertShape, EncoderWeights

__all__ = [
    "E5",
    "MINILM",
    "MPNET",
    "Adapter",
    "BertShape",
    "CachedEncoder",
    "EncoderWeights",
    "Precision",
    "Progress",
    "TextEncoder",
    "TextKind",
    "TokenEmbeddings",
    "choose_encoder",
    "load_encoder",
    "read_weights",
    "write_pretrained",
]
