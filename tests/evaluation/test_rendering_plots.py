"""Plots, read back: what is drawn is found again from the axes alone."""

from __future__ import annotations

import math
import re
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgqa.drawing import cells
from kgqa.evaluation.rendering.plots import WIDTH, Bar, Caption, bar_plot, reliability_plot, risk_plot, ticks
from kgqa.evaluation.report import ReliabilityBin, RiskPoint

NAN = math.nan
CAPTION = Caption("plot", "A title", "A description", "an axis")
SHARES = st.floats(0, 1)
COUNTS = st.integers(1, 10**7)


def marks(svg: Element, name: str, tag: str = "*") -> list[Element]:
    return [one for one in svg.iter() if one.get("class") == name and tag in ("*", one.tag)]


def place(one: Element, name: str) -> float:
    return float(one.attrib[name])


def axis(svg: Element, *, upright: bool, below: float = 0.0, above: float = math.inf) -> tuple[float, float]:
    """Slope and start of an axis, from the text of its ticks: value = slope * coordinate + start."""
    anchor, name = ("end", "y") if upright else ("middle", "x")
    found = [
        one for one in marks(svg, "tick") if one.get("text-anchor") == anchor and below <= place(one, "y") <= above
    ]
    values = [float((one.text or "").replace(",", "")) for one in found]
    # A tick on the left stands 4 below its line, so that its middle is on it.
    at = [place(one, name) - (4 if upright else 0) for one in found]
    slope, start = np.polyfit(at, values, 1)
    assert np.allclose(np.polyval((slope, start), at), values, atol=max(values) * 1e-3)
    return float(slope), float(start)


def read(scale: tuple[float, float], coordinate: float) -> float:
    return scale[0] * coordinate + scale[1]


def bars_of(plot: str) -> tuple[Element, list[Element]]:
    svg = ElementTree.fromstring(plot)
    return svg, marks(svg, "row")


# -- ticks --------------------------------------------------------------------------------------


@given(st.floats(1e-6, 1e9), st.integers(2, 9))
def test_ticks_are_even_round_few_and_reach_the_top(top: float, most: int) -> None:
    found = ticks(top, most=most)
    assert found[0] == 0
    assert found[-1] >= top * (1 - 1e-9)
    assert 2 <= len(found) <= most
    assert len(found) == 2 or found[-2] < top
    steps = np.diff(found)
    assert np.allclose(steps, steps[0])
    assert f"{steps[0]:e}"[0:3] in {"1.0", "2.0", "2.5", "5.0"}


@given(COUNTS, st.integers(2, 9))
def test_ticks_of_counts_are_whole(top: int, most: int) -> None:
    assert all(value.is_integer() for value in ticks(top, whole=True, most=most))


def test_ticks_of_shares() -> None:
    assert ticks(1.0) == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1])
    assert ticks(3, whole=True) == [0, 1, 2, 3]
    assert ticks(13, whole=True) == [0, 5, 10, 15]


# -- bars ---------------------------------------------------------------------------------------


@given(st.lists(st.tuples(SHARES, SHARES, SHARES).map(sorted), min_size=1, max_size=12))
def test_bars_and_intervals_are_as_long_as_their_values(rows: list[list[float]]) -> None:
    bars = [Bar((f"bar {i}",), mean, f"{mean:.3f}", low, high) for i, (low, mean, high) in enumerate(rows)]
    svg, groups = bars_of(bar_plot(CAPTION, bars, top=1.0))
    scale = axis(svg, upright=False)
    assert len(groups) == len(bars)
    for bar, group in zip(bars, groups, strict=True):
        rect = group.findall("rect")[0]
        assert read(scale, place(rect, "x")) == pytest.approx(0, abs=1e-3)
        assert read(scale, place(rect, "x") + place(rect, "width")) == pytest.approx(bar.value, abs=1e-3)
        path = marks(group, "whisker")[0].attrib["d"]
        starts = [float(x) for x in re.findall(r"M([\d.]+),", path)]
        assert [read(scale, x) for x in (min(starts), max(starts))] == pytest.approx([bar.low, bar.high], abs=1e-3)


