"""Ask a question set in a process of its own: `python -m evaluation.asking GRAPH QUESTIONS WARM_UP [SPLIT]`.

Prints one JSON object: the report of all questions, the latency of those after the first WARM_UP, the peak memory
and the median time of each stage.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from statistics import median
from typing import Any

from evaluation.peers import peak_mb
from kgqa import KGQA
from kgqa.evaluation import Prediction, QuestionSet, Setting, run, score
from kgqa.evaluation.report import latency


def main(graph: str, questions: str, warm_up: int, split: str) -> dict[str, Any]:
    """Open the graph or bundle, ask, mark."""
    system = KGQA.load(graph) if graph.endswith(".bundle") else KGQA.from_graph(graph)
    asked = QuestionSet.read(questions, split=split)
    start = time.perf_counter()
    predictions = run(system, asked.questions)
    seconds = time.perf_counter() - start
    timed = predictions[warm_up:]
    return {
        "report": score(
            predictions, asked, Setting(name="kgqa", seconds=seconds, config=asdict(system.config))
        ).summary(),
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
    print(json.dumps(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), "".join(sys.argv[4:5]))))
