"""Question and program as one text, and what the reader makes of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgqa import KGQA, Config
from kgqa.config import ReaderConfig
from kgqa.embedding import Precision, TextKind
from kgqa.embedding.contract import Floats
from kgqa.errors import ReaderError
from kgqa.reader import Larger
from kgqa.reader.cross_encoder import READ, CrossEncoder, CrossHead, pair_text
from kgqa.reader.serialise import MaskedQuestion, ProgramToken, TokenKind
from tests.retrieval.toy import WordEncoder


class Told(WordEncoder):
    """Gives the texts that it is told of their vectors, [1]."""

    def __init__(self, said: dict[str, float]) -> None:
        super().__init__()
        self._said, self.asked = said, list[str]()

    def encode(
        self,
        texts: Sequence[str],
        *,
        kind: TextKind = TextKind.PASSAGE,
        on_progress: Callable[[int, int], None] | None = None,
    ) -> Floats:
        assert kind is TextKind.QUERY
        self.asked += texts
        return np.array([[self._said[text]] for text in texts], dtype=np.float32)


def test_a_pair_says_the_ways_of_steps_and_what_comes_of_them() -> None:
    question = MaskedQuestion("who wrote X", (10,))
    step, back = ProgramToken(TokenKind.ALONG, "written_by", 1), ProgramToken(TokenKind.AGAINST, "part of", 2)
    named, result = ProgramToken(TokenKind.FIRST, "Book", 7), ProgramToken(TokenKind.RESULT, "Author")
    text = pair_text(question, (named, step, back, result), ("Ann", "B" * 40, "Cy"))
    assert text == f"who wrote X | X (Book) > written by < part of = Author: Ann, {'B' * 24}"
    nameless = (ProgramToken(TokenKind.SECOND), ProgramToken(TokenKind.COUNT), ProgramToken(TokenKind.RESULT, "number"))
    assert pair_text(MaskedQuestion("how many"), nameless, ()) == "how many | Y how many = number"


@given(
    st.lists(st.floats(-5, 5, width=32), min_size=1, max_size=24),
    st.integers(0, 99),
    st.sampled_from([0.0, 0.5, 2.0, np.inf]),
)
def test_the_first_are_read_and_the_others_stay_behind_in_order(odds: list[float], seed: int, near: float) -> None:
    before = np.array(odds, dtype=np.float32)
    said = np.random.default_rng(seed).normal(size=len(odds)).astype(np.float32)
    texts = [str(i) for i in range(len(odds))]
    encoder = Told(dict(zip(texts, said.tolist(), strict=True)))
    after = CrossEncoder(encoder, CrossHead(np.ones(1, dtype=np.float32), 0.25, 0.5, near)).refine(texts, before)
    order = sorted(range(len(odds)), key=lambda i: -before[i])
    first = [i for i in order if before[order[0]] - before[i] <= near][:READ]
    others = order[len(first) :]
    assert encoder.asked == [texts[i] for i in first]
    np.testing.assert_allclose(after[first], said[first] + 0.25 + 0.5 * before[first], rtol=1e-5, atol=1e-6)
    assert all(after[i] < after[first].min() and after[i] <= before[i] for i in others)
    assert sorted(others, key=lambda i: -after[i]) == others


def test_a_head_comes_back_as_it_was(tmp_path: Path) -> None:
    weight = np.arange(5, dtype=np.float32)
    CrossHead(weight, 0.5, 4.0).beside(0.5, 1.5).save(tmp_path / "head.safetensors")
    found = CrossHead.load(tmp_path / "head.safetensors")
    np.testing.assert_array_equal(found.weight, weight / 2)
    assert (found.bias, found.share, found.near) == (0.25, 1.0, 1.5)
    (tmp_path / "head.safetensors").write_bytes(b"\0\0")
    with pytest.raises(ReaderError, match="missing or damaged"):
        CrossHead.load(tmp_path / "head.safetensors")


LOANS = """\
Ann type Clerk
Bob type Clerk
Loan1 type Loan
Loan1 handled Ann
Loan1 signed Bob
Loan1 amount 300
"""


def test_a_larger_one_reads_in_its_place_with_a_confidence_of_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    opened: list[str] = []

    def open_other(encoder: str, folder: Path | None, precision: Precision) -> CrossEncoder:
        assert folder == tmp_path
        opened.append(encoder)
        return CrossEncoder(WordEncoder(), CrossHead(np.zeros(512, dtype=np.float32), 0.0, 1.0))

    monkeypatch.setattr("kgqa.reader.trained.open_cross", open_other)
    larger = Larger("larger", tmp_path, {"calibration": {"bias": 9.0}})
    monkeypatch.setattr("kgqa.system.larger_for", lambda encoder: larger)
    facts = [tuple(line.split()) for line in LOANS.splitlines()]
    readers = [
        ReaderConfig(early_exit=False, larger=True),
        ReaderConfig(early_exit=False, larger=True, cross_encoder=False),
        ReaderConfig(early_exit=False, cross_encoder=False),
    ]
    answers = [KGQA.from_graph(facts, config=Config(reader=one)).ask("Who signed Loan1?") for one in readers]
    assert opened == ["larger"]
    assert [[value.label for value in answer.values] for answer in answers] == [["Bob"]] * 3
    assert answers[0].confidence > 0.99
    assert answers[0].confidence != answers[1].confidence == answers[2].confidence


@pytest.mark.parametrize(("switched", "classes"), [(True, True), (False, True), (True, False)])
def test_it_reads_on_strange_graphs_with_classes(
    monkeypatch: pytest.MonkeyPatch, *, switched: bool, classes: bool
) -> None:
    asked: list[int] = []
    refine = CrossEncoder.refine

    def counted(self: CrossEncoder, texts: Sequence[str], odds: Floats) -> Floats:
        asked.append(len(texts))
        return refine(self, texts, odds)

    monkeypatch.setattr(CrossEncoder, "refine", counted)
    config = Config(reader=ReaderConfig(cross_encoder=switched, early_exit=False))
    facts = [tuple(line.split()) for line in LOANS.splitlines() if classes or " type " not in line]
    reading = KGQA.from_graph(facts, config=config).read("Who dealt with Loan1?")
    assert reading.scores.general
    assert asked == ([min(len(reading.seen.candidates), 24)] if switched and classes else [])
