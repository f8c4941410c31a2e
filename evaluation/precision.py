"""The trained reader with its encoder at float32, block and int8: the same candidates read by each, in turn."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from statistics import median
from unittest.mock import patch

from evaluation.results import Column, Row, Table
from evaluation.settings import Choice, PrecisionSettings, RobustnessSet, located, precision_settings
from kgqa import KGQA, Config
from kgqa.answering import AnswerBuilder, Reading
from kgqa.calibration import Calibrations
from kgqa.config import ReaderConfig, RetrievalConfig
from kgqa.embedding import Precision, TextEncoder
from kgqa.evaluation import Prediction, QuestionSet, Setting, score
from kgqa.reader import SHIPPED, ReaderInput, ReaderOutput, ReaderWeights, TrainedReader

_BUDGET_MS = 60_000.0
_COLUMNS = (
    Column("questions", 0),
    Column("same first program", 1, 100),
    Column("Hits@1", 1, 100),
    Column("F1", 1, 100),
    Column("reader ms", 1),
)


class SideBySide:
    """Readers of one set of weights at several precisions; what the first says goes on.

    outputs : of the last question, one a precision. seconds : of each precision, one a question.
    """

    def __init__(self, encoder: TextEncoder, weights: ReaderWeights, precisions: Sequence[Precision]) -> None:
        self._readers = [TrainedReader(encoder, weights, precision=p, early_exit=False) for p in precisions]
        self.calibrations = Calibrations.of(weights.about)
        self.outputs: list[ReaderOutput] = []
        self.seconds: list[list[float]] = [[] for _ in precisions]
        self._turn = 0

    def read(self, batch: Sequence[ReaderInput]) -> list[ReaderOutput]:
        """Read one question by all; which begins changes from question to question."""
        self._turn += 1
        found: dict[int, list[ReaderOutput]] = {}
        for i in range(len(self._readers)):
            place = (i + self._turn) % len(self._readers)
            start = time.perf_counter()
            found[place] = self._readers[place].read(batch)
            self.seconds[place].append(time.perf_counter() - start)
        self.outputs = [found[place][0] for place in range(len(self._readers))]
        return found[0]


def run(choice: Choice) -> list[Table]:
    """Read every set whose files are there; the others are named on stderr."""
    settings = precision_settings()
    rows = [
        row for one in settings.sets if choice.takes(one.name, one.graph, one.questions) for row in _rows(one, settings)
    ]
    return [Table("precision", "Trained reader, dev questions", _COLUMNS, tuple(rows))]


def order() -> list[str]:
    """The names of all rows."""
    settings = precision_settings()
    return [f"{one.name}, {precision}" for one in settings.sets for precision in settings.precisions]


def _rows(one: RobustnessSet, settings: PrecisionSettings) -> Iterator[Row]:
    start = time.perf_counter()
    questions = QuestionSet.read(located(one.questions), split=one.split)
    questions = questions.draw(one.sample, settings.seed) if one.sample else questions
    precisions = tuple(map(Precision, settings.precisions))
    readers: list[SideBySide] = []

    def opened(encoder: TextEncoder, weights: ReaderWeights, **_: object) -> SideBySide:
        readers.append(SideBySide(encoder, weights, precisions))
        return readers[-1]

    config = Config(reader=ReaderConfig(name=SHIPPED), retrieval=RetrievalConfig(budget_ms=_BUDGET_MS))
    with patch("kgqa.system.TrainedReader", opened):
        system = KGQA.from_graph(located(one.graph), config=config)
        firsts: list[list[str]] = []
        predictions: list[list[Prediction]] = [[] for _ in precisions]
        for question in questions.questions:
            reading = system.read(question.text)
            read = next((r for r in readers if r.outputs and r.outputs[0] is reading.scores), None)
            outputs = read.outputs if read else [reading.scores] * len(precisions)
            meant = read.calibrations if read else Calibrations()
            builder = AnswerBuilder(system.graph, config.answer, meant)
            readings = [replace(reading, scores=output) for output in outputs]
            firsts.append([_first(each) for each in readings])
            for found, each in zip(predictions, readings, strict=True):
                found.append(Prediction.of_answer(question.id, builder.build(each), 0.0))
    seconds = time.perf_counter() - start
    for place, precision in enumerate(precisions):
        marked = score(predictions[place], questions, Setting(name="kgqa")).overall
        hits = marked["Hits@1"]
        same = sum(row[place] == row[0] for row in firsts) / len(firsts)
        took = [s for reader in readers for s in reader.seconds[place][settings.warm_up :]]
        cells = (hits.n, same, hits.mean, marked["F1"].mean, 1000 * median(took))
        yield Row(f"{one.name}, {precision.value}", cells, settings.seed, seconds, asdict(settings))


def _first(reading: Reading) -> str:
    """The program put first, or nothing where there is none."""
    chosen = reading.chosen
    return repr(reading.retrieval.candidates[int(chosen[0])].program) if len(chosen) else ""
