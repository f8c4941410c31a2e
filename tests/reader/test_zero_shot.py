"""The reader without training: what evidence does to scores, and how much it encodes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from kgqa.embedding import Progress, TextKind
from kgqa.program.algebra import Contains, Count, Entities, Follow, Instances, Intersect, OfType, Step
from kgqa.reader import ReaderCandidate, ReaderInput, ZeroShotReader, ZeroShotWeights
from kgqa.retrieval.gist import gist
from tests.retrieval.toy import WordEncoder, family, films

PLAIN = ReaderCandidate("mother", alignment=0.5, coverage=0.5, fit=0.0, support=1.0)
QUESTION = "Who is the mother of Anna?"


class CountingEncoder(WordEncoder):
    """Remembers what it was asked to encode."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def encode(
        self, texts: Sequence[str], *, kind: TextKind = TextKind.PASSAGE, on_progress: Progress | None = None
    ) -> NDArray[np.float32]:
        self.seen.extend(texts)
        return super().encode(texts, kind=kind)


def scores(*candidates: ReaderCandidate, reader: ZeroShotReader | None = None) -> list[float]:
    reader = reader or ZeroShotReader(WordEncoder())
    found: list[float] = reader.read([ReaderInput(QUESTION, candidates)])[0].scores.tolist()
    return found


@pytest.mark.parametrize(
    "better",
    [replace(PLAIN, alignment=0.9), replace(PLAIN, coverage=0.9), replace(PLAIN, fit=0.9)],
    ids=["alignment", "coverage", "fit"],
)
def test_more_evidence_scores_more(better: ReaderCandidate) -> None:
    low, high = scores(PLAIN, better)
    assert high > low


def test_words_of_the_question_score_more() -> None:
    said, unsaid = scores(PLAIN, replace(PLAIN, words="birthplace"))
    assert said > unsaid


def test_without_the_cosine_evidence_is_all() -> None:
    reader = ZeroShotReader(WordEncoder(), weights=ZeroShotWeights(cosine=0.0))
    said, unsaid = scores(PLAIN, replace(PLAIN, words="birthplace"), reader=reader)
    assert said == unsaid


def test_only_a_shortlist_is_encoded() -> None:
    encoder = CountingEncoder()
    many = [replace(PLAIN, words=f"relation {i}", alignment=-i / 10) for i in range(20)]
    found = scores(*many, reader=ZeroShotReader(encoder, shortlist=3))
    assert encoder.seen == [QUESTION, "relation 0", "relation 1", "relation 2"]
    assert found == sorted(found, reverse=True)
    assert found[3:] == pytest.approx([found[3] - i / 10 for i in range(17)], abs=1e-5)


def test_the_shortlist_is_the_best_wherever_they_stand() -> None:
    encoder = CountingEncoder()
    many = [replace(PLAIN, words=f"relation {i}", alignment=i / 10) for i in range(6)]
    scores(*many, reader=ZeroShotReader(encoder, shortlist=2))
    assert set(encoder.seen) == {QUESTION, "relation 5", "relation 4"}


def test_the_none_score_is_what_it_is_set_to() -> None:
    reader = ZeroShotReader(WordEncoder(), weights=ZeroShotWeights(none=0.75))
    assert reader.read([ReaderInput(QUESTION, (PLAIN,))])[0].none_score == 0.75


def test_gists_name_relations_and_classes_last_step_first() -> None:
    graph = films()
    film, person = graph.find("Film"), graph.find("Person")
    director, born = Step(graph.find_relation("director")), Step(graph.find_relation("born"))
    alpha = Entities((graph.find("Alpha"),))
    path = Follow(Follow(alpha, director), born)
    assert gist(path, graph) == "born director"
    assert gist(OfType(Follow(alpha, director), person), graph) == "Person director"
    assert gist(Count(Instances(film)), graph) == "how many Film"
    assert gist(Count(Instances(film)), graph, "zh") == "多少 Film"
    assert gist(Contains(Follow(alpha, director), alpha), graph).split() == ["whether", "director"]
    assert gist(Intersect(path, Follow(alpha, director)), graph).split() == ["born", "director", "director"]


def test_gists_speak_the_language_asked() -> None:
    graph = family()
    path = Follow(Entities((graph.find("Anna"),)), Step(graph.find_relation("mother")))
    assert (gist(path, graph, "en"), gist(path, graph, "zh")) == ("mother", "母亲")
