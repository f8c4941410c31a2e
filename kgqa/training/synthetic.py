"""Questions made from a graph itself: programs drawn at random, worded by templates in English or Chinese.

What a reader learns from them is how operators are asked for, how relations chain, and that some things are not
known. Names are taken from labels and aliases; how people word a relation, from `kgqa.training.paraphrases` where that
knows the relation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property
from itertools import chain, count, cycle, islice

from kgqa.answering import AnswerBuilder
from kgqa.calibration import Calibrations
from kgqa.config import AnswerConfig
from kgqa.evaluation import Gold, Question, QuestionSet
from kgqa.evaluation.questions import UNANSWERABLE
from kgqa.graph import KnowledgeGraph
from kgqa.program import execute
from kgqa.program.algebra import Yields
from kgqa.retrieval.relations import relation_names
from kgqa.training.composed import ComposedDrafts
from kgqa.training.draws import Draft, Draws
from kgqa.training.measured import MeasuredDrafts
from kgqa.training.paths import PathDrafts

_MOST_ANSWERS = 30
_TRIES = 12
_PATHS_EACH = 3
_SETS_EACH = 2
"""Kinds of questions about paths, and of those about sets of things, in turn; the latter need classes."""
_ATTEMPTS = 6
"""Draws of one kind before it is passed over."""
_FOREIGN_EVERY = 14
"""One question in this many asks for what the graph does not know."""
_SOMEONE = 0.35
"""The share of those that ask for a person."""


class Synthesiser:
    """Draws questions about one graph.

    language : "en" or "zh". seed : of every draw.
    """

    def __init__(self, graph: KnowledgeGraph, *, language: str = "en", seed: int = 0) -> None:
        self._graph = graph
        self._language = language
        self._draws = Draws(graph, language=language, seed=seed)
        self._builder = AnswerBuilder(graph, AnswerConfig(), Calibrations())

    def questions(self, wanted: int) -> QuestionSet:
        """About `wanted` questions with answers, of every kind that the graph allows, in turn.

        Each is tagged with its kind. Of those of kinds "beyond" and "unrelated" the answer is none; those of kind
        "foreign" have no answer, and are tagged "unanswerable" besides.
        """
        found: dict[str, tuple[Question, Gold]] = {}
        for kind in islice(self._kinds(), wanted * _TRIES if self._draws.relations else 0):
            if len(found) == wanted:
                break
            made = self._made(kind)
            if made is not None and made[0] not in found:
                id_ = f"synthetic-{self._language}-{len(found)}"
                found[made[0]] = Question(id_, made[0], self._language), made[1]
        pairs = list(found.values())
        return QuestionSet(tuple(question for question, _ in pairs), {q.id: gold for q, gold in pairs})

    def _made(self, kind: Callable[[], Draft | None]) -> tuple[str, Gold] | None:
        """A question of a kind with its answers."""
        for _ in range(_ATTEMPTS):
            draft = kind()
            answers = self._answers(draft) if draft else None
            if draft is not None and answers is not None:
                known = () if draft.program is not None else (UNANSWERABLE,)
                return draft.text, Gold(answers, tags=(kind.__name__, *known))
        return None

    def _kinds(self) -> Iterator[Callable[[], Draft | None]]:
        """Kinds of questions without end: mostly paths, each kind about sets in turn, now and then a foreign one."""
        paths = cycle(PathDrafts(self._draws).kinds)
        composed = cycle((*MeasuredDrafts(self._draws).kinds, *ComposedDrafts(self._draws).kinds))
        for number in count(1):
            yield from islice(paths, _PATHS_EACH)
            if self._draws.classes:
                yield from islice(composed, _SETS_EACH)
            if number % (_FOREIGN_EVERY // _PATHS_EACH) == 0:
                yield self.foreign

    def foreign(self) -> Draft | None:
        """A lookup of something or somebody that no relation or class of the graph is called."""
        templates, someone = self._draws.templates, self._draws.random.random() < _SOMEONE
        names = templates.foreign_people if someone else templates.foreign
        fact, name = self._draws.fact(), self._draws.random.choice(names)
        if fact is None or not set(_parts(name)).isdisjoint(self._vocabulary):
            return None
        asked = self._draws.choose(templates.along, {"r": name, "x": self._draws.node(fact.subject)})
        return Draft(None, self._draws.choose(templates.asks_who if someone else templates.asks, {"a": asked}))

    @cached_property
    def _vocabulary(self) -> set[str]:
        names = chain.from_iterable(relation_names(self._graph, r) for r in self._draws.relations)
        classes = (self._draws.node(c) for c in self._draws.classes)
        return {part for name in (*names, *classes, *self._draws.nouns) for part in _parts(name)}

    def _answers(self, draft: Draft) -> tuple[str, ...] | None:
        """The program's values as a question file writes them; None if there are too many, or none unasked."""
        program = draft.program
        if program is None:
            return ()
        result = execute(program, self._graph)
        if result.yields is Yields.BOOLEAN:
            return (str(bool(result.boolean)).lower(),)
        if result.yields is Yields.NUMBER:
            return None if result.number is None else (f"{result.number:.15g}",)
        values = self._builder.values(program, result, "en", _MOST_ANSWERS + 1)
        if len(values) > _MOST_ANSWERS or bool(values) is draft.empty:
            return None
        return tuple((value.label if result.yields is Yields.TABLE else value.id) or "" for value in values)


def _parts(name: str) -> list[str]:
    """The words of a name, casefolded; single characters of Chinese."""
    return re.findall(r"[\u4e00-\u9fff]|[^\W_\u4e00-\u9fff]+", name.casefold())
