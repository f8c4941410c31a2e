"""Ask one system in a process of its own: `python -m evaluation.comparing SYSTEM SET ...`, sets of baselines.toml.

Prints one JSON object: for each set its report, the peak memory of the process so far, the seconds that opening took,
and, for a system that answers in text, what it wrote and the scores of the strict reading.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

from evaluation.baselines.reading import Generate, TextSystem, ValueReader
from evaluation.peers import peak_mb
from evaluation.settings import BaselineSet, BaselineSettings, baseline_settings, located
from kgqa.embedding import CachedEncoder, TextEncoder, load_encoder
from kgqa.embedding.store import cache_root
from kgqa.evaluation import Linking, Prediction, QuestionSet, Report, Setting, run, run_linked, score
from kgqa.evaluation.predictions import predicted_value
from kgqa.graph import KnowledgeGraph

GOLD_ENTITY = "cosine, gold entity"
"""The system that is given the entity of a question; all others find it themselves."""
Ask = Callable[[QuestionSet], list[Prediction]]


@dataclass(frozen=True)
class Parts:
    """What systems are built from; each part is made when it is first needed, the language model once a process."""

    one: BaselineSet
    language_model: Callable[[], Any]

    @cached_property
    def graph(self) -> KnowledgeGraph:
        """The graph of the set."""
        return KnowledgeGraph.load(located(self.one.graph))

    @cached_property
    def encoder(self) -> TextEncoder:
        """The set's encoder; what it encodes in bulk is kept on disk."""
        return CachedEncoder(load_encoder(self.one.encoder), cache_root() / "texts")


def _kgqa(parts: Parts) -> Ask:
    from kgqa import KGQA

    system = KGQA.from_graph(located(parts.one.graph))
    return lambda asked: run(system, asked.questions)


def _cosine(parts: Parts) -> Ask:
    from evaluation.baselines.cosine import Bounds, CosineBaseline

    system = CosineBaseline(parts.graph, parts.encoder, Bounds(hops=parts.one.longest_path))
    return lambda asked: run_linked(system, asked.linked(), name=GOLD_ENTITY)


def _facts(parts: Parts) -> Ask:
    from evaluation.baselines.facts import FactBaseline

    system = FactBaseline(parts.graph, parts.encoder)
    return lambda asked: run(system, asked.questions)


def _langchain(parts: Parts) -> Generate:
    from evaluation.baselines.langchain_graph import langchain_answers

    return langchain_answers(parts.graph, parts.language_model())


def _llamaindex(parts: Parts) -> Generate:
    from evaluation.baselines.llamaindex_graph import llamaindex_answers

    return llamaindex_answers(parts.graph, parts.language_model(), parts.encoder)


_ANSWERING: Mapping[str, Callable[[Parts], Ask]] = {"kgqa": _kgqa, "dense facts": _facts, GOLD_ENTITY: _cosine}
_WRITING: Mapping[str, Callable[[Parts], Generate]] = {"LangChain": _langchain, "LlamaIndex": _llamaindex}
SYSTEMS = (*_ANSWERING, *_WRITING)


def sampled(one: BaselineSet, settings: BaselineSettings) -> QuestionSet:
    """The questions of a set that every system is asked."""
    questions = QuestionSet.read(located(one.questions), split=one.split).without_gold(one.gold_unusable)
    fitting = [
        question.id
        for question in questions.questions
        if (not one.language or question.language == one.language)
        and (not one.hops or (question.id in questions.gold and questions.gold[question.id].hops == one.hops))
    ]
    drawn = random.Random(settings.seed)  # noqa: S311 - a sample, not a secret
    return questions.only(drawn.sample(fitting, min(settings.sample, len(fitting))))


def measure(system: str, parts: Parts, settings: BaselineSettings) -> dict[str, Any]:
    """Ask one system the questions of one set."""
    asked = sampled(parts.one, settings)
    linking = Linking.GOLD if system == GOLD_ENTITY else Linking.OWN
    setting = Setting(name=system, linking=linking, seed=settings.seed, config=asdict(parts.one))
    start = time.perf_counter()
    if system in _ANSWERING:
        answer, text_system = _ANSWERING[system](parts), None
    else:
        text_system = TextSystem(_WRITING[system](parts), ValueReader(parts.graph))
        answer = _asking(text_system)
    opened = time.perf_counter()
    predictions = answer(asked)
    report = score(predictions, asked, replace(setting, seconds=time.perf_counter() - opened))
    found = {"report": report.to_json(), "peak_mb": peak_mb(), "opening_seconds": opened - start}
    return {**found, **_written(text_system, asked, predictions, setting)} if text_system else found


def _asking(system: TextSystem) -> Ask:
    return lambda asked: run(system, asked.questions)


def _written(
    system: TextSystem, asked: QuestionSet, predictions: Sequence[Prediction], setting: Setting
) -> dict[str, Any]:
    """The texts of a run, and its scores when they are read strictly."""
    said = {question.id: system.said[question.text] for question in asked.questions if question.text in system.said}
    strict = [
        replace(prediction, values=tuple(map(predicted_value, said[prediction.id].strict)))
        for prediction in predictions
        if prediction.id in said
    ]
    report: Report = score(strict, asked, setting)
    return {
        "strict": {name: interval.mean for name, interval in report.overall.items()},
        "texts": {question: one.text for question, one in said.items()},
    }


def main(system: str, sets: Sequence[str]) -> dict[str, Any]:
    """Ask one system the questions of the named sets."""
    settings = baseline_settings()
    model: list[Any] = []

    def language_model() -> Any:
        from evaluation.baselines.local_model import LocalModel

        if not model:
            model.append(LocalModel(threads=settings.threads, new_tokens=settings.new_tokens))
        return model[0]

    chosen = [one for one in settings.sets if one.name in sets]
    return {one.name: measure(system, Parts(one, language_model), settings) for one in chosen}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], sys.argv[2:])))