@given(st.lists(COUNTS, min_size=1, max_size=8))
def test_counts_are_drawn_to_scale(counts: list[int]) -> None:
    svg, groups = bars_of(bar_plot(CAPTION, [Bar(("x",), n, f"{n:,}") for n in counts], whole=True))
    slope, _ = axis(svg, upright=False)
    found = [slope * place(group.findall("rect")[0], "width") for group in groups]
    assert found == pytest.approx(counts, abs=max(counts) * 1e-3)


def test_a_bar_without_a_value_is_said_to_have_none() -> None:
    bars = [Bar(("a",), 0.5, "0.500"), Bar(("b",), NAN, "not applicable")]
    _, groups = bars_of(bar_plot(CAPTION, bars, top=1.0))
    assert [len(group.findall("rect")) for group in groups] == [1, 0]
    assert "not applicable" in "".join(groups[1].itertext())


@given(
    st.lists(st.text(st.characters(codec="utf-8"), max_size=80), min_size=1, max_size=3),
    st.text("0123456789.,()– n", max_size=30),
)
def test_a_label_leaves_room_for_the_value(label: list[str], text: str) -> None:
    plot = bar_plot(CAPTION, [Bar(tuple(label), 0.5, text)], top=1.0)
    _, (group,) = bars_of(plot)
    left, right = group.findall("text")
    length = cells("".join(left.itertext())) + cells(text)
    assert place(left, "x") < place(right, "x")
    # 7.2 px is the mean width of a character of 13 px in the widest fonts of the style.
    assert length * 7.2 <= place(right, "x") - place(left, "x")


def test_parts_of_a_label_keep_to_themselves() -> None:
    plot = bar_plot(CAPTION, [Bar(("عاصمة", ""), 3, "3")], whole=True)
    _, (group,) = bars_of(plot)
    parts = group.findall("text")[0]
    assert [part.text for part in parts.findall("tspan")] == ["عاصمة", "–"]
    assert parts.findall("tspan")[0].tail == " → "
    assert group.findtext("title") == "عاصمة → –: 3"


def test_a_short_part_leaves_its_room_to_a_long_one() -> None:
    _, (group,) = bars_of(bar_plot(CAPTION, [Bar(("currency", "x" * 30), 3, "3")], whole=True))
    assert "".join(group.findall("text")[0].itertext()) == "currency → " + "x" * 30
    _, (group,) = bars_of(bar_plot(CAPTION, [Bar(("y" * 60, "x" * 60), 3, "3")], whole=True))
    first, second = (part.text or "" for part in group.findall("text")[0].findall("tspan"))
    assert (first[-1], second[-1]) == ("…", "…")
    assert abs(len(first) - len(second)) <= 1


# -- curves -------------------------------------------------------------------------------------


@given(st.lists(st.tuples(SHARES, SHARES, st.integers(0, 5000)), min_size=1, max_size=15))
def test_reliability_is_drawn_to_scale(rows: list[tuple[float, float, int]]) -> None:
    width = 1 / len(rows)
    bins = [
        ReliabilityBin(i * width, (i + 1) * width, c if n else NAN, a if n else NAN, n)
        for i, (c, a, n) in enumerate(rows)
    ]
    full = [one for one in bins if one.n]
    plot = reliability_plot(CAPTION, bins)
    if not full:
        assert "not applicable" in plot
        return
    svg = ElementTree.fromstring(plot)
    across, up = axis(svg, upright=False), axis(svg, upright=True, above=300)
    points = marks(svg, "mark")
    assert [read(across, place(p, "cx")) for p in points] == pytest.approx([b.confidence for b in full], abs=2e-3)
    assert [read(up, place(p, "cy")) for p in points] == pytest.approx([b.accuracy for b in full], abs=2e-3)
    slope, _ = axis(svg, upright=True, below=300)
    columns = marks(svg, "bar")
    tall = max(b.n for b in full)
    assert [-slope * place(c, "height") for c in columns] == pytest.approx([b.n for b in full], abs=tall * 0.01)
    middles = [read(across, place(c, "x") + place(c, "width") / 2) for c in columns]
    assert middles == pytest.approx([(b.low + b.high) / 2 for b in full], abs=2e-3)


