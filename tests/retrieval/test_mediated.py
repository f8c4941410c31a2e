"""Facts of several parts: what else they say, and which held in a year, judged by the toy's own table."""

from __future__ import annotations

import pytest

from tests.retrieval.toy import Lab, build

# (person, since, until)
POSTS = [("Eric", 1990, 1996), ("Larry", 1997, 2003), ("Sundar", 2004, None)]
PRIZES = [("Marie", 1903), ("Albert", 1921)]


def graph_of(posts: list[tuple[str, int, int | None]], prizes: list[tuple[str, int]]) -> Lab:
    facts: list[tuple[str, str, str]] = []
    values: list[tuple[str, str, str, str]] = []
    for i, (person, since, until) in enumerate(posts):
        facts += [("Acme", "president", f"_:p{i}"), (f"_:p{i}", "person", person)]
        values.append((f"_:p{i}", "since", str(since), "gYear"))
        values += [(f"_:p{i}", "until", str(until), "gYear")] if until else []
    for i, (person, year) in enumerate(prizes):
        facts += [("Physics", "prize", f"_:w{i}"), (f"_:w{i}", "person", person)]
        values.append((f"_:w{i}", "date", f"{year}-12-10", "date"))
    return Lab(build(facts, values=values))


LAB = graph_of(POSTS, PRIZES)


@pytest.mark.parametrize("year", [1990, 1993, 1996, 1997, 2003, 2004, 2020])
@pytest.mark.parametrize("question", ["Who was president of Acme in {}?", "Acme {}年的president是谁？"])
def test_who_held_a_post_in_a_year(question: str, year: int) -> None:
    expected = {person for person, since, until in POSTS if since <= year <= (until or 9999)}
    assert LAB.first(question.format(year)) == expected


@pytest.mark.parametrize(("person", "year"), PRIZES)
def test_a_fact_with_one_date_is_of_its_year(person: str, year: int) -> None:
    assert LAB.first(f"Who won the prize of Physics in {year}?") == {person}


# (person, post, company, start date, end date)
CAREERS = [
    ("Ann", "CEO", "Acme", 2001, 2005),
    ("Bob", "CEO", "Acme", 2006, None),
    ("Carl", "chair", "Acme", 2001, 2010),
    ("Ann", "CEO", "Beta", 2010, None),
]


def careers() -> Lab:
    facts: list[tuple[str, str, str]] = []
    values: list[tuple[str, str, str, str]] = []
    for i, (person, post, company, start, end) in enumerate(CAREERS):
        facts += [(company, "leadership", f"_:m{i}"), (f"_:m{i}", "person", person), (f"_:m{i}", "role", post)]
        values.append((f"_:m{i}", "start", str(start), "gYear"))
        values += [(f"_:m{i}", "end", str(end), "gYear")] if end else []
    return Lab(build(facts, values=values))


@pytest.mark.parametrize(
    ("question", "person", "post", "company", "column"),
    [
        ("When did Ann start as CEO of Acme?", "Ann", "CEO", "Acme", 3),
        ("When did Ann start as CEO of Beta?", "Ann", "CEO", "Beta", 3),
        ("When did Bob start as CEO of Acme?", "Bob", "CEO", "Acme", 3),
        ("When did Ann end as CEO of Acme?", "Ann", "CEO", "Acme", 4),
    ],
)
def test_what_a_fact_says_besides_its_names(question: str, person: str, post: str, company: str, column: int) -> None:
    expected = {str(row[column]) for row in CAREERS if row[:3] == (person, post, company)}
    lab = careers()
    candidate = lab.ask(question).candidates[0]
    assert candidate.nodes is not None
    assert {lab.graph.literal(node).lexical for node in candidate.nodes.tolist()} == expected


@pytest.mark.parametrize("year", [2001, 2005, 2006, 2024])
def test_the_person_of_a_post_in_a_year(year: int) -> None:
    expected = {
        p for p, post, c, start, end in CAREERS if (post, c) == ("CEO", "Acme") and start <= year <= (end or 9999)
    }
    assert careers().first(f"Who was CEO of Acme in {year}?") == expected
