"""When a value is a gold answer."""

import pytest

from kgqa.evaluation import Matching, PredictedValue
from kgqa.evaluation.matching import Hits, match, normalise


@pytest.mark.parametrize(
    ("left", "right", "strict", "lenient"),
    [
        ("Caf\u00e9", "Cafe\u0301", True, True),
        (" Paris ", "Paris", True, True),
        ("3", "3.0", True, True),
        ("3e2", "300", True, True),
        ("-0.0", "0", True, True),
        ("1.10", "1.1", True, True),
        ("007", "7", False, False),
        ("nan", "NaN", False, True),
        ("Paris", "paris", False, True),
        ("shah_shuja", "Shah Shuja", False, True),
        ("São Paulo", "Sao Paulo", False, True),
        ("!!", "??", False, False),
        ("Paris", "Paris, Texas", False, False),
        ("1,000", "1000", False, False),
        ("北京", "北京市", False, False),
    ],
)
def test_matching(left: str, right: str, strict: bool, lenient: bool) -> None:
    assert (normalise(left) == normalise(right)) is strict
    assert (normalise(left, Matching.LENIENT) == normalise(right, Matching.LENIENT)) is lenient


def test_a_value_matches_by_id_label_or_value() -> None:
    given = [PredictedValue("http://x/Q1", "Paris", "Paris"), PredictedValue(None, "", "12.0")]
    for gold in (["http://x/Q1", "12"], ["Paris", "12"]):
        assert match(given, gold, Matching.STRICT) == Hits((True, True), 2, 2)
    assert match(given, ["Q1"], Matching.STRICT) == Hits((False, False), 0, 1)


def test_namesakes_are_each_right_and_find_one_gold_answer() -> None:
    given = [PredictedValue("city/1", "Springfield", "Springfield"), PredictedValue("city/2", "Springfield", "")]
    assert match(given, ["Springfield", "Shelbyville"], Matching.STRICT) == Hits((True, True), 1, 2)
