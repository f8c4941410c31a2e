"""Originals of one question a line: MetaQA, PathQuestion, NLPCC."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgqa.errors import QuestionsFileError
from kgqa.evaluation.convert import DatasetFormat, convert
from kgqa.graph import KnowledgeGraph

METAQA, PATHQUESTION, NLPCC = DatasetFormat.METAQA, DatasetFormat.PATHQUESTION, DatasetFormat.NLPCC


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("format", "line", "message"),
    [
        (METAQA, "films of [Ann]", "1 cells in 'films of [Ann]'; expected 2"),
        (METAQA, "films of [Ann]\tA\tB", "3 cells"),
        (METAQA, "films of Ann\tA", "'films of Ann' doesn't mark one entity; expected one name in [brackets]"),
        (METAQA, "films of [Ann] and [Bo]\tA", "doesn't mark one entity"),
        (METAQA, "films of []\tA", "doesn't mark one entity"),
        (METAQA, "films of [Ann]\tA||B", "an answer of 'A||B' is empty"),
        (METAQA, "films of [Ann]\t ", "an answer of ' ' is empty"),
        (PATHQUESTION, "who ?\tb(b/)", "expected 3 cells"),
        (PATHQUESTION, "\tb(b/)\ta#r#b", "expected 3 cells"),
        (PATHQUESTION, "who ?\tb(b/)\ta#r", "the path 'a#r' is not subject#relation#entity"),
        (PATHQUESTION, "who ?\tb(b/)\ta##b", "the path 'a##b' is not"),
        (PATHQUESTION, "who ?\tb(b/)\tb", "the path 'b' is not"),
        (PATHQUESTION, "who ?\tc(c/)\ta#r#b", "don't begin with the end of the path, 'b'"),
        (PATHQUESTION, "who ?\tb(b/", "expected 3 cells"),
        (PATHQUESTION, "who ?\tb(c/)\ta#r#b", "the end of the path, 'b', is not among the answers"),
        (NLPCC, "<question id=5>", "expected a <question id=N> with text"),
        (NLPCC, "<question id=5>\t?\n<answer id=6>\tx", "the same N in its lines"),
        (NLPCC, "<question id=5>\t?\n<answer id=5>\tx\n<answer id=5>\ty", "'<answer id=5>\\ty': expected one"),
        (NLPCC, "<question id=5>\t?\n<triple id=5>\ta ||| b", "'a ||| b' is not subject ||| relation ||| object"),
        (NLPCC, "<question id=5>\t?\nwords", "'words': expected one <question id=N>"),
    ],
)
def test_a_malformed_line(format: DatasetFormat, line: str, message: str, tmp_path: Path) -> None:  # noqa: A002
    good = {
        METAQA: "films of [Eve]\tZ\n",
        PATHQUESTION: "good ?\tb(b/)\ta#r#b\n",
        NLPCC: "<question id=1>\tgood?\n<answer id=1>\tx\n===\n",
    }[format]
    path = write(tmp_path / "set.txt", f"{good}\n{line}\n{good.replace('1', '9')}")
    with pytest.raises(QuestionsFileError) as error:
        convert(path, format)
    assert str(error.value).startswith(f"{path}:")
    assert message in str(error.value)
    assert "on_error='skip', or --on-error skip" in str(error.value)
    converted = convert(path, format, on_error="skip")
    assert len(converted.records) == 2
    assert len(converted.skipped) == 1
    assert message in converted.skipped[0]


def test_the_line_of_a_malformed_line(tmp_path: Path) -> None:
    path = write(tmp_path / "set.txt", "a [b]\tc\n\nbad\nbad\n")
    skipped = convert(path, METAQA, on_error="skip").skipped
    assert [message.split(": ")[0] for message in skipped] == [f"{path}:3", f"{path}:4"]


def test_a_line_that_is_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "set.txt"
    path.write_bytes(b"a [b]\tc\n" + b"\xff [b]\tc\n" + "é [b]\tc\n".encode())
    with pytest.raises(QuestionsFileError, match=r"set\.txt:2: not UTF-8"):
        convert(path, METAQA)
    assert [r["question"] for r in convert(path, METAQA, on_error="skip").records] == ["a b", "é b"]


def test_nothing_left(tmp_path: Path) -> None:
    path = write(tmp_path / "set.txt", "bad\nworse\n")
    with pytest.raises(
        QuestionsFileError, match=r"no question in the form of metaqa \(2 malformed: .*set\.txt:1: 1 cells"
    ):
        convert(path, METAQA, on_error="skip")


# -- MetaQA -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("folder", "hops"),
    [("1-hop", 1), ("3-hop/vanilla", 3), ("2hop", 2), ("Hop", None), ("12-hop", None), ("2-hopping", None)],
)
def test_hops_from_the_folder(folder: str, hops: int | None, tmp_path: Path) -> None:
    converted = convert(write(tmp_path / folder / "qa_test.txt", "a [b]\tc\n"), METAQA)
    assert converted.records[0].get("hops") == hops
    assert converted.records[0]["id"] == (f"{hops}h-test-0" if hops else "test-0")
    unknown = "questions without a number of hops, as neither a folder such as 2-hop nor a file of types tells it: 1"
    assert converted.notes == (() if hops else (unknown,))


@pytest.mark.parametrize("places", [("qa_dev.txt", "qa_dev_qtype.txt"), ("ntm/qa_dev.txt", "qa_dev_qtype.txt")])
def test_types_are_tags_and_tell_hops(places: tuple[str, str], tmp_path: Path) -> None:
    path = write(tmp_path / places[0], "a [b]\tc\nbad\nd [e]\tf\n")
    write(tmp_path / places[1], "actor_to_movie_to_year\nactor_to_movie\nmovie_to_year\n")
    converted = convert(path, METAQA, on_error="skip")
    assert [(r["tags"], r["hops"]) for r in converted.records] == [
        (["actor_to_movie_to_year"], 2),
        (["movie_to_year"], 1),
    ]


def test_a_file_of_types_of_another_length(tmp_path: Path) -> None:
    path = write(tmp_path / "dev.txt", "a [b]\tc\n")
    write(tmp_path / "qa_dev_qtype.txt", "x_to_y\nx_to_y\n")
    with pytest.raises(QuestionsFileError, match=r"has 2 lines and .*dev\.txt has 1"):
        convert(path, METAQA, on_error="skip")


def test_the_marks_are_not_in_the_record(tmp_path: Path) -> None:
    record = convert(write(tmp_path / "qa_dev.txt", "films of [Ann]\tX\n"), METAQA).records[0]
    assert not any("[" in str(value) for key, value in record.items() if key not in ("answers", "topic"))


def test_the_graphs_of_originals_load(tmp_path: Path) -> None:
    metaqa = KnowledgeGraph.load(write(tmp_path / "kb.txt", "Dot|release_year|1999\nDot|directed_by|Bo Ek\n"))
    path = KnowledgeGraph.load(write(tmp_path / "2H-kb.txt", "ann\tchildren\tbob\nbob\tplace\tbonn\n"))
    assert {(t.subject, t.predicate) for t in metaqa.to_triples()} == {("Dot", "release_year"), ("Dot", "directed_by")}
    assert {(t.subject, t.predicate, t.object) for t in path.to_triples()} == {
        ("ann", "children", "bob"),
        ("bob", "place", "bonn"),
    }


# -- whatever the names -------------------------------------------------------------------------

NAMES = st.text(st.characters(codec="utf-8", exclude_characters="<#/|[]", exclude_categories=["Cc", "Zs", "Zl", "Zp"]))
NAME = NAMES.filter(bool)


@given(st.lists(NAME, min_size=3, max_size=9).filter(lambda names: len(names) % 2 == 1), st.lists(NAME), st.booleans())
def test_a_path_question_comes_back(path: list[str], others: list[str], is_large: bool) -> None:
    answers = [*others, path[-1]]
    end = "" if is_large else f"#<end>#{path[-1]}"
    line = f"who ?\t{path[-1]}({''.join(f'{a}/' for a in answers)})\t{'#'.join(path)}{end}\n"
    with TemporaryDirectory() as folder:
        record = convert(write(Path(folder) / "PQ.txt", line), PATHQUESTION).records[0]
    assert (record["path"], record["hops"], record["topic"]) == (path, (len(path) - 1) // 2, [path[0]])
    assert record["answers"] == sorted(set(answers), key=answers.index)


@given(NAME, NAMES, NAMES, st.lists(NAME, min_size=1))
def test_a_metaqa_question_comes_back(topic: str, before: str, after: str, answers: list[str]) -> None:
    line = f"q{before}[{topic}]{after}\t{'|'.join(answers)}\n"
    with TemporaryDirectory() as folder:
        record = convert(write(Path(folder) / "qa_dev.txt", line), METAQA).records[0]
    assert (record["question"], record["topic"]) == (f"q{before}{topic}{after}", [topic])
    assert record["answers"] == sorted(set(answers), key=answers.index)
