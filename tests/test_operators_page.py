"""The questions of docs/operators.md become the expressions beside them, and get what a query written by hand gives."""

from __future__ import annotations

import re
from pathlib import Path

import pyoxigraph as ox
import pytest

from kgqa import KGQA
from kgqa.config import Config, RetrievalConfig
from kgqa.embedding import E5, MINILM, load_encoder
from kgqa.errors import MissingExtraError
from kgqa.types import AnswerKind

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
OPERATORS = re.findall(r"^\| ([^|`]+) \| ([^|]+) \| `(\w+)` \|$", PAGE, re.M)
REFUSALS = re.findall(r"^\| ([^|`]+) \| `(\w+)` \|$", PAGE, re.M)
PREFIXES = (
    "PREFIX w: <https://kgqa.example/world/> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
    "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> "
)
IN_AFRICA = "?x a w:Country ; w:continent w:Africa ; w:area ?a ."
COUNTRY_AREA = "?x a w:Country ; w:area ?a ."
BORDERING = "SELECT ?x (COUNT(DISTINCT ?y) AS ?n) { ?x a w:Country ; w:borders ?y . ?y a w:Country } GROUP BY ?x"
BY_HAND = {
    "Which countries border Switzerland?": "SELECT ?x { w:Switzerland w:borders ?x }",
    "Which countries border both Germany and Italy?": "SELECT ?x { ?x w:borders w:Germany, w:Italy }",
    "Which countries border Portugal or Andorra?": (
        "SELECT DISTINCT ?x { VALUES ?y { w:Portugal w:Andorra } ?x w:borders ?y ; a w:Country }"
    ),
    "Which countries are in the European Union but not in NATO?": (
        "SELECT ?x { ?x a w:Country ; w:memberOf w:European_Union MINUS { ?x w:memberOf w:NATO } }"
    ),
    "Which countries use the euro but are not in the European Union?": (
        "SELECT ?x { ?x w:currency w:Euro MINUS { ?x w:memberOf w:European_Union } }"
    ),
    "Which countries in Europe are not members of NATO?": (
        "SELECT ?x { ?x a w:Country ; w:continent w:Europe MINUS { ?x w:memberOf w:NATO } }"
    ),
    "Which territories does Denmark not govern?": (
        "SELECT ?x { ?x a w:Territory MINUS { ?x w:sovereignState w:Denmark } }"
    ),
    "Which landlocked countries are in South America?": (
        "SELECT ?x { ?x a w:Country ; w:continent w:South_America ; w:landlocked true }"
    ),
    "Which countries have more than 200 million people?": (
        "SELECT ?x { ?x a w:Country ; w:population ?n FILTER(?n > 200000000) }"
    ),
    "Which organisations were founded between 1945 and 1950?": (
        "SELECT ?x { ?x w:founded ?d FILTER(YEAR(?d) >= 1945 && YEAR(?d) <= 1950) }"
    ),
    "Which organisations were founded in 1949?": "SELECT ?x { ?x w:founded ?d FILTER(YEAR(?d) = 1949) }",
    "Which countries have an area of more than 2 million square miles?": (
        f"SELECT ?x {{ {COUNTRY_AREA} FILTER(?a > 2000000 * 2.589988110336) }}"
    ),
    "Which African countries are larger than Egypt?": (
        f"SELECT ?x {{ w:Egypt w:area ?e . {IN_AFRICA} FILTER(?a > ?e) }}"
    ),
    "Which countries border more than eight countries?": f"SELECT ?x {{ {{ {BORDERING} }} FILTER(?n > 8) }}",
    "Which countries have no neighbours?": "SELECT ?x { ?x a w:Country MINUS { ?x w:borders ?y } }",
    "What is the largest country in Africa?": f"SELECT ?x {{ {IN_AFRICA} }} ORDER BY DESC(?a) LIMIT 1",
    "What is the third largest country in Africa?": f"SELECT ?x {{ {IN_AFRICA} }} ORDER BY DESC(?a) OFFSET 2 LIMIT 1",
    "What are the five largest countries?": f"SELECT ?x {{ {COUNTRY_AREA} }} ORDER BY DESC(?a) LIMIT 5",
    "Which country borders the most countries?": (
        f"SELECT ?x {{ {{ {BORDERING} }} {{ SELECT (MAX(?m) AS ?n) {{ {BORDERING.replace('?n', '?m')} }} }} }}"
    ),
    "What is the capital of the largest country in South America?": (
        "SELECT ?c { ?x a w:Country ; w:continent w:South_America ; w:area ?a ; w:capital ?c } "
        "ORDER BY DESC(?a) LIMIT 1"
    ),
    "哪个首都的人口最多？": ("SELECT ?x { ?y w:capital ?x . ?x w:population ?n } ORDER BY DESC(?n) LIMIT 1"),
    "How much larger is France than Germany?": ("SELECT (?a - ?b AS ?v) { w:France w:area ?a . w:Germany w:area ?b }"),
    "What is the difference in area between Norway and Sweden?": (
        "SELECT (ABS(?a - ?b) AS ?v) { w:Norway w:area ?a . w:Sweden w:area ?b }"
    ),
    "法国比德国大多少？": "SELECT (?a - ?b AS ?v) { w:France w:area ?a . w:Germany w:area ?b }",
    "中国和印度的面积相差多少？": "SELECT (ABS(?a - ?b) AS ?v) { w:China w:area ?a . w:India w:area ?b }",
    "Which is larger, Peru or Chile?": (
        "SELECT ?x { VALUES ?x { w:Peru w:Chile } ?x w:area ?a } ORDER BY DESC(?a) LIMIT 1"
    ),
    "How many countries belong to NATO?": "SELECT (COUNT(?x) AS ?n) { ?x w:memberOf w:NATO }",
    "What is the average area of the countries in South America?": (
        "SELECT (AVG(?a) AS ?v) { ?x a w:Country ; w:continent w:South_America ; w:area ?a }"
    ),
    "What is the total population of the countries that border Germany?": (
        "SELECT (SUM(?n) AS ?v) { w:Germany w:borders ?x . ?x w:population ?n }"
    ),
    "Is Norway in the European Union?": "ASK { w:Norway w:memberOf w:European_Union }",
    "Is Bolivia landlocked?": "ASK { w:Bolivia w:landlocked true }",
    "Is the population of France more than 50 million?": "ASK { w:France w:population ?n FILTER(?n > 50000000) }",
    "Is Lyon larger than Geneva?": "ASK { w:Lyon w:population ?n . w:Geneva w:population ?m FILTER(?n > ?m) }",
    "Is there a country that borders both France and Brazil?": "ASK { ?x w:borders w:France, w:Brazil }",
    "How are France and Germany related?": "SELECT DISTINCT ?r { w:France ?r w:Germany }",
    "How many countries border the country that borders the most countries?": (
        f"SELECT ?x ?n {{ {{ {BORDERING} }} {{ SELECT (MAX(?m) AS ?n) {{ {BORDERING.replace('?n', '?m')} }} }} }}"
    ),
    "How many countries are there on each continent?": (
        "SELECT ?g (COUNT(?x) AS ?n) { ?g a w:Continent OPTIONAL { ?x w:continent ?g ; a w:Country } } GROUP BY ?g"
    ),
    "What is the average area of countries by continent?": (
        "SELECT ?g (AVG(?a) AS ?v) { ?x w:continent ?g ; a w:Country ; w:area ?a } GROUP BY ?g"
    ),
    "What is the largest country of each continent?": (
        "SELECT ?g ?x { ?x w:continent ?g ; a w:Country ; w:area ?a "
        "{ SELECT ?g (MAX(?b) AS ?a) { ?y w:continent ?g ; a w:Country ; w:area ?b } GROUP BY ?g } }"
    ),
}

