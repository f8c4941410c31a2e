"""The formats of originals: their names, their readers, and how to tell them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from kgqa.errors import QuestionsFileError
from kgqa.evaluation.convert import lcquad, metaqa, nlpcc, pathquestion, qald, webqsp
from kgqa.evaluation.convert.original import Asked, Original, read_bytes

_HEAD_BYTES = 1 << 16
_HEAD_LINES = 20


class DatasetFormat(Enum):
    """How a public question set is written."""

    METAQA = "metaqa"
    PATHQUESTION = "pathquestion"
    WEBQSP = "webqsp"
    QALD = "qald"
    LCQUAD1 = "lcquad1"
    LCQUAD2 = "lcquad2"
    NLPCC = "nlpcc"


@dataclass(frozen=True, slots=True)
class OriginalFormat:
    """How a format is read and told.

    summary : a line for people. read : its reader. recognises : whether the beginning of a file is of this format.
    languages, graph : whether the reader has a use for the languages to take, and for a graph.
    """

    summary: str
    read: Callable[[Original], Iterator[Asked]]
    recognises: Callable[[str], bool]
    languages: bool = False
    graph: bool = False


def _has(*keys: str) -> Callable[[str], bool]:
    """Recognise JSON by names of members that its beginning holds."""
    return lambda head: head.lstrip()[:1] in ("{", "[") and all(f'"{key}"' in head for key in keys)


FORMATS: Mapping[DatasetFormat, OriginalFormat] = {
    DatasetFormat.METAQA: OriginalFormat("MetaQA's qa_dev.txt and the like", metaqa.read, metaqa.recognises),
    DatasetFormat.PATHQUESTION: OriginalFormat(
        "PathQuestion's PQ-2H.txt and the like", pathquestion.read, pathquestion.recognises
    ),
    DatasetFormat.WEBQSP: OriginalFormat(
        "WebQSP.train.json and the like", webqsp.read, _has("Questions", "Parses"), graph=True
    ),
    DatasetFormat.QALD: OriginalFormat(
        "QALD's JSON, 6 to 10 and 9-plus",
        qald.read,
        _has("questions", "language", "string"),
        languages=True,
        graph=True,
    ),
    DatasetFormat.LCQUAD1: OriginalFormat(
        "LC-QuAD 1's train-data.json and the like",
        lcquad.read_first,
        _has("corrected_question", "sparql_query"),
        graph=True,
    ),
    DatasetFormat.LCQUAD2: OriginalFormat(
        "LC-QuAD 2's train.json and the like", lcquad.read_second, _has("uid", "sparql_wikidata"), graph=True
    ),
    DatasetFormat.NLPCC: OriginalFormat(
        "NLPCC's nlpcc-iccpol-2016.kbqa.training-data and the like", nlpcc.read, nlpcc.recognises
    ),
}


def guess_format(path: Path | str) -> DatasetFormat:
    """The format of an original, by its beginning; QuestionsFileError where none or several fit."""
    head = read_bytes(Path(path))[:_HEAD_BYTES].decode("utf-8-sig", "replace")
    lines = "\n".join(head.splitlines()[:_HEAD_LINES])
    is_json = head.lstrip()[:1] in ("{", "[")
    found = [name for name, one in FORMATS.items() if one.recognises(head if is_json else lines)]
    if len(found) == 1:
        return found[0]
    fitting = f"{' and '.join(name.value for name in found)} fit" if found else "no format fits its beginning"
    raise QuestionsFileError(f"can't tell the format of {str(path)!r}: {fitting}. Name it, {expected_formats()}")


def expected_formats() -> str:
    """The names of all formats, for messages."""
    return f"one of: {', '.join(name.value for name in FORMATS)}"
