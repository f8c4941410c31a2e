from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kgqa.graph import KnowledgeGraph
from kgqa.graph.naming import base_name, language_prefix, relation_domain, relation_phrase
from kgqa.graph.terms import iri_to_key, is_iri, key_to_iri, local_name
from kgqa.types import Literal, Triple


@pytest.mark.parametrize(
    ("name", "phrase", "domain"),
    [
        ("directed_by", "directed by", ""),
        ("birthPlace", "birth place", ""),
        ("http://dbpedia.org/ontology/birthPlace", "birth place", ""),
        ("people.person.place_of_birth", "place of birth", "people person"),
        ("sports.sports_team.location", "location", "sports sports team"),
        (
            "/tv/tv_program/regular_cast./tv/regular_tv_appearance/actor",
            "regular cast actor",
            "tv tv program tv regular tv appearance",
        ),
        ("has_imdb_rating", "has imdb rating", ""),
        ("hasIMDBRating", "has IMDB rating", ""),
        ("titleLeader", "title leader", ""),
        ("_hypernym", "hypernym", ""),
        ("__base__bird_taxa__leg_band_size", "leg band size", "base bird taxa"),
        ("owl:sameAs", "same as", ""),
        ("作者", "作者", ""),
        ("U.S. state", "U.S. state", ""),
        ("http://ex.org/vocab#head%20of_state", "head of state", ""),
        ("/", "/", ""),
    ],
)
def test_relations_in_words(name: str, phrase: str, domain: str) -> None:
    assert (relation_phrase(name), relation_domain(name)) == (phrase, domain)


@pytest.mark.parametrize(
    ("name", "base"),
    [
        ("Shu (state)", "Shu"),
        ("柳江#2970218", "柳江"),
        ("守望星光（刘和刚演唱歌曲）", "守望星光"),
        ("柳如是_（明末名妓）", "柳如是"),
        ("机械设计基础(2010年版)", "机械设计基础"),
        ("Alien (film) (1979)", "Alien"),
        ("C#", None),
        ("#1", None),
        ("(film)", None),
        ("plain", None),
        ("f(x) of y", None),
    ],
)
def test_base_names(name: str, base: str | None) -> None:
    assert base_name(name) == base


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("zh:姜尚", "zh"),
        ("en:Shu_(state)", "en"),
        ("http://fr.dbpedia.org/resource/Lyon", "fr"),
        ("xx:a", ""),
        ("re", ""),
    ],
)
def test_languages_of_ids(name: str, language: str) -> None:
    assert language_prefix(name) == language


@pytest.mark.parametrize(
    ("name", "local"),
    [
        ("http://ex.org/Tel_Aviv", "Tel Aviv"),
        ("http://ex.org/a#b_c", "b c"),
        ("http://dbpedia.org/resource/AC/DC", "AC/DC"),
        ("http://ex.org/%E6%96%B0%20x", "新 x"),
        ("en:Tel_Aviv", "Tel Aviv"),
        ("CSI:Miami", "CSI:Miami"),
        ("Alien: Covenant", "Alien: Covenant"),
        ("urn:isbn:123", "123"),
        ("snake_case", "snake case"),
    ],
)
def test_local_names(name: str, local: str) -> None:
    assert local_name(name) == local


@pytest.mark.parametrize(
    "name", ["a b", "http://ex.org/a", "urn:kgqa:name:x", "50%", "x:%zz", "a/b", "新", "x:[1]", "q:", "http://"]
)
def test_names_become_iris_and_come_back(name: str) -> None:
    iri = key_to_iri(f"<{name}>")
    assert is_iri(iri)
    assert iri_to_key(iri) == f"<{name}>"
    assert iri_to_key(key_to_iri(f"_:{name}")) == f"_:{name}"


# -- names of whole graphs --------------------------------------------------------------------

ROWS = [
    Triple("q1", "label", Literal("Shu (state)", "", "en")),
    Triple("q1", "label", Literal("蜀", "", "zh")),
    Triple("q1", "alias", Literal("Shu Han", "", "en")),
    Triple("q1", "mother", "zh:姜尚"),
    Triple("mother", "label", Literal("mother of", "", "en")),
    Triple("zh:姜尚", "age", Literal("80")),
    Triple("_:b", "mother", "q1"),
    Triple("柳江#29", "likes", "likes"),
]