def test_the_diagonal_is_where_confidence_is_right() -> None:
    svg = ElementTree.fromstring(reliability_plot(CAPTION, [ReliabilityBin(0.0, 1.0, 0.5, 0.5, 3)]))
    across, up = axis(svg, upright=False), axis(svg, upright=True, above=300)
    ends = [tuple(map(float, pair.split(","))) for pair in marks(svg, "ideal")[0].attrib["points"].split()]
    for x, y in ends:
        assert read(across, x) == pytest.approx(read(up, y), abs=2e-3)


@given(st.lists(st.tuples(SHARES, SHARES), min_size=2, max_size=30, unique_by=lambda pair: round(pair[0], 2)))
def test_risk_is_drawn_to_scale(pairs: list[tuple[float, float]]) -> None:
    svg = ElementTree.fromstring(risk_plot(CAPTION, [RiskPoint(0.5, coverage, risk) for coverage, risk in pairs]))
    across, up = axis(svg, upright=False), axis(svg, upright=True)
    drawn = [tuple(map(float, pair.split(","))) for pair in marks(svg, "curve")[0].attrib["points"].split()]
    want = sorted(pairs)
    assert [read(across, x) for x, _ in drawn] == pytest.approx([coverage for coverage, _ in want], abs=2e-3)
    assert [read(up, y) for _, y in drawn] == pytest.approx([risk for _, risk in want], abs=2e-3)
    dot = marks(svg, "mark")[0]
    assert read(across, place(dot, "cx")) == pytest.approx(want[-1][0], abs=2e-3)


def test_a_curve_of_many_points_stays_small() -> None:
    points = [RiskPoint(1 - i / 50_000, (i + 1) / 50_000, 0.3 * i / 50_000) for i in range(50_000)]
    plot = risk_plot(CAPTION, points)
    assert len(plot) < 100_000
    svg = ElementTree.fromstring(plot)
    across, up = axis(svg, upright=False), axis(svg, upright=True)
    for pair in marks(svg, "curve")[0].attrib["points"].split():
        x, y = map(float, pair.split(","))
        assert read(up, y) == pytest.approx(0.3 * read(across, x), abs=2e-3)


@pytest.mark.parametrize(
    "plot",
    [
        bar_plot(CAPTION, []),
        bar_plot(CAPTION, [Bar(("a",), NAN, "")], top=1.0),
        bar_plot(CAPTION, [Bar(("a",), 0, "0")], whole=True),
        reliability_plot(CAPTION, []),
        reliability_plot(CAPTION, [ReliabilityBin(0, 1, NAN, NAN, 0)]),
        risk_plot(CAPTION, []),
        risk_plot(CAPTION, [RiskPoint(NAN, NAN, NAN)]),
    ],
)
def test_nothing_to_draw_is_said(plot: str) -> None:
    assert ElementTree.fromstring(plot).text == "A title: not applicable"


@pytest.mark.parametrize(
    "plot",
    [
        bar_plot(CAPTION, [Bar(("a",), 0.0, "0"), Bar(("b",), 1.0, "1", 0.5, 1.0)], top=1.0),
        bar_plot(CAPTION, [Bar(("a",), 31.5, "31.5", 20.0, 44.0)], top=1.0),
        reliability_plot(CAPTION, [ReliabilityBin(0, 1, 0.5, 1.0, 1)]),
        risk_plot(CAPTION, [RiskPoint(-math.inf, 1.0, 0.0)]),
    ],
)
def test_a_plot_has_names_and_stays_in_its_frame(plot: str) -> None:
    svg = ElementTree.fromstring(plot)
    ids = (svg.findall("title")[0].get("id"), svg.findall("desc")[0].get("id"))
    assert svg.get("aria-labelledby") == " ".join(map(str, ids))
    assert (svg.findtext("title"), svg.findtext("desc")) == ("A title", "A description")
    assert "an axis" in "".join(svg.itertext())
    height = place(svg, "height")
    assert svg.get("viewBox") == f"0 0 {WIDTH:g} {height:g}"
    for one in svg.iter():
        across = [place(one, name) for name in ("x", "cx", "x1", "x2") if name in one.attrib]
        down = [place(one, name) for name in ("y", "cy", "y1", "y2") if name in one.attrib]
        across += [place(one, "x") + place(one, "width")] if "width" in one.attrib and "x" in one.attrib else []
        assert all(0 <= x <= WIDTH for x in across)
        assert all(0 <= y <= height for y in down)
