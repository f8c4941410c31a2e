"""Tuning a cross-encoder."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

from kgqa.errors import ConfigError, TrainingError
from kgqa.training.cross import CrossChoice, CrossSettings, _bared, relation_choices, tune_cross
from tests.training.toy import tiny_weights

ODDS = np.array([0.5, 1.0, -1.0], dtype=np.float32)
CHOICES = [
    CrossChoice(("how deep | X > depth", "how deep | X > fee", "how deep | X > line"), ODDS, (0,)),
    CrossChoice(("what cost | X > fee", "what cost | X > depth", "what cost | X > line"), ODDS, (0,)),
    CrossChoice(("who | X > fee", "who | X > depth", "who | X > line"), ODDS, ()),
]
FEW = CrossSettings(steps=60, questions=3, candidates=3, rank=4, rate=5e-3)


def test_relations_of_a_domain_are_the_choices(tmp_path: Path) -> None:
    rows = [
        {"domain": "pool", "relation": "depth", "asks": ["how deep is [X]"], "back": []},
        {"domain": "pool", "relation": "fee_eur", "asks": "what does [X] cost", "back": ["pools that cost [Y]"]},
        {"domain": "pool", "class": "SwimmingPool", "words": ["baths"]},
        {"domain": "bus", "relation": "line", "asks": ["which line is [X] on"], "back": []},
    ]
    path = tmp_path / "asks.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    found = relation_choices(path)
    assert [choice.texts[0] for choice in found] == [
        "how deep is X | X > depth",
        "what does X cost | X > fee eur",
        "pools that cost X | X < fee eur",
        "which line is X on | X > line",
    ]
    assert found[0].texts[1:] == (
        "how deep is X | X < depth",
        "how deep is X | X > fee eur",
        "how deep is X | X < fee eur",
    )
    assert all(choice.right == (0,) and choice.odds is None for choice in found)


def test_it_learns_what_is_meant_and_the_same_seed_gives_the_same(tmp_path: Path) -> None:
    losses: list[float] = []
    longer = replace(FEW, steps=200)
    tune_cross(CHOICES, (), tiny_weights(), longer, on_step=lambda _, loss: losses.append(loss))
    assert len(losses) == 4
    assert losses[-1] < losses[0]
    (one, head), (two, other) = (tune_cross(CHOICES, CHOICES[:1], tiny_weights(), FEW) for _ in range(2))
    assert (head.bias, head.share) == (other.bias, other.share)
    np.testing.assert_array_equal(head.weight, other.weight)
    for layer, values in one.up.items():
        np.testing.assert_array_equal(values, two.up[layer])


def test_some_are_read_without_names_or_kinds() -> None:
    text = "who wrote X | X (Book) > by = Author: Ann, Bo"
    choice = CrossChoice((text, text.replace("by", "of")), ODDS[:2], (0,))
    draws = random.Random(1)
    found = {_bared(choice, draws, replace(FEW, bare=0.5)).texts[0] for _ in range(60)}
    without = {"who wrote X | X (Book) > by = Author", "who wrote X | X > by = Author: Ann, Bo"}
    assert found == {text, *without}
    assert {_bared(choice, draws, replace(FEW, bare=0.0)).texts[0] for _ in range(9)} == {text}


def test_settings_and_questions_are_checked() -> None:
    with pytest.raises(ConfigError, match="'asks' is 2"):
        CrossSettings(asks=2)
    with pytest.raises(ConfigError, match="'steps' is 0"):
        CrossSettings(steps=0)
    with pytest.raises(TrainingError, match="no question with candidates"):
        tune_cross((), (), tiny_weights(), FEW)
    with pytest.raises(TrainingError, match="the loss is no number"):
        tune_cross(CHOICES, (), tiny_weights(), replace(FEW, rate=1e30, own_rate=1e30))
