"""A report as one HTML file: it loads nothing, runs nothing, and reads in light, dark, print and on a phone."""

from __future__ import annotations

import base64
import hashlib
import math
from collections.abc import Iterable, Sequence
from importlib.resources import files

from kgqa.evaluation.diagnosis import Stage
from kgqa.evaluation.rendering.content import (
    SHOWN_CONFUSIONS,
    Field,
    Groups,
    case_fields,
    confusion_table,
    counts_pairs,
    group_metrics,
    group_table,
    lost,
    main_metrics,
    metric_table,
    ordered,
    provenance_pairs,
    reliability_table,
    risk_table,
    setting_table,
    stage_table,
)
from kgqa.evaluation.rendering.markup import Markup, element, joined
from kgqa.evaluation.rendering.plots import Bar, Caption, bar_plot, named, reliability_plot, risk_plot
from kgqa.evaluation.rendering.tables import Kind, data, table_html
from kgqa.evaluation.rendering.values import NOT_APPLICABLE, interval, number, share
from kgqa.evaluation.rendering.wording import ABSENT, LINKINGS, MATCHINGS, SPLITS, STAGES, describe
from kgqa.evaluation.report import Linking, Report, Split, WorstCase
from kgqa.evaluation.resampling import Interval

DRAWN = 20
_SECTIONS = (
    ("metrics", "Metrics"),
    ("groups", "Accuracy by group"),
    ("stages", "Where it went wrong"),
    ("confidence", "Confidence"),
    ("confusions", "Relations taken for others"),
    ("worst", "Worst examples"),
    ("provenance", "Provenance"),
)


def to_html(report: Report) -> str:
    """The whole report as an HTML document."""
    builders = (_metrics, _groups, _stages, _confidence, _confusions, _worst, _provenance)
    sections = (
        element("section", element("h2", title), *build(report), id=key)
        for (key, title), build in zip(_SECTIONS, builders, strict=True)
    )
    contents = (element("a", title, href=f"#{key}") for key, title in _SECTIONS)
    main = element("main", *_headline(report), *sections)
    title = f"Evaluation: {report.setting.name}"
    return document(title, element("nav", *contents, aria_label="sections"), main)


def document(title: str, *body: Markup) -> str:
    """A page with the style of reports, that may load nothing and run nothing."""
    style = files(__package__).joinpath("report.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", title),
        element("style", Markup(style)),
    )
    return f"<!doctype html>\n{element('html', head, element('body', *body), lang='en')}\n"


# -- sections -----------------------------------------------------------------------------------


def _headline(report: Report) -> list[Markup]:
    setting = report.setting
    linking, matching = LINKINGS[setting.linking], MATCHINGS[setting.matching]
    loud = "badge gold" if setting.linking is Linking.GOLD else "badge"
    badges = (
        element("p", element("span", linking[0], class_=loud), Markup(" "), linking[1]),
        element("p", element("span", matching[0], class_="badge"), Markup(" "), matching[1]),
    )
    scores = (_score(name, report.overall[name]) for name in main_metrics(report.overall))
    return [
        element("header", element("h1", "Evaluation: ", data(setting.name)), *badges),
        element("div", *scores, class_="scores"),
        _pairs(counts_pairs(report)),
        *(element("p", data(note), class_="note") for note in setting.notes),
    ]


def _score(name: str, value: Interval) -> Markup:
    mean = NOT_APPLICABLE if value.n == 0 else number(value.mean)
    between = interval(value).removeprefix(mean).strip(" ()")
    under = f"95 % interval {between}" if between else "no interval"
    return element(
        "div",
        element("span", name, class_="name"),
        element("strong", mean),
        element("span", f"{under}, n {value.n:,}", class_="under"),
    )


def _metrics(report: Report) -> Iterable[Markup]:
    yield table_html(metric_table(report.overall))


def _groups(report: Report) -> Iterable[Markup]:
    metrics = group_metrics(report.overall)
    parts = [_split(split, groups, metrics) for split, groups in report.groups.items() if groups]
    return parts or [_absent(ABSENT.groups)]


def _split(split: Split, groups: Groups, metrics: Sequence[str]) -> Markup:
    tables = [table_html(group_table(split, groups, metrics))]
    every = tuple(dict.fromkeys(name for scores in groups.values() for name in scores))
    if set(every) - set(metrics):
        tables.append(_folded("All metrics", table_html(group_table(split, groups, every))))
    plot = _figure(_group_plot(split, groups, metrics[0]), _rest(len(groups))) if metrics else Markup()
    beside = element("div", plot, element("div", *tables), class_="beside")
    return element("div", element("h3", f"By {SPLITS[split]}"), beside)


