"""Plots as SVG inside HTML: narrow enough for a phone, with a title, a description and labelled axes.

Colours come from the classes of the page's style, so that they follow light, dark and print.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kgqa.drawing import cells, cut
from kgqa.evaluation.rendering.markup import Markup, element, joined
from kgqa.evaluation.rendering.values import NOT_APPLICABLE, number, visible
from kgqa.evaluation.report import ReliabilityBin, RiskPoint

WIDTH = 400.0
_CELL = 7.6
_MARGIN, _ROW, _BAR, _AXIS = 14.0, 42.0, 14.0, 44.0
_LEFT, _RIGHT, _TOP, _PANEL, _STRIP, _GAP = 58.0, 384.0, 12.0, 280.0, 56.0, 20.0
_ARROW = " → "
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_TITLE, _RISE, _FEW = 30.0, 150.0, 40
_KEY_ROW, _KEY_CELLS = 20.0, 40
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")  # Okabe and Ito, 2008
_DASHES = ("", "7 3", "2 3")
_SHEET_STYLE = (
    "svg{background:#ffffff;color-scheme:light}text{font:13px system-ui,'Noto Sans','Noto Sans CJK SC',sans-serif;"
    "fill:#16202c}.label{font-weight:600}.tick,.axis{fill:#55606e;font-size:12px}.grid{stroke:#d5dae1}"
    ".curve{fill:none;stroke-width:1.5;stroke-linejoin:round}"
)


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a bar plot.

    label : its parts, joined by arrows. text : the value in words. low, high : its interval, NaN where it has none.
    """

    label: tuple[str, ...]
    value: float
    text: str
    low: float = math.nan
    high: float = math.nan


@dataclass(frozen=True, slots=True)
class Caption:
    """What is said about a plot. key : its id on the page, unique there. axis : what the horizontal axis shows."""

    key: str
    title: str
    description: str
    axis: str


@dataclass(frozen=True, slots=True)
class Curve:
    """A line through points (x, y) of which no coordinate is negative."""

    name: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Panel:
    """Curves over the same axes, which start at 0. across, up : what the axes show."""

    title: str
    across: str
    up: str
    curves: Sequence[Curve]


