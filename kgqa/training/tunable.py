"""A text encoder whose linear layers take low-rank additions that can be trained (LoRA, by `peft`)."""

from __future__ import annotations

import importlib.util
import tempfile
import warnings
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from kgqa.embedding import Adapter, EncoderWeights
from kgqa.embedding.mpnet import DISTANCES, FIRST_POSITION, as_mpnet, bert_name
from kgqa.embedding.tokenize import open_tokenizer
from kgqa.errors import MissingExtraError
from kgqa.training.config import TuningSettings

_BERT_LAYERS, _MPNET_LAYERS = ("query", "key", "value", "dense"), ("q", "k", "v", "o", "dense")
_CHUNKS = {"cpu": 64, "cuda": 2048}
"""Texts a forward pass: padding costs a processor more than passes do; a GPU waits for each pass to be started."""
_LONGEST = 64


class TunableEncoder(nn.Module):
    """The same vectors as `kgqa.embedding.OnnxEncoder` gives, but with gradients.

    weights : the plain encoder. start : an adapter to go on from.
    Errors : MissingExtraError without `peft` and `transformers`.
    """

    def __init__(self, weights: EncoderWeights, settings: TuningSettings, start: Adapter | None = None) -> None:
        super().__init__()
        self._weights, self._settings = weights, settings
        self.bert = _with_adapter(weights, settings)
        with tempfile.TemporaryDirectory() as folder:
            weights.tokenizer.save(Path(folder))
            self._tokenizer = open_tokenizer(Path(folder))
        self._ids: dict[str, tuple[list[int], list[tuple[int, int]]]] = {}
        if start is not None:
            self._take(start)

    def offsets(self, questions: Sequence[str]) -> list[NDArray[np.int32]]:
        """Each question's own tokens as places in it, int32 [tokens, 2]."""
        prefix = len(self._weights.query_prefix)
        return [_own(self._tokenized(self._weights.query_prefix + text)[1], prefix)[1] for text in questions]

    def states(self, questions: Sequence[str]) -> Tensor:
        """Each question's own tokens in context, [questions, tokens, e], unit length; 0 where there is none."""
        texts = [self._weights.query_prefix + text for text in questions]
        hidden, _ = self._hidden(texts)
        prefix = len(self._weights.query_prefix)
        kept = [_own(self._tokenized(text)[1], prefix)[0] for text in texts]
        rows, there = _padded(kept)
        own = torch.gather(hidden, 1, rows[:, :, None].expand(-1, -1, hidden.shape[2]))
        return nn.functional.normalize(own, dim=-1) * there[:, :, None]

    def texts(self, texts: Sequence[str]) -> Tensor:
        """The vectors of names and programs, [texts, e], unit length."""
        return self._pooled([self._weights.passage_prefix + text for text in texts])

    def questions(self, questions: Sequence[str]) -> Tensor:
        """The vectors of questions and phrases of them, [questions, e], unit length."""
        return self._pooled([self._weights.query_prefix + text for text in questions])

    def _pooled(self, prefixed: Sequence[str]) -> Tensor:
        order = sorted(range(len(prefixed)), key=lambda i: len(self._tokenized(prefixed[i])[0]))
        found, chunk = [], _CHUNKS.get(self.bert.device.type, _CHUNKS["cpu"])
        for start in range(0, len(order), chunk):
            hidden, mask = self._hidden([prefixed[i] for i in order[start : start + chunk]])
            found.append(nn.functional.normalize((hidden * mask[:, :, None]).sum(dim=1), dim=-1))
        return torch.cat(found)[torch.as_tensor(np.argsort(order))]

    def adapter(self) -> Adapter:
        """What was learnt so far."""
        scale = _scale(self._settings)
        down, up = dict[str, Any](), dict[str, Any]()
        for name, layer in self._layers():
            down[name] = layer.lora_A["default"].weight.detach().cpu().numpy().astype(np.float32)
            up[name] = scale * layer.lora_B["default"].weight.detach().cpu().numpy().astype(np.float32)
        return Adapter(self._weights.name, down, up)

    def _take(self, adapter: Adapter) -> None:
        adapter.merged(self._weights)  # refuses one of another encoder
        with torch.no_grad():
            for name, layer in self._layers():
                layer.lora_A["default"].weight.copy_(torch.from_numpy(adapter.down[name]))
                layer.lora_B["default"].weight.copy_(torch.from_numpy(adapter.up[name] / _scale(self._settings)))

    def _layers(self) -> list[tuple[str, Any]]:
        found = [(name, part) for name, part in self.bert.named_modules() if hasattr(part, "lora_A")]
        return [(bert_name(name.removeprefix("base_model.model.")), part) for name, part in found]

    def _tokenized(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
        if text not in self._ids:
            tokens = self._tokenizer.encode([text], _LONGEST)[0]
            self._ids[text] = tokens.ids, tokens.offsets
        return self._ids[text]

    def _hidden(self, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
        ids, mask = _padded([self._tokenized(text)[0] for text in texts])
        with _precision(self.bert.device.type, mixed=self._settings.mixed):
            hidden = self.bert(input_ids=ids, attention_mask=mask.long()).last_hidden_state
        return hidden.float(), mask


def _own(offsets: Sequence[tuple[int, int]], prefix: int) -> tuple[list[int], NDArray[np.int32]]:
    """The places of the tokens that cover characters after the prefix, and what they cover."""
    kept = [i for i, (start, end) in enumerate(offsets) if end > start and end > prefix]
    spans = [(max(offsets[i][0] - prefix, 0), offsets[i][1] - prefix) for i in kept]
    return kept, np.array(spans, dtype=np.int32).reshape(-1, 2)


def _with_adapter(weights: EncoderWeights, settings: TuningSettings) -> Any:
    if any(importlib.util.find_spec(name) is None for name in ("peft", "transformers")):
        raise MissingExtraError("peft", "train", "fine-tune an encoder")
    from peft import LoraConfig, get_peft_model

    distant = DISTANCES in weights.tensors
    plain, tensors = _mpnet(weights) if distant else _bert(weights), weights.tensors
    named = as_mpnet(tensors) if distant else tensors
    plain.load_state_dict({name: torch.from_numpy(np.array(named[name])) for name in plain.state_dict()})
    for part in plain.modules():
        if isinstance(part, nn.Dropout):
            part.p = settings.dropout
    alpha, layers = round(settings.scale * settings.rank), _MPNET_LAYERS if distant else _BERT_LAYERS
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # peft reads a property that transformers has renamed
        return get_peft_model(plain, LoraConfig(r=settings.rank, lora_alpha=alpha, target_modules=list(layers)))


def _bert(weights: EncoderWeights) -> Any:
    from transformers import BertConfig, BertModel

    config = BertConfig(**_sizes(weights, 0))
    config._attn_implementation = "sdpa"
    return BertModel(config, add_pooling_layer=False)


def _mpnet(weights: EncoderWeights) -> Any:
    from transformers import MPNetConfig, MPNetModel

    buckets = len(weights.tensors[DISTANCES])
    config = MPNetConfig(**_sizes(weights, FIRST_POSITION), relative_attention_num_buckets=buckets)
    return MPNetModel(config, add_pooling_layer=False)


def _sizes(weights: EncoderWeights, spare: int) -> dict[str, Any]:
    """What both kinds call alike. spare : rows of positions that no token has."""
    shape = weights.shape
    return {
        "vocab_size": shape.vocabulary,
        "hidden_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "intermediate_size": shape.intermediate,
        "max_position_embeddings": shape.positions + spare,
        "layer_norm_eps": shape.epsilon,
    }


def _scale(settings: TuningSettings) -> float:
    return round(settings.scale * settings.rank) / settings.rank


def _padded(rows: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Whole numbers of rows, filled up with 0, int64 [rows, longest]; where there is one, float32, as 1."""
    lengths = np.array([len(row) for row in rows])
    there = np.arange(max(1, lengths.max()))[None, :] < lengths[:, None]
    numbers = np.zeros(there.shape, dtype=np.int64)
    numbers[there] = [number for row in rows for number in row]
    return torch.as_tensor(numbers), torch.as_tensor(there.astype(np.float32))


def _precision(device: str, *, mixed: bool) -> AbstractContextManager[object]:
    """Products in bfloat16, where that is wanted and the device multiplies them itself; elsewhere they are slower."""
    if not mixed:
        return nullcontext()
    return torch.autocast(device, dtype=torch.bfloat16) if _has_bfloat16(device) else nullcontext()


def _has_bfloat16(device: str) -> bool:
    if device == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return device == "cpu" and bool(torch.cpu._is_avx512_bf16_supported())
