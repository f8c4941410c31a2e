"""The fixed words of a report: what a metric, a stage or a setting means to a reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kgqa.errors import ConfigError
from kgqa.evaluation.diagnosis import Stage
from kgqa.evaluation.matching import Matching
from kgqa.evaluation.metrics import Direction, parse_metric
from kgqa.evaluation.report import Linking, Split
from kgqa.presentation import ENGLISH
from kgqa.types import AbstentionReason


@dataclass(frozen=True, slots=True)
class Described:
    """What stands beside a metric's value; low, high and direction are None where the metric is not known.

    over : the questions that it is over, in words.
    """

    definition: str = ""
    over: str = ""
    low: float | None = None
    high: float | None = None
    direction: Direction | None = None


def describe(metric: str) -> Described:
    """The range, direction and definition of a metric by its name."""
    try:
        known = parse_metric(metric)
    except ConfigError:
        return Described()
    return Described(known.source, known.over, known.low, known.high, known.direction)


DIRECTIONS: Mapping[Direction | None, str] = {
    Direction.HIGHER: "higher",
    Direction.LOWER: "lower",
    None: "not stated",
}

SPLITS: Mapping[Split, str] = {
    Split.HOPS: "hops",
    Split.KIND: "kind of answer",
    Split.TAGS: "tag",
    Split.LANGUAGE: "language",
}

LINKINGS: Mapping[Linking, tuple[str, str]] = {
    Linking.OWN: (
        "own linking",
        "The system was given the text of the questions alone and found their entities itself.",
    ),
    Linking.GOLD: (
        "gold entities given",
        "The system was told which entities each question is about. Not comparable with results of own linking.",
    ),
}

MATCHINGS: Mapping[Matching, tuple[str, str]] = {
    Matching.STRICT: ("strict matching", "A value is right if its id, label or value equals a gold answer."),
    Matching.LENIENT: (
        "lenient matching",
        "Case, accents, punctuation and underscores are ignored when a value is held against gold.",
    ),
}

STAGES: Mapping[Stage, tuple[str, str]] = {
    Stage.RIGHT: ("right", "Exactly the gold answers were given."),
    Stage.REFUSED: ("refused", "The system raised an error for the question."),
    Stage.LINKING: (
        "linking",
        "A name was not found, or taken for something else: given the right entities, a right program is proposed.",
    ),
    Stage.RETRIEVAL: (
        "retrieval",
        "No program that gives the right answer was proposed, with the right entities neither.",
    ),
    Stage.READING: ("reading", "A right program was proposed, and another one was chosen."),
    Stage.EXECUTION: ("execution", "The right program was chosen, but its result was cut short or shown otherwise."),
    Stage.WITHHELD: ("withheld", "The right program was chosen, but its answer was held back for want of confidence."),
    Stage.FALSE_ANSWER: ("false answer", "There is no right answer, and one was given."),
    Stage.GOLD: (
        "gold in doubt",
        "The gold answer is not in the graph or can't be reached, or its own path gives what the system gave.",
    ),
}


def reason_words(abstained: str) -> str:
    """Why there was no answer, in a sentence where the reason is one of kgqa's own."""
    try:
        return ENGLISH.reasons[AbstentionReason(abstained)][0]
    except ValueError:
        return abstained


@dataclass(frozen=True, slots=True)
class Absent:
    """Why a section has nothing to show."""

    groups: str = "no question says its hops, kind, tags or language."
    stages: str = "the run was not diagnosed."
    reliability: str = "no answered question has gold, or confidences were not compared with it."
    risk: str = "there is no risk-coverage curve without answered questions that have gold."
    confusions: str = "no relation was found to be taken for another, or the run was not diagnosed."
    worst: str = "no wrong answer is kept in this report."


ABSENT = Absent()
