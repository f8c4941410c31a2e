"""How answers, links and graph reports look on a terminal.

Text from a graph or a question goes through `one_line` into rich's `Text`: it is never read as
markup and can't move the cursor, change colours or turn the direction of writing.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import IO

from rich.box import SIMPLE_HEAD
from rich.console import Console, ConsoleRenderable, Group
from rich.padding import Padding
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from kgqa.drawing import escape_codepoints, one_line
from kgqa.graph.inspect import GraphReport, RelationReport
from kgqa.graph.terms import local_name
from kgqa.text.language import Language, guess_language
from kgqa.types import AbstentionReason, Answer, AnswerKind, AnswerValue, Clarification, Evidence, Link, Option

SHOWN = 20
SHOWN_RELATIONS = 30
SHOWN_TALLIES = 10
_NUMBERS = (1, 4, 5)
"""The columns of relations that hold numbers: they are never cut."""
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class Captions:
    """The fixed words around an answer, in one language."""

    confidence: str
    spelling: str
    words: str
    evidence: str
    links: str
    alternatives: str
    choose: str
    sources: str
    timings: str
    more: str
    no_answer: str
    yes: str
    no: str
    reasons: Mapping[AbstentionReason, tuple[str, str]]


ENGLISH = Captions(
    confidence="confidence",
    spelling="read as",
    words="understood as",
    evidence="evidence",
    links="recognised",
    alternatives="or was meant",
    choose="Ask again with the --topic of the one that is meant; at the prompt, type its number.",
    sources="source",
    timings="milliseconds",
    more="… and {} more",
    no_answer="No answer: ",
    yes="yes",
    no="no",
    reasons={
        AbstentionReason.EMPTY_QUESTION: ("the question is empty.", "Ask it in a few words."),
        AbstentionReason.NOTHING_LINKED: (
            "nothing in the question was recognised in the graph.",
            "Use a name as the graph spells it; `kgqa link` shows what is recognised.",
        ),
        AbstentionReason.NO_RELATION_FITS: (
            "no relation of the graph fits the question.",
            "Ask with other words for the relation; `kgqa inspect` lists what the graph holds.",
        ),
        AbstentionReason.NO_FACT_FOUND: (
            "the question is understood, but the graph holds no such fact.",
            "Check below how it was understood, or add the fact to the graph.",
        ),
        AbstentionReason.LOW_CONFIDENCE: (
            "no reading of the question is sure enough.",
            "Name things in full, or ask in a simpler way; the readings below were the nearest.",
        ),
        AbstentionReason.IMPOSSIBLE_VALUE: ("the question names a day that does not exist.", "Check the date."),
        AbstentionReason.CONTRADICTION: ("the conditions exclude each other.", "Check the limits."),
        AbstentionReason.UNIT_MISMATCH: (
            "the unit does not measure this attribute.",
            "Give the limit in a unit of the attribute.",
        ),
        AbstentionReason.NO_ATTRIBUTE: (
            "nothing of this class has the attribute asked about.",
            "Ask about an attribute that it has; `kgqa inspect` lists the relations.",
        ),
        AbstentionReason.UNLIKE_THINGS: (
            "the two have no measure in common.",
            "Compare things that share an attribute.",
        ),
        AbstentionReason.UNKNOWN_KIND: (
            "the graph has no things of this kind.",
            "Name them as the graph does; `kgqa inspect` lists the classes.",
        ),
    },
)
CHINESE = Captions(
    confidence="置信度",
    spelling="读作",
    words="理解为",
    evidence="依据",
    links="识别到",
    alternatives="或者是问",
    choose="请加上所指一项的 --topic 再问一次；在提示符下可直接输入其编号。",
    sources="来源",
    timings="毫秒",
    more="……另有 {} 项",
    no_answer="没有答案：",
    yes="是",
    no="否",
    reasons={
        AbstentionReason.EMPTY_QUESTION: ("问题为空。", "请用几个词提问。"),
        AbstentionReason.NOTHING_LINKED: (
            "问题中没有识别到图谱里的名称。",
            "请使用图谱中的名称；`kgqa link` 可显示识别结果。",
        ),
        AbstentionReason.NO_RELATION_FITS: (
            "图谱中没有合适的关系。",
            "请换一种说法；`kgqa inspect` 可列出图谱的内容。",
        ),
        AbstentionReason.NO_FACT_FOUND: ("问题已理解，但图谱中没有这样的事实。", "请查看下面的理解，或补充图谱。"),
        AbstentionReason.LOW_CONFIDENCE: ("没有足够可靠的理解。", "请写出全称，或用更简单的说法；下面是最接近的理解。"),
        AbstentionReason.IMPOSSIBLE_VALUE: ("问题中的日期不存在。", "请检查日期。"),
        AbstentionReason.CONTRADICTION: ("条件互相矛盾。", "请检查限制条件。"),
        AbstentionReason.UNIT_MISMATCH: ("该单位不适用于这一属性。", "请使用该属性的单位。"),
        AbstentionReason.NO_ATTRIBUTE: ("这一类没有所问的属性。", "请询问其具有的属性；`kgqa inspect` 可列出关系。"),
        AbstentionReason.UNLIKE_THINGS: ("两者没有共有的度量。", "请比较具有同一属性的事物。"),
        AbstentionReason.UNKNOWN_KIND: ("图谱中没有这一类事物。", "请使用图谱中的名称；`kgqa inspect` 可列出类别。"),
    },
)


def captions_for(question: str, language: str | None = None) -> Captions:
    """The captions in the language asked for, else in that of the question."""
    wanted = language or guess_language(question).value
    return CHINESE if wanted.split("-")[0].lower() == Language.CHINESE.value else ENGLISH


def answer_view(
    answer: Answer, *, sparql: bool = False, timings: bool = False, language: str | None = None
) -> ConsoleRenderable:
    """An answer with its evidence; on request the SPARQL and the time each stage took."""
    captions = captions_for(answer.question, language)
    head = (
        _no_answer(answer, captions)
        if answer.kind is AnswerKind.NONE or answer.abstained
        else _values(answer, captions)
    )
    parts: list[ConsoleRenderable] = [*head, _explanation(answer, captions)]
    if answer.clarification:
        parts += _clarification(answer.clarification, captions)
    if answer.evidence:
        parts += [_heading(captions.evidence), _evidence(answer.evidence, captions)]
    if sparql and answer.sparql:
        parts += [_heading("SPARQL"), query_text(answer.sparql)]
    if timings and answer.timings_ms:
        parts += [_heading(captions.timings), _indented(_pairs(_timings(answer)))]
    return Group(*parts)


def query_text(sparql: str) -> Text:
    """A query to read and to copy: its lines are not broken, and what can't be shown stands as SPARQL's escape."""
    lines = (f"  {escape_codepoints(line)}" for line in sparql.split("\n"))
    return Text("\n".join(lines), no_wrap=True, overflow="ignore")


def percent(share: float) -> str:
    """A probability for reading; only certainty is 100%, only impossibility 0%."""
    if 0 < share < 0.005:
        return "<1%"
    return ">99%" if 0.995 <= share < 1 else f"{share:.0%}"


def shown(text: object, style: str = "", *, longest: int = _LONGEST) -> Text:
    """Any value as text that is safe to print; a very long one is cut and says by how much."""
    line = one_line(str(text))
    rest = len(line) - longest
    return Text(line if rest <= 0 else f"{line[:longest]}… (+{rest:,})", style=style, overflow="fold")


# -- the parts of an answer ---------------------------------------------------------------------


def _values(answer: Answer, captions: Captions) -> list[ConsoleRenderable]:
    parts: list[ConsoleRenderable] = [shown(answer.sentence)] if answer.sentence else []
    table = Table.grid(padding=(0, 2))
    table.add_column(ratio=None, overflow="fold")
    table.add_column(overflow="fold")
    for value in answer.values[:SHOWN]:
        table.add_row(shown(_name(value, captions), "bold green"), shown(_identity(value), "dim"))
    return [*parts, table, *_more(max(answer.total, len(answer.values)), captions)]


def _name(value: AnswerValue, captions: Captions) -> str:
    if isinstance(value.value, bool):
        return captions.yes if value.value else captions.no
    if value.id is None and isinstance(value.value, int):
        return f"{value.value:,}"
    return value.label or str(value.value)


def _identity(value: AnswerValue) -> str:
    return "" if value.id is None or value.id in (value.label, repr(value.value)) else value.id


def _no_answer(answer: Answer, captions: Captions) -> list[ConsoleRenderable]:
    if answer.abstained is None:
        return [Text(captions.no_answer.rstrip(": ："), style="bold yellow")]
    line = Text(captions.no_answer, style="bold yellow")
    reason, detail = answer.abstained.reason, answer.abstained.detail
    why, cure = captions.reasons[reason]
    line.append(why, style="not bold default")
    if reason is AbstentionReason.NOTHING_LINKED or not detail:
        return [line, shown(cure)]  # with no name to speak of, the detail says no more than the caption
    # The detail on a low confidence brings its own cure, and some others end in just this one.
    cured = reason is AbstentionReason.LOW_CONFIDENCE or detail.endswith(cure)
    return [line, shown(detail), *([] if cured else [shown(cure)])]


def _explanation(answer: Answer, captions: Captions) -> ConsoleRenderable:
    rows = [] if answer.abstained else [(captions.confidence, Text(percent(answer.confidence)))]
    if answer.corrections:
        rows.append((captions.spelling, shown("; ".join(_link(c.text, c.meant) for c in answer.corrections))))
    if answer.words:
        rows.append((captions.words, shown(answer.words)))
    if answer.links:
        rows.append(
            (captions.links, shown("; ".join(_link(link.text, link.label or link.id) for link in answer.links)))
        )
    for alternative in answer.alternatives:
        line = shown(alternative.words).append(f" ({percent(alternative.probability)})")
        values = ", ".join(alternative.values)
        rows.append((captions.alternatives, line.append_text(shown(f": {values}" if values else "", "dim"))))
    return _pairs(rows)


def _link(text: str, label: str) -> str:
    return text if text == label else f"{text} → {label}"


def _clarification(asked: Clarification, captions: Captions) -> list[ConsoleRenderable]:
    """The question back, a line for each entity with the option that chooses it, and how to answer."""
    rows = [(str(number), _option(option)) for number, option in enumerate(asked.options, start=1)]
    return [shown(asked.question, "bold yellow"), _indented(_pairs(rows)), shown(captions.choose, "dim")]


def _option(option: Option) -> Text:
    line = shown(option.label or option.id)
    if option.telling:
        line.append(", ").append_text(shown(option.telling))
    for name in option.topic:
        line.append("  ").append_text(shown(f"--topic={shlex.quote(name)}", "dim"))
    return line


def _evidence(facts: Sequence[Evidence], captions: Captions) -> ConsoleRenderable:
    sources = sorted({fact.source for fact in facts if fact.source})
    table = Table.grid(padding=(0, 2))
    for style in ("", "dim", "", "dim italic"):
        table.add_column(style=style, overflow="fold")
    for fact in facts[:SHOWN]:
        cells = (fact.subject_label or fact.subject, fact.predicate_label or fact.predicate)
        source = fact.source if len(sources) > 1 else ""
        shown_cells = (shown(cell) for cell in (*cells, fact.object_label or fact.object, source))
        table.add_row(*shown_cells, style="dim" if fact.context else None)
    rest = _more(len(facts), captions)
    stated = [shown(f"{captions.sources}: {sources[0]}", "dim")] if len(sources) == 1 else []
    return _indented(Group(table, *rest, *stated))


def _timings(answer: Answer) -> Iterable[tuple[str, Text]]:
    return ((one_line(stage), Text(f"{spent:.1f}")) for stage, spent in answer.timings_ms.items())


def _more(total: int, captions: Captions) -> list[ConsoleRenderable]:
    return [Text(captions.more.format(f"{total - SHOWN:,}"), style="dim")] if total > SHOWN else []


def _heading(caption: str) -> Text:
    return Text(caption, style="cyan")


def _pairs(rows: Iterable[tuple[str, Text]]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="cyan", no_wrap=True)
    table.add_column(overflow="fold")
    for caption, value in rows:
        table.add_row(Text(caption), value)
    return table


def _indented(content: ConsoleRenderable) -> Padding:
    return Padding(content, (0, 0, 0, 2))


# -- links --------------------------------------------------------------------------------------


def links_view(rows: Sequence[tuple[Link, str, str]], question: str) -> ConsoleRenderable:
    """Every candidate with its scores; a row is a link, its node's id and its node's label."""
    if not rows:
        return Text(captions_for(question).reasons[AbstentionReason.NOTHING_LINKED][0])
    table = _table("mention", "node", "score", "match", "prior", "string", "dense")
    for link, node, label in rows:
        name = shown(label or node, "bold")
        if label and label != node:
            name.append("  ").append_text(shown(node, "dim"))
        scores = (f"{score:.2f}" for score in (link.prior, link.string, link.dense))
        table.add_row(shown(link.mention.text), name, f"{link.score:.2f}", link.match.value, *scores)
    return table


# -- reports ------------------------------------------------------------------------------------


def report_view(report: GraphReport) -> ConsoleRenderable:
    """What a graph holds: its counts, then a line for each of its largest relations."""
    rows = [
        ("facts", Text(f"{report.facts:,}")),
        ("entities", Text(f"{report.entities:,}, {percent(report.unlabelled)} of them without a label")),
        ("blank nodes", Text(f"{report.blank_nodes:,}")),
        ("mediators", Text(f"{report.mediators:,}")),
        ("literals", _tally({local_name(name): n for name, n in report.literals.items()}, len(report.literals))),
        ("names", _tally(_by_language(report), len(report.languages) - ("" in report.languages) + len(report.scripts))),
        (f"classes ({report.n_classes:,})", _tally(report.classes, report.n_classes)),
        (f"labels of several nodes ({report.n_duplicated_labels:,})", _duplicates(report)),
        ("sources", _tally({name or "none": n for name, n in report.sources.items()}, len(report.sources))),
        ("repeated facts left out", Text(f"{report.repeated:,}")),
        ("malformed lines left out", Text(f"{report.skipped_count:,}")),
    ]
    left_out = [shown(f"  {message}", "dim") for message in report.skipped[:SHOWN_TALLIES]]
    return Group(_pairs(rows), *left_out, Text(), *_relations(report.relations))


def _by_language(report: GraphReport) -> dict[str, int]:
    tagged = {tag: count for tag, count in report.languages.items() if tag}
    return tagged | {f"untagged {script}": count for script, count in report.scripts.items()}


def _duplicates(report: GraphReport) -> Text:
    return _tally(report.duplicated_labels, report.n_duplicated_labels)


def _tally(counts: Mapping[str, int], total: int) -> Text:
    """The first of some counted names, and how many there are besides."""
    if not counts:
        return Text("none")
    some = list(counts.items())[:SHOWN_TALLIES]
    line = Text(", ", overflow="fold").join(shown(name, longest=60).append(f" {count:,}") for name, count in some)
    return line.append(f", … and {total - len(some):,} more") if total > len(some) else line


def _relations(relations: Sequence[RelationReport]) -> list[ConsoleRenderable]:
    """The largest relations, a line each; what doesn't fit into a column ends in "…"."""
    table = _table("relation", "facts", "from", "to", "out", "in", "example")
    for number, column in enumerate(table.columns):
        column.justify = "right" if number in _NUMBERS else "left"
        column.no_wrap = number in _NUMBERS
    for relation in relations[:SHOWN_RELATIONS]:
        name, *ends = (relation.label, _largest(relation.domain), _largest(relation.range))
        example = " → ".join(relation.examples[0]) if relation.examples else ""
        fans = (Text(f"{fan.mean:,.1f}/{fan.max:,}") for fan in (relation.out, relation.into))
        table.add_row(
            _clipped(name, "bold"), Text(f"{relation.facts:,}"), *map(_clipped, ends), *fans, _clipped(example, "dim")
        )
    note = "from, to: the commonest class or kind; out: objects of a subject, mean/most; in: subjects of an object"
    rest = len(relations) - SHOWN_RELATIONS
    more = [Text(f"… and {rest:,} more (all with --json)", style="dim")] if rest > 0 else []
    return [_heading(f"relations ({len(relations):,})"), Text(note, style="dim"), table, *more]


def _largest(shares: Mapping[str, float]) -> str:
    """The most common class or kind with its share."""
    name, share = next(iter(shares.items()), ("", 0.0))
    return f"{percent(share)} {local_name(name)}"


def _clipped(text: str, style: str = "") -> Text:
    line = shown(text, style, longest=120)
    line.no_wrap, line.overflow = True, "ellipsis"
    return line


def _table(*captions: str) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="cyan", padding=(0, 1), show_edge=False)
    for caption in captions:
        table.add_column(Text(caption), overflow="fold")
    return table


# -- progress -----------------------------------------------------------------------------------


class ProgressBars:
    """Progress of named stages, drawn only where the stream is a terminal; a context manager."""

    def __init__(self, stream: IO[str]) -> None:
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("gone,"),
            TimeRemainingColumn(),
            TextColumn("left"),
            console=Console(file=stream, markup=False, highlight=False),
            transient=True,
            disable=not stream.isatty(),
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> ProgressBars:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def update(self, stage: str, done: int, total: int) -> None:
        """Show how far a stage is; a total of 0 is unknown."""
        if stage not in self._tasks:
            self._tasks[stage] = self._progress.add_task(one_line(stage), total=total or None)
        self._progress.update(self._tasks[stage], completed=done, total=total or None)
