"""From questions with answers to training examples: retrieval's candidates, each marked by what it yields.

Supervision is weak: a candidate is right if its result is the gold set. Where a question set tells the gold path, a
candidate that takes other relations to the same result counts as spurious.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from kgqa.answering import AnswerBuilder
from kgqa.calibration import Calibrations
from kgqa.config import AnswerConfig
from kgqa.errors import QuestionsFileError
from kgqa.evaluation import Gold, Matching, QuestionSet
from kgqa.evaluation.matching import normalise
from kgqa.evaluation.predictions import predicted_value
from kgqa.evaluation.questions import UNANSWERABLE
from kgqa.graph import KnowledgeGraph
from kgqa.program import algebra as ops
from kgqa.program import execute
from kgqa.program.algebra import Program, Yields
from kgqa.reader.contract import Yielded
from kgqa.reader.features import OPERATIONS, RESULTS, evidence
from kgqa.reader.serialise import MaskedQuestion, ProgramToken, TokenKind
from kgqa.reader.trained import READ, shortlist
from kgqa.retrieval.contract import Candidate
from kgqa.system import KGQA

Progress = Callable[[str, int, int], None]
"""Called with (stage, done, total)."""
FORM = 3
"""Counts the forms of examples on disk."""
_RIGHT = 0.999
_TIMES_GOLD = 20
"""A set this many times as large as gold, and 50 more, is wrong without a look."""


@dataclass(frozen=True, slots=True)
class ExampleCandidate:
    """One candidate of an example.

    tokens : the program, see `kgqa.reader.serialise`. variant : which masked question it goes with.
    evidence : as `kgqa.reader.features.evidence` gives it. operation, result : positions in OPERATIONS, RESULTS.
    f1 : of its result and the gold set. spurious : right by other relations than the gold path's.
    relations : the relations that it uses. yielded : some of its result.
    """

    tokens: tuple[ProgramToken, ...]
    variant: int
    evidence: tuple[float, ...]
    operation: int
    result: int
    f1: float
    spurious: bool
    relations: tuple[int, ...]
    yielded: Yielded


@dataclass(frozen=True, slots=True)
class Example:
    """A question with its candidates.

    source : the question set's name. variants : the question, masked in every way that some candidate asks for.
    """

    source: str
    id: str
    variants: tuple[MaskedQuestion, ...]
    candidates: tuple[ExampleCandidate, ...]

    @property
    def meant(self) -> tuple[bool, ...]:
        """Which candidates give the gold set, not by other relations than the gold path's."""
        return tuple(c.f1 >= _RIGHT and not c.spurious for c in self.candidates)

    @property
    def best(self) -> float:
        """The best F1 of any candidate."""
        return max((candidate.f1 for candidate in self.candidates), default=0.0)


def shortened(example: Example) -> Example:
    """The example with those candidates alone that a trained reader would read."""
    order = shortlist(np.array([candidate.evidence for candidate in example.candidates], dtype=np.float32))
    return replace(example, candidates=tuple(example.candidates[i] for i in order[:READ].tolist()))


def collect(
    name: str, system: KGQA, questions: QuestionSet, *, on_progress: Progress | None = None
) -> Iterator[Example]:
    """Ask for the candidates of every question with gold and mark them.

    Questions without a candidate give no example: nothing can be chosen there.
    """
    marker = Marker(system.graph)
    for done, question in enumerate(questions.questions, 1):
        gold = questions.gold.get(question.id)
        if gold is not None and (example := _example(name, question.id, system, marker, question.text, gold)):
            yield example
        if on_progress is not None:
            on_progress(name, done, len(questions.questions))


def write_examples(path: Path, examples: Iterable[Example]) -> int:
    """Write examples as JSON Lines; returns how many."""
    written = 0
    with path.open("w", encoding="utf-8") as file:
        for example in examples:
            file.write(json.dumps(_to_json(example), ensure_ascii=False) + "\n")
            written += 1
    return written


def read_examples(path: Path) -> list[Example]:
    """Read what `write_examples` wrote. Errors : QuestionsFileError for a malformed line."""
    found = []
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            try:
                found.append(_from_json(json.loads(line)))
            except (ValueError, TypeError, KeyError) as error:
                raise QuestionsFileError(
                    f"{path}:{number}: not an example ({error}). Delete the file; it is made anew"
                ) from error
    return found


def _to_json(example: Example) -> dict[str, Any]:
    tokens = [[[token.kind.value, token.text, token.ref] for token in c.tokens] for c in example.candidates]
    data = asdict(replace(example, candidates=tuple(replace(c, tokens=()) for c in example.candidates)))
    for candidate, row in zip(data["candidates"], tokens, strict=True):
        candidate["tokens"] = row
    return data


