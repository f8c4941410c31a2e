"""The label index against brute force, saved and loaded, and changed."""

from __future__ import annotations

import itertools
import mmap
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from kgqa.errors import BundleError
from kgqa.linking import LabelIndex, NodeName
from kgqa.linking.label_index import Key
from kgqa.linking.question import Question
from kgqa.linking.selection import best_disjoint
from kgqa.linking.spans import whole_spans
from kgqa.linking.typos import SHORTEST, TypoIndex
from kgqa.linking.variants import acronym, base_name, name_keys
from kgqa.text import fold, split_words

NONE = np.zeros(0, dtype=np.int32)
WORDS = st.sampled_from(["ann", "bo", "the", "cy", "dé", "中国", "人", "x-y", "o'z"])
LABELS = st.lists(st.lists(WORDS, min_size=1, max_size=3).map(" ".join), max_size=8)
QUESTIONS = st.lists(WORDS, max_size=9).map(" ".join)


def index_of(labels: list[str]) -> LabelIndex:
    return LabelIndex.build(NodeName(i, label) for i, label in enumerate(labels))


def nodes_of(index: LabelIndex, text: str) -> set[int]:
    return {named.node for key in index.find(text) for named in index.named(key)}


@given(LABELS, QUESTIONS)
def test_whole_names_are_those_of_brute_force(labels: list[str], text: str) -> None:
    index, question = index_of(labels), Question.read(text)
    found = {
        (span.first, span.last, named.node)
        for span in whole_spans(question, index, max_words=12)
        for named in index.named(span.key)
    }
    words = split_words(fold(text))
    expected = {
        (first, last, node)
        for first in range(len(words))
        for last in range(first, len(words))
        for node, label in enumerate(labels)
        if fold(text)[words[first].start : words[last].end] in name_keys(label, fold(label))
    }
    assert found == expected


@given(LABELS, QUESTIONS)
def test_sections_open_to_the_same_index(labels: list[str], text: str) -> None:
    index = index_of(labels).with_changes([NodeName(90, "ann bo")], np.array([0], dtype=np.int32))
    opened = LabelIndex.from_sections(index.sections())
    keys = [key for _, key in index.prefixes(fold(text))]
    assert [key for _, key in opened.prefixes(fold(text))] == keys
    assert [opened.named(key) for key in keys] == [index.named(key) for key in keys]
    again = LabelIndex.from_sections(opened.sections())
    assert [again.named(key) for key in keys] == [index.named(key) for key in keys]
    for name, data in index.sections().items():
        assert np.array_equal(opened.sections()[name], data)


@given(LABELS, LABELS, st.sets(st.integers(0, 7)))
def test_a_changed_index_finds_what_a_new_one_does(old: list[str], new: list[str], removed: set[int]) -> None:
    added = [NodeName(100 + i, name) for i, name in enumerate(new)]
    kept = [NodeName(i, name) for i, name in enumerate(old) if i not in removed]
    changed = index_of(old).with_changes(added, np.array(sorted(removed), dtype=np.int32))
    rebuilt = LabelIndex.build([*kept, *added])
    for name in (*old, *new):
        for key in name_keys(name, fold(name)):
            assert nodes_of(changed, key) == nodes_of(rebuilt, key)


def test_a_renamed_node_is_found_by_its_new_name_only() -> None:
    index = index_of(["Bombay", "Delhi"]).with_changes([NodeName(0, "Mumbai")], np.array([0], dtype=np.int32))
    assert nodes_of(index, "bombay") == set()
    assert nodes_of(index, "mumbai") == {0}
    again = index.with_changes([NodeName(0, "Bombay")], np.array([0], dtype=np.int32))
    assert nodes_of(again, "mumbai") == set()
    assert nodes_of(again, "bombay") == {0}
    assert index.with_changes([], NONE) is not None


def test_sections_may_be_memory_maps(tmp_path: Path) -> None:
    index = index_of(["Ann Bo", "中国人寿", "the Cy"])
    opened = {}
    for name, data in index.sections().items():
        np.save(tmp_path / name, data)
        opened[name] = np.load(tmp_path / f"{name}.npy", mmap_mode="r")
    assert isinstance(opened["0.keys"].base, mmap.mmap)
    loaded = LabelIndex.from_sections(opened)
    assert nodes_of(loaded, "ann bo") == {0}
    assert nodes_of(loaded, "cy") == {2}


