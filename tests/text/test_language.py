"""Languages by script, English number, stop words."""

from __future__ import annotations

import pytest

from kgqa.text import Language, guess_language, is_stop, other_number, pluralised, plurals, singulars


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("which countries border France", Language.ENGLISH),
        ("哪些国家与法国接壤？", Language.CHINESE),
        ("请问标致rcz属于什么类型的车？", Language.CHINESE),
        ("what is the logo of the car that 茶裏王 is related to?", Language.ENGLISH),
        ("日本の首都はどこですか", Language.OTHER),
        ("Кто является мэром?", Language.OTHER),
        ("Quel est le café de Beyoncé ?", Language.ENGLISH),
        ("", Language.OTHER),
        ("1993?", Language.OTHER),
    ],
)
def test_language_is_guessed_from_the_script(text: str, language: Language) -> None:
    assert guess_language(text) is language


@pytest.mark.parametrize(
    ("plural", "singular"),
    [
        ("countries", "country"),
        ("rivers", "river"),
        ("elements", "element"),
        ("churches", "church"),
        ("boxes", "box"),
        ("heroes", "hero"),
        ("movies", "movie"),
        ("children", "child"),
        ("wolves", "wolf"),
        ("loaves", "loaf"),
        ("shelves", "shelf"),
        ("days", "day"),
    ],
)
def test_number_goes_both_ways(plural: str, singular: str) -> None:
    assert singular in singulars(plural)
    assert singular in other_number(plural)
    assert not singulars(singular)
    if singular not in ("hero",):
        assert plurals(singular) == (plural,)


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("country", "countries"),
        ("day", "days"),
        ("class", "classes"),
        ("series", "series"),
        ("国家", "国家"),
        ("capital City", "capital Cities"),
        ("Sourdough Loaf", "Sourdough Loaves"),
        ("NGO", "NGOs"),
        ("Person", "People"),
        ("route 66", "route 66"),
    ],
)
def test_plural(one: str, many: str) -> None:
    assert pluralised(one) == many


@pytest.mark.parametrize("word", ["paris", "bus", "glass", "gas", "的", "x"])
def test_no_plural_where_there_is_none(word: str) -> None:
    assert singulars(word) == ()


def test_stop_words_of_both_languages() -> None:
    assert is_stop("the")
    assert is_stop("的")
    assert is_stop("是什么")
    assert not is_stop("france")
    assert not is_stop("法国")
