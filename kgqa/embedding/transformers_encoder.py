"""Any encoder that `transformers` can open, on PyTorch: slower to start, for models other than BERT."""

from __future__ import annotations

import hashlib
import importlib.util
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kgqa.embedding.contract import Floats, Progress, TextKind, TokenEmbeddings
from kgqa.errors import EncoderError, MissingExtraError

_BATCH_TEXTS = 32
_MAX_TOKENS = 512
_LONGEST_REASON = 200
ALLOW_DOWNLOAD = "KGQA_ALLOW_DOWNLOAD"
"""The environment variable that lets models come from the Hugging Face hub: "1", or anything but "" and "0"."""


class TransformersEncoder:
    """Mean-pooled last hidden states of a model from a directory, the Hugging Face hub's cache, or the hub.

    The hub itself is asked only where the environment variable KGQA_ALLOW_DOWNLOAD is 1.
    name : a name or path for `AutoModel`; models called "...e5..." get the prefixes "query: " and "passage: ".
    threads : PyTorch's threads; its own choice if None.
    Errors : MissingExtraError without torch or transformers; EncoderError if the model can't be opened.
    """

    def __init__(self, name: str, *, threads: int | None = None) -> None:
        for module in ("torch", "transformers"):
            if importlib.util.find_spec(module) is None:
                raise MissingExtraError(module, "torch", f"open the encoder {name!r}")
        if not may_download():
            # Read on import; without it the hub is asked for a list of its own, even where only local files count.
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
        import torch
        import transformers

        try:
            where = {"local_files_only": not may_download()}
            self._tokenizer = transformers.AutoTokenizer.from_pretrained(name, use_fast=True, **where)
            self._model = transformers.AutoModel.from_pretrained(name, **where).eval().float()
        except (OSError, ValueError, KeyError) as error:
            raise EncoderError(_why_not(name, error)) from error
        if threads is not None:
            torch.set_num_threads(threads)
        self._name = name
        self._prefixes = {kind: f"{kind.value}: " if "e5" in name.lower() else "" for kind in TextKind}
        self._fingerprint = _hash_state(self._model.state_dict(), repr(sorted(self._prefixes.values())))

    @property
    def name(self) -> str:
        """The encoder's name."""
        return self._name

    @property
    def fingerprint(self) -> str:
        """Hash of weights and settings."""
        return self._fingerprint

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        return int(self._model.config.hidden_size)

    def encode(
        self, texts: Sequence[str], *, kind: TextKind = TextKind.PASSAGE, on_progress: Progress | None = None
    ) -> Floats:
        """Encode texts into float32 [texts, dimension] of unit length."""
        out = np.empty((len(texts), self.dimension), np.float32)
        done = 0
        for rows, states, found in self._states(texts, kind):
            mask = found["attention_mask"].numpy()[..., None].astype(np.float32)
            out[rows] = _unit((states * mask).sum(1) / np.maximum(mask.sum(1), 1))
            done += len(rows)
            if on_progress is not None:
                on_progress(done, len(texts))
        return out

    def encode_tokens(self, texts: Sequence[str], *, kind: TextKind = TextKind.PASSAGE) -> list[TokenEmbeddings]:
        """Encode every token of every text in context."""
        prefix = len(self._prefixes[kind])
        out: dict[int, TokenEmbeddings] = {}
        for rows, states, found in self._states(texts, kind):
            spans = found["offset_mapping"].numpy().astype(np.int32)
            for row, i in enumerate(rows):
                kept = (spans[row, :, 1] > spans[row, :, 0]) & (spans[row, :, 1] > prefix)
                offsets = np.maximum(spans[row][kept] - prefix, 0)
                out[int(i)] = TokenEmbeddings(vectors=_unit(states[row][kept]), offsets=offsets)
        return [out[i] for i in range(len(texts))]

    def encode_static(self, texts: Sequence[str]) -> Floats:
        """The mean of each text's token embeddings, without context."""
        table = self._model.get_input_embeddings().weight.detach()
        out = np.zeros((len(texts), int(table.shape[1])), np.float32)
        for row, text in enumerate(texts):
            ids = self._tokenizer(text, truncation=True, max_length=_MAX_TOKENS, add_special_tokens=False)["input_ids"]
            if ids:
                out[row] = _unit(table[ids].float().numpy().mean(axis=0))
        return out

    def _states(self, texts: Sequence[str], kind: TextKind) -> Iterator[tuple[NDArray[np.int64], Floats, Any]]:
        """Run batches of like length; give their rows, last hidden states and tokenizer output."""
        import torch

        order = np.argsort([-len(text) for text in texts], kind="stable")
        for start in range(0, len(texts), _BATCH_TEXTS):
            rows = order[start : start + _BATCH_TEXTS]
            found = self._tokenizer(
                [self._prefixes[kind] + texts[i] for i in rows],
                padding=True,
                truncation=True,
                max_length=min(self._tokenizer.model_max_length, _MAX_TOKENS),
                return_offsets_mapping=True,
                return_tensors="pt",
            )
            with torch.inference_mode():
                inputs = {key: value for key, value in found.items() if key != "offset_mapping"}
                yield rows, self._model(**inputs).last_hidden_state.numpy(), found


def may_download() -> bool:
    """Whether models may be fetched from the Hugging Face hub."""
    return os.environ.get(ALLOW_DOWNLOAD, "") not in {"", "0"}


def _why_not(name: str, error: Exception) -> str:
    """What is wrong with an encoder's name or files, in one line."""
    said = " ".join(str(error).split())[:_LONGEST_REASON]
    if Path(name).is_dir():
        return (
            f"the directory {name!r} holds no model that transformers opens; expected config.json, "
            f"tokenizer.json and model.safetensors. It says: {said}"
        )
    if may_download():
        return f"the Hugging Face hub gave no encoder {name!r}; check the name and the network. It says: {said}"
    return (
        f"there is no encoder {name!r} on this machine; expected a packaged encoder (all-MiniLM-L6-v2, "
        "multilingual-e5-small), a model directory, or a Hugging Face name that was fetched before. "
        f"To fetch it now, set {ALLOW_DOWNLOAD}=1"
    )


def _unit(vectors: Floats) -> Floats:
    out: Floats = vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), np.float32(1e-12))
    return out


def _hash_state(state: dict[str, Any], settings: str) -> str:
    digest = hashlib.sha256(settings.encode())
    for key in sorted(state):
        digest.update(key.encode())
        digest.update(np.ascontiguousarray(state[key].numpy()).view(np.uint8).data)
    return digest.hexdigest()[:32]
