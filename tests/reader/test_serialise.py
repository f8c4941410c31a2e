"""Programs as tokens and questions with letters, against rows written by hand."""

from __future__ import annotations

import pytest

from kgqa.graph.terms import literal_key
from kgqa.program import algebra as ops
from kgqa.program import execute
from kgqa.program.algebra import Comparison, Entities, Follow, Order, Program, Step
from kgqa.reader.contract import Operation, ResultKind
from kgqa.reader.seen import InputBuilder, kind_of_nodes, operation_of
from kgqa.reader.serialise import MaskedQuestion, Serialiser, TokenKind, masked_question, slots_of
from kgqa.types import Link, Literal, MatchKind, Mention
from tests.retrieval.toy import XSD, Lab, family, films

GRAPH = films()


def node(name: str) -> int:
    return GRAPH.find(name)


def step(name: str, *, inverse: bool = False) -> Step:
    return Step(GRAPH.find_relation(name), inverse)


KIM = Entities((node("Kim"),))
FILMED = Follow(KIM, step("director", inverse=True))
STARRED = Follow(Entities((node("Lee"),)), step("star", inverse=True))
KIM_THEN = "FIRST:Person AGAINST:director"
COUNTED = ops.GroupCount(FILMED, step("star"), ops.Instances(node("Person")))
COUNTED_THEN = f"{KIM_THEN} OPERATOR:for each ALONG:star CLASS:Person"
CASES: list[tuple[Program, str]] = [
    (Follow(FILMED, step("genre")), f"{KIM_THEN} ALONG:genre"),
    (Follow(ops.Same(FILMED), step("genre")), f"{KIM_THEN} ALONG:genre"),
    (ops.Difference(Follow(ops.Same(FILMED), step("director")), ops.Same(KIM)), f"{KIM_THEN} ALONG:director RETURN"),
    (ops.Intersect(FILMED, STARRED), f"{KIM_THEN} AND SECOND:Person AGAINST:star"),
    (ops.Union(FILMED, STARRED), f"{KIM_THEN} OR SECOND:Person AGAINST:star"),
    (ops.Difference(FILMED, STARRED), f"{KIM_THEN} NOT SECOND:Person AGAINST:star"),
    (ops.Difference(Follow(FILMED, step("director")), KIM), f"{KIM_THEN} ALONG:director RETURN"),
    (ops.OfType(FILMED, node("Film")), f"{KIM_THEN} CLASS:Film"),
    (ops.Instances(node("Film")), "CLASS:Film"),
    (ops.Having(step("genre")), "ANY ALONG:genre"),
    (ops.Count(FILMED), f"{KIM_THEN} COUNT"),
    (ops.Exists(FILMED), f"{KIM_THEN} EXISTS"),
    (ops.Contains(FILMED, Entities((node("Alpha"),))), f"{KIM_THEN} CONTAINS OTHER_ENTITY:Alpha"),
    (ops.Top(FILMED, step("runtime"), Order.LARGEST), f"{KIM_THEN} LARGEST:runtime"),
    (ops.Top(FILMED, step("runtime"), Order.SMALLEST, 3), f"{KIM_THEN} SMALLEST:runtime RANK:3"),
    (ops.TopByCount(FILMED, step("star"), Order.LARGEST), f"{KIM_THEN} MOST:star"),
    (ops.Nth(FILMED, step("released"), Order.SMALLEST, 2), f"{KIM_THEN} SMALLEST:released RANK:2"),
    (
        ops.Where(FILMED, step("runtime"), Comparison.GREATER, literal_key(Literal("100", XSD + "integer"))),
        f"{KIM_THEN} WHERE:runtime GREATER:100",
    ),
    *(
        (
            ops.Where(
                ops.Where(FILMED, step("released"), Comparison.GREATER_EQUAL, literal_key(Literal(low, XSD + "date"))),
                step("released"),
                Comparison.LESS_EQUAL,
                literal_key(Literal(high, XSD + "date")),
            ),
            f"{KIM_THEN} WHERE:released EQUAL:{words}",
        )
        for low, high, words in (
            ("2024-01-01", "2024-12-31", "2024"),
            ("1701-01-01", "1800-12-31", "1701 to 1800"),
            ("2024-02-01", "2024-02-29", "February 2024"),
            ("2024-02-01", "2024-04-30", "February 2024 to April 2024"),
            ("2024-02-03", "2024-02-29", "3 February 2024 to 29 February 2024"),
        )
    ),
    (
        ops.Where(FILMED, step("released"), Comparison.LESS, literal_key(Literal("2024-03-05", XSD + "date"))),
        f"{KIM_THEN} WHERE:released LESS:5 March 2024",
    ),
    (
        ops.WhereBeside(FILMED, step("runtime"), Comparison.GREATER, STARRED),
        f"{KIM_THEN} WHERE:runtime GREATER BESIDE SECOND:Person AGAINST:star",
    ),
    (ops.WhereCount(FILMED, step("star"), Comparison.LESS, 2), f"{KIM_THEN} WHERE_COUNT:star LESS:2"),
    (
        ops.Compare(KIM, Entities((node("Lee"),)), step("born"), Comparison.LESS),
        "FIRST:Person COMPARE:born LESS SECOND:Person",
    ),
    (
        ops.Gap(KIM, Entities((node("Lee"),)), step("born")),
        "FIRST:Person COMPARE:born AGGREGATE:difference SECOND:Person",
    ),
    (
        ops.WhereOwn(FILMED, step("runtime"), Comparison.GREATER, step("released")),
        f"{KIM_THEN} WHERE:runtime GREATER MEASURE:released",
    ),
    (
        ops.GapOwn(KIM, step("born"), step("runtime")),
        "FIRST:Person COMPARE:born AGGREGATE:difference MEASURE:runtime",
    ),
    (
        ops.Aggregate(FILMED, step("runtime"), ops.Aggregation.AVERAGE),
        f"{KIM_THEN} MEASURE:runtime AGGREGATE:average",
    ),
    (ops.Groups(COUNTED), f"{COUNTED_THEN} COUNT"),
    (COUNTED, f"{COUNTED_THEN} COUNT"),
    (ops.TopRows(COUNTED, Order.LARGEST), f"{COUNTED_THEN} COUNT OPERATOR:with most"),
    (ops.TopRows(COUNTED, Order.SMALLEST, 2), f"{COUNTED_THEN} COUNT OPERATOR:with fewest RANK:2"),
    (ops.WhereRows(COUNTED, Comparison.GREATER, 2.0), f"{COUNTED_THEN} COUNT GREATER:2"),
    (
        ops.GroupAggregate(FILMED, step("star"), ops.Instances(node("Person")), step("born"), ops.Aggregation.MINIMUM),
        f"{COUNTED_THEN} MEASURE:born AGGREGATE:minimum",
    ),
    (
        ops.GroupBest(FILMED, step("star"), ops.Instances(node("Person")), step("born"), Order.SMALLEST),
        f"{COUNTED_THEN} SMALLEST:born",
    ),
    (ops.RelationBetween(KIM, FILMED), f"FIRST:Person OPERATOR:how related {KIM_THEN}"),
]


