"""What to know of a question set before its scores are read."""

from __future__ import annotations

from kgqa.evaluation.gold_checks import is_computed, listed
from kgqa.evaluation.matching import Matching
from kgqa.evaluation.oracle import NamedNodes
from kgqa.evaluation.questions import QuestionSet
from kgqa.graph import KnowledgeGraph


def remarks(questions: QuestionSet, graph: KnowledgeGraph, matching: Matching, *, left_out: int = 0) -> tuple[str, ...]:
    """One sentence on each thing that a reader should know; none where there is nothing.

    left_out : questions without gold entities, in a run that is given them.
    """
    found = (_left_out(left_out), _without_gold(questions), _unread(questions), _unknown(questions, graph, matching))
    return tuple(remark for remark in found if remark)


def _left_out(n: int) -> str:
    return f"Without gold entities and therefore not asked: {n:,}." if n else ""


def _without_gold(questions: QuestionSet) -> str:
    ids = [question.id for question in questions.questions if question.id not in questions.gold]
    return f"Asked and not scored, since the set has no answers for them: {len(ids):,} ({listed(ids)})." if ids else ""


def _unread(questions: QuestionSet) -> str:
    return f"Fields of the set that are not read: {listed(questions.unread)}." if questions.unread else ""


def _unknown(questions: QuestionSet, graph: KnowledgeGraph, matching: Matching) -> str:
    """Gold that no answer from this graph can match: the sign of a set made for another graph."""
    golds = {i: gold.answers for i, gold in questions.gold.items() if gold.answers and not is_computed(gold)}
    names = NamedNodes(graph, (answer for answers in golds.values() for answer in answers), matching)
    missing = {i: [answer for answer in answers if not len(names.of([answer]))] for i, answers in golds.items()}
    lacking = {i: answers for i, answers in missing.items() if answers}
    if not lacking:
        return ""
    first, answers = next(iter(lacking.items()))
    total = sum(map(len, lacking.values()))
    return (
        f"Gold answers that the graph has under no id, name or value: {total:,}, of {len(lacking):,} questions, "
        f"such as {listed(answers)} of {first}."
    )
