"""The HTML report: what it says is the report's, and nothing in it loads, runs or breaks out."""

from __future__ import annotations

import base64
import hashlib
import math
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgqa.evaluation import Interval, Linking, Matching, Report, Split
from kgqa.evaluation.diagnosis import Stage
from kgqa.evaluation.rendering import to_html
from kgqa.evaluation.rendering.values import interval, number
from kgqa.evaluation.rendering.wording import LINKINGS, MATCHINGS, STAGES, describe
from tests.evaluation.sample_report import HOSTILE, OVERALL, empty, full

VOID = {"meta"}


@dataclass
class Page(HTMLParser):
    """What a parser makes of a page. tags : every start tag. tables : caption -> rows of cells."""

    source: str
    tags: list[str] = field(default_factory=list)
    attributes: list[tuple[str, str, str]] = field(default_factory=list)
    texts: list[tuple[str, str]] = field(default_factory=list)
    tables: dict[str, list[list[str]]] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.caption = ""
        self.feed(self.source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)
        if tag == "tr":
            self.tables[self.caption].append([])
        if tag in {"td", "th"}:
            self.tables[self.caption][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        where = self.open[-1] if self.open else ""
        self.texts.append((where, data))
        if where == "caption":
            # A split has two tables: the main metrics, and all of them.
            self.caption = data if data not in self.tables else f"{data}, all"
            self.tables[self.caption] = []
        elif "td" in self.open or "th" in self.open:
            self.tables[self.caption][-1][-1] += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def words(self) -> str:
        return " ".join(text for where, text in self.texts if where != "style")


def svgs(source: str) -> list[ElementTree.Element]:
    return [ElementTree.fromstring(found) for found in re.findall(r"<svg.*?</svg>", source, re.DOTALL)]


def shown(text: str) -> str:
    """What becomes of a foreign text, said anew: one line, with unsafe characters as their codes."""
    unsafe = [*range(0x20), *range(0x7F, 0xA0), 0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
    unsafe += [*range(0xD800, 0xE000), *range(0xFDD0, 0xFDF0), 0xFFFE, 0xFFFF]
    line = re.sub(r"\s+", " ", text)
    return "".join(f"\\u{ord(c):04X}" if ord(c) in set(unsafe) else c for c in line)


def numbers(cell: str) -> list[float]:
    return [float(found.replace(",", "")) for found in re.findall(r"\d[\d,]*(?:\.\d+)?", cell)]


def rounded(value: Interval) -> list[float]:
    if value.n == 0:
        return []
    three = (value.mean, value.low, value.high)
    return [float(f"{one:.3f}") for one in three if not math.isnan(one)]


# -- safety -------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE)
def test_foreign_text_adds_no_tag_and_comes_back_whole(text: str) -> None:
    page, plain = Page(to_html(full(text))), Page(to_html(full("harmless")))
    assert page.tags == plain.tags
    assert [(t, n) for t, n, _ in page.attributes] == [(t, n) for t, n, _ in plain.attributes]
    found = Counter(words for where, words in page.texts if where == "bdi")
    wanted = Counter(words for where, words in plain.texts if where == "bdi")
    assert found[shown(text)] == wanted["harmless"] > 20


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(), min_size=1, max_size=60).filter(lambda text: bool(text.strip())))
def test_any_text_is_only_text(text: str) -> None:
    source = to_html(full(text))
    page = Page(source)
    assert page.tags == Page(to_html(full("harmless"))).tags
    assert ("bdi", shown(text)) in page.texts
    assert len(svgs(source)) == 8
    source.encode("utf-8")


def test_text_does_not_reach_an_attribute() -> None:
    for text in HOSTILE:
        assert not [
            value for _, _, value in Page(to_html(full(text))).attributes if "evil" in value or "alert" in value
        ]


def test_a_very_long_text_is_cut_and_says_so() -> None:
    page = Page(to_html(full("x" * 5000)))
    assert ("bdi", "x" * 400 + "… (+4,600)") in page.texts
    assert "x" * 401 not in "".join(words for where, words in page.texts if where == "bdi")


@pytest.mark.parametrize("report", [full(HOSTILE[1]), empty()], ids=["full", "empty"])
def test_the_page_loads_and_runs_nothing(report: Report) -> None:
    page = Page(to_html(report))
    assert not {"script", "link", "img", "iframe", "object", "embed", "base", "form", "image", "use"} & set(page.tags)
    for tag, name, value in page.attributes:
        assert not name.startswith("on")
        assert name not in {"style", "src", "srcset", "xlink:href", "action"}
        assert name != "href" or (tag == "a" and value.startswith("#"))
        assert "http:" not in value
        assert "https:" not in value
    style = next(words for where, words in page.texts if where == "style")
    assert not re.search(r"url\(|@import|expression|https?:|[<>]{2}|</", style)


