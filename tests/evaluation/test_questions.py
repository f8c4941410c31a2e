import json
from dataclasses import fields
from pathlib import Path

import pytest

from kgqa.errors import QuestionsFileError
from kgqa.evaluation import LinkedQuestion, Question, QuestionSet
from kgqa.types import AnswerKind


def write(path: Path, *lines: object) -> Path:
    path.write_text("".join((x if isinstance(x, str) else json.dumps(x)) + "\n" for x in lines), encoding="utf-8")
    return path


def test_reads_every_field(tmp_path: Path) -> None:
    record = {
        "id": "a",
        "question": "Who?",
        "answers": ["x", 3, 2.5, True, "x"],
        "kind": "entities",
        "topic": ["t"],
        "hops": 2,
        "lang": "zh",
        "tags": ["count"],
        "path": ["t", ["a", "r", "b"]],
        "sparql": "ASK {}",
        "sentence": "It is x.",
        "best": "x",
    }
    questions = QuestionSet.read(write(tmp_path / "q.jsonl", record))
    assert questions.questions == (Question("a", "Who?", "zh"),)
    gold = questions.gold["a"]
    assert gold.answers == ("x", "3", "2.5", "true")
    assert (gold.kind, gold.topic, gold.hops, gold.tags) == (AnswerKind.ENTITIES, ("t",), 2, ("count",))
    assert (gold.path, gold.sparql) == (("t", ("a", "r", "b")), "ASK {}")
    assert gold.sentence == "It is x."
    assert questions.unread == ("best",)


def test_missing_answers_are_no_gold_and_empty_answers_are_gold(tmp_path: Path) -> None:
    path = write(
        tmp_path / "q.jsonl",
        {"id": "a", "question": "?"},
        "",
        {"id": "b", "question": "?", "answers": []},
        {"id": 3, "question": "?", "answers": None},
    )
    questions = QuestionSet.read(path)
    assert [question.id for question in questions.questions] == ["a", "b", "3"]
    assert {i: gold.answers for i, gold in questions.gold.items()} == {"b": ()}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "not JSON"),
        ("[1]", "is no object"),
        ("[" * 100_000, "not JSON"),
        ({"question": "?"}, "'id' is missing"),
        ({"id": True, "question": "?"}, "'id' is True"),
        ({"id": "b", "question": "  "}, "'question' is '  '"),
        ({"id": "b"}, "'question' is missing"),
        ({"id": "b", "question": "?", "answers": "x"}, "write ['x']"),
        ({"id": "b", "question": "?", "answers": [None]}, "stands in a list"),
        ({"id": "b", "question": "?", "answers": [], "kind": "number"}, "expected one of: entities"),
        ({"id": "b", "question": "?", "answers": [], "hops": -1}, "'hops' is -1"),
        ({"id": "b", "question": "?", "answers": [], "hops": True}, "'hops' is True"),
        ({"id": "b", "question": "?", "answers": [], "sentence": ["x"]}, "'sentence' is ['x']; expected text"),
        ({"id": "a", "question": "again"}, ":1 already"),
    ],
)
def test_malformed_line_names_file_and_line(tmp_path: Path, line: object, message: str) -> None:
    path = write(tmp_path / "q.jsonl", {"id": "a", "question": "?"}, line)
    with pytest.raises(QuestionsFileError) as error:
        QuestionSet.read(path)
    assert str(error.value).startswith(f"{path}:2: ")
    assert message in str(error.value)


def test_unreadable_files(tmp_path: Path) -> None:
    with pytest.raises(QuestionsFileError, match="Check the path"):
        QuestionSet.read(tmp_path / "none.jsonl")
    with pytest.raises(QuestionsFileError, match="holds no question"):
        QuestionSet.read(write(tmp_path / "empty.jsonl", "", " "))
    (tmp_path / "latin.jsonl").write_bytes(b'{"id": "\xe9"}\n')
    with pytest.raises(QuestionsFileError, match="not UTF-8"):
        QuestionSet.read(tmp_path / "latin.jsonl")


def hops_set(tmp_path: Path) -> QuestionSet:
    records = [{"id": f"{h}-{i}", "question": "?", "answers": ["x"], "hops": h} for i in range(9) for h in (1, 2)]
    return QuestionSet.read(write(tmp_path / "q.jsonl", *records, {"id": "no gold", "question": "?"}))


def test_sample_is_seeded_and_drawn_by_hops(tmp_path: Path) -> None:
    questions = hops_set(tmp_path)
    drawn = questions.sample(4, seed=7)
    assert sorted(i[0] for i in drawn.gold) == ["1"] * 4 + ["2"] * 4
    assert len(drawn) == 9
    assert drawn == questions.sample(4, seed=7)
    assert drawn != questions.sample(4, seed=8)
    assert questions.sample(100, seed=7) == questions


def test_split(tmp_path: Path) -> None:
    records: list[dict[str, object]] = [
        {"id": name, "question": "?", "answers": [], "split": name[:3]} for name in ("dev1", "tes1", "dev2")
    ]
    path = write(tmp_path / "q.jsonl", *records)
    assert list(QuestionSet.read(path, split="dev").gold) == ["dev1", "dev2"]
    with pytest.raises(QuestionsFileError, match="no split 'train'; expected one of: dev, tes"):
        QuestionSet.read(path, split="train")


def test_withdrawn_gold_keeps_the_question(tmp_path: Path) -> None:
    questions = hops_set(tmp_path).without_gold(["1-0"])
    assert len(questions) == 19
    assert "1-0" not in questions.gold


def test_what_a_system_sees_has_no_gold() -> None:
    assert {field.name for field in fields(Question)} == {"id", "text", "language"}
    assert {field.name for field in fields(LinkedQuestion)} == {"question", "topic"}


def test_linked_questions_carry_the_topic_alone(tmp_path: Path) -> None:
    path = write(
        tmp_path / "q.jsonl",
        {"id": "a", "question": "?", "answers": ["x"], "topic": ["t"]},
        {"id": "b", "question": "?", "answers": ["x"]},
        {"id": "c", "question": "?", "topic": ["t"]},
    )
    assert QuestionSet.read(path).linked() == (LinkedQuestion(Question("a", "?"), ("t",)),)
