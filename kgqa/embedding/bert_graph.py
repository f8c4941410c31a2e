"""A BERT or MPNet encoder as an ONNX graph, built from numpy weights: no PyTorch and no tracing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kgqa.embedding.contract import Floats
from kgqa.embedding.mpnet import DISTANCES, distance_biases
from kgqa.embedding.weights import EncoderWeights

OPSET = 20
BLOCK = 32
_MASKED = -1e9


class _Graph:
    """Nodes and initialisers, gathered in order.

    bits : how linear weights are kept: None for float32, else 4 or 8 bits in blocks of 32.
    """

    def __init__(self, bits: int | None) -> None:
        self.bits = bits
        self.nodes: list[Any] = []
        self.initialisers: list[Any] = []

    def constant(self, name: str, value: NDArray[Any]) -> str:
        from onnx import numpy_helper

        self.initialisers.append(numpy_helper.from_array(np.array(value, order="C"), name))
        return name

    def add(self, operation: str, inputs: Sequence[str], output: str, **attributes: Any) -> str:
        from onnx import helper

        self.nodes.append(helper.make_node(operation, list(inputs), [output], name=output, **attributes))
        return output

    def linear(self, x: str, name: str, weight: NDArray[Any], bias: NDArray[Any]) -> str:
        """Apply a linear layer; `weight` is [out, in] as PyTorch keeps it."""
        if self.bits is None:
            product = self.add("MatMul", [x, self.constant(f"{name}.weight", weight.T)], f"{name}.product")
        else:
            product = self._block_product(x, name, weight, self.bits)
        return self.add("Add", [product, self.constant(f"{name}.bias", bias)], name)

    def _block_product(self, x: str, name: str, weight: NDArray[Any], bits: int) -> str:
        codes, scales = quantise_blocks(weight, bits)
        inputs = [x, self.constant(f"{name}.codes", codes), self.constant(f"{name}.scales", scales)]
        sizes = {"K": weight.shape[1], "N": weight.shape[0], "bits": bits, "block_size": BLOCK}
        # Level 4 lets the products run in 8-bit integers, each block of activations with its own scale.
        return self.add("MatMulNBits", inputs, f"{name}.product", domain="com.microsoft", accuracy_level=4, **sizes)

    def normalise(self, x: str, name: str, tensors: dict[str, NDArray[Any]], epsilon: float) -> str:
        scale = self.constant(f"{name}.scale", tensors["weight"])
        bias = self.constant(f"{name}.shift", tensors["bias"])
        return self.add("LayerNormalization", [x, scale, bias], name, axis=-1, epsilon=epsilon)


def build_bert(weights: EncoderWeights, *, block: bool = False) -> Any:
    """Build the graph of an encoder as an `onnx.ModelProto`.

    block : keep linear weights in blocks of 32 with one scale each, in 4 bits where they came so, else 8.
    Inputs : `words` float32 [batch, tokens, hidden], the word embeddings; `mask` float32 [batch, tokens], 1 or 0.
    Outputs : `pooled` float32 [batch, hidden], the mean over tokens at unit length; `tokens` float32
        [batch, tokens, hidden], the last hidden state.
    The word embedding itself stays outside: rows are read from a memory-mapped table.
    """
    graph = _Graph(min(weights.weight_bits, 8) if block else None)
    x = _embed(graph, weights)
    penalty = _penalty(graph)
    if DISTANCES in weights.tensors:
        penalty = graph.add("Add", [penalty, _distances(graph, weights)], "distant_penalty")
    for layer in range(weights.shape.layers):
        x = _layer(graph, weights, layer, x, penalty)
    _pool(graph, x)
    return _model(graph, weights)


def quantise_blocks(weight: NDArray[Any], bits: int) -> tuple[NDArray[np.uint8], Floats]:
    """Quantise [out, in] rows in blocks of 32, each with one scale and its zero at half range.

    Returns : codes uint8 [out, in / 32, 32 * bits / 8], low nibble first; scales float32 [out, in / 32].
    """
    blocks = weight.reshape(len(weight), -1, BLOCK)
    half = 1 << (bits - 1)
    largest = np.take_along_axis(blocks, np.abs(blocks).argmax(-1)[..., None], -1)
    # As in Q4_0, the value of largest magnitude becomes the lowest code: weights that came in 4 bits stay exact.
    scales = np.where(largest == 0, 1, largest / -half).astype(np.float32)
    codes = np.clip(np.rint(blocks / scales) + half, 0, 2 * half - 1).astype(np.uint8)
    if bits == 4:
        codes = codes[..., 0::2] | (codes[..., 1::2] << 4)
    return codes, scales[..., 0]


def _embed(graph: _Graph, weights: EncoderWeights) -> str:
    """Add positions and the first token type, then normalise."""
    table = weights.tensors["embeddings.position_embeddings.weight"]
    table = table + weights.tensors["embeddings.token_type_embeddings.weight"][0]
    positions = graph.constant("positions", table)
    graph.constant("zero", np.array([0], np.int64))
    length = graph.add("Shape", ["words"], "length", start=1, end=2)
    rows = graph.add("Slice", [positions, "zero", length, "zero"], "position_rows")
    total = graph.add("Add", ["words", rows], "embedded")
    return graph.normalise(total, "embedding_norm", _part(weights, "embeddings.LayerNorm"), weights.shape.epsilon)


def _penalty(graph: _Graph) -> str:
    """Turn the mask into an additive [batch, 1, 1, tokens] term for attention."""
    graph.constant("one", np.array(1, np.float32))
    graph.constant("masked", np.array(_MASKED, np.float32))
    graph.constant("middle_axes", np.array([1, 2], np.int64))
    absent = graph.add("Sub", ["one", "mask"], "absent")
    scaled = graph.add("Mul", [absent, "masked"], "absent_scaled")
    return graph.add("Unsqueeze", [scaled, "middle_axes"], "penalty")


def _distances(graph: _Graph, weights: EncoderWeights) -> str:
    """What every head adds for how far two tokens are apart, [1, heads, tokens, tokens]."""
    longest = weights.shape.positions
    table = graph.constant("distance_biases", distance_biases(weights.tensors[DISTANCES], longest))
    graph.constant("start", np.array(0, np.int64))
    graph.constant("step", np.array(1, np.int64))
    graph.constant("same_place", np.array(longest - 1, np.int64))
    graph.constant("first_axis", np.array([0], np.int64))
    graph.constant("second_axis", np.array([1], np.int64))
    count = graph.add("Squeeze", ["length", "first_axis"], "count")
    places = graph.add("Range", ["start", count, "step"], "places")
    keys = graph.add("Unsqueeze", [places, "first_axis"], "key_places")
    queries = graph.add("Unsqueeze", [places, "second_axis"], "query_places")
    away = graph.add("Add", [graph.add("Sub", [keys, queries], "away"), "same_place"], "distance_columns")
    found = graph.add("Gather", [table, away], "head_distances", axis=1)
    return graph.add("Unsqueeze", [found, "first_axis"], "distances")


def _layer(graph: _Graph, weights: EncoderWeights, layer: int, x: str, penalty: str) -> str:
    name, shape = f"layer{layer}", weights.shape
    source = f"encoder.layer.{layer}"
    context = _attention(graph, weights, layer, x, penalty)
    mixed = graph.linear(context, f"{name}.mixed", **_part(weights, f"{source}.attention.output.dense"))
    total = graph.add("Add", [mixed, x], f"{name}.attended")
    x = graph.normalise(
        total, f"{name}.attention_norm", _part(weights, f"{source}.attention.output.LayerNorm"), shape.epsilon
    )
    wide = graph.linear(x, f"{name}.wide", **_part(weights, f"{source}.intermediate.dense"))
    active = graph.add("Gelu", [wide], f"{name}.active", approximate="none")
    narrow = graph.linear(active, f"{name}.narrow", **_part(weights, f"{source}.output.dense"))
    total = graph.add("Add", [narrow, x], f"{name}.fed")
    return graph.normalise(total, f"{name}.norm", _part(weights, f"{source}.output.LayerNorm"), shape.epsilon)


def _attention(graph: _Graph, weights: EncoderWeights, layer: int, x: str, penalty: str) -> str:
    """Attend with one fused query-key-value product; the 1/sqrt(d) scale is folded into the query's weights."""
    name, shape = f"layer{layer}", weights.shape
    size = shape.hidden // shape.heads
    parts = [_part(weights, f"encoder.layer.{layer}.attention.self.{end}") for end in ("query", "key", "value")]
    scale = np.float32(size**-0.5)
    parts[0] = {key: value * scale for key, value in parts[0].items()}
    fused = {key: np.concatenate([part[key] for part in parts]) for key in ("weight", "bias")}
    product = graph.linear(x, f"{name}.qkv", **fused)
    if layer == 0:
        graph.constant("split_heads", np.array([0, 0, 3, shape.heads, size], np.int64))
        graph.constant("join_heads", np.array([0, 0, shape.hidden], np.int64))
        for i in range(3):
            graph.constant(f"pick{i}", np.array(i, np.int64))
    heads = graph.add("Reshape", [product, "split_heads"], f"{name}.heads")
    query, key, value = (graph.add("Gather", [heads, f"pick{i}"], f"{name}.part{i}", axis=2) for i in range(3))
    query = graph.add("Transpose", [query], f"{name}.q", perm=[0, 2, 1, 3])
    key = graph.add("Transpose", [key], f"{name}.k", perm=[0, 2, 3, 1])
    value = graph.add("Transpose", [value], f"{name}.v", perm=[0, 2, 1, 3])
    scores = graph.add("MatMul", [query, key], f"{name}.scores")
    scores = graph.add("Add", [scores, penalty], f"{name}.masked_scores")
    chances = graph.add("Softmax", [scores], f"{name}.chances", axis=-1)
    context = graph.add("MatMul", [chances, value], f"{name}.context")
    context = graph.add("Transpose", [context], f"{name}.context_rows", perm=[0, 2, 1, 3])
    return graph.add("Reshape", [context, "join_heads"], f"{name}.joined")


