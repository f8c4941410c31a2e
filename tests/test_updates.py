"""Systems after changes: like one built anew on the changed facts, without building anew."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgqa import KGQA, KnowledgeGraph
from kgqa.config import Config, EncoderConfig
from kgqa.errors import GraphError
from kgqa.linking import LabelIndex, names_of_graph, touched_nodes, update_labels
from kgqa.linking.updates import names_of_nodes
from kgqa.types import Answer, Literal, MatchKind
from tests.test_entity_vectors import WordEncoder

LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
ALIAS = "http://www.w3.org/2004/02/skos/core#altLabel"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
TYPE = RDF + "type"
XSD = "http://www.w3.org/2001/XMLSchema#"
Fact = tuple[str, str, str | Literal]


def label(node: str, name: str, language: str = "") -> Fact:
    return (node, LABEL, Literal(name, RDF + "langString" if language else XSD + "string", language))


CORE: tuple[Fact, ...] = (
    ("fr", "capital", "paris"),
    ("fr", "borders", "es"),
    ("fr", "population", Literal("68", XSD + "integer")),
    ("fr", TYPE, "Country"),
    label("fr", "France"),
    label("paris", "Paris"),
    label("Country", "country"),
    ("fr", ALIAS, Literal("French Republic")),
    ("fr", "motto", Literal("Liberty")),
    ("paris", "twin", "Springfield"),
)
"""Facts that stay, one of each relation at least."""
LOOSE: tuple[Fact, ...] = (
    label("es", "Spain"),
    ("es", "capital", "madrid"),
    ("es", TYPE, "Country"),
    label("madrid", "Madrid"),
    label("madrid", "Villa", "es"),
    ("es", ALIAS, Literal("Kingdom of Spain")),
    ("es", "borders", "fr"),
    ("es", "borders", "pt"),
    ("pt", "capital", "lisbon"),
    ("pt", "population", Literal("10", XSD + "integer")),
    ("pt", TYPE, "Country"),
    label("pt", "Portugal"),
    label("lisbon", "Lisbon"),
    ("lisbon", "twin", "Madrid Airport"),
    ("pt", "motto", Literal("Liberty")),
    label("Country", "Staat", "de"),
)
QUESTIONS = (
    "What is the capital of France?",
    "What is the capital of Spain?",
    "What does Spain border?",
    "What is the population of Portugal?",
    "What is the twin of Lisbon?",
    "Kingdom of Spain",
    "Which country borders es?",
    "madrid airport",
    "Springfield",
    "Liberty",
)
chosen = st.sets(st.sampled_from(LOOSE))
ENCODERS = {entities: Config(encoder=EncoderConfig(entities=entities, name="words")) for entities in (False, True)}


@pytest.fixture(scope="module", autouse=True)
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Iterable[WordEncoder]:
    words = WordEncoder()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KGQA_CACHE", str(tmp_path_factory.mktemp("cache")))
        patch.setattr("kgqa.system.load_encoder", lambda name: words)
        yield words


def links_of(system: KGQA, question: str) -> dict[tuple[str, str, str], tuple[float, ...]]:
    """What a question is linked to, by id, with the evidence.

    The nearest vectors are cut at a number, and ties there go by node number, which a change does not keep: the
    weakest of them are left out.
    """
    links = system.link(question)
    cut = min((link.dense for link in links if link.match is MatchKind.DENSE), default=0.0) + 1e-6
    return {
        (link.mention.text, system.graph.id(link.node), link.name): (link.score, link.prior, link.string, link.dense)
        for link in links
        if link.match is not MatchKind.DENSE or link.dense > cut
    }


def said(answer: Answer) -> tuple[object, ...]:
    """An answer without order, numbers and times."""
    facts = {(e.subject, e.predicate, e.object, e.subject_label, e.object_label) for e in answer.evidence}
    values = {(value.id, value.label) for value in answer.values}
    return answer.kind, values, facts, answer.words, answer.abstained, round(answer.confidence, 4)


def assert_like_new(system: KGQA, facts: Iterable[Fact]) -> None:
    """The links and answers that a system has which was built on the facts alone."""
    fresh = KGQA.from_graph(sorted(facts, key=str), config=system.config)
    assert system.graph.n_triples == fresh.graph.n_triples
    for question in QUESTIONS:
        ours, theirs = links_of(system, question), links_of(fresh, question)
        assert ours.keys() == theirs.keys(), question
        for key, scores in theirs.items():
            np.testing.assert_allclose(ours[key], scores, atol=1e-6, err_msg=f"{question} {key}")
        assert said(system.ask(question)) == said(fresh.ask(question)), question


@pytest.mark.parametrize("entities", [False, True], ids=["names", "vectors"])
@settings(deadline=None, max_examples=12)
@given(first=chosen, steps=st.lists(st.tuples(chosen, chosen), min_size=1, max_size=3))
def test_a_changed_system_is_like_a_new_one(
    entities: bool, first: set[Fact], steps: list[tuple[set[Fact], set[Fact]]]
) -> None:
    facts = {*CORE, *first}
    system = KGQA.from_graph(sorted(facts, key=str), config=ENCODERS[entities])
    for removed, added in steps:
        system = system.with_changes(add=sorted(added, key=str), remove=sorted(removed, key=str))
        facts = (facts - removed) | added
    assert_like_new(system, facts)


@settings(deadline=None, max_examples=60)
@given(first=chosen, removed=chosen, added=chosen)
def test_only_what_differs_is_touched(first: set[Fact], removed: set[Fact], added: set[Fact]) -> None:
    before = KnowledgeGraph.load(sorted({*CORE, *first}, key=str))
    after, _ = before.with_changes(sorted(added, key=str), sorted(removed, key=str))
    old, new = set(before.triples()), set(after.triples())
    expected = {node for subject, _, obj in old ^ new for node in (subject, obj)}
    touched = touched_nodes(before, after, sorted({*added, *removed}, key=str))
    assert set(touched.tolist()) == expected
    names = [name for name in names_of_graph(after) if name.node in expected]
    assert sorted(names_of_nodes(after, touched)) == sorted(names)


def test_the_old_system_stays_and_the_report_tells() -> None:
    old = KGQA.from_graph(CORE)
    before = {question: (links_of(old, question), said(old.ask(question))) for question in QUESTIONS}
    new = old.with_changes(add=(fact for fact in (*LOOSE[:2], CORE[0])), remove=[CORE[1], ("no", "such", "fact")])
    assert old.changes is None
    assert new.changes is not None
    report = (new.changes.added, new.changes.already_present, new.changes.removed, new.changes.not_found)
    assert report == (2, 1, 1, 1)
    assert before == {question: (links_of(old, question), said(old.ask(question))) for question in QUESTIONS}
    assert [value.label for value in new.ask("What is the capital of Spain?").values] == ["madrid"]


def test_nothing_is_built_or_encoded_again(encoder: WordEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    old = KGQA.from_graph(CORE, config=ENCODERS[True])
    old.ask(QUESTIONS[0])
    del encoder.seen[:]
    monkeypatch.setattr(LabelIndex, "from_graph", lambda graph: pytest.fail("the names were indexed anew"))
    new = old.with_changes(add=[("pt", "currency", "Euro"), ("pt", "capital", "paris")])
    new = new.with_changes(add=[("es", "currency", "Euro")])
    new.ask(QUESTIONS[0])
    assert set(encoder.seen) == {"pt", "es", "Euro", "currency", "Paris"}
    assert new._labels.parts[0].keys is old._labels.parts[0].keys
    assert len(new._labels.parts) == 2


def test_a_change_of_what_names_things_renames_all(encoder: WordEncoder) -> None:
    facts: list[Fact] = [("x1", "capital", "y1"), ("x2", "capital", "y2")]
    more: list[Fact] = [label("x1", "France"), label("y1", "Paris"), ("x1", "name", Literal("Gaul"))]
    system = KGQA.from_graph(facts).with_changes(add=more)
    assert_like_new(system, [*facts, *more])
    assert [value.id for value in system.ask("What is the capital of France?").values] == ["y1"]


def test_many_changes_end_in_a_new_index(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kgqa.linking.updates.MOST_CHANGED", 3)
    before = KnowledgeGraph.load(CORE)
    after, _ = before.with_changes(LOOSE)
    touched = touched_nodes(before, after, LOOSE)
    assert len(update_labels(LabelIndex.from_graph(before), before, after, touched).parts) == 1


@pytest.mark.parametrize("entities", [False, True], ids=["names", "vectors"])
def test_a_changed_system_is_saved_and_opened(entities: bool, tmp_path: Path) -> None:
    system = KGQA.from_graph(CORE, config=ENCODERS[entities])
    system.save(tmp_path / "b")
    changed = KGQA.load(tmp_path / "b", config=ENCODERS[entities]).with_changes(add=LOOSE, remove=CORE[1:2])
    changed.save(tmp_path / "b")
    opened = KGQA.load(tmp_path / "b", config=ENCODERS[entities])
    assert_like_new(changed, {*CORE, *LOOSE} - {CORE[1]})
    assert_like_new(opened, {*CORE, *LOOSE} - {CORE[1]})


def test_a_malformed_fact_changes_nothing() -> None:
    system = KGQA.from_graph(CORE)
    with pytest.raises(GraphError, match="tail"):
        system.with_changes(add=[("fr", "capital", object())])
    assert system.graph.n_triples == len(CORE)
