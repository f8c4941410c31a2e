"""Loading one N-Triples file, each way in a process of its own: `python -m evaluation.peers WAY FILE`.

Prints one JSON object: seconds and cpu_seconds (imports not counted), peak_mb (of the whole process), triples.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any

Load = Callable[[str], int]
"""Load a file into memory and return the number of triples; the caller's clock runs meanwhile."""


def peak_mb() -> float:
    """The most memory that this process has held, in MB (10^6 bytes).

    Linux counts the parent's memory at the fork into `ru_maxrss`; VmHWM starts afresh with the program.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024 / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def _kgqa() -> Load:
    from kgqa.graph import KnowledgeGraph

    return lambda path: len(_kept(KnowledgeGraph.load(path)))


def _intern() -> Load:
    from pyoxigraph import RdfFormat, parse

    def load(path: str) -> int:
        ids: dict[str, int] = {}
        edges = array("i")
        add, number = edges.append, ids.setdefault
        for quad in parse(path=path, format=RdfFormat.N_TRIPLES):
            add(number(str(quad.subject), len(ids)))
            add(number(str(quad.predicate), len(ids)))
            add(number(str(quad.object), len(ids)))
        return len(_kept(edges)) // 3

    return load


def _rdflib() -> Load:
    import rdflib

    return lambda path: len(_kept(rdflib.Graph().parse(path, format="nt")))


def _networkx() -> Load:
    import networkx
    from pyoxigraph import RdfFormat, parse

    def load(path: str) -> int:
        graph = networkx.MultiDiGraph()
        graph.add_edges_from(
            (str(quad.subject), str(quad.object), str(quad.predicate))
            for quad in parse(path=path, format=RdfFormat.N_TRIPLES)
        )
        return int(_kept(graph).number_of_edges())

    return load


def _oxigraph() -> Load:
    from pyoxigraph import RdfFormat, Store

    def load(path: str) -> int:
        store = Store()
        store.bulk_load(path=path, format=RdfFormat.N_TRIPLES)
        return len(_kept(store))

    return load


def _build() -> Load:
    from kgqa import KGQA

    def load(path: str) -> int:
        system = _kept(KGQA.from_graph(path))
        system.save(bundle_of(path))
        return len(system.graph)

    return load


def _open() -> Load:
    from kgqa import KGQA

    return lambda path: len(_kept(KGQA.load(bundle_of(path))).graph)


def bundle_of(path: str) -> Path:
    """Where the bundle of a graph file lies."""
    return Path(path).with_suffix(".bundle")


WAYS: dict[str, Callable[[], Load]] = {
    "kgqa": _kgqa,
    "parse and intern": _intern,
    "Oxigraph store": _oxigraph,
    "NetworkX": _networkx,
    "rdflib": _rdflib,
    "build a bundle": _build,
    "open the bundle": _open,
}
"""A way imports what it needs when called, and returns what is timed."""

_alive: list[Any] = []


def _kept(value: Any) -> Any:
    """Hold a graph until the process ends, so that freeing it is not timed."""
    _alive.append(value)
    return value


def measure(way: str, path: str) -> dict[str, float]:
    """Time one way."""
    load = WAYS[way]()
    start, cpu = time.perf_counter(), time.process_time()
    triples = load(path)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    return {"seconds": seconds, "cpu_seconds": cpu, "peak_mb": peak_mb(), "triples": triples}


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], sys.argv[2])))
