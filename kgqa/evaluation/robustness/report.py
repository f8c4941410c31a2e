"""What came of the attacks: figures for each, and the questions that broke."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from kgqa.evaluation.provenance import Provenance
from kgqa.evaluation.report import Setting
from kgqa.evaluation.resampling import Paired


@dataclass(frozen=True, slots=True)
class Example:
    """A question that was answered better before. before, after : what was answered, labels or a reason for nothing."""

    id: str
    text_before: str
    text_after: str
    gold: tuple[str, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Crash:
    """An error that is no refusal, for one question after an attack. where : the innermost line of code."""

    id: str
    text: str
    error: str
    where: str


@dataclass(frozen=True, slots=True)
class AttackResult:
    """One attack over a question set.

    applicable : questions attacked, over which all figures are. not_applicable : reason -> how many.
    scores : metric -> before, after, difference. changed : questions whose answer is another set of values.
    silent : questions without any value after. refused : questions that the system rejected as bad input.
    crashed : how many crashes. added, removed : facts. worse, better : questions whose F1 fell or rose.
    examples : the first that fell. crashes : the first of those.
    """

    attack: str
    about: str
    applicable: int
    not_applicable: Mapping[str, int]
    scores: Mapping[str, Paired]
    changed: int
    silent: int
    refused: int
    crashed: int
    added: int
    removed: int
    worse: int
    better: int
    examples: tuple[Example, ...] = ()
    crashes: tuple[Crash, ...] = ()


@dataclass(frozen=True, slots=True)
class RobustnessReport:
    """A system under attack.

    questions : with gold, the base of every attack. without_gold : of the set, not asked.
    baseline : metric -> mean over all questions before any attack. crashes : before any attack.
    """

    setting: Setting
    provenance: Provenance
    questions: int
    without_gold: int
    baseline: Mapping[str, float]
    crashes: tuple[Crash, ...]
    attacks: tuple[AttackResult, ...]

    def to_json(self) -> dict[str, Any]:
        """Turn into values that `json` can write; NaN becomes null."""
        plain: dict[str, Any] = _plain(asdict(self))
        return plain

    def markdown(self) -> str:
        """A report to read: a table of all attacks, then each with the questions that broke."""
        from kgqa.evaluation.robustness.markdown import render

        return render(self)

    def save(self, directory: Path | str) -> tuple[Path, Path]:
        """Write `robustness.json` and `robustness.md` into a directory, which is made where missing."""
        folder = Path(directory)
        folder.mkdir(parents=True, exist_ok=True)
        data, page = folder / "robustness.json", folder / "robustness.md"
        text = json.dumps(self.to_json(), indent=1, ensure_ascii=False)
        # A question may hold half of a character, which UTF-8 can't write.
        data.write_text(text + "\n", encoding="utf-8", errors="backslashreplace")
        page.write_text(self.markdown(), encoding="utf-8", errors="backslashreplace")
        return data, page


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    return value.value if isinstance(value, Enum) else value