@dataclass(frozen=True, slots=True)
class Scale:
    """From values between 0 and `top` to a coordinate between `start` and `end`."""

    top: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The coordinate of a value."""
        return self.start + (self.end - self.start) * value / self.top


def ticks(top: float, *, whole: bool = False, most: int = 6) -> list[float]:
    """Round values from 0 up to the first that is not below `top`, at most `most` of them.

    whole : whole numbers only.
    """
    least = max(1.0, top / (most - 1)) if whole else top / (most - 1)
    power = 10.0 ** math.floor(math.log10(least))
    steps = (power * digits for digits in _STEPS)
    step = next(step for step in steps if step >= least * (1 - 1e-9) and (step.is_integer() or not whole))
    return [step * i for i in range(math.ceil(top / step - 1e-9) + 1)]


def bar_plot(caption: Caption, bars: Sequence[Bar], *, top: float = 0.0, whole: bool = False) -> Markup:
    """Horizontal bars from 0, each under its label; no value is negative.

    top : the least value at which the axis ends. whole : the values are counts.
    """
    ends = [v for bar in bars for v in (bar.value, bar.high) if math.isfinite(v)]
    if not ends or max(top, *ends) <= 0:
        return absent(caption.title)
    marks = ticks(max(top, *ends), whole=whole)
    scale = Scale(marks[-1], _MARGIN, WIDTH - _MARGIN)
    bottom = _ROW * len(bars) + 4
    return _svg(
        caption,
        bottom + _AXIS,
        *_vertical(marks, scale, (0.0, bottom)),
        *(_bar(bar, _ROW * place, scale) for place, bar in enumerate(bars)),
        _text(WIDTH / 2, bottom + 36, caption.axis, "middle"),
    )


def reliability_plot(caption: Caption, bins: Sequence[ReliabilityBin]) -> Markup:
    """Share right over confidence; below it how many questions each bin has."""
    full = [b for b in bins if b.n and math.isfinite(b.confidence) and math.isfinite(b.accuracy)]
    if not full:
        return absent(caption.title)
    across, up = Scale(1.0, _LEFT, _RIGHT), Scale(1.0, _TOP + _PANEL, _TOP)
    most = ticks(max(b.n for b in full), whole=True, most=2)[-1]
    floor = _TOP + _PANEL + _GAP + _STRIP
    counts = Scale(most, floor, floor - _STRIP)
    marks = ticks(1.0)
    return _svg(
        caption,
        floor + _AXIS,
        *_vertical(marks, across, (_TOP, floor)),
        *_horizontal(marks, up, "share right"),
        *_horizontal([0.0, most], counts, "n"),
        _line([(across(0), up(0)), (across(1), up(1))], "ideal"),
        *(
            _line([(across(b.confidence), up(b.confidence)), (across(b.confidence), up(b.accuracy))], "gap")
            for b in full
        ),
        _line([(across(b.confidence), up(b.accuracy)) for b in full], "curve"),
        *(_point(b, across, up) for b in full),
        *(_column(b, across, counts) for b in full),
        _text((_LEFT + _RIGHT) / 2, floor + 36, caption.axis, "middle"),
    )


def risk_plot(caption: Caption, points: Sequence[RiskPoint]) -> Markup:
    """Share wrong over share answered."""
    known = sorted((p.coverage, p.risk) for p in points if math.isfinite(p.coverage) and math.isfinite(p.risk))
    if not known:
        return absent(caption.title)
    rise = ticks(max(risk for _, risk in known) or 1.0)
    across, up = Scale(1.0, _LEFT, _RIGHT), Scale(rise[-1], _TOP + _PANEL, _TOP)
    floor = _TOP + _PANEL
    # Points that fall on the same tenth of a pixel are one.
    places = dict.fromkeys((round(across(coverage), 1), round(up(risk), 1)) for coverage, risk in known)
    curve = [_line(list(places), "curve")] if len(places) > 1 else []
    return _svg(
        caption,
        floor + _AXIS,
        *_vertical(ticks(1.0), across, (_TOP, floor)),
        *_horizontal(rise, up, "share wrong"),
        *curve,
        *(element("circle", cx=x, cy=y, r=4, class_="mark") for x, y in list(places)[-1:]),
        _text((_LEFT + _RIGHT) / 2, floor + 36, caption.axis, "middle"),
    )


def curve_sheet(title: str, description: str, panels: Sequence[Panel]) -> Markup:
    """A whole SVG file: panels below each other, each with a key where it has several curves.

    Points that aren't finite are left out.
    """
    drawn, y = list[Markup](), 0.0
    for panel in panels:
        part, height = _panel(panel)
        drawn.append(element("g", part, transform=f"translate(0 {y:g})"))
        y += height
    return element(
        "svg",
        element("title", title),
        element("desc", description),
        element("style", Markup(_SHEET_STYLE)),
        *drawn,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDTH:g} {y:g}",
        width=WIDTH,
        height=y,
        role="img",
    )


def absent(title: str) -> Markup:
    """What stands where there is nothing to draw."""
    return element("p", f"{title}: {NOT_APPLICABLE}", class_="absent")


# -- parts --------------------------------------------------------------------------------------


def _svg(caption: Caption, height: float, *content: Markup) -> Markup:
    names = (f"{caption.key}-title", f"{caption.key}-text")
    return element(
        "svg",
        element("title", caption.title, id=names[0]),
        element("desc", caption.description, id=names[1]),
        *content,
        viewBox=f"0 0 {WIDTH:g} {height:g}",
        width=WIDTH,
        height=height,
        role="img",
        aria_labelledby=" ".join(names),
    )


def _panel(panel: Panel) -> tuple[Markup, float]:
    """A panel and its height."""
    curves = [Curve(c.name, [p for p in c.points if all(map(math.isfinite, p))]) for c in panel.curves]
    points = [point for curve in curves for point in curve.points]
    floor = _TITLE + _RISE
    heading = _text(_LEFT, 20.0, panel.title, "start", "label")
    if not points:
        return joined(heading, _text(_LEFT, 44.0, NOT_APPLICABLE, "start", "axis")), 60.0
    marks = ticks(max(x for x, _ in points) or 1.0, whole=True, most=5), ticks(max(y for _, y in points) or 1.0, most=5)
    across, up = Scale(marks[0][-1], _LEFT, _RIGHT), Scale(marks[1][-1], floor, _TITLE)
    keys = curves if len(curves) > 1 else []
    return joined(
        heading,
        *_vertical(marks[0], across, (_TITLE, floor)),
        *_horizontal(marks[1], up, panel.up),
        *(_curve(curve, place, across, up) for place, curve in enumerate(curves)),
        _text((_LEFT + _RIGHT) / 2, floor + 34, panel.across, "middle", "axis"),
        *(_key(curve, place, floor + _AXIS + 14 + _KEY_ROW * place) for place, curve in enumerate(keys)),
    ), floor + _AXIS + _KEY_ROW * len(keys) + 14


def _curve(curve: Curve, place: int, across: Scale, up: Scale) -> Markup:
    """A curve; its points as well where there are few."""
    colour, dash = _stroke(place)
    line = " ".join(f"{across(x):.2f},{up(y):.2f}" for x, y in curve.points)
    dots = [
        element("circle", element("title", f"{x:g}: {number(y)}"), cx=across(x), cy=up(y), r=2.5, fill=colour)
        for x, y in (curve.points if len(curve.points) <= _FEW else ())
    ]
    return element(
        "g",
        element("title", curve.name),
        element("polyline", points=line, class_="curve", stroke=colour, stroke_dasharray=dash),
        *dots,
    )


def _key(curve: Curve, place: int, y: float) -> Markup:
    """What a curve is called, and its last value."""
    colour, dash = _stroke(place)
    last = number(curve.points[-1][1]) if curve.points else NOT_APPLICABLE
    return joined(
        element(
            "line", x1=_LEFT, x2=_LEFT + 26, y1=y - 4, y2=y - 4, stroke=colour, stroke_width=2, stroke_dasharray=dash
        ),
        _text(_LEFT + 34, y, cut(visible(curve.name), _KEY_CELLS - cells(last)), "start"),
        _text(_RIGHT, y, last, "end"),
    )


def _stroke(place: int) -> tuple[str, str | None]:
    """The colour and the dashes of a curve, by its place in a panel."""
    turn, colour = divmod(place, len(_COLOURS))
    return _COLOURS[colour], _DASHES[turn % len(_DASHES)] or None


def _bar(bar: Bar, y: float, scale: Scale) -> Markup:
    line, middle = y + 16, y + 22 + _BAR / 2
    parts = [
        _text(scale.start, line, _label(bar), "start", "label"),
        _text(scale.end, line, bar.text, "end"),
    ]
    if math.isfinite(bar.value):
        width = scale(bar.value) - scale.start
        parts.append(element("rect", x=scale.start, y=y + 22, width=width, height=_BAR, class_="bar"))
    if math.isfinite(bar.low) and math.isfinite(bar.high):
        low, high = scale(bar.low), scale(bar.high)
        path = f"M{low:.2f},{middle - 5:g}v10M{low:.2f},{middle:g}H{high:.2f}M{high:.2f},{middle - 5:g}v10"
        parts += [element("path", d=path, class_=name) for name in ("halo", "whisker")]
    return element("g", element("title", f"{named(bar)}: {bar.text}"), *parts, class_="row")


def named(bar: Bar) -> str:
    """The whole label of a bar."""
    return _ARROW.join(visible(part).strip() or "–" for part in bar.label)


def _label(bar: Bar) -> Markup:
    """As much of a label as fits beside the value; its parts do not change each other's direction of writing."""
    room = int((WIDTH - 2 * _MARGIN) / _CELL) - cells(bar.text) - 2
    parts = [visible(part).strip() or "–" for part in bar.label]
    rooms = _rooms([cells(part) for part in parts], room - len(_ARROW) * (len(parts) - 1))
    return joined(*(element("tspan", cut(part, own)) for part, own in zip(parts, rooms, strict=True)), by=_ARROW)


