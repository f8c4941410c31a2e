"""A whole evaluation: ask, find out what went wrong, score, report."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

from kgqa.errors import ConfigError, QuestionsFileError
from kgqa.evaluation.attribution import diagnose
from kgqa.evaluation.compare import PredictedRun
from kgqa.evaluation.diagnosis import Diagnosis
from kgqa.evaluation.line_log import LineLog
from kgqa.evaluation.matching import Matching
from kgqa.evaluation.predictions import Prediction
from kgqa.evaluation.provenance import git_commit, graph_digest, package_version, peak_mb
from kgqa.evaluation.questions import LinkedQuestion, QuestionSet
from kgqa.evaluation.rendering import to_html, to_markdown
from kgqa.evaluation.report import Linking, Report, Setting, Split, score
from kgqa.evaluation.runner import answer_all, predict
from kgqa.evaluation.workers import answer_in_parallel
from kgqa.system import KGQA, Progress

QUESTIONS, PREDICTIONS, DIAGNOSES = "questions.jsonl", "predictions.jsonl", "diagnoses.jsonl"
REPORTS = ("report.json", "report.md", "report.html")


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """How to evaluate.

    gold_links : give the system the gold entities; questions without them are left out of the run and counted.
    limit : ask at most so many questions, drawn with `seed`; 0 asks all. workers : processes that answer.
    matching : when a value is right. splits : by what the report is divided. diagnose : find the stage that lost each
    wrong answer, which reads every question a second time. name : of the run, shown in the report.
    """

    gold_links: bool = False
    limit: int = 0
    workers: int = 1
    seed: int = 0
    matching: Matching = Matching.STRICT
    splits: tuple[Split, ...] = tuple(Split)
    diagnose: bool = True
    name: str = "kgqa"

    def __post_init__(self) -> None:
        for field, least in (("limit", 0), ("workers", 1)):
            if getattr(self, field) < least:
                raise ConfigError(f"{field!r} is {getattr(self, field)}; expected {least} or more")


def evaluate(
    system: KGQA,
    questions: QuestionSet | Path | str,
    options: Options | None = None,
    *,
    directory: Path | str | None = None,
    on_progress: Progress | None = None,
) -> Report:
    """Ask a system every question of a set and score what it says.

    questions : a set, or the path of a JSON Lines file. directory : where questions, predictions, diagnoses and reports
    are written; a run that was killed goes on there. on_progress : called with (stage, done, total).
    Errors : QuestionsFileError for a malformed set, or a directory that holds another run.
    """
    options = options or Options()
    asked = _asked(questions, options)
    folder = Path(directory) if directory is not None else None
    report_progress = on_progress or _silent
    start = time.perf_counter()
    predictions = _predict(system, asked, options, folder, partial(report_progress, "questions"))
    setting = Setting(
        name=options.name,
        linking=Linking.GOLD if options.gold_links else Linking.OWN,
        matching=options.matching,
        seed=options.seed,
        seconds=time.perf_counter() - start,
        workers=options.workers,
        peak_mb=peak_mb() if options.workers == 1 else None,
        config={**asdict(system.config), "evaluation": _plain(options)},
    )
    found: Sequence[Diagnosis] = ()
    if options.diagnose:
        path = folder / DIAGNOSES if folder else None
        progress = partial(report_progress, "diagnosis")
        found = diagnose(system, predictions, asked, setting=setting, path=path, on_progress=progress)
    report = score(predictions, asked, setting, diagnoses=found, splits=options.splits)
    if folder:
        asked.write(folder / QUESTIONS)
        write_report(report, folder)
    return report


def read_run(directory: Path | str) -> tuple[PredictedRun, QuestionSet, Matching]:
    """Read what `evaluate` left in a directory: the run, its questions, and how it was matched.

    Errors : QuestionsFileError if the directory holds no finished run, or a file is damaged.
    """
    folder = Path(directory)
    setting = _setting(folder)
    run = PredictedRun.read(folder / PREDICTIONS, linking=Linking(setting["linking"]))
    path = folder / DIAGNOSES
    found = LineLog.whole(path, read=Diagnosis.from_json, what="diagnosis") if path.exists() else ()
    named = replace(run, name=str(folder), diagnoses=found)
    return named, QuestionSet.read(folder / QUESTIONS), Matching(setting["matching"])


def _setting(folder: Path) -> Mapping[str, str]:
    try:
        report: Mapping[str, Mapping[str, str]] = json.loads((folder / REPORTS[0]).read_text(encoding="utf-8"))
        return report["setting"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise QuestionsFileError(
            f"{str(folder)!r} holds no finished run ({type(error).__name__}: {error}); "
            "expected a directory that `kgqa evaluate` wrote. Evaluate again into it"
        ) from error


def write_report(report: Report, folder: Path) -> tuple[Path, ...]:
    """Write a report as JSON, Markdown and HTML; the paths, in that order."""
    texts = (
        json.dumps(report.to_json(), indent=1, ensure_ascii=False, allow_nan=False) + "\n",
        to_markdown(report),
        to_html(report),
    )
    folder.mkdir(parents=True, exist_ok=True)
    paths = tuple(folder / name for name in REPORTS)
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text, encoding="utf-8", errors="backslashreplace")
    return paths


def _asked(questions: QuestionSet | Path | str, options: Options) -> QuestionSet:
    read = questions if isinstance(questions, QuestionSet) else QuestionSet.read(questions)
    if options.gold_links:
        read = read.only(linked.question.id for linked in read.linked())
        if not read.questions:
            raise QuestionsFileError(
                "no question has gold entities ('topic'), which a run with gold links needs; run it without"
            )
    return read.draw(options.limit, options.seed) if options.limit else read


def _predict(
    system: KGQA, asked: QuestionSet, options: Options, folder: Path | None, on_progress: Callable[[int, int], None]
) -> list[Prediction]:
    linked = options.gold_links
    topics = {one.question.id: one.topic for one in asked.linked()} if linked else {}
    given = [LinkedQuestion(question, topics.get(question.id, ())) for question in asked.questions]
    if options.workers > 1:
        answer = partial(answer_in_parallel, system, workers=options.workers, linked=linked)
    else:
        answer = partial(_in_turn, system, linked=linked)
    path = folder / PREDICTIONS if folder else None
    return answer_all(answer, given, run_name(system, linked=linked), path, on_progress)


def _in_turn(system: KGQA, asked: Iterable[LinkedQuestion], *, linked: bool) -> Iterator[Prediction]:
    for one in asked:
        ask = partial(system.ask_linked, topic=one.topic) if linked else system.ask
        yield predict(one.question.id, partial(ask, one.question.text))


def run_name(system: KGQA, *, linked: bool) -> str:
    """What a file of predictions belongs to: version, commit, graph, settings and who linked."""
    settings = hashlib.sha256(json.dumps(asdict(system.config), sort_keys=True).encode()).hexdigest()[:16]
    code, links = f"{package_version('kgqa')} ({git_commit()})", "gold links" if linked else "own links"
    return f"kgqa {code}, graph {graph_digest(system.graph)}, settings {settings}, {links}"


def _plain(options: Options) -> dict[str, object]:
    named = {**asdict(options), "matching": options.matching.value}
    return {**named, "splits": [split.value for split in options.splits]}


def _silent(stage: str, done: int, total: int) -> None:
    """No progress is shown."""
