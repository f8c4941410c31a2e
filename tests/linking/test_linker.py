"""What the linker finds in a question, on a toy graph."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from kgqa.config import LinkingConfig
from kgqa.graph import KnowledgeGraph
from kgqa.linking import HybridLinker, LabelIndex
from kgqa.types import Literal, MatchKind, NodeIds
from tests.linking.toy import ALT_LABEL, FACTS, RDF_TYPE, RDFS_LABEL, XSD, build_graph, build_linker, ids, link_one

GRAPH = build_graph(
    FACTS,
    [
        ("Q142", RDFS_LABEL, Literal("French Republic", language="en")),
        ("Q142", RDFS_LABEL, Literal("法兰西共和国", language="zh")),
        ("Q142", ALT_LABEL, Literal("Hexagone", language="fr")),
        ("Q142", "area", Literal("643801", XSD + "integer")),
        ("Q142", "motto", Literal("liberty first")),
        ("Q6256", RDFS_LABEL, Literal("country", language="en")),
    ],
)
LINKER = build_linker(GRAPH)


@pytest.mark.parametrize(
    ("question", "node", "match"),
    [
        ("what year was the movie Caro diario released", "Caro diario", MatchKind.EXACT),
        ("what year was the movie caro diario released", "Caro diario", MatchKind.NORMALISED),
        ("which albums did Beyonce record", "Beyoncé", MatchKind.NORMALISED),
        ("what is France's capital", "France", MatchKind.EXACT),
        ("what is the Beatles' origin", "The Beatles", MatchKind.NORMALISED),
        ("list all elements", "element", MatchKind.INFLECTED),
        ("anna_of_holstein-gottorp 's spouse ?", "anna_of_holstein-gottorp", MatchKind.NORMALISED),
        ("who starred in What's Eating Gilbert Grape", "What's Eating Gilbert Grape", MatchKind.EXACT),
        ("who starred in whats eating gilbert grape", "What's Eating Gilbert Grape", MatchKind.NORMALISED),
        ("what is the capital of Frnace", "France", MatchKind.FUZZY),
        ("films by Christoper Nolan", "Christopher Nolan", MatchKind.FUZZY),
        ("films by Christopehr Noaln", "Christopher Nolan", MatchKind.FUZZY),
        ("films by Nolan", "Christopher Nolan", MatchKind.PARTIAL),
        ("films by nolan", "Christopher Nolan", MatchKind.PARTIAL),
        ("capital of the UK", "United Kingdom", MatchKind.ACRONYM),
        ("capital of the USA", "United States of America", MatchKind.ACRONYM),
        ("capital of the U.S.A.", "United States of America", MatchKind.ACRONYM),
        ('who starred in "The Prowler"', "The Prowler", MatchKind.EXACT),
        ("who starred in prowler", "The Prowler", MatchKind.NORMALISED),
        ("who starred in It", "It", MatchKind.EXACT),
        ("who starred in the movie Her", "Her", MatchKind.EXACT),
        ('who starred in "her"', "Her", MatchKind.NORMALISED),
        ("where does spiderman live", "Spider-Man", MatchKind.NORMALISED),
        ("who lives in New York City", "New York City", MatchKind.EXACT),
        ("what is the capital of Shu", "Shu (state)", MatchKind.NORMALISED),
        ("what kind is hydrogen", "《Hydrogen》", MatchKind.NORMALISED),
        ("你记得老特拉福德球场是哪天开始启用的吗？", "老特拉福德球场", MatchKind.EXACT),
        ("老特拉福得球场是哪天启用的？", "老特拉福德球场", MatchKind.FUZZY),
        ("特拉福德球场是哪天启用的？", "老特拉福德球场", MatchKind.FUZZY),
        ("请问阿伯丁的人口密度有多大？", "阿伯丁(华盛顿州)", MatchKind.NORMALISED),
        ("莫妮卡贝鲁奇的职业是什么", "莫妮卡·贝鲁奇", MatchKind.NORMALISED),
        ("茯苓属于什么门？", "茯苓#5511810", MatchKind.NORMALISED),
        ("what is the area of the French Republic", "Q142", MatchKind.EXACT),
        ("法兰西共和国的面积", "Q142", MatchKind.EXACT),
        ("how large is hexagone", "Q142", MatchKind.NORMALISED),
        ("whose motto is liberty first", "liberty first", MatchKind.EXACT),
        (
            "what is Robert'); DROP TABLE <b>x</b>\n{y}\u202e",
            "Robert'); DROP TABLE <b>x</b>\n{y}\u202e",
            MatchKind.EXACT,
        ),
    ],
)
def test_first_link(question: str, node: str, match: MatchKind) -> None:
    first = link_one(LINKER, question)[0]
    assert (GRAPH.id(first.node), first.match) == (node, match)


def test_mention_is_as_written() -> None:
    mention = link_one(LINKER, "who lives in “New  York-City” now?")[0].mention
    assert mention.text == "New  York-City"


def test_mention_takes_the_punctuation_of_its_name() -> None:
    assert link_one(LINKER, "is Shu (state) big?")[0].mention.text == "Shu (state)"


def test_all_readings_are_returned_and_the_disjoint_ones_first() -> None:
    links = link_one(LINKER, "who starred in What's Eating Gilbert Grape")
    found = ids(GRAPH, links)
    assert found[0] == "What's Eating Gilbert Grape"
    assert {"Gilbert", "Grape"} <= set(found[1:])
    assert links[0].score > max(link.score for link in links[1:])


def test_two_mentions_are_both_kept_before_their_parts() -> None:
    links = link_one(LINKER, "is New York City larger than London")
    assert set(ids(GRAPH, links)[:2]) == {"New York City", "London"}
    assert {"New York", "City"} <= set(ids(GRAPH, links)[2:])


def test_ordinary_words_score_low() -> None:
    scores = {GRAPH.id(link.node): link.score for link in link_one(LINKER, "what did it do in paris")}
    assert scores["Paris"] > 0.5
    assert scores["It"] < 0.2
    assert scores["what"] < 0.2


def test_capitals_count_where_the_question_has_them() -> None:
    marked = {GRAPH.id(link.node): link.score for link in link_one(LINKER, "where did It play in Paris")}
    plain = {GRAPH.id(link.node): link.score for link in link_one(LINKER, "Where did it play in Paris")}
    assert marked["It"] > 2 * plain["It"]


def test_initials_in_small_letters_are_weaker() -> None:
    upper = link_one(LINKER, "capital of the UK")[0].score
    lower = link_one(LINKER, "capital of the uk")[0]
    assert lower.match is MatchKind.ACRONYM
    assert lower.score < upper
    assert "United Kingdom" not in ids(GRAPH, link_one(LINKER, "Who was it that said uk"))


def test_numbers_are_linked_whatever_their_datatype() -> None:
    links = link_one(LINKER, "which country has an area of 643,801?")
    found = {link.mention.text: link.node for link in links}
    assert GRAPH.literal(found["643,801"]) == Literal("643801", XSD + "integer")


def test_names_of_punctuation_are_linked() -> None:
    assert "???" in ids(GRAPH, link_one(LINKER, "what is ??? ?"))


def test_classes_are_linked_like_other_nodes() -> None:
    graph = build_graph([("Loire", RDF_TYPE, "river"), ("Seine", RDF_TYPE, "river")])
    link = link_one(build_linker(graph), "which rivers are there")[0]
    assert link.node in graph.classes


def test_better_known_nodes_come_first() -> None:
    facts = [("Paris (Texas)", "in", "Texas"), *((f"x{i}", "in", "Paris (France)") for i in range(20))]
    graph = build_graph([*facts, ("Paris (France)", "in", "France")])
    assert ids(graph, link_one(build_linker(graph), "where is Paris"))[:2] == ["Paris (France)", "Paris (Texas)"]


def test_labels_come_before_aliases() -> None:
    graph = build_graph(
        [("Q1", "in", "x"), ("Q2", "in", "x")],
        [("Q1", ALT_LABEL, Literal("Springfield")), ("Q2", RDFS_LABEL, Literal("Springfield"))],
    )
    assert ids(graph, link_one(build_linker(graph), "where is Springfield"))[:2] == ["Q2", "Q1"]


def test_nodes_that_are_only_names_are_not_linked() -> None:
    graph = build_graph([("Q1", "in", "x")], [("Q1", RDFS_LABEL, Literal("Springfield"))])
    assert ids(graph, link_one(build_linker(graph), "where is Springfield")) == ["Q1"]


@pytest.mark.parametrize("question", ["", "   ", "?!", "\n", "\ud800", "é" * 3, "Кто", "qqqq zzzz"])
def test_questions_without_names_have_no_links(question: str) -> None:
    assert link_one(LINKER, question) == ()


def test_a_batch_is_each_question_on_its_own() -> None:
    questions = ["what is France's capital", "", "films by Christoper Nolan"]
    assert LINKER.link(questions) == [link_one(LINKER, question) for question in questions]


NAMES = st.sampled_from(
    [fact[0] for fact in FACTS] + ["who", "the", "’s ", "中国", "?", "é", "e\u0301", "\u202e", "  "]
)


@given(st.lists(st.one_of(NAMES, st.text(max_size=8)), max_size=6).map(" ".join))
def test_mentions_are_spans_and_scores_are_shares(question: str) -> None:
    links = link_one(LINKER, question)
    for link in links:
        assert link.mention.text == question[link.mention.start : link.mention.end]
        assert 0 <= link.mention.start < link.mention.end <= len(question)
        assert all(0.0 <= x <= 1.0 for x in (link.score, link.prior, link.string, link.dense))
    places = [(link.mention, link.node) for link in links]
    assert len(places) == len(set(places))


@pytest.mark.parametrize("unit", ["a", "a ", "the ", "中", "New York ", '"', "1 ", "? ", "U.S."])
def test_work_is_bounded_on_repetition(unit: str) -> None:
    links = link_one(LINKER, (unit * 2_000)[:2_000])
    assert len(links) <= 24 * LinkingConfig().max_candidates


def test_many_labels_with_one_beginning_are_bounded() -> None:
    names = [f"alpha{' beta' * (i % 40)} {i}" for i in range(3_000)] + ["alpha"]
    graph = build_graph([(name, "is", "x") for name in names])
    links = link_one(build_linker(graph), "alpha" + " beta" * 300)
    assert links[0].name == "alpha" or links
    assert len(links) <= 24 * LinkingConfig().max_candidates


def test_candidates_are_cut_to_the_configured_number() -> None:
    graph = build_graph([(f"Smith ({i})", "is", "x") for i in range(50)])
    labels = LabelIndex.from_graph(graph)
    linker = HybridLinker(graph, labels, config=LinkingConfig(max_candidates=3))
    assert len(link_one(linker, "who is Smith")) == 3


class FakeNames:
    """Vectors that prefer one node."""

    def __init__(self, graph: KnowledgeGraph, favourite: str) -> None:
        self.favourite = graph.find(favourite)

    def similarities(self, questions: Sequence[str], nodes: Sequence[NodeIds]) -> list[NDArray[np.float32]]:
        return [(own == self.favourite).astype(np.float32) for own in nodes]

    def nearest(self, questions: Sequence[str], count: int) -> list[tuple[NodeIds, NDArray[np.float32]]]:
        found = np.array([self.favourite], dtype=np.int32), np.array([0.5], dtype=np.float32)
        return [found for _ in questions]


def test_vectors_decide_among_equals_and_answer_where_no_name_is_found() -> None:
    graph = build_graph([("Bank (river)", "is", "x"), ("Bank (money)", "is", "x")])
    labels = LabelIndex.from_graph(graph)
    for favourite in ("Bank (river)", "Bank (money)"):
        linker = HybridLinker(graph, labels, dense=FakeNames(graph, favourite))
        assert ids(graph, link_one(linker, "where is the bank"))[0] == favourite
        far = link_one(linker, "qqqq zzzz")
        assert [(graph.id(link.node), link.match) for link in far] == [(favourite, MatchKind.DENSE)]
        assert link_one(linker, "  ") == ()


def test_the_order_of_facts_does_not_matter() -> None:
    shuffled = list(FACTS)
    random.Random(3).shuffle(shuffled)
    first, second = build_graph(FACTS), build_graph(shuffled)
    for question in ("films by Nolan", "who starred in What's Eating Gilbert Grape", "is New York City big"):
        one, two = link_one(build_linker(first), question), link_one(build_linker(second), question)
        assert ids(first, one) == ids(second, two)


@pytest.mark.parametrize("change", [str.lower, str.upper])
def test_where_a_question_has_one_case_the_capitals_of_the_graph_tell_names(change: Callable[[str], str]) -> None:
    films = [
        ("Angel's Egg", "written_by", "Mamoru Oshii"),
        ("Angel's Egg", "has_tag", "writer"),
        ("Star!", "by", "X Y"),
    ]
    graph = build_graph(films)
    linker = build_linker(graph)
    cased, plain = (
        {graph.id(link.node): link for link in link_one(linker, text)}
        for text in ("what films was Mamoru Oshii a writer on", change("what films was Mamoru Oshii a writer on"))
    )
    assert plain["Mamoru Oshii"].score > 0.95 * cased["Mamoru Oshii"].score
    assert plain["writer"].score < 0.8 * plain["Mamoru Oshii"].score
    question = change("when was the movie Star! released")
    assert link_one(linker, question)[0].mention.text == change("Star!")


def test_small_letters_stay_names_where_the_graph_has_no_others() -> None:
    graph = build_graph([("anna", "knows", "helium"), ("helium", "kind", "element")])
    links = {graph.id(link.node): link.score for link in link_one(build_linker(graph), "what does anna say of helium")}
    assert min(links["anna"], links["helium"]) > 0.5


def linked(triples: list[tuple[str, str, str]], question: str) -> list[str]:
    graph = KnowledgeGraph.load(triples)
    return ids(graph, link_one(build_linker(graph), question))


@pytest.mark.parametrize("question", ["Where is CNC-09 located?", "where is cnc-09", "CNC-10 operator"])
def test_codes_that_differ_in_a_digit_are_not_alike(question: str) -> None:
    triples = [("CNC-01", "located in", "Hall A"), ("CNC-02", "located in", "Hall B")]
    assert not linked(triples, question)
    assert linked(triples, question.lower().replace("cnc-09", "cnc-02").replace("cnc-10", "cnc-02"))[:1] == ["CNC-02"]


@pytest.mark.parametrize(("place", "said"), [("四川省", "四川"), ("昆明市", "昆明"), ("广西壮族自治区", "广西")])
def test_chinese_places_are_said_without_their_rank(place: str, said: str) -> None:
    graph = KnowledgeGraph.load([("青城小馆", "所在地", place), (place, "邻近", "他处")])
    (link, *_) = link_one(build_linker(graph), f"{said}有哪些餐厅？")
    assert graph.id(link.node) == place
    assert link.string > 0.8


def test_foreign_names_are_said_by_their_last_part_in_chinese() -> None:
    triples = [("汉弗里·戴维", "国籍", "英国"), ("杰克·伦敦", "国籍", "美国"), ("大本钟", "位于", "伦敦")]
    graph = KnowledgeGraph.load(triples)
    linker = build_linker(graph)
    (link, *_) = link_one(linker, "戴维是哪国人？")
    assert graph.id(link.node) == "汉弗里·戴维"
    assert link.string > 0.8
    city, writer = link_one(linker, "伦敦在哪里？")[:2]
    assert (graph.id(city.node), graph.id(writer.node)) == ("伦敦", "杰克·伦敦")
    assert city.string > 2 * writer.string


@pytest.mark.parametrize(
    ("adjective", "place"), [("Swedish", "Sweden"), ("portuguese", "Portugal"), ("thai", "Thailand")]
)
def test_adjectives_of_countries_name_them(adjective: str, place: str) -> None:
    assert linked([("Ann", "citizen of", place)], f"number of {adjective} players")[:1] == [place]


def test_what_is_asked_of_a_name_is_no_part_of_a_longer_one() -> None:
    graph = build_graph([("Augustus", "father", "Gaius"), ("Early life of Augustus", "mother", "Atia")])
    linker = build_linker(graph)
    assert ids(graph, link_one(linker, "the wife of Augustus")) == ["Augustus"]
    assert ids(graph, link_one(linker, "the life of Augustus"))[0] == "Early life of Augustus"
