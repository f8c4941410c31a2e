"""Questions about sets of things: their answers against the facts themselves, and that none is left without a kind."""

from __future__ import annotations

import re

import pytest

from kgqa.evaluation.questions import UNANSWERABLE
from kgqa.graph import KnowledgeGraph
from kgqa.training.chinese import CHINESE
from kgqa.training.composed import ComposedDrafts
from kgqa.training.conditions import is_open, of_one, turned
from kgqa.training.draws import Draws
from kgqa.training.measured import MeasuredDrafts
from kgqa.training.synthetic import Synthesiser
from kgqa.training.templates import ENGLISH

TYPE, LABEL = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type", "http://www.w3.org/2000/01/rdf-schema#label"
DRAWN = {
    "isle": {"Ara": 40, "Bel": 25, "Cor": 60, "Dun": 10, "Eil": 33},
    "bird": {"auk": 0, "owl": 0, "tern": 0, "wren": 0},
}
NESTS = {
    "auk": ("Ara", "Bel", "Cor"),
    "owl": ("Bel", "Dun"),
    "tern": ("Ara", "Bel", "Cor", "Dun"),
    "wren": ("Cor", "Bel"),
}
WINTERS = {"Ara": {"tern"}, "Cor": {"auk", "tern"}, "Dun": {"owl"}}
"""The sea-bird station of an isle: a second relation, so that no set of isles is told by its class alone."""
INHABITED = {"Ara": True, "Bel": False, "Cor": True, "Dun": False, "Eil": True}


def isles() -> KnowledgeGraph:
    triples: list[tuple[object, ...]] = []
    for kind, things in DRAWN.items():
        triples += [(thing, TYPE, kind) for thing in things]
        triples += [(thing, "shoreline", size) for thing, size in things.items() if size]
    triples += [(isle, "nesting species", bird) for bird, places in NESTS.items() for isle in places]
    triples += [(isle, "wintering species", bird) for isle, birds in WINTERS.items() for bird in birds]
    triples += [(isle, "inhabited", flag) for isle, flag in INHABITED.items()]
    return KnowledgeGraph.load(triples)


GRAPH = isles()
SHORES = DRAWN["isle"]
RESIDENT = {isle: {bird for bird, places in NESTS.items() if isle in places} for isle in SHORES}


@pytest.fixture(scope="module")
def made() -> list[tuple[str, str, set[str]]]:
    questions = Synthesiser(GRAPH, seed=5).questions(4000)
    return [(q.text, questions.gold[q.id].tags[0], set(questions.gold[q.id].answers)) for q in questions.questions]


def matching(made: list[tuple[str, str, set[str]]], kind: str, pattern: str) -> list[tuple[re.Match[str], set[str]]]:
    found = [(m, answers) for text, own, answers in made if own == kind and (m := re.fullmatch(pattern, text))]
    assert found, f"no question of kind {kind} reads {pattern}"
    return found


def test_limits_hold(made: list[tuple[str, str, set[str]]]) -> None:
    for match, answers in matching(made, "limit", r"isles with a shoreline (above|below) (\d+)"):
        above, value = match[1] == "above", int(match[2])
        assert answers == {i for i, s in SHORES.items() if (s > value if above else s < value)}


def test_spans_include_their_ends(made: list[tuple[str, str, set[str]]]) -> None:
    for match, answers in matching(made, "between", r"isles whose shoreline is between (\d+) and (\d+)"):
        assert answers == {i for i, s in SHORES.items() if int(match[1]) <= s <= int(match[2])}


def test_the_first_few_are_the_extremes(made: list[tuple[str, str, set[str]]]) -> None:
    pattern = r"What are the (two|three|four) isles with the (largest|smallest) shoreline\?"
    for match, answers in matching(made, "first_k", pattern):
        k = 2 + ["two", "three", "four"].index(match[1])
        assert answers == set(sorted(SHORES, key=SHORES.__getitem__, reverse=match[2] == "largest")[:k])


