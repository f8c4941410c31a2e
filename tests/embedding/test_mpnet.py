"""MPNet on the graph we build ourselves, against Hugging Face's MPNetModel; the one that comes in five packages."""

from __future__ import annotations

import io
import json
import zipfile
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kgqa.embedding import MPNET, Adapter, EncoderWeights, Precision, load_encoder, read_weights, write_pretrained
from kgqa.embedding.loading import PACKAGED, is_installed
from kgqa.embedding.mpnet import DISTANCES, as_bert, bert_name, distance_biases, mpnet_name
from kgqa.embedding.parts import JoinedFiles, read_parts
from kgqa.errors import EncoderError, MissingExtraError
from tests.training.toy import tiny_weights

TEXTS = ["which lab", "a", "", "letters " * 9, "x1 2?"]


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory of an MPNet of random weights, as transformers writes it, that reads letter by letter."""
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    monkeypatch.setenv("KGQA_CACHE", str(tmp_path / "cache"))
    torch.manual_seed(5)
    config = transformers.MPNetConfig(
        vocab_size=80,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=48,
        max_position_embeddings=66,
        initializer_range=0.4,
    )
    folder = tmp_path / "tiny"
    transformers.MPNetModel(config).save_pretrained(folder)
    (folder / "tokenizer.json").write_text(tiny_weights().tokenizer.to_json())
    return folder


def reference(folder: Path) -> list[np.ndarray[Any, np.dtype[np.float32]]]:
    """The last hidden state of every text, by MPNetModel, one text at a time."""
    import torch
    import transformers
    from tokenizers import Tokenizer

    model = transformers.MPNetModel.from_pretrained(folder).eval()
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(64)
    with torch.inference_mode():
        return [model(torch.tensor([tokenizer.encode(text).ids])).last_hidden_state[0].numpy() for text in TEXTS]


def test_vectors_equal_mpnetmodel(tiny: Path) -> None:
    encoder, states = load_encoder(str(tiny)), reference(tiny)
    pooled = np.stack([found.mean(axis=0) for found in states])
    pooled /= np.linalg.norm(pooled, axis=1, keepdims=True)
    assert np.abs(encoder.encode(TEXTS) - pooled).max() < 1e-5
    for found, whole in zip(encoder.encode_tokens(TEXTS), states, strict=True):
        own = whole[1:-1] / np.linalg.norm(whole[1:-1], axis=1, keepdims=True)
        assert np.abs(found.vectors - own).max(initial=0) < 1e-5


def test_distances_matter(tiny: Path, tmp_path: Path) -> None:
    weights = read_weights(str(tiny))
    flat = dict(weights.tensors) | {DISTANCES: np.zeros_like(weights.tensors[DISTANCES])}
    write_pretrained(EncoderWeights(**(vars_of(weights) | {"tensors": flat})), tmp_path / "flat")
    difference = load_encoder(str(tiny)).encode(TEXTS) - load_encoder(str(tmp_path / "flat")).encode(TEXTS)
    assert np.abs(difference).max() > 0.01


def vars_of(weights: EncoderWeights) -> dict[str, Any]:
    return {name: getattr(weights, name) for name in EncoderWeights.__dataclass_fields__}


@pytest.mark.parametrize("longest", [1, 7, 64, 300, 512])
def test_biases_of_every_distance_equal_mpnets_buckets(longest: int) -> None:
    torch = pytest.importorskip("torch")
    encoder = pytest.importorskip("transformers.models.mpnet.modeling_mpnet").MPNetEncoder
    table = np.random.default_rng(0).standard_normal((32, 3)).astype(np.float32)
    buckets = encoder.relative_position_bucket(torch.arange(1 - longest, longest)).numpy()
    assert np.array_equal(distance_biases(table, longest), table[buckets].T)


def test_a_written_one_opens_here_and_in_transformers(tiny: Path, tmp_path: Path) -> None:
    write_pretrained(read_weights(str(tiny)), tmp_path / "copy")
    assert np.array_equal(load_encoder(str(tmp_path / "copy")).encode(TEXTS), load_encoder(str(tiny)).encode(TEXTS))
    for ours, theirs in zip(reference(tmp_path / "copy"), reference(tiny), strict=True):
        assert np.abs(ours - theirs).max() < 1e-6


def test_tuning_reads_it_alike_and_its_adapter_serves(tiny: Path, tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    pytest.importorskip("peft")
    from kgqa.training.config import TuningSettings
    from kgqa.training.tunable import TunableEncoder

    settings = TuningSettings(rank=2, dropout=0.0, mixed=False)
    torch.manual_seed(1)
    tunable = TunableEncoder(read_weights(str(tiny)), settings).eval()
    assert np.abs(tunable.texts(TEXTS).detach().numpy() - load_encoder(str(tiny)).encode(TEXTS)).max() < 1e-5
    with torch.no_grad():
        for name, part in tunable.named_parameters():
            if "lora_B" in name:
                part.normal_(0, 0.3)
    added = tunable.adapter()
    assert len(added.down) == 2 * 6
    added.save(tmp_path / "a.safetensors")
    served = load_encoder(str(tiny), adapter=tmp_path / "a.safetensors").encode(TEXTS)
    assert np.abs(served - tunable.texts(TEXTS).detach().numpy()).max() < 1e-3
    assert np.abs(served - load_encoder(str(tiny)).encode(TEXTS)).max() > 0.01
    again = TunableEncoder(read_weights(str(tiny)), settings, Adapter.load(tmp_path / "a.safetensors")).eval()
    assert np.abs(again.texts(TEXTS).detach().numpy() - served).max() < 1e-4


def test_names_go_both_ways(tiny: Path) -> None:
    load_file = pytest.importorskip("safetensors.numpy").load_file
    tensors = load_file(tiny / "model.safetensors")
    kept = [name for name in tensors if not name.startswith("pooler.")]
    assert [mpnet_name(bert_name(name)) for name in kept] == kept
    assert set(as_bert(tensors)) - set(tiny_weights().tensors) >= {DISTANCES}
    assert bert_name("encoder.layer.3.attention.attn.q") == "encoder.layer.3.attention.self.query"


def cut(folder: Path, target: Path, pieces: int = 3) -> list[Path]:
    """A directory zipped as a folder among others, cut into pieces."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("model/1_Pooling/config.json", "{}")
        for file in folder.iterdir():
            archive.write(file, f"model/{file.name}")
    data = whole.getvalue()
    size = len(data) // pieces + 1
    paths = [target / f"part.{i}" for i in range(pieces)]
    for i, path in enumerate(paths):
        path.write_bytes(data[i * size : (i + 1) * size])
    return paths


