"""Tuning an encoder to questions."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from kgqa.errors import ConfigError, QuestionsFileError
from kgqa.training.asking import Ask, AskingSettings, read_asks, tune_asking
from tests.training.toy import tiny_weights

ROWS = [
    {"domain": "pool", "relation": "depth", "asks": ["how deep is [X]", "is [X] for divers"], "back": []},
    {"domain": "pool", "relation": "fee", "asks": ["what does [X] cost"], "back": ["pools that cost [Y]"]},
    {"domain": "bus", "relation": "driver", "asks": ["who sits at the wheel of [X]"], "back": ["the buses of [Y]"]},
    {"domain": "bus", "relation": "line", "asks": ["which line is [X] on"], "back": []},
]
FEW = AskingSettings(steps=60, questions=2, others=2, rank=4, rate=5e-3)


def written(folder: Path, rows: list[object]) -> Path:
    path = folder / "asks.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def asks(tmp_path: Path) -> tuple[Ask, ...]:
    return read_asks(written(tmp_path, list(ROWS)))


def test_each_question_has_the_relations_of_its_domain_to_choose_among(asks: tuple[Ask, ...]) -> None:
    assert len(asks) == 7
    first = asks[0]
    assert first.choices.meanings == ("depth", "fee")
    assert first.choices.meanings[first.choices.right] == "depth"
    assert first.whole == "how deep is"
    assert "deep" in first.phrases
    assert [a.choices.meanings[a.choices.right] for a in asks if a.whole == "the buses of"] == ["driver"]


def test_kinds_and_values_are_among_the_choices(tmp_path: Path) -> None:
    rows: list[object] = [
        *ROWS[:2],
        {"domain": "pool", "class": "SwimmingPool", "words": ["baths"]},
        {"domain": "pool", "relation": "is_heated", "value": "true", "says": ["with warm water"]},
    ]
    asks = read_asks(written(tmp_path, rows))
    assert asks[0].choices.meanings == ("depth", "fee", "swimming pool", "is heated: yes")
    said = {ask.whole: ask.choices.meanings[ask.choices.right] for ask in asks[-2:]}
    assert said == {"baths": "swimming pool", "with warm water": "is heated: yes"}
    assert "warm water" in asks[-1].phrases


def test_the_loss_falls_and_the_same_seed_gives_the_same_weights(asks: tuple[Ask, ...]) -> None:
    losses: list[float] = []
    longer = AskingSettings(steps=200, questions=2, others=2, rank=4, rate=5e-3)
    tune_asking(asks, tiny_weights(), longer, on_step=lambda _, loss: losses.append(loss))
    assert len(losses) == 4
    assert losses[-1] < losses[0]
    one, two = (tune_asking(asks, tiny_weights(), FEW) for _ in range(2))
    assert one.up.keys() == two.up.keys()
    for layer, values in one.up.items():
        np.testing.assert_array_equal(values, two.up[layer])


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"domain": "pool", "relation": "depth", "asks": ["how deep is it"], "back": []}, r"line 1: .*one \[X\]"),
        ({"domain": "pool", "relation": "depth", "asks": [], "back": ["[Y] or [Y]"]}, r"line 1: .*one \[Y\]"),
        ({"domain": "pool", "asks": [], "back": []}, "domain, relation, asks and back"),
        (["pool"], "expected an object"),
    ],
)
def test_a_malformed_line_is_named(tmp_path: Path, row: object, said: str) -> None:
    with pytest.raises(QuestionsFileError, match=said):
        read_asks(written(tmp_path, [row]))


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"steps": 0}, "'steps' is 0"),
        ({"rate": -1.0}, "'rate' is -1.0"),
        ({"by_phrases": 1.5}, "'by_phrases' is 1.5"),
        ({"share": -1.0}, "'share' is -1.0"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, float], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        AskingSettings(**settings)  # type: ignore[arg-type]
