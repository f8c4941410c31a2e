"""Things by the time of what happened to them, by times that no word names, by what a single step leads to."""

from __future__ import annotations

import pytest

from kgqa import KGQA
from kgqa.program import execute
from kgqa.retrieval.contract import is_common
from kgqa.types import Link, MatchKind, Mention
from tests.retrieval.toy import Lab, build, lines

BOOKINGS = ("B1", "B2", "B3", "B4")
GRAPH = build(
    lines(
        "B1 booked_by Ann\nB2 booked_by Ben\nB3 booked_by Ann\nB4 booked_by Cy\nB4 booked_by Shop"
        "\nAnn boss Dee\nBen boss Dee\nCy boss Ann\nDee boss Eli"
    ),
    types={"bookings": BOOKINGS, "clients": ("Ann", "Ben", "Cy", "Dee"), "Store": ("Shop",)},
    values=[
        *(
            (booking, "booked_on", day, "date")
            for booking, day in zip(BOOKINGS, ("2024-03-05", "2024-05-02", "2024-05-31", "2024-06-01"), strict=True)
        ),
        *(
            (client, "hired_on", day, "date")
            for client, day in (
                ("Ann", "2019-01-01"),
                ("Ben", "2021-02-03"),
                ("Cy", "2022-01-01"),
                ("Dee", "2010-01-01"),
            )
        ),
        *(
            (client, "date_of_birth", day, "date")
            for client, day in (
                ("Ann", "1990-01-01"),
                ("Ben", "1991-02-03"),
                ("Cy", "1992-01-01"),
                ("Dee", "1970-01-01"),
            )
        ),
        ("B1", "author", "Ann herself", "string"),
    ],
)
LAB = Lab(GRAPH)


def results(question: str) -> list[set[str]]:
    found = (c for c in LAB.ask(question).candidates if c.nodes is not None)
    return [{GRAPH.label(n) for n in execute(c.program, GRAPH).nodes.tolist()} for c in found]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Which clients booked something in May 2024?", {"Ann", "Ben"}),
        ("Which clients booked in June 2024?", {"Cy"}),
        ("clients who booked before April 2024", {"Ann"}),
        ("Which clients booked since the start of June 2024?", {"Cy"}),
    ],
)
def test_things_by_the_time_of_what_happened_to_them(question: str, answer: set[str]) -> None:
    assert answer in results(question)[:3]


def test_each_time_is_tried_where_no_word_names_one() -> None:
    found = results("Which clients came after 2020?")
    assert {"Ben", "Cy"} in found


@pytest.mark.parametrize(
    ("question", "answer"),
    [("who was hired after 2020 and has Dee for a boss", {"Ben"}), ("who answers to Dee and came after 2020", {"Ben"})],
)
def test_what_a_single_step_leads_to_is_narrowed(question: str, answer: set[str]) -> None:
    assert answer in results(question)


@pytest.mark.parametrize(
    ("text", "name", "score", "match", "common"),
    [
        ("receptionists", "receptionist", 0.38, MatchKind.INFLECTED, True),
        ("is", "is", 0.1, MatchKind.EXACT, False),
        ("together", "Together", 0.4, MatchKind.EXACT, False),
        ("Dutch", "Dutch", 0.6, MatchKind.EXACT, False),
        ("desk", "front desk", 0.5, MatchKind.PARTIAL, False),
    ],
)
def test_what_the_graph_says_in_small_letters(
    text: str, name: str, score: float, match: MatchKind, *, common: bool
) -> None:
    link = Link(Mention(0, len(text), text), 0, score, match, name)
    assert is_common(link) is common


def test_texts_may_be_lacking() -> None:
    assert LAB.first("bookings with no author") == {"B2", "B3", "B4"}


STAFF = """\
Ann type Employee
Bea type Employee
Cy type Employee
Dan type Employee
Ann job receptionist
Bea job receptionist
Cy job porter
Dan job porter
Ann speaks Dutch
Bea speaks French
Cy speaks Dutch
Dan speaks French
Ann works_at Abbey
Cy works_at Abbey
Abbey type Hotel
Dan works_at Mill
Mill type Hotel
"""


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("receptionists who speak Dutch", {"Ann"}),
        ("which porter works at Mill", {"Dan"}),
        ("porters at Abbey", {"Cy"}),
        ("porters who speak Dutch", {"Cy"}),
    ],
)
def test_words_in_small_letters_narrow_what_a_name_leads_to(question: str, answer: set[str]) -> None:
    system = KGQA.from_graph([tuple(line.split()) for line in STAFF.splitlines()])
    reading = system.read(question)
    best = reading.seen.candidates[int(reading.chosen[0])]
    found = execute(reading.retrieval.candidates[int(reading.chosen[0])].program, system.graph)
    assert best.size == len(answer)
    assert {system.graph.label(n) for n in found.nodes.tolist()} == answer


@pytest.mark.parametrize("classes", [True, False])
def test_without_classes_small_letters_are_left_alone(*, classes: bool) -> None:
    facts = [tuple(line.split()) for line in STAFF.splitlines() if classes or " type " not in line]
    links = KGQA.from_graph(facts).read("porters at Abbey").retrieval.links
    assert ("porters" in {link.mention.text for link in links}) is classes
