"""Questions made from a graph: their answers against the facts themselves, their variety, their draws."""

from __future__ import annotations

import re

import pytest

from kgqa.graph import KnowledgeGraph
from kgqa.training.synthetic import Synthesiser
from tests.retrieval.toy import build, family, films, lines

FILMS = films()
FACTS = [(t.subject, t.predicate, t.object) for t in FILMS.to_triples()]


def objects(subject: str, relation: str) -> set[str]:
    return {str(getattr(o, "lexical", o)) for s, r, o in FACTS if (s, r) == (subject, relation)}


def subjects(relation: str, value: str) -> set[str]:
    return {s for s, r, o in FACTS if r == relation and str(getattr(o, "lexical", o)) == value}


@pytest.fixture(scope="module")
def made() -> list[tuple[str, set[str]]]:
    found = Synthesiser(FILMS, seed=1).questions(2500)
    return [(question.text, set(found.gold[question.id].answers)) for question in found.questions]


def matching(made: list[tuple[str, set[str]]], pattern: str) -> list[tuple[re.Match[str], set[str]]]:
    found = [(match, answers) for text, answers in made if (match := re.fullmatch(pattern, text))]
    assert found, f"no question reads {pattern}"
    return found


def test_lookups_have_the_facts_for_answers(made: list[tuple[str, set[str]]]) -> None:
    relations = "|".join({relation for _, relation, _ in FACTS})
    for match, answers in matching(made, rf"What is the ({relations}) of (\w+)\?"):
        assert answers == objects(match[2], match[1])


def test_questions_against_a_relation_have_its_subjects_for_answers(made: list[tuple[str, set[str]]]) -> None:
    relations = "|".join({relation for _, relation, _ in FACTS})
    for match, answers in matching(made, rf"Whose ({relations}) is (\w+)\?"):
        assert answers == subjects(match[1], match[2])


def test_counts_count(made: list[tuple[str, set[str]]]) -> None:
    relations = "|".join({relation for _, relation, _ in FACTS})
    for match, answers in matching(made, rf"How many ({relations}) does (\w+) have\?"):
        assert answers == {str(len(objects(match[2], match[1])))}


def test_both_answers_to_yes_and_no_are_asked_for(made: list[tuple[str, set[str]]]) -> None:
    relations = "|".join({relation for _, relation, _ in FACTS})
    tests = matching(made, rf"Is ([\w-]+) the ({relations}) of (\w+)\?")
    for match, answers in tests:
        assert answers == {str(match[1] in objects(match[3], match[2])).lower()}
    assert {answer for _, answers in made for answer in answers} >= {"true", "false"}


def test_superlatives_have_the_extreme_for_answer(made: list[tuple[str, set[str]]]) -> None:
    said = r"(?:whose|have the|with) (star|genre|director)(?: is)? (\w+)"
    pattern = rf".*\b[Ff]ilms? (?:that )?{said}.* has the (largest|highest|most|smallest|lowest|least) runtime\?"
    for match, answers in matching(made, pattern):
        films = {film: [int(m) for m in objects(film, "runtime")] for film in subjects(match[1], match[2])}
        known = {film: minutes[0] for film, minutes in films.items() if minutes}
        most = match[3] in ("largest", "highest", "most")
        extreme = max(known.values()) if most else min(known.values())
        assert answers == {film for film, minutes in known.items() if minutes == extreme}


def test_relations_are_asked_for_in_other_words(made: list[tuple[str, set[str]]]) -> None:
    for match, answers in matching(made, r"(?:W|w)ho directed (\w+)\??"):
        assert answers == objects(match[1], "director")
    for match, answers in matching(made, r"(?:What|Which) [Ff]ilms? (?:was|were) directed by (\w+)\?"):
        assert answers == subjects("director", match[1])


def test_words_that_would_do_for_two_relations_of_a_thing_are_left_out() -> None:
    facts = [(f"film {i}", "director", f"person {i}") for i in range(8)]
    both = [(f"film {i}", "directed by", f"other {i}") for i in range(4)]
    questions = Synthesiser(KnowledgeGraph.load([*facts, *both]), seed=1).questions(200)
    pattern = r"film (\d) was directed by whom|directed film (\d)|was film (\d) directed"
    asked = {"".join(filter(None, m.groups())) for q in questions.questions if (m := re.search(pattern, q.text))}
    assert asked
    assert asked <= set("4567")


def test_things_with_the_same_fact_are_asked_for(made: list[tuple[str, set[str]]]) -> None:
    for match, answers in matching(
        made, r"(?:List|Name) (?:all|the) films (?:that have|with) the same (genre|star) as (\w+)\."
    ):
        shared = [subjects(match[1], value) for value in objects(match[2], match[1])]
        assert answers == set[str]().union(*shared) - {match[2]}


def test_a_seed_draws_the_same_and_another_draws_others() -> None:
    texts = [[q.text for q in Synthesiser(FILMS, seed=seed).questions(30).questions] for seed in (4, 4, 5)]
    assert texts[0] == texts[1] != texts[2]
    assert len(set(texts[0])) == len(texts[0])


def test_chinese_questions_use_chinese_names() -> None:
    graph: KnowledgeGraph = family()
    made = Synthesiser(graph, language="zh", seed=2).questions(20)
    assert len(made.questions) == 20
    assert all(re.search("[\u4e00-\u9fff]", question.text) for question in made.questions)
    assert any("母亲" in question.text for question in made.questions)


def test_a_graph_without_relations_gives_no_question() -> None:
    graph = build(lines("Alpha director Kim")).with_changes(remove=[("Alpha", "director", "Kim")])[0]
    assert len(Synthesiser(graph).questions(5)) == 0
