"""Nodes without a name between the facts: they are told by their neighbours, and their other facts are shown."""

from __future__ import annotations

import numpy as np
import pytest

from kgqa import KnowledgeGraph
from kgqa.answer_json import answer_to_json
from kgqa.answering import AnswerBuilder, Reading
from kgqa.calibration import Calibrations
from kgqa.config import AnswerConfig
from kgqa.program import algebra as a
from kgqa.program import context, shown_label
from kgqa.reader import ReaderCandidate, ReaderInput, ReaderOutput
from kgqa.retrieval.contract import Candidate, Retrieval
from kgqa.retrieval.question import QuestionView
from kgqa.types import Answer, Link, MatchKind, Mention

E = "http://example.org/"
TURTLE = f"""
@prefix : <{E}> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
:google rdfs:label "Google"@en, "谷歌"@zh ; :leadership _:ceo, _:chair .
_:ceo a :Post ; :person :eric ; :role :chief ; :since "2001"^^xsd:gYear ; :until "2011"^^xsd:gYear .
_:chair a :Post ; :person :eric ; :role :chairman ; :until "2018-01-02"^^xsd:date .
:eric rdfs:label "Eric Schmidt" . :chief rdfs:label "chief executive" . :chairman rdfs:label "chairman" .
:Post rdfs:label "post" .
:parcel rdfs:label "Parcel" ; :holds _:outer . _:outer :holds _:inner . _:inner :holds :letter .
:letter rdfs:label "Letter" .
:void rdfs:label "Void" ; :bare _:alone . _:alone a :Post .
"""
FREEBASE = [
    ("Google", "organization.leadership", "m.0abc1"),
    ("m.0abc1", "leadership.person", "Eric Schmidt"),
    ("m.0abc1", "leadership.role", "CEO"),
    ("m.0abc1", "leadership.from", "2001"),
    ("m.0abc2", "leadership.from", "2013"),
    ("Alphabet", "organization.leadership", "m.0abc2"),
    ("m.0abc2", "leadership.person", "Larry Page"),
    ("Larry Page", "people.born", "Lansing"),
    ("Eric Schmidt", "people.born", "Falls Church"),
    ("Google", "organization.city", "Mountain View"),
]


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeGraph:
    path = tmp_path_factory.mktemp("blank") / "posts.ttl"
    path.write_text(TURTLE, encoding="utf-8")
    return KnowledgeGraph.load(path)


@pytest.fixture(scope="module")
def freebase() -> KnowledgeGraph:
    return KnowledgeGraph.load(FREEBASE)


def step(graph: KnowledgeGraph, relation: str, *, inverse: bool = False) -> a.Step:
    return a.Step(graph.find_relation(relation), inverse)


def follow(graph: KnowledgeGraph, start: str, *relations: str) -> a.Program:
    """The program that walks from a node along relations."""
    program: a.Program = a.Entities((graph.find(start),))
    for relation in relations:
        program = a.Follow(program, a.Step(graph.find_relation(relation)))
    return program


def answer(graph: KnowledgeGraph, program: a.Program, **limits: int) -> Answer:
    """What is shown for a program, whatever was asked."""
    link = Link(Mention(0, 3, "who"), 0, 1.0, MatchKind.EXACT, "Google", string=1.0)
    retrieval = Retrieval(QuestionView("who led it?"), (link,), (Candidate(program, (link,), 1.0, 1.0),))
    seen = ReaderInput("who led it?", (ReaderCandidate("led", 1.0, 1.0, 0.0, 1.0),))
    config = AnswerConfig(abstain_below=0.0, **limits)
    reading = Reading(retrieval, seen, ReaderOutput(np.array([5.0], dtype=np.float32), 0.0))
    return AnswerBuilder(graph, config, Calibrations()).build(reading)


def facts(shown: Answer, *, is_context: bool) -> set[tuple[str, str, str]]:
    return {(e.subject, e.predicate, e.object) for e in shown.evidence if e.context is is_context}