IN_CHINESE = {
    "南美洲有哪些内陆国家？": "Which landlocked countries are in South America?",
    "人口超过两亿的国家有哪些？": "Which countries have more than 200 million people?",
    "1945年到1950年之间成立的组织有哪些？": "Which organisations were founded between 1945 and 1950?",
    "非洲有哪些国家比埃及大？": "Which African countries are larger than Egypt?",
    "哪些国家没有邻国？": "Which countries have no neighbours?",
    "非洲第三大的国家是哪个？": "What is the third largest country in Africa?",
    "面积最大的五个国家是哪些？": "What are the five largest countries?",
    "南美洲面积最大的国家的首都是哪里？": "What is the capital of the largest country in South America?",
    "南美洲国家的平均面积是多少？": "What is the average area of the countries in South America?",
    "法国的人口超过五千万吗？": "Is the population of France more than 50 million?",
    "法国和德国是什么关系？": "How are France and Germany related?",
    "每个大洲有多少个国家？": "How many countries are there on each continent?",
}
BY_HAND |= {question: BY_HAND[english] for question, english in IN_CHINESE.items()}


@pytest.fixture(scope="module")
def world() -> KGQA:
    try:
        for encoder in (MINILM, E5):
            load_encoder(encoder)
    except MissingExtraError as error:
        pytest.skip(str(error))
    # A busy machine must not end the search.
    patient = Config(retrieval=RetrievalConfig(budget_ms=60_000.0))
    return KGQA.from_graph(ROOT / "graphs" / "world.ttl", config=patient)


