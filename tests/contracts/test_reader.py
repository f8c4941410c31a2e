"""What every reader promises, and that no reader goes untested."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kgqa.reader import (
    Operation,
    Reader,
    ReaderCandidate,
    ReaderInput,
    ReaderOutput,
    ResultKind,
    TrainedReader,
    ZeroShotReader,
    ZeroShotWeights,
)
from kgqa.reader.serialise import MaskedQuestion, ProgramToken, TokenKind
from tests.reader.random_weights import random_weights
from tests.retrieval.toy import WordEncoder

HOUSE = Path(__file__).parent.parent.parent / "kgqa"
CASES: dict[str, Callable[[], Reader]] = {
    "TrainedReader": lambda: TrainedReader(WordEncoder(), random_weights(WordEncoder(), 0)),
    "ZeroShotReader": lambda: ZeroShotReader(WordEncoder()),
}

WORDS = st.lists(
    st.sampled_from(("mother", "birthplace", "country", "母亲", "how many", '"', "{}", "\u202e")), max_size=4
)
SHARES = st.integers(0, 10).map(lambda n: n / 10)
TOKENS = st.lists(st.builds(ProgramToken, st.sampled_from(TokenKind), WORDS.map(" ".join)), max_size=30).map(tuple)
MASKED = st.sampled_from(
    (
        MaskedQuestion(""),
        MaskedQuestion("Who is the mother of X?", (21,)),
        MaskedQuestion("X的母亲是谁？", (0,)),
        MaskedQuestion("x " * 200, (0, 398)),
    )
)
CANDIDATES = st.builds(
    ReaderCandidate,
    words=WORDS.map(" ".join),
    alignment=st.integers(-9, 4).map(float),
    coverage=SHARES,
    fit=SHARES.map(lambda n: 2 * n - 1),
    support=SHARES,
    tokens=TOKENS,
    masked=MASKED,
    operation=st.sampled_from(Operation),
    result=st.sampled_from(ResultKind),
    hops=st.integers(0, 9),
    names=st.integers(0, 4),
    size=st.integers(0, 10**9),
    truncated=st.booleans(),
)
INPUTS = st.builds(
    ReaderInput,
    question=st.sampled_from(("Who is the mother of Anna?", "安娜的母亲是谁？", "", "x" * 3_000)),
    # Distinct alignments: where candidates tie, their order may decide which of them a reader looks at closely.
    candidates=st.lists(CANDIDATES, max_size=12, unique_by=lambda c: c.alignment).map(tuple),
)
MODEST = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(params=CASES)
def reader(request: pytest.FixtureRequest) -> Reader:
    return CASES[request.param]()


def implementations(method: str, argument: str) -> set[str]:
    """The classes of kgqa with a method that takes this first argument, but for protocols."""
    found = set()
    for path in HOUSE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and "Protocol" not in {ast.unparse(base) for base in node.bases}:
                for part in node.body:
                    if isinstance(part, ast.FunctionDef) and part.name == method:
                        found |= {node.name} if [a.arg for a in part.args.args[1:2]] == [argument] else set()
    return found


def test_every_reader_has_a_case() -> None:
    assert implementations("read", "batch") == set(CASES)


def assert_equal(one: ReaderOutput, two: ReaderOutput) -> None:
    np.testing.assert_allclose(one.scores, two.scores, atol=1e-4)
    assert one.none_score == pytest.approx(two.none_score, abs=1e-5)


@MODEST
@given(batch=st.lists(INPUTS, max_size=4))
def test_one_output_for_each_input(reader: Reader, batch: list[ReaderInput]) -> None:
    outputs = reader.read(batch)
    assert len(outputs) == len(batch)
    for item, output in zip(batch, outputs, strict=True):
        assert output.scores.shape == (len(item.candidates),)
        assert output.scores.dtype == np.float32
        assert np.isfinite(output.scores).all()
        assert np.isfinite(output.none_score)


@MODEST
@given(batch=st.lists(INPUTS, min_size=1, max_size=4))
def test_a_batch_is_each_input_on_its_own(reader: Reader, batch: list[ReaderInput]) -> None:
    for item, output in zip(batch, reader.read(batch), strict=True):
        assert_equal(output, reader.read([item])[0])


@MODEST
@given(item=INPUTS, data=st.data())
def test_scores_follow_their_candidates(reader: Reader, item: ReaderInput, data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(len(item.candidates))))
    moved = ReaderInput(item.question, tuple(item.candidates[i] for i in order))
    before, after = reader.read([item])[0], reader.read([moved])[0]
    assert_equal(ReaderOutput(before.scores[np.array(order, dtype=int)], before.none_score), after)


def test_nothing_to_read(reader: Reader) -> None:
    assert reader.read([]) == []
    output = reader.read([ReaderInput("Who is the mother of Anna?", ())])[0]
    assert output.scores.shape == (0,)


def test_weights_are_named() -> None:
    with pytest.raises(TypeError):
        ZeroShotWeights(0.5)  # type: ignore[call-arg]
