"""QALD (6 to 10, and 9-plus): a question in several languages, its SPARQL, its answers as SPARQL results in JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from kgqa.errors import QuestionsFileError
from kgqa.evaluation.convert.original import Asked, Entry, Original
from kgqa.evaluation.convert.results import results_of
from kgqa.evaluation.convert.sparql import entities_of_query, kind_of_query
from kgqa.types import AnswerKind


@dataclass(slots=True)
class _Counts:
    """Languages of the file, questions in none of the chosen ones, and questions with a blank text."""

    languages: set[str] = field(default_factory=set)
    untold: int = 0
    blank: int = 0


def read(original: Original) -> Iterator[Asked]:
    """One record for each question and language, `ID-LANGUAGE`; the second wording in a language is `ID-LANGUAGE-2`."""
    wanted = tuple(map(tag, original.languages))
    counts = _Counts()
    for entry in original.entries("questions"):
        for questions in original.take(_questions, entry, wanted, counts):
            yield from questions
    if missing := [language for language in wanted if not any(_matches(t, [language]) for t in counts.languages)]:
        raise QuestionsFileError(
            f"{original.path} has no question in {', '.join(missing)}; expected some of: "
            f"{', '.join(sorted(counts.languages)) or 'none there'}"
        )
    original.note(counts.blank, "whose text in some language is blank, and left out there")
    original.note(counts.untold, f"left out, being in none of the languages {', '.join(wanted)}")


def tag(language: str) -> str:
    """A language as a BCP 47 tag in lower case: QALD writes hi_IN and zh-cn."""
    return language.strip().replace("_", "-").lower()


def _matches(language: str, wanted: Iterable[str]) -> bool:
    # Basic filtering of RFC 4647: "zh" takes "zh-cn" as well.
    return any(language == one or language.startswith(one + "-") for one in wanted)


def _questions(entry: Entry, wanted: Sequence[str], counts: _Counts) -> list[Asked]:
    wordings = [(tag(one.scalar("language")), one.text("string")) for one in entry.children("question")]
    told = [(language, text) for language, text in wordings if text]
    if not told:
        raise entry.error("'question' has no text in any language; expected [{'language': ..., 'string': ...}]")
    counts.languages.update(language for language, _ in told)
    counts.blank += len(told) < len(wordings)
    chosen = [(language, text) for language, text in told if not wanted or _matches(language, wanted)]
    counts.untold += not chosen
    gold = _gold(entry)
    seen: Counter[str] = Counter()
    asked = []
    for language, text in chosen:
        seen[language] += 1
        again = f"-{seen[language]}" if seen[language] > 1 else ""
        asked.append(replace(gold, id=f"{gold.id}-{language}{again}", question=text, language=language))
    return asked


def _gold(entry: Entry) -> Asked:
    sparql = entry.child("query").text("sparql")
    results = results_of(entry.children("answers"), sparql)
    return Asked(
        where=entry.where,
        id=entry.scalar("id"),
        question="",
        answers=results.answers if results else None,
        kind=results.kind if results else kind_of_query(sparql),
        topic=entities_of_query(sparql),
        tags=_tags(entry),
        sparql=sparql,
    )


def _tags(entry: Entry) -> tuple[str, ...]:
    kind = entry.text("answertype")
    flags = (name for name in ("aggregation", "hybrid") if str(entry.data.get(name)).lower() == "true")
    return (*([kind] if kind and kind != AnswerKind.BOOLEAN.value else []), *flags)
