"""Metrics of answers as sentences, over the questions that have a gold sentence; none given is an empty one."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import Any

import numpy as np

from kgqa.errors import MissingExtraError
from kgqa.evaluation.metrics.answers import harmonic
from kgqa.evaluation.metrics.contract import Marked, MarkedRun, Metric, per_question, rows_where
from kgqa.evaluation.resampling import Scores, Statistic, Weights
from kgqa.text import Language, fold, guess_language, split_words

_OVER = "questions with a gold sentence"
_NGRAMS = 4


def has_sentence(case: Marked) -> bool:
    """Whether there is a sentence to hold an answer's against."""
    return case.gold is not None and bool(case.gold.sentence)


def _given(case: Marked) -> str:
    return case.prediction.sentence if case.prediction and case.served else ""


def _wanted(case: Marked) -> str:
    return case.gold.sentence if case.gold else ""


def _words(text: str) -> Counter[str]:
    return Counter(word.text for word in split_words(fold(text)))


def _token_f1(case: Marked) -> float | None:
    if not has_sentence(case):
        return None
    given, wanted = _words(_given(case)), _words(_wanted(case))
    common = (given & wanted).total()
    return harmonic(common / given.total(), common / wanted.total()) if common else 0.0


def _bleu(run: MarkedRun) -> Statistic:
    rows = rows_where(has_sentence, run)
    counts = np.array([_counts(run.cases[row]) for row in rows], dtype=np.float64).reshape(len(rows), 2 * _NGRAMS + 2)

    def value(weights: Weights) -> Scores:
        return np.array([_bleu_of(sums) for sums in (weights @ counts).astype(np.int64).tolist()])

    return Statistic(np.array(rows, dtype=np.int64), value)


def _counts(case: Marked) -> list[int]:
    """What BLEU of a set is made of: right and all n-grams of each length, words given, words wanted."""
    scorer = _scorer(_is_chinese(case))
    found = scorer.sentence_score(_given(case), [_wanted(case)])
    return [*found.counts, *found.totals, found.sys_len, found.ref_len]


def _bleu_of(sums: list[int]) -> float:
    """BLEU from summed counts, with the smoothing that sacrebleu has for a whole set."""
    right, total = sums[:_NGRAMS], sums[_NGRAMS : 2 * _NGRAMS]
    score = _sacrebleu().BLEU.compute_bleu(right, total, sums[-2], sums[-1], smooth_method="exp")
    return float(score.score) / 100


def _is_chinese(case: Marked) -> bool:
    language = case.question.language
    return language.startswith("zh") if language else guess_language(_wanted(case)) is Language.CHINESE


@lru_cache(maxsize=2)
def _scorer(chinese: bool) -> Any:
    return _sacrebleu().BLEU(tokenize="zh" if chinese else "13a", effective_order=True)


def _sacrebleu() -> Any:
    try:
        from sacrebleu import metrics
    except ImportError as error:
        raise MissingExtraError("sacrebleu", "evaluation", "take the BLEU of sentences") from error
    return metrics


BLEU = Metric(
    "BLEU",
    _bleu,
    _OVER,
    "Papineni et al. 2002 by sacrebleu (Post 2018) over all sentences together, tokenised by 13a or, in Chinese, zh",
)
TOKEN_F1 = per_question(
    "Token F1",
    _token_f1,
    _OVER,
    "Rajpurkar et al. 2016, articles kept; words in common, one character a word in Chinese; mean over questions",
)

SENTENCE_METRICS = (BLEU, TOKEN_F1)
