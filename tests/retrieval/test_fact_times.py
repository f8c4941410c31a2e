"""A year in the question narrows the nodes that hold a fact together, judged by the toy's own table."""

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
