"""Runs SPARQL over one N-Triples file: a process of its own, since a query that hangs can only be killed.

Started by `kgqa.evaluation.convert.execution` as a script, so it imports nothing of kgqa. Each line of standard input
is `{"query", "prefixes"}`; each line of standard output is SPARQL results in JSON, or `{"error"}`. The first is `{}`.
"""

from __future__ import annotations

import io
import json
import sys
from typing import Any

import pyoxigraph as ox

MAX_BYTES = 64_000_000


class _Bounded(io.BytesIO):
    def write(self, data: Any) -> int:
        if self.tell() + len(data) > MAX_BYTES:
            raise OSError(f"its result is larger than {MAX_BYTES:,} bytes")
        return super().write(data)


def answer(store: ox.Store, query: str, prefixes: dict[str, str]) -> str:
    """The results of a query as one line of JSON."""
    try:
        results = store.query(query, prefixes=prefixes)
        if isinstance(results, ox.QueryTriples):
            return json.dumps({"error": "it makes triples; expected SELECT or ASK"})
        output = _Bounded()
        results.serialize(output, format=ox.QueryResultsFormat.JSON)
    except (SyntaxError, ValueError, OSError, RuntimeError) as error:
        return json.dumps({"error": str(error)})
    return json.dumps(json.loads(output.getvalue()))


def main() -> None:
    """Load the file that the first argument names, then answer until the input ends."""
    store = ox.Store()
    store.bulk_load(path=sys.argv[1], format=ox.RdfFormat.N_TRIPLES, lenient=True)
    sys.stdout.write("{}\n")
    sys.stdout.flush()
    for line in sys.stdin:
        asked = json.loads(line)
        sys.stdout.write(answer(store, asked["query"], asked["prefixes"]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
