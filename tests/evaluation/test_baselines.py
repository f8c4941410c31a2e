"""The baselines: dense retrieval of single facts, and reading values from generated text."""

from collections.abc import Sequence

import numpy as np
import pytest

from evaluation.baselines.facts import FactBaseline, facts_of
from kgqa.embedding import TextKind
from kgqa.embedding.contract import Floats, Progress, TokenEmbeddings
from kgqa.graph import KnowledgeGraph
from kgqa.text import fold, split_terms
from kgqa.types import AbstentionReason, AnswerKind

WORDS = ("ann", "bea", "cat", "kit", "rex", "mum", "pet", "job", "vet")


class BagOfWords:
    """An encoder whose vectors count known words: a cosine is the shared words over the root of both lengths."""

    name = fingerprint = "words"
    dimension = len(WORDS)

    def encode(
        self, texts: Sequence[str], *, kind: TextKind = TextKind.PASSAGE, on_progress: Progress | None = None
    ) -> Floats:
        counts = np.array([[split_terms(fold(text)).count(word) for word in WORDS] for text in texts], np.float32)
        lengths: Floats = np.linalg.norm(counts.reshape(-1, self.dimension), axis=1, keepdims=True)
        return np.asarray(counts.reshape(-1, self.dimension) / np.maximum(lengths, 1), np.float32)

    def encode_tokens(self, texts: Sequence[str], *, kind: TextKind = TextKind.PASSAGE) -> list[TokenEmbeddings]:
        raise NotImplementedError


FACTS = [
    ("Ann", "mum", "Bea"),
    ("Cat", "mum", "Bea"),
    ("Bea", "pet", "Rex"),
    ("Bea", "pet", "Kit"),
    ("Ann", "job", "vet"),
    ("Ann", "type", "person"),
]


# -- dense retrieval of facts ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "expected", "cosine"),
    [
        # Two of three words of "Ann, mum, Bea" are said, none of them Bea: 2 / (sqrt 2 * sqrt 3).
        ("Who is the mum of Ann?", ["Bea"], 2 / 6**0.5),
        # "Ann, mum, Bea" and "Cat, mum, Bea" are as near: the first in the graph's order leads.
        ("Whose mum is Bea?", ["Ann", "Cat"], 2 / 6**0.5),
        ("What is the pet of Bea?", ["Kit", "Rex"], 2 / 6**0.5),
        # All of "Bea, pet, Rex" is said: the object is given, and what shares subject and relation.
        ("Is Rex a pet of Bea?", ["Rex", "Kit"], 1.0),
        ("Who has the job of a vet?", ["Ann"], 2 / 6**0.5),
    ],
)
def test_the_end_that_the_question_does_not_say(question: str, expected: list[str], cosine: float) -> None:
    answer = FactBaseline(KnowledgeGraph.load(FACTS), BagOfWords()).ask(question)
    assert [value.id for value in answer.values] == expected
    assert answer.confidence == pytest.approx(cosine, abs=1e-6)
    assert answer.kind is AnswerKind.ENTITIES


def test_names_and_classes_are_no_facts_to_ask_for() -> None:
    label = "http://www.w3.org/2000/01/rdf-schema#label"
    graph = KnowledgeGraph.load([*FACTS, ("Ann", label, '"Ann"')])
    kept = {(graph.id(s), graph.relation_id(r), graph.id(o)) for s, r, o in facts_of(graph).tolist()}
    assert kept == set(FACTS[:-1])


def test_a_graph_of_names_alone_has_no_answer() -> None:
    answer = FactBaseline(KnowledgeGraph.load(FACTS[-1:]), BagOfWords()).ask("Who is Ann?")
    assert answer.abstained is not None
    assert answer.abstained.reason is AbstentionReason.NO_FACT_FOUND
    assert not answer.values
