"""Metrics as values: named, hashable, parsable, with range and direction."""

import math
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgqa.errors import ConfigError
from kgqa.evaluation import METRICS, parse_metric
from kgqa.evaluation.metrics import ANSWER_METRICS, Direction, MarkedRun, Metric

LOWER = {"AURC", "E-AURC", "ECE", "Brier", "p50 ms", "p95 ms", "Peak MB"}
UNBOUNDED = {"p50 ms", "p95 ms", "Questions/s", "Peak MB"}


@pytest.mark.parametrize("metric", METRICS, ids=str)
def test_a_metric_is_found_by_its_name_and_says_what_it_is(metric: Metric) -> None:
    found = parse_metric(str(metric))
    assert found is metric
    assert (found.low, found.high) == (0, math.inf if found.name in UNBOUNDED else 1)
    assert (found.direction is Direction.LOWER) == (found.name in LOWER)
    assert found.source
    assert found.over
    assert "at 0x" not in repr(found)


def test_names_are_distinct() -> None:
    assert len({metric.name for metric in METRICS}) == len(set(METRICS)) == len(METRICS)


@pytest.mark.parametrize("name", ["Hits@7", "Program recall@3", "Reader recall@99", "Accuracy (one hop)"])
def test_names_with_a_parameter(name: str) -> None:
    metric = parse_metric(name)
    assert str(metric) == name
    assert metric == parse_metric(name)
    assert len({metric, parse_metric(name)}) == 1
    assert metric not in METRICS


def test_a_name_of_the_list_is_the_same_however_it_is_made() -> None:
    assert parse_metric("Hits@1") is ANSWER_METRICS[0]
    assert parse_metric("Accuracy (count)") in METRICS


@pytest.mark.parametrize("name", ["Hits@0", "Hits@-1", "Hits@01", "Hits@1.5", "hits@1", "Accuracy ()", "BLEU-4", ""])
def test_an_unknown_name_is_an_error_that_lists_the_known(name: str) -> None:
    with pytest.raises(ConfigError, match=r"is no metric; expected one of: Hits@1, .*Hits@k.*Accuracy \(tag\)"):
        parse_metric(name)


@given(st.integers(1, 10**6))
def test_any_k(k: int) -> None:
    assert parse_metric(f"Hits@{k}").name == f"Hits@{k}"


@pytest.mark.parametrize("metric", METRICS, ids=str)
def test_a_run_without_a_question_has_no_figure(metric: Metric) -> None:
    statistic = metric.statistic(MarkedRun(cases=(), peak_mb=5.0))
    assert len(statistic.rows) == 0
    assert math.isnan(statistic.point())


def test_the_page_on_evaluation_describes_every_metric() -> None:
    page = (Path(__file__).parents[3] / "docs" / "evaluation.md").read_text(encoding="utf-8")
    names = [name for row in re.findall(r"^\| ([^|]+) \|", page, re.MULTILINE) for name in re.split(r"[,;] ", row)]
    stem = ""
    described = set()
    for name in names:
        stem = name.split("@")[0] if not name.startswith("@") else stem
        described.add(stem + name if name.startswith("@") else name)
    assert {metric.name for metric in METRICS} <= described
