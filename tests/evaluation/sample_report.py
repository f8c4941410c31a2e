"""Reports made by hand: one with everything, one with nothing."""

from __future__ import annotations

import math

from kgqa.evaluation import Interval, Linking, Matching, Report, Setting, Split
from kgqa.evaluation.diagnosis import Stage
from kgqa.evaluation.provenance import Provenance
from kgqa.evaluation.report import Confusion, Counts, Latency, ReliabilityBin, RiskPoint, WorstCase

NAN = math.nan
NONE = Interval(NAN, NAN, NAN, 0)
OVERALL = {
    "Hits@1": Interval(0.71234, 0.6512, 0.77001, 1234),
    "F1": Interval(0.698, 0.6401, 0.7555, 1234),
    "Exact": Interval(0.5, 0.4499, 0.5501, 1234),
    "AUROC": Interval(0.8125, NAN, NAN, 1100),
    "ECE": Interval(0.0625, 0.05, 0.0777, 1100),
    "AURC": Interval(0.131, 0.11, 0.15, 1100),
    "Brier": Interval(0.1777, 0.15, 0.2, 1100),
    "Program recall@50": Interval(0.9375, 0.92, 0.95, 1234),
    "Linking F1": Interval(0.871, 0.86, 0.88, 1234),
    "BLEU": NONE,
}


def full(text: str = "harmless", linking: Linking = Linking.OWN, matching: Matching = Matching.STRICT) -> Report:
    """A report in which `text` stands wherever foreign text can."""
    two = {"Hits@1": OVERALL["Hits@1"], "F1": OVERALL["F1"], "MRR": Interval(0.72, 0.7, 0.74, 7)}
    return Report(
        Setting(
            name=text, linking=linking, matching=matching, seed=11, seconds=61.25, config={"a": {"b": text}, "c": 0.25}
        ),
        Provenance(text, text, text, text),
        Counts(asked=1240, scored=1234, without_gold=8, unpredicted=2, answered=1100, refused=3),
        Latency(35.04, 80.16, 41.26),
        OVERALL,
        {
            Split.HOPS: {"10": two, "2": {"Hits@1": NONE, "F1": NONE}},
            Split.KIND: {text: two},
            Split.TAGS: {text: two},
            Split.LANGUAGE: {text: two},
        },
        (ReliabilityBin(0.0, 0.5, 0.375, 0.25, 400), ReliabilityBin(0.5, 1.0, 0.875, 0.9375, 700)),
        (RiskPoint(0.9, 0.25, 0.0625), RiskPoint(0.5, 0.5, 0.125), RiskPoint(0.0, 1.0, 0.375)),
        {Stage.RIGHT: 617, Stage.READING: 400, Stage.LINKING: 217},
        (Confusion(text, text, 12), Confusion(text, "other", 3)),
        (worst(text), unanswered(text)),
    )


def worst(text: str) -> WorstCase:
    return WorstCase(
        id=text,
        question=text,
        gold=(text, text),
        gold_total=14,
        given=(text,),
        given_total=1,
        confidence=0.9876,
        f1=0.3333,
        words=text,
        program=text,
        evidence=((text, text, text), (text, text, text)),
        stage=Stage.READING,
        detail=text,
        right_program=text,
    )


def unanswered(text: str) -> WorstCase:
    return WorstCase(
        id=text,
        question=text,
        gold=(),
        gold_total=0,
        given=(),
        given_total=0,
        confidence=0.125,
        f1=0.0,
        abstained="low_confidence",
    )


def empty() -> Report:
    """A report of no question at all."""
    return Report(
        Setting(name="nothing"),
        Provenance("0", "unknown", "unknown", "3"),
        Counts(0, 0, 0, 0, 0, 0),
        Latency(NAN, NAN, NAN),
        {"Hits@1": NONE, "F1": NONE, "Exact": NONE},
        {Split.HOPS: {}, Split.KIND: {"count": {"Hits@1": NONE}}},
    )


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=https://evil.example/x onerror=alert(1)>',
    "' onload='alert(1)",
    "]]> --> <!-- </style></title></svg><svg onload=x>",
    "&lt;b&gt; &amp; &#60;",
    "\u202etxet desrever\u202c \u2066x\u2069",
    "a\nb\r\n# c\td",
    "\x00\x1b[31mred\x07\x9b\ufffe\ud800",
    "a|b \\| c \\\\| d\\",
    "`one` ``two`` ` ",
    "[x](https://evil.example) ![y](http://evil.example/y.png) <https://evil.example>",
    "**bold** _it_ ~~no~~ $x$ @someone #1 www.evil.example me@evil.example",
    "1. list",
    "- list",
    "---",
    "    code",
    "| --- |",
    "> quote",
    "***",
    "العربية 中文 עברית",
    "expression(alert(1)) url(https://evil.example) javascript:alert(1)",
)
