"""What an attack gets and gives: questions with where their names stand, and changed questions, gold and facts."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from kgqa.answering import Reading
from kgqa.config import Config
from kgqa.evaluation.predictions import Prediction
from kgqa.evaluation.questions import Gold, Question
from kgqa.evaluation.robustness.names import NameTable, Place
from kgqa.graph import KnowledgeGraph
from kgqa.types import Answer, Link, Triple


class Attackable(Protocol):
    """What of a system is attacked: `kgqa.system.KGQA` is one."""

    graph: KnowledgeGraph
    config: Config

    def ask(self, question: str) -> Answer:
        """Answer one question."""
        ...

    def link(self, question: str) -> tuple[Link, ...]:
        """What the question's names may stand for; asked only where a set names no entities."""
        ...

    def read(self, question: str) -> Reading:
        """The candidates behind an answer; asked only to know which facts an answer rests on."""
        ...

    def with_changes(self, add: Iterable[object] = (), remove: Iterable[object] = ()) -> Attackable:
        """A system over the graph with other facts; this one stays as it is."""
        ...


@dataclass(frozen=True, slots=True)
class Case:
    """One question as it was before an attack, with all that an attack may know of it.

    before : what the system answered. right : whether that was the whole gold set and nothing else.
    places : where the names of its entities stand, in order, disjoint. unplaced : gold entities that the text does not
        name, by id.
    """

    question: Question
    gold: Gold
    before: Prediction
    right: bool
    places: tuple[Place, ...] = ()
    unplaced: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The question as it was asked."""
        return self.question.text

    def outside(self) -> tuple[tuple[int, int], ...]:
        """The parts of the text outside names, in characters."""
        edges = [0, *(edge for place in self.places for edge in (place.start, place.end)), len(self.text)]
        return tuple((a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if a < b)


@dataclass(frozen=True)
class Scene:
    """What all cases share. system : before any attack. names : of its graph. seed : of every draw."""

    system: Attackable
    names: NameTable
    seed: int

    @property
    def graph(self) -> KnowledgeGraph:
        """The graph before any attack."""
        return self.system.graph

    def draw(self, attack: str, what: str) -> random.Random:
        """A generator of its own for one attack and one question, so that neither order nor selection matters."""
        return random.Random(f"{self.seed}/{attack}/{what}")  # noqa: S311 - an experiment, not a secret


@dataclass(frozen=True, slots=True)
class Skipped:
    """An attack does not apply to a question. reason : in words that complete "not applicable because"."""

    reason: str


@dataclass(frozen=True, slots=True)
class Variant:
    """A question after an attack. answers : what is right now, ids or labels; empty for none."""

    case: Case
    text: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Attacked:
    """What an attack made of a set of cases: each is a variant or skipped, never neither.

    skipped : question id -> why. add, remove : facts, the same for all variants.
    """

    variants: tuple[Variant, ...]
    skipped: Mapping[str, Skipped] = field(default_factory=dict)
    add: tuple[Triple, ...] = ()
    remove: tuple[Triple, ...] = ()

    @property
    def changes_graph(self) -> bool:
        """Whether the variants are asked of another graph."""
        return bool(self.add or self.remove)


class Attack(Protocol):
    """One way to make questions, or the graph, harder. name : in lower case with hyphens. about : one sentence."""

    @property
    def name(self) -> str:
        """How a user names it."""
        ...

    @property
    def about(self) -> str:
        """What it does, and what becomes of the right answer where that changes."""
        ...

    def apply(self, scene: Scene, cases: Sequence[Case]) -> Attacked:
        """Attack all cases at once; the same for the same scene and cases."""
        ...


Rewrite = Callable[[Case, Scene, random.Random], str | Skipped]
"""Gives another text for a case, or says why there is none."""

UNNAMED = Skipped("the text does not name one of its gold entities")
NO_NAME = Skipped("no name stands in the text")
UNCHANGED = Skipped("the text stays as it is")


@dataclass(frozen=True)
class TextAttack:
    """An attack on the text alone; the right answer stays. needs_names : it must know where the names stand."""

    name: str
    about: str
    rewrite: Rewrite
    needs_names: bool = False

    def apply(self, scene: Scene, cases: Sequence[Case]) -> Attacked:
        """Rewrite every text."""
        found = {case.question.id: self._text(scene, case) for case in cases}
        texts = {i: text for i, text in found.items() if isinstance(text, str)}
        skipped = {i: text for i, text in found.items() if isinstance(text, Skipped)}
        kept = (case for case in cases if case.question.id in texts)
        return Attacked(tuple(Variant(case, texts[case.question.id], case.gold.answers) for case in kept), skipped)

    def _text(self, scene: Scene, case: Case) -> str | Skipped:
        if self.needs_names and case.unplaced:
            return UNNAMED
        text = self.rewrite(case, scene, scene.draw(self.name, case.question.id))
        return UNCHANGED if text == case.text else text
