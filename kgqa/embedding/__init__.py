"""Text encoders: texts in, unit-length vectors out; offline, on ONNX Runtime, without PyTorch on the question path."""

from kgqa.embedding.contract import Precision, Progress, TextEncoder, TextKind, TokenEmbeddings
from kgqa.embedding.loading import choose_encoder, load_encoder, read_weights

__all__ = [
    "Precision",
    "Progress",
    "TextEncoder",
    "TextKind",
    "TokenEmbeddings",
    "choose_encoder",
    "load_encoder",
    "read_weights",
]
