"""Where a wrong answer went wrong: each stage is given the gold of the one before, until the right answer shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any


class Stage(Enum):
    """What became of one question.

    RIGHT : answered with exactly the gold set. REFUSED : the system raised an error for the question.
    LINKING : the right program is proposed only when the gold entities are given, and others were linked; where no gold
        entities are named, no gold answer is near what was linked.
    RETRIEVAL : the right program is not proposed, although what was linked is right, or with the gold entities neither.
    READING : the right program is proposed, another one was chosen.
    EXECUTION : the right program was chosen, and what it gave was cut or shown otherwise.
    WITHHELD : the right program was chosen, and its answer not given for want of confidence.
    FALSE_ANSWER : gold says that there is no answer, and one was given.
    GOLD : the gold is suspicious: not in the graph, not reachable, or its own path gives what the system gave.
    """

    RIGHT = "right"
    REFUSED = "refused"
    LINKING = "linking"
    RETRIEVAL = "retrieval"
    READING = "reading"
    EXECUTION = "execution"
    WITHHELD = "withheld"
    FALSE_ANSWER = "false_answer"
    GOLD = "gold"


@dataclass(frozen=True, kw_only=True, slots=True)
class Diagnosis:
    """What the stages made of one question, held against its gold.

    detail : one sentence on why this stage. proposed : candidate programs.
    program_rank : place of the first right program among the candidates as retrieval ordered them, from 1; None if none
        of them is right. read_rank : the same as the reader ordered them.
    linked_rank : place of the first right program when the gold entities are given; None if none, or not tried.
    right_program : the first right one in words, or "". gold_relations, chosen_relations : relation labels of the
        right program (or of the gold path) and of the one that was chosen.
    """

    id: str
    stage: Stage
    detail: str = ""
    proposed: int = 0
    program_rank: int | None = None
    read_rank: int | None = None
    linked_rank: int | None = None
    right_program: str = ""
    gold_relations: tuple[str, ...] = ()
    chosen_relations: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Turn into values that `json` can write."""
        return {**asdict(self), "stage": self.stage.value}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Diagnosis:
        """Rebuild from a parsed line."""
        relations = {name: tuple(data[name]) for name in ("gold_relations", "chosen_relations")}
        return cls(**{**data, **relations, "stage": Stage(data["stage"])})