def link(text: str, start: int, name: str) -> Link:
    return Link(Mention(start, start + len(text), text), node(name), 0.9, MatchKind.EXACT, text, 0.5, 1.0)


def written(program: Program) -> str:
    slots = {node("Kim"): 0, node("Lee"): 1}
    tokens = Serialiser(GRAPH, "en").tokens(program, slots)
    return " ".join(f"{t.kind.name}:{t.text}" if t.text else t.kind.name for t in tokens)


@pytest.mark.parametrize(("program", "row"), CASES, ids=[row for _, row in CASES])
def test_a_program_is_a_row_of_tokens(program: Program, row: str) -> None:
    assert written(program) == row


def test_every_program_class_has_tokens() -> None:
    known = {kind for kind in vars(ops).values() if isinstance(kind, type) and issubclass(kind, Program)}
    covered = {type(part) for program, _ in CASES for part in program.walk()}
    assert known - {Program, ops.CompareNumbers} - covered == set()
    numbers = ops.CompareNumbers(ops.Count(FILMED), ops.Count(STARRED), Comparison.LESS)
    assert written(numbers).split()[0] == "OPERATOR:comparenumbers"


def test_kinds_number_the_rows_of_a_table() -> None:
    assert [kind.value for kind in TokenKind] == list(range(len(TokenKind)))


