"""Speed against numpy's quantiles, and memory as it was measured."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgqa.evaluation import Gold, Prediction, Question, QuestionSet, Setting, score
from kgqa.evaluation.marking import mark
from kgqa.evaluation.metrics import MarkedRun, parse_metric
from kgqa.evaluation.metrics.speed import weighted_quantile
from kgqa.evaluation.provenance import peak_mb

seconds = st.lists(st.just(0.0) | st.floats(1e-6, 1000), min_size=1, max_size=20)


def timed(times: list[float]) -> tuple[list[Prediction], QuestionSet]:
    questions = tuple(Question(str(i), "?") for i in range(len(times) + 1))
    # The last question is never asked, and only the first has gold: speed is over all that were asked.
    predictions = [Prediction(str(i), "none", seconds=time) for i, time in enumerate(times)]
    return predictions, QuestionSet(questions, {"0": Gold(("x",)), str(len(times)): Gold(("x",))})


@given(seconds)
def test_percentiles_and_throughput(times: list[float]) -> None:
    run = MarkedRun(cases=mark(*timed(times)), workers=2)
    found = {name: parse_metric(name).statistic(run) for name in ("p50 ms", "p95 ms", "Questions/s")}
    assert {len(one.rows) for one in found.values()} == {len(times)}
    assert found["p50 ms"].point() == pytest.approx(np.quantile(times, 0.5) * 1000)
    assert found["p95 ms"].point() == pytest.approx(np.quantile(times, 0.95) * 1000)
    total = sum(times)
    expected = 2 * len(times) / total if total else math.nan
    assert found["Questions/s"].point() == pytest.approx(expected, nan_ok=True)


@given(st.lists(st.tuples(st.floats(0, 9), st.integers(0, 3)), min_size=1, max_size=12), st.floats(0, 1))
def test_a_weighted_quantile_is_that_of_copies(drawn: list[tuple[float, int]], share: float) -> None:
    drawn.sort()
    copies = [value for value, times in drawn for _ in range(times)]
    weights = np.array([[times for _, times in drawn]], dtype=np.float64)
    found = float(weighted_quantile(np.array([value for value, _ in drawn]), weights, share)[0])
    assert found == pytest.approx(np.quantile(copies, share) if copies else math.nan, nan_ok=True)


def test_the_metrics_agree_with_the_latency_of_the_report() -> None:
    predictions, questions = timed([0.1, 0.2, 0.4, 0.8])
    report = score(predictions, questions, Setting(name="t"))
    assert report.overall["p50 ms"].mean == pytest.approx(report.latency.p50_ms)
    assert report.overall["p95 ms"].mean == pytest.approx(report.latency.p95_ms)


@pytest.mark.parametrize(("measured", "n"), [(12.5, 2), (None, 0)])
def test_peak_memory_is_what_was_measured_or_unknown(measured: float | None, n: int) -> None:
    predictions, questions = timed([0.1, 0.2])
    report = score(predictions, questions, Setting(name="t", peak_mb=measured))
    found = report.overall["Peak MB"]
    assert found.n == n
    if measured is not None:
        assert (found.mean, found.low, found.high) == (measured,) * 3


def test_peak_memory_of_this_process_has_the_size_that_the_system_says() -> None:
    import resource

    found = peak_mb()
    if found is None:
        pytest.skip("no /proc here")
    # ru_maxrss also counts the parent's memory at the fork, so it may only be larger.
    assert 10 < found <= resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6 + 1


def test_unknown_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    from pathlib import Path

    def missing(*_: object, **__: object) -> str:
        raise OSError("no such file")

    monkeypatch.setattr(Path, "read_text", missing)
    assert peak_mb() is None
