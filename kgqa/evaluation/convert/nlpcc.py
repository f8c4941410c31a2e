"""NLPCC KBQA (2016 to 2018): lines `<question id=1>`, `<triple id=1>` and `<answer id=1>`, each with TAB and text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kgqa.evaluation.convert.original import Asked, Line, Original, short

_TAGGED = re.compile(r"\s*<(question|triple|answer) id=(\d+)>\s*(.*?)\s*")
_RULE = re.compile(r"\s*=+\s*")
_BETWEEN = "|||"


def read(original: Original) -> Iterator[Asked]:
    """The questions in file order; a question's lines are those up to the next `<question ...>`."""
    block: list[Line] = []
    for line in original.lines():
        if _RULE.fullmatch(line.text):
            continue
        if block and line.text.lstrip().startswith("<question"):
            yield from original.take(_question, block)
            block = []
        block.append(line)
    if block:
        yield from original.take(_question, block)


def recognises(head: str) -> bool:
    """Whether these first lines are NLPCC's."""
    lines = [line for line in head.splitlines() if line.strip()]
    return bool(lines) and all(_TAGGED.fullmatch(line) or _RULE.fullmatch(line) for line in lines)


def _question(block: list[Line]) -> Asked:
    found: dict[str, str] = {}
    numbers = set()
    for line in block:
        tagged = _TAGGED.fullmatch(line.text)
        if tagged is None or tagged[1] in found:
            raise line.error(f"{short(line.text)}: expected one <question id=N>, <triple id=N> or <answer id=N> each")
        found[tagged[1]] = tagged[3]
        numbers.add(tagged[2])
    first = block[0]
    if not found.get("question") or len(numbers) != 1:
        raise first.error(f"{short(first.text)}: expected a <question id=N> with text, and the same N in its lines")
    triple = _triple(first, found.get("triple", ""))
    return Asked(
        where=first.where,
        id=f"{first.path.stem}-{numbers.pop()}",
        question=found["question"],
        answers=_answers(found.get("answer", "")),
        topic=triple[:1],
        hops=1 if triple else None,
        language="zh",
        path=(triple,) if triple else (),
    )


def _triple(line: Line, text: str) -> tuple[str, ...]:
    cells = tuple(cell.strip() for cell in text.split(_BETWEEN, 2))
    if text and (len(cells) != 3 or not all(cells)):
        raise line.error(f"the triple {short(text)} is not subject ||| relation ||| object")
    return cells if text else ()


def _answers(text: str) -> tuple[str, ...] | None:
    return tuple(cell for part in text.split(_BETWEEN) if (cell := part.strip())) if text else None
