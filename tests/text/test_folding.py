"""Folding: what it makes equal, and the way back to the original characters."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgqa.text import fold, fold_many, fold_with_offsets, split_terms, split_words

AWKWARD = st.text(
    alphabet=list("aA éé\u0301\u0300 _-中文·’+ßİ한가\u1100\u1161\u11a8か\u3099\u200d\u064bﬁ¼ .\n\u0345\u202eΣς"),
    max_size=12,
)
TEXTS = st.one_of(st.text(max_size=30), AWKWARD)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Beyoncé", "beyonce"),
        ("BEYONCE\u0301", "beyonce"),
        ("anna_of_holstein-gottorp", "anna of holstein gottorp"),
        ("What's  Eating", "what s eating"),
        ("ＡＢＣ　１２", "abc 12"),
        ("Straße", "strasse"),
        ("Łódź", "lodz"),
        ("Saṃsāra", "samsara"),
        ("莫妮卡·贝鲁奇", "莫妮卡贝鲁奇"),
        ("标致 RCZ", "标致rcz"),
        ("が", "が"),
        ("か\u3099", "が"),
        ("한국", "한국"),
        ("<b>x</b>\u202e\u200f", "b x b"),
        ('"{Fire}"\n', "fire"),
        ("???", ""),
        ("", ""),
    ],
)
def test_fold_gives_one_form(written: str, folded: str) -> None:
    assert fold(written) == folded
    assert fold_with_offsets(written).text == folded


@given(TEXTS)
def test_offsets_give_the_same_text_and_ascend(text: str) -> None:
    folded = fold_with_offsets(text)
    assert folded.text == fold(text)
    assert len(folded.starts) == len(folded.ends) == len(folded.text)
    assert list(folded.starts) == sorted(folded.starts)
    assert list(folded.ends) == sorted(folded.ends)
    assert all(0 <= start < end <= len(text) for start, end in zip(folded.starts, folded.ends, strict=True))


@given(TEXTS)
def test_every_folded_character_comes_from_its_span(text: str) -> None:
    folded = fold_with_offsets(text)
    for i, character in enumerate(folded.text):
        start, end = folded.span(i, i + 1)
        origin = unicodedata.normalize("NFC", text[start:end])
        assert character == " " or character in fold(origin)


@given(st.characters())
def test_folding_a_character_twice_changes_nothing(character: str) -> None:
    assert fold(fold(character)) == fold(character)


@given(TEXTS)
def test_composed_and_decomposed_text_fold_alike(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(text)


@given(st.lists(TEXTS, max_size=5))
def test_fold_many_is_fold_each(texts: list[str]) -> None:
    assert fold_many(texts) == [fold(text) for text in texts]


@given(TEXTS)
def test_words_are_pieces_of_the_folded_text(text: str) -> None:
    folded = fold(text)
    words = split_words(folded)
    assert all(folded[w.start : w.end] == w.text for w in words)
    assert "".join(w.text for w in words) == folded.replace(" ", "")
    assert all(len(w.text) == 1 for w in words if w.spaceless)


def test_terms_are_words_and_pairs_of_characters() -> None:
    assert split_terms("new york city") == ["new", "york", "city"]
    assert split_terms(fold("标致rcz的车型")) == ["标致", "rcz", "的车", "车型"]
    assert split_terms("铁") == ["铁"]