def test_places_are_counted_from_the_first(made: list[tuple[str, str, set[str]]]) -> None:
    pattern = r"Which isle has the (second|third|fourth|fifth) (largest|smallest) shoreline\?"
    for match, answers in matching(made, "nth", pattern):
        at = 1 + ["second", "third", "fourth", "fifth"].index(match[1])
        assert answers == {sorted(SHORES, key=SHORES.__getitem__, reverse=match[2] == "largest")[at]}


def test_things_are_held_against_one_another(made: list[tuple[str, str, set[str]]]) -> None:
    for match, answers in matching(made, "beside", r"isles with a (larger|smaller) shoreline than (\w+)"):
        mark, more = SHORES[match[2]], match[1] == "larger"
        assert answers == {i for i, s in SHORES.items() if (s > mark if more else s < mark)}
    for match, answers in matching(made, "compared", r"Does (\w+) have a (larger|smaller) shoreline than (\w+)\?"):
        left, right = SHORES[match[1]], SHORES[match[3]]
        assert answers == {str(left > right if match[2] == "larger" else left < right).lower()}
    for match, answers in matching(made, "choice", r"Which has the (larger|smaller) shoreline, (\w+) or (\w+)\?"):
        pick = max if match[1] == "larger" else min
        assert answers == {pick((match[2], match[3]), key=SHORES.__getitem__)}


def test_averages_are_of_all_that_have_a_value(made: list[tuple[str, str, set[str]]]) -> None:
    for _, answers in matching(made, "folded", r"What is the average shoreline of isles\?"):
        assert answers == {f"{sum(SHORES.values()) / len(SHORES):.15g}"}


def test_exceptions_leave_out(made: list[tuple[str, str, set[str]]]) -> None:
    for match, answers in matching(
        made, "excepted", r"(?:Which isles have|isles with) nesting species (\w+) but not (\w+)\??"
    ):
        assert answers == {i for i, birds in RESIDENT.items() if match[1] in birds and match[2] not in birds}
    for match, answers in matching(made, "excepted", r"isles whose nesting species is not (\w+)"):
        assert answers == {i for i, birds in RESIDENT.items() if match[1] not in birds}


def with_bird(said: str, bird: str) -> set[str]:
    """The isles where a bird nests or winters."""
    return {isle for isle, birds in {"nesting": RESIDENT, "wintering": WINTERS}[said].items() if bird in birds}


HAS = r"(?:that )?(?:with|whose|has|have)(?: the)? (nesting|wintering) species (?:is )?(\w+)"


def test_exceptions_are_made_to_part_of_a_class(made: list[tuple[str, str, set[str]]]) -> None:
    left_out = r"do(?:n't| not) have the (nesting|wintering) species (\w+)"
    for kind, joint in (("lacking", "(?:that )?"), ("but_not", "(?:but|and) ")):
        for match, answers in matching(made, kind, rf".*isles {HAS} {joint}{left_out}[?.]?"):
            assert answers == with_bird(match[1], match[2]) - with_bird(match[3], match[4])


def test_existence_is_asked_for(made: list[tuple[str, str, set[str]]]) -> None:
    for match, answers in matching(made, "any_one", rf"(?:Is|Are) there .*isles? {HAS} and the \1 species (\w+)\?"):
        assert answers == {str(bool(with_bird(match[1], match[2]) & with_bird(match[1], match[3]))).lower()}
    for match, answers in matching(made, "any_shared", rf"(?:Is|Are) there .*isles? {HAS} and {HAS}\?"):
        assert answers == {str(bool(with_bird(match[1], match[2]) & with_bird(match[3], match[4]))).lower()}


def test_what_nothing_is_known_of_has_no_answer(made: list[tuple[str, str, set[str]]]) -> None:
    for match, answers in matching(made, "beyond", r"Which isles have a shoreline of more than (\d+)\?"):
        assert int(match[1]) > max(SHORES.values())
        assert not answers
    for match, answers in matching(made, "unrelated", rf".*isles {HAS}[?.]?"):
        assert not answers
        assert not with_bird(match[1], match[2])


