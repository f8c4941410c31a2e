"""Whole public sets: their originals, put together again from the project's copies, convert to the same questions."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from kgqa.evaluation import QuestionSet
from kgqa.evaluation.convert import DatasetFormat, convert, guess_format, write
from kgqa.graph import KnowledgeGraph

pytestmark = pytest.mark.data
Record = Mapping[str, Any]


@pytest.fixture(scope="module")
def data() -> Path:
    path = Path(os.environ.get("KGQA_DATA", "../shared/data"))
    if not path.is_dir():
        pytest.skip(f"no datasets at {path}; set KGQA_DATA")
    return path


def records(folder: Path) -> Iterator[Record]:
    for split in ("train", "dev", "test"):
        with (folder / f"{split}.jsonl").open(encoding="utf-8") as file:
            yield from map(json.loads, file)


def same(converted: Iterable[Record], wanted: Iterable[Record], *fields: str) -> bool:
    """Whether both are the same questions with the same fields, as often, in any order; answers as a set."""

    def key(record: Record) -> str:
        return json.dumps([record["question"], sorted(record["answers"]), *(record[name] for name in fields)])

    return Counter(map(key, converted)) == Counter(map(key, wanted))


def convert_and_read(path: Path, folder: Path, **options: Any) -> tuple[Record, ...]:
    """What the original becomes, after a round trip through a questions file without a field that nobody reads."""
    converted = convert(path, guess_format(path), **options)
    assert converted.skipped == ()
    write(converted, folder / "questions.jsonl")
    read = QuestionSet.read(folder / "questions.jsonl")
    assert (len(read), read.unread) == (len(converted.records), ())
    return converted.records


@pytest.mark.slow
@pytest.mark.parametrize("hops", [1, 2, 3])
def test_metaqa(hops: int, data: Path, tmp_path: Path) -> None:
    wanted = [record for record in records(data / "metaqa") if record["hops"] == hops]
    folder = tmp_path / f"{hops}-hop"
    folder.mkdir()
    lines = (f"{r['question_marked']}\t{'|'.join(r['answers'])}\n" for r in wanted)
    (folder / "qa_all.txt").write_text("".join(lines), encoding="utf-8")
    (folder / "qa_all_qtype.txt").write_text("".join(f"{r['type']}\n" for r in wanted), encoding="utf-8")
    found = convert_and_read(folder / "qa_all.txt", tmp_path)
    assert len(found) == {1: 19_939, 2: 29_744, 3: 28_548}[hops]
    assert same(found, wanted, "topic", "hops")
    assert [r["tags"] for r in found] == [[r["type"]] for r in wanted]
    assert all(kind.count("_to_") == hops for r in found for kind in r["tags"])


@pytest.mark.parametrize(
    ("name", "count"),
    [("PQ-2H", 1_908), ("PQ-3H", 5_198), ("PQL-2H", 1_594), ("PQL-3H", 1_031), ("PQL-3H_more", 2_062)],
)
def test_pathquestion(name: str, count: int, data: Path, tmp_path: Path) -> None:
    wanted = sorted(records(data / "pathquestion" / name), key=lambda r: int(r["id"].rpartition("-")[2]))
    end = "#<end>#{}" if name.startswith("PQ-") else ""
    lines = (
        f"{r['question']}\t{r['best']}({''.join(f'{a}/' for a in r['answers'])})\t{'#'.join(r['path'])}"
        f"{end.format(r['best'])}\n"
        for r in wanted
    )
    (tmp_path / f"{name}.txt").write_text("".join(lines), encoding="utf-8")
    found = convert_and_read(tmp_path / f"{name}.txt", tmp_path)
    assert len(found) == count
    assert same(found, wanted, "topic", "hops", "path", "id")


def test_qald(data: Path, tmp_path: Path) -> None:
    wanted = {r["id"]: r for r in records(data / "dbpedia_closed")}
    questions = [
        {
            "id": r["id"],
            "question": [{"language": language, "string": text} for language, text in r["questions"].items()],
            "query": {"sparql": r["sparql"]},
            "answers": [
                {"results": {"bindings": [{"uri": {"type": "uri", "value": answer}} for answer in r["answers"]]}}
            ],
        }
        for r in wanted.values()
    ]
    (tmp_path / "qald.json").write_text(json.dumps({"questions": questions}), encoding="utf-8")
    found = convert_and_read(tmp_path / "qald.json", tmp_path)
    texts = sorted((i, text.strip()) for i, r in wanted.items() for text in r["questions"].values() if text)
    assert sorted((r["id"][: -len(r["language"]) - 1], r["question"]) for r in found) == texts
    english = convert_and_read(tmp_path / "qald.json", tmp_path, languages=["en"])
    assert same(english, wanted.values())
    # One query names owl:Thing, the object of a type, which the project's copy takes for a topic.
    unequal = [r["id"] for r in english if set(r.get("topic", [])) != set(wanted[r["id"].removesuffix("-en")]["topic"])]
    assert len(unequal) == 1


def test_answers_from_the_graph(data: Path, tmp_path: Path) -> None:
    wanted = {r["id"]: r for r in records(data / "dbpedia_closed")}
    entries = [
        {"_id": r["id"], "corrected_question": r["question"], "sparql_query": r["sparql"]} for r in wanted.values()
    ]
    (tmp_path / "lcquad.json").write_text(json.dumps(entries), encoding="utf-8")
    graph = KnowledgeGraph.load(data / "dbpedia_closed" / "graph.nt")
    converted = convert(tmp_path / "lcquad.json", DatasetFormat.LCQUAD1, graph=graph)
    # Oxigraph 0.5 can't read the name res:T._E._Lawrence.
    unanswered = [r["id"] for r in converted.records if "answers" not in r]
    assert unanswered == ["qald9-train-369"]
    answered = [r for r in converted.records if "answers" in r]
    assert len(answered) == 312
    assert all(set(r["answers"]) == set(wanted[r["id"]]["closed_graph_answers"]) for r in answered)
