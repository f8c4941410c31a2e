"""MetaQA: `question with [entity] TAB answer|answer`, and a file beside it with the type of each question."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from kgqa.errors import QuestionsFileError
from kgqa.evaluation.convert.original import Asked, Line, Original, read_bytes, short

_MARKED = re.compile(r"[^\[\]]*\[([^\[\]]+)\][^\[\]]*")
_HOPS = re.compile(r"(?<!\d)(\d)[-_]?hops?(?![a-z])", re.IGNORECASE)


def read(original: Original) -> Iterator[Asked]:
    """The questions in file order; `Original.notes` says where hops are unknown."""
    split = original.path.stem.removeprefix("qa_")
    types = _types(original, split)
    hops = _hops_of_folder(original.path)
    unknown = 0
    for line in original.lines():
        kind = types[line.number - 1] if types else ""
        for asked in original.take(_question, line, kind, hops, split):
            unknown += asked.hops is None
            yield asked
    original.note(unknown, "without a number of hops, as neither a folder such as 2-hop nor a file of types tells it")


def recognises(head: str) -> bool:
    """Whether these first lines are MetaQA's."""
    lines = [line.split("\t") for line in head.splitlines() if line.strip()]
    return bool(lines) and all(len(cells) == 2 and _MARKED.fullmatch(cells[0]) for cells in lines)


def _question(line: Line, kind: str, hops: int | None, split: str) -> Asked:
    cells = line.text.split("\t")
    if len(cells) != 2:
        raise line.error(f"{len(cells)} cells in {short(line.text)}; expected 2: question TAB answer|answer")
    marked = _MARKED.fullmatch(cells[0].strip())
    if marked is None:
        raise line.error(f"{short(cells[0])} doesn't mark one entity; expected one name in [brackets]")
    answers = [answer.strip() for answer in cells[1].split("|")]
    if not all(answers):
        raise line.error(f"an answer of {short(cells[1])} is empty; expected answer|answer")
    hops = hops if hops is not None else _hops_of_type(kind)
    return Asked(
        where=line.where,
        id=f"{hops}h-{split}-{line.number - 1}" if hops is not None else f"{split}-{line.number - 1}",
        question=cells[0].translate({ord("["): None, ord("]"): None}).strip(),
        answers=tuple(answers),
        topic=(marked[1].strip(),),
        hops=hops,
        language="en",
        tags=(kind,) if kind else (),
    )


def _types(original: Original, split: str) -> list[str]:
    """The type of each line, from `qa_<split>_qtype.txt` beside the file or one folder up; [] where there is none."""
    name = f"qa_{split}_qtype.txt"
    folder = original.path.absolute().parent
    found = next((path for path in (folder / name, folder.parent / name) if path.is_file()), None)
    if found is None:
        return []
    types = [line.strip() for line in read_bytes(found).decode("utf-8", "replace").splitlines()]
    lines = len(read_bytes(original.path).removesuffix(b"\n").split(b"\n"))
    if len(types) != lines:
        raise QuestionsFileError(
            f"{found} has {len(types)} lines and {original.path} has {lines}; expected one type for each question. "
            "Use the two files of one release, or move the file of types away"
        )
    return types


def _hops_of_folder(path: Path) -> int | None:
    found = [match[1] for part in reversed(path.absolute().parts) if (match := _HOPS.search(part))]
    return int(found[0]) if found else None


def _hops_of_type(kind: str) -> int | None:
    """A type such as `actor_to_movie_to_year` names one relation for each `_to_`."""
    return kind.count("_to_") or None
