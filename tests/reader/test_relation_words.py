"""Which words speak of which relations: where they stand, which relations are known, what retrieval makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from kgqa.embedding import TextKind, TokenEmbeddings
from kgqa.reader.agreement import Agreement
from kgqa.reader.familiarity import name_hash
from kgqa.reader.relation_words import Known, TunedWords
from kgqa.retrieval.build import build_matcher
from kgqa.retrieval.question import QuestionView
from kgqa.retrieval.relations import RelationTexts, Scores
from kgqa.retrieval.retriever import GraphRetriever
from kgqa.types import Link, MatchKind, Mention
from tests.retrieval.toy import PATIENT, Lab, WordEncoder, build, family, lines

KNOWN = ("mother", "birthplace")


def words(*known: str) -> tuple[TunedWords, RelationTexts]:
    encoder, graph = WordEncoder(), family()
    relations = RelationTexts.of(graph)
    familiar = Known.of(relations, frozenset(map(name_hash, known)))
    return TunedWords(encoder, Agreement.initial(encoder.dimension, 1.0), familiar), relations


def link(text: str, start: int, node: int) -> Link:
    return Link(Mention(start, start + len(text), text), node, 0.9, MatchKind.EXACT, text, 0.5, 1.0)


NAME = st.text("ABCÉ' ", min_size=1, max_size=12).filter(lambda name: name.strip() == name)
WORD = st.sampled_from(["mother", "birthplace", "father", "x", "grand-mother", "the"])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(WORD, NAME.map(lambda name: (name,))), min_size=1, max_size=9))
def test_a_word_is_found_wherever_names_stand_before_it(parts: list[str | tuple[str]]) -> None:
    text = ""
    links: list[Link] = []
    for part in parts:
        if isinstance(part, tuple):
            links.append(link(part[0], len(text), len(links)))
        text += (part if isinstance(part, str) else part[0]) + " "
    tuned, relations = words(*KNOWN)
    owner = dict(zip(relations.texts, relations.owners.tolist(), strict=True))
    n_relations = int(relations.owners.max()) + 1
    view = QuestionView(text)
    told = tuned.told(view, links, n_relations)
    hidden = {i for found in links for i in range(*view.word_span(found.mention))}
    assert told.shape == (len(view.words), n_relations)
    for place, word in enumerate(view.words):
        for name in ("mother", "birthplace", "father"):
            sure = place not in hidden and word.text == name and name in KNOWN
            grand = word.text == "grand-mother" and name == "mother" and place not in hidden
            assert (told[place, owner[name]] > 0.9) == (sure or grand), (place, word.text, name)


def test_relations_that_no_one_taught_are_left_alone() -> None:
    tuned, relations = words("mother")
    none, some = (Known.of(relations, frozenset(map(name_hash, known))).share for known in ((), ("mother",)))
    assert none == 0
    assert some == 1 / len(set(relations.owners.tolist()))
    told = tuned.told(QuestionView("the father 's mother"), (), int(relations.owners.max()) + 1)
    assert set(np.flatnonzero(told.max(axis=0) > 0).tolist()) == {relations.owners[relations.texts.index("mother")]}


def test_chinese_words_are_left_to_the_names_of_relations() -> None:
    tuned, relations = words("mother", "母亲")
    assert not tuned.told(QuestionView("安娜的母亲是谁"), (), int(relations.owners.max()) + 1).any()


def test_a_question_of_nothing_but_a_name_tells_nothing() -> None:
    tuned, relations = words("mother")
    assert not tuned.told(QuestionView("Anna"), [link("Anna", 0, 3)], int(relations.owners.max()) + 1).any()


@dataclass
class Taught:
    """Knows that some words speak of relations; remembers what it was asked."""

    meanings: dict[str, int]
    asked: list[tuple[str, ...]] = field(default_factory=list)

    def told(self, view: QuestionView, links: Sequence[Link], n_relations: int) -> Scores:
        self.asked.append(tuple(link.mention.text for link in links))
        found = np.zeros((len(view.words), n_relations), dtype=np.float32)
        for place, word in enumerate(view.words):
            if word.text in self.meanings:
                found[place, self.meanings[word.text]] = 0.95
        return found


def test_retrieval_walks_relations_by_words_that_were_learnt() -> None:
    graph = build(lines("Anna town Lund\nAnna spouse Ben\nBen town Malmo\nBen children Cem\nAnna children Dan"))
    taught = Taught({"heir": graph.find_relation("children"), "darling": graph.find_relation("spouse")})
    lab = Lab(graph)
    question = "the heir of darling of Anna ?"
    assert lab.first(question) != {"Cem"}
    lab.retriever = GraphRetriever(graph, build_matcher(graph, WordEncoder()), PATIENT, learnt=taught)
    assert lab.first(question) == {"Cem"}
    assert taught.asked == [("Anna",)]


def test_a_phrase_that_names_a_relation_needs_no_telling() -> None:
    graph = build(lines("Anna spouse Ben\nAnna children Dan"))
    lab = Lab(graph)
    taught = Taught({"spouse": graph.find_relation("children")})
    lab.retriever = GraphRetriever(graph, build_matcher(graph, WordEncoder()), PATIENT, learnt=taught)
    assert lab.first("the spouse of Anna ?") == {"Ben"}


def test_words_that_speak_of_a_relation_are_no_names_beside_one() -> None:
    graph = build(lines("Jaws writer Ben\nCreator writer Cem\nCreator star Dan"))
    taught = Taught({"creator": graph.find_relation("writer")})
    lab = Lab(graph, names={"creator": "Creator"})
    lab.retriever = GraphRetriever(graph, build_matcher(graph, WordEncoder()), PATIENT, learnt=taught)

    def about(question: str) -> set[str]:
        links = tuple(replace(found, name=graph.id(found.node)) for found in lab.links(question))
        return {graph.id(found.node) for found in lab.retriever.retrieve([question], [links])[0].links}

    assert about("who is the creator of Jaws") == {"Jaws"}
    assert about("who is the writer of creator") == {"Creator"}
    assert about("who is the Creator of Jaws") == {"Creator", "Jaws"}


def test_words_for_things_in_common_are_no_names_beside_one() -> None:
    graph = build(lines("Duet singer Ann\nDuet singer Bea\nTogether singer Cia"))
    lab = Lab(graph, names={"together": "Together"})

    def about(question: str) -> set[str]:
        links = tuple(replace(found, name=graph.id(found.node)) for found in lab.links(question))
        return {graph.id(found.node) for found in lab.retriever.retrieve([question], [links])[0].links}

    assert about("who sang together with Ann") == {"Ann"}
    assert about("who sang together") == {"Together"}


def test_what_is_asked_of_the_encoder_is_a_question() -> None:
    kinds = []

    class Recording(WordEncoder):
        def encode_tokens(self, texts: Sequence[str], *, kind: TextKind = TextKind.PASSAGE) -> list[TokenEmbeddings]:
            kinds.append(kind)
            return super().encode_tokens(texts, kind=kind)

    encoder, relations = Recording(), RelationTexts.of(family())
    known = Known.of(relations, frozenset([name_hash("mother")]))
    TunedWords(encoder, Agreement.initial(encoder.dimension, 1.0), known).told(QuestionView("mother"), (), 99)
    assert kinds == [TextKind.QUERY]
