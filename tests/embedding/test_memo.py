"""An encoder that remembers gives what the encoder under it gives, and asks it less."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from kgqa.embedding import Progress, TextEncoder, TextKind, TokenEmbeddings, memo
from kgqa.embedding.memo import MemoEncoder

LONG = "long " * 100


class Letters:
    """Vectors of letter counts; a query is the opposite of a passage."""

    name, fingerprint, dimension = "letters", "letters-1", 32

    def __init__(self) -> None:
        self.calls: list[list[str]] = []

    def encode(
        self, texts: Sequence[str], *, kind: TextKind = TextKind.PASSAGE, on_progress: Progress | None = None
    ) -> NDArray[np.float32]:
        self.calls.append(list(texts))
        if on_progress is not None:
            on_progress(len(texts), len(texts))
        rows = np.ones((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            np.add.at(row, [ord(char) % self.dimension for char in text], 1)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        return -rows if kind is TextKind.QUERY else rows

    def encode_tokens(self, texts: Sequence[str], *, kind: TextKind = TextKind.PASSAGE) -> list[TokenEmbeddings]:
        return [TokenEmbeddings(vectors=self.encode([t], kind=kind), offsets=np.zeros((1, 2), np.int32)) for t in texts]

    def encode_static(self, texts: Sequence[str]) -> NDArray[np.float32]:
        raise NotImplementedError


def seen(encoder: Letters) -> list[str]:
    return [text for call in encoder.calls for text in call]


TEXTS = st.lists(st.sampled_from(("a", "b", "ab", "ba", "", "母", LONG)), max_size=6)
CALLS = st.lists(st.tuples(TEXTS, st.sampled_from(TextKind)), min_size=1, max_size=6)


@settings(max_examples=60, deadline=None)
@given(CALLS, st.integers(1, 4))
def test_vectors_are_the_encoders_own(calls: list[tuple[list[str], TextKind]], room: int) -> None:
    remembering, plain = MemoEncoder(Letters()), Letters()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(memo, "_REMEMBERED", room)
        for texts, kind in calls:
            np.testing.assert_array_equal(remembering.encode(texts, kind=kind), plain.encode(texts, kind=kind))


def test_a_text_is_encoded_once() -> None:
    under = Letters()
    encoder = MemoEncoder(under)
    encoder.encode(["a", "b", "a"])
    encoder.encode(["b", "c"])
    encoder.encode(["a", "c"])
    assert seen(under) == ["a", "b", "c"]


def test_queries_and_passages_are_kept_apart() -> None:
    under = Letters()
    encoder = MemoEncoder(under)
    query, passage = encoder.encode(["a"], kind=TextKind.QUERY), encoder.encode(["a"])
    assert seen(under) == ["a", "a"]
    np.testing.assert_array_equal(query, -passage)


def test_long_texts_go_straight_through() -> None:
    under = Letters()
    encoder = MemoEncoder(under)
    encoder.encode(["a", LONG])
    encoder.encode(["a", LONG])
    assert under.calls == [["a", LONG], ["a", LONG]]


def test_a_full_memory_is_emptied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memo, "_REMEMBERED", 3)
    under = Letters()
    encoder = MemoEncoder(under)
    for text in ("a", "b", "c", "d", "d", "a"):
        encoder.encode([text])
    assert seen(under) == ["a", "b", "c", "d", "a"]


def test_what_is_given_out_may_be_changed() -> None:
    encoder = MemoEncoder(Letters())
    first = encoder.encode(["a"])
    first[:] = 0
    assert encoder.encode(["a"]).any()


def test_it_passes_for_the_encoder_under_it() -> None:
    under = Letters()
    encoder = MemoEncoder(under)
    assert isinstance(encoder, TextEncoder)
    assert (encoder.name, encoder.fingerprint, encoder.dimension) == ("letters", "letters-1", 32)
    assert len(encoder.encode_tokens(["a", "b"])) == 2
    assert encoder.encode([]).shape == (0, 32)


def test_progress_is_passed_on() -> None:
    told: list[tuple[int, int]] = []
    encoder = MemoEncoder(Letters())
    encoder.encode(["a", "b"], on_progress=lambda done, total: told.append((done, total)))
    assert told == [(2, 2)]


class Interrupting(Letters):
    """Another question comes in while this one is being encoded."""

    def __init__(self) -> None:
        super().__init__()
        self.interrupt: MemoEncoder | None = None

    def encode(
        self, texts: Sequence[str], *, kind: TextKind = TextKind.PASSAGE, on_progress: Progress | None = None
    ) -> NDArray[np.float32]:
        if (memory := self.interrupt) is not None:
            self.interrupt = None
            memory.encode(["c", "d", "e"])
        return super().encode(texts, kind=kind, on_progress=on_progress)


def test_a_memory_emptied_meanwhile_by_another_question_is_no_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memo, "_REMEMBERED", 3)
    under = Interrupting()
    encoder = MemoEncoder(under)
    encoder.encode(["a"])
    under.interrupt = encoder
    np.testing.assert_array_equal(encoder.encode(["a", "b"]), Letters().encode(["a", "b"]))
