"""Run benchmarks: `python -m evaluation.run [NAME ...] [--only SET ...] [--resume]`.

Names: load, latency, batch, accuracy, reader, test, baselines, robustness, namesakes, abstention, precision,
linkprediction, ablation, leftout, adapting, finetuning, everyday, larger.

Without names all run. Results go to evaluation/results/*.json; `python -m evaluation.tables` shows them in the README.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from evaluation import tables
from evaluation.results import Table
from evaluation.settings import Choice

BENCHMARKS = (
    "load",
    "latency",
    "batch",
    "accuracy",
    "reader",
    "test",
    "baselines",
    "robustness",
    "namesakes",
    "abstention",
    "precision",
    "linkprediction",
    "ablation",
    "leftout",
    "adapting",
    "finetuning",
    "everyday",
    "larger",
)


def main(arguments: Sequence[str]) -> int:
    """Run the named benchmarks and save their tables."""
    parser = argparse.ArgumentParser(prog="python -m evaluation.run", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}; all unless given")
    parser.add_argument("--only", action="append", default=[], metavar="SET", help="a set of the TOML; repeatable")
    parser.add_argument("--resume", action="store_true", help="go on with predictions of the same commit")
    chosen = parser.parse_args(arguments)
    if unknown := set(chosen.names) - set(BENCHMARKS):
        parser.error(f"{', '.join(sorted(unknown))}: no such benchmark; expected {', '.join(BENCHMARKS)}")
    choice = Choice(only=tuple(chosen.only), resume=chosen.resume)
    for name in chosen.names or BENCHMARKS:
        for table in _benchmark(name, choice)():
            path = table.save(order=_order(name))
            print(f"{path}\n{tables.markdown(Table.load(path))}", flush=True)
    return 0


def _benchmark(name: str, choice: Choice) -> Callable[[], list[Table]]:
    from evaluation import (
        ablation,
        abstention,
        accuracy,
        adapting,
        batch,
        comparison,
        everyday,
        finetuning,
        larger,
        latency,
        leftout,
        linkprediction,
        load,
        namesakes,
        precision,
        robustness,
    )

    runs: dict[str, Callable[[], list[Table]]] = {
        "load": load.run,
        "latency": latency.run,
        "batch": lambda: batch.run(choice),
        "accuracy": lambda: accuracy.run(choice),
        "reader": lambda: accuracy.run_reader(choice),
        "test": lambda: accuracy.run_test(choice),
        "baselines": lambda: comparison.run(choice),
        "robustness": lambda: robustness.run(choice),
        "namesakes": lambda: namesakes.run(choice),
        "abstention": lambda: abstention.run(choice),
        "precision": lambda: precision.run(choice),
        "linkprediction": lambda: linkprediction.run(choice),
        "ablation": lambda: ablation.run(choice),
        "leftout": lambda: leftout.run(choice),
        "adapting": lambda: adapting.run(choice),
        "finetuning": lambda: finetuning.run(choice),
        "everyday": lambda: everyday.run(choice),
        "larger": lambda: larger.run(choice),
    }
    return runs[name]


def _order(name: str) -> list[str]:
    from evaluation import (
        ablation,
        abstention,
        accuracy,
        adapting,
        batch,
        comparison,
        everyday,
        finetuning,
        larger,
        leftout,
        linkprediction,
        namesakes,
        precision,
        robustness,
    )

    orders = {
        "batch": batch.order,
        "accuracy": accuracy.order,
        "reader": accuracy.order,
        "test": accuracy.order,
        "baselines": comparison.order,
        "robustness": robustness.order,
        "namesakes": namesakes.order,
        "abstention": abstention.order,
        "precision": precision.order,
        "linkprediction": linkprediction.order,
        "ablation": ablation.order,
        "leftout": leftout.order,
        "adapting": adapting.order,
        "finetuning": finetuning.order,
        "everyday": everyday.order,
        "larger": larger.order,
    }
    return orders[name]() if name in orders else []


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
