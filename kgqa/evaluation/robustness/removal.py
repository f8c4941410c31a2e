"""The needed facts removed: then the right answer is that there is none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from functools import singledispatch

import numpy as np

from kgqa.evaluation.robustness.contract import Attackable, Attacked, Case, Scene, Skipped, Variant
from kgqa.graph import KnowledgeGraph
from kgqa.program import algebra as a
from kgqa.program import execute
from kgqa.program.compare import compares
from kgqa.program.execute import Run
from kgqa.types import Triple

MOST_FACTS = 500
"""A question that rests on more facts is left alone: without them the graph would be another."""

Fact = tuple[int, int, int]
Facts = frozenset[Fact]


@dataclass(frozen=True)
class RemovedFacts:
    """The facts of one step of the program behind each right answer are removed, so that the program gives nothing.

    Only questions that the system answered wholly right, by a program that yields nodes: without facts a count is 0 and
    a test is false, which are answers. Of the steps the one with the fewest facts goes; with it every fact between the
    same two nodes, whatever its relation and direction, so that an inverse does not say the same.
    """

    name: str = "removed-facts"
    about: str = "the facts behind right answers are removed; right is to give no answer"

    def apply(self, scene: Scene, cases: Sequence[Case]) -> Attacked:
        """One changed graph for all questions; in it every program gives nothing."""
        found = {case.question.id: _cut_of(scene.system, case) for case in cases}
        skipped = {i: cut for i, cut in found.items() if isinstance(cut, Skipped)}
        cuts = {i: cut for i, cut in found.items() if not isinstance(cut, Skipped)}
        facts = sorted(frozenset().union(*(cut.facts for cut in cuts.values())))
        remove = tuple(scene.graph.triple(*fact) for fact in facts)
        left = _still_answered(scene.graph, cuts, remove)
        skipped |= dict.fromkeys(left, Skipped("its program gives an answer by other facts"))
        kept = (case for case in cases if case.question.id not in skipped)
        return Attacked(tuple(Variant(case, case.text, ()) for case in kept), skipped, remove=remove)


@dataclass(frozen=True, slots=True)
class Cut:
    """A program and the facts without which it gives nothing."""

    program: a.Program
    facts: Facts


def cut(program: a.Program, graph: KnowledgeGraph) -> Facts | None:
    """The fewest facts, by step, whose removal leaves a program that yields nodes without any; None where none do.

    Names of nodes, classes and whole relations are no facts of one question, and are not cut. Without its facts the
    best of a set makes room for the next: so the cut is tried, and where something is left, the facts that the whole
    set rests on are cut instead.
    """
    whole = widest(program)
    facts = _all_between(graph, _cut(program, Run(graph)))
    if facts and program != whole and _answered(program, _without(graph, facts)):
        facts = _all_between(graph, _cut(whole, Run(graph)))
    return facts


def widest(program: a.Program) -> a.Program:
    """A program without superlatives, counts and exceptions: it gives all that the other does, with fewer facts too."""
    if isinstance(program, a.Top | a.Nth | a.TopByCount | a.WhereCount):
        return widest(program.source)
    if isinstance(program, a.Difference):
        return widest(program.left)
    parts = {f.name: widest(x) for f in fields(program) if isinstance(x := getattr(program, f.name), a.Program)}
    return replace(program, **parts) if parts else program


def chosen_program(system: Attackable, question: str) -> a.Program | None:
    """The program behind a system's answer, or None where it had no candidate."""
    reading = system.read(question)
    candidates = reading.retrieval.candidates
    return candidates[int(reading.chosen[0])].program if candidates else None


def _cut_of(system: Attackable, case: Case) -> Cut | Skipped:
    if not case.right or not case.gold.answers:
        return Skipped("the system did not answer it right before")
    program = chosen_program(system, case.text)
    if program is None or program.yields is not a.Yields.NODES:
        return Skipped("a count or a test has an answer without facts")
    facts = cut(program, system.graph)
    if not facts or len(facts) > MOST_FACTS:
        return Skipped("it rests on too many facts, or on the members of a class")
    return Cut(program, facts)


