"""The baselines: dense retrieval of single facts, and reading values from generated text."""

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evaluation import comparison
from evaluation.baselines.facts import FactBaseline, facts_of
from evaluation.baselines.langchain_graph import langchain_answers
from evaluation.baselines.llamaindex_graph import llamaindex_answers
from evaluation.baselines.reading import TextSystem, ValueReader
from evaluation.comparing import GOLD_ENTITY, SYSTEMS, Parts, measure, sampled
from evaluation.settings import BaselineSet, BaselineSettings, Choice, baseline_settings
from kgqa.embedding import TextKind
from kgqa.embedding.contract import Floats, Progress, TokenEmbeddings
from kgqa.errors import MissingExtraError
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

    def encode_static(self, texts: Sequence[str]) -> Floats:
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


# -- reading values from text ---------------------------------------------------------------------

NAMED = [
    ("New York", "in", "USA"),
    ("York", "in", "UK"),
    ("New York", "people", "3894000"),
    ("Her", "starred", "Amy Adams"),
    ("Up", "starred", "Ed"),
]


@pytest.mark.parametrize(
    ("text", "question", "expected"),
    [
        # Whole words, the longer name before the one inside it, in the order of the text.
        ("It is in the Usa (USA), in York.", "Where?", ["USA", "York"]),
        ("new york!", "Where?", ["New York"]),
        ("Yorkshire", "Where?", []),
        # What the question says is no answer, nor is a name inside it.
        ("New York is in the USA", "Where is New York?", ["USA"]),
        ("New York", "Where is New York?", []),
        # Names of stop words or under 3 characters are everywhere.
        ("Up to her", "Who?", []),
        ("3,894,000 people", "How many?", ["3894000"]),
        # No name: numbers that the question lacks, or a truth value at the start.
        ("There are 12 of 50.", "How many of the 50?", ["12"]),
        ("Yes, New York is in the USA 2", "Is New York in the USA?", ["true"]),
        ("no", "Is it?", ["false"]),
        ("", "Who?", []),
    ],
)
def test_values_that_a_text_names(text: str, question: str, expected: list[str]) -> None:
    reader = ValueReader(KnowledgeGraph.load(NAMED))
    assert [value.label for value in reader.lenient(text, question)] == expected


def test_a_text_taken_as_a_list() -> None:
    found = ValueReader(KnowledgeGraph.load(NAMED)).strict("New York, Amy Adams and the USA.")
    assert [(value.id, value.label) for value in found] == [
        ("New York", "New York"),
        ("Amy Adams", "Amy Adams"),
        (None, "the USA"),
    ]


def test_of_equal_names_the_node_with_most_facts_is_meant() -> None:
    label = "http://www.w3.org/2000/01/rdf-schema#label"
    names = [(node, label, '"Georgia"') for node in ("ex:a", "ex:b")]
    graph = KnowledgeGraph.load([*names, ("ex:a", "in", "USA"), ("ex:b", "in", "Asia"), ("ex:b", "near", "Asia")])
    assert [value.id for value in ValueReader(graph).lenient("Georgia", "Which?")] == ["ex:b"]


def test_a_text_system_keeps_what_was_written() -> None:
    system = TextSystem(lambda question: f" {question} the USA. ", ValueReader(KnowledgeGraph.load(NAMED)))
    answer = system.ask("Where is New York?")
    assert [value.id for value in answer.values] == ["USA"]
    assert answer.sentence == system.said["Where is New York?"].text == "Where is New York? the USA."
    assert system.ask("USA").abstained is not None


# -- the peers ------------------------------------------------------------------------------------


class Script:
    """A language model that answers by what a prompt holds, and remembers the prompts."""

    new_tokens = 64

    def __init__(self, **answers: str) -> None:
        self.answers = answers
        self.prompts: list[str] = []

    def complete(self, prompt: str) -> str:
        self.prompts.append(prompt)
        return next(answer for mark, answer in self.answers.items() if mark in prompt)

    def tokens(self, text: str) -> list[int]:
        return [len(word) for word in text.split()]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_langchain_answers_from_the_facts_of_the_entity_it_extracted() -> None:
    pytest.importorskip("langchain_community", reason="the extra 'peers' is not installed")
    model = Script(Extract="Ann, Nobody", Helpful="It is Bea.")
    graph = KnowledgeGraph.load(FACTS)
    answer = TextSystem(langchain_answers(graph, model), ValueReader(graph)).ask("Who is the mum of Ann?")
    assert [value.id for value in answer.values] == ["Bea"]
    assert "Ann mum Bea" in model.prompts[1]
    assert "Ann job vet" in model.prompts[1]
    assert "Cat mum Bea" not in model.prompts[1]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_llamaindex_answers_from_facts_near_its_keywords_and_the_question() -> None:
    pytest.importorskip("llama_index.core", reason="the extra 'peers' is not installed")
    model = Script(KEYWORDS="CAT^nobody", Context="Bea")
    graph = KnowledgeGraph.load(FACTS)
    generate = llamaindex_answers(graph, model, BagOfWords())
    answer = TextSystem(generate, ValueReader(graph)).ask("Who is the mum of Ann?")
    assert [value.id for value in answer.values] == ["Bea"]
    assert "Cat -> mum -> Bea" in model.prompts[-1]
    assert "Ann -> mum -> Bea" in model.prompts[-1]


