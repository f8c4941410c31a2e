"""A question as retrieval reads it: words, phrases, cues and reading order."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgqa.retrieval.question import Asked, Phrase, QuestionView
from kgqa.types import Mention

MOST_WORDS, MOST_HAN = 3, 4
BITS = st.sampled_from(
    [
        "who",
        "Anna",
        "'s",
        "’s",
        " ",
        "mother",
        "of",
        "the",
        "?",
        "，",
        "。",
        "母亲",
        "的",
        "出生地",
        "x-ray",
        "1.5",
        "“",
        "É",
        "\n",
    ]
)
TEXTS = st.lists(st.one_of(BITS, st.text(max_size=4)), max_size=14).map(" ".join)


def mention(text: str, part: str) -> Mention:
    start = text.index(part)
    return Mention(start, start + len(part), part)


def is_han(char: str) -> bool:
    return "\u3400" <= char <= "\u4dbf" or "\u4e00" <= char <= "\u9fff" or "\uf900" <= char <= "\ufaff"


def phrase_texts(text: str, *masked: str) -> set[str]:
    return {phrase.text for phrase in QuestionView(text).phrases([mention(text, part) for part in masked])}


@given(TEXTS)
def test_words_are_spans_in_order(text: str) -> None:
    words = QuestionView(text).words
    assert all(word.text == text[word.start : word.end].casefold() for word in words)
    assert all(one.end <= two.start for one, two in pairwise(words))
    assert all(word.start < word.end for word in words)
    assert all(len(word.text) == 1 and is_han(word.text) for word in words if word.han)


@given(TEXTS, st.data())
def test_phrases_are_spans_outside_the_mentions(text: str, data: st.DataObject) -> None:
    view = QuestionView(text)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    hidden = set(range(*view.word_span(Mention(start, end, text[start:end]))))
    phrases = view.phrases([Mention(start, end, text[start:end])])
    assert len(set(phrases)) == len(phrases) <= 60
    for phrase in phrases:
        words = view.words[phrase.first : phrase.last]
        assert phrase.text == text[words[0].start : words[-1].end]
        assert not hidden & set(range(phrase.first, phrase.last))
        assert len({word.han for word in words}) == 1
        assert len(words) <= (MOST_HAN if words[0].han else MOST_WORDS)
        assert not set("?？!！。;；") & set(phrase.text)


@given(TEXTS, st.data())
def test_a_mention_touches_the_words_it_shares_characters_with(text: str, data: st.DataObject) -> None:
    view = QuestionView(text + ".")
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start + 1, len(text) + 1))
    touched = [i for i, word in enumerate(view.words) if set(range(word.start, word.end)) & set(range(start, end))]
    assert list(range(*view.word_span(Mention(start, end, view.text[start:end])))) == touched


def test_phrases_in_english() -> None:
    found = phrase_texts("What is the place of birth of Anna's mother?", "Anna")
    assert {"place", "place of birth", "birth", "birth of", "mother"} <= found
    assert not {"the place", "of birth", "is", "'s mother", "Anna"} & found


def test_phrases_in_chinese() -> None:
    found = phrase_texts("安娜的母亲的出生地是哪里？", "安娜")
    assert {"母亲", "出生地"} <= found
    assert not {"的母亲", "母亲的", "的"} & found


def test_scripts_are_not_mixed_in_a_phrase() -> None:
    assert "GDP" in phrase_texts("中国的GDP总量", "中国")
    assert not [text for text in phrase_texts("中国的GDP总量", "中国") if "GDP" in text and len(text) > 3]


def nearest_first(text: str, topic: str, *parts: str) -> list[str]:
    """The phrases in the order in which steps away from the topic read."""
    view = QuestionView(text)
    phrases = [p for p in view.phrases([mention(text, topic)]) if p.text in parts]
    starts, ends = view.order(phrases, mention(text, topic))
    assert (starts < ends).all()
    return [phrase.text for _, phrase in sorted(zip(starts.tolist(), phrases, strict=True), key=lambda pair: pair[0])]


@pytest.mark.parametrize(
    ("text", "topic", "order"),
    [
        ("Anna's mother's birthplace", "Anna", ["mother", "birthplace"]),
        ("the birthplace of the mother of Anna", "Anna", ["mother", "birthplace"]),
        ("the birthplace of Anna's mother", "Anna", ["mother", "birthplace"]),
        ("the country of the birthplace of Anna's mother", "Anna", ["mother", "birthplace", "country"]),
        ("films Kim directed with genre drama", "Kim", ["films", "directed", "genre", "drama"]),
        ("安娜的母亲的出生地", "安娜", ["母亲", "出生地"]),
    ],
)
def test_reading_order(text: str, topic: str, order: list[str]) -> None:
    assert nearest_first(text, topic, *order) == order


def test_overlap_in_order_is_overlap_in_the_text() -> None:
    text = "the long river mouth of Anna and the short river"
    view, topic = QuestionView(text), mention("the long river mouth of Anna and the short river", "Anna")
    phrases = view.phrases([topic])
    starts, ends = view.order(phrases, topic)
    for i, one in enumerate(phrases):
        for j, two in enumerate(phrases):
            overlap = max(one.first, two.first) < min(one.last, two.last)
            assert overlap == (max(starts[i], starts[j]) < min(ends[i], ends[j]))


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Who directed Alpha?", Asked.PERSON),
        ("谁导演了Alpha？", Asked.PERSON),
        ("Where was Kim born?", Asked.PLACE),
        ("金在哪里出生？", Asked.PLACE),
        ("When was Kim born?", Asked.TIME),
        ("In what year was Alpha released?", Asked.TIME),
        ("金是什么时候出生的？", Asked.TIME),
        ("How many films did Kim direct?", Asked.NUMBER),
        ("How tall is Kim?", Asked.NUMBER),
        ("珠穆朗玛峰有多高？", Asked.NUMBER),
        ("Is Kim a director?", Asked.YES_NO),
        ("Did Kim direct Alpha?", Asked.YES_NO),
        ("金是导演吗？", Asked.YES_NO),
        ("Is Kim or Park older?", Asked.ANYTHING),
        ("What is the capital of France?", Asked.ANYTHING),
        ("films by Kim", Asked.ANYTHING),
        ("", Asked.ANYTHING),
    ],
)
def test_question_words(text: str, asked: Asked) -> None:
    assert QuestionView(text).asked is asked


@pytest.mark.parametrize(
    ("text", "counting", "sharing", "operators"),
    [
        ("How many films did Kim direct?", True, False, False),
        ("the number of films by Kim", True, False, False),
        ("中国有多少个邻国？", True, False, False),
        ("films by the same director as Alpha", False, True, False),
        ("Which other films did the director of Alpha make?", False, True, False),
        ("和中国相同货币的国家", False, True, False),
        ("Which country has the largest area?", False, False, True),
        ("countries with more than 3 borders", False, False, True),
        ("面积最大的国家", False, False, True),
        ("What is the capital of France?", False, False, False),
    ],
)
def test_cues(text: str, counting: bool, sharing: bool, operators: bool) -> None:
    view = QuestionView(text)
    assert (view.counting, view.sharing, view.operators > 0) == (counting, sharing, operators)


def test_content_words_leave_out_mentions_and_small_words() -> None:
    text = "What is the birthplace of Anna's mother?"
    view = QuestionView(text)
    words = {view.words[i].text for i in view.content_words([mention(text, "Anna")])}
    assert words == {"birthplace", "mother"}


def test_words_that_name_a_class_rather_than_a_relation() -> None:
    text = "Which films did the director Kim make?"
    view = QuestionView(text)
    phrases = view.phrases([mention(text, "Kim")])
    classes = {
        p.text for p, flag in zip(phrases, view.type_phrases(phrases, mention(text, "Kim")), strict=True) if flag
    }
    assert {"films", "director"} <= classes
    assert "make" not in classes


def test_no_words_no_phrases() -> None:
    for text in ("", "?!", "  ", "\u202e"):
        view = QuestionView(text)
        assert view.phrases([]) == ()
        starts, ends = view.order([], Mention(0, 0, ""))
        assert len(starts) == len(ends) == len(view.type_phrases([], Mention(0, 0, ""))) == 0
        assert not view.content_words([])


def test_phrases_are_values() -> None:
    assert Phrase(0, 1, "mother") == Phrase(0, 1, "mother")
