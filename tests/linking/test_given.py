"""Links to given entities: which nodes, and where in the question."""

from __future__ import annotations

import pytest

from kgqa.errors import QuestionError
from kgqa.graph import KnowledgeGraph
from kgqa.linking import HybridLinker, LabelIndex, given_links
from kgqa.types import Link, Literal, MatchKind, Mention

LABEL, ALIAS, TYPE = "rdfs:label", "skos:altLabel", "rdf:type"
FACTS: list[tuple[object, ...]] = [
    ("ex:paris_fr", LABEL, Literal("Paris")),
    ("ex:paris_tx", LABEL, Literal("Paris")),
    ("ex:fr", LABEL, Literal("France")),
    ("ex:fr", ALIAS, Literal("La République")),
    ("ex:fr", ALIAS, Literal("Hexagon")),
    ("ex:country", LABEL, Literal("country")),
    ("ex:hexagon", LABEL, Literal("Hexagon")),
    ("ex:fr", TYPE, "ex:country"),
    ("ex:fr", "ex:capital", "ex:paris_fr"),
    ("ex:fr", "ex:motto", Literal("Liberty")),
    ("ex:paris_tx", "ex:in", "ex:tx"),
    ("ex:paris_fr", "ex:in", "ex:fr"),
    ("ex:hexagon", "ex:in", "ex:tx"),
    ("ex:中", LABEL, Literal("北京")),
    ("ex:中", "ex:in", "ex:fr"),
]


@pytest.fixture(scope="module")
def graph() -> KnowledgeGraph:
    return KnowledgeGraph.load(FACTS)


def given(graph: KnowledgeGraph, question: str, *topic: str, found: tuple[Link, ...] | None = None) -> list[Link]:
    labels = LabelIndex.from_graph(graph)
    own = HybridLinker(graph, labels).link([question])[0] if found is None else found
    return list(given_links(graph, labels, question, topic, own))


def shown(graph: KnowledgeGraph, links: list[Link]) -> list[tuple[str, str]]:
    return [(graph.id(link.node), link.mention.text) for link in links]


def test_an_id_is_one_node_and_surely_meant(graph: KnowledgeGraph) -> None:
    links = given(graph, "Where is Paris?", "ex:paris_tx")
    assert shown(graph, links) == [("ex:paris_tx", "Paris")]
    (link,) = links
    assert (link.score, link.string, link.match, link.name) == (1.0, 1.0, MatchKind.EXACT, "Paris")
    assert link.mention == Mention(9, 14, "Paris")


def test_a_label_is_every_node_that_has_it(graph: KnowledgeGraph) -> None:
    assert set(shown(graph, given(graph, "Where is Paris?", "Paris"))) == {
        ("ex:paris_fr", "Paris"),
        ("ex:paris_tx", "Paris"),
    }


def test_labels_come_before_aliases_and_exact_before_folded(graph: KnowledgeGraph) -> None:
    assert shown(graph, given(graph, "Where is the Hexagon?", "Hexagon")) == [("ex:hexagon", "Hexagon")]
    assert shown(graph, given(graph, "capital of LA REPUBLIQUE", "la republique")) == [("ex:fr", "LA REPUBLIQUE")]


def test_a_name_is_found_in_the_text_where_the_linker_saw_none(graph: KnowledgeGraph) -> None:
    assert shown(graph, given(graph, "what is in FRANCE now", "ex:fr", found=())) == [("ex:fr", "FRANCE")]
    assert shown(graph, given(graph, "北京在哪里", "ex:中", found=())) == [("ex:中", "北京")]
    # A name within a word is no mention of it.
    assert shown(graph, given(graph, "what is Franceland", "ex:fr", found=())) == [("ex:fr", "")]


def test_topics_without_a_name_in_the_text_get_places_of_their_own(graph: KnowledgeGraph) -> None:
    question = "where is it now"
    links = given(graph, question, "ex:fr", "ex:tx", "ex:中", found=())
    assert [link.mention for link in links] == [Mention(15, 15, ""), Mention(0, 0, ""), Mention(11, 11, "")]


def test_two_topics_of_one_name_take_its_two_places(graph: KnowledgeGraph) -> None:
    links = given(graph, "is Paris farther than Paris", "ex:paris_tx", "ex:paris_fr")
    assert sorted(link.mention.start for link in links) == [3, 22]


def test_classes_and_literals_stay_other_entities_go(graph: KnowledgeGraph) -> None:
    question = "is Liberty of the country of Paris or France"
    links = given(graph, question, "ex:paris_fr")
    assert set(shown(graph, links)) == {("ex:paris_fr", "Paris"), ("ex:country", "country"), ("Liberty", "Liberty")}
    assert graph.id(links[0].node) == "ex:paris_fr"
    assert shown(graph, given(graph, "the country", "ex:country")) == [("ex:country", "country")]


@pytest.mark.parametrize("topic", ["Atlantis", "", "ex:capital"])
def test_an_unknown_topic_is_named(graph: KnowledgeGraph, topic: str) -> None:
    with pytest.raises(QuestionError, match=repr(topic)):
        given(graph, "Where is Paris?", "Paris", topic)


def test_no_topic_is_refused(graph: KnowledgeGraph) -> None:
    with pytest.raises(QuestionError, match="no topic entity"):
        given(graph, "Where is Paris?")
