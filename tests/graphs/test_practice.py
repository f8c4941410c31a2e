"""The graphs and questions that a cross-encoder learns from, and those that are held out."""

from __future__ import annotations

from pathlib import Path

import pytest

from kgqa.evaluation import Matching, QuestionSet
from kgqa.evaluation.oracle import NamedNodes
from kgqa.evaluation.questions import UNANSWERABLE
from kgqa.graph import KnowledgeGraph
from kgqa.types import AnswerKind

DATA = Path(__file__).parents[2] / "data"
FOLDERS = sorted((DATA / "practice").iterdir())
HELD_OUT = sorted((DATA / "held_out").iterdir())


def test_no_graph_is_one_that_is_measured_on() -> None:
    assert (len(FOLDERS), len(HELD_OUT)) == (72, 32)
    everyday = [folder.name.rstrip("23") for folder in (DATA / "everyday").iterdir()]
    assert not {folder.name.rstrip("456") for folder in FOLDERS} & {*everyday, *(one.name for one in HELD_OUT)}


@pytest.mark.slow
@pytest.mark.parametrize("folder", [*FOLDERS, *HELD_OUT], ids=lambda folder: folder.name)
def test_answers_are_in_the_graph(folder: Path) -> None:
    (path,) = folder.glob("graph.*")
    split = "train" if folder in FOLDERS else "test"
    graph, asked = KnowledgeGraph.load(path), QuestionSet.read(folder / "questions.jsonl", split=split)
    assert len(asked) == len({question.text for question in asked.questions}) == 80
    assert len({question.language for question in asked.questions}) == 1
    given = {q.id: asked.gold[q.id] for q in asked.questions}
    assert all(bool(gold.answers) is not (UNANSWERABLE in gold.tags) for gold in given.values())
    stated = [
        g for g in given.values() if g.kind in (AnswerKind.ENTITIES, AnswerKind.LITERALS) and "computed" not in g.tags
    ]
    assert len(stated) > 40
    known = NamedNodes(graph, (text for gold in stated for text in gold.answers), Matching.STRICT)
    assert [gold.answers for gold in stated if len(known.of(gold.answers)) < len(gold.answers)] == []