def test_a_cut_zip_is_read_in_place(tiny: Path, tmp_path: Path) -> None:
    found, wanted = read_parts(cut(tiny, tmp_path), "tiny"), read_weights(str(tiny))
    assert found.shape == wanted.shape
    assert found.max_tokens == wanted.max_tokens
    assert all(np.array_equal(found.tensors[name], value) for name, value in wanted.tensors.items())


def test_pieces_that_are_missing_or_another_model_are_named(tiny: Path, tmp_path: Path) -> None:
    paths = cut(tiny, tmp_path)
    with pytest.raises(EncoderError, match=r"part\.0.* is damaged or incomplete"):
        read_parts(paths[:2], "tiny")
    config = json.loads((tiny / "config.json").read_text()) | {"model_type": "other"}
    (tiny / "config.json").write_text(json.dumps(config))
    with pytest.raises(EncoderError, match="'other' model; expected bert or mpnet"):
        read_parts(cut(tiny, tmp_path), "tiny")


def test_joined_files_read_as_one(tmp_path: Path) -> None:
    pieces = [b"abc", b"", b"defgh", b"i"]
    paths = [tmp_path / str(i) for i in range(len(pieces))]
    for path, piece in zip(paths, pieces, strict=True):
        path.write_bytes(piece)
    with io.BufferedReader(JoinedFiles(paths), 2) as joined:
        assert joined.read() == b"abcdefghi"
        joined.seek(2)
        assert joined.read(4) == b"cdef"
        joined.seek(-2, io.SEEK_END)
        assert (joined.tell(), joined.read(9), joined.read(1)) == (7, b"hi", b"")


def test_a_missing_or_changed_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KGQA_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"pip install 'kgqa\[large\]'"):
        load_encoder(MPNET)
    assert not is_installed(MPNET)
    first = PACKAGED[MPNET].files[0]
    (tmp_path / first.path).parent.mkdir(parents=True)
    for file in PACKAGED[MPNET].files:
        (tmp_path / file.path).write_bytes(b"other")
    spec = ModuleSpec("p", None, is_package=True)
    spec.submodule_search_locations = [str(tmp_path)]
    monkeypatch.setattr("importlib.util.find_spec", lambda name: spec)
    with pytest.raises(EncoderError, match=r"zip\.001 has SHA-256 .* expected f17724a5.* Reinstall"):
        load_encoder(MPNET)


@pytest.mark.slow
def test_the_packaged_one_reads_as_transformers_does(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    if not is_installed(MPNET):
        pytest.skip("kgqa[large] is not installed")
    texts = ["Which countries that border France use the euro?", "", "日本", "a" * 80]
    encoder = load_encoder(MPNET)
    write_pretrained(read_weights(MPNET), tmp_path)
    tokenizer, model = (
        transformers.AutoTokenizer.from_pretrained(tmp_path),
        transformers.AutoModel.from_pretrained(tmp_path),
    )
    found = tokenizer(texts, padding=True, return_tensors="pt")
    with torch.inference_mode():
        states = model.eval()(found["input_ids"], attention_mask=found["attention_mask"]).last_hidden_state
    mask = found["attention_mask"][..., None]
    pooled = torch.nn.functional.normalize((states * mask).sum(1), dim=1).numpy()
    assert np.abs(encoder.encode(texts) - pooled).max() < 1e-4
    block = load_encoder(MPNET, precision=Precision.BLOCK)
    assert (block.encode(texts) * pooled).sum(1).min() > 0.99
