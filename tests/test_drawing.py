"""Drawings of evidence: everything is there, and no label can break out."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgqa.drawing import Role, cells, cut, draw, draw_mermaid, draw_svg, one_line
from kgqa.types import Answer, AnswerKind, AnswerLink, AnswerValue, Evidence, MatchKind

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = [
    '"]; click n0 "javascript:alert(1)"',
    "<script>alert(1)</script>",
    "</text></svg><img src=x onerror=alert(1)>",
    "a\nb\r\nc\td",
    "&amp; &#x27; ]]> <!-- -->",
    "\u202etxet desrever\u202c",
    "\x1b[31mred\x1b[0m\x07\x00",
    "`markdown` **bold** %%{init: {}}%%",
    "1. list",
    "- list",
    "a|b}c{d(e)#quot;",
    "\ud800\ufffe\uffff",
    "العربية 中文 עברית",
    "",
]


def fact(subject: str, predicate: str, obj: str, source: str = "g.ttl") -> Evidence:
    return Evidence(f"x:{subject}", f"x:{predicate}", f"x:{obj}", subject, predicate, obj, source)


def answered(facts: list[Evidence], topics: tuple[str, ...] = (), answers: tuple[str, ...] = ()) -> Answer:
    links = tuple(AnswerLink(t, 0, len(t), f"x:{t}", t, 1.0, MatchKind.EXACT) for t in topics)
    values = tuple(AnswerValue(f"x:{a}", a, f"x:{a}") for a in answers)
    return Answer("Who <b>?", AnswerKind.ENTITIES, values=values, evidence=tuple(facts), links=links)


EURO = answered(
    [fact("France", "borders", "Spain"), fact("Spain", "currency", "Euro"), fact("France", "borders", "Italy")],
    ("France", "Euro"),
    ("Spain", "Italy"),
)


def parts(svg: str, kind: str) -> list[ElementTree.Element]:
    root = ElementTree.fromstring(svg)
    return [group for group in root.iter(f"{SVG}g") if kind in group.get("class", "").split()]


def words(group: ElementTree.Element) -> str:
    return "".join(group.findtext(f"{SVG}text") or "")


def test_the_svg_holds_every_node_and_every_fact() -> None:
    svg = draw_svg(EURO)
    names = {group.get("data-node"): words(group) for group in parts(svg, "box")}
    assert sorted(names.values()) == ["Euro", "France", "Italy", "Spain"]
    arrows = [(names[g.get("data-from")], words(g), names[g.get("data-to")]) for g in parts(svg, "arrow")]
    assert sorted(arrows) == sorted((e.subject_label, e.predicate_label, e.object_label) for e in EURO.evidence)


def test_topics_stand_left_and_answers_right() -> None:
    drawing = draw(EURO)
    layers = {box.label: box.layer for box in drawing.boxes}
    assert layers == {"France": 0, "Euro": 0, "Spain": 1, "Italy": 1}
    assert {box.label: box.role for box in drawing.boxes}["Spain"] is Role.ANSWER


def test_a_chain_takes_one_column_a_step() -> None:
    chain = [fact("a", "p", "b"), fact("c", "p", "b"), fact("c", "q", "d")]
    assert [box.layer for box in draw(answered(chain, ("a",), ("d",))).boxes] == [0, 1, 2, 3]
    assert [box.layer for box in draw(answered(chain, ("a",))).boxes] == [0, 1, 2, 3]
    assert [box.layer for box in draw(answered(chain[:1], ("a", "b"))).boxes] == [0, 1]


def test_boxes_stay_on_the_sheet_and_apart() -> None:
    root = ElementTree.fromstring(draw_svg(EURO))
    width, height = float(root.get("width", "0")), float(root.get("height", "0"))
    boxes = [
        tuple(float(rect.get(name, "0")) for name in ("x", "y", "width", "height"))
        for group in parts(draw_svg(EURO), "box")
        for rect in group.iter(f"{SVG}rect")
    ]
    assert all(x >= 0 and y >= 0 and x + w <= width and y + h <= height for x, y, w, h in boxes)
    for i, (x, y, w, h) in enumerate(boxes):
        assert not any(x < u + w2 and u < x + w and y < v + h2 and v < y + h for u, v, w2, h2 in boxes[i + 1 :])


@pytest.mark.parametrize("label", HOSTILE)
def test_no_label_breaks_out(label: str) -> None:
    answer = answered([Evidence("s", "p", "o", label, label, label, label), fact("a", label, "a")], ("a",))
    svg = draw_svg(answer)
    boxes, arrows = parts(svg, "box"), parts(svg, "arrow")
    assert (len(boxes), len(arrows)) == (3, 2)
    allowed = {"svg", "title", "style", "defs", "marker", "path", "rect", "text", "g"}
    assert {element.tag.removeprefix(SVG) for element in ElementTree.fromstring(svg).iter()} <= allowed
    if label:
        assert cut(one_line(label), 34) in {words(group) for group in boxes}
    lines = draw_mermaid(answer).splitlines()
    quoted = re.compile(r'  n\d+\["[^"\[\]{}|<>`;]*(#(quot|\d+);[^"\[\]{}|<>`;]*)*"\]')
    assert sum(bool(quoted.fullmatch(line)) for line in lines) == 3
    assert not any(c in "".join(lines) for c in "\x1b\x00\u202e\r")


@settings(deadline=None)
@given(st.text(), st.text())
def test_any_label_gives_well_formed_xml_and_five_lines(subject: str, predicate: str) -> None:
    answer = answered([Evidence("s", "p", "o", subject, predicate, "o", "")])
    svg = draw_svg(answer).encode("utf-8")
    assert len(parts(svg.decode("utf-8"), "arrow")) == 1
    assert len(draw_mermaid(answer).split("\n")) == 5


@settings(deadline=None)
@given(st.text())
def test_shown_text_is_one_line_that_utf8_can_carry(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert line.encode("utf-8")[:1] not in (b"\x1b", b"\r")
    assert one_line(line) == line


def test_mermaid_text() -> None:
    assert draw_mermaid(EURO).splitlines()[:6] == [
        "flowchart LR",
        '  n0["France"]',
        '  n1["Spain"]',
        '  n2["Euro"]',
        '  n3["Italy"]',
        '  n0 -->|"borders"| n1',
    ]
    assert '["1#46; list"]' in draw_mermaid(answered([fact("1. list", "p", "o")]))


def test_what_is_not_drawn_is_counted() -> None:
    facts = [fact("hub", "has", f"n{i}") for i in range(100)] + [fact("n98", "is", "n99")]
    answer = answered(facts, ("hub",))
    drawing = draw(answer, max_nodes=40)
    assert len(drawing.boxes) == 40
    drawn = sum(1 for arrow in drawing.arrows if arrow.label)
    assert (drawn, drawing.boxes[-1].label) == (38, f"… and 62 more (facts not drawn: {len(facts) - drawn})")
    assert drawing.arrows[-1].end == 39
    assert drawing.boxes[drawing.arrows[-1].start].label == "hub"
    assert len(parts(draw_svg(answer), "box")) == 40
    assert "and 62 more" in draw_mermaid(answer)


def test_an_answer_without_evidence_still_draws() -> None:
    empty = Answer("?", AnswerKind.NONE)
    assert draw_mermaid(empty) == "flowchart LR\n"
    assert parts(draw_svg(empty), "box") == []


def test_width_counts_wide_characters_twice() -> None:
    assert (cells("abc"), cells("中文"), cells("e\u0301")) == (3, 4, 1)
    assert (cut("中文字符", 8), cut("中文字符", 7)) == ("中文字符", "中文字…")
