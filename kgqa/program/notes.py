"""What an answer leaves out, in a few words: things without a value, a search that was cut short."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kgqa.graph import KnowledgeGraph
from kgqa.program.algebra import Aggregate, Follow, Nth, Program, Top, Where, WhereBeside, WhereOwn, listed
from kgqa.program.execute import execute
from kgqa.text.language import Language
from kgqa.types import NodeIds

_MEASURING = (Top, Nth, Aggregate, Where, WhereBeside, WhereOwn)


@dataclass(frozen=True, slots=True)
class _Notes:
    """The notes in one language, with gaps."""

    missing: str
    overran: str
    joined: str


_ENGLISH = _Notes(
    missing="{missing:,} of {all:,} have no {attribute} and are left out",
    overran="the search was cut short: a better reading may have been missed",
    joined=" ({})",
)
_CHINESE = _Notes(
    missing="{all:,}项中有{missing:,}项没有{attribute}，未计入",
    overran="搜索因超出限额而中止，可能错过更好的理解",
    joined="（{}）",
)


def with_notes(words: str, program: Program, graph: KnowledgeGraph, language: str, *, overran: bool) -> str:
    """A program in words, with what the answer leaves out behind it."""
    notes = _CHINESE if language.partition("-")[0].lower() == Language.CHINESE.value else _ENGLISH
    found = [left_out(program, graph, language, notes.missing), notes.overran if overran else ""]
    return words + "".join(notes.joined.format(note) for note in found if note)


def left_out(program: Program, graph: KnowledgeGraph, language: str, template: str) -> str:
    """How many of the things measured, or asked for one attribute together, have no value; "" where all have one."""
    measured = next((part for part in program.walk() if isinstance(part, _MEASURING) or _asks_several(part)), None)
    if not isinstance(measured, (*_MEASURING, Follow)):
        return ""
    nodes: NodeIds = execute(measured.source, graph).nodes
    owners, _ = graph.edges(nodes, measured.step.relation)
    missing = len(nodes) - len(np.unique(owners))
    if not missing:
        return ""
    attribute = graph.relation_label(measured.step.relation, language)
    return template.format(missing=missing, all=len(nodes), attribute=attribute)


def _asks_several(part: Program) -> bool:
    """Whether a step leads on from several things by name: "the melting points of helium and iron"."""
    return isinstance(part, Follow) and not part.step.inverse and len(set(listed(part.source))) > 1
