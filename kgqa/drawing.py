"""The evidence of an answer as a drawing: Mermaid text, or an SVG that needs nothing else.

What the question names stands on the left, the answers on the right. A node beyond `max_nodes` is
not drawn but counted in a node of its own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from html import escape

from kgqa.types import Answer

MAX_NODES = 40

# Control characters, lone surrogates and noncharacters: terminals obey some, XML 1.0 forbids most.
_UNSHOWABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class Role(Enum):
    """What a node is to the question."""

    TOPIC = "topic"
    ANSWER = "answer"
    BETWEEN = "between"
    MORE = "more"


@dataclass(frozen=True, slots=True)
class Box:
    """A node of the drawing; layer 0 is leftmost."""

    id: str
    label: str
    role: Role
    layer: int = 0


@dataclass(frozen=True, slots=True)
class Arrow:
    """A fact between two boxes, by position; `title` names its source."""

    start: int
    end: int
    label: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """The boxes and arrows of an answer's evidence."""

    title: str
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def draw_mermaid(answer: Answer, *, max_nodes: int = MAX_NODES) -> str:
    """The evidence as a Mermaid flowchart."""
    drawing = draw(answer, max_nodes=max_nodes)
    lines = ["flowchart LR"]
    for number, box in enumerate(drawing.boxes):
        lines.append(f'  n{number}["{_mermaid(box.label)}"]')
    for arrow in drawing.arrows:
        label = f'|"{_mermaid(arrow.label)}"|' if arrow.label else ""
        lines.append(f"  n{arrow.start} {'-->' if label else '-.->'}{label} n{arrow.end}")
    for role, style in _MERMAID_STYLES.items():
        members = [f"n{number}" for number, box in enumerate(drawing.boxes) if box.role is role]
        if members:
            lines += [f"  classDef {role.value} {style}", f"  class {','.join(members)} {role.value}"]
    return "\n".join(lines) + "\n"


def draw_svg(answer: Answer, *, max_nodes: int = MAX_NODES) -> str:
    """The evidence as an SVG document."""
    return _Sheet(draw(answer, max_nodes=max_nodes)).svg()


def one_line(text: str) -> str:
    """Text made safe to show: on one line, without control characters or changes of direction.

    A control character becomes U+FFFD; white space of any kind becomes one space.
    """
    return _UNSHOWABLE.sub("\ufffd", _DIRECTION.sub("", " ".join(text.split())))


def escape_codepoints(line: str) -> str:
    r"""A line of JSON or SPARQL in which each character that is not safe to show stands as its \uXXXX escape."""
    return _DIRECTION.sub(_codepoint, _UNSHOWABLE.sub(_codepoint, line))


def _codepoint(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04X}"


def draw(answer: Answer, *, max_nodes: int = MAX_NODES) -> Drawing:
    """Choose and arrange what is drawn of an answer."""
    facts = {(e.subject, e.predicate, e.object): e for e in answer.evidence}
    labels: dict[str, str] = {}
    for fact in facts.values():
        labels.setdefault(fact.subject, fact.subject_label or fact.subject)
        labels.setdefault(fact.object, fact.object_label or fact.object)
    boxes = [Box(node, one_line(label) or "?", _role(node, answer)) for node, label in labels.items()]
    kept = sorted(boxes, key=lambda box: box.role is not Role.TOPIC) if len(boxes) > max_nodes else boxes
    kept = kept if len(boxes) <= max_nodes else kept[: max_nodes - 1]
    numbers = {box.id: number for number, box in enumerate(kept)}
    arrows = [
        Arrow(numbers[s], numbers[o], one_line(e.predicate_label or p) or "?", one_line(e.source))
        for (s, p, o), e in facts.items()
        if s in numbers and o in numbers
    ]
    placed = _place(kept, arrows)
    if len(kept) < len(boxes):
        placed, arrows = _count_the_rest(placed, arrows, list(facts), len(boxes) - len(kept))
    return Drawing(one_line(answer.question), tuple(placed), tuple(arrows))


# -- choosing and arranging -------------------------------------------------------------------


def _role(node: str, answer: Answer) -> Role:
    if any(node == value.id for value in answer.values):
        return Role.ANSWER
    return Role.TOPIC if any(node == link.id for link in answer.links) else Role.BETWEEN


