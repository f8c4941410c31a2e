"""Marking candidates by what they yield: against sets worked out by hand, and examples to disk and back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kgqa.errors import QuestionsFileError
from kgqa.evaluation import Gold, Question, QuestionSet
from kgqa.evaluation.questions import UNANSWERABLE
from kgqa.program import execute
from kgqa.program.algebra import Entities, Follow, Step
from kgqa.retrieval.contract import Candidate
from kgqa.training.batches import Sampler, collate, right_candidates, whole
from kgqa.training.calibrating import unanswerable
from kgqa.training.examples import Example, Marker, collect, gold_relations, read_examples, write_examples
from tests.retrieval.toy import films
from tests.training.toy import ToySystem

GRAPH = films()


def example(question: str, *answers: str, path: tuple[str, ...] = ()) -> Example:
    asked = QuestionSet((Question("q", question),), {"q": Gold(answers, path=path)})
    return next(iter(collect("films", ToySystem(GRAPH), asked)))


def found(one: Example, *texts: str) -> float:
    """The F1 of the candidate with these tokens."""
    return next(c.f1 for c in one.candidates if tuple(t.text for t in c.tokens if t.text) == texts)


def test_candidates_are_marked_by_their_results() -> None:
    one = example("Who is the star of Alpha?", "Lee", "Moon")
    assert found(one, "Film", "star", "Person") == 1.0
    # {Kim} shares nothing with {Lee, Moon}.
    assert found(one, "Film", "director", "Person") == 0.0
    partly = example("Who is the star of Alpha?", "Lee", "Yoon", "Park")
    # One of two is right and one of three is found: 2 * 1/2 * 1/3 / (1/2 + 1/3).
    assert found(partly, "Film", "star", "Person") == pytest.approx(0.4)


def test_what_the_question_names_is_not_held_against_a_candidate() -> None:
    genre, alpha = GRAPH.find_relation("genre"), Entities((GRAPH.find("Alpha"),))
    alike = Follow(Follow(alpha, Step(genre)), Step(genre, inverse=True))
    candidate = Candidate(alike, (), 0.0, nodes=execute(alike, GRAPH).nodes)
    marker = Marker(GRAPH)

    def f1(*gold: str) -> float:
        return marker.mark([candidate], Gold(gold))[0][0]

    assert f1("Gamma", "Delta") == 1.0
    assert f1("Alpha", "Gamma", "Delta") == 1.0
    assert f1("Gamma") == pytest.approx(2 / 3)
    assert f1("Beta") == 0.0


def test_finding_nothing_is_right_only_where_the_answer_is_none() -> None:
    star, lee = GRAPH.find_relation("star"), Entities((GRAPH.find("Lee"),))
    nothing = Follow(lee, Step(star))
    candidate = Candidate(nothing, (), 0.0, nodes=execute(nothing, GRAPH).nodes)
    assert not len(candidate.nodes if candidate.nodes is not None else "?")
    for gold, f1 in ((Gold(()), 1.0), (Gold(("Alpha",)), 0.0), (Gold((), tags=(UNANSWERABLE,)), 0.0)):
        assert Marker(GRAPH).mark([candidate], gold)[0][:2] == (f1, False)


def test_numbers_and_truth_values_are_marked_by_their_text() -> None:
    assert example("How many films star Lee?", "3").best == 1.0
    assert found(example("How many films star Lee?", "3"), "Person", "star", "number") == 1.0
    assert found(example("How many films star Lee?", "5"), "Person", "star", "number") == 0.0


def test_a_right_result_by_other_relations_is_spurious() -> None:
    straight = example("Who is the director of Alpha?", "Kim", path=("Alpha", "director", "Kim"))
    assert next(c.spurious for c in straight.candidates if c.f1 == 1.0) is False
    crooked = example("Who is the director of Alpha?", "Kim", path=("Alpha", "star", "Kim"))
    assert all(c.spurious for c in crooked.candidates if c.f1 == 1.0)
    # A spurious candidate counts only where there is no other.
    assert any(right_candidates(crooked))


def test_paths_come_as_triples_or_in_turn() -> None:
    assert gold_relations(("a", "s", "b", "r", "c", "s", "a")) == ("r", "s", "s")
    assert gold_relations((("a", "r", "b"), ("b", "s", "c"))) == ("r", "s")
    assert gold_relations(()) == ()


def test_examples_come_back_from_disk(tmp_path: Path) -> None:
    examples = [example("Who is the director of Alpha?", "Kim"), example("How many films star Lee?", "3")]
    assert write_examples(tmp_path / "e.jsonl", examples) == 2
    assert read_examples(tmp_path / "e.jsonl") == examples
    (tmp_path / "e.jsonl").write_text('{"id": 1}\n', encoding="utf-8")
    with pytest.raises(QuestionsFileError, match=r"e.jsonl:1"):
        read_examples(tmp_path / "e.jsonl")


def test_a_batch_says_whose_candidates_they_are() -> None:
    examples = [example("Who is the director of Alpha?", "Kim"), example("How many films star Lee?", "3")]
    rows, targets = collate([whole(one) for one in examples])
    assert targets.owner.tolist() == [i for i, one in enumerate(examples) for _ in one.candidates]
    assert targets.right.tolist() == [c.f1 == 1.0 for one in examples for c in one.candidates]
    assert [rows.questions[i].text for i in targets.lead] == ["Who is the director of X?", "How many films star X?"]


def test_draws_repeat_and_hold_a_right_candidate() -> None:
    examples = [example("Who is the director of Alpha?", "Kim"), example("How many films star Lee?", "3")]
    sampler = Sampler({"films": examples}, batch=2, candidates=3, unanswerable=0.0, seed=1)
    one, again = collate(sampler.draw(7)), collate(sampler.draw(7))
    assert one[0].programs == again[0].programs
    assert set(one[1].owner[one[1].right].tolist()) == {0, 1}
    assert max(one[1].owner.tolist().count(i) for i in (0, 1)) <= 3


def test_an_unanswerable_question_has_nothing_right_left() -> None:
    one = example("Who is the director of Alpha?", "Kim")
    director = GRAPH.find_relation("director")
    left = unanswerable(one)
    assert left is not None
    assert left.candidates
    assert all(director not in c.relations and c.f1 < 1.0 for c in left.candidates)
    assert len(left.candidates) < len(one.candidates)
    assert unanswerable(replace(one, candidates=one.candidates[:0])) is None
    sampler = Sampler({"films": [one]}, batch=1, candidates=8, unanswerable=0.999, seed=1)
    assert not collate(sampler.draw(0))[1].right.any()


def test_scores_of_nothing_are_no_example() -> None:
    asked = QuestionSet((Question("q", "What is this?"),), {"q": Gold(("Kim",))})
    assert list(collect("films", ToySystem(GRAPH), asked)) == []
