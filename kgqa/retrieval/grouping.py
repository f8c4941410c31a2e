"""One row for each thing of a class: how many, the average, the largest of what belongs to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from kgqa.graph import KnowledgeGraph
from kgqa.program.algebra import (
    Aggregation,
    GroupAggregate,
    GroupBest,
    GroupCount,
    Groups,
    Order,
    Program,
    Step,
    TopRows,
)
from kgqa.retrieval.attributes import Attributes
from kgqa.retrieval.contract import Candidate
from kgqa.retrieval.derivation import Bench, Derivation, Form
from kgqa.retrieval.measures import MeasureRules
from kgqa.retrieval.rules import RuleWeights, SetRules
from kgqa.retrieval.scene import Scene

_STEPS = 1
_MEMBERS = 12
"""How many sets are tried as what belongs to the groups."""


@dataclass(frozen=True, slots=True)
class _Grouping:
    """Groups, what belongs to them, the step from one to the other, and the words that ask for groups, a bit set."""

    groups: Derivation
    members: Derivation
    step: Step
    used: int
    score: float


class GroupRules:
    """Tables that a question asks for: "the average area per continent", 每个大洲有多少国家."""

    def __init__(
        self, graph: KnowledgeGraph, attributes: Attributes, rules: tuple[SetRules, MeasureRules], weights: RuleWeights
    ) -> None:
        self._graph = graph
        self._attributes = attributes
        self._sets, self._measures = rules
        self._weights = weights

    def candidates(self, derivations: list[Derivation], scene: Scene, bench: Bench) -> Iterator[Candidate]:
        """The tables, and the groups that stand out in them."""
        for grouping in self._groupings(derivations, scene, bench):
            if scene.counting and not scene.counting & (grouping.used | grouping.members.used):
                table = GroupCount(grouping.groups.program, grouping.step, grouping.members.program)
                yield from self._tables(grouping, table, scene.counting, 0.0, scene)
            for mark in scene.folds:
                fold = mark.cue.aggregation
                if fold is not None and not mark.used & (grouping.used | grouping.members.used):
                    yield from self._folded(grouping, fold, mark.used, scene, bench)
            if not scene.folds:
                yield from self._best(grouping, scene, bench)

    def _groupings(self, derivations: list[Derivation], scene: Scene, bench: Bench) -> Iterator[_Grouping]:
        classes = [d for d in derivations if d.form is Form.CLASS]
        for groups in classes:
            asked = next((m.used for m in scene.groupings if m.used.bit_length() == groups.first), 0)
            if not asked:
                continue
            others = [d for d in derivations if d.form is not Form.ENTITY and not d.used & (groups.used | asked)]
            sets = [d for d in others if not bench.is_literal(d.nodes)]
            for members in sorted(sets, key=lambda d: -d.score)[:_MEMBERS]:
                used = groups.used | asked
                for step, said in self._steps(groups, members, used, scene, bench):
                    score = groups.score + members.score + self._weights.unsaid + self._weights.said * said
                    yield _Grouping(groups, members, step, used, score)

    def _steps(
        self, groups: Derivation, members: Derivation, used: int, scene: Scene, bench: Bench
    ) -> list[tuple[Step, float]]:
        """The unsaid steps from groups to members, those that leave the fewest groups empty first."""
        steps = self._sets.silent(members.nodes, groups.nodes, scene, bench, used)
        edges = (self._graph.edges(groups.nodes, step.relation, inverse=step.inverse) for step, _ in steps)
        filled = [len(np.unique(owners[np.isin(others, members.nodes)])) for owners, others in edges]
        return [steps[i] for i in np.argsort([-n for n in filled], kind="stable")[:_STEPS]]

    def _folded(
        self, grouping: _Grouping, fold: Aggregation, used: int, scene: Scene, bench: Bench
    ) -> Iterator[Candidate]:
        for measured in self._measures.measurables.attributes(grouping.members, used, scene.loudest, scene, bench):
            timed = self._attributes.timed[measured.step.relation]
            if measured.used & grouping.used or (timed and fold in (Aggregation.SUM, Aggregation.AVERAGE)):
                continue
            groups, members = grouping.groups.program, grouping.members.program
            table = GroupAggregate(groups, grouping.step, members, measured.step, fold)
            yield from self._tables(grouping, table, used | measured.used, measured.score - self._weights.step, scene)

    def _best(self, grouping: _Grouping, scene: Scene, bench: Bench) -> Iterator[Candidate]:
        for item in scene.superlatives:
            if item.used & (grouping.used | grouping.members.used):
                continue
            for measured in self._measures.measurables.attributes(
                grouping.members, item.used, item.usual, scene, bench
            ):
                table = GroupBest(
                    grouping.groups.program,
                    grouping.step,
                    grouping.members.program,
                    measured.step,
                    item.extreme.order,
                )
                score = measured.score - self._weights.step
                yield self._candidate(grouping, table, item.used | measured.used, score)

    def _tables(
        self, grouping: _Grouping, table: Program, used: int, score: float, scene: Scene
    ) -> Iterator[Candidate]:
        """A table and, where a superlative is asked for, its best rows and their groups."""
        yield self._candidate(grouping, table, used, score)
        for item in scene.superlatives:
            if not item.used & (grouping.used | grouping.members.used | used):
                rows = TopRows(table, item.extreme.order, item.extreme.k)
                yield self._candidate(grouping, rows, used | item.used, score)
                if item.extreme.order is Order.LARGEST or item.extreme.k == 1:
                    yield self._candidate(grouping, Groups(rows), used | item.used, score - self._weights.idle)

    def _candidate(self, grouping: _Grouping, program: Program, used: int, score: float) -> Candidate:
        links = tuple(dict.fromkeys((*grouping.groups.links, *grouping.members.links)))
        words = grouping.used | grouping.members.used | used
        gained = grouping.score + score + 2 * self._weights.operator
        return Candidate(program, links, gained, used=words, nodes=grouping.groups.nodes)
