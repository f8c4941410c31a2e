"""Asking back which entity a name stands for, with the readings and their scores given, and over whole systems."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from rich.console import Console

from kgqa import KGQA
from kgqa.answer_json import answer_from_json, answer_schema, answer_to_json
from kgqa.answering import AnswerBuilder, Reading
from kgqa.calibration import TEMPERATURE, Calibration, Calibrations
from kgqa.config import AnswerConfig, Config, RetrievalConfig
from kgqa.embedding import E5, MINILM, load_encoder
from kgqa.errors import MissingExtraError
from kgqa.graph import KnowledgeGraph
from kgqa.linking import LabelIndex
from kgqa.linking.given import topic_nodes
from kgqa.presentation import answer_view
from kgqa.program import execute
from kgqa.program.algebra import Contains, Count, Entities, Follow, Intersect, Program, Step, Yields
from kgqa.reader import ReaderCandidate, ReaderInput, ReaderOutput
from kgqa.retrieval.contract import Candidate, Retrieval
from kgqa.retrieval.question import QuestionView
from kgqa.types import AbstentionReason, Answer, Clarification, Link, Literal, MatchKind, Mention
from tests.retrieval.toy import RDF_TYPE, RDFS_LABEL, build

QUESTION, CHINESE = "Who is the mayor of Paris?", "巴黎的市长是谁？"
COMMENT = "http://www.w3.org/2000/01/rdf-schema#comment"
SURE, UNSURE = Calibration(bias=20.0), Calibration(bias=-20.0)
FACTS = [
    ("paris_fr", "mayor", "anne"),
    ("paris_tx", "mayor", "bob"),
    ("paris_tn", "mayor", "anne"),
    ("paris_fr", "country", "france"),
    ("paris_tx", "country", "usa"),
    ("paris_tn", "country", "usa"),
    ("hilton", "friend", "bob"),
    ("hilton", "mayor", "carl"),
    ("nowhere", "country", "usa"),
]
CLASSES = {"city": ("paris_fr", "paris_tx", "paris_tn", "nowhere"), "human": ("hilton",)}
LABELS = [
    *((name, "Paris", "en") for name in ("paris_fr", "paris_tx", "paris_tn", "nowhere")),
    ("hilton", "Paris Hilton", "en"),
    ("paris_fr", "巴黎", "zh"),
    ("paris_tx", "巴黎", "zh"),
    ("usa", "United States", "en"),
    ("usa", "美国", "zh"),
    ("france", "France", "en"),
    ("france", "法国", "zh"),
    ("country", "国家", "zh"),
    ("country", "country", "en"),
]
PLACES = build(FACTS, types=CLASSES, labels=LABELS)


@dataclass(frozen=True)
class Named:
    """A reading of the question: the program about one node, and the links that it rests on."""

    program: Program
    links: tuple[Link, ...]
    score: float = 1.0


def link(graph: KnowledgeGraph, name: str, start: int = 20, text: str = "Paris") -> Link:
    return Link(Mention(start, start + len(text), text), graph.find(name), 0.9, MatchKind.EXACT, text, 0.5, 1.0)


def about(name: str, relation: str = "mayor", score: float = 1.0, graph: KnowledgeGraph = PLACES) -> Named:
    step = Step(graph.find_relation(relation))
    return Named(Follow(Entities((graph.find(name),)), step), (link(graph, name),), score)


def answer(
    *readings: Named,
    graph: KnowledgeGraph = PLACES,
    config: AnswerConfig | None = None,
    calibration: Calibration = SURE,
    question: str = QUESTION,
    language: str | None = None,
) -> Answer:
    """The answer when retrieval proposed these readings and the reader scored them so."""
    candidates = tuple(Candidate(r.program, r.links, 0.5, 1.0, nodes=nodes_of(r.program, graph)) for r in readings)
    seen = ReaderInput(question, tuple(ReaderCandidate("", c.alignment, 1.0, 0.0, 1.0) for c in candidates))
    scores = ReaderOutput(np.array([r.score for r in readings], dtype=np.float32), -0.2)
    reading = Reading(Retrieval(QuestionView(question), readings[0].links, candidates), seen, scores)
    return AnswerBuilder(graph, config or AnswerConfig(), Calibrations(calibration)).build(reading, language=language)


def nodes_of(program: Program, graph: KnowledgeGraph) -> np.ndarray[tuple[int], np.dtype[np.int32]] | None:
    return execute(program, graph).nodes if program.yields is Yields.NODES else None


def asked(found: Answer) -> Clarification:
    assert found.clarification is not None
    return found.clarification


def ids(found: Answer) -> list[str]:
    return [option.id for option in found.clarification.options] if found.clarification else []


# -- what is asked ------------------------------------------------------------------------------


def test_a_city_or_a_person() -> None:
    found = asked(answer(about("paris_fr"), about("hilton")))
    assert found.question == "Which “Paris” is meant: Paris (city) or Paris Hilton (human)?"
    assert (found.text, found.start, found.end) == ("Paris", 20, 25)
    assert [(o.id, o.label, o.telling, o.topic) for o in found.options] == [
        ("paris_fr", "Paris", "city", ("paris_fr",)),
        ("hilton", "Paris Hilton", "human", ("hilton",)),
    ]


def test_namesakes_of_one_class_are_told_apart_by_a_fact_that_is_not_asked_about() -> None:
    found = asked(answer(about("paris_fr"), about("paris_tx")))
    assert found.question == "Which “Paris” is meant: Paris (country: France) or Paris (country: United States)?"


def test_the_question_is_in_the_language_of_the_answer() -> None:
    readings = about("paris_fr"), about("paris_tx")
    own = asked(answer(*readings, question=CHINESE))
    wished = asked(answer(*readings, language="zh"))
    assert own.question == wished.question == "“Paris”指的是巴黎（国家：法国）还是巴黎（国家：美国）？"
    assert asked(answer(*readings, question=CHINESE, language="en")).question.startswith("Which “Paris” is meant")


def test_three_are_listed_the_likeliest_first() -> None:
    found = asked(answer(about("paris_fr", score=0.9), about("hilton", score=1.0), about("paris_tx", score=0.95)))
    assert [option.id for option in found.options] == ["hilton", "paris_tx", "paris_fr"]
    assert found.question.count(", ") == found.question.count(" or ") == 1


def test_a_name_that_does_not_stand_in_the_question() -> None:
    unnamed = [Named(r.program, (link(PLACES, PLACES.id(r.links[0].node), text=""),)) for r in PAIR]
    assert asked(answer(*unnamed)).question == "Which one is meant: Paris (city) or Paris Hilton (human)?"


PAIR = (about("paris_fr"), about("hilton"))


@pytest.mark.parametrize(
    ("extra", "labels", "telling"),
    [
        ([("a", RDF_TYPE, "t"), ("b", RDF_TYPE, "u")], [], ["t", "u"]),
        ([("a", RDF_TYPE, "t"), ("b", RDF_TYPE, "t"), ("b", RDF_TYPE, "u")], [], ["mayor: p", "u"]),
        ([("a", "in", "x"), ("b", "in", "y")], [], ["in: x", "in: y"]),
        ([("x", "in", "a"), ("y", "in", "b")], [], ["x: in", "y: in"]),
        ([("a", "in", "x")], [], ["in: x", "mayor: q"]),
        ([("a", "in", "x"), ("b", "in", "x")], [], ["mayor: p", "mayor: q"]),
        ([("a", "in", "x"), ("b", "in", "y")], [("x", "Ox", "en"), ("y", "Ox", "en")], ["mayor: p", "mayor: q"]),
        ([], [("p", "Pat", "en"), ("q", "Pat", "en")], ["a", "b"]),
    ],
)
def test_what_tells_namesakes_apart(
    extra: list[tuple[str, str, str]], labels: list[tuple[str, str, str]], telling: list[str]
) -> None:
    """A class, else a fact, with what is asked about last; the id where the graph says nothing else."""
    names = [("a", "Same", "en"), ("b", "Same", "en"), *labels]
    graph = build([("a", "mayor", "p"), ("b", "mayor", "q"), *extra], labels=names)
    found = answer(about("a", graph=graph), about("b", graph=graph), graph=graph)
    assert [option.telling for option in asked(found).options] == telling


def test_a_description_comes_before_facts() -> None:
    facts = [
        *(("ex:a", "ex:mayor", "ex:p"), ("ex:b", "ex:mayor", "ex:q"), ("ex:a", "ex:in", "ex:x")),
        *((name, RDFS_LABEL, Literal("Same")) for name in ("ex:a", "ex:b")),
        ("ex:a", COMMENT, Literal("港口", language="zh")),
        ("ex:a", COMMENT, Literal("a port", language="en")),
        ("ex:b", COMMENT, Literal("a spa", language="en")),
    ]
    graph = KnowledgeGraph.load(facts)
    pair = (about("ex:a", "ex:mayor", graph=graph), about("ex:b", "ex:mayor", graph=graph))
    assert [option.telling for option in asked(answer(*pair, graph=graph)).options] == ["a port", "a spa"]
    chinese = asked(answer(*pair, graph=graph, language="zh"))
    assert [option.telling for option in chinese.options] == ["港口", "a spa"]


def test_long_names_keep_their_ends() -> None:
    stem = "The results of the general election of the lower house in the year "
    names = [("a", stem + "1922", "en"), ("b", stem + "1923", "en")]
    graph = build([("a", "mayor", "p"), ("b", "mayor", "q")], labels=names)
    found = asked(answer(about("a", graph=graph), about("b", graph=graph), graph=graph))
    assert [option.telling for option in found.options] == ["", ""]
    assert "…use in the year 1922 or The results" in found.question
    assert found.question.endswith("…use in the year 1923?")


# -- when it is asked ---------------------------------------------------------------------------


def test_not_where_both_answer_the_same() -> None:
    assert answer(about("paris_fr"), about("paris_tn")).clarification is None
    assert ids(answer(about("paris_fr"), about("paris_tn"), about("paris_tx"))) == ["paris_fr", "paris_tn", "paris_tx"]


def test_not_where_the_counts_are_the_same() -> None:
    counts = [Named(Count(r.program), r.links) for r in (about("paris_fr"), about("paris_tx"))]
    assert answer(*counts).clarification is None
    truths = [
        Named(Contains(r.program, Entities((PLACES.find("bob"),))), r.links)
        for r in (about("paris_fr"), about("paris_tx"))
    ]
    assert ids(answer(*truths)) == ["paris_fr", "paris_tx"]


def test_not_where_more_than_the_entity_differs() -> None:
    assert answer(about("paris_fr"), about("paris_tx", "country")).clarification is None
    assert (
        answer(about("paris_fr"), Named(Count(about("paris_tx").program), about("paris_tx").links)).clarification
        is None
    )
    elsewhere = Named(about("paris_tx").program, (link(PLACES, "paris_tx", start=0),))
    assert answer(about("paris_fr"), elsewhere).clarification is None


def test_not_where_a_class_or_a_value_is_meant() -> None:
    graph = build([("x", RDF_TYPE, "a"), ("y", RDF_TYPE, "b"), ("a", "mayor", "p"), ("b", "mayor", "q")])
    pair = (about("a", graph=graph), about("b", graph=graph))
    assert answer(*pair, graph=graph).clarification is None


def test_not_where_the_graph_states_that_both_are_the_same() -> None:
    same = "http://www.w3.org/2002/07/owl#sameAs"
    graph = build([("a", "mayor", "p"), ("b", "mayor", "q"), ("b", same, "a")])
    assert answer(about("a", graph=graph), about("b", graph=graph), graph=graph).clarification is None


def test_blank_nodes_are_told_apart_and_can_be_chosen() -> None:
    graph = build([("_:a", "mayor", "p"), ("_:b", "mayor", "q")])
    found = asked(answer(about("_:a", graph=graph), about("_:b", graph=graph), graph=graph))
    assert [option.topic for option in found.options] == [("_:a",), ("_:b",)]
    assert [topic_nodes(graph, LabelIndex.from_graph(graph), option.topic[0]) for option in found.options] == [
        [graph.find("_:a")],
        [graph.find("_:b")],
    ]


def test_relations_of_one_name_are_alike() -> None:
    facts = [
        *(("ex:film", "ex:maker1", "ex:p"), ("ex:play", "ex:maker2", "ex:q")),
        *((name, RDFS_LABEL, Literal("Dune")) for name in ("ex:film", "ex:play")),
        *((name, RDFS_LABEL, Literal("maker")) for name in ("ex:maker1", "ex:maker2")),
    ]
    graph = KnowledgeGraph.load(facts)
    pair = (about("ex:film", "ex:maker1", graph=graph), about("ex:play", "ex:maker2", graph=graph))
    assert ids(answer(*pair, graph=graph)) == ["ex:film", "ex:play"]


@pytest.mark.parametrize(("within", "share", "is_asked"), [(0.5, 0.51, True), (0.5, 0.49, False), (0.0, 1.0, True)])
def test_how_near_a_tie_is_a_setting(within: float, share: float, is_asked: bool) -> None:
    rival = about("paris_tx", score=1.0 + TEMPERATURE * float(np.log(share)))
    found = answer(about("paris_fr"), rival, config=AnswerConfig(clarify_within=within))
    assert (found.clarification is not None) is is_asked


@pytest.mark.parametrize(("most", "options"), [(0, 0), (1, 0), (2, 2), (9, 3)])
def test_how_many_options_is_a_setting(most: int, options: int) -> None:
    found = answer(about("paris_fr"), about("paris_tx"), about("hilton"), config=AnswerConfig(max_options=most))
    assert len(ids(found)) == options


def test_a_reading_without_an_answer_is_no_option() -> None:
    assert answer(about("paris_fr"), about("nowhere")).clarification is None
    best = answer(about("nowhere"), about("paris_fr"))
    assert best.abstained is not None
    assert best.abstained.reason is AbstentionReason.NO_FACT_FOUND
    assert ids(best) == ["nowhere", "paris_fr"]


def test_a_withheld_answer_asks_too() -> None:
    found = answer(about("paris_fr"), about("paris_tx"), calibration=UNSURE)
    assert found.abstained is not None
    assert found.abstained.reason is AbstentionReason.LOW_CONFIDENCE
    assert ids(found) == ["paris_fr", "paris_tx"]


def test_what_is_sure_of_a_question_stays_in_its_topic() -> None:
    mayor, friend = Step(PLACES.find_relation("mayor")), Step(PLACES.find_relation("friend"))
    sure = link(PLACES, "hilton", start=30, text="Hilton")

    def both(name: str) -> Named:
        friends = Follow(Entities((PLACES.find("hilton"),)), friend)
        program = Intersect(Follow(Entities((PLACES.find(name),)), mayor), friends)
        return Named(program, (sure, link(PLACES, name)))

    found = asked(answer(both("paris_fr"), both("paris_tx")))
    assert [option.topic for option in found.options] == [("paris_fr", "hilton"), ("paris_tx", "hilton")]


# -- whatever labels hold -----------------------------------------------------------------------

hostile = st.text(max_size=90) | st.sampled_from(
    [
        "",
        " ",
        "\n\r\t",
        "[bold]x[/]",
        "\x1b[2J",
        "\u202e",
        "{}",
        "{0}",
        "”",
        "'; DROP",
        "$(rm)",
        "-x",
        "\x00",
        "a" * 5000,
    ]
)


@settings(deadline=None, max_examples=60)
@given(st.lists(hostile, min_size=4, max_size=4), hostile, st.sampled_from(["en", "zh"]))
def test_no_label_breaks_the_question(names: Sequence[str], mention: str, language: str) -> None:
    facts: list[tuple[object, ...]] = [
        *(("ex:a", "ex:mayor", "ex:p"), ("ex:b", "ex:mayor", "ex:q")),
        *(("ex:a", RDF_TYPE, "ex:t"), ("ex:b", RDF_TYPE, "ex:u")),
        *((f"ex:{n}", RDFS_LABEL, Literal(name)) for n, name in zip("abtu", names, strict=True)),
    ]
    graph = KnowledgeGraph.load(facts)
    readings = [
        Named(about(name, "ex:mayor", graph=graph).program, (link(graph, name, start=0, text=mention),))
        for name in ("ex:a", "ex:b")
    ]
    found = answer(*readings, graph=graph, language=language)
    clarification = asked(found)
    assert clarification.question.isprintable()
    assert len(clarification.question) < 400
    assert [option.topic for option in clarification.options] == [("ex:a",), ("ex:b",)]
    first, second = ((o.label, o.telling) for o in clarification.options)
    assert first != second
    data = json.loads(json.dumps(answer_to_json(found)))
    Draft202012Validator(answer_schema()).validate(data)
    assert answer_from_json(data).clarification == clarification
    stream = io.StringIO()
    Console(file=stream, width=80, markup=False, highlight=False).print(
        answer_view(found, language=language), crop=False
    )
    assert not set(stream.getvalue()) & set("\x1b\r\u202e\x00")


# -- whole systems ------------------------------------------------------------------------------

STATED: list[tuple[object, ...]] = [
    *((f"ex:{name}", RDFS_LABEL, Literal("Paris", language="en")) for name in ("fr", "tx")),
    *((f"ex:{name}", RDFS_LABEL, Literal("巴黎", language="zh")) for name in ("fr", "tx")),
    *(("ex:mayor", RDFS_LABEL, Literal(*name)) for name in (("mayor",), ("市长",))),
    *((f"ex:{name}", RDFS_LABEL, Literal(name.title(), language="en")) for name in ("anne", "bob", "france", "texas")),
    *(("ex:fr", "ex:mayor", "ex:anne"), ("ex:tx", "ex:mayor", "ex:bob")),
    *(("ex:fr", "ex:lies_in", "ex:france"), ("ex:tx", "ex:lies_in", "ex:texas")),
]


@pytest.fixture(scope="module")
def namesakes() -> KGQA:
    try:
        for encoder in (MINILM, E5):
            load_encoder(encoder)
    except MissingExtraError as error:
        pytest.skip(str(error))
    # A busy machine must not change what is found.
    return KGQA.from_graph(STATED, config=Config(retrieval=RetrievalConfig(budget_ms=60_000.0)))


@pytest.mark.parametrize("question", [QUESTION, CHINESE])
def test_every_option_leads_to_its_own_answer(namesakes: KGQA, question: str) -> None:
    found = asked(namesakes.ask(question))
    expected = {"ex:fr": ["ex:anne"], "ex:tx": ["ex:bob"]}
    assert {option.id for option in found.options} == set(expected)
    assert found.text == question[found.start : found.end]
    for option in found.options:
        again = namesakes.ask_linked(question, option.topic)
        assert [value.id for value in again.values] == expected[option.id]
        assert again.clarification is None


def test_a_label_that_two_nodes_have_asks_as_well(namesakes: KGQA) -> None:
    assert set(ids(namesakes.ask_linked(QUESTION, ["Paris"]))) == {"ex:fr", "ex:tx"}


def test_a_name_of_one_node_is_not_asked_about(namesakes: KGQA) -> None:
    assert namesakes.ask("What lies in Texas?").clarification is None
