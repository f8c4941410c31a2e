"""Diagnose a run: which stage lost each question that was not answered with exactly its gold."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np

from kgqa.answering import Reading
from kgqa.config import Config
from kgqa.errors import QuestionError, QuestionsFileError
from kgqa.evaluation.diagnosis import Diagnosis, Stage
from kgqa.evaluation.gold_checks import Case, GoldChecks, is_computed, listed
from kgqa.evaluation.line_log import LineLog
from kgqa.evaluation.matching import match
from kgqa.evaluation.oracle import GoldJudge, NamedNodes, Ranks, relation_labels
from kgqa.evaluation.predictions import Prediction, digest
from kgqa.evaluation.questions import Gold, Question, QuestionSet
from kgqa.evaluation.reach import Reach, path_labels
from kgqa.evaluation.report import Linking, Setting
from kgqa.graph import KnowledgeGraph
from kgqa.program import execute, notation, shown_label, to_words
from kgqa.program.algebra import Program
from kgqa.retrieval.contract import Candidate
from kgqa.types import Link, NodeIds

FORMAT = 1
Progress = Callable[[int, int], None]
"""Called with (questions done, questions in all)."""


class Readable(Protocol):
    """A system whose stages can be looked into; `KGQA` is one."""

    @property
    def graph(self) -> KnowledgeGraph:
        """What it knows."""
        ...

    @property
    def config(self) -> Config:
        """Its settings."""
        ...

    def link_given(self, question: str, topic: Sequence[str]) -> tuple[Link, ...]:
        """The links of a question about given entities; QuestionError for one that the graph lacks."""
        ...

    def read(self, question: str, *, links: Sequence[Link] | None = None) -> Reading:
        """The candidates of a question and their scores; `links` in place of its own."""
        ...


def diagnose(
    system: Readable,
    predictions: Sequence[Prediction],
    questions: QuestionSet,
    *,
    setting: Setting | None = None,
    path: Path | str | None = None,
    on_progress: Progress | None = None,
) -> list[Diagnosis]:
    """Say of every predicted question with gold what became of it, in the set's order.

    The questions are read again, all proposed programs executed and held against gold. Where none is right, retrieval
    is run again with the gold entities; where that does not help, the gold itself is checked. Questions without gold
    and those never asked have no diagnosis.

    predictions : what `system` answered to `questions`.
    setting : as for `score`: its matching is used, and with `Linking.GOLD` questions are read with gold entities.
    path : diagnoses are appended there, and those there already are not made again.
    Errors : QuestionsFileError for a prediction of a question that the set lacks or that is predicted twice, and if the
    file belongs to other predictions.
    """
    setting = setting or Setting(name="kgqa")
    by_id = _by_id(predictions, questions)
    asked = [q for q in questions.questions if q.id in by_id and q.id in questions.gold]
    log = _log(path, setting, predictions, asked) if path else None
    known = log.resume() if log else {}
    found = []
    with closing(_Attributor(system, setting, [questions.gold[question.id] for question in asked])) as attributor:
        for done, question in enumerate(asked, 1):
            diagnosis = known.get(question.id)
            if diagnosis is None:
                diagnosis = attributor.diagnose(question, questions.gold[question.id], by_id[question.id])
                if log:
                    log.add(diagnosis)
            found.append(diagnosis)
            if on_progress:
                on_progress(done, len(asked))
    return found


def _by_id(predictions: Sequence[Prediction], questions: QuestionSet) -> dict[str, Prediction]:
    known = {question.id for question in questions.questions}
    by_id: dict[str, Prediction] = {}
    for prediction in predictions:
        if prediction.id not in known or prediction.id in by_id:
            problem = "is predicted twice" if prediction.id in known else "is not in the question set"
            raise QuestionsFileError(f"the question {prediction.id!r} {problem}; expected one prediction a question")
        by_id[prediction.id] = prediction
    return by_id


def _log(
    path: Path | str, setting: Setting, predictions: Sequence[Prediction], asked: Sequence[Question]
) -> LineLog[Diagnosis]:
    header = {
        "diagnoses": FORMAT,
        "system": setting.name,
        "linking": setting.linking.value,
        "matching": setting.matching.value,
        "questions": digest(asked),
        "predictions": _answers_digest(predictions),
    }
    return LineLog(path, header, read=Diagnosis.from_json, what="diagnosis", many="diagnoses")


def _answers_digest(predictions: Iterable[Prediction]) -> str:
    """A hash of what was answered; times have no part in it."""
    sha = hashlib.sha256()
    for prediction in predictions:
        sha.update(json.dumps(replace(prediction, seconds=0.0, timings_ms={}).to_json()).encode())
    return sha.hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class _Subject:
    """One question under diagnosis. chosen : the candidate that the reader put first, if it beat "none of these"."""

    question: Question
    gold: Gold
    prediction: Prediction
    reading: Reading
    judge: GoldJudge
    chosen: Candidate | None

    @property
    def language(self) -> str:
        """The language in which labels are compared and shown."""
        return self.reading.retrieval.question.language.value


class _Attributor:
    """Finds the stage that lost a question; to be closed when all are found."""

    def __init__(self, system: Readable, setting: Setting, golds: Sequence[Gold]) -> None:
        self._system = system
        self._graph = system.graph
        self._setting = setting
        self._reach = Reach(system.graph)
        self._checks = GoldChecks(system.graph, self._reach, setting.matching)
        self._has_topics = any(gold.topic for gold in golds)
        texts = (text for gold in golds for text in (*gold.answers, *gold.topic))
        self._named = NamedNodes(system.graph, texts, setting.matching)

    def close(self) -> None:
        """End what the checks of gold had running."""
        self._checks.close()

    def diagnose(self, question: Question, gold: Gold, prediction: Prediction) -> Diagnosis:
        """What became of one question."""
        if prediction.error:
            return Diagnosis(id=question.id, stage=Stage.REFUSED, detail=prediction.error)
        links = None
        if gold.topic and self._setting.linking is Linking.GOLD:
            links = self._system.link_given(question.text, gold.topic)
        reading = self._system.read(question.text, links=links)
        language = reading.retrieval.question.language.value
        judge = GoldJudge(self._graph, gold.answers, self._setting.matching, language)
        subject = _Subject(question, gold, prediction, reading, judge, _chosen(reading))
        ranks = Ranks.of(reading, judge) if gold.answers else Ranks()
        return self._attribute(subject, ranks, self._base(subject, ranks))

    def _base(self, subject: _Subject, ranks: Ranks) -> Diagnosis:
        gold, graph = subject.gold, self._graph
        stated = path_labels(graph, gold.path, subject.language)
        right = self._labels(ranks.best, subject.language)
        return Diagnosis(
            id=subject.question.id,
            stage=Stage.RIGHT,
            proposed=len(subject.reading.retrieval.candidates),
            program_rank=ranks.program,
            read_rank=ranks.read,
            right_program=self._words(ranks.best, subject.language),
            gold_relations=stated or right,
            chosen_relations=self._labels(subject.chosen, subject.language),
        )

    def _attribute(self, subject: _Subject, ranks: Ranks, base: Diagnosis) -> Diagnosis:
        prediction, gold = subject.prediction, subject.gold
        if not gold.answers:
            given = listed([value.label for value in prediction.values])
            false = f"Gold has no answer; given was {given}."
            return replace(base, stage=Stage.FALSE_ANSWER, detail=false) if prediction.values else base
        hits = match(prediction.values, gold.answers, self._setting.matching)
        if hits.right and all(hits.right) and hits.found == hits.gold:
            return base
        if ranks.best is not None:
            stage, detail = self._proposed(subject, ranks.best, ranks.read or 0)
            return replace(base, stage=stage, detail=detail)
        return self._not_proposed(subject, base)

    # -- the right program was proposed -------------------------------------------------------

    def _proposed(self, subject: _Subject, right: Candidate, place: int) -> tuple[Stage, str]:
        prediction, language = subject.prediction, subject.language
        words = self._words(right, language)
        if place > 1:
            taken = self._words(subject.chosen, language) or "nothing"
            return Stage.READING, f"The reader put the right program ({words}) at place {place}; taken was: {taken}."
        if prediction.program and prediction.program != notation(right.program, self._graph):
            taken = prediction.words or prediction.program
            return Stage.READING, f"Taken was: {taken}. Read again, the right program ({words}) comes first."
        if not prediction.values:
            reason = prediction.abstained.replace("_", " ") or "no value"
            return Stage.WITHHELD, f"The right program ({words}) came first; no answer was given: {reason}."
        total = len(execute(right.program, self._graph).nodes)
        given = f"{len(prediction.values)} values were given of {total}" if total else "it was shown otherwise"
        return Stage.EXECUTION, f"The right program ({words}) was chosen; {given}."

    # -- the right program was not proposed ---------------------------------------------------

    def _not_proposed(self, subject: _Subject, base: Diagnosis) -> Diagnosis:
        gold = subject.gold
        given = bool(gold.topic) and self._setting.linking is not Linking.GOLD
        try:
            linked = self._with_gold_links(subject, base) if given else None
        except QuestionError:
            lost = [name for name in gold.topic if not len(self._named.of((name,)))] or gold.topic
            return replace(base, stage=Stage.GOLD, detail=f"A gold entity is not in the graph: {listed(lost)}.")
        if linked is not None:
            return linked
        answers = self._named.of(gold.answers)
        case = Case(
            gold,
            subject.judge,
            subject.prediction,
            subject.chosen.program if subject.chosen else None,
            self._named.of(gold.topic),
            answers,
            subject.language,
        )
        if doubt := self._checks.doubt(case):
            return replace(base, stage=Stage.GOLD, detail=doubt)
        if not gold.topic and (detail := self._out_of_reach(subject, answers)):
            return replace(base, stage=Stage.LINKING, detail=detail)
        return replace(base, stage=Stage.RETRIEVAL, detail=self._unproposed(subject, given=given))

    def _with_gold_links(self, subject: _Subject, base: Diagnosis) -> Diagnosis | None:
        """The diagnosis where retrieval proposes the right program once the gold entities are given; None elsewhere."""
        links = self._system.link_given(subject.question.text, subject.gold.topic)
        reading = self._system.read(subject.question.text, links=links)
        ranks = Ranks.of(reading, subject.judge)
        if ranks.best is None:
            return None
        words = self._words(ranks.best, subject.language)
        same = _nodes(reading.retrieval.links) == _nodes(subject.reading.retrieval.links)
        # Linked was what gold names: that certainty alone brings the program up is no matter of linking.
        known = same and _nodes(ranks.best.links) <= _nodes(reading.retrieval.links)
        detail = (
            f"With {listed(subject.gold.topic)} given, the right program ({words}) is proposed; "
            f"linked was{', as in gold' if known else ''}: {self._linked(subject)}."
        )
        return replace(
            base,
            stage=Stage.RETRIEVAL if known else Stage.LINKING,
            detail=detail,
            linked_rank=ranks.program,
            right_program=words,
            gold_relations=base.gold_relations or self._labels(ranks.best, subject.language),
        )

    def _out_of_reach(self, subject: _Subject, answers: NodeIds) -> str:
        """Why linking is to blame where no gold entities are named; "" where it is not.

        It is, where from no link any gold answer is within `max_hops` steps in either direction; of counts, truth
        values and bare numbers this can't be told. So it is where nothing was linked, unless the set names entities
        for other questions: then there was none to link.
        """
        links = subject.reading.retrieval.links
        if not links:
            return "" if self._has_topics else "Nothing in the question was linked."
        if is_computed(subject.gold) or not len(answers):
            return ""
        hops = self._system.config.retrieval.max_hops
        starts = np.unique(np.array([link.node for link in links], dtype=np.int32))
        if self._reach.distance(starts, answers, hops) is not None:
            return ""
        return f"No gold answer is within {hops} steps of what was linked: {self._linked(subject)}."

    def _unproposed(self, subject: _Subject, *, given: bool) -> str:
        number = len(subject.reading.retrieval.candidates)
        late = ", and the search ran out of time" if subject.reading.retrieval.overran else ""
        neither = f", nor with {listed(subject.gold.topic)} given" if given else ""
        gold = listed(subject.gold.answers)
        return f"None of {number} programs gives the gold answer ({gold}){neither}{late}."

    # -- names --------------------------------------------------------------------------------

    def _words(self, candidate: Candidate | None, language: str) -> str:
        return to_words(candidate.program, self._graph, language) if candidate else ""

    def _labels(self, candidate: Candidate | None, language: str) -> tuple[str, ...]:
        program: Program | None = candidate.program if candidate else None
        return relation_labels(program, self._graph, language) if program else ()

    def _linked(self, subject: _Subject) -> str:
        links = subject.reading.retrieval.links
        shown = [f"“{link.mention.text}” as {shown_label(self._graph, link.node, subject.language)}" for link in links]
        return listed(shown) or "nothing"


def _nodes(links: Iterable[Link]) -> set[int]:
    return {link.node for link in links}


def _chosen(reading: Reading) -> Candidate | None:
    scores = reading.scores
    if not reading.retrieval.candidates or float(scores.scores.max()) < scores.none_score:
        return None
    return reading.retrieval.candidates[int(reading.chosen[0])]