def _from_json(data: Mapping[str, Any]) -> Example:
    candidates = []
    for row in data["candidates"]:
        tokens = tuple(ProgramToken(TokenKind(kind), text, ref) for kind, text, ref in row["tokens"])
        lists = {name: tuple(row[name]) for name in ("evidence", "relations")}
        yielded = Yielded(**{name: tuple(items) for name, items in row["yielded"].items()})
        candidates.append(ExampleCandidate(**{**row, **lists, "tokens": tokens, "yielded": yielded}))
    variants = tuple(MaskedQuestion(row["text"], tuple(row["slots"])) for row in data["variants"])
    return Example(data["source"], data["id"], variants, tuple(candidates))


def _example(name: str, id_: str, system: KGQA, marker: Marker, text: str, gold: Gold) -> Example | None:
    reading = system.read(text)
    if not reading.retrieval.candidates:
        return None
    seen = reading.seen.candidates
    numbers = evidence(reading.seen).round(4).tolist()
    variants = list(dict.fromkeys(candidate.masked for candidate in seen))
    marks = marker.mark(reading.retrieval.candidates, gold)
    candidates = tuple(
        ExampleCandidate(
            tokens=candidate.tokens,
            variant=variants.index(candidate.masked),
            evidence=tuple(row),
            operation=OPERATIONS.index(candidate.operation),
            result=RESULTS.index(candidate.result),
            f1=round(f1, 4),
            spurious=spurious,
            relations=relations,
            yielded=candidate.yielded,
        )
        for candidate, row, (f1, spurious, relations) in zip(seen, numbers, marks, strict=True)
    )
    return Example(name, id_, tuple(variants), candidates)


class Marker:
    """Marks the candidates of one graph."""

    def __init__(self, graph: KnowledgeGraph) -> None:
        self._graph = graph
        self._builder = AnswerBuilder(graph, AnswerConfig(), Calibrations())
        self._forms = lru_cache(maxsize=200_000)(self._compute_forms)

    def mark(self, candidates: Sequence[Candidate], gold: Gold) -> list[tuple[float, bool, tuple[int, ...]]]:
        """F1, whether spurious, and the relations of each candidate."""
        wanted = frozenset(normalise(answer, Matching.STRICT) for answer in gold.answers)
        path = gold_relations(gold.path)
        if UNANSWERABLE in gold.tags:
            return [(0.0, False, tuple(dict.fromkeys(relations_of(c.program)))) for c in candidates]
        return [self._mark(candidate, wanted, path) for candidate in candidates]

    def _mark(
        self, candidate: Candidate, wanted: frozenset[str], path: tuple[str, ...]
    ) -> tuple[float, bool, tuple[int, ...]]:
        relations = relations_of(candidate.program)
        f1 = self._f1(candidate, wanted)
        taken = sorted(self._graph.relation_id(relation) for relation in relations)
        return f1, bool(path) and f1 >= _RIGHT and taken != list(path), tuple(dict.fromkeys(relations))

    def _f1(self, candidate: Candidate, wanted: frozenset[str]) -> float:
        found = self._values(candidate, len(wanted))
        if found is None or not found:
            return float(found is not None and not wanted)
        found = self._unnamed(found, candidate.program, wanted)
        hits = [forms & wanted for forms in found]
        right, covered = sum(map(bool, hits)), len(frozenset[str]().union(*hits))
        if not right:
            return 0.0
        precision, recall = right / len(found), covered / len(wanted)
        return 2 * precision * recall / (precision + recall)

    def _unnamed(self, found: list[frozenset[str]], program: Program, wanted: frozenset[str]) -> list[frozenset[str]]:
        """The values without what the question names already: question sets tend to leave that out of their answers."""
        named = [self._forms(node) for node in program.named()]
        return [value for value in found if value & wanted or value not in named] or found

    def _values(self, candidate: Candidate, gold: int) -> list[frozenset[str]] | None:
        """The texts of each value, None where there are too many to be right."""
        if candidate.program.yields is Yields.NODES and candidate.nodes is not None:
            too_many = len(candidate.nodes) > _TIMES_GOLD * gold + 50
            return None if too_many else [self._forms(node) for node in candidate.nodes.tolist()]
        result = execute(candidate.program, self._graph)
        values = self._builder.values(candidate.program, result, "en", _TIMES_GOLD * gold + 50)
        return [predicted_value(value).forms(Matching.STRICT) for value in values]

    def _compute_forms(self, node: int) -> frozenset[str]:
        return frozenset(normalise(text) for text in (self._graph.id(node), self._graph.label(node)))


def relations_of(program: Program) -> tuple[int, ...]:
    """The relations that a program uses, ascending, each as often as it uses it."""
    steps = (getattr(part, "step", None) for part in program.walk())
    return tuple(sorted(step.relation for step in steps if isinstance(step, ops.Step)))


def gold_relations(path: Sequence[str | tuple[str, ...]]) -> tuple[str, ...]:
    """The relations of a gold path, of triples or nodes and relations in turn, sorted, each as often as it is taken."""
    triples = [item for item in path if isinstance(item, tuple)]
    if triples:
        return tuple(sorted(item[1] for item in triples if len(item) == 3))
    return tuple(sorted(str(item) for item in path[1::2]))
