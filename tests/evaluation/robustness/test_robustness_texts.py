"""Attacks on the text of a question."""

from __future__ import annotations

import random
import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgqa import KnowledgeGraph
from kgqa.evaluation.robustness import ATTACKS, NameTable, Place, Scene, Skipped, TextAttack, choose_attacks
from kgqa.evaluation.robustness.invention import Inventor
from kgqa.evaluation.robustness.names import linked_places
from kgqa.evaluation.robustness.paraphrase import framed, rewritten
from kgqa.evaluation.robustness.renaming import aliased
from kgqa.evaluation.robustness.surface import (
    emoji,
    lower_case,
    more_marks,
    more_spaces,
    upper_case,
    without_accents,
    without_question_mark,
    word_order,
)
from kgqa.evaluation.robustness.typos import NEAR, misspelt, typos_inside, typos_outside
from kgqa.types import Link, MatchKind, Mention
from tests.evaluation.robustness.land import LABEL, case, cases, scene

SCENE = scene()
seeds = st.integers(0, 10_000).map(random.Random)
TEXT_ATTACKS = [attack for attack in ATTACKS if isinstance(attack, TextAttack)]


def distance(one: str, two: str) -> int:
    """Optimal string alignment: letters put in, left out, replaced, or exchanged with the next."""
    table = [[i + j if not i * j else 0 for j in range(len(two) + 1)] for i in range(len(one) + 1)]
    for i in range(1, len(one) + 1):
        for j in range(1, len(two) + 1):
            same = one[i - 1] == two[j - 1]
            table[i][j] = min(table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + (not same))
            if i > 1 and j > 1 and one[i - 1] == two[j - 2] and one[i - 2] == two[j - 1]:
                table[i][j] = min(table[i][j], table[i - 2][j - 2] + 1)
    return table[-1][-1]


# -- all ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("attack", TEXT_ATTACKS, ids=lambda attack: attack.name)
def test_a_text_attack_is_the_same_each_time_and_loses_no_question(attack: TextAttack) -> None:
    over = scene(seed=3)
    asked = cases(over)
    first, again = attack.apply(over, asked), attack.apply(scene(seed=3), cases(scene(seed=3)))
    assert [v.text for v in first.variants] == [v.text for v in again.variants]
    assert {v.case.question.id for v in first.variants} | first.skipped.keys() == {c.question.id for c in asked}
    assert not {v.case.question.id for v in first.variants} & first.skipped.keys()
    assert all(v.text != v.case.text and v.answers == v.case.gold.answers for v in first.variants)
    assert not first.changes_graph


@pytest.mark.parametrize("attack", TEXT_ATTACKS, ids=lambda attack: attack.name)
def test_a_question_is_attacked_alike_alone_and_among_others(attack: TextAttack) -> None:
    asked = cases(SCENE)
    together = {v.case.question.id: v.text for v in attack.apply(SCENE, asked).variants}
    alone = {v.case.question.id: v.text for one in asked for v in attack.apply(SCENE, [one]).variants}
    assert alone == together


def test_another_seed_gives_other_typos() -> None:
    (attack,) = choose_attacks(["typos-outside-names"])
    texts = {attack.apply(scene(seed), cases(scene(seed))).variants[0].text for seed in range(8)}
    assert len(texts) > 1


# -- typos ----------------------------------------------------------------------------------------


def test_neighbouring_keys_are_those_of_the_keyboard() -> None:
    assert set(NEAR["g"]) == set("tyhbvf")
    assert set(NEAR["q"]) == set("wa")
    assert set(NEAR["m"]) == set("njk")
    assert all(one in NEAR[two] for one in NEAR for two in NEAR[one])


@settings(deadline=None)
@given(word=st.from_regex(r"[A-Za-zäé]{4,12}", fullmatch=True), draw=seeds)
def test_a_typo_is_one_slip_after_the_first_letter(word: str, draw: random.Random) -> None:
    slipped = misspelt(word, draw)
    assert distance(word, slipped) == 1
    assert slipped[0] == word[0]


