"""What every linker and every retriever promises, and that none goes untested."""

from __future__ import annotations

import numpy as np
import pytest

from kgqa.linking import HybridLinker, LabelIndex, Linker
from kgqa.program import check
from kgqa.program.algebra import Entities, Having
from kgqa.retrieval.build import build_matcher
from kgqa.retrieval.contract import Candidate, Retriever, strength
from kgqa.retrieval.retriever import GraphRetriever
from kgqa.types import Link, MatchKind, Mention
from tests.contracts.test_reader import implementations
from tests.retrieval.toy import WordEncoder, family

GRAPH = family()
RETRIEVERS = {"GraphRetriever": lambda: GraphRetriever(GRAPH, build_matcher(GRAPH, WordEncoder()))}
LINKERS = {"HybridLinker": lambda: HybridLinker(GRAPH, LabelIndex.from_graph(GRAPH))}
QUESTIONS = (
    "Who is the mother of Anna?",
    "",
    "安娜的母亲的出生地是哪里？",
    "Is Lund the birthplace of Beata?",
    "How many people have the mother Beata?",
    "Anna " * 50,
    '"}] . } DROP ALL',
)


@pytest.fixture(params=RETRIEVERS)
def retriever(request: pytest.FixtureRequest) -> Retriever:
    return RETRIEVERS[request.param]()


@pytest.fixture(params=LINKERS)
def linker(request: pytest.FixtureRequest) -> Linker:
    return LINKERS[request.param]()


def test_every_retriever_and_linker_has_a_case() -> None:
    assert implementations("retrieve", "questions") == set(RETRIEVERS)
    assert implementations("link", "questions") == set(LINKERS)


# -- linkers ------------------------------------------------------------------------------------


def test_links_are_spans_and_nodes(linker: Linker) -> None:
    found = linker.link(QUESTIONS)
    assert len(found) == len(QUESTIONS)
    for question, links in zip(QUESTIONS, found, strict=True):
        assert len({(link.mention, link.node) for link in links}) == len(links)
        for link in links:
            assert link.mention.text == question[link.mention.start : link.mention.end] != ""
            assert 0 <= link.node < GRAPH.n_terms
            assert all(0.0 <= value <= 1.0 for value in (link.score, link.prior, link.string, link.dense))


def test_linking_a_batch_is_linking_one_by_one(linker: Linker) -> None:
    assert linker.link([]) == []
    assert list(linker.link(QUESTIONS)) == [linker.link([question])[0] for question in QUESTIONS]


# -- retrievers ---------------------------------------------------------------------------------


def test_one_retrieval_for_each_question(retriever: Retriever, linker: Linker) -> None:
    links = linker.link(QUESTIONS)
    found = retriever.retrieve(QUESTIONS, links)
    assert [retrieval.question.text for retrieval in found] == list(QUESTIONS)
    for given, retrieval in zip(links, found, strict=True):
        assert set(retrieval.links) <= set(given)
        assert len({link.mention for link in retrieval.links}) == len(retrieval.links)
        for candidate in retrieval.candidates:
            check(candidate.program, GRAPH)
            assert candidate.links or any(isinstance(part, Having) for part in candidate.program.walk())
            assert set(candidate.links) <= set(given)
            assert candidate.nodes is None or candidate.nodes.tolist() == sorted(set(candidate.nodes.tolist()))
            assert np.isfinite([candidate.alignment, candidate.coverage, candidate.fit, candidate.support]).all()


def test_retrieving_a_batch_is_retrieving_one_by_one(retriever: Retriever, linker: Linker) -> None:
    links = linker.link(QUESTIONS)
    together = retriever.retrieve(QUESTIONS, links)
    for question, given, one in zip(QUESTIONS, links, together, strict=True):
        alone = retriever.retrieve([question], [given])[0]
        assert [c.program for c in alone.candidates] == [c.program for c in one.candidates]
    assert retriever.retrieve([], []) == []


def test_questions_and_links_must_pair(retriever: Retriever) -> None:
    with pytest.raises(ValueError, match="zip"):
        retriever.retrieve(["Who is the mother of Anna?"], [])


def test_nothing_linked_retrieves_nothing(retriever: Retriever) -> None:
    assert retriever.retrieve(["Who is the mother of Anna?"], [()])[0].candidates == ()


# -- what both hand on --------------------------------------------------------------------------


def link(score: float, string: float) -> Link:
    return Link(Mention(0, 1, "A"), 0, score, MatchKind.EXACT, "A", 0.5, string)


def test_a_candidate_is_as_sure_as_its_weakest_link() -> None:
    sure, weak = link(0.9, 1.0), link(0.1, 1.0)
    program = Entities((0,))
    assert Candidate(program, (sure, weak), 0.0).support == strength(weak) < strength(sure) == 1.0
    assert strength(link(0.9, 0.5)) == pytest.approx(0.5)
    assert Candidate(program, (), 0.0).support == 0.0
