"""Work stays within its limits on any graph, and says when a limit was met."""

from __future__ import annotations

from array import array
from dataclasses import replace

import numpy as np
import pytest

from kgqa.config import RetrievalConfig
from kgqa.graph import KnowledgeGraph
from kgqa.graph.build import EdgeBuffer
from kgqa.graph.terms import entity_key
from kgqa.program.algebra import Difference, Follow, Program
from kgqa.retrieval.contract import Retrieval
from tests.retrieval.toy import PATIENT, Lab, build, executed, family, films

SPOKES, FRONTIER = 200_000, 1_000


def hub() -> KnowledgeGraph:
    """One country with very many inhabitants, each with a trade."""
    buffer = EdgeBuffer()
    buffer.origin("toy")
    people = np.array([buffer.intern(entity_key(f"p{i}")) for i in range(SPOKES)], dtype=np.int32)
    trades = np.array([buffer.intern(entity_key(f"trade {i}")) for i in range(50)], dtype=np.int32)
    country, lives, works = (buffer.intern(entity_key(name)) for name in ("Hub", "inhabitant", "trade"))
    for subjects, relation, objects in (
        (np.full(SPOKES, country), lives, people),
        (people, works, trades[np.arange(SPOKES) % len(trades)]),
    ):
        buffer.subjects.frombytes(subjects.astype(np.int32).tobytes())
        buffer.predicates.frombytes(np.full(SPOKES, relation, dtype=np.int32).tobytes())
        buffer.objects.frombytes(objects.astype(np.int32).tobytes())
        buffer.origins.extend(array("i", [0]) * SPOKES)
    buffer.add(entity_key("Hub"), entity_key("capital"), entity_key("Centre"))
    return KnowledgeGraph.from_buffer(buffer)


@pytest.fixture(scope="module")
def hub_lab() -> Lab:
    return Lab(hub(), config=replace(PATIENT, max_frontier=FRONTIER))


def returning(program: Program) -> bool:
    return any(isinstance(part, Difference) for part in program.walk())


def test_sets_of_a_hub_are_cut_and_marked(hub_lab: Lab) -> None:
    retrieval = hub_lab.ask("What is the trade of each inhabitant of Hub?")
    assert retrieval.candidates
    for candidate in retrieval.candidates:
        assert candidate.nodes is not None
        assert len(candidate.nodes) <= FRONTIER
        whole = executed(candidate.program, hub_lab.graph)
        if not candidate.truncated:
            assert candidate.nodes.tolist() == whole
        elif not returning(candidate.program):
            assert set(candidate.nodes.tolist()) <= set(whole)
    wide = [c for c in retrieval.candidates if len(executed(c.program, hub_lab.graph)) > FRONTIER]
    assert wide
    assert all(c.truncated for c in wide)


def test_what_follows_a_cut_set_is_marked_too(hub_lab: Lab) -> None:
    found = hub_lab.ask("What is the trade of each inhabitant of Hub?").candidates
    trades = [c for c in found if hub_lab.ids(c) and all(name.startswith("trade") for name in hub_lab.ids(c))]
    assert trades
    assert all(c.truncated for c in trades)


def test_a_small_fact_of_a_hub_is_found(hub_lab: Lab) -> None:
    first = hub_lab.ask("What is the capital of Hub?").candidates[0]
    assert hub_lab.ids(first) == {"Centre"}
    assert not first.truncated


@pytest.mark.parametrize("budget", [0.0, 1e-6])
def test_an_overrun_budget_is_told(budget: float) -> None:
    lab = Lab(films(), names={"films": "Film"}, config=RetrievalConfig(budget_ms=budget))
    retrieval = lab.ask("films with director Kim and star Lee")
    assert retrieval.overran
    assert len(retrieval.links) == 3


def test_an_ample_budget_is_not_overrun() -> None:
    lab = Lab(films(), config=RetrievalConfig(budget_ms=600_000.0))
    assert not lab.ask("films with director Kim and star Lee").overran


@pytest.mark.parametrize("hops", [1, 2, 3])
def test_paths_are_no_longer_than_allowed(hops: int) -> None:
    lab = Lab(family(), config=replace(PATIENT, max_hops=hops))
    retrieval = lab.ask("What is the country of Anna's mother's mother's birthplace?")
    longest = max(len(part) for part in (_spine(c.program) for c in retrieval.candidates))
    assert longest == hops


def _spine(program: Program) -> list[Program]:
    """The steps of a path, without what differences take off."""
    steps: list[Program] = []
    while isinstance(program, Follow | Difference):
        if isinstance(program, Follow):
            steps.append(program)
        program = program.source if isinstance(program, Follow) else program.left
    return steps


@pytest.mark.parametrize("most", [1, 3, 10])
def test_no_more_programs_than_allowed(most: int) -> None:
    wide = Lab(family()).ask("What is the country of Anna's mother's birthplace?")
    cut = Lab(family(), config=replace(PATIENT, max_programs=most)).ask(wide.question.text)
    assert [c.program for c in cut.candidates] == [c.program for c in wide.candidates[:most]]


def test_a_narrow_beam_still_finds_what_is_said() -> None:
    lab = Lab(family(), config=replace(PATIENT, beam=1))
    assert lab.first("What is the birthplace of Anna's mother?") == {"Lund"}


def test_many_relations_are_no_matter() -> None:
    facts = [("Ada", f"relation{i}", f"thing{i}") for i in range(2_000)] + [("Ada", "shoe size", "big")]
    lab = Lab(build(facts))
    assert lab.first("What is the shoe size of Ada?") == {"big"}


@pytest.mark.parametrize(
    "question", ["", "?", "的", "mother " * 400, "Anna " * 300, "安娜" * 500, "\ud800 Anna", "'s 's 's Anna"]
)
def test_odd_questions_are_answered_in_bounds(question: str) -> None:
    lab = Lab(family())
    retrieval: Retrieval = lab.ask(question)
    assert len(retrieval.candidates) <= RetrievalConfig().max_programs
    assert len(retrieval.links) <= 4


def test_nothing_linked_gives_nothing() -> None:
    lab = Lab(family())
    found = lab.retriever.retrieve(["Who is the mother of Anna?"], [()])[0]
    assert (found.links, found.candidates) == ((), ())


def crowd(count: int) -> KnowledgeGraph:
    films_ = [f"film {i}" for i in range(count)]
    constraints = (("director", "Kim"), ("star", "Lee"), ("genre", "drama"))
    return build([(film, relation, name) for film in films_ for relation, name in constraints])


@pytest.mark.parametrize("question", ["films with director Kim and star Lee", "director Kim, star Lee, genre drama"])
def test_a_cut_set_never_invents(question: str) -> None:
    """What a cut left out is missing; what is there is true."""
    lab = Lab(crowd(200), config=replace(PATIENT, max_frontier=20))
    for candidate in lab.ask(question).candidates:
        assert candidate.nodes is not None
        whole = executed(candidate.program, lab.graph)
        assert set(candidate.nodes.tolist()) <= set(whole)
        assert candidate.truncated or candidate.nodes.tolist() == whole


def test_an_operator_over_a_cut_set_is_cut_too(hub_lab: Lab) -> None:
    for candidate in hub_lab.ask("Which inhabitant of Hub has the most trades?").candidates:
        assert candidate.nodes is not None
        assert len(candidate.nodes) <= FRONTIER
