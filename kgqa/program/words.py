"""A program in words, for people; in its own notation, for the record; a path in words, for an encoder."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from enum import Enum
from typing import Any

from kgqa.graph import KnowledgeGraph
from kgqa.program import algebra as a
from kgqa.program import chinese, english
from kgqa.program.check import check
from kgqa.program.names import Names, one_line

Phrase = Callable[[a.Program, Names], str]

_LANGUAGES: Mapping[str, tuple[Phrase, str]] = {
    "en": (english.phrase, "something unnamed"),
    "zh": (chinese.phrase, "无名事物"),
}
_WORD = re.compile(r"[^\W\d]\w*(?:[-:.]\w+)*")
_SHOWN = 20


def to_words(program: a.Program, graph: KnowledgeGraph, language: str = "en") -> str:
    """A program as a phrase that says exactly what it asks.

    language : "en" or "zh", with or without a region; English for any other. Raises ProgramError for a program that
    `check` refuses.
    """
    check(program, graph)
    base = language.split("-", maxsplit=1)[0].lower()
    phrase, nameless = _LANGUAGES.get(base, _LANGUAGES["en"])
    return phrase(a.bare(program), Names(graph, base, nameless))


def path_words(steps: Sequence[a.Step], graph: KnowledgeGraph, language: str = "en") -> str:
    """A relation path in a few words, to be encoded: "directed by → is the capital of".

    An inverse step reads "is the ... of", in Chinese "作为……".
    """
    chinese_wanted = language.split("-", maxsplit=1)[0].lower() == "zh"
    backwards = "作为{}" if chinese_wanted else "is the {} of"
    labels = [one_line(graph.relation_label(step.relation, language)) for step in steps]
    return " → ".join(
        backwards.format(label) if step.inverse else label for step, label in zip(steps, labels, strict=True)
    )


def notation(program: a.Program, graph: KnowledgeGraph) -> str:
    """A program in a compact notation: `follow(<France>, capital)`; `^capital` is the inverse.

    Nodes stand as ids, relations as names. Raises ProgramError for a program that `check` refuses.
    """
    check(program, graph)
    return _noted(program, graph)


def _noted(program: a.Program, graph: KnowledgeGraph) -> str:
    if isinstance(program, a.Entities):
        return _node_set(program.nodes, graph)
    shown = [_argument(f.name, getattr(program, f.name), graph) for f in fields(program)]
    return f"{_snake(type(program).__name__)}({', '.join(shown)})"


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def _argument(name: str, value: Any, graph: KnowledgeGraph) -> str:
    if isinstance(value, a.Program):
        return _noted(value, graph)
    if isinstance(value, a.Step):
        return f"{'^' if value.inverse else ''}{_relation(value.relation, graph)}"
    if isinstance(value, Enum):
        return str(value.value)
    return _node(int(value), graph) if name == "node_class" else one_line(str(value))


def _relation(relation: int, graph: KnowledgeGraph) -> str:
    label = one_line(graph.relation_label(relation))
    return label if _WORD.fullmatch(label) else f"“{label}”"


def _node(node: int, graph: KnowledgeGraph) -> str:
    return one_line(graph.terms[node])


def _node_set(nodes: tuple[int, ...], graph: KnowledgeGraph) -> str:
    shown = [_node(node, graph) for node in nodes[:_SHOWN]]
    if len(nodes) > _SHOWN:
        shown.append(f"{len(nodes) - _SHOWN} more")
    return shown[0] if len(shown) == 1 else f"{{{', '.join(shown)}}}"
