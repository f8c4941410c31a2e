"""Phrases against the relations of a graph."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from kgqa.embedding import Progress, TextKind
from kgqa.errors import BundleError
from kgqa.retrieval.build import build_matcher, languages_of, relation_vectors
from kgqa.retrieval.relations import RelationTexts, mean_cosine, relation_names, stems_of, walkable
from tests.retrieval.toy import DIMENSION, RDFS_LABEL, SUBCLASS, WordEncoder, build, family, films

GRAPH = family()
MATCHER = build_matcher(GRAPH, WordEncoder())


def best(phrase: str) -> str:
    return GRAPH.relation_id(int(MATCHER.match([phrase])[0].argmax()))


@pytest.mark.parametrize(
    ("phrase", "relation"),
    [
        ("mother", "mother"),
        ("Mother", "mother"),
        ("the mother of", "mother"),
        ("母亲", "mother"),
        ("出生地", "birthplace"),
        ("the birthplace", "birthplace"),
    ],
)
def test_the_relation_that_is_named_scores_best(phrase: str, relation: str) -> None:
    assert best(phrase) == relation


def test_scores_have_a_row_a_phrase_and_a_column_a_relation() -> None:
    scores = MATCHER.match(["mother", "qqqq", "出生地"])
    assert scores.shape == (3, GRAPH.n_relations)
    assert scores.dtype == np.float32
    assert np.isfinite(scores).all()
    assert scores[0].max() == pytest.approx(1.0, abs=1e-3)
    assert scores[1].max() < 0.5
    assert MATCHER.match([]).shape == (0, GRAPH.n_relations)


def test_a_phrase_scores_the_same_in_any_company() -> None:
    phrases = ["mother", "birthplace of", "出生地", "qqqq"]
    together = MATCHER.match(phrases)
    alone = np.concatenate([MATCHER.match([phrase]) for phrase in phrases])
    np.testing.assert_allclose(together, alone, atol=1e-6)


def test_relations_that_no_path_may_use_score_nothing() -> None:
    label = GRAPH.find_relation(RDFS_LABEL)
    assert label not in walkable(GRAPH)
    assert not MATCHER.match(["label", "mother", "标签"])[:, label].any()
    graph = build([("A", SUBCLASS, "B"), ("A", "size", "big")])
    assert [graph.relation_id(r) for r in walkable(graph)] == ["size"]


def test_relations_go_by_every_name() -> None:
    assert relation_names(GRAPH, GRAPH.find_relation("mother")) == ["mother", "母亲"]
    texts = RelationTexts.of(GRAPH)
    assert texts.owners.tolist() == sorted(texts.owners.tolist())
    named = {(GRAPH.relation_id(owner), text) for owner, text in zip(texts.owners.tolist(), texts.texts, strict=True)}
    assert {("mother", "母亲"), ("birthplace", "出生地")} <= named
    assert len(named) == len(texts.texts)
    assert texts.in_latin_script()


def test_relations_in_chinese_alone_are_known() -> None:
    graph = build([("甲", "母亲", "乙"), ("甲", "职业", "丙")])
    assert not RelationTexts.of(graph).in_latin_script()


def test_stored_vectors_stand_for_encoding() -> None:
    texts = RelationTexts.of(GRAPH)
    stored = build_matcher(GRAPH, WordEncoder(), relation_vectors(texts, WordEncoder()))
    np.testing.assert_array_equal(stored.match(["mother", "出生地"]), MATCHER.match(["mother", "出生地"]))
    with pytest.raises(BundleError, match="shape"):
        build_matcher(GRAPH, WordEncoder(), np.zeros((1, DIMENSION), dtype=np.float32))


def test_a_graph_without_relations_to_walk() -> None:
    graph = build([("A", SUBCLASS, "B")])
    matcher = build_matcher(graph, WordEncoder())
    assert relation_vectors(RelationTexts.of(graph), WordEncoder()).shape == (0, DIMENSION)
    assert not matcher.match(["size"]).any()


@given(st.integers(2, 12), st.integers(0, 9))
def test_the_mean_cosine_is_that_of_all_pairs(count: int, seed: int) -> None:
    vectors = np.random.default_rng(seed).standard_normal((count, 8))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    pairs = [float(a @ b) for i, a in enumerate(vectors) for j, b in enumerate(vectors) if i != j]
    assert mean_cosine(vectors.astype(np.float32)) == pytest.approx(float(np.mean(pairs)), abs=1e-5)


def test_the_mean_cosine_of_too_few() -> None:
    assert mean_cosine(np.zeros((0, 4), dtype=np.float32)) == 0.0
    assert mean_cosine(np.ones((1, 4), dtype=np.float32)) == 0.0


@pytest.mark.parametrize(
    ("text", "stems"),
    [
        ("the directors of", {"direc"}),
        ("lives in", {"live"}),
        ("gas of the class", {"gas", "class"}),
        ("Place of birth", {"place", "birth"}),
        ("出生地", {"出", "生", "地"}),
        ("GDP总量", {"gdp", "总", "量"}),
        ("", set()),
    ],
)
def test_stems(text: str, stems: set[str]) -> None:
    assert stems_of(text) == stems


def test_languages_by_tag_and_script() -> None:
    counted = languages_of(GRAPH)
    assert counted["en"] >= 5
    assert counted["zh"] >= 5
    assert not languages_of(films()).get("zh")
    assert languages_of(build([("甲", "母亲", "乙")]))["zh"] > 0


class Asking(WordEncoder):
    """Brings "mum" to where "mother" is."""

    fingerprint = "asking-1"

    def encode(
        self, texts: Sequence[str], *, kind: TextKind = TextKind.PASSAGE, on_progress: Progress | None = None
    ) -> NDArray[np.float32]:
        return super().encode([text.replace("mum", "mother") for text in texts], kind=kind, on_progress=on_progress)


def test_an_encoder_tuned_to_questions_matches_phrases() -> None:
    mother = GRAPH.find_relation("mother")
    tuned = build_matcher(GRAPH, WordEncoder(), asking=Asking())
    assert MATCHER.match(["mum"])[0, mother] < 0.3
    assert tuned.match(["mum"])[0, mother] == pytest.approx(1.0, abs=1e-3)
    assert not isinstance(tuned.encoder, Asking)


def test_the_whole_question_lifts_only_the_phrase_that_says_a_relation_best() -> None:
    mother = GRAPH.find_relation("mother")
    tuned = build_matcher(GRAPH, WordEncoder(), asking=Asking())
    alone = tuned.match(["dear mum", "wet"])[:, mother]
    within = tuned.match(["dear mum", "wet"], "mum")[:, mother]
    assert within[0] > alone[0] + 0.05
    assert within[1] <= alone[1] + 1e-6
    plain = MATCHER.match(["dear mother", "wet"], "mother")[:, mother]
    np.testing.assert_array_equal(plain, MATCHER.match(["dear mother", "wet"])[:, mother])