@settings(deadline=None)
@given(draw=seeds)
def test_typos_outside_leave_names_alone(draw: random.Random) -> None:
    for one in cases(SCENE):
        found = typos_outside(one, SCENE, draw)
        assert isinstance(found, str)
        assert found != one.text
        for place in one.places:
            assert one.text[place.start : place.end] in found


@settings(deadline=None)
@given(draw=seeds)
def test_typos_inside_touch_names_alone(draw: random.Random) -> None:
    one = case("Which countries border Spain?", "spain", over=SCENE)
    found = typos_inside(one, SCENE, draw)
    assert isinstance(found, str)
    assert (before := "Which countries border ") == found[: len(before)]
    assert found.endswith("?")
    assert distance("Spain", found[len(before) : -1]) == 1
    assert not SCENE.names.known(found[len(before) : -1])


def test_names_too_short_to_misspell_are_left_alone() -> None:
    found = typos_inside(case("how big is the US", "us"), SCENE, random.Random(0))
    assert found == Skipped("a name is too short to misspell, or becomes another name")


# -- form -----------------------------------------------------------------------------------------


def test_case_accents_and_marks() -> None:
    draw = random.Random(1)
    one = case("What is the capital of Côte d'Ivoire? й が é")
    assert lower_case(one, SCENE, draw) == "what is the capital of côte d'ivoire? й が é"
    assert upper_case(one, SCENE, draw) == "WHAT IS THE CAPITAL OF CÔTE D'IVOIRE? Й が É"
    assert without_accents(one, SCENE, draw) == "What is the capital of Cote d'Ivoire? й が e"
    assert without_question_mark(case("Who? ？ "), SCENE, draw) == "Who"
    assert without_question_mark(case("Who, and why"), SCENE, draw) == "Who, and why"


@settings(deadline=None)
@given(draw=seeds)
def test_blanks_marks_and_emoji_leave_the_letters(draw: random.Random) -> None:
    def letters(text: str) -> list[str]:
        return [c for c in text if unicodedata.category(c)[0] in "LN"]

    for one in cases(SCENE):
        for rewrite in (more_spaces, more_marks, emoji):
            found = rewrite(one, SCENE, draw)
            assert letters(found) == letters(one.text)
            assert found != one.text
        for place in one.places:
            assert one.text[place.start : place.end] in more_marks(one, SCENE, draw)


@settings(deadline=None)
@given(draw=seeds)
def test_two_neighbouring_words_change_places(draw: random.Random) -> None:
    one = case("Which of Spain's neighbours has the most people?", "spain")
    found = word_order(one, SCENE, draw)
    assert isinstance(found, str)
    before, after = re.findall(r"[\w']+", one.text), re.findall(r"[\w']+", found)
    at = next(i for i, (x, y) in enumerate(zip(before, after, strict=True)) if x != y)
    before[at], before[at + 1] = before[at + 1], before[at]
    assert before == after
    assert "Spain's" in after


def test_words_on_either_side_of_a_name_stay() -> None:
    found = word_order(case("is France big", "france"), SCENE, random.Random(0))
    assert found == Skipped("no two words stand side by side outside names")


# -- paraphrase -----------------------------------------------------------------------------------


@settings(deadline=None)
@given(draw=seeds)
def test_a_frame_holds_the_question(draw: random.Random) -> None:
    for text in ("Who rules France?", "法国的首都是什么？", "List {all} kings."):
        found = framed(case(text), SCENE, draw)
        assert isinstance(found, str)
        assert text[1:].rstrip("?.") in found
        assert len(found) > len(text)


@pytest.mark.parametrize(
    ("text", "topic", "expected"),
    [
        ("What is the capital of France?", "france", "France's capital is what?"),
        ("who was the king of the United States", "us", "The United States's king was who?"),
        ("What is France's largest city?", "france", "What is the largest city of France?"),
        (
            "What is the capital of the country that borders France?",
            "france",
            "Name the capital of the country that borders France.",
        ),
        ("who wrote France", "france", "France was written by whom?"),
        ("Who starred in France?", "france", "Name who starred in France."),
        ("Which countries border France?", "france", "Name the countries that border France."),
        ("How many cities does France have?", "france", "What is the number of cities that France has?"),
        ("Is France in Europe?", "france", "Is it true that France is in Europe?"),
        ("法国的首都是什么？", "france", "什么是法国的首都？"),
        ("法国的总统是谁？", "france", "谁是法国的总统？"),
        ("谁是法国的总统", "france", "法国的总统是谁？"),
        ("哪些国家使用欧元？", "", "说出使用欧元的国家。"),
    ],
)
def test_rewrites(text: str, topic: str, expected: str) -> None:
    assert rewritten(case(text, *([topic] if topic else [])), SCENE, random.Random(0)) == expected


