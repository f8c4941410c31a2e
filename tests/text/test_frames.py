from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgqa.text.frames import unframed, unnamed


@pytest.mark.parametrize(
    ("question", "left"),
    [
        ("Hi there! Who are the neighbours of Laos?", "Who are the neighbours of Laos?"),
        ("tell me: is the Titanic a steamship?", "is the Titanic a steamship?"),
        ("Could you please tell me what borders Peru?", "what borders Peru?"),
        ("I'd like to know, what is the capital of France?", "what is the capital of France?"),
        ("Please, tell me which rivers run through Texas", "which rivers run through Texas"),
        ("ok, what borders Peru?", "what borders Peru?"),
        ("trivia time: which river is the longest", "which river is the longest"),
        ("please state the population of Ohio", "the population of Ohio"),
        ("Any idea who runs Acme?", "who runs Acme?"),
        ("请问标致属于什么类型的车？", "标致属于什么类型的车？"),
        ("你好，我想知道日本的首都是哪里？", "日本的首都是哪里？"),
        ("告诉我高等数学的出版时间", "高等数学的出版时间"),
        ("谁能告诉我水的分子量是多少？", "水的分子量是多少？"),
        ("你知道水的分子量是多少吗？", "水的分子量是多少 ？"),
        ("你记得那座球场是哪天启用的吗", "那座球场是哪天启用的"),
    ],
)
def test_frames_are_overwritten_in_place(question: str, left: str) -> None:
    text = unframed(question)
    assert text.strip() == left
    assert len(text) == len(question)
    assert all(now in (" ", then) for now, then in zip(text, question, strict=True))


@pytest.mark.parametrize(
    ("question", "left"),
    [
        ("Is it true that gold is denser than lead?", "gold is denser than lead?"),
        ("Tell me whether Lyon is larger than Geneva.", "Lyon is larger than Geneva."),
    ],
)
def test_what_is_to_be_confirmed_stays_a_yes_or_no_question(question: str, left: str) -> None:
    text = unframed(question)
    assert (text[:2], text[2:].strip(), len(text)) == ("Is", left, len(question))


@pytest.mark.parametrize(
    "question",
    [
        "Who directed Tell Me?",
        "Hello, Dolly! was directed by whom?",
        "If I Stay was directed by whom?",
        "Whether the Weather was written by whom?",
        "Is Paris the capital of France?",
        "Right Now, Right Now was sung by whom?",
        "So Long was written by whom?",
        "Remind Me was written by whom?",
        "北京是首都吗？",
        "你知道北京吗？",
        "请问",
        "tell me",
        "",
    ],
)
def test_names_and_plain_questions_are_left_alone(question: str) -> None:
    assert unframed(question) == question


@given(st.text(max_size=60))
def test_every_character_keeps_its_place(text: str) -> None:
    found = unframed(text)
    assert len(found) == len(text)
    assert all(now in (" ", then) for now, then in list(zip(found, text, strict=True))[2:])


@pytest.mark.parametrize(
    ("question", "left"),
    [
        ("Ann got out of the cellar, didn't she?", "Ann got out of the cellar, no?"),
        ("Paris is the capital of France, isn't it?", "Paris is the capital of France, no?"),
        ("Who knows, do they sing?", "Who knows, do they sing?"),
        (", isn't it?", ", isn't it?"),
    ],
)
def test_a_tag_asks_for_a_yes_or_a_no(question: str, left: str) -> None:
    text = unframed(question)
    assert text.strip() == left
    assert len(text) == len(question)


@pytest.mark.parametrize(
    ("question", "left"),
    [
        ("what is the name of the wife of Ann ?", "what is                 the wife of Ann ?"),
        ("What are the names of all rivers?", "What are                  all rivers?"),
        ("the name of the river in Lund", "                the river in Lund"),
    ],
)
def test_the_name_of_a_thing_is_the_thing(question: str, left: str) -> None:
    assert unnamed(question).split() == left.split()
    assert len(unnamed(question)) == len(question)


@pytest.mark.parametrize(
    "question", ["What is the name of Ann?", "Who wrote The Name of the Rose?", "the birth name of Ann"]
)
def test_other_names_stay(question: str) -> None:
    assert unnamed(question) == question
