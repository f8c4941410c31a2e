"""Ask before and after every attack, and compare."""

from __future__ import annotations

import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from kgqa.evaluation.matching import Matching, PredictedValue, match
from kgqa.evaluation.metrics import Marked, MarkedRun, Metric
from kgqa.evaluation.metrics.answers import F1, HITS_AT_1
from kgqa.evaluation.predictions import FAILED, Prediction
from kgqa.evaluation.provenance import Provenance
from kgqa.evaluation.questions import Gold, Question, QuestionSet
from kgqa.evaluation.report import Setting
from kgqa.evaluation.resampling import Scores, paired
from kgqa.evaluation.robustness.attacks import ATTACKS
from kgqa.evaluation.robustness.contract import Attack, Attackable, Attacked, Case, Scene, Variant
from kgqa.evaluation.robustness.names import NameTable, Place, linked_places
from kgqa.evaluation.robustness.report import AttackResult, Crash, Example, RobustnessReport
from kgqa.evaluation.runner import attempt
from kgqa.graph import KnowledgeGraph
from kgqa.text import guess_language
from kgqa.types import NodeKind

Progress = Callable[[str, int, int], None]
"""Called with (what is asked, questions done, questions in all)."""

MOST_EXAMPLES = 10
_SHOWN_VALUES = 5
_METRICS: tuple[Metric, ...] = (HITS_AT_1, F1)
_BEFORE = "before"
_LEAST_LINK = 0.5


@dataclass(frozen=True, slots=True)
class Outcome:
    """A prediction, and the crash in its place if there was one."""

    prediction: Prediction
    crash: Crash | None = None


def assess(
    system: Attackable,
    questions: QuestionSet,
    *,
    attacks: Sequence[Attack] = ATTACKS,
    seed: int = 0,
    name: str = "kgqa",
    on_progress: Progress | None = None,
) -> RobustnessReport:
    """Measure how much of a system's accuracy is left after each attack.

    questions : those without gold are counted and not asked. Gold answers and entities build the attacks; the system
        sees the attacked question and graph alone. seed : of every draw and of the intervals. name : of the run.
    An error other than InputError is a crash: it is counted and shown, and scores 0.
    """
    start = time.perf_counter()
    report = on_progress or _silent
    asked = questions.only(questions.gold)
    before = _ask_all(system, [(q, q.text) for q in asked.questions], _BEFORE, report)
    scene = Scene(system, NameTable.from_graph(system.graph), seed)
    cases = _cases(scene, asked, before)
    results = tuple(_attack(one, scene, cases, report) for one in attacks)
    base = {
        m.name: _mean(_scores(m, [(case.question, case.before, case.gold.answers) for case in cases]).tolist())
        for m in _METRICS
    }
    return RobustnessReport(
        Setting(name=name, seed=seed, seconds=time.perf_counter() - start, config=asdict(system.config)),
        Provenance.here(),
        questions=len(cases),
        without_gold=len(questions) - len(cases),
        baseline=base,
        crashes=tuple(one.crash for one in before if one.crash),
        attacks=results,
    )


# -- cases --------------------------------------------------------------------------------------


def _cases(scene: Scene, questions: QuestionSet, before: Sequence[Outcome]) -> tuple[Case, ...]:
    """Every question with where its names stand: by gold entities, or by links in a set that names none."""
    gold = questions.gold
    named = any(one.topic for one in gold.values())
    found = []
    for question, outcome in zip(questions.questions, before, strict=True):
        one = gold[question.id]
        places, unplaced = scene.names.places(question.text, one.topic) if named else (_linked(scene, question), ())
        right = marked(question, outcome.prediction, one.answers).right
        found.append(Case(question, one, outcome.prediction, right, places, unplaced))
    return tuple(found)


def _linked(scene: Scene, question: Question) -> tuple[Place, ...]:
    """Where the system sees entities; none for a question that it refuses or can't link."""
    try:
        links = scene.system.link(question.text)
    except Exception:  # the same question crashed before, and is shown there
        return ()
    best = max((link.score for link in links), default=0.0)
    graph = scene.graph
    return linked_places([x for x in links if x.score >= _LEAST_LINK * best and _is_entity(graph, x.node)])


def _is_entity(graph: KnowledgeGraph, node: int) -> bool:
    return graph.kind(node) is NodeKind.ENTITY and node not in graph.classes and node not in graph.arrays.relations


# -- asking -------------------------------------------------------------------------------------


def _ask_all(
    system: Attackable | Crash, texts: Sequence[tuple[Question, str]], what: str, report: Progress
) -> list[Outcome]:
    outcomes = []
    for done, (question, text) in enumerate(texts, 1):
        outcomes.append(_ask(system, replace(question, text=text)))
        report(what, done, len(texts))
    return outcomes


def _ask(system: Attackable | Crash, question: Question) -> Outcome:
    if isinstance(system, Crash):
        return _crashed(question, system)
    try:
        return Outcome(attempt(question.id, lambda: system.ask(question.text)))
    except Exception as error:  # what the suite is there to find
        return _crashed(question, _crash(error))