@pytest.mark.parametrize("damage", ["missing", "type", "trie"])
def test_damaged_sections_are_refused(damage: str) -> None:
    sections = index_of(["Ann"]).sections()
    if damage == "missing":
        del sections["0.rows"]
    elif damage == "type":
        sections["0.rows"] = np.zeros(3, dtype=np.float64)
    else:
        sections["0.keys"] = np.frombuffer(b"not a trie", dtype=np.uint8)
    with pytest.raises(BundleError, match=r"[Bb]uild the bundle again"):
        LabelIndex.from_sections(sections)


def test_sections_may_be_bytes() -> None:
    index = index_of(["Ann Bo"])
    opened = LabelIndex.from_sections({name: bytes(data) for name, data in index.sections().items()})
    assert nodes_of(opened, "ann bo") == {0}


def test_an_empty_index_is_an_index() -> None:
    index = LabelIndex.build([])
    assert index.find("x") == []
    assert LabelIndex.from_sections(index.sections()).prefixes("x") == []


def test_keys_give_back_their_text_and_the_best_known_first() -> None:
    index = LabelIndex.build(
        [NodeName(1, "Ann", weight=1), NodeName(2, "ANN", weight=5), NodeName(3, "Ann (x)", weight=9)]
    )
    (key,) = index.find("ann")
    assert isinstance(key, Key)
    assert index.text(key) == "ann"
    assert [named.node for named in index.named(key)] == [2, 1, 3]
    assert [named.node for named in index.named(key, limit=1)] == [2]


@pytest.mark.parametrize(
    ("name", "base"),
    [
        ("Shu (state)", "Shu"),
        ("Gainesville, Florida", "Gainesville"),
        ("柳如是_（明末“秦淮八艳”之一）", "柳如是"),
        ("茯苓#5511810", "茯苓"),
        ("A (b) [c]", "A"),
        ("(500) Days", "(500) Days"),
        ("(all)", "(all)"),
        ("France", "France"),
    ],
)
def test_base_name_drops_the_qualifier(name: str, base: str) -> None:
    assert base_name(name) == base


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("United Kingdom", "uk"),
        ("United States of America", "usa"),
        ("John F. Kennedy", "jfk"),
        ("2001 Major League Season", ""),
        ("united kingdom", ""),
        ("France", ""),
    ],
)
def test_acronym(name: str, initials: str) -> None:
    assert acronym(name) == initials


NAME = st.text(alphabet="abcé", min_size=SHORTEST, max_size=9)


@given(st.lists(NAME, max_size=12), st.lists(NAME, max_size=3))
def test_typos_miss_no_word_one_edit_away(words: list[str], asked: list[str]) -> None:
    positions, found = TypoIndex.build(words).near(asked)
    pairs = set(zip(positions.tolist(), found.tolist(), strict=True))
    for i, word in enumerate(asked):
        for j, other in enumerate(words):
            if OSA.distance(word, other) <= 1:
                assert (i, j) in pairs


SPANS = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 4), st.integers(1, 9)), max_size=8)


@given(SPANS)
def test_disjoint_spans_have_the_greatest_weight(given_spans: list[tuple[int, int, int]]) -> None:
    spans = [(first, first + more) for first, more, _ in given_spans]
    weights = [float(weight) for _, _, weight in given_spans]
    kept = best_disjoint(spans, weights)
    ordered = [spans[i] for i in kept]
    assert all(a[1] < b[0] for a, b in itertools.pairwise(ordered))
    best = 0.0
    for mask in range(1 << len(spans)):
        chosen = sorted(spans[i] for i in range(len(spans)) if mask >> i & 1)
        if all(a[1] < b[0] for a, b in itertools.pairwise(chosen)):
            best = max(best, sum(weights[i] for i in range(len(spans)) if mask >> i & 1))
    assert sum(weights[i] for i in kept) == best
