"""Several mentions: intersections, classes, counts and tests."""

from __future__ import annotations

import pytest

from kgqa.program import execute
from kgqa.program.algebra import Contains, Count, Entities, Follow, Instances, Intersect, OfType, Program, Step
from kgqa.retrieval.combine import Combiner, Topics
from kgqa.retrieval.fit import AnswerFit
from kgqa.retrieval.paths import Path
from kgqa.retrieval.question import QuestionView
from kgqa.retrieval.rules import goes_back
from tests.retrieval.toy import RDF_TYPE, SUBCLASS, Lab, WordEncoder, build, films

FILMS = Lab(films(), names={"films": "Film", "film": "Film", "person": "Person", "people": "Person"})


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Which films by director Kim star Lee?", {"Alpha", "Beta"}),
        ("films with director Kim and star Yoon", {"Delta"}),
        ("films with genre drama and star Lee", {"Alpha", "Gamma"}),
        ("films with star Lee released in 2004", {"Beta", "Gamma"}),
    ],
)
def test_two_mentions_must_both_hold(question: str, found: set[str]) -> None:
    assert FILMS.first(question) == found
    assert len(FILMS.ask(question).candidates[0].links) >= 2


def test_a_class_cuts_a_set() -> None:
    graph = build(
        [("Aral", "flows_into", "Nile"), ("Blue", "flows_into", "Nile"), ("Town", "flows_into", "Nile")],
        types={"River": ("Aral", "Blue"), "City": ("Town",)},
    )
    lab = Lab(graph, names={"rivers": "River", "cities": "City"})
    assert lab.first("Which rivers flows into Nile?") == {"Aral", "Blue"}
    assert lab.first("Which cities flows into Nile?") == {"Town"}
    program = lab.ask("Which rivers flows into Nile?").candidates[0].program
    assert isinstance(program, OfType)
    assert graph.id(program.node_class) == "River"


def test_subclasses_belong_to_a_class() -> None:
    facts = [("Aral", "flows_into", "Nile"), ("Brook", "flows_into", "Nile"), ("Town", "flows_into", "Nile")]
    facts += [("Stream", SUBCLASS, "River"), ("Brook", RDF_TYPE, "Stream"), ("River", SUBCLASS, "Stream")]
    lab = Lab(build(facts, types={"River": ("Aral",), "City": ("Town",)}), names={"rivers": "River"})
    assert lab.first("Which rivers flows into Nile?") == {"Aral", "Brook"}


def test_a_class_alone_is_its_members() -> None:
    first = FILMS.ask("List all films").candidates[0]
    assert isinstance(first.program, Instances)
    assert FILMS.ids(first) == {"Alpha", "Beta", "Gamma", "Delta"}


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("How many films have director Kim?", 3),
        ("How many films are there?", 4),
        ("How many films with genre drama and star Lee are there?", 2),
    ],
)
def test_counts(question: str, number: int) -> None:
    program = FILMS.ask(question).candidates[0].program
    assert isinstance(program, Count)
    assert execute(program, FILMS.graph).number == number


def test_nothing_is_counted_unasked() -> None:
    for question in ("Which films have director Kim?", "films with star Lee", "Is Kim a person?"):
        assert not [c for c in FILMS.ask(question).candidates if isinstance(c.program, Count)]


@pytest.mark.parametrize(
    ("question", "truth"),
    [
        ("Is Kim the director of Alpha?", True),
        ("Is Park the director of Alpha?", False),
        ("Is Kim a person?", True),
        ("Is Kim a film?", False),
        ("Was Seoul the birthplace of the director of Alpha?", True),
        ("Was Busan the birthplace of the director of Alpha?", False),
    ],
)
def test_yes_and_no(question: str, truth: bool) -> None:
    program = FILMS.ask(question).candidates[0].program
    assert isinstance(program, Contains)
    assert execute(program, FILMS.graph).boolean is truth


def test_nothing_is_tested_unasked() -> None:
    for question in ("Which films by director Kim star Lee?", "How many films have director Kim?"):
        assert not [c for c in FILMS.ask(question).candidates if isinstance(c.program, Contains)]


def test_links_of_a_candidate_are_links_of_the_question() -> None:
    question = "Which films by director Kim star Lee?"
    given = FILMS.links(question)
    for candidate in FILMS.ask(question).candidates:
        assert candidate.links
        assert set(candidate.links) <= set(given)


THREE = (
    *((film, "director", "Kim") for film in ("Alpha", "Beta", "Gamma")),
    *((film, "star", "Lee") for film in ("Alpha", "Beta", "Delta")),
    *((film, "genre", "drama") for film in ("Alpha", "Gamma", "Delta")),
)


@pytest.mark.parametrize(
    "question",
    [
        "films with director Kim, star Lee and genre drama",
        "Which film has director Kim, star Lee and genre drama?",
    ],
)
def test_three_mentions_must_all_hold(question: str) -> None:
    """No two of the constraints leave Alpha alone."""
    assert {"Alpha"} in Lab(build(THREE)).sets(question)


def test_what_is_built_of_cut_sets_is_marked() -> None:
    graph = build(THREE)
    text = "films with director Kim, star Lee and genre drama"
    links = Lab(graph).links(text)
    paths = []
    for link, relation in zip(links, ("director", "star", "genre"), strict=True):
        step = Step(graph.find_relation(relation), inverse=True)
        program = Follow(Entities((link.node,)), step)
        paths.append([Path(link, (step,), 0.5, 0, program, execute(program, graph).nodes, truncated=True)])
    topics = Topics(tuple((link,) for link in links), ())
    combiner = Combiner(graph, AnswerFit(graph, WordEncoder()))
    found = combiner.combine(QuestionView(text), topics, paths)
    assert all(candidate.truncated for candidate in found)


OUT, BACK = Step(1), Step(1, inverse=True)
LEFT, RIGHT = Follow(Entities((0,)), OUT), Follow(Entities((1,)), OUT)


@pytest.mark.parametrize(
    ("source", "step", "back"),
    [
        (LEFT, BACK, True),
        (LEFT, OUT, False),
        (Intersect(LEFT, RIGHT), BACK, True),
        (Intersect(LEFT, Instances(2)), BACK, False),
        (OfType(Intersect(LEFT, RIGHT), 2), BACK, True),
        (Intersect(LEFT, Follow(Entities((1,)), Step(2))), BACK, False),
    ],
)
def test_a_step_goes_back_along_the_one_that_led_to_a_set(source: Program, step: Step, back: bool) -> None:
    assert goes_back(source, step) is back