@pytest.mark.parametrize(
    ("condition", "one", "none"),
    [
        ("use the euro", "uses the euro", "do not use the euro"),
        ("are in Europe", "is in Europe", "are not in Europe"),
        ("were born in Rome", "was born in Rome", "were not born in Rome"),
        ("have Rome as capital", "has Rome as capital", None),
        ("won the prize", "won the prize", None),
    ],
)
def test_conditions_are_said_of_one_thing_and_negated(condition: str, one: str, none: str | None) -> None:
    assert (of_one(condition), turned(condition)) == (one, none)


@pytest.mark.parametrize(
    ("name", "goes_on"), [("member of", True), ("located in", True), ("flows through", False), ("capital", False)]
)
def test_names_that_go_on_with_an_object(name: str, goes_on: bool) -> None:
    assert is_open(name) is goes_on


def test_numbers_of_things_are_conditions(made: list[tuple[str, str, set[str]]]) -> None:
    for match, answers in matching(made, "more_than", r"isles with more than (\d) nesting species"):
        assert answers == {i for i, birds in RESIDENT.items() if len(birds) > int(match[1])}
    for _, answers in matching(made, "none", r"Which isles have no nesting species\?"):
        assert answers == {i for i, birds in RESIDENT.items() if not birds}
    most = r"(?:(?:Which|What) isle has|the isle with) the (?:most|highest number of|largest number of)"
    for _, answers in matching(made, "most_of", rf"{most} nesting species\??"):
        assert answers == {"Bel"}


def test_flags_are_said_like_adjectives(made: list[tuple[str, str, set[str]]]) -> None:
    for _, answers in matching(made, "flagged", r"Which isles are inhabited\?"):
        assert answers == {i for i, flag in INHABITED.items() if flag}
    for match, answers in matching(made, "flagged", r"Is (\w+) inhabited\?"):
        assert answers == {str(INHABITED[match[1]]).lower()}


def test_relations_between_two_things(made: list[tuple[str, str, set[str]]]) -> None:
    for match, answers in matching(made, "related", r"How are (\w+) and (\w+) related\?"):
        told = {"nesting species": RESIDENT, "wintering species": WINTERS}
        assert answers == {name for name, facts in told.items() if match[2] in facts.get(match[1], set())}


def test_every_kind_is_made_where_the_graph_allows_it(made: list[tuple[str, str, set[str]]]) -> None:
    draws = Draws(GRAPH, language="en", seed=0)
    wanted = {kind.__name__ for kind in (*MeasuredDrafts(draws).kinds, *ComposedDrafts(draws).kinds)}
    # Two relations lead from isles to birds, so that "how many birds for each isle" is ambiguous and not asked. No two
    # attributes of an isle are measured alike.
    missing = {"count_each", "average_each", "best_each", "own", "own_gap"}
    assert wanted - {kind for _, kind, _ in made} == missing


def test_attributes_that_are_measured_alike_are_held_against_each_other() -> None:
    paid = {"Ayr": (120, 100), "Bex": (80, 95), "Cey": (70, 70), "Dol": (65, 60)}
    graph = KnowledgeGraph.load(
        [
            *((name, TYPE, "job") for name in paid),
            *((name, "final price", price) for name, (price, _) in paid.items()),
            *((name, "quoted price", price) for name, (_, price) in paid.items()),
            *((name, "floors", n) for n, name in enumerate(paid, 1)),
        ]
    )
    questions = Synthesiser(graph, seed=1).questions(600)
    found = {q.text: set(questions.gold[q.id].answers) for q in questions.questions}
    assert found["Which jobs have a final price above their quoted price?"] == {"Ayr", "Dol"}
    assert found["Which jobs have a final price below their quoted price?"] == {"Bex"}
    assert found["How much is the final price of Dol above its quoted price?"] == {"5"}
    assert found["How much is the quoted price of Bex above its final price?"] == {"15"}
    tagged = [q.text for q in questions.questions if {"own", "own_gap"} & set(questions.gold[q.id].tags)]
    assert not any("floors" in text for text in tagged)


