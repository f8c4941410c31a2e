"""Programs and the sets beside them never disagree, whatever the graph and the question."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kgqa.graph import KnowledgeGraph
from kgqa.program import check
from kgqa.program.algebra import Contains, Count, Yields
from kgqa.retrieval.contract import Candidate, Retrieval
from tests.retrieval.toy import Lab, build, executed, family, films, inner

CLASSES = {"films": "Film", "film": "Film", "person": "Person", "people": "Person"}
FILMS = Lab(films(), names=CLASSES)
FAMILY = Lab(family())
QUESTIONS = [
    (FAMILY, "What is the country of Anna's mother's birthplace?"),
    (FAMILY, "安娜的母亲的出生地的国家"),
    (FAMILY, "Is Lund the birthplace of Anna's mother?"),
    (FAMILY, "How many people have the same mother as Erik?"),
    (FAMILY, "Anna Beata Carl Dora Erik"),
    (FILMS, "Which films by director Kim star Lee?"),
    (FILMS, "films with director Kim, star Yoon and genre drama released in 2011"),
    (FILMS, "How many films share a director with Alpha?"),
    (FILMS, "Is Kim a person?"),
    (FILMS, "When were the films with Lee released?"),
    (FILMS, "Which person was born on 1960-05-01?"),
    (FILMS, "2004 2004 films film person 107"),
]
NAMES = ("Ada", "Bob", "Cyd", "_:x", "_:y", "Red", "Blue")
RELATIONS = ("likes", "owns", "colour")
WORDS = (
    "who",
    "what",
    "is",
    "how many",
    "the",
    "of",
    "'s",
    "and",
    "same",
    "other",
    "by",
    "吗",
    "的",
    "largest",
    "smaller than",
    "the most",
    "more than 3",
    "between 3 and 7",
    "average",
    "each",
    "or",
    "both",
    "related",
    "any",
    "not",
    "没有",
    "比",
    "大",
    *RELATIONS,
)
FACTS = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(RELATIONS), st.sampled_from(NAMES)), min_size=1, max_size=14
)
VALUES = st.lists(
    st.tuples(st.sampled_from(NAMES), st.just("size"), st.sampled_from(("3", "7")), st.just("integer")), max_size=4
)
TYPES = st.fixed_dictionaries({"Person": st.lists(st.sampled_from(NAMES), max_size=4).map(tuple)})
TEXTS = st.lists(st.sampled_from((*NAMES, *WORDS, "Person", "3", "size")), min_size=1, max_size=9).map(" ".join)


def assert_grounded(retrieval: Retrieval, graph: KnowledgeGraph) -> None:
    for candidate in retrieval.candidates:
        check(candidate.program, graph)
        assert candidate.nodes is not None
        assert candidate.nodes.dtype == np.int32
        assert not candidate.truncated
        if inner(candidate.program).yields is Yields.NODES:
            assert candidate.nodes.tolist() == executed(candidate.program, graph)


def key(candidate: Candidate, graph: KnowledgeGraph) -> tuple[object, ...]:
    """What a candidate answers: its operator, whom it asks about, and its set."""
    program = candidate.program
    asked = program.right if isinstance(program, Contains) else None
    operator = type(program) if isinstance(program, Contains | Count) else None
    same = inner(program) if inner(program).yields is not Yields.NODES else tuple(executed(program, graph))
    return operator, asked, same


@pytest.mark.parametrize(("lab", "question"), QUESTIONS, ids=[question for _, question in QUESTIONS])
def test_programs_give_the_sets_beside_them(lab: Lab, question: str) -> None:
    retrieval = lab.ask(question)
    assert retrieval.candidates
    assert_grounded(retrieval, lab.graph)


def assert_distinct(retrieval: Retrieval, graph: KnowledgeGraph) -> None:
    """Of candidates that come to the same, each explains more words; nothing is found in many ways."""
    words: dict[object, int] = {}
    for candidate in retrieval.candidates:
        said, own = candidate.used.bit_count(), key(candidate, graph)
        if candidate.program.yields is Yields.NODES and not executed(candidate.program, graph):
            own = (candidate.program,)
        assert said > words.get(own, -1)
        words[own] = said


@pytest.mark.parametrize(("lab", "question"), QUESTIONS, ids=[question for _, question in QUESTIONS])
def test_candidates_answer_differently(lab: Lab, question: str) -> None:
    assert_distinct(lab.ask(question), lab.graph)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(facts=FACTS, values=VALUES, types=TYPES, question=TEXTS)
def test_any_question_on_any_graph(
    facts: list[tuple[str, str, str]],
    values: list[tuple[str, str, str, str]],
    types: dict[str, tuple[str, ...]],
    question: str,
) -> None:
    lab = Lab(build(facts, types=types, values=values))
    retrieval = lab.ask(question)
    assert_grounded(retrieval, lab.graph)
    assert_distinct(retrieval, lab.graph)
    for candidate in retrieval.candidates:
        assert 0.0 <= candidate.coverage <= 1.0
        assert -1.0 <= candidate.fit <= 1.0
        assert 0.0 <= candidate.support <= 1.0
        assert candidate.nodes is not None
        assert np.isfinite(candidate.alignment)


@pytest.mark.parametrize(("lab", "question"), QUESTIONS[:4], ids=[question for _, question in QUESTIONS[:4]])
def test_the_same_question_has_the_same_candidates(lab: Lab, question: str) -> None:
    other = Lab(lab.graph, names=lab.names)
    first, again, elsewhere = lab.ask(question), lab.ask(question), other.ask(question)
    assert [c.program for c in first.candidates] == [c.program for c in again.candidates]
    assert [c.program for c in first.candidates] == [c.program for c in elsewhere.candidates]


def test_the_order_of_links_within_a_batch_does_not_leak() -> None:
    questions = [question for lab, question in QUESTIONS if lab is FILMS]
    links = [FILMS.links(question) for question in questions]
    together = FILMS.retriever.retrieve(questions, links)
    alone = [FILMS.ask(question) for question in questions]
    for one, two in zip(together, alone, strict=True):
        assert [(c.program, c.alignment) for c in one.candidates] == [(c.program, c.alignment) for c in two.candidates]
