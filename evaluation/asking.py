"""Ask a question set in a process of its own: `python -m evaluation.asking SYSTEM GRAPH QUESTIONS WARM_UP [SPLIT]`.

SYSTEM is a reader of kgqa ("zero-shot", "shipped" or a folder) or a peer, of `PEERS`. Prints one JSON object: the
report of all questions, the latency of those after the first WARM_UP, the peak memory and the median time of each
stage.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

from evaluation.baselines.facts import FactBaseline
from evaluation.peers import peak_mb
from kgqa import KGQA, Config
from kgqa.config import ReaderConfig
from kgqa.embedding import MINILM, CachedEncoder, load_encoder
from kgqa.embedding.store import cache_root
from kgqa.evaluation import Prediction, QuestionSet, Setting, run, score
from kgqa.evaluation.report import latency
from kgqa.evaluation.runner import System
from kgqa.graph import KnowledgeGraph


def dense_facts(graph: str) -> System:
    """The baseline that looks for the nearest fact; what it encodes is kept on disk."""
    return FactBaseline(KnowledgeGraph.load(graph), CachedEncoder(load_encoder(MINILM), cache_root() / "texts"))


PEERS: Mapping[str, Callable[[str], System]] = {"dense facts": dense_facts}


def main(name: str, graph: str, questions: str, warm_up: int, split: str) -> dict[str, Any]:
    """Open the graph or bundle, ask, mark."""
    config = Config(reader=ReaderConfig(name=name))
    system = PEERS[name](graph) if name in PEERS else KGQA.from_graph(Path(graph), config=config)
    asked = QuestionSet.read(questions, split=split)
    start = time.perf_counter()
    predictions = run(system, asked.questions)
    seconds = time.perf_counter() - start
    timed = predictions[warm_up:]
    return {
        "report": score(predictions, asked, Setting(name=name, seconds=seconds, config=asdict(config))).summary(),
        "latency": asdict(latency(timed)),
        "timed": len(timed),
        "stages_ms": stage_medians(timed),
        "peak_mb": peak_mb(),
    }


def stage_medians(predictions: Sequence[Prediction]) -> dict[str, float]:
    """The median milliseconds of each stage over the questions that reached it."""
    stages = dict.fromkeys(stage for prediction in predictions for stage in prediction.timings_ms)
    return {
        stage: round(median(p.timings_ms[stage] for p in predictions if stage in p.timings_ms), 3) for stage in stages
    }


if __name__ == "__main__":
    SYSTEM, GRAPH, QUESTIONS, WARM_UP, *SPLIT = sys.argv[1:]
    print(json.dumps(main(SYSTEM, GRAPH, QUESTIONS, int(WARM_UP), "".join(SPLIT))))
