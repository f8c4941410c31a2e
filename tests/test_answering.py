"""From a chosen program to an answer, with the reader's scores given: values, evidence, readings, refusals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import fields

import numpy as np
import pytest

from kgqa.answering import AnswerBuilder, Reading, kind_of
from kgqa.calibration import Calibration, Calibrations
from kgqa.config import AnswerConfig
from kgqa.program import execute
from kgqa.program.algebra import (
    Aggregate,
    Aggregation,
    Contains,
    Count,
    Entities,
    Follow,
    GroupCount,
    Instances,
    Program,
    RelationBetween,
    Step,
    Yields,
)
from kgqa.reader import ReaderCandidate, ReaderInput, ReaderOutput
from kgqa.retrieval.contract import Candidate, Retrieval
from kgqa.retrieval.question import QuestionView
from kgqa.types import AbstentionReason, Answer, AnswerKind, Link, MatchKind, Mention
from tests.retrieval.toy import RDF_TYPE, XSD, build, family, films

FILMS = films()
QUESTION = "Who directed Alpha?"
SURE, UNSURE = Calibration(bias=20.0), Calibration(bias=-20.0)


def node(name: str) -> Entities:
    return Entities((FILMS.find(name),))


def step(name: str, *, inverse: bool = False) -> Step:
    return Step(FILMS.find_relation(name), inverse=inverse)


ALPHA = Link(Mention(13, 18, "Alpha"), FILMS.find("Alpha"), 0.9, MatchKind.EXACT, "Alpha", 0.5, 1.0)
DIRECTOR = Follow(node("Alpha"), step("director"))
STARS = Follow(node("Alpha"), step("star"))
RUNTIME = Follow(node("Alpha"), step("runtime"))
NOTHING = Follow(node("Seoul"), step("director"))


def candidate(program: Program) -> Candidate:
    nodes = execute(program, FILMS).nodes if program.yields is Yields.NODES else None
    return Candidate(program, (ALPHA,), 0.5, coverage=1.0, nodes=nodes)


def answer(
    *programs: Program,
    scores: Sequence[float] = (),
    config: AnswerConfig | None = None,
    calibration: Calibration = SURE,
    links: tuple[Link, ...] = (ALPHA,),
    language: str | None = None,
    general: bool = False,
) -> Answer:
    """The answer when retrieval proposed these programs and the reader scored them so, or alike."""
    given = tuple(candidate(program) for program in programs)
    seen = ReaderInput(QUESTION, tuple(ReaderCandidate("", c.alignment, 1.0, 0.0, 1.0) for c in given))
    output = ReaderOutput(np.array(scores or [1.0] * len(given), dtype=np.float32), -0.2, general=general)
    reading = Reading(Retrieval(QuestionView(QUESTION), links, given), seen, output)
    return AnswerBuilder(FILMS, config or AnswerConfig(), Calibrations(calibration)).build(reading, language=language)


def labels(found: Answer) -> list[str]:
    return [value.label for value in found.values]


# -- values -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("program", "kind", "values"),
    [
        (DIRECTOR, AnswerKind.ENTITIES, ["Kim"]),
        (RUNTIME, AnswerKind.LITERALS, [107]),
        (Follow(node("Alpha"), step("released")), AnswerKind.LITERALS, ["1999"]),
        (Count(STARS), AnswerKind.COUNT, [2]),
        (Contains(DIRECTOR, node("Kim")), AnswerKind.BOOLEAN, [True]),
        (Contains(DIRECTOR, node("Park")), AnswerKind.BOOLEAN, [False]),
        (RelationBetween(node("Alpha"), node("Kim")), AnswerKind.ENTITIES, ["director"]),
    ],
)
def test_kinds_and_values(program: Program, kind: AnswerKind, values: list[object]) -> None:
    found = answer(program)
    assert found.kind is kind is kind_of(execute(program, FILMS), FILMS)
    assert [value.value for value in found.values] == values
    assert found.abstained is None


def test_tables_have_a_value_a_row() -> None:
    table = GroupCount(Instances(FILMS.find("Film")), step("star"), Instances(FILMS.find("Person")))
    found = answer(table)
    assert found.kind is AnswerKind.TABLE
    assert {(value.id, value.value) for value in found.values} == {
        ("Alpha", 2),
        ("Beta", 1),
        ("Gamma", 2),
        ("Delta", 1),
    }
    assert len(execute(table, FILMS).rows) == len(found.values)


def test_an_extreme_is_the_value_as_the_graph_has_it() -> None:
    found = answer(Aggregate(Instances(FILMS.find("Film")), step("released"), Aggregation.MINIMUM))
    assert found.kind is AnswerKind.LITERALS
    assert [(value.label, value.datatype) for value in found.values] == [("1999", XSD + "gYear")]
    average = answer(Aggregate(STARS, step("runtime"), Aggregation.AVERAGE))
    assert average.abstained is not None


def test_better_known_values_come_first() -> None:
    people = answer(Instances(FILMS.find("Person")))
    degrees = [int(FILMS.degrees(np.array([FILMS.find(name)], dtype=np.int32))[0]) for name in labels(people)]
    assert degrees == sorted(degrees, reverse=True)
    assert len(degrees) == 5


def test_what_the_question_names_comes_last() -> None:
    assert labels(answer(Follow(node("drama"), step("genre", inverse=True)))) == ["Alpha", "Gamma", "Delta"]
    alike = answer(Follow(Follow(node("Alpha"), step("genre")), step("genre", inverse=True)))
    assert labels(alike) == ["Gamma", "Delta", "Alpha"]


def test_values_and_evidence_are_cut_to_what_is_asked_for() -> None:
    found = answer(Instances(FILMS.find("Person")), config=AnswerConfig(max_values=2, max_evidence=3))
    assert (len(found.values), len(found.evidence)) == (2, 3)
    assert found.total == 5


@pytest.mark.parametrize(
    ("program", "total"),
    [
        (STARS, 2),
        (Count(STARS), 1),
        (Contains(DIRECTOR, node("Kim")), 1),
        (RelationBetween(node("Alpha"), node("Kim")), 1),
        (GroupCount(Instances(FILMS.find("Film")), step("star"), Instances(FILMS.find("Person"))), 4),
        (NOTHING, 0),
    ],
)
def test_the_total_counts_values_before_the_cut(program: Program, total: int) -> None:
    assert answer(program, config=AnswerConfig(max_values=1)).total == total
    assert answer(program, calibration=UNSURE).total == 0


def test_the_best_score_wins_and_ties_keep_retrievals_order() -> None:
    assert labels(answer(DIRECTOR, STARS, scores=(0.1, 0.9))) == labels(answer(STARS))
    assert labels(answer(DIRECTOR, STARS, scores=(0.5, 0.5))) == ["Kim"]


# -- proof --------------------------------------------------------------------------------------


@pytest.mark.parametrize("program", [DIRECTOR, STARS, RUNTIME, Count(STARS), Contains(DIRECTOR, node("Kim"))])
def test_evidence_is_facts_of_the_graph(program: Program) -> None:
    facts = {
        (FILMS.id(s), FILMS.relation_id(r), FILMS.id(o), "; ".join(FILMS.sources_of(s, r, o)))
        for s, r, o in FILMS.triples()
    }
    found = answer(program)
    assert found.evidence
    assert {(e.subject, e.predicate, e.object, e.source) for e in found.evidence} <= facts
    assert found.program
    assert found.sparql
    assert found.words


def test_labels_follow_the_language() -> None:
    graph = family()
    mother = Follow(Entities((graph.find("Anna"),)), Step(graph.find_relation("mother")))
    given = Candidate(mother, (ALPHA,), 0.5, nodes=execute(mother, graph).nodes)
    link = Link(Mention(0, 2, "安娜"), graph.find("Anna"), 0.9, MatchKind.EXACT, "安娜", 0.5, 1.0)
    seen = ReaderInput("", (ReaderCandidate("", 0.5, 1.0, 0.0, 1.0),))
    scores = ReaderOutput(np.ones(1, dtype=np.float32), -0.2)
    builder = AnswerBuilder(graph, AnswerConfig(), Calibrations(SURE))
    reading = Reading(Retrieval(QuestionView("安娜的母亲是谁？"), (link,), (given,)), seen, scores)
    own, english = builder.build(reading), builder.build(reading, language="en")
    assert (labels(own), own.links[0].label) == (["贝娅塔"], "安娜")
    assert (labels(english), english.links[0].label) == (["Beata"], "Anna")
    assert own.values[0].id == english.values[0].id == "Beata"


# -- readings -----------------------------------------------------------------------------------


def test_alternatives_are_other_answers_likelier_first() -> None:
    found = answer(DIRECTOR, STARS, RUNTIME, DIRECTOR, scores=(0.9, 0.8, 0.85, 0.9))
    assert [other.values for other in found.alternatives] == [("107",), ("Lee", "Moon")]
    shares = [other.probability for other in found.alternatives]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) < 1


def test_no_more_alternatives_than_asked_for() -> None:
    few = answer(DIRECTOR, STARS, RUNTIME, config=AnswerConfig(max_alternatives=1))
    none = answer(DIRECTOR, STARS, RUNTIME, config=AnswerConfig(max_alternatives=0))
    assert (len(few.alternatives), len(none.alternatives)) == (1, 0)


# -- refusals -----------------------------------------------------------------------------------


def refusal(found: Answer) -> AbstentionReason:
    assert found.kind is AnswerKind.NONE
    assert (found.values, found.evidence) == ((), ())
    assert found.abstained is not None
    assert found.abstained.detail
    return found.abstained.reason


def test_nothing_linked() -> None:
    assert refusal(answer(DIRECTOR, links=())) is AbstentionReason.NOTHING_LINKED


def test_no_relation_fits_says_what_there_is() -> None:
    for found in (answer(), answer(DIRECTOR, scores=(-0.3,))):
        assert refusal(found) is AbstentionReason.NO_RELATION_FITS
        assert found.abstained is not None
        assert all(name in found.abstained.detail for name in ("Alpha", "director", "star"))
        assert found.confidence == 0.0
        assert found.links


def test_no_fact_found_says_what_was_looked_for() -> None:
    found = answer(NOTHING)
    assert refusal(found) is AbstentionReason.NO_FACT_FOUND
    assert found.abstained is not None
    assert "Seoul" in found.abstained.detail


def test_low_confidence_keeps_the_reading_among_the_alternatives() -> None:
    found = answer(DIRECTOR, STARS, calibration=UNSURE)
    assert refusal(found) is AbstentionReason.LOW_CONFIDENCE
    assert found.confidence < AnswerConfig().abstain_below
    assert ("Kim",) in [other.values for other in found.alternatives]


def test_low_confidence_shows_what_was_withheld_however_many_readings_share_the_weight() -> None:
    found = answer(*[DIRECTOR] * 60, STARS, calibration=UNSURE)
    assert refusal(found) is AbstentionReason.LOW_CONFIDENCE
    assert [other.values for other in found.alternatives] == [("Kim",)]
    assert 0 < found.alternatives[0].probability < 1 / 60
    none = answer(DIRECTOR, calibration=UNSURE, config=AnswerConfig(max_alternatives=0))
    assert none.alternatives == ()


@pytest.mark.parametrize(
    ("confidence", "least", "said"),
    [
        (0.12, 0.3, ("12%", "30%")),
        (0.2971, 0.3, ("29.7%", "30.0%")),
        (0.2999, 0.3, ("29.99%", "30.00%")),
        (1e-9, 0.3, ("<1%", "30%")),
        (0.001, 0.004, ("0.1%", "0.4%")),
    ],
)
def test_a_confidence_and_the_bound_it_misses_never_look_alike(
    confidence: float, least: float, said: tuple[str, str]
) -> None:
    flat = {field.name: 0.0 for field in fields(Calibration)}
    level = Calibration(**flat | {"bias": math.log(confidence / (1 - confidence))})
    found = answer(DIRECTOR, calibration=level, config=AnswerConfig(abstain_below=least))
    assert found.abstained is not None
    assert f"a confidence of {said[0]}, below {said[1]}." in found.abstained.detail


def test_details_follow_the_language() -> None:
    for language, chinese in (("zh", True), ("zh-Hant", True), ("en", False), (None, False)):
        for found in (
            answer(DIRECTOR, links=(), language=language),
            answer(language=language),
            answer(NOTHING, language=language),
            answer(DIRECTOR, calibration=UNSURE, language=language),
        ):
            assert found.abstained is not None
            assert (found.abstained.detail[-1] == "。") is chinese
            assert ("图谱" in found.abstained.detail or "置信度" in found.abstained.detail) is chinese


def test_the_least_confidence_is_a_setting() -> None:
    assert answer(DIRECTOR, calibration=UNSURE, config=AnswerConfig(abstain_below=0.0)).kind is AnswerKind.ENTITIES
    half = Calibration(bias=0.0, score=0.0, margin=0.0, coverage=0.0, support=0.0, unread=0.0)
    assert answer(DIRECTOR, calibration=half, config=AnswerConfig(abstain_below=0.6)).abstained is not None
    assert answer(DIRECTOR, calibration=half, config=AnswerConfig(abstain_below=0.4)).confidence == 0.5


def test_a_lead_over_another_result_is_what_counts() -> None:
    """Two programs for one set are one reading: the second does not make the first less sure."""
    margins = Calibration(bias=0.0, score=0.0, margin=1.0, coverage=0.0, support=0.0, unread=0.0)
    twin = Follow(Follow(Follow(node("Beta"), step("director")), step("director", inverse=True)), step("director"))
    assert execute(twin, FILMS).nodes.tolist() == execute(DIRECTOR, FILMS).nodes.tolist()
    alone = answer(DIRECTOR, STARS, scores=(0.9, 0.3), calibration=margins)
    twins = answer(DIRECTOR, twin, STARS, scores=(0.9, 0.9, 0.3), calibration=margins)
    rivals = answer(DIRECTOR, STARS, scores=(0.9, 0.9), calibration=margins)
    assert alone.confidence == pytest.approx(twins.confidence)
    assert alone.confidence > rivals.confidence


@pytest.mark.parametrize(("general", "lead"), [(True, 0.1), (False, 0.1 + 0.2)])
def test_a_reading_without_a_rival_leads_over_none_or_on_an_unfamiliar_graph_over_being_wrong(
    general: bool, lead: float
) -> None:
    margins = Calibration(bias=0.0, score=0.0, margin=1.0, coverage=0.0, support=0.0, unread=0.0)
    found = answer(DIRECTOR, scores=(0.1,), calibration=margins, general=general)
    assert found.confidence == pytest.approx(1 / (1 + np.exp(-lead)))


# -- what labels can hold -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lexical", "datatype", "value"),
    [
        ("12", "integer", 12),
        ("1.50", "decimal", 1.5),
        ("2e3", "double", 2000.0),
        ("true", "boolean", True),
        ("0", "boolean", False),
        ("maybe", "boolean", "maybe"),
        ("twelve", "integer", "twelve"),
        ("1999-02-30", "date", "1999-02-30"),
        ("12", "string", "12"),
    ],
)
def test_literals_become_python_values(lexical: str, datatype: str, value: object) -> None:
    graph = build([("Alpha", RDF_TYPE, "Film")], values=[("Alpha", "size", lexical, datatype)])
    size = Follow(Entities((graph.find("Alpha"),)), Step(graph.find_relation("size")))
    given = Candidate(size, (), 0.5, nodes=execute(size, graph).nodes)
    link = Link(Mention(0, 1, "A"), graph.find("Alpha"), 0.9, MatchKind.EXACT, "Alpha", 0.5, 1.0)
    seen = ReaderInput("", (ReaderCandidate("", 0.5, 1.0, 0.0, 1.0),))
    reading = Reading(
        Retrieval(QuestionView("size?"), (link,), (given,)), seen, ReaderOutput(np.ones(1, dtype=np.float32), -0.2)
    )
    found = AnswerBuilder(graph, AnswerConfig(), Calibrations(SURE)).build(reading).values
    assert [(v.value, type(v.value), v.label, v.datatype) for v in found] == [
        (value, type(value), lexical, XSD + datatype)
    ]