def _rooms(lengths: Sequence[int], room: int) -> list[int]:
    """Share out a room: what one part does not need, the longer ones get."""
    rooms = list(lengths)
    for place, part in enumerate(sorted(range(len(lengths)), key=lambda part: lengths[part])):
        rooms[part] = min(lengths[part], room // (len(lengths) - place))
        room -= rooms[part]
    return rooms


def _point(one: ReliabilityBin, across: Scale, up: Scale) -> Markup:
    words = f"confidence {number(one.confidence)}, share right {number(one.accuracy)}, n {one.n:,}"
    return element(
        "circle", element("title", words), cx=across(one.confidence), cy=up(one.accuracy), r=5, class_="mark"
    )


def _column(one: ReliabilityBin, across: Scale, counts: Scale) -> Markup:
    left, right, y = across(one.low), across(one.high), counts(one.n)
    words = f"confidence {number(one.low)} to {number(one.high)}: n {one.n:,}"
    inset = min(1.0, (right - left) / 4)
    return element(
        "rect",
        element("title", words),
        x=left + inset,
        y=y,
        width=right - left - 2 * inset,
        height=counts.start - y,
        class_="bar",
    )


def _vertical(marks: Iterable[float], scale: Scale, span: tuple[float, float]) -> list[Markup]:
    """Grid lines across a plot, each with its value below."""
    return [
        part
        for value in marks
        for part in (
            element("line", x1=scale(value), x2=scale(value), y1=span[0], y2=span[1], class_="grid"),
            _text(scale(value), span[1] + 17, f"{value:,g}", "middle", "tick"),
        )
    ]


def _horizontal(marks: Sequence[float], scale: Scale, axis: str) -> list[Markup]:
    """Grid lines along a plot, each with its value on the left, and the name of the axis beside them."""
    middle = (scale.start + scale.end) / 2
    named = _text(14.0, middle, axis, "middle", "axis", f"rotate(-90 14 {middle:g})")
    lines = [
        part
        for value in marks
        for part in (
            element("line", x1=_LEFT, x2=_RIGHT, y1=scale(value), y2=scale(value), class_="grid"),
            _text(_LEFT - 7, scale(value) + 4, f"{value:,g}", "end", "tick"),
        )
    ]
    return [named, *lines]


def _line(points: Sequence[tuple[float, float]], name: str) -> Markup:
    return element("polyline", points=" ".join(f"{x:.2f},{y:.2f}" for x, y in points), class_=name)


def _text(x: float, y: float, text: str, anchor: str, name: str = "value", transform: str | None = None) -> Markup:
    return element("text", text, x=x, y=y, text_anchor=anchor, class_=name, transform=transform)