def _still_answered(graph: KnowledgeGraph, cuts: dict[str, Cut], remove: Sequence[Triple]) -> Iterator[str]:
    changed, _ = graph.with_changes(remove=remove)
    return (i for i, one in cuts.items() if _answered(one.program, changed))


def _answered(program: a.Program, graph: KnowledgeGraph) -> bool:
    return len(execute(program, graph).nodes) > 0


def _without(graph: KnowledgeGraph, facts: Facts) -> KnowledgeGraph:
    return graph.with_changes(remove=[graph.triple(*fact) for fact in sorted(facts)])[0]


def _all_between(graph: KnowledgeGraph, facts: Facts | None) -> Facts | None:
    return None if facts is None else frozenset(both for fact in facts for both in _between(graph, fact))


def _between(graph: KnowledgeGraph, fact: Fact) -> Iterator[Fact]:
    """Every fact between the two nodes of one, but names and classes."""
    kept = {*graph.schema.naming, *graph.schema.types, *graph.schema.subclasses} - {fact[1]}
    for subject, obj in ((fact[0], fact[2]), (fact[2], fact[0])):
        at = np.array([subject], dtype=np.int32)
        for relation in graph.relations_of(at)[0].tolist():
            if relation not in kept and obj in graph.follow(at, relation):
                yield (subject, relation, obj)


# -- the fewest facts of a step -----------------------------------------------------------------


@singledispatch
def _cut(_: a.Program, __: Run) -> Facts | None:
    return None


@_cut.register
def _follow(program: a.Follow, run: Run) -> Facts | None:
    return _fewest((_edges(run, program.source, program.step), _cut(program.source, run)))


@_cut.register
def _intersect(program: a.Intersect, run: Run) -> Facts | None:
    return _fewest((_cut(program.left, run), _cut(program.right, run)))


@_cut.register
def _union(program: a.Union, run: Run) -> Facts | None:
    left, right = _cut(program.left, run), _cut(program.right, run)
    return None if left is None or right is None else left | right


@_cut.register
def _difference(program: a.Difference, run: Run) -> Facts | None:
    return _cut(program.left, run)


@_cut.register(a.Same)
@_cut.register(a.OfType)
@_cut.register(a.WhereCount)
@_cut.register(a.TopByCount)
def _narrowed(program: a.Same | a.OfType | a.WhereCount | a.TopByCount, run: Run) -> Facts | None:
    return _cut(program.source, run)


@_cut.register(a.Top)
@_cut.register(a.Nth)
def _ranked(program: a.Top | a.Nth, run: Run) -> Facts | None:
    return _fewest((_cut(program.source, run), _edges(run, program.source, program.step)))


@_cut.register
def _where(program: a.Where, run: Run) -> Facts | None:
    step = program.step
    owners, values = run.graph.edges(run.nodes(program.source), step.relation, inverse=step.inverse)
    fits = compares(run.graph, values, program.comparison, program.value)
    facts = _oriented(owners[fits].tolist(), step, values[fits].tolist())
    return _fewest((_cut(program.source, run), facts))


def _edges(run: Run, source: a.Program, step: a.Step) -> Facts:
    near, far = run.graph.edges(run.nodes(source), step.relation, inverse=step.inverse)
    return _oriented(near.tolist(), step, far.tolist())


def _oriented(near: Iterable[int], step: a.Step, far: Iterable[int]) -> Facts:
    pairs = zip(near, far, strict=True)
    return frozenset((y, step.relation, x) if step.inverse else (x, step.relation, y) for x, y in pairs)


def _fewest(options: Iterable[Facts | None]) -> Facts | None:
    return min((facts for facts in options if facts), key=len, default=None)
