"""Reasons to doubt the gold of a question that was answered otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from kgqa.errors import QuestionsFileError
from kgqa.evaluation.convert.execution import QueryRunner
from kgqa.evaluation.matching import Matching, PredictedValue, is_number, match
from kgqa.evaluation.oracle import GoldJudge, as_path
from kgqa.evaluation.predictions import Prediction
from kgqa.evaluation.questions import Gold
from kgqa.evaluation.reach import Reach, facts_of, follow_facts, path_labels
from kgqa.graph import KnowledgeGraph
from kgqa.graph.terms import iri_to_key, key_to_id
from kgqa.program import execute, shown_label
from kgqa.program.algebra import Program, Step, Yields
from kgqa.types import AnswerKind, NodeIds

FARTHEST = 4
"""Steps within which a gold answer should be reached from a topic."""

_SHOWN = 3
_COMPUTED = (AnswerKind.COUNT, AnswerKind.BOOLEAN)


@dataclass(frozen=True, slots=True)
class Case:
    """A wrong answer, and what is known of it.

    chosen : the program that gave it, or None. topics, answers : nodes that the gold entities and answers name.
    """

    gold: Gold
    judge: GoldJudge
    prediction: Prediction
    chosen: Program | None
    topics: NodeIds
    answers: NodeIds
    language: str


class GoldChecks:
    """Checks of gold against a graph; nothing here is ever seen by a system."""

    def __init__(self, graph: KnowledgeGraph, reach: Reach, matching: Matching) -> None:
        self._graph = graph
        self._reach = reach
        self._matching = matching
        self._running = ExitStack()

    def doubt(self, case: Case) -> str:
        """Why the gold is suspicious, in one sentence; "" where it is not.

        In this order: no gold answer is in the graph; none is within four steps of a gold entity, in either direction;
        the gold path, or the gold SPARQL, gives in this graph what was answered; the answer holds the gold and
        more, all of it at the end of a path as long as the gold's, and no path as long gives the gold alone.
        """
        checks = (self._absent, self._unreachable, self._path_verifies, self._query_verifies, self._incomplete)
        return next((reason for check in checks if (reason := check(case))), "")

    def _absent(self, case: Case) -> str:
        if is_computed(case.gold) or len(case.answers):
            return ""
        return f"No gold answer is in the graph: {listed(case.gold.answers)}."

    def _unreachable(self, case: Case) -> str:
        if is_computed(case.gold) or not len(case.topics) or not len(case.answers):
            return ""
        if self._reach.distance(case.topics, case.answers, FARTHEST) is not None:
            return ""
        return (
            f"No gold answer ({listed(case.gold.answers)}) is within {FARTHEST} steps of the gold entities "
            f"({listed(case.gold.topic)})."
        )

    def _path_verifies(self, case: Case) -> str:
        ours = self._our_nodes(case)
        reached = follow_facts(self._graph, facts_of(case.gold.path), case.topics)
        if not len(ours) or not np.array_equal(ours, reached):
            return ""
        path = " > ".join(path_labels(self._graph, case.gold.path, case.language))
        return (
            f"The gold path ({path}) gives in this graph what was answered, not the gold: {self._excess(case, ours)}."
        )

    def _query_verifies(self, case: Case) -> str:
        values = case.prediction.values
        if not values or not case.gold.sparql:
            return ""
        given = self._query(case.gold.sparql)
        hits = match(values, given, self._matching)
        if not given or not all(hits.right) or hits.found < hits.gold or self._same(given, case.gold.answers):
            return ""
        return f"The gold query gives in this graph what was answered ({listed(given)}), not the gold."

    def _incomplete(self, case: Case) -> str:
        ours, path = self._our_nodes(case), as_path(case.chosen) if case.chosen else None
        hops = case.gold.hops
        if not len(ours) or path is None or not hops or len(path[1]) != hops or facts_of(case.gold.path):
            return ""
        start, steps = path
        wrong = case.judge.wrong_of(self._walk(start, steps))
        if not wrong or not case.judge.cover_gold(ours) or not np.isin(start, case.topics).all():
            return ""
        if self._gives_gold(case, start, hops):
            return ""
        relations = " > ".join(self._graph.relation_label(step.relation, case.language) for step in steps)
        return (
            f"The gold is part of what the same path ({relations}) reaches from {listed(case.gold.topic)}, "
            f"and no path of {hops} steps gives it alone: it lacks {self._names(wrong, case.language)}."
        )

    def _gives_gold(self, case: Case, start: NodeIds, hops: int) -> bool:
        """Whether some path as long as the gold's gives the gold, or there are too many to tell."""
        paths = self._reach.paths_of_length(start, hops)
        return paths is None or any(case.judge.are_gold(nodes) for nodes in paths)

    def _walk(self, start: NodeIds, steps: Sequence[Step]) -> NodeIds:
        nodes = start
        for step in steps:
            nodes = self._reach.onwards(nodes, step, start)
        return nodes

    def _our_nodes(self, case: Case) -> NodeIds:
        if case.chosen is None or case.chosen.yields is not Yields.NODES or not case.prediction.values:
            return np.zeros(0, dtype=np.int32)
        return execute(case.chosen, self._graph).nodes

    def _excess(self, case: Case, ours: NodeIds) -> str:
        wrong = case.judge.wrong_of(ours)
        return f"{self._names(wrong, case.language)} is no gold answer" if wrong else "the gold has more"

    def _names(self, nodes: Sequence[int], language: str) -> str:
        return listed([shown_label(self._graph, node, language) for node in nodes])

    # -- gold queries -------------------------------------------------------------------------

    def close(self) -> None:
        """End the process that ran gold queries, if there was one."""
        self._running.close()

    @cached_property
    def _runner(self) -> QueryRunner:
        return self._running.enter_context(QueryRunner(self._graph))

    def _query(self, sparql: str) -> tuple[str, ...]:
        """The values of a gold query's first variable, or its truth value; empty for one that can't be run here."""
        try:
            found = self._runner.run(sparql)
        except QuestionsFileError:
            return ()
        if "boolean" in found:
            return (str(found["boolean"]).lower(),)
        first = found["head"]["vars"][:1]
        return tuple(
            dict.fromkeys(_text(row[name]) for row in found["results"]["bindings"] for name in first if name in row)
        )

    def _same(self, texts: Sequence[str], answers: Sequence[str]) -> bool:
        """Whether what a gold query gives is the gold, be it by id or by label."""
        values = []
        for text in texts:
            node = self._graph.find(text)
            label = self._graph.label(node) if node >= 0 else text
            values.append(PredictedValue(text, label, text))
        hits = match(values, answers, self._matching)
        return all(hits.right) and hits.found == hits.gold


def is_computed(gold: Gold) -> bool:
    """Whether gold answers may be computed, so that the graph need not hold them: counts, yes and no, bare numbers."""
    if gold.kind is not None:
        return gold.kind in _COMPUTED
    return all(answer.casefold() in ("true", "false") or is_number(answer) for answer in gold.answers)


def listed(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _text(term: Mapping[str, str]) -> str:
    return key_to_id(iri_to_key(term["value"])) if term["type"] == "uri" else term["value"]