def test_mentions_become_letters_in_their_order() -> None:
    question = "Which films by Kim star Lee?"
    links = (link("Lee", 24, "Lee"), link("Kim", 15, "Kim"))
    slots = slots_of(ops.Intersect(FILMED, STARRED), links)
    assert slots == {node("Kim"): 0, node("Lee"): 1}
    assert masked_question(question, links, slots) == MaskedQuestion("Which films by X star Y?", (15, 22))
    assert masked_question(question, links, slots_of(FILMED, links)) == MaskedQuestion(
        "Which films by X star Lee?", (15,)
    )


def test_a_mention_inside_another_stays() -> None:
    links = (link("Kim Lee", 3, "Kim"), link("Lee", 7, "Lee"))
    found = masked_question("by Kim Lee?", links, {node("Kim"): 0, node("Lee"): 1})
    assert found == MaskedQuestion("by X?", (3,))


@pytest.mark.parametrize(
    ("program", "operation"),
    [
        (FILMED, Operation.LOOKUP),
        (ops.Intersect(FILMED, STARRED), Operation.FILTER),
        (ops.Count(ops.Intersect(FILMED, STARRED)), Operation.COUNT),
        (ops.Top(ops.OfType(FILMED, 1), Step(0), Order.LARGEST), Operation.SUPERLATIVE),
        (ops.Contains(FILMED, KIM), Operation.YES_NO),
        (ops.Compare(KIM, KIM, Step(0), Comparison.LESS), Operation.COMPARISON),
    ],
)
def test_the_operation_is_that_of_the_heaviest_operator(program: Program, operation: Operation) -> None:
    assert operation_of(program) is operation


@pytest.mark.parametrize(
    ("name", "relation", "kind"),
    [
        ("Alpha", "director", ResultKind.ENTITY),
        ("Alpha", "released", ResultKind.TIME),
        ("Alpha", "runtime", ResultKind.NUMBER),
    ],
)
def test_the_kind_of_a_result_is_read_off_its_nodes(name: str, relation: str, kind: ResultKind) -> None:
    assert kind_of_nodes(GRAPH, None) is ResultKind.ENTITY
    program = Follow(Entities((node(name),)), step(relation))
    assert kind_of_nodes(GRAPH, execute(program, GRAPH).nodes) is kind


def test_what_a_reader_sees_of_a_candidate() -> None:
    found = InputBuilder(GRAPH).build(Lab(GRAPH).ask("Who is the director of Alpha?"))
    first = found.candidates[0]
    assert [(t.kind.name, t.text) for t in first.tokens] == [
        ("FIRST", "Film"),
        ("ALONG", "director"),
        ("RESULT", "Person"),
    ]
    assert first.masked == MaskedQuestion("Who is the director of X?", (23,))
    assert (first.hops, first.names, first.size, first.result) == (1, 1, 1, ResultKind.ENTITY)


def test_labels_speak_the_question() -> None:
    graph = family()
    program = Follow(Entities((graph.find("Anna"),)), Step(graph.find_relation("mother")))
    texts = [Serialiser(graph, language).tokens(program, {})[-1].text for language in ("en", "zh")]
    assert texts == ["mother", "母亲"]


def test_what_is_remembered_is_what_a_fresh_serialiser_says() -> None:
    used = Serialiser(GRAPH, "en")
    programs = (FILMED, STARRED, ops.OfType(FILMED, node("Film")), ops.Count(STARRED))
    for _ in range(2):
        for program in programs:
            assert used.tokens(program, {}) == Serialiser(GRAPH, "en").tokens(program, {})
