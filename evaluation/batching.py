"""Ask a question set one way, in a process of its own.

`python -m evaluation.batching WAY TEXTS GRAPH QUESTIONS SPLIT SAMPLE SEED WARM_UP CHUNK`. The way "record" asks one by
one and writes to the file TEXTS what each question had encoded; "encoded ahead" has these texts of CHUNK questions
encoded by one call before they are asked: the most that any batching over questions could gain, as no real one knows
the texts before it has linked and retrieved. Prints one JSON object: questions, seconds, cpu_seconds (of all threads),
peak_mb and a digest of each answer.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import numpy as np

from evaluation.peers import peak_mb
from kgqa import KGQA, Config
from kgqa.answer_json import answer_to_json
from kgqa.config import ReaderConfig, RetrievalConfig
from kgqa.embedding import TextEncoder, TextKind, TokenEmbeddings, load_encoder
from kgqa.embedding.contract import Floats, Progress
from kgqa.evaluation import QuestionSet
from kgqa.reader import SHIPPED
from kgqa.types import Answer

WAYS = ("one by one", "encoded ahead", "two threads")
_RECORD = "record"
# So long that time ends no search: a slow machine must not change what is found.
_BUDGET_MS = 60_000.0


class Text(NamedTuple):
    """What an encoder was asked for; `tokens` : token by token."""

    kind: str
    tokens: bool
    text: str


class Ahead:
    """An encoder that keeps what it was asked for, and can be told so before."""

    def __init__(self, encoder: TextEncoder) -> None:
        self._encoder = encoder
        self._vectors: dict[tuple[TextKind, str], Floats] = {}
        self._tokens: dict[tuple[TextKind, str], TokenEmbeddings] = {}
        self.asked: list[Text] = []

    @property
    def name(self) -> str:
        """The encoder's name."""
        return self._encoder.name

    @property
    def fingerprint(self) -> str:
        """Hash of weights and settings."""
        return self._encoder.fingerprint

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        return self._encoder.dimension

    def encode(
        self, texts: Sequence[str], *, kind: TextKind = TextKind.PASSAGE, on_progress: Progress | None = None
    ) -> Floats:
        """Encode texts, unless all were prepared."""
        self.asked += [Text(kind.value, False, text) for text in texts]
        known = [self._vectors.get((kind, text)) for text in texts]
        found = [vector for vector in known if vector is not None]
        if texts and len(found) == len(texts):
            return np.stack(found)
        return self._encoder.encode(texts, kind=kind, on_progress=on_progress)

    def encode_tokens(self, texts: Sequence[str], *, kind: TextKind = TextKind.PASSAGE) -> list[TokenEmbeddings]:
        """Encode every token of every text, unless all were prepared."""
        self.asked += [Text(kind.value, True, text) for text in texts]
        found = [self._tokens[kind, text] for text in texts if (kind, text) in self._tokens]
        return found if len(found) == len(texts) else self._encoder.encode_tokens(texts, kind=kind)

    def encode_static(self, texts: Sequence[str]) -> Floats:
        """Token embeddings without context are looked up, so there is nothing to prepare."""
        return self._encoder.encode_static(texts)

    def prepare(self, texts: Sequence[Text]) -> None:
        """Encode texts, a call a kind; those prepared before are forgotten."""
        self._vectors.clear()
        self._tokens.clear()
        for kind in TextKind:
            wanted = [t for t in dict.fromkeys(texts) if t.kind == kind.value]
            if plain := [t.text for t in wanted if not t.tokens]:
                found = self._encoder.encode(plain, kind=kind)
                self._vectors.update(((kind, text), vector) for text, vector in zip(plain, found, strict=True))
            if split := [t.text for t in wanted if t.tokens]:
                tokens = self._encoder.encode_tokens(split, kind=kind)
                self._tokens.update(((kind, text), one) for text, one in zip(split, tokens, strict=True))


Ask = Callable[[str], Answer]


def one_by_one(ask: Ask, questions: Sequence[str]) -> list[Answer]:
    """Each question on its own."""
    return [ask(question) for question in questions]


def on_two_threads(ask: Ask, questions: Sequence[str]) -> list[Answer]:
    """Two questions at a time in one process."""
    with ThreadPoolExecutor(2) as threads:
        return list(threads.map(ask, questions))


def record(ask: Ask, questions: Sequence[str], encoders: Sequence[Ahead], path: Path) -> list[Answer]:
    """Each question on its own; its texts are written to a file, a list a question."""
    answers, texts = [], []
    for question in questions:
        for encoder in encoders:
            encoder.asked.clear()
        answers.append(ask(question))
        texts.append([(encoder.name, text) for encoder in encoders for text in encoder.asked])
    path.write_text(json.dumps(texts), encoding="utf-8")
    return answers


def encoded_ahead(
    ask: Ask, questions: Sequence[str], encoders: Sequence[Ahead], texts: Sequence[Any], chunk: int
) -> Iterator[Answer]:
    """The recorded texts of some questions by one call an encoder, then these questions one by one."""
    for start in range(0, len(questions), chunk):
        wanted = [(name, Text(*text)) for one in texts[start : start + chunk] for name, text in one]
        for encoder in encoders:
            encoder.prepare([text for name, text in wanted if name == encoder.name])
        yield from map(ask, questions[start : start + chunk])


def main(way: str, path: Path, source: Sequence[str], numbers: Sequence[int]) -> dict[str, Any]:
    """Open the graph, ask the warm-up questions, then time the others."""
    graph, questions, split = source
    sample, seed, warm_up, chunk = numbers
    encoders: list[Ahead] = []

    def opened(name: str) -> Ahead:
        encoders.append(Ahead(load_encoder(name)))
        return encoders[-1]

    config = Config(reader=ReaderConfig(name=SHIPPED), retrieval=RetrievalConfig(budget_ms=_BUDGET_MS))
    with patch("kgqa.system.load_encoder", opened):
        system = KGQA.from_graph(graph, config=config)
        asked = [q.text for q in QuestionSet.read(questions, split=split).draw(sample + warm_up, seed).questions]
        one_by_one(system.ask, asked[:warm_up])
        timed = asked[warm_up:]
        ways: dict[str, Callable[[], Sequence[Answer]]] = {
            _RECORD: lambda: record(system.ask, timed, encoders, path),
            "one by one": lambda: one_by_one(system.ask, timed),
            "encoded ahead": lambda: tuple(
                encoded_ahead(system.ask, timed, encoders, json.loads(path.read_text(encoding="utf-8")), chunk)
            ),
            "two threads": lambda: on_two_threads(system.ask, timed),
        }
        start, cpu = time.perf_counter(), time.process_time()
        answers = ways[way]()
        seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    return {
        "questions": len(timed),
        "seconds": seconds,
        "cpu_seconds": cpu,
        "peak_mb": peak_mb(),
        "answers": [_digest(answer) for answer in answers],
    }


def _digest(answer: Answer) -> str:
    """A hash of what is answered; confidences to 3 places, as sums in float32 hang on what shares a call."""
    data = answer_to_json(replace(answer, timings_ms={}, confidence=round(answer.confidence, 3), alternatives=()))
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:12]


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:6], tuple(map(int, sys.argv[6:10])))))