@pytest.fixture(scope="module")
def store() -> ox.Store:
    found = ox.Store()
    found.bulk_load(path=str(ROOT / "graphs" / "world.ttl"), format=ox.RdfFormat.TURTLE)
    return found


def by_hand(store: ox.Store, query: str) -> set[tuple[str, ...]]:
    """The rows of a query, numbers to nine digits."""
    found = store.query(PREFIXES + query)
    if isinstance(found, ox.QueryBoolean):
        return {(str(bool(found)).lower(),)}
    assert isinstance(found, ox.QuerySolutions)
    return {tuple(_shown(getattr(term, "value", str(term))) for term in row) for row in found}


def _shown(value: object) -> str:
    text = str(value)
    return f"{float(text):.9g}" if re.fullmatch(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", text) else text.lower()


def test_every_question_of_the_page_has_a_query() -> None:
    assert {question for _, question, _ in OPERATORS} == set(BY_HAND)
    assert len(REFUSALS) >= 5


@pytest.mark.parametrize(("question", "expression"), [(q, e) for _, q, e in OPERATORS])
def test_questions_become_what_the_page_says(world: KGQA, store: ox.Store, question: str, expression: str) -> None:
    check(world, store, question, expression, BY_HAND[question])


def check(world: KGQA, store: ox.Store, question: str, expression: str, query: str) -> None:
    reading = world.read(question)
    program = reading.retrieval.candidates[int(reading.chosen[0])].program
    assert expression in {type(part).__name__ for part in program.walk()}
    answer = world.ask(question)
    rows = [(v.id, v.value) if answer.kind is AnswerKind.TABLE else (v.id or v.value,) for v in answer.values]
    assert {tuple(map(_shown, row)) for row in rows} == by_hand(store, query)


@pytest.mark.parametrize(("question", "reason"), REFUSALS)
def test_impossible_questions_are_refused_with_the_reason(world: KGQA, question: str, reason: str) -> None:
    answer = world.ask(question)
    assert answer.kind is AnswerKind.NONE
    assert answer.abstained is not None
    assert answer.abstained.reason.value == reason
    assert answer.abstained.detail


def test_what_has_no_value_is_counted(world: KGQA, store: ox.Store) -> None:
    answer = world.ask("Which organisation is the oldest?")
    (total,), (without,) = (
        next(iter(by_hand(store, query)))
        for query in (
            "SELECT (COUNT(?x) AS ?n) { ?x a w:Organisation }",
            "SELECT (COUNT(?x) AS ?n) { ?x a w:Organisation MINUS { ?x w:founded ?d } }",
        )
    )
    assert f"({without} of {total} have no founded" in (answer.words or "")


def test_the_first_k_come_in_the_order_of_their_value(world: KGQA, store: ox.Store) -> None:
    query = PREFIXES + f"SELECT ?x {{ {COUNTRY_AREA} }} ORDER BY DESC(?a) LIMIT 5"
    rows = store.query(query)
    assert isinstance(rows, ox.QuerySolutions)
    expected = [str(getattr(row[0], "value", "")) for row in rows]
    assert [value.id for value in world.ask("What are the five largest countries?").values] == expected