def _pool(graph: _Graph, x: str) -> None:
    """Average the tokens that are there, then scale to unit length."""
    graph.constant("last_axis", np.array([-1], np.int64))
    graph.constant("token_axis", np.array([1], np.int64))
    graph.constant("tiny", np.array(1e-12, np.float32))
    graph.add("Identity", [x], "tokens")
    kept = graph.add("Unsqueeze", ["mask", "last_axis"], "kept")
    total = graph.add("ReduceSum", [graph.add("Mul", [x, kept], "kept_tokens"), "token_axis"], "total", keepdims=0)
    # The count of tokens cancels out at unit length.
    length = graph.add("ReduceL2", [total, "last_axis"], "total_length", keepdims=1)
    graph.add("Div", [total, graph.add("Max", [length, "tiny"], "safe_length")], "pooled")


def _model(graph: _Graph, weights: EncoderWeights) -> Any:
    from onnx import TensorProto, checker, helper

    def value(name: str, axes: list[str | int]) -> Any:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, axes)

    hidden = weights.shape.hidden
    body = helper.make_graph(
        graph.nodes,
        "encoder",
        [value("words", ["batch", "tokens", hidden]), value("mask", ["batch", "tokens"])],
        [value("pooled", ["batch", hidden]), value("tokens", ["batch", "tokens", hidden])],
        graph.initialisers,
    )
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid("com.microsoft", 1)]
    model = helper.make_model(body, opset_imports=opsets, ir_version=9)
    # Without this mark the quantiser asks, on the root logger, for a pass that this graph has no use for.
    helper.set_model_props(model, {"onnx.quant.pre_process": "onnxruntime.quant"})
    checker.check_model(model)
    return model


def _part(weights: EncoderWeights, prefix: str) -> dict[str, NDArray[Any]]:
    return {end: weights.tensors[f"{prefix}.{end}"] for end in ("weight", "bias")}
