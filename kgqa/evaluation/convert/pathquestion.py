"""PathQuestion and PathQuestion-Large: `question TAB answer(answer/answer/) TAB subject#relation#entity...`."""

from __future__ import annotations

from collections.abc import Iterator

from kgqa.evaluation.convert.original import Asked, Line, Original, short

_END = "<end>"


def read(original: Original) -> Iterator[Asked]:
    """The questions in file order."""
    for line in original.lines():
        yield from original.take(_question, line, original.path.stem)


def recognises(head: str) -> bool:
    """Whether these first lines are PathQuestion's."""
    lines = [line.split("\t") for line in head.splitlines() if line.strip()]
    return bool(lines) and all(len(c) == 3 and c[1].endswith(")") and c[2].count("#") >= 2 for c in lines)


def _question(line: Line, name: str) -> Asked:
    cells = [cell.strip() for cell in line.text.split("\t")]
    if len(cells) != 3 or not all(cells):
        raise line.error(f"{short(line.text)}: expected 3 cells: question TAB answer(answer/answer/) TAB path")
    path = _path(line, cells[2])
    return Asked(
        where=line.where,
        id=f"{name}-{line.number - 1}",
        question=cells[0],
        answers=_answers(line, cells[1], path[-1]),
        topic=(path[0],),
        hops=len(path) // 2,
        language="en",
        path=path,
    )


def _path(line: Line, cell: str) -> tuple[str, ...]:
    # PathQuestion, not PathQuestion-Large, says the answer once more behind <end>.
    path = tuple(cell.partition(f"#{_END}")[0].split("#"))
    if len(path) < 3 or len(path) % 2 == 0 or not all(path):
        raise line.error(f"the path {short(cell)} is not subject#relation#entity, with #relation#entity for each hop")
    return path


def _answers(line: Line, cell: str, last: str) -> tuple[str, ...]:
    # Names may hold brackets: only the path tells where the answer ends and the set begins.
    if not (cell.startswith(f"{last}(") and cell.endswith(")")):
        raise line.error(f"the answers {short(cell)} don't begin with the end of the path, {short(last)} and (")
    answers = tuple(answer for answer in cell[len(last) + 1 : -1].split("/") if answer)
    if last not in answers:
        raise line.error(f"the end of the path, {short(last)}, is not among the answers {short(cell)}")
    return answers