@pytest.mark.parametrize("build", [langchain_answers, lambda g, m: llamaindex_answers(g, m, BagOfWords())])
def test_peers_name_the_extra_that_is_missing(
    build: Callable[[KnowledgeGraph, Script], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("langchain_community.chains.graph_qa.base", "llama_index.core"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError, match=r"kgqa\[peers\]"):
        build(KnowledgeGraph.load(FACTS), Script())


# -- the comparison -------------------------------------------------------------------------------


def toy(folder: Path) -> tuple[BaselineSet, BaselineSettings]:
    graph, questions = folder / "graph.tsv", folder / "dev.jsonl"
    graph.write_text("".join("\t".join(fact) + "\n" for fact in FACTS), encoding="utf-8")
    asked = [
        {"id": "a", "question": "Who is the mum of Ann?", "answers": ["Bea"], "hops": 1, "language": "en"},
        {"id": "b", "question": "What pets has Bea?", "answers": ["Rex", "Kit"], "hops": 1, "language": "en"},
        {"id": "c", "question": "Ann 的妈妈是谁?", "answers": ["Bea"], "hops": 1, "language": "zh"},
        {"id": "d", "question": "What pets has Ann's mum?", "answers": ["Rex", "Kit"], "hops": 2, "language": "en"},
    ]
    questions.write_text("".join(json.dumps(one) + "\n" for one in asked), encoding="utf-8")
    one = BaselineSet(name="toy", graph=str(graph), questions=str(questions), longest_path=1, language="en", hops=1)
    systems = ("kgqa", "LangChain", GOLD_ENTITY)
    return one, BaselineSettings(seed=1, sample=9, threads=1, new_tokens=8, systems=systems, sets=(one,))


def test_settings_name_known_systems_and_no_test_split() -> None:
    settings = baseline_settings()
    assert set(settings.systems) == set(SYSTEMS)
    for one in settings.sets:
        assert one.split == "dev" or one.questions.endswith("/dev.jsonl")


def test_a_sample_keeps_to_language_and_hops_and_is_the_same_each_time(tmp_path: Path) -> None:
    one, settings = toy(tmp_path)
    assert [question.id for question in sampled(one, settings).questions] == ["a", "b"]
    fewer = BaselineSettings(seed=1, sample=1, threads=1, new_tokens=8, systems=())
    assert sampled(one, fewer) == sampled(one, fewer)
    assert len(sampled(one, fewer)) == 1


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_what_was_written_is_kept_and_read_strictly_beside(tmp_path: Path) -> None:
    pytest.importorskip("langchain_community", reason="the extra 'peers' is not installed")
    one, settings = toy(tmp_path)
    model = Script(**{"mum of Ann?\nOutput": "Ann", "pets has Bea?\nOutput": "Bea", "Helpful": "It is Bea."})
    found = measure("LangChain", Parts(one, lambda: model), settings)
    assert found["texts"] == {"a": "It is Bea.", "b": "It is Bea."}
    # Read leniently, "Bea" answers the first question; taken as a list, "It is Bea" is the name of nothing.
    assert found["report"]["overall"]["Hits@1"]["mean"] == 0.5
    assert found["strict"]["Hits@1"] == 0.0


def measured_as(mean: float) -> dict[str, Any]:
    interval = {"mean": mean, "low": 0.0, "high": 1.0, "n": 2}
    report = {
        "overall": {"Hits@1": interval, "F1": interval},
        "latency": {"mean_ms": 1500.0},
        "setting": {"seconds": 3.0},
    }
    return {"report": report, "opening_seconds": 1.0, "peak_mb": 100.0}


def test_gold_entities_have_their_own_columns_and_missing_peers_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _, settings = toy(tmp_path)
    monkeypatch.setattr(comparison, "baseline_settings", lambda: settings)
    monkeypatch.setattr(comparison, "measured", lambda _module, _system, name: {name: measured_as(0.5)})
    monkeypatch.setattr("importlib.util.find_spec", lambda _module: None)
    (table,) = comparison.run(Choice())
    marks = (0.5, 0.0, 1.0)
    assert [(row.name, row.cells) for row in table.rows] == [
        ("toy: kgqa", (2, marks, 0.5, None, None, 1.5, 100.0)),
        (f"toy: {GOLD_ENTITY}", (2, None, None, marks, 0.5, 1.5, 100.0)),
    ]
    assert "left as it was: LangChain" in capsys.readouterr().err
    assert comparison.order() == ["toy: kgqa", "toy: LangChain", f"toy: {GOLD_ENTITY}"]


def test_a_set_that_is_not_there_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    one, settings = toy(tmp_path)
    Path(one.questions).unlink()
    monkeypatch.setattr(comparison, "baseline_settings", lambda: settings)
    assert comparison.run(Choice())[0].rows == ()
    assert "left out: toy" in capsys.readouterr().err
