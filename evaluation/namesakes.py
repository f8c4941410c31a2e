"""Entities that questions ask about get namesakes: how often it is asked back which is meant, and with what gain."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from evaluation.results import Column, Row, Table
from evaluation.settings import Choice, NamesakeSettings, RobustnessSet, located, namesake_settings
from kgqa import KGQA, Answer, Config
from kgqa.config import AnswerConfig, ReaderConfig, RetrievalConfig
from kgqa.evaluation import LinkedQuestion, Prediction, QuestionSet
from kgqa.evaluation.matching import Matching, match
from kgqa.graph import KnowledgeGraph
from kgqa.graph.terms import is_iri
from kgqa.reader import SHIPPED
from kgqa.types import Triple

_BASE = "https://kgqa.example/namesake/"
_PLAIN, _NAMESAKES = "as it is", "with namesakes"
_COLUMNS = (
    Column("questions", 0),
    Column("asked back", 1, 100),
    Column("what is meant among the options", 1, 100),
    Column("Hits@1 at once", 1, 100),
    Column("Hits@1 after the choice", 1, 100),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One question. asked : back. offered : the entity meant is an option. first, chosen : right before, after."""

    asked: bool
    offered: bool
    first: bool
    chosen: bool


def run(choice: Choice) -> list[Table]:
    """Ask every set whose files are there, as it is and with namesakes; the others are named on stderr."""
    settings = namesake_settings()
    rows = [
        row for one in settings.sets if choice.takes(one.name, one.graph, one.questions) for row in _rows(one, settings)
    ]
    return [Table("namesakes", "Questions about one entity", _COLUMNS, tuple(rows))]


def order() -> list[str]:
    """The names of all rows."""
    return [f"{one.name}, {what}" for one in namesake_settings().sets for what in (_PLAIN, _NAMESAKES)]


def second_world(graph: KnowledgeGraph, drawn: random.Random) -> Iterator[Triple]:
    """The facts of a copy of a graph beside it, in which names are dealt out anew among entities of one kind.

    Every entity then has a namesake of which other things hold, and no fact of the graph changes. Of one kind are
    those of the same classes or, where there are none, with the same relations. Classes and values are not copied.
    """
    names = _dealt(graph, drawn)
    bearer = {name: node for node, name in names.items()}
    ids = {node: _new_id(graph, node, name) for node, name in names.items()}
    naming = graph.schema.naming
    for subject, relation, obj in graph.triples():
        owner = bearer.get(subject) if relation in naming else subject
        if owner in ids:
            copied = ids.get(obj)
            value = graph.triple(subject, relation, obj).object if copied is None else copied
            yield Triple(ids[owner], graph.relation_id(relation), value)


def _dealt(graph: KnowledgeGraph, drawn: random.Random) -> dict[int, int]:
    """For each entity the one whose names its copy gets."""
    copied = np.setdiff1d(graph.entities, [*graph.classes, *graph.arrays.relations])
    kinds: dict[tuple[tuple[int, ...], ...], list[int]] = {}
    for node in copied.tolist():
        at = np.array([node], dtype=np.int32)
        classes = tuple(graph.types(at).tolist())
        sides = () if classes else (False, True)
        relations = (tuple(graph.relations_of(at, inverse=side)[0].tolist()) for side in sides)
        kinds.setdefault((classes, *relations), []).append(node)
    return {
        node: name for kind in kinds.values() for node, name in zip(kind, drawn.sample(kind, len(kind)), strict=True)
    }


def _new_id(graph: KnowledgeGraph, node: int, name: int) -> str:
    return f"{_BASE}{node}" if is_iri(graph.id(node)) else f"{graph.id(name)} (2)"


def _rows(one: RobustnessSet, settings: NamesakeSettings) -> Iterator[Row]:
    found = QuestionSet.read(located(one.questions), split=one.split)
    questions = found.sample(one.sample, settings.seed) if one.sample else found
    config = Config(
        reader=ReaderConfig(name=SHIPPED),
        retrieval=RetrievalConfig(budget_ms=settings.budget_ms),
        answer=AnswerConfig(max_options=settings.options),
    )
    plain = KGQA.from_graph(located(one.graph), config=config)
    asked = [q for q in questions.linked() if len(q.topic) == 1 and questions.gold[q.question.id].answers]
    drawn = random.Random(settings.seed)  # noqa: S311 - a sample, not a secret
    doubled = plain.with_changes(add=second_world(plain.graph, drawn))
    for what, system in ((_PLAIN, plain), (_NAMESAKES, doubled)):
        start = time.perf_counter()
        outcomes = [_outcome(system, q, questions) for q in asked]
        shares = (_share(outcomes, name) for name in ("asked", "offered", "first", "chosen"))
        details = {"outcomes": {q.question.id: asdict(o) for q, o in zip(asked, outcomes, strict=True)}}
        spent = time.perf_counter() - start
        yield Row(f"{one.name}, {what}", (len(asked), *shares), settings.seed, spent, asdict(settings), details)


def _outcome(system: KGQA, asked: LinkedQuestion, questions: QuestionSet) -> Outcome:
    question = asked.question
    first = system.ask(question.text)
    options = first.clarification.options if first.clarification else ()
    meant = next((option for option in options if option.id == asked.topic[0]), None)
    right = _is_right(first, question.id, questions)
    again = right if meant is None else _is_right(system.ask_linked(question.text, meant.topic), question.id, questions)
    return Outcome(bool(options), meant is not None, right, again)


def _is_right(answer: Answer, question: str, questions: QuestionSet) -> bool:
    values = Prediction.of_answer(question, answer, 0.0).values
    return match(values, questions.gold[question].answers, Matching.STRICT).right[:1] == (True,)


def _share(outcomes: Sequence[Outcome], name: str) -> float:
    return float(np.mean([getattr(outcome, name) for outcome in outcomes])) if outcomes else 0.0