def _group_plot(split: Split, groups: Groups, metric: str) -> Markup:
    missing = Interval(float("nan"), float("nan"), float("nan"), 0)
    scores = [(name, scores.get(metric, missing)) for name, scores in ordered(split, groups)]
    largest = {name for name, _ in sorted(scores, key=lambda item: -item[1].n)[:DRAWN]}
    bars = [
        Bar((name,), value.mean, f"{interval(value)} n {value.n:,}", value.low, value.high)
        for name, value in scores
        if name in largest
    ]
    title = f"{metric} by {SPLITS[split]}"
    caption = Caption(f"plot-{split.value}", title, _description(bars), f"{metric}, with its 95 % interval")
    high = describe(metric).high or 0.0
    return bar_plot(caption, bars, top=high if math.isfinite(high) else 0.0)


def _stages(report: Report) -> list[Markup]:
    if not report.stages:
        return [_absent(ABSENT.stages)]
    total = sum(report.stages.values())
    bars = [Bar((STAGES[stage][0],), n, f"{n:,} ({share(n, total)})") for stage, n in lost(report)]
    right = report.stages.get(Stage.RIGHT)
    words = f"Of {total:,} questions, {right:,} were answered with exactly the gold answers." if right else ""
    caption = Caption("plot-stages", "Questions lost at each stage", _description(bars), "questions")
    plot = bar_plot(caption, bars, whole=True)
    return [element("div", _figure(plot, words), table_html(stage_table(report)), class_="beside")]


def _confidence(report: Report) -> list[Markup]:
    return [element("div", _reliability(report), _risk(report), class_="pairs")]


def _reliability(report: Report) -> Markup:
    heading = element("h3", "Is the confidence right?")
    if not report.reliability:
        return element("div", heading, _absent(ABSENT.reliability))
    description = "Points on the dashed diagonal: as many answers are right as the confidence says. "
    description += "Below it the system is too sure. The bars show how many questions have that confidence."
    caption = Caption("plot-reliability", "Share right by confidence", description, "confidence")
    table = _folded("The numbers", table_html(reliability_table(report)))
    return element("div", heading, _figure(reliability_plot(caption, report.reliability), description), table)


def _risk(report: Report) -> Markup:
    heading = element("h3", "What does answering less gain?")
    if not report.risk_coverage:
        return element("div", heading, _absent(ABSENT.risk))
    description = "Only the surest answers are given: share wrong of those, by the share of questions answered. "
    description += "The dot is where all that was answered is given."
    caption = Caption("plot-risk", "Share wrong by share answered", description, "share answered")
    table = _folded("The numbers", table_html(risk_table(report)))
    return element("div", heading, _figure(risk_plot(caption, report.risk_coverage), description), table)


def _confusions(report: Report) -> list[Markup]:
    some = report.confusions[: min(DRAWN, SHOWN_CONFUSIONS)]
    if not some:
        return [_absent(ABSENT.confusions)]
    bars = [Bar((one.gold, one.chosen), one.n, f"{one.n:,}") for one in some]
    caption = Caption(
        "plot-confusions", "Right relations → chosen instead", _description(bars), "questions (right → chosen instead)"
    )
    plot = _figure(bar_plot(caption, bars, whole=True), _rest(len(report.confusions)))
    return [element("div", plot, table_html(confusion_table(report)), class_="beside")]


def _worst(report: Report) -> list[Markup]:
    return [_case(place, case) for place, case in enumerate(report.worst, 1)] or [_absent(ABSENT.worst)]


def _case(place: int, case: WorstCase) -> Markup:
    fields = (part for field in case_fields(case) for part in (element("dt", field.caption), _items(field)))
    return element("article", element("h3", f"{place}. ", data(case.question)), element("dl", *fields))


def _items(field: Field) -> Markup:
    show = data if field.kind is Kind.DATA else joined
    items = [joined(*map(show, item), by=" ") for item in field.items]
    if field.rest > 0:
        items.append(joined(f"and {field.rest:,} more"))
    if len(items) == 1:
        return element("dd", items[0], class_="program" if field.caption == "program" else None)
    return element("dd", element("ul", *(element("li", item) for item in items)))


def _provenance(report: Report) -> Iterable[Markup]:
    yield _pairs(provenance_pairs(report))
    settings = setting_table(report)
    if settings.rows:
        yield _folded("Settings", table_html(settings))


# -- parts --------------------------------------------------------------------------------------


def _pairs(pairs: Iterable[tuple[str, str]]) -> Markup:
    return element(
        "dl", *(element("div", element("dt", name), element("dd", text)) for name, text in pairs), class_="facts"
    )


def _folded(title: str, content: Markup) -> Markup:
    return element("details", element("summary", title), content)


def _figure(plot: Markup, words: str) -> Markup:
    return element("figure", plot, *([element("figcaption", words)] if words else []))


def _rest(total: int) -> str:
    return f"The {DRAWN} largest of {total:,} are drawn; the table has all." if total > DRAWN else ""


def _description(bars: Sequence[Bar]) -> str:
    return "; ".join(f"{named(bar)}: {bar.text}" for bar in bars)


def _absent(why: str) -> Markup:
    return element("p", f"{NOT_APPLICABLE.capitalize()}: {why}", class_="absent")
