"""Several processes that answer one set of questions, each with the graph mapped from the same bundle.

A worker is `python -m kgqa.evaluation.workers BUNDLE`: a settings object on the first line of its standard input, then
one question a line; one prediction a line comes back. Plain pipes need no guarded main module in a user's script.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from queue import SimpleQueue
from typing import IO, Any

from kgqa.config import Config, from_mapping
from kgqa.errors import WorkError
from kgqa.evaluation.predictions import Prediction
from kgqa.evaluation.questions import LinkedQuestion, Question
from kgqa.evaluation.runner import predict
from kgqa.system import KGQA

_ROOT = Path(__file__).parent.parent.parent
_TAIL = 500


class Worker:
    """One process that answers one question at a time."""

    def __init__(self, bundle: Path, config: Config, log: IO[bytes]) -> None:
        path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
        self._log = log
        self._process = subprocess.Popen(  # noqa: S603 - this interpreter, this module
            [sys.executable, "-m", "kgqa.evaluation.workers", str(bundle)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            encoding="utf-8",
            errors="surrogatepass",
            env={**os.environ, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8:surrogatepass"},
        )
        self._send({"config": asdict(config)})

    def answer(self, one: LinkedQuestion, *, linked: bool) -> Prediction:
        """Have one question answered.

        Errors : WorkError with the end of the worker's messages if it died.
        """
        self._send({"id": one.question.id, "text": one.question.text, "topic": one.topic if linked else None})
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise self._died()
        return Prediction.from_json(json.loads(line))

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        self._process.kill()
        self._process.communicate()

    def _send(self, message: Mapping[str, Any]) -> None:
        if self._process.stdin is None:
            raise self._died()
        try:
            self._process.stdin.write(json.dumps(message) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise self._died() from error

    def _died(self) -> WorkError:
        self._log.seek(0)
        told = self._log.read().decode("utf-8", "replace").strip()[-_TAIL:] or "it left no message"
        return WorkError(
            f"a worker process ended with code {self._process.wait()}: {told}. "
            "Predictions made so far are kept; run it again with fewer workers"
        )


def answer_in_parallel(
    system: KGQA, asked: Sequence[LinkedQuestion], *, workers: int, linked: bool
) -> Iterator[Prediction]:
    """Yield the prediction of each question as it is ready.

    workers : processes. linked : whether the gold entities are given to the system.
    """
    with _crew(system, min(workers, len(asked))) as crew:
        free: SimpleQueue[Worker] = SimpleQueue()
        for worker in crew:
            free.put(worker)

        def answer(one: LinkedQuestion) -> Prediction:
            worker = free.get()
            try:
                return worker.answer(one, linked=linked)
            finally:
                free.put(worker)

        with ThreadPoolExecutor(max(1, len(crew))) as threads:
            futures = [threads.submit(answer, one) for one in asked]
            try:
                yield from (future.result() for future in as_completed(futures))
            finally:
                for future in futures:
                    future.cancel()


@contextmanager
def _crew(system: KGQA, size: int) -> Iterator[list[Worker]]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kgqa-evaluate-")))
        if size:
            system.save(folder / "graph.bundle")
        crew: list[Worker] = []
        for _ in range(size):
            log = stack.enter_context(tempfile.TemporaryFile())
            crew.append(Worker(folder / "graph.bundle", system.config, log))
            stack.callback(crew[-1].stop)
        yield crew


def serve(bundle: str, lines: Iterator[str], out: IO[str]) -> None:
    """Answer question after question until the input ends."""
    system = KGQA.load(bundle, config=from_mapping(Config, json.loads(next(lines))["config"]))
    for line in lines:
        message = json.loads(line)
        prediction = _answered(system, Question(message["id"], message["text"]), message["topic"])
        out.write(json.dumps(asdict(prediction)) + "\n")
        out.flush()


def _answered(system: KGQA, question: Question, topic: Sequence[str] | None) -> Prediction:
    if topic is None:
        return predict(question.id, lambda: system.ask(question.text))
    return predict(question.id, lambda: system.ask_linked(question.text, topic))


if __name__ == "__main__":
    serve(sys.argv[1], sys.stdin, sys.stdout)
