"""The part for unfamiliar graphs, trained on toy graphs of which one is left out in turn."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kgqa.errors import TrainingError
from kgqa.evaluation import Gold, Question, QuestionSet
from kgqa.reader.reranker import Reranker
from kgqa.reader.serialise import SLOTS
from kgqa.reader.traits import COUNT
from kgqa.training.examples import Example, collect
from tests.retrieval.toy import DIMENSION, WordEncoder, build, lines
from tests.training.toy import TOWNS, ToySystem

pytestmark = pytest.mark.slow
torch = pytest.importorskip("torch")

from kgqa.training import Group, LeftOut, TrainingConfig, fit_general  # noqa: E402 - needs torch
from kgqa.training.calibrating import LEAST_SLOPE, logistic_curve, rising_curve  # noqa: E402
from kgqa.training.processes import Processes  # noqa: E402
from kgqa.training.tuning import agree  # noqa: E402
from kgqa.training.vectors import StoredVectors  # noqa: E402

GROUPS = [Group(name=f"no {name}", left_out=(name,), measured=(name,)) for name in ("towns", "people")]


def examples(name: str, relation: str, asked: str, pairs: dict[str, str]) -> list[Example]:
    facts = "\n".join(f"{a} {relation} {b}\n{a} continent C{i % 2}" for i, (a, b) in enumerate(pairs.items()))
    questions = tuple(Question(f"{name}-{a}", asked.format(a)) for a in pairs)
    gold = {f"{name}-{a}": Gold((b,)) for a, b in pairs.items()}
    return list(collect(name, ToySystem(build(lines(facts))), QuestionSet(questions, gold)))


@pytest.fixture(scope="module")
def sets() -> dict[str, list[Example]]:
    people = {f"P{i}": f"Q{i}" for i in range(8)}
    return {
        "towns": examples("towns", "capital", "What is the capital of {}?", TOWNS),
        "people": examples("people", "spouse", "Who is the spouse of {}?", people),
    }


def trained(sets: dict[str, list[Example]], folder: Path) -> tuple[float, list[LeftOut]]:
    general, found = fit_general(sets, sets, GROUPS, WordEncoder(), folder, TrainingConfig(encoder="words"))
    assert general.agreement.arrays["weight.weight"].shape == (1, DIMENSION)
    assert general.calibration.keys() >= {"bias", "score", "margin", "coverage"}
    return general.threshold, found


def test_every_set_is_read_by_a_reader_that_never_saw_it(sets: dict[str, list[Example]], tmp_path: Path) -> None:
    threshold, found = trained(sets, tmp_path)
    assert [one.name for one in found] == ["towns", "people"]
    assert all(len(one.f1) == len(one.before) == len(one.confidence) == len(one.right) == 8 for one in found)
    assert all(np.mean(one.f1) >= 0.9 for one in found)  # the questions say the relations' own names
    assert all(np.mean(one.confidence) > np.mean(one.lost) for one in found)
    assert np.isfinite(threshold)
    assert {path.name for path in tmp_path.iterdir()} == {"no towns", "no people", "all"}


def test_a_stopped_run_gives_the_same(sets: dict[str, list[Example]], tmp_path: Path) -> None:
    once = trained(sets, tmp_path)
    assert trained(sets, tmp_path) == once


def test_the_encoder_stays_as_it_is(sets: dict[str, list[Example]], tmp_path: Path) -> None:
    vectors = StoredVectors(WordEncoder())
    vectors.gather(sets["towns"])
    before = vectors.texts(["capital"])
    config = TrainingConfig(encoder="words")
    short = replace(config, tuning=replace(config.tuning, steps=3))
    agreement = agree(
        {"towns": sets["towns"]}, vectors, DIMENSION, tmp_path, short, processes=Processes.alone(), on_progress=_no
    )
    assert np.array_equal(vectors.texts(["capital"]), before)
    assert agreement.arrays["features"].any()


def test_one_of_several_processes_trains_it_by_itself(
    sets: dict[str, list[Example]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"RANK": "0", "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1"}.items():
        monkeypatch.setenv(name, value)  # as a launcher sets them; nobody else is there to wait for
    assert len(trained(sets, tmp_path)[1]) == 2


@pytest.mark.parametrize(
    ("left_out", "message"),
    [
        (("towns", "people"), "'odd' leaves out everything"),
        (("rivers",), r"'odd' names \['rivers'\]; expected some of \['people', 'towns'\]"),
    ],
)
def test_groups_that_make_no_sense_are_named(
    sets: dict[str, list[Example]], tmp_path: Path, left_out: tuple[str, ...], message: str
) -> None:
    odd = Group(name="odd", left_out=left_out, measured=("towns",))
    with pytest.raises(TrainingError, match=message):
        fit_general(sets, sets, [odd], WordEncoder(), tmp_path, TrainingConfig(encoder="words"))


def test_the_curve_passes_a_half_between_wrong_and_right() -> None:
    scores = np.array([0.0, 1.0, 2.0, 3.0, 4.0, 5.0])
    threshold, slope = logistic_curve(scores, np.array([0.0, 0.0, 1.0, 0.0, 1.0, 1.0]))
    assert threshold == pytest.approx(2.5, abs=0.01)
    chances = 1 / (1 + np.exp(-slope * (scores - threshold)))
    assert chances.sum() == pytest.approx(3, abs=0.01)  # a logistic curve's mean is that of what it was fitted to


def _no(stage: str, done: int, total: int) -> None:
    """No progress is shown."""


def test_a_curve_never_puts_the_worst_first() -> None:
    scores, right = np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 1.0, 1.0, 0.0])
    assert logistic_curve(scores, right)[1] < 0
    threshold, slope = rising_curve(scores, right)
    assert slope == LEAST_SLOPE
    assert 1 / (1 + np.exp(-slope * (scores.mean() - threshold))) == pytest.approx(0.75)
    told = np.array([0.0, 0.0, 1.0, 1.0])
    assert rising_curve(10 * scores, told) == logistic_curve(10 * scores, told)


def of_kinds(example: Example) -> Example:
    """The example with named things that are of a kind."""
    kinds = [
        replace(c, tokens=tuple(replace(t, text="thing") if t.kind in SLOTS else t for t in c.tokens))
        for c in example.candidates
    ]
    return replace(example, candidates=tuple(kinds))


@pytest.mark.parametrize("share", [1.0, -1.0])
def test_a_reranker_weighs_what_has_kinds(sets: dict[str, list[Example]], tmp_path: Path, share: float) -> None:
    shapes: dict[str, tuple[int, ...]] = {
        "mean": (COUNT,),
        "spread": (COUNT,),
        "question": (1, DIMENSION),
        "question bias": (1,),
    }
    shapes |= {"hidden": (1, COUNT + 1), "bias": (1,), "output": (1,)}
    arrays = {name: np.zeros(shape, dtype=np.float32) for name, shape in shapes.items()}
    arrays |= {"spread": np.ones(COUNT, dtype=np.float32), "share": np.array([share], dtype=np.float32)}
    kinds = {name: [of_kinds(one) for one in own] for name, own in sets.items()}
    for given, turned in ((sets, False), (kinds, share < 0)):
        config = TrainingConfig(encoder="words")
        folder = tmp_path / f"{turned}"
        _, found = fit_general(given, given, GROUPS, WordEncoder(), folder, config, reranker=Reranker(arrays))
        assert all(np.mean(one.f1) < 0.5 if turned else np.mean(one.f1) >= 0.9 for one in found)