def test_tables_have_a_row_for_each_group() -> None:
    graph = KnowledgeGraph.load(
        [
            *((name, TYPE, "town") for name in ("Ayr", "Bex", "Cey", "Dol")),
            *((name, TYPE, "shire") for name in ("North", "South", "West")),
            *(("Ayr", "lies in", "North"), ("Bex", "lies in", "North"), ("Cey", "lies in", "South")),
            *(("Dol", "lies in", "West"), ("Ayr", "height", 7), ("Bex", "height", 9), ("Cey", "height", 4)),
        ]
    )
    questions = Synthesiser(graph, seed=1).questions(1_000)
    found = {q.text: set(questions.gold[q.id].answers) for q in questions.questions}
    assert found["How many towns does each shire have?"] == {"North: 2", "South: 1", "West: 1"}
    assert found["What is the average height of towns by shire?"] == {"North: 8", "South: 4"}
    assert found["What is the town with the largest height of each shire?"] == {"North: Bex", "South: Cey"}


def test_lists_are_asked_for_in_so_many_words(made: list[tuple[str, str, set[str]]]) -> None:
    for _, answers in matching(made, "listed", r"(?:List|Name|Show me) (?:all|the) isles\."):
        assert answers == set(SHORES)


def test_what_a_relation_names_as_a_kind_is_asked_for_by_the_kind() -> None:
    metals, gases = ("tin", "lead", "zinc", "iron"), ("neon", "argon", "radon")
    graph = KnowledgeGraph.load(
        [
            *((name, TYPE, "element") for name in (*metals, *gases)),
            *((name, "category", "metal") for name in metals),
            *((name, "category", "noble gas") for name in gases),
            *((name, "weight", float(len(name) + i)) for i, name in enumerate((*metals, *gases))),
        ]
    )
    questions = Synthesiser(graph, seed=1).questions(1500)
    found = [(q.text, questions.gold[q.id].tags[0], set(questions.gold[q.id].answers)) for q in questions.questions]
    for _, answers in matching(found, "listed", r"(?:List|Name|Show me) (?:all|the) noble gases\."):
        assert answers == set(gases)
    for match, answers in matching(found, "first", r"(?:(?:What|Which) is the )?(heavi|light)est noble gas\??"):
        assert answers == {"radon" if match[1] == "heavi" else "neon"}


def test_people_whom_no_relation_names_are_asked_for_by_who(made: list[tuple[str, str, set[str]]]) -> None:
    assert all(not answers for _, answers in matching(made, "foreign", r"[Ww]ho.*\b(president|heir|lawyer)\b.*"))


def test_what_no_relation_is_called_has_no_answer(made: list[tuple[str, str, set[str]]]) -> None:
    foreign = [(text, answers) for text, kind, answers in made if kind == "foreign"]
    assert len(foreign) > 20
    assert all(not answers for _, answers in foreign)
    known = KnowledgeGraph.load([("Ara", "mayor", "Bo"), ("Bo", "best friend", "Al"), ("Al", "school", "Old")])
    questions = Synthesiser(known, seed=2).questions(300)
    asked = [q.text for q in questions.questions if questions.gold[q.id].tags == ("foreign", UNANSWERABLE)]
    assert len(asked) > 10
    assert not [text for text in asked for name in ("mayor", "friend", "school") if name in text]


@pytest.mark.parametrize("words", [ENGLISH, CHINESE], ids=["English", "Chinese"])
def test_adjectives_and_extremes_name_both_ends(words: object) -> None:
    assert isinstance(words, type(ENGLISH))
    for own in words.adjectives.values():
        assert len({own.more, own.less}) == len({own.most, own.least}) == 2
    assert all(len(set(pair)) == 2 for pair in words.extremes.values())
