"""The accuracy benchmark over a toy graph, its files written for the test; both systems run."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from evaluation import accuracy
from evaluation.results import Row
from evaluation.settings import AccuracySet, AccuracySettings, Choice
from kgqa import KGQA
from kgqa.types import Answer, AnswerKind, AnswerValue

FACTS = "Ann\tmother\tBea\nBea\tmother\tCat\nAnn\temployer\tAcme\n"
RECORDS = [
    {"id": "1", "question": "mother of Ann", "answers": ["Bea"], "topic": ["Ann"], "hops": 1},
    {"id": "2", "question": "mother, mother of Ann", "answers": ["Cat"], "topic": ["Ann"], "hops": 2},
    {"id": "3", "question": "employer of Ann", "answers": ["Acme"], "topic": ["Ann"], "hops": 1},
    {"id": "4", "question": "bad gold", "answers": ["?"], "topic": ["Ann"], "hops": 1},
]


class AlwaysBea(KGQA):
    """A system that answers the same to every question, whatever its stages propose."""

    def ask(self, question: str, *, language: str | None = None) -> Answer:
        return Answer(question, AnswerKind.ENTITIES, (AnswerValue("Bea", "Bea", "Bea"),))


@pytest.fixture
def measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Row]:
    (tmp_path / "graph.tsv").write_text(FACTS, encoding="utf-8")
    (tmp_path / "dev.jsonl").write_text("".join(json.dumps(r) + "\n" for r in RECORDS), encoding="utf-8")
    graph, questions = str(tmp_path / "graph.tsv"), str(tmp_path / "dev.jsonl")
    toy = AccuracySet(
        name="Toy", graph=graph, questions=questions, by_hops=True, hops=2, gold_unusable=("4",), report="toy.md"
    )
    toy = replace(toy, test=questions, published=("90", "80"))
    absent = AccuracySet(name="Absent", graph="", questions="{data}/absent.jsonl")
    settings = AccuracySettings(seed=1, test_sample=9, sets=(toy, absent))
    system = AlwaysBea.from_graph(tmp_path / "graph.tsv")
    monkeypatch.setattr(accuracy, "WORK", tmp_path)
    monkeypatch.setattr(accuracy, "REPORTS", tmp_path / "reports")
    monkeypatch.setattr(accuracy, "_system", lambda graph, reader, vocabulary=(): system)
    monkeypatch.setattr(accuracy, "accuracy_settings", lambda: settings)
    (table,) = accuracy.run(Choice())
    return list(table.rows)


def test_rows_by_hops_with_both_systems(measured: list[Row], capsys: pytest.CaptureFixture[str]) -> None:
    assert [row.name for row in measured] == ["Toy, 1 hop", "Toy, 2 hops"]
    one, two = (dict(zip((c.title for c in accuracy.COLUMNS), row.cells, strict=True)) for row in measured)
    assert (one["questions"], two["questions"]) == (2, 1)
    assert isinstance(one["kgqa Hits@1"], tuple)
    assert isinstance(two["kgqa Hits@1"], tuple)
    assert (one["kgqa Hits@1"][0], two["kgqa Hits@1"][0]) == (0.5, 0)
    assert one["kgqa F1"] == 0.5
    assert (one["cosine, gold entity Hits@1"], two["cosine, gold entity Hits@1"]) == (1, 1)


def test_details_say_who_linked(measured: list[Row]) -> None:
    details = json.loads(json.dumps(measured[0].details))
    assert details["kgqa"]["setting"]["linking"] == "own"
    assert details["cosine"]["setting"]["linking"] == "gold"
    assert details["kgqa"]["counts"]["without_gold"] == 1


def test_stages_are_told_and_the_report_is_kept(measured: list[Row], tmp_path: Path) -> None:
    stages = measured[0].details["kgqa"]["stages"]
    # The programs are there, and the system says something else.
    assert stages["right"] == 1
    assert sum(stages.values()) == 3
    one = dict(zip((c.title for c in accuracy.COLUMNS), measured[0].cells, strict=True))
    assert one["right program in first 50"] == 1
    assert (tmp_path / "reports" / "toy.md").read_text(encoding="utf-8").startswith("# ")
    (table,) = accuracy.run_reader(Choice())
    cells = dict(zip((c.title for c in accuracy.READER_COLUMNS), table.rows[0].cells, strict=True))
    assert (cells["reader learnt from"], cells["questions"]) == ("nothing", 2)
    assert isinstance(cells["Hits@1"], tuple)
    assert cells["Hits@1"][0] == 0.5


def test_test_splits_stand_beside_what_others_published(measured: list[Row]) -> None:
    (table,) = accuracy.run_test(Choice())
    assert [row.name for row in table.rows] == ["Toy, 1 hop", "Toy, 2 hops"]
    assert [row.cells[-1] for row in table.rows] == ["90", "80"]
    assert len(accuracy.TEST_COLUMNS) == len(table.rows[0].cells)


def test_row_order_follows_the_settings() -> None:
    names = accuracy.order()
    assert names[:3] == ["MetaQA, 1 hop", "MetaQA, 2 hops", "MetaQA, 3 hops"]
    assert len(set(names)) == len(names)
