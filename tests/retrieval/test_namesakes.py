"""Things of one kind and one name: asked about together, unless the question or how well known they are tells."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kgqa import KGQA, KnowledgeGraph
from kgqa.program import execute
from kgqa.program.algebra import Entities, Program
from kgqa.retrieval.namesakes import is_joint
from kgqa.types import AnswerKind, Link
from tests.retrieval.toy import Lab, build

TOWNS = {"S1": "North", "S2": "South", "S3": "North"}
GRAPH = build(
    [(town, "state", state) for town, state in TOWNS.items()],
    types={"Town": (*TOWNS, "Other"), "State": ("North", "South")},
    values=[(town, "population", str(10 + i), "integer") for i, town in enumerate(TOWNS)],
)
LAB = Lab(GRAPH, names={"states": "State", "towns": "Town"})


def links(question: str, *, scores: tuple[float, ...] = (0.6, 0.6, 0.6)) -> tuple[Link, ...]:
    """One mention of the first town stands for all of them."""
    found = LAB.links(question)
    named = next(link for link in found if link.name == "S1")
    group = [replace(named, node=GRAPH.find(t), score=s, name="S") for t, s in zip(TOWNS, scores, strict=True)]
    return (*group, *(link for link in found if link is not named))


def programs(question: str, **given: tuple[float, ...]) -> tuple[Program, ...]:
    found = LAB.retriever.retrieve([question], [links(question, **given)])[0]
    return tuple(candidate.program for candidate in found.candidates)


@pytest.mark.parametrize(
    ("question", "nodes"),
    [("What is the population of S1?", 3), ("Which states are the state of S1?", 2)],
)
def test_all_are_asked_about(question: str, nodes: int) -> None:
    best = programs(question)[0]
    assert len(execute(best, GRAPH).nodes) == nodes
    assert any(isinstance(part, Entities) and len(part.nodes) == len(TOWNS) for part in best.walk())


def test_all_are_counted_together() -> None:
    assert execute(programs("How many states are the state of S1?")[0], GRAPH).number == 2


def test_nobody_means_the_unknown_ones() -> None:
    retrieval = LAB.retriever.retrieve(
        ["What is the population of S1?"], [links("What is the population of S1?", scores=(0.6, 0.4, 0.4))]
    )[0]
    assert not any(is_joint(candidate) for candidate in retrieval.candidates)


def facts() -> KnowledgeGraph:
    towns = {"s1": ("Avon", "north"), "s2": ("Avon", "south"), "s3": ("Exe", "north")}
    found: list[tuple[str, str, object]] = []
    for town, (name, state) in towns.items():
        found += [(town, "rdf:type", "town"), (town, "rdfs:label", name), (town, "state", state)]
    for state in ("north", "south"):
        found.append((state, "rdf:type", "region"))
    found += [("s1", "population", 5), ("s2", "population", 9), ("s3", "population", 7)]
    return KnowledgeGraph.load(found)


@pytest.fixture(scope="module")
def system() -> KGQA:
    return KGQA.from_graph(facts())


def test_all_values_are_answered_and_which_is_meant_is_asked_back(system: KGQA) -> None:
    answer = system.ask("What is the population of Avon?")
    assert answer.kind is not AnswerKind.NONE
    assert {value.value for value in answer.values} == {5, 9}
    assert "the 2 called Avon" in (answer.words or "")
    assert answer.clarification is not None


def test_a_place_behind_a_name_tells_which_is_meant(system: KGQA) -> None:
    assert [value.value for value in system.ask("What is the population of Avon, south?").values] == [9]
