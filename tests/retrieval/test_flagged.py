"""Yes-or-no attributes: what is asked of them is a test or a condition, not the word that stands there."""

from __future__ import annotations

import pytest

from kgqa import KGQA
from kgqa.config import Config, ReaderConfig, RetrievalConfig

DISHES = [
    ("Ramen", "type", "Dish"),
    ("Tofu Bowl", "type", "Dish"),
    ("Fries", "type", "Dish"),
    ("Curry", "type", "Dish"),
    ("Ramen", "allergen", "soy"),
    ("Tofu Bowl", "allergen", "soy"),
    ("Fries", "allergen", "gluten"),
    ("Curry", "allergen", "gluten"),
    ("Ramen", "is_vegan", "no"),
    ("Tofu Bowl", "is_vegan", "yes"),
    ("Fries", "is_vegan", "yes"),
    ("Curry", "is_vegan", "no"),
    ("Ramen", "cook", "Ken"),
    ("Tofu Bowl", "cook", "Ann"),
    ("Ken", "type", "Person"),
    ("Ann", "type", "Person"),
    ("Ken", "first_aid", "no"),
    ("Ann", "first_aid", "yes"),
]


@pytest.fixture(scope="module")
def system() -> KGQA:
    config = Config(reader=ReaderConfig(name="zero-shot"), retrieval=RetrievalConfig(budget_ms=60_000.0))
    return KGQA.from_graph(DISHES, config=config)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Is Ramen vegan?", "false"),
        ("Is the Tofu Bowl vegan?", "true"),
        ("Has the cook of Ramen done first aid?", "false"),
        ("Has the cook of the Tofu Bowl done first aid?", "true"),
        ("Ramen is vegan, isn't it?", "false"),
    ],
)
def test_a_no_is_a_no(system: KGQA, question: str, expected: str) -> None:
    assert [str(value.value).lower() for value in system.ask(question).values] == [expected]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("vegan dishes with the allergen soy", {"Tofu Bowl"}),
        ("dishes with the allergen gluten that are not vegan", {"Curry"}),
        ("vegan dishes without the allergen soy", {"Fries"}),
    ],
)
def test_things_are_narrowed_by_it(system: KGQA, question: str, expected: set[str]) -> None:
    assert {value.label for value in system.ask(question).values} == expected
