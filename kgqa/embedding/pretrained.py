"""Hugging Face's layout on disk: read a BERT encoder from it, write one to it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from kgqa.embedding.tokenize import UnigramModel, read_tokenizer
from kgqa.embedding.weights import BertShape, EncoderWeights
from kgqa.errors import EncoderError

_PREFIXES = "config_sentence_transformers.json"
_LENGTH = "sentence_bert_config.json"


def read_pretrained(weights: Path, name: str) -> EncoderWeights:
    """Read the directory that `weights` (its `model.safetensors`) lies in.

    Errors : EncoderError if a file is missing or damaged, or the model is no BERT.
    """
    from safetensors.numpy import load_file

    directory = weights.parent
    try:
        config = _json(directory / "config.json")
        tensors = {_plain(key): value.astype(np.float32) for key, value in load_file(weights).items() if value.ndim}
        tokenizer = read_tokenizer(directory / "tokenizer.json")
    except Exception as error:  # safetensors raises its own kind
        raise EncoderError(f"{directory} is damaged or incomplete ({error}). Download or install it anew.") from error
    if config.get("model_type") != "bert":
        raise EncoderError(f"{directory} holds a {config.get('model_type')!r} model; expected 'bert'")
    prompts = _json(directory / _PREFIXES).get("prompts", {}) if (directory / _PREFIXES).exists() else {}
    return EncoderWeights(
        name=name,
        shape=_shape(config),
        tensors=tensors,
        tokenizer=tokenizer,
        query_prefix=prompts.get("query", ""),
        passage_prefix=prompts.get("passage", ""),
        max_tokens=_max_tokens(directory, config),
    )


def is_bert(directory: Path) -> bool:
    """Tell if a directory's `config.json` names BERT."""
    file = directory / "config.json"
    return file.exists() and _json(file).get("model_type") == "bert"


def write_pretrained(weights: EncoderWeights, directory: Path) -> None:
    """Write an encoder so that `transformers` opens it (`BertModel`, `AutoTokenizer`) and `load_encoder` does too."""
    from safetensors.numpy import save_file

    directory.mkdir(parents=True, exist_ok=True)
    tensors = {key: np.ascontiguousarray(value) for key, value in weights.tensors.items()}
    save_file(tensors, directory / "model.safetensors", metadata={"format": "pt"})
    (directory / "tokenizer.json").write_text(weights.tokenizer.to_json(), encoding="utf-8")
    prompts = {"query": weights.query_prefix, "passage": weights.passage_prefix}
    files = {"config.json": _config(weights.shape), _LENGTH: {"max_seq_length": weights.max_tokens}}
    files |= {_PREFIXES: {"prompts": prompts}, "tokenizer_config.json": _tokenizer_config(weights)}
    if isinstance(weights.tokenizer, UnigramModel):
        files["normalisation.json"] = dict(weights.tokenizer.normalisation)
    for name, content in files.items():
        (directory / name).write_text(json.dumps(content), encoding="utf-8")


def _config(shape: BertShape) -> dict[str, Any]:
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_act": "gelu",
        "hidden_size": shape.hidden,
        "intermediate_size": shape.intermediate,
        "layer_norm_eps": shape.epsilon,
        "max_position_embeddings": shape.positions,
        "num_attention_heads": shape.heads,
        "num_hidden_layers": shape.layers,
        "type_vocab_size": 2,
        "vocab_size": shape.vocabulary,
    }


def _tokenizer_config(weights: EncoderWeights) -> dict[str, Any]:
    unigram = isinstance(weights.tokenizer, UnigramModel)
    unknown, padding, cls, sep, mask = (
        ("<unk>", "<pad>", "<s>", "</s>", "<mask>") if unigram else ("[UNK]", "[PAD]", "[CLS]", "[SEP]", "[MASK]")
    )
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": weights.max_tokens,
        "unk_token": unknown,
        "pad_token": padding,
        "cls_token": cls,
        "sep_token": sep,
        "mask_token": mask,
    }


def _shape(config: dict[str, Any]) -> BertShape:
    return BertShape(
        layers=config["num_hidden_layers"],
        heads=config["num_attention_heads"],
        hidden=config["hidden_size"],
        intermediate=config["intermediate_size"],
        vocabulary=config["vocab_size"],
        positions=config["max_position_embeddings"],
        epsilon=config["layer_norm_eps"],
    )


def _max_tokens(directory: Path, config: dict[str, Any]) -> int:
    positions: int = config["max_position_embeddings"]
    own = _json(directory / _LENGTH).get("max_seq_length") if (directory / _LENGTH).exists() else None
    return min(int(own or positions), positions)


def _plain(key: str) -> str:
    """Drop the `bert.` that a checkpoint with a head puts before the encoder's names."""
    return key.removeprefix("bert.")


def _json(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found
