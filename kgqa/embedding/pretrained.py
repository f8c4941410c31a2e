"""Hugging Face's layout on disk: read a BERT or MPNet encoder from it, write one to it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from kgqa.embedding.contract import Floats
from kgqa.embedding.mpnet import DISTANCES, FIRST_POSITION, as_bert, as_mpnet
from kgqa.embedding.tokenize import TokenizerModel, UnigramModel, read_tokenizer
from kgqa.embedding.weights import BertShape, EncoderWeights
from kgqa.errors import EncoderError

CONFIG = "config.json"
_PREFIXES = "config_sentence_transformers.json"
_LENGTH = "sentence_bert_config.json"
SETTINGS = (CONFIG, _PREFIXES, _LENGTH)
"""The files that tell how a model is read."""
_BERT, _MPNET = "bert", "mpnet"
_KINDS = (_BERT, _MPNET)


def read_pretrained(weights: Path, name: str) -> EncoderWeights:
    """Read the directory that `weights` (its `model.safetensors`) lies in.

    Errors : EncoderError if a file is missing or damaged, or the model is neither BERT nor MPNet.
    """
    from safetensors.numpy import load_file

    directory = weights.parent

    def read() -> EncoderWeights:
        settings = {file: _json(directory / file) for file in SETTINGS if (directory / file).exists()}
        return assemble(name, settings, load_file(weights), read_tokenizer(directory / "tokenizer.json"))

    return read_whole(str(directory), read)


def read_whole(where: str, read: Callable[[], EncoderWeights]) -> EncoderWeights:
    """What `read` gives. Errors : EncoderError that names `where`, whatever is damaged or missing there."""
    try:
        return read()
    except EncoderError:
        raise
    except Exception as error:  # safetensors raises its own kind
        raise EncoderError(f"{where} is damaged or incomplete ({error}). Download or install it anew.") from error


def assemble(
    name: str, settings: Mapping[str, dict[str, Any]], tensors: Mapping[str, Floats], tokenizer: TokenizerModel
) -> EncoderWeights:
    """An encoder of the files of its directory. settings : of each of `SETTINGS` that is there, its content.

    Errors : EncoderError if it is neither BERT nor MPNet; KeyError for what config.json lacks.
    """
    config = settings[CONFIG]
    if config.get("model_type") not in _KINDS:
        raise EncoderError(f"{name} is a {config.get('model_type')!r} model; expected {' or '.join(_KINDS)}")
    distant = config["model_type"] == _MPNET
    plain = {_plain(key): value.astype(np.float32) for key, value in tensors.items() if value.ndim}
    prompts = settings.get(_PREFIXES, {}).get("prompts", {})
    shape = _shape(config)
    return EncoderWeights(
        name=name,
        shape=shape,
        tensors=as_bert(plain) if distant else plain,
        tokenizer=tokenizer,
        query_prefix=prompts.get("query", ""),
        passage_prefix=prompts.get("passage", ""),
        max_tokens=min(int(settings.get(_LENGTH, {}).get("max_seq_length") or shape.positions), shape.positions),
    )


def is_readable(directory: Path) -> bool:
    """Tell if a directory's `config.json` names BERT or MPNet."""
    file = directory / CONFIG
    return file.exists() and _json(file).get("model_type") in _KINDS


def write_pretrained(weights: EncoderWeights, directory: Path) -> None:
    """Write an encoder so that `transformers` opens it (`AutoModel`, `AutoTokenizer`) and `load_encoder` does too."""
    from safetensors.numpy import save_file

    directory.mkdir(parents=True, exist_ok=True)
    distant = DISTANCES in weights.tensors
    named = as_mpnet(weights.tensors) if distant else weights.tensors
    tensors = {key: np.ascontiguousarray(value) for key, value in named.items()}
    save_file(tensors, directory / "model.safetensors", metadata={"format": "pt"})
    (directory / "tokenizer.json").write_text(weights.tokenizer.to_json(), encoding="utf-8")
    prompts = {"query": weights.query_prefix, "passage": weights.passage_prefix}
    config = _mpnet_config(weights) if distant else _config(weights.shape)
    files = {CONFIG: config, _LENGTH: {"max_seq_length": weights.max_tokens}}
    files |= {_PREFIXES: {"prompts": prompts}, "tokenizer_config.json": _tokenizer_config(weights)}
    if isinstance(weights.tokenizer, UnigramModel):
        files["normalisation.json"] = dict(weights.tokenizer.normalisation)
    for name, content in files.items():
        (directory / name).write_text(json.dumps(content), encoding="utf-8")


def _config(shape: BertShape) -> dict[str, Any]:
    return {
        "architectures": ["BertModel"],
        "model_type": _BERT,
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


def _mpnet_config(weights: EncoderWeights) -> dict[str, Any]:
    own: dict[str, Any] = {"architectures": ["MPNetModel"], "model_type": _MPNET, "pad_token_id": FIRST_POSITION - 1}
    own["max_position_embeddings"] = weights.shape.positions + FIRST_POSITION
    own["relative_attention_num_buckets"] = len(weights.tensors[DISTANCES])
    return _config(weights.shape) | own


def _tokenizer_config(weights: EncoderWeights) -> dict[str, Any]:
    marked = isinstance(weights.tokenizer, UnigramModel) or DISTANCES in weights.tensors
    unknown, padding, cls, sep, mask = (
        ("<unk>", "<pad>", "<s>", "</s>", "<mask>") if marked else ("[UNK]", "[PAD]", "[CLS]", "[SEP]", "[MASK]")
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
    spare = FIRST_POSITION if config["model_type"] == _MPNET else 0
    return BertShape(
        layers=config["num_hidden_layers"],
        heads=config["num_attention_heads"],
        hidden=config["hidden_size"],
        intermediate=config["intermediate_size"],
        vocabulary=config["vocab_size"],
        positions=config["max_position_embeddings"] - spare,
        epsilon=config["layer_norm_eps"],
    )


def _plain(key: str) -> str:
    """Drop the `bert.` or `mpnet.` that a checkpoint with a head puts before the encoder's names."""
    return key.removeprefix(f"{_BERT}.").removeprefix(f"{_MPNET}.")


def _json(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found