def _place(boxes: list[Box], arrows: Sequence[Arrow]) -> list[Box]:
    """Give every box a layer: by distance from the answers on the right, or from the topics on the left."""
    near: list[set[int]] = [set() for _ in boxes]
    for arrow in arrows:
        near[arrow.start].add(arrow.end)
        near[arrow.end].add(arrow.start)
    answers = [i for i, box in enumerate(boxes) if box.role is Role.ANSWER]
    topics = [i for i, box in enumerate(boxes) if box.role is Role.TOPIC]
    if any(a.start in topics and a.end in topics for a in arrows):
        topics = topics[:1]
    steps = _distances(near, answers or topics)
    last = max(steps, default=0)
    return [replace(box, layer=last - steps[i] if answers else steps[i]) for i, box in enumerate(boxes)]


def _distances(near: Sequence[set[int]], roots: Iterable[int]) -> list[int]:
    steps = dict.fromkeys(roots, 0)
    for start in range(len(near)):
        if start == 0 or start not in steps:
            _spread(near, steps, list(steps) if start == 0 and steps else [start])
    return [steps[i] for i in range(len(near))]


def _spread(near: Sequence[set[int]], steps: dict[int, int], queue: list[int]) -> None:
    for node in queue:
        steps.setdefault(node, 0)
    for node in queue:
        for other in sorted(near[node] - steps.keys()):
            steps[other] = steps[node] + 1
            queue.append(other)


def _count_the_rest(
    boxes: list[Box], arrows: list[Arrow], facts: Sequence[tuple[str, str, str]], hidden: int
) -> tuple[list[Box], list[Arrow]]:
    """Add the box that counts what is not drawn, and arrows to it from the boxes that have more neighbours."""
    numbers = {box.id: number for number, box in enumerate(boxes)}
    cut = [(s, o) for s, _, o in facts if s not in numbers or o not in numbers]
    label = f"… and {hidden} more (facts not drawn: {len(cut)})"
    more = Box("", label, Role.MORE, max(box.layer for box in boxes))
    ends = sorted({numbers[node] for pair in cut for node in pair if node in numbers})
    return [*boxes, more], [*arrows, *(Arrow(end, len(boxes), "") for end in ends)]


# -- text ---------------------------------------------------------------------------------------

# Everything else in ASCII has, somewhere in Mermaid, a meaning even between quotes.
_MERMAID_SPECIAL = re.compile(r"[^A-Za-z0-9 ,.()'\u0080-\U0010ffff-]|(?<=^\d)\.|(?<=^\d\d)\.|^-")
_MERMAID_STYLES = {
    Role.TOPIC: "fill:#dbeafe,stroke:#1d4ed8",
    Role.ANSWER: "fill:#dcfce7,stroke:#15803d,stroke-width:2px",
    Role.MORE: "stroke-dasharray:4 3",
}


def _mermaid(text: str) -> str:
    def code(match: re.Match[str]) -> str:
        return "#quot;" if match[0] == '"' else f"#{ord(match[0])};"

    return _MERMAID_SPECIAL.sub(code, text)


