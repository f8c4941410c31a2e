"""Adapters: what they add to an encoder, against the same encoder in PyTorch, and what they refuse."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kgqa.embedding import MINILM, Adapter, TextKind, load_encoder, read_weights
from kgqa.errors import EncoderError, MissingExtraError

LAYER = "encoder.layer.0.attention.self.query"


def adapter(rank: int = 4, size: int = 384, seed: int = 0) -> Adapter:
    drawn = np.random.default_rng(seed)
    down, up = drawn.standard_normal((rank, size)) * 0.1, drawn.standard_normal((size, rank)) * 0.1
    return Adapter(MINILM, {LAYER: down.astype(np.float32)}, {LAYER: up.astype(np.float32)})


@pytest.fixture(scope="module")
def _minilm() -> None:
    try:
        load_encoder(MINILM)
    except MissingExtraError as error:
        pytest.skip(str(error))


@pytest.mark.usefixtures("_minilm")
def test_layers_are_added_to_and_nothing_else() -> None:
    weights, added = read_weights(MINILM), adapter()
    merged = added.merged(weights)
    wanted = weights.tensors[f"{LAYER}.weight"] + added.up[LAYER] @ added.down[LAYER]
    np.testing.assert_allclose(merged.tensors[f"{LAYER}.weight"], wanted, atol=1e-6)
    assert all(merged.tensors[name] is value for name, value in weights.tensors.items() if name != f"{LAYER}.weight")


@pytest.mark.parametrize("rank", [1, 3, 6])
def test_of_a_lower_rank_none_is_nearer(rank: int) -> None:
    whole = adapter(6, 40)
    lower = whole.lowered(rank)
    assert (lower.down[LAYER].shape, lower.up[LAYER].shape) == ((rank, 40), (40, rank))
    product = whole.up[LAYER].astype(np.float64) @ whole.down[LAYER]
    left = np.linalg.norm(product - lower.up[LAYER].astype(np.float64) @ lower.down[LAYER])
    values = np.linalg.svd(product, compute_uv=False)
    np.testing.assert_allclose(left, np.linalg.norm(values[rank:]), atol=1e-5)


@pytest.mark.usefixtures("_minilm")
def test_half_way_lies_between() -> None:
    weights, added = read_weights(MINILM), adapter()
    plain, whole = (w.tensors[f"{LAYER}.weight"] for w in (weights, added.merged(weights)))
    np.testing.assert_allclose(
        added.scaled(0.5).merged(weights).tensors[f"{LAYER}.weight"], (plain + whole) / 2, atol=1e-6
    )


def test_it_comes_back_from_disk(tmp_path: Path) -> None:
    adapter().save(tmp_path / "a.safetensors")
    again = Adapter.load(tmp_path / "a.safetensors")
    assert again.base == MINILM
    np.testing.assert_allclose(again.up[LAYER], adapter().up[LAYER], atol=1e-3)


@pytest.mark.usefixtures("_minilm")
def test_another_shape_or_layer_is_refused() -> None:
    weights = read_weights(MINILM)
    with pytest.raises(EncoderError, match=r"shape \(384, 384\)"):
        adapter(size=100).merged(weights)
    down, up = np.zeros((1, 2), np.float32), np.zeros((2, 1), np.float32)
    odd = Adapter(MINILM, {"encoder.layer.99.x": down}, {"encoder.layer.99.x": up})
    with pytest.raises(EncoderError, match="no such layer"):
        odd.merged(weights)
    with pytest.raises(EncoderError, match="both halves"):
        Adapter(MINILM, adapter().down, {})


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    with pytest.raises(EncoderError, match="holds no adapter"):
        Adapter.load(path)
    adapter().save(path)
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(EncoderError, match="damaged"):
        Adapter.load(path)


@pytest.mark.slow
@pytest.mark.usefixtures("_minilm")
def test_the_tuned_encoder_is_the_one_that_was_trained(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    pytest.importorskip("peft")
    from kgqa.reader.agreement import Agreement
    from kgqa.reader.arrays import EncoderVectors, Rows, lay_out
    from kgqa.reader.features import EVIDENCE
    from kgqa.reader.serialise import MaskedQuestion, ProgramToken, TokenKind
    from kgqa.training import TuningSettings
    from kgqa.training.agreement_model import AgreementModel
    from kgqa.training.tunable import TunableEncoder

    weights = read_weights(MINILM)
    tunable = TunableEncoder(weights, TuningSettings(rank=4, mixed=False))
    model = AgreementModel(tunable, 384, 3.0).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.add_(0.05 * torch.randn_like(parameter))
    tunable.adapter().save(tmp_path / "a.safetensors")
    encoder = load_encoder(MINILM, adapter=tmp_path / "a.safetensors")
    assert encoder.fingerprint != load_encoder(MINILM).fingerprint
    name = ["directed by"]
    np.testing.assert_allclose(encoder.encode(name), model.encoder.texts(name).detach().numpy(), atol=5e-3)
    first, along = ProgramToken(TokenKind.FIRST), ProgramToken(TokenKind.ALONG, "directed_by")
    programs = ((first, along), (first, along, ProgramToken(TokenKind.AGAINST, "born in")))
    rows = Rows(
        (MaskedQuestion("Who directed X, please?", (13,)),),
        np.zeros(2, np.int64),
        programs,
        np.random.default_rng(0).random((2, len(EVIDENCE))).astype(np.float32),
        np.zeros(2, np.int64),
        np.zeros(2, np.int64),
    )
    batch, agreement = lay_out(rows, EncoderVectors(encoder)), model.agreement()
    assert isinstance(agreement, Agreement)
    found = agreement.total(agreement.features(batch, agreement.near(batch)), batch)
    np.testing.assert_allclose(found, model(rows).detach().numpy(), atol=0.05)
    assert encoder.encode_tokens(["Who directed X?"], kind=TextKind.QUERY)[0].vectors.shape == (4, 384)
