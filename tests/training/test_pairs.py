"""Which encoder learns which questions."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgqa.embedding import E5, MINILM
from kgqa.evaluation import Gold, Question, QuestionSet
from tests.retrieval.toy import films

pytest.importorskip("torch")

from kgqa.training import TrainingConfig
from kgqa.training.pairs import FEW, Parts, TrainingPair, parts_of, repeated

ENGLISH, CHINESE = "Who is the director of Alpha?", "谁导演了Alpha？"


def asked(texts: Sequence[str]) -> QuestionSet:
    questions = tuple(Question(f"q{i}", text) for i, text in enumerate(texts))
    return QuestionSet(questions, {q.id: Gold(("Kim",)) for q in questions})


def pair(english: int, chinese: int, dev: QuestionSet | None = None) -> TrainingPair:
    return TrainingPair(name="films", graph=films(), train=asked([ENGLISH] * english + [CHINESE] * chinese), dev=dev)


def sizes(parts: Parts) -> dict[str, list[int]]:
    return {name: [len(own.train) for own in pairs] for name, pairs in parts.pairs.items()}


def test_a_named_encoder_learns_all() -> None:
    assert sizes(Parts.of([pair(3, 2)], "words")) == {"words": [5]}


def test_each_question_goes_to_the_encoder_that_reads_it() -> None:
    parts = Parts.of([pair(3, FEW), pair(2, 1)], "auto")
    assert sizes(parts) == {E5: [FEW, 1]}
    assert parts.few == {MINILM: 5}
    parts = Parts.of([pair(FEW, FEW + 1), pair(2, 0)], "auto")
    assert list(parts.pairs) == [MINILM, E5], "most questions first"
    assert {q.text for own in parts.pairs[E5] for q in own.train.questions} == {CHINESE}
    assert sizes(parts) == {MINILM: [FEW, 2], E5: [FEW + 1]}


def test_an_encoder_with_few_questions_is_left_out_and_told() -> None:
    parts = Parts.of([pair(FEW + 1, FEW - 1)], "auto")
    assert sizes(parts) == {MINILM: [FEW + 1]}
    assert parts.few == {E5: FEW - 1}
    assert sizes(Parts.of([pair(0, 2)], "auto")) == {E5: [2]}


def test_dev_questions_decide_for_their_own_encoder() -> None:
    parts = Parts.of([pair(FEW, FEW, asked([ENGLISH, CHINESE, ENGLISH]))], "auto").pairs
    assert {name: len(own.dev or ()) for name, (own,) in parts.items()} == {MINILM: 2, E5: 1}
    (chinese,) = Parts.of([pair(FEW, FEW, asked([ENGLISH]))], "auto").pairs[E5]
    assert chinese.dev is None, "a share of its own questions decides where it has no others"


@given(st.lists(st.sampled_from("abcdefgh"), min_size=2, max_size=40), st.integers(0, 99))
def test_a_question_asked_twice_is_on_one_side(texts: list[str], seed: int) -> None:
    whole = asked([text.upper() if i % 2 else f" {text} " for i, text in enumerate(texts)])
    config = TrainingConfig(encoder=MINILM, seed=seed, dev_share=0.2)
    learnt, decided = parts_of(TrainingPair(name="letters", graph=films(), train=whole), config)
    assert {*learnt.gold, *decided.gold} == set(whole.gold)
    assert len(decided) >= max(1, len(texts) // 5)
    sides = [{question.text.strip().lower() for question in side.questions} for side in (learnt, decided)]
    assert not sides[0] & sides[1]
    assert repeated(learnt, decided) == 0


def test_questions_of_both_sides_are_counted() -> None:
    assert repeated(asked(["Who is it?", "Where?"]), asked(["who  is it?", "Why?", "Where?"])) == 2
