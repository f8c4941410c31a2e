"""Kinds and values by other names: with an encoder that was tuned to what people say, and with one that was not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from kgqa import KGQA, KnowledgeGraph
from kgqa.config import Config, ReaderConfig, RetrievalConfig
from kgqa.embedding import Progress, TextKind
from kgqa.retrieval.attributes import Attributes
from kgqa.retrieval.build import build_matcher
from kgqa.retrieval.families import Names
from kgqa.retrieval.meaning_texts import class_text, is_flag, value_text
from kgqa.retrieval.meant import Meanings, Meant
from kgqa.retrieval.question import QuestionView
from tests.retrieval.toy import WordEncoder

ORDERS = KnowledgeGraph.load(
    [
        fact
        for i, (status, rush, city) in enumerate(
            (("shipped", "yes", "Ulm"), ("shipped", "no", "Graz"), ("on hold", "no", "Ulm"), ("on hold", "yes", "Bern"))
        )
        for fact in (
            (f"A{i}", "type", "LabOrder"),
            (f"A{i}", "order_status", status),
            (f"A{i}", "is_rush", rush),
            (f"A{i}", "city", city),
        )
    ]
)
_SAID = {"jobs": "lab order", "left the house": "order status shipped", "urgent": "is rush yes", "calm": "is rush no"}


class Asking(WordEncoder):
    """Knows what people call the kinds and values of the toy."""

    fingerprint = "asking-2"

    def encode(
        self, texts: Sequence[str], *, kind: TextKind = TextKind.PASSAGE, on_progress: Progress | None = None
    ) -> NDArray[np.float32]:
        return super().encode([_SAID.get(text, text) for text in texts], kind=kind, on_progress=on_progress)


def meant(question: str, *, tuned: bool = True) -> Meant:
    matcher = build_matcher(ORDERS, WordEncoder(), asking=Asking() if tuned else None)
    return Meanings(ORDERS, matcher, Attributes(ORDERS)).read(QuestionView(question), Names(()))


def test_words_mean_a_kind_a_value_and_a_flag() -> None:
    found = meant("urgent jobs that have left the house")
    links = {link.mention.text: ORDERS.label(link.node) for link in found.links}
    assert links == {"jobs": "LabOrder", "left the house": "shipped"}
    (flag,) = found.flags
    assert (flag.mention.text, ORDERS.relation_label(flag.relation), flag.holds) == ("urgent", "is rush", True)
    (flag,) = meant("calm jobs").flags
    assert not flag.holds


def test_an_encoder_that_was_not_tuned_tells_kinds_alone() -> None:
    assert meant("urgent jobs that have left the house", tuned=False) == Meant()


def test_values_that_tell_no_kinds_apart_are_none() -> None:
    assert not meant("city ulm").links


def test_a_kind_by_a_synonym() -> None:
    facts = [(f"C{i}", "type", "city") for i in range(3)] + [(f"C{i}", "population", str(9 * i + 1)) for i in range(3)]
    config = Config(reader=ReaderConfig(name="zero-shot"), retrieval=RetrievalConfig(budget_ms=60_000.0))
    answer = KGQA.from_graph(facts, config=config).ask("which town has the largest population")
    assert [value.label for value in answer.values] == ["C2"]


@pytest.mark.parametrize(
    ("relation", "value", "text"),
    [
        ("order_status", "shipped", "order status: shipped"),
        ("is_rush", "true", "is rush: yes"),
        ("加急", "否", "加急: no"),
        ("builtBy", "N", "built by: no"),
    ],
)
def test_how_values_are_written(relation: str, value: str, text: str) -> None:
    assert value_text(relation, value, flag=is_flag(value)) == text


def test_how_kinds_are_written() -> None:
    assert class_text("GameMaster") == "game master"
    assert class_text("订单") == "订单"
