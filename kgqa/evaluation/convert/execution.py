"""Gold queries run over a graph, by Oxigraph in a process of its own."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import pyoxigraph as ox

from kgqa.errors import QuestionsFileError
from kgqa.evaluation.convert import worker
from kgqa.evaluation.convert.sparql import PREFIXES, standard_count, stays_local
from kgqa.graph import KnowledgeGraph

QUERY_SECONDS = 30.0
MESSAGE_LENGTH = 120


class QueryRunner:
    """Runs SELECT and ASK over a graph, one after another; a context manager.

    graph : as `KnowledgeGraph.to_oxigraph` shows it. seconds : the longest that a query may take, or QUERY_SECONDS.
    """

    def __init__(self, graph: KnowledgeGraph, *, seconds: float | None = None) -> None:
        self._graph = graph
        self._seconds = QUERY_SECONDS if seconds is None else seconds
        self._folder = tempfile.TemporaryDirectory(prefix="kgqa-queries-")
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        self._replies: queue.SimpleQueue[str] = queue.SimpleQueue()

    def __enter__(self) -> QueryRunner:
        self._graph.to_oxigraph().dump(str(self._file), format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()
        self._folder.cleanup()

    def run(self, query: str) -> Mapping[str, Any]:
        """The results of a query, as the W3C's SPARQL 1.1 Query Results JSON Format has them.

        Raises QuestionsFileError where the query can't be parsed, asks another machine or takes too long.
        """
        if not stays_local(query):
            raise QuestionsFileError("the query names a SERVICE, which would ask another machine; it is not run")
        process = self._process or self._start()
        reply = self._ask(process, json.dumps({"query": standard_count(query), "prefixes": dict(PREFIXES)}))
        if "error" in reply:
            # A parser's message goes on to list all that it could have taken.
            first = str(reply["error"]).partition("\n")[0]
            raise QuestionsFileError(f"the query can't be run: {first[:MESSAGE_LENGTH]}")
        return reply

    @property
    def _file(self) -> Path:
        return Path(self._folder.name) / "graph.nt"

    def _start(self) -> subprocess.Popen[str]:
        process = subprocess.Popen(  # noqa: S603 - this package's own file, by this interpreter
            [sys.executable, "-P", str(Path(worker.__file__)), str(self._file)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
        )
        self._process, self._replies = process, queue.SimpleQueue()
        assert process.stdout is not None
        self._reader = threading.Thread(target=_forward, args=(process.stdout, self._replies), daemon=True)
        self._reader.start()
        if not self._replies.get():
            self._stop()
            raise QuestionsFileError("Oxigraph can't load the graph; it has a term that N-Triples can't write")
        return process

    def _ask(self, process: subprocess.Popen[str], line: str) -> Mapping[str, Any]:
        assert process.stdin is not None
        try:
            process.stdin.write(line + "\n")
            process.stdin.flush()
            reply = self._replies.get(timeout=self._seconds)
        except queue.Empty:
            self._stop()
            raise QuestionsFileError(f"the query took longer than {self._seconds:g} s") from None
        except OSError:
            reply = ""
        if not reply:
            self._stop()
            raise QuestionsFileError("the query stopped Oxigraph's process")
        results: Mapping[str, Any] = json.loads(reply)
        return results

    def _stop(self) -> None:
        if self._process is None or self._reader is None:
            return
        self._process.kill()
        self._process.wait()
        self._reader.join()  # it has met the end of the output, so that closing can't disturb it
        for stream in (self._process.stdin, self._process.stdout):
            _close(stream)
        self._process = None


def _forward(lines: IO[str], replies: queue.SimpleQueue[str]) -> None:
    for line in lines:
        replies.put(line)
    replies.put("")


def _close(stream: IO[str] | None) -> None:
    try:
        if stream is not None:
            stream.close()
    except OSError:  # the process is gone and can't take what was not sent yet
        pass
