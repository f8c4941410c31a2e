"""A small graph of countries, questions over it, and a system that answers word for word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kgqa import KnowledgeGraph
from kgqa.answering import Reading
from kgqa.config import Config
from kgqa.evaluation import Gold, Prediction, Question, QuestionSet
from kgqa.evaluation.robustness import Case, NameTable, Scene
from kgqa.types import Abstained, AbstentionReason, Answer, AnswerKind, AnswerValue, Link, Literal

LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
ALIAS = "http://www.w3.org/2004/02/skos/core#altLabel"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
LANG = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"
XSD = "http://www.w3.org/2001/XMLSchema#"
BASE = "http://e/"
NAMES = {
    "france": ("France", "法国", "French Republic"),
    "spain": ("Spain", "西班牙", "Kingdom of Spain"),
    "us": ("United States", "美国", "US"),
    "paris": ("Paris", "巴黎", "City of Light"),
    "madrid": ("Madrid", "马德里", "Villa y Corte"),
    "cote": ("Côte d'Ivoire", "科特迪瓦", "Ivory Coast"),
    "yamoussoukro": ("Yamoussoukro", "亚穆苏克罗", "Yamoussoukro City"),
}
FACTS = (
    ("france", "capital", "paris"),
    ("paris", "capitalOf", "france"),
    ("france", "borders", "spain"),
    ("spain", "borders", "france"),
    ("spain", "capital", "madrid"),
    ("cote", "capital", "yamoussoukro"),
    ("france", TYPE, "Country"),
    ("spain", TYPE, "Country"),
)
POPULATION = {"france": 68, "spain": 48, "us": 335, "cote": 30}


def iri(name: str) -> str:
    return name if "://" in name else BASE + name


def land() -> KnowledgeGraph:
    facts: list[tuple[str, str, object]] = [(iri(s), iri(r), iri(o)) for s, r, o in FACTS]
    for name, (english, chinese, alias) in NAMES.items():
        facts.append((iri(name), LABEL, Literal(english, LANG, "en")))
        facts.append((iri(name), LABEL, Literal(chinese, LANG, "zh")))
        facts.append((iri(name), ALIAS, Literal(alias, LANG, "en")))
    facts += [(iri("Country"), LABEL, Literal("country", LANG, "en"))]
    facts += [(iri(name), iri("population"), number) for name, number in POPULATION.items()]
    return KnowledgeGraph.load(facts)


ASKED: Mapping[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "capital": ("What is the capital of France?", ("paris",), ("france",)),
    "borders": ("Which countries border Spain?", ("france",), ("spain",)),
    "chinese": ("法国的首都是什么？", ("paris",), ("france",)),
    "accent": ("What is the capital of Côte d'Ivoire?", ("yamoussoukro",), ("cote",)),
    "us": ("tell us: how many people live in the US?", ("335",), ("us",)),
    "nobody": ("which country has the most people", ("us",), ()),
    "unnamed": ("Which French city is the capital?", ("paris",), ("france",)),
}
"""Question id -> text, gold answers, gold entities."""


def questions() -> QuestionSet:
    asked = tuple(Question(i, text) for i, (text, _, _) in ASKED.items())
    gold = {
        i: Gold(tuple(a if a.isdigit() else iri(a) for a in answers), topic=tuple(map(iri, topic)))
        for i, (_, answers, topic) in ASKED.items()
    }
    return QuestionSet((*asked, Question("open", "What else?")), gold)


@dataclass
class WordForWord:
    """Knows the answers to texts as they stand, and nothing else; crashes and is silent where it is told to.

    broken : texts that raise an error. changes : what `with_changes` was given, oldest first.
    """

    graph: KnowledgeGraph
    answers: Mapping[str, tuple[str, ...]]
    broken: frozenset[str] = frozenset()
    config: Config = field(default_factory=Config)
    changes: list[tuple[tuple[object, ...], tuple[object, ...]]] = field(default_factory=list)

    def ask(self, question: str) -> Answer:
        if question in self.broken:
            raise ZeroDivisionError("by zero")
        found = self.answers.get(question, ())
        if not found:
            return Answer(question, AnswerKind.NONE, abstained=Abstained(AbstentionReason.NOTHING_LINKED, ""))
        values = tuple(AnswerValue(value, value, value) for value in found)
        return Answer(question, AnswerKind.ENTITIES, values, 0.9)

    def link(self, question: str) -> tuple[Link, ...]:
        return ()

    def read(self, question: str) -> Reading:
        raise NotImplementedError

    def with_changes(self, add: Iterable[object] = (), remove: Iterable[object] = ()) -> WordForWord:
        add, remove = tuple(add), tuple(remove)
        self.changes.append((add, remove))
        graph, _ = self.graph.with_changes(add, remove)
        return WordForWord(graph, self.answers, self.broken, self.config, self.changes)


def word_for_word() -> WordForWord:
    """Right on every question of the set as it is written."""
    asked = questions()
    return WordForWord(land(), {q.text: asked.gold[q.id].answers for q in asked.questions if q.id in asked.gold})


def scene(seed: int = 0) -> Scene:
    system = word_for_word()
    return Scene(system, NameTable.from_graph(system.graph), seed)


def cases(over: Scene) -> tuple[Case, ...]:
    asked = questions()
    found = []
    for question in asked.questions:
        if question.id in asked.gold:
            gold = asked.gold[question.id]
            places, unplaced = over.names.places(question.text, gold.topic)
            found.append(Case(question, gold, Prediction(question.id, "entities"), False, places, unplaced))
    return tuple(found)


def case(text: str, *topic: str, over: Scene | None = None) -> Case:
    over = over or scene()
    places, unplaced = over.names.places(text, [iri(name) for name in topic])
    return Case(Question("q", text), Gold(()), Prediction("q", "none"), False, places, unplaced)
