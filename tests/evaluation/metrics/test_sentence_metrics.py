"""BLEU against sacrebleu over the whole set, token F1 against cases worked out by hand."""

import builtins
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import sacrebleu.metrics
from hypothesis import given
from hypothesis import strategies as st

from kgqa.errors import MissingExtraError
from kgqa.evaluation import Gold, Prediction, Question, QuestionSet, Setting, score
from kgqa.evaluation.marking import mark
from kgqa.evaluation.metrics import MarkedRun, parse_metric
from kgqa.evaluation.metrics.sentences import BLEU, TOKEN_F1

WORDS = ("Paris", "is", "the", "capital", "of", "France", ",", "not", "Lyon", ".")
sentence = st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(" ".join)


def marked(pairs: Sequence[tuple[str, str]], language: str = "en") -> MarkedRun:
    """A run over (given, gold) sentences."""
    questions = tuple(Question(str(i), "?", language) for i in range(len(pairs)))
    gold = {str(i): Gold(("a",), sentence=wanted) for i, (_, wanted) in enumerate(pairs)}
    predictions = [Prediction(str(i), "entities", sentence=found) for i, (found, _) in enumerate(pairs)]
    return MarkedRun(cases=mark(predictions, QuestionSet(questions, gold)))


def theirs(pairs: Sequence[tuple[str, str]], tokenizer: str) -> float:
    score = sacrebleu.metrics.BLEU(tokenize=tokenizer).corpus_score(
        [found for found, _ in pairs], [[gold for _, gold in pairs]]
    )
    return float(score.score) / 100


@given(st.lists(st.tuples(st.one_of(st.just(""), sentence), sentence), min_size=1, max_size=8))
def test_bleu_is_sacrebleus_over_the_whole_set(pairs: list[tuple[str, str]]) -> None:
    assert BLEU.statistic(marked(pairs)).point() == theirs(pairs, "13a")


CHINESE = [("法国的首都是巴黎。", "巴黎是法国的首都。"), ("日本的货币是日元", "日本用日元"), ("不知道", "东京")]


@pytest.mark.parametrize("language", ["zh", "zh-CN", ""])
def test_chinese_is_cut_by_characters(language: str) -> None:
    found = BLEU.statistic(marked(CHINESE, language)).point()
    assert found == theirs(CHINESE, "zh")
    assert found != theirs(CHINESE, "13a")


def test_bleu_of_a_resample_is_that_of_its_sentences() -> None:
    pairs = [("Paris is the capital", "Paris is the capital of France"), ("Lyon", "Paris"), CHINESE[0]]
    value = BLEU.statistic(marked(pairs[:2])).value(np.array([[3.0, 1.0], [0.0, 2.0]]))
    assert value.tolist() == [theirs([*[pairs[0]] * 3, pairs[1]], "13a"), theirs([pairs[1]] * 2, "13a")]


@pytest.mark.parametrize(
    ("found", "gold", "expected"),
    [
        ("Paris.", "paris", 1),
        ("the capital is Paris", "Paris", 2 / 5),
        ("Paris Paris", "Paris", 2 / 3),
        ("", "Paris", 0),
        ("Lyon", "Paris", 0),
        ("Café", "cafe", 1),
        ("首都是巴黎", "巴黎", 4 / 7),
    ],
)
def test_token_f1_by_hand(found: str, gold: str, expected: float) -> None:
    assert TOKEN_F1.statistic(marked([(found, gold)])).point() == pytest.approx(expected, abs=1e-15)


def test_without_gold_sentences_there_is_no_figure_and_no_need_of_sacrebleu(monkeypatch: pytest.MonkeyPatch) -> None:
    _hide_sacrebleu(monkeypatch)
    questions = QuestionSet((Question("a", "?"),), {"a": Gold(("x",))})
    overall = score([Prediction("a", "none", sentence="x")], questions, Setting(name="t"), splits=()).overall
    for name in ("BLEU", "Token F1"):
        assert overall[name].n == 0
        assert math.isnan(overall[name].mean)


def test_without_sacrebleu_its_command_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    _hide_sacrebleu(monkeypatch)
    with pytest.raises(MissingExtraError, match=r"pip install 'kgqa\[evaluation\]'"):
        BLEU.statistic(marked([("x", "x")]))
    assert parse_metric("Token F1").statistic(marked([("x", "x")])).point() == 1


def test_a_refused_question_says_nothing_and_an_unasked_one_stays() -> None:
    questions = tuple(Question(name, "?", "en") for name in ("right", "refused", "unasked", "no sentence"))
    gold = {q.id: Gold(("a",), sentence="" if q.id == "no sentence" else "It is a") for q in questions}
    predictions = [
        Prediction("right", "entities", sentence="It is a"),
        Prediction("refused", "error", error="x", sentence="It is a"),
        Prediction("no sentence", "entities", sentence="It is a"),
    ]
    run = MarkedRun(cases=mark(predictions, QuestionSet(questions, gold)))
    statistic = TOKEN_F1.statistic(run)
    assert (len(statistic.rows), statistic.point()) == pytest.approx((3, 1 / 3))
    assert BLEU.statistic(run).point() == theirs([("It is a", "It is a"), ("", "It is a"), ("", "It is a")], "13a")


def _hide_sacrebleu(monkeypatch: pytest.MonkeyPatch) -> None:
    from kgqa.evaluation.metrics import sentences

    real = builtins.__import__

    def refuse(name: str, *rest: Any, **more: Any) -> Any:
        if name.startswith("sacrebleu"):
            raise ImportError(name)
        return real(name, *rest, **more)

    sentences._scorer.cache_clear()
    monkeypatch.setattr(builtins, "__import__", refuse)
