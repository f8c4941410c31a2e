"""How far a question set is about its graph: what training can't learn from, counted and named."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from kgqa.embedding.store import write_atomically
from kgqa.errors import TrainingError
from kgqa.evaluation import Matching, QuestionSet
from kgqa.evaluation.gold_checks import is_computed
from kgqa.evaluation.oracle import NamedNodes
from kgqa.graph import KnowledgeGraph
from kgqa.training.disk import writing
from kgqa.training.examples import Example

_NAMED = 3


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a graph has of the questions that have gold.

    questions : how many. unread : those in which nothing of the graph was found. absent : those of whose gold answers
    the graph has none and no candidate gives any. first : the first of the absent ones, with their answers.
    unread and absent ones may be the same.
    """

    questions: int
    unread: int
    absent: int
    first: tuple[str, ...]

    @classmethod
    def of(
        cls, questions: QuestionSet, examples: Sequence[Example], graph: KnowledgeGraph, *, made: bool = False
    ) -> Coverage:
        """Look for the gold answers as ids, labels, aliases and values; computed ones need not be there.

        made : whether the questions were made from the graph, so that it has all that their answers rest on.
        """
        best = {example.id: example.best for example in examples}
        given = [(q.id, questions.gold[q.id]) for q in questions.questions if q.id in questions.gold]
        stated = [] if made else given
        asked = [(id_, gold.answers) for id_, gold in stated if gold.answers and not is_computed(gold)]
        known = NamedNodes(graph, (text for _, answers in asked for text in answers), Matching.STRICT)
        absent = [(i, answers) for i, answers in asked if not best.get(i) and not len(known.of(answers))]
        first = tuple(f"{id_} ({answers[0]!r})" for id_, answers in absent[:_NAMED])
        return cls(len(given), len(given) - len(best), len(absent), first)

    def check(self, what: str) -> None:
        """Errors : TrainingError if the questions, called `what`, are about something else than the graph."""
        if not self.questions:
            return
        if self.unread == self.questions:
            raise TrainingError(
                f"in none of the {self.questions:,} {what} is anything of the graph found. Are they for "
                "this graph, in its language? Questions name things and relations by the graph's labels"
            )
        if self.absent == self.questions:
            raise TrainingError(
                f"none of the {self.questions:,} {what} has an answer that is in the graph; the first: "
                f"{', '.join(self.first)}. Are they for this graph? Answers are ids or labels of its nodes"
            )

    def write(self, path: Path) -> None:
        """Write JSON."""
        with writing(path):
            write_atomically(path, lambda target: target.write_text(json.dumps(asdict(self)), encoding="utf-8"))

    @classmethod
    def read(cls, path: Path) -> Coverage:
        """Read what `write` wrote. Errors : TrainingError for a damaged file."""
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            return cls(**{**found, "first": tuple(found["first"])})
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise TrainingError(f"{path} is damaged ({error}). Delete its folder; it is made anew") from error


def total(parts: Iterable[Coverage]) -> Coverage:
    """Several sets taken together."""
    parts = tuple(parts)
    first = tuple(name for part in parts for name in part.first)[:_NAMED]
    return Coverage(sum(p.questions for p in parts), sum(p.unread for p in parts), sum(p.absent for p in parts), first)