def test_all_names() -> None:
    graph = KnowledgeGraph.load(ROWS)
    assert {(graph.id(node), text, language, alias) for node, text, language, alias in graph.all_names()} == {
        ("q1", "Shu (state)", "en", False),
        ("q1", "蜀", "zh", False),
        ("q1", "Shu Han", "en", True),
        ("q1", "Shu", "en", True),
        ("zh:姜尚", "姜尚", "zh", False),
        ("柳江#29", "柳江#29", "", False),
        ("柳江#29", "柳江", "", True),
        ("likes", "likes", "", False),
    }


def test_labels_and_their_languages() -> None:
    graph = KnowledgeGraph.load(ROWS)
    q1, jiang = graph.find("q1"), graph.find("zh:姜尚")
    assert (graph.label(q1), graph.label_language(q1)) == ("Shu (state)", "en")
    assert (graph.label(q1, "zh"), graph.label_language(q1, "zh")) == ("蜀", "zh")
    assert (graph.label(jiang), graph.label_language(jiang)) == ("姜尚", "zh")
    assert graph.relation_label(graph.find_relation("mother")) == "mother of"
    assert graph.relation_label(graph.find_relation("likes")) == "likes"


def test_entities_are_the_terms_that_stand_in_facts() -> None:
    graph = KnowledgeGraph.load(ROWS)
    assert {graph.id(int(n)) for n in graph.entities} == {"q1", "zh:姜尚", "_:b", "柳江#29", "likes"}


def test_same_as_goes_all_the_way() -> None:
    rows = [("a", "owl:sameAs", "b"), ("c", "owl:sameAs", "b"), ("c", "owl:sameAs", "d"), ("e", "owl:sameAs", "f")]
    graph = KnowledgeGraph.load(rows)
    found = graph.same_as(np.array([graph.find("d")], dtype=np.int32))
    assert {graph.id(int(n)) for n in found} == {"a", "b", "c", "d"}
    plain = KnowledgeGraph.load([("a", "p", "b")])
    assert plain.same_as(np.array([1, 0], dtype=np.int32)).tolist() == [0, 1]


def mediators(rows: list[tuple[str, str, object]]) -> set[str]:
    graph = KnowledgeGraph.load(rows)
    return {graph.id(int(n)) for n in graph.entities[graph.is_mediator(graph.entities)]}


def test_mediators() -> None:
    people: list[tuple[str, str, object]] = [(f"http://ex.org/p{i}", "rdfs:label", Literal(f"P {i}")) for i in range(5)]
    job: list[tuple[str, str, object]] = [
        ("http://ex.org/job7", "who", "http://ex.org/p1"),
        ("http://ex.org/job7", "since", 1999),
    ]
    assert mediators([*people, *job]) == {"http://ex.org/job7"}
    assert (
        mediators([*people, ("http://ex.org/Boss", "who", "http://ex.org/p1"), ("http://ex.org/Boss", "n", 1)]) == set()
    )
    assert mediators([("_:b", "p", "a"), ("a", "marriage", "m.0w9x"), ("m.0w9x", "spouse", "b")]) == {"_:b", "m.0w9x"}
    assert mediators([("_:b", "rdfs:label", Literal("named")), ("_:b", "p", "a")]) == set()
    assert mediators([("m.01", "p", "m.02"), ("m.02", "p", "m.03")]) == set()
    assert mediators([("st", "rdf:subject", "a"), ("st", "rdf:object", "b"), ("a", "p", "b")]) == {"st"}


@pytest.mark.data
def test_freebase_mediators_of_a_public_graph(data: Path) -> None:
    graph = KnowledgeGraph.load(data / "webqsp_paths" / "graph.tsv")
    found = {graph.id(int(n)) for n in graph.entities[graph.is_mediator(graph.entities)]}
    ids = {graph.id(int(n)) for n in graph.entities}
    assert found == {name for name in ids if name.startswith(("m.0", "g.1")) and " " not in name}
