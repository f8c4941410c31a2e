"""One question at a time: warm in a process, and cold from the shell."""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

from evaluation.child import measured, timed
from evaluation.load import bundle_file, graph_file
from evaluation.results import Cell, Column, Row, Table
from evaluation.settings import ROOT, WORK, LatencySettings, latency_settings
from evaluation.synthetic import ATTRIBUTES, RELATIONS, Fact, Size, entity, facts, label

# Only those that read well in "What is the ... of ...?".
_NOT_NOUNS = frozenset({"located in", "written by", "member of", "founded by", "part of", "educated at"})
_ASKABLE = frozenset((*RELATIONS, *ATTRIBUTES)) - _NOT_NOUNS
_WARM = (Column("questions", 0), Column("p50 ms", 1), Column("p95 ms", 1), Column("peak MB", 0))
_COLD = (Column("seconds", 2),)


def run() -> list[Table]:
    """Measure warm and cold questions over the synthetic and the sample graphs."""
    settings = latency_settings()
    size = Size(triples=settings.triples, entities=settings.entities, seed=settings.seed)
    bundle = bundle_file(graph_file(size))
    questions = _write(WORK / "lookup.jsonl", lookups(size, settings.questions + settings.warm_up))
    warm = _warm(settings, f"{settings.triples:,} facts, one-hop lookups", settings.readers, (bundle, questions))
    for graph, asked in zip(settings.graphs, settings.sets, strict=True):
        name = f"{Path(graph).stem}, all kinds of questions"
        systems = (*settings.readers, *settings.peers)
        warm += _warm(settings, name, systems, (ROOT / graph, ROOT / asked), settings.split)
    first = json.loads(questions.read_text(encoding="utf-8").splitlines()[0])["question"]
    cold = (
        _cold(settings, f"{settings.triples:,} facts", bundle, first),
        _cold(settings, Path(settings.graphs[0]).stem, _sample_bundle(settings), settings.shell_question),
    )
    return [
        Table("latency", "One question, warm", _WARM, tuple(warm)),
        Table("cold", "From the shell to the printed answer, over a bundle of", _COLD, cold),
    ]


def lookups(size: Size, number: int) -> Iterator[dict[str, Any]]:
    """One-hop questions over the synthetic graph, distinct, with all right answers."""
    known: dict[tuple[int, str], list[Fact]] = {}
    for fact in facts(size):
        if fact.relation in _ASKABLE:
            known.setdefault((fact.subject, fact.relation), []).append(fact)
    drawn = random.Random(size.seed).sample(sorted(known), number)  # noqa: S311 - a sample, not a secret
    for position, (subject, relation) in enumerate(drawn):
        answers = [entity(fact.value) if fact.is_edge else fact.value for fact in known[subject, relation]]
        question = f"What is the {relation} of {label(subject)}?"
        yield {"id": f"lookup-{position}", "question": question, "answers": answers, "hops": 1}


def _warm(
    settings: LatencySettings, name: str, systems: Sequence[str], paths: tuple[Path, Path], split: str = ""
) -> list[Row]:
    """One row a system; the systems take turns, so that a busy machine slows them alike."""
    start = time.perf_counter()
    runs: dict[str, list[dict[str, Any]]] = {system: [] for system in systems}
    arguments = (*map(str, paths), str(settings.warm_up), split)
    for _ in range(settings.rounds):
        for system, found in runs.items():
            found.append(measured("evaluation.asking", system, *arguments))
    seconds, config = time.perf_counter() - start, asdict(settings)
    return [
        Row(f"{name}: {system}", _warm_cells(found), settings.seed, seconds, config, {"runs": found})
        for system, found in runs.items()
    ]


def _warm_cells(runs: Sequence[dict[str, Any]]) -> tuple[Cell, ...]:
    """The medians of several runs of the same questions."""
    p50, p95 = (median(run["latency"][key] for run in runs) for key in ("p50_ms", "p95_ms"))
    return (runs[0]["timed"], p50, p95, median(run["peak_mb"] for run in runs))


def _cold(settings: LatencySettings, name: str, bundle: Path, question: str) -> Row:
    start = time.perf_counter()
    command = [str(Path(sys.executable).with_name("kgqa")), "ask", str(bundle), question]
    runs = [timed(command) for _ in range(settings.shell_repeats)]
    seconds = [seconds for seconds, _ in runs]
    details = {"command": ["kgqa", "ask", bundle.name, question], "runs": seconds, "printed": runs[0][1]}
    return Row(name, (median(seconds),), settings.seed, time.perf_counter() - start, asdict(settings), details)


def _sample_bundle(settings: LatencySettings) -> Path:
    copy = WORK / Path(settings.graphs[0]).name
    copy.write_bytes((ROOT / settings.graphs[0]).read_bytes())
    return bundle_file(copy)


def _write(path: Path, records: Iterator[dict[str, Any]]) -> Path:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(record) + "\n" for record in islice(records, None))
    return path