def test_the_policy_allows_this_style_and_nothing_else() -> None:
    source = to_html(full())
    page = Page(source)
    policy = next(value for tag, name, value in page.attributes if tag == "meta" and "default-src" in value)
    style = re.findall(r"<style>(.*?)</style>", source, re.DOTALL)
    assert len(style) == 1
    digest = base64.b64encode(hashlib.sha256(style[0].encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    # The policy counts only for what comes after it.
    assert page.tags.index("meta") < page.tags.index("style")


def test_links_and_labels_lead_somewhere() -> None:
    page = Page(to_html(full()))
    ids = [value for _, name, value in page.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    assert {value[1:] for _, name, value in page.attributes if name == "href"} <= set(ids)
    labels = [value for _, name, value in page.attributes if name == "aria-labelledby"]
    assert len(labels) == 8
    assert {key for label in labels for key in label.split()} <= set(ids)


# -- numbers ------------------------------------------------------------------------------------


def test_the_metric_table_holds_the_reports_numbers() -> None:
    head, *rows = Page(to_html(full())).tables["Metrics"]
    assert head == ["metric", "mean (95 % interval)", "n", "over", "range", "better", "definition"]
    assert [row[0] for row in rows] == list(OVERALL)
    for name, mean, n, *_ in rows:
        assert numbers(mean) == rounded(OVERALL[name])
        assert numbers(n) == [OVERALL[name].n]
    by_name = {row[0]: row for row in rows}
    assert by_name["BLEU"][1] == "not applicable"
    assert by_name["AUROC"][1] == "0.812"
    assert by_name["ECE"][4:6] == ["0 to 1", "lower"]
    assert by_name["Hits@1"][4:6] == ["0 to 1", "higher"]
    assert [(row[3], row[6]) for row in rows] == [(describe(name).over, describe(name).definition) for name in OVERALL]


def test_the_group_tables_hold_the_reports_numbers() -> None:
    report = full("name")
    tables = Page(to_html(report)).tables
    captions = {
        Split.HOPS: "By hops",
        Split.KIND: "By kind of answer",
        Split.TAGS: "By tag",
        Split.LANGUAGE: "By language",
    }
    for split, groups in report.groups.items():
        for caption in (captions[split], f"{captions[split]}, all"):
            head, *rows = tables[caption]
            assert {row[0] for row in rows} == set(groups)
            for row in rows:
                for metric, cell in zip(head[2:], row[2:], strict=True):
                    value = groups[row[0]].get(metric)
                    assert (cell == "–") if value is None else (numbers(cell) == rounded(value))
    assert [row[0] for row in tables["By hops"][1:]] == ["2", "10"]
    assert tables["By hops"][0] == ["hops", "n", "Hits@1", "F1", "Exact", "Program recall@50"]
    assert "MRR" in tables["By hops, all"][0]


def test_counts_and_curves_hold_the_reports_numbers() -> None:
    page = Page(to_html(full()))
    words = [text for _, text in page.texts]
    value = {
        name: words[words.index(name) + 1]
        for name in ("questions asked", "scored (with gold)", "refused with an error")
    }
    assert value == {"questions asked": "1,240", "scored (with gold)": "1,234", "refused with an error": "3"}
    assert words[words.index("unanswered, of the scored") + 1] == "134"
    assert words[words.index("answered, of the scored") + 1] == "1,100 (89.1 %)"
    assert words[words.index("median answer, ms") + 1] == "35.0"
    assert page.tables["Reliability"][1:] == [
        ["0.000–0.500", "0.375", "0.250", "400"],
        ["0.500–1.000", "0.875", "0.938", "700"],
    ]
    assert page.tables["Risk and coverage"][2] == ["0.500", "0.500", "0.125"]
    stages = [row[:3] for row in page.tables["Where questions were lost"][1:]]
    assert stages == [["right", "617", "50.0 %"], ["reading", "400", "32.4 %"], ["linking", "217", "17.6 %"]]
    assert page.tables["Relations taken for others"][1] == ["harmless", "harmless", "12"]


def test_a_worst_case_tells_all() -> None:
    page = Page(to_html(full("France")))
    words = [text for _, text in page.texts]
    start = words.index("1. ")
    told = words[start : words.index("2. ")]
    for caption in ("gold", "given", "understood as", "program", "evidence", "lost at", "why", "right program"):
        assert caption in told
    assert "and 12 more" in told
    assert told[told.index("confidence") + 1] == "0.988"
    assert told[told.index("lost at") + 1] == "reading"
    silent = words[words.index("2. ") :]
    assert silent[silent.index("gold") + 1] == "no answer is right"
    assert silent[silent.index("given") + 1] == "nothing: no reading of the question is sure enough."


# -- badges and absence -------------------------------------------------------------------------


@pytest.mark.parametrize("linking", Linking)
@pytest.mark.parametrize("matching", Matching)
def test_linking_and_matching_are_plain_to_see(linking: Linking, matching: Matching) -> None:
    page = Page(to_html(full(linking=linking, matching=matching)))
    badges = [text for where, text in page.texts if where == "span"][:2]
    assert badges == [LINKINGS[linking][0], MATCHINGS[matching][0]]
    others = [LINKINGS[one][0] for one in Linking if one is not linking]
    assert not set(others) & {text for _, text in page.texts}
    loud = [value for tag, name, value in page.attributes if name == "class" and value == "badge gold"]
    assert len(loud) == (linking is Linking.GOLD)


def test_what_is_not_there_is_said() -> None:
    source = to_html(empty())
    page = Page(source)
    assert page.words().lower().count("not applicable") >= 10
    assert not re.search(r"\bnan\b", page.words().lower())
    assert svgs(source) == []
    assert "Reliability" not in page.tables


@pytest.mark.parametrize("stage", Stage)
def test_every_stage_is_explained(stage: Stage) -> None:
    name, meaning = STAGES[stage]
    assert name
    assert meaning.endswith(".")


@pytest.mark.parametrize("name", OVERALL)
def test_every_metric_of_the_sample_is_described(name: str) -> None:
    known = describe(name)
    assert known.definition
    assert known.direction is not None
    assert known.low == 0


def test_an_unknown_metric_claims_nothing() -> None:
    known = describe("Zap@3")
    assert (known.definition, known.low, known.high, known.direction) == ("", None, None, None)


SECTIONS: list[tuple[str, Callable[[Page], bool]]] = [
    ("seed", lambda page: "11" in page.words().split()),
    ("seconds", lambda page: "61.2" in page.words().split()),
    ("settings", lambda page: ["a.b", "commit"] in page.tables["Settings"]),
    ("numbers", lambda page: ["c", "0.25"] in page.tables["Settings"]),
]


@pytest.mark.parametrize("check", [check for _, check in SECTIONS], ids=[name for name, _ in SECTIONS])
def test_where_it_comes_from(check: Callable[[Page], bool]) -> None:
    assert check(Page(to_html(full("commit"))))


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (0.0625, "0.062"),
        (-0.0001, "0.000"),
        (9.9996, "10.000"),
        (31.4159, "31.4"),
        (1234.56, "1,234.6"),
        (math.inf, "∞"),
        (-math.inf, "-∞"),
        (math.nan, "not applicable"),
    ],
)
def test_numbers_in_words(value: float, told: str) -> None:
    assert number(value) == told


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (Interval(0.5, 0.25, 0.75, 4), "0.500 (0.250–0.750)"),
        (Interval(0.5, math.nan, math.nan, 4), "0.500"),
        (Interval(-0.1, -0.2, 0.05, 4), "-0.100 (-0.200 to 0.050)"),
        (Interval(math.nan, math.nan, math.nan, 4), "not applicable"),
        (Interval(0.5, 0.5, 0.5, 0), "not applicable"),
    ],
)
def test_intervals_in_words(value: Interval, told: str) -> None:
    assert interval(value) == told


def test_a_group_without_the_main_metrics_and_many_groups() -> None:
    odd = {"Zap": Interval(3.5, 3.0, 14.0, 5)}
    groups = {f"tag {i}": {"Zap": Interval(float(i), 0.0, float(i), i)} for i in range(1, 31)}
    source = to_html(replace(full(), overall=odd, groups={Split.TAGS: groups}))
    table = Page(source).tables["By tag"]
    assert table[0] == ["tag", "n", "Zap"]
    assert len(table) == 31
    plot = next(svg for svg in svgs(source) if svg.findtext("title") == "Zap by tag")
    drawn = {row.findtext("title", "").split(":")[0] for row in plot.iter("g")}
    assert drawn == {f"tag {i}" for i in range(11, 31)}
    assert "The 20 largest of 30 are drawn; the table has all." in Page(source).words()