@pytest.mark.parametrize(
    ("node", "language", "told"),
    [
        ("_:ceo", "", "2001–2011: Google, Eric Schmidt, chief executive"),
        ("_:ceo", "zh", "2001–2011: 谷歌, Eric Schmidt, chief executive"),
        ("_:chair", "", "2018-01-02: Google, Eric Schmidt, chairman"),
        ("_:inner", "", "…: Letter"),
        ("_:alone", "", "post: Void"),
        (f"{E}google", "", "Google"),
    ],
)
def test_a_blank_node_is_told_by_its_neighbours(blank: KnowledgeGraph, node: str, language: str, told: str) -> None:
    assert shown_label(blank, blank.find(node), language) == told


def test_a_freebase_node_is_told_by_its_neighbours(freebase: KnowledgeGraph) -> None:
    assert shown_label(freebase, freebase.find("m.0abc1")) == "2001: Google, Eric Schmidt, CEO"


def test_ids_stay_where_they_are_all_the_names_there_are() -> None:
    graph = KnowledgeGraph.load([("m.0aa", "p", "m.0bb"), ("m.0bb", "p", "m.0cc")])
    assert shown_label(graph, graph.find("m.0bb")) == "m.0bb"


def test_a_description_is_short_and_on_one_line() -> None:
    long = "a name\nthat does not end " * 9
    graph = KnowledgeGraph.load([("_:x", f"p{i}", f"{i}{long}") for i in range(9)] + [("_:x", "p", "q")])
    told = shown_label(graph, graph.find("_:x"))
    assert "\n" not in told
    assert len(told) < 180


def test_values_are_described_and_their_facts_shown(blank: KnowledgeGraph) -> None:
    shown = answer(blank, follow(blank, f"{E}google", f"{E}leadership"))
    assert {v.id: v.label for v in shown.values} == {
        "_:ceo": "2001–2011: Google, Eric Schmidt, chief executive",
        "_:chair": "2018-01-02: Google, Eric Schmidt, chairman",
    }
    assert facts(shown, is_context=False) == {
        (f"{E}google", f"{E}leadership", "_:ceo"),
        (f"{E}google", f"{E}leadership", "_:chair"),
    }
    others = facts(shown, is_context=True)
    assert {
        ("_:ceo", f"{E}since", "2001"),
        ("_:ceo", f"{E}until", "2011"),
        ("_:chair", f"{E}role", f"{E}chairman"),
    } <= others
    assert not any(label.startswith("_:") for e in shown.evidence for label in (e.subject_label, e.object_label))


def test_a_path_through_a_mediator_shows_both_edges_then_the_qualifiers(freebase: KnowledgeGraph) -> None:
    shown = answer(freebase, follow(freebase, "Google", "organization.leadership", "leadership.person"))
    rows = [(e.subject, e.predicate, e.object, e.context) for e in shown.evidence]
    assert rows == [
        ("Google", "organization.leadership", "m.0abc1", False),
        ("m.0abc1", "leadership.person", "Eric Schmidt", False),
        ("m.0abc1", "leadership.from", "2001", True),
        ("m.0abc1", "leadership.role", "CEO", True),
    ]
    assert answer_to_json(shown)["evidence_context"] == [False, False, True, True]


def test_no_context_without_mediators(freebase: KnowledgeGraph) -> None:
    shown = answer(freebase, follow(freebase, "Google", "organization.city"))
    assert [(e.object, e.context) for e in shown.evidence] == [("Mountain View", False)]


def test_context_is_bounded() -> None:
    graph = KnowledgeGraph.load([("_:x", f"p{i}", f"v{i}-{j}") for i in range(30) for j in range(30)])
    node, relation = graph.find("_:x"), graph.find_relation("p0")
    fact = (node, relation, graph.find("v0-0"))
    found = context(graph, [fact], limit=50)
    assert len(found) == 8
    assert fact not in found
    assert context(graph, [fact], limit=3) == found[:3]
    assert context(graph, [fact], limit=-1) == ()
    shown = answer(graph, a.Follow(a.Entities((node,)), a.Step(relation)), max_evidence=31, max_values=2)
    assert len(shown.evidence) == 31
    assert len(shown.values) == 2