def cells(text: str) -> int:
    """The width of a text in character cells: wide characters take two, combining ones none."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def cut(text: str, width: int) -> str:
    """The text if it fits in that many cells, else its beginning and an ellipsis."""
    if cells(text) <= width:
        return text
    end = used = 0
    while used + cells(text[end]) < width:
        used += cells(text[end])
        end += 1
    return text[:end] + "…"


# -- SVG ----------------------------------------------------------------------------------------

_MARGIN, _HEADING, _BOX, _LINE, _GAP, _CURVE = 20.0, 34.0, 34.0, 20.0, 12.0, 70.0
_BOX_CELLS, _ARROW_CELLS, _HEADING_CELLS, _HEADING_CELL = 34, 30, 70, 8.6
_COLOURS: Mapping[Role, tuple[str, str]] = {
    Role.TOPIC: ("#dbeafe", "#1d4ed8"),
    Role.ANSWER: ("#dcfce7", "#15803d"),
    Role.BETWEEN: ("#f8fafc", "#64748b"),
    Role.MORE: ("#ffffff", "#94a3b8"),
}
_STYLE = (
    "text{font-family:system-ui,'Noto Sans','Noto Sans CJK SC',sans-serif;fill:#0f172a}"
    ".box text{font-size:13px;text-anchor:middle}.arrow text{font-size:11px;fill:#334155}"
    ".arrow path{fill:none;stroke:#64748b}.more rect,.rest path{stroke-dasharray:4 3}"
)


class _Sheet:
    """The arithmetic of one SVG: boxes in columns, each arrow's label beside its less busy end."""

    def __init__(self, drawing: Drawing) -> None:
        self.drawing = drawing
        self.boxes, self.arrows = drawing.boxes, drawing.arrows
        degrees = [0] * len(self.boxes)
        for arrow in self.arrows:
            degrees[arrow.start] += 1
            degrees[arrow.end] += 1
        self.labelled = [a.start if degrees[a.start] < degrees[a.end] else a.end for a in self.arrows]
        self.ports, self.counts = self._count_ports()
        self.heights = [max(_BOX, _LINE * max(self._busy(i)) + 8) for i in range(len(self.boxes))]
        self.columns = self._order()
        self.widths = self._widths()
        self.x, self.width = self._across()
        self.y, self.height = self._down()

    def svg(self) -> str:
        """The document."""
        size = f'width="{self.width:.0f}" height="{self.height:.0f}"'
        return "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {self.width:.0f} {self.height:.0f}">',
                f"<title>{_xml(self.drawing.title)}</title>",
                f"<style>{_STYLE}</style>",
                '<defs><marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" '
                'orient="auto"><path d="M0,0L8,4L0,8z" fill="#64748b"/></marker></defs>',
                '<rect width="100%" height="100%" fill="#ffffff"/>',
                f'<text class="question" x="{_MARGIN:.0f}" y="26" font-size="14" font-weight="600">'
                f"{_xml(cut(self.drawing.title, self._heading_cells()))}</text>",
                *(self._arrow(number) for number in range(len(self.arrows))),
                *(self._box(number) for number in range(len(self.boxes))),
                "</svg>\n",
            ]
        )

    def _heading_cells(self) -> int:
        return int((self.width - 2 * _MARGIN) / _HEADING_CELL)

    def _count_ports(self) -> tuple[list[int], dict[tuple[int, bool], int]]:
        """Each arrow's place on the side of the box that carries its label, and the places on each side.

        Arrows whose label is at their other end share one last place, so that they cross no label.
        """
        counts: dict[tuple[int, bool], int] = {}
        ports = []
        for number, box in enumerate(self.labelled):
            side = (box, self._on_right(number, box))
            ports.append(counts.get(side, 0))
            counts[side] = ports[-1] + 1
        for side in {
            (box, self._on_right(number, box)) for number, box in enumerate(map(self._far, range(len(ports))))
        }:
            counts[side] = counts.get(side, 0) + 1
        return ports, counts

    def _far(self, arrow: int) -> int:
        """The box at the end of an arrow that does not carry its label."""
        a = self.arrows[arrow]
        return a.start if self.labelled[arrow] == a.end else a.end

    def _on_right(self, arrow: int, box: int) -> bool:
        """Whether an arrow leaves a box at its right: towards a later column, or looping to its own."""
        a = self.arrows[arrow]
        other = a.end if box == a.start else a.start
        return self.boxes[other].layer >= self.boxes[box].layer

    def _busy(self, box: int) -> tuple[int, int]:
        return self.counts.get((box, False), 0), self.counts.get((box, True), 0)

    def _order(self) -> list[list[int]]:
        """Boxes by column; each column sorted by the mean height of its neighbours, so that few arrows cross."""
        columns: list[list[int]] = [[] for _ in range(max((box.layer for box in self.boxes), default=-1) + 1)]
        for number, box in enumerate(self.boxes):
            columns[box.layer].append(number)
        rank = {box: place for column in columns for place, box in enumerate(column)}
        for column in [*columns, *reversed(columns)]:
            column.sort(key=lambda box: (self.boxes[box].role is Role.MORE, self._pull(box, rank)))
            rank.update({box: place for place, box in enumerate(column)})
        return columns

    def _pull(self, box: int, rank: Mapping[int, int]) -> float:
        layer = self.boxes[box].layer
        pairs = ((a.start, a.end) if a.end == box else (a.end, a.start) for a in self.arrows if box in (a.start, a.end))
        others = [rank[other] for other, _ in pairs if self.boxes[other].layer != layer]
        return sum(others) / len(others) if others else float(rank[box])

    def _across(self) -> tuple[list[float], float]:
        """The left edge of each box, and the width of the sheet."""
        left, x = [0.0] * len(self.boxes), _MARGIN
        for layer, column in enumerate(self.columns):
            for box in column:
                left[box] = x
            x += self.widths[column[0]] + self._gap(layer)
        heading = _HEADING_CELL * min(cells(self.drawing.title), _HEADING_CELLS) + _MARGIN
        return left, max(x, heading) + _MARGIN

    def _widths(self) -> list[float]:
        widths = [7.6 * cells(cut(box.label, _BOX_CELLS)) + 24 for box in self.boxes]
        widest = [max(widths[box] for box in column) for column in self.columns]
        return [widest[box.layer] for box in self.boxes]

    def _gap(self, layer: int) -> float:
        right = [n for n, b in enumerate(self.labelled) if self.boxes[b].layer == layer and self._on_right(n, b)]
        left = [n for n, b in enumerate(self.labelled) if self.boxes[b].layer == layer + 1 and not self._on_right(n, b)]
        if layer == len(self.columns) - 1 and not right:
            return 0.0
        return sum(max((self._label_width(n) for n in side), default=0.0) for side in (left, right)) + _CURVE

    def _label_width(self, arrow: int) -> float:
        return 6.3 * cells(cut(self.arrows[arrow].label, _ARROW_CELLS)) + 22

    def _down(self) -> tuple[list[float], float]:
        """The top edge of each box, and the height of the sheet."""
        totals = [sum(self.heights[box] + _GAP for box in column) - _GAP for column in self.columns]
        tallest, top = max(totals, default=0.0), [0.0] * len(self.boxes)
        for column, total in zip(self.columns, totals, strict=True):
            y = _HEADING + _MARGIN + (tallest - total) / 2
            for box in column:
                top[box] = y
                y += self.heights[box] + _GAP
        return top, tallest + _HEADING + 2 * _MARGIN

    def _side(self, arrow: int, box: int) -> tuple[float, float]:
        """The x of the edge of a box that an arrow meets, and the direction that leads away from it."""
        if self._on_right(arrow, box):
            return self.x[box] + self.widths[box], 1.0
        return self.x[box], -1.0

    def _port_y(self, arrow: int, box: int) -> float:
        total = self.counts[box, self._on_right(arrow, box)]
        place = self.ports[arrow] if box == self.labelled[arrow] else total - 1
        return self.y[box] + self.heights[box] / 2 + (place - (total - 1) / 2) * _LINE

    def _arrow(self, number: int) -> str:
        """One arrow: a curve from the busy end, then a straight line under the label into the other end."""
        arrow, near = self.arrows[number], self.labelled[number]
        far = self._far(number)
        (far_x, far_way), (near_x, near_way) = self._side(number, far), self._side(number, near)
        near_y, far_y = self._port_y(number, near), self._port_y(number, far)
        far_y += max(-9.0, min(9.0, (near_y - far_y) / 40))
        bend_x = near_x + near_way * self._label_width(number)
        reach = _CURVE * 0.6
        curve = (
            f"{far_x + far_way * reach:.1f},{far_y:.1f} {bend_x + near_way * reach:.1f},{near_y:.1f}",
            f"{bend_x + near_way * reach:.1f},{near_y:.1f} {far_x + far_way * reach:.1f},{far_y:.1f}",
        )
        if near == arrow.end:
            path = f"M{far_x:.1f},{far_y:.1f}C{curve[0]} {bend_x:.1f},{near_y:.1f}L{near_x:.1f},{near_y:.1f}"
        else:
            path = f"M{near_x:.1f},{near_y:.1f}L{bend_x:.1f},{near_y:.1f}C{curve[1]} {far_x:.1f},{far_y:.1f}"
        text_x, anchor = near_x + near_way * 12, "start" if near_way > 0 else "end"
        label = _xml(cut(arrow.label, _ARROW_CELLS))
        text = f'<text x="{text_x:.1f}" y="{near_y - 4:.1f}" text-anchor="{anchor}">{label}</text>' if label else ""
        title = f"{arrow.label} ({arrow.title})" if arrow.title else arrow.label
        return (
            f'<g class="arrow{"" if label else " rest"}" data-from="{arrow.start}" data-to="{arrow.end}">'
            f'<title>{_xml(title)}</title><path d="{path}" marker-end="url(#head)"/>{text}</g>'
        )

    def _box(self, number: int) -> str:
        box = self.boxes[number]
        fill, stroke = _COLOURS[box.role]
        x, y, width, height = self.x[number], self.y[number], self.widths[number], self.heights[number]
        title = box.label if box.id in ("", box.label) else f"{box.label} <{one_line(box.id)}>"
        return (
            f'<g class="box {box.role.value}" data-node="{number}"><title>{_xml(title)}</title>'
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="7" fill="{fill}" '
            f'stroke="{stroke}"/><text x="{x + width / 2:.1f}" y="{y + height / 2 + 4.5:.1f}">'
            f"{_xml(cut(box.label, _BOX_CELLS))}</text></g>"
        )


def _xml(text: str) -> str:
    return escape(text, quote=True)