def _crashed(question: Question, crash: Crash) -> Outcome:
    error = f"crashed: {crash.error}"
    return Outcome(Prediction(question.id, FAILED, error=error), replace(crash, id=question.id, text=question.text))


def _crash(error: Exception) -> Crash:
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return Crash("", "", f"{type(error).__name__}: {error}", where)


def _changed(system: Attackable, attacked: Attacked) -> Attackable | Crash:
    """The system over the changed graph; where it can't be made, every question of the attack crashes."""
    if not attacked.changes_graph:
        return system
    try:
        return system.with_changes(attacked.add, attacked.remove)
    except Exception as error:  # what the suite is there to find
        return _crash(error)


# -- comparing ----------------------------------------------------------------------------------


def _attack(attack: Attack, scene: Scene, cases: Sequence[Case], report: Progress) -> AttackResult:
    attacked = attack.apply(scene, cases)
    variants = attacked.variants
    system = _changed(scene.system, attacked) if variants else scene.system
    outcomes = _ask_all(system, [(v.case.question, v.text) for v in variants], attack.name, report)
    if attacked.changes_graph:
        outcomes = [_under_old_names(one, v, scene.graph) for one, v in zip(outcomes, variants, strict=True)]
    scores = {m: _before_and_after(m, variants, outcomes) for m in _METRICS}
    lost = scores[F1][1] - scores[F1][0]
    pairs = list(zip(variants, outcomes, strict=True))
    return AttackResult(
        attack=attack.name,
        about=attack.about,
        applicable=len(variants),
        not_applicable=dict(Counter(one.reason for one in attacked.skipped.values())),
        scores={m.name: paired(*both, seed=scene.seed) for m, both in scores.items()},
        changed=sum(_values(v.case.before) != _values(one.prediction) for v, one in pairs),
        silent=sum(not one.prediction.values for one in outcomes),
        refused=sum(bool(one.prediction.error) and one.crash is None for one in outcomes),
        crashed=sum(one.crash is not None for one in outcomes),
        added=len(attacked.add),
        removed=len(attacked.remove),
        worse=int((lost < 0).sum()),
        better=int((lost > 0).sum()),
        examples=tuple(_example(*pairs[i]) for i in np.flatnonzero(lost < 0)[:MOST_EXAMPLES].tolist()),
        crashes=tuple(one.crash for one in outcomes if one.crash)[:MOST_EXAMPLES],
    )


def _under_old_names(outcome: Outcome, variant: Variant, graph: KnowledgeGraph) -> Outcome:
    """Values of nodes under the labels that they had, so that gold given by label still finds them."""
    language = guess_language(variant.case.text).value

    def old(value: PredictedValue) -> PredictedValue:
        node = graph.find(value.id) if value.id else -1
        return replace(value, label=graph.label(node, language)) if node >= 0 else value

    values = tuple(map(old, outcome.prediction.values))
    return replace(outcome, prediction=replace(outcome.prediction, values=values))


def _before_and_after(
    metric: Metric, variants: Sequence[Variant], outcomes: Sequence[Outcome]
) -> tuple[Scores, Scores]:
    before = [(v.case.question, v.case.before, v.case.gold.answers) for v in variants]
    after = [(v.case.question, one.prediction, v.answers) for v, one in zip(variants, outcomes, strict=True)]
    return _scores(metric, before), _scores(metric, after)


def _scores(metric: Metric, answered: Sequence[tuple[Question, Prediction, tuple[str, ...]]]) -> Scores:
    """What each question scores by the rules of a scored run: float64 [questions]."""
    return metric.column(MarkedRun(cases=[marked(*one) for one in answered]))


def marked(question: Question, prediction: Prediction, answers: tuple[str, ...]) -> Marked:
    """A prediction beside the answers that are right now, ids or labels."""
    hits = match(prediction.values, answers, Matching.STRICT)
    return Marked(question=question, gold=Gold(answers), prediction=prediction, hits=hits)


def _values(prediction: Prediction) -> frozenset[str]:
    return frozenset(value.id or value.value for value in prediction.values)


def _example(variant: Variant, outcome: Outcome) -> Example:
    case = variant.case
    shown = (_shown(case.before), _shown(outcome.prediction))
    return Example(case.question.id, case.text, variant.text, case.gold.answers[:_SHOWN_VALUES], *shown)


def _shown(prediction: Prediction) -> tuple[str, ...]:
    values = [value.label or value.value for value in prediction.values]
    more = [f"and {len(values) - _SHOWN_VALUES} more"] if len(values) > _SHOWN_VALUES else []
    reason = prediction.error or (f"no answer ({prediction.abstained})" if prediction.abstained else "")
    return (*values[:_SHOWN_VALUES], *more) or ((reason,) if reason else ())


def _mean(scores: Sequence[float]) -> float:
    return float(np.mean(scores)) if scores else float("nan")


def _silent(_: str, __: int, ___: int) -> None:
    return None