@pytest.mark.parametrize(
    "text",
    ["who was The Wall directed by", "Which countries does France border?", "Where is France?", "哪个首都的人口最多？"],
)
def test_what_no_template_fits_is_left_alone(text: str) -> None:
    assert isinstance(rewritten(case(text, "france"), SCENE, random.Random(0)), Skipped)


def test_other_languages_have_no_templates() -> None:
    assert isinstance(framed(case("Где находится Париж?"), SCENE, random.Random(0)), Skipped)


# -- alias ----------------------------------------------------------------------------------------


def test_an_alias_takes_the_place_of_the_name() -> None:
    one = case("Do France and Spain touch?", "france", "spain")
    assert aliased(one, SCENE, random.Random(0)) == "Do French Republic and Kingdom of Spain touch?"
    assert isinstance(aliased(case("法国大吗？", "france"), SCENE, random.Random(0)), Skipped)


def test_an_alias_that_means_something_else_as_well_is_not_taken() -> None:
    system = scene().system.with_changes([("http://e/georgia", LABEL, "French Republic")])
    over = Scene(system, NameTable.from_graph(system.graph), 0)
    assert isinstance(aliased(case("Is France big?", "france", over=over), over, random.Random(0)), Skipped)


# -- where names stand ----------------------------------------------------------------------------


def test_places_of_names() -> None:
    text = "tell us whether FRANCE's capitals, Paris or the US, are 巴黎"
    found, unplaced = SCENE.names.places(
        text, ["http://e/france", "http://e/paris", "http://e/us", "http://e/spain", "1999"]
    )
    assert [text[p.start : p.end] for p in found] == ["FRANCE", "Paris", "US", "巴黎"]
    assert unplaced == ("http://e/spain", "1999")


def test_a_longer_name_wins_and_part_of_a_word_is_no_name() -> None:
    text = "Kingdom of Spain, Spaniards, 1999"
    found, unplaced = SCENE.names.places(text, ["http://e/spain", "1999"])
    assert [text[p.start : p.end] for p in found] == ["Kingdom of Spain", "1999"]
    assert found[1].nodes == ()
    assert unplaced == ()


def test_a_character_inside_another_name_is_no_name() -> None:
    graph = KnowledgeGraph.load([("金", "颜色", "黄"), ("金属", "颜色", "灰")])
    table = NameTable.from_graph(graph)
    text = "金是什么金属？"
    assert [(p.start, p.end) for p in table.places(text, ["金"])[0]] == [(0, 1)]
    assert table.places("哪些金属贵？", ["金"]) == ((), ("金",))


def test_linked_places_are_the_best_links_that_do_not_overlap() -> None:
    def link(start: int, end: int, node: int, score: float) -> Link:
        return Link(Mention(start, end, ""), node, score, MatchKind.EXACT, "")

    links = [link(4, 8, 1, 0.3), link(0, 6, 2, 0.9), link(0, 6, 3, 0.8), link(9, 12, 4, 0.5)]
    assert linked_places(links) == (Place(0, 6, (2,)), Place(9, 12, (4,)))


@settings(deadline=None)
@given(seed=st.integers(0, 1_000))
def test_invented_names_are_new_and_never_given_twice(seed: int) -> None:
    inventor = Inventor(SCENE.names, random.Random(seed))
    given_names = [inventor.latin() for _ in range(40)] + [inventor.chinese() for _ in range(40)]
    assert len(set(given_names)) == 80
    assert not any(SCENE.names.known(name) for name in given_names)
    assert all(re.fullmatch(r"[A-Z](?:[aeiou][a-z]){3}[aeiou][nrl]?|[\u4e00-\u9fff]{4}", name) for name in given_names)
