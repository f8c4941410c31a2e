"""Run benchmarks: `python -m evaluation.run [NAME ...] [--only SET ...] [--resume]`.

<<<<<<< HEAD
Names: load, latency, batch, accuracy, reader, baselines, robustness, namesakes.
=======
Names: load, latency, accuracy, reader, baselines, robustness, linkprediction.
>>>>>>> kge

Without names all run. Results go to evaluation/results/*.json; `python -m evaluation.tables` shows them in the README.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from evaluation import tables
from evaluation.results import Table
from evaluation.settings import Choice

<<<<<<< HEAD
BENCHMARKS = ("load", "latency", "batch", "accuracy", "reader", "baselines", "robustness", "namesakes")
=======
BENCHMARKS = ("load", "latency", "accuracy", "reader", "baselines", "robustness", "linkprediction")
>>>>>>> kge


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
<<<<<<< HEAD
    from evaluation import accuracy, batch, comparison, latency, load, namesakes, robustness
=======
    from evaluation import accuracy, comparison, latency, linkprediction, load, robustness
>>>>>>> kge

    runs: dict[str, Callable[[], list[Table]]] = {
        "load": load.run,
        "latency": latency.run,
        "batch": lambda: batch.run(choice),
        "accuracy": lambda: accuracy.run(choice),
        "reader": lambda: accuracy.run_reader(choice),
        "baselines": lambda: comparison.run(choice),
        "robustness": lambda: robustness.run(choice),
<<<<<<< HEAD
        "namesakes": lambda: namesakes.run(choice),
=======
        "linkprediction": lambda: linkprediction.run(choice),
>>>>>>> kge
    }
    return runs[name]


def _order(name: str) -> list[str]:
<<<<<<< HEAD
    from evaluation import accuracy, batch, comparison, namesakes, robustness
=======
    from evaluation import accuracy, comparison, linkprediction, robustness
>>>>>>> kge

    orders = {
        "batch": batch.order,
        "accuracy": accuracy.order,
        "reader": accuracy.order,
        "baselines": comparison.order,
        "robustness": robustness.order,
<<<<<<< HEAD
        "namesakes": namesakes.order,
=======
        "linkprediction": linkprediction.order,
>>>>>>> kge
    }
    return orders[name]() if name in orders else []


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
