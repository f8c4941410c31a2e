"""WebQSP: `{"Questions": [{"QuestionId", "RawQuestion", "Parses": [...]}]}` over Freebase.

A parse is taken whose annotators call the question "Good" and the parse "Complete"; one without their comment is
taken too. The answers and topics of all taken parses are joined; path, hops and SPARQL are the first one's. A question
without such a parse has no gold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kgqa.evaluation.convert.original import Asked, Entry, Original
from kgqa.graph import KnowledgeGraph
from kgqa.types import AnswerKind

_NAMESPACE = "http://rdf.freebase.com/ns/"
Naming = Callable[[str, str], str]


def read(original: Original) -> Iterator[Asked]:
    """The questions in file order."""
    naming = _naming(original.graph)
    differing = ungraded = 0
    for entry in original.entries("Questions"):
        for asked, sets in original.take(_question, entry, naming):
            differing += sets > 1
            ungraded += asked.answers is None
            yield asked
    original.note(ungraded, 'without a "Complete" parse of a "Good" question, which have no gold')
    original.note(differing, "whose parses have different answers, and whose gold is their union")


def _naming(graph: KnowledgeGraph | None) -> Naming:
    """How mid and name become one gold text: as the graph has it, or the mid without a graph."""

    def named(mid: str, name: str) -> str:
        if graph is None:
            return mid or name
        known = next((form for form in (mid, _NAMESPACE + mid) if mid and graph.find(form) >= 0), "")
        return known or name or mid

    return named


def _question(entry: Entry, naming: Naming) -> tuple[Asked, int]:
    """The question, and how many different answer sets its parses have."""
    parses = [parse for parse in entry.children("Parses") if _is_graded(parse)]
    sets = [_answers(parse, naming) for parse in parses]
    chain = parses[0].texts("InferentialChain") if parses else ()
    asked = Asked(
        where=entry.where,
        id=entry.scalar("QuestionId"),
        question=entry.scalar("RawQuestion"),
        answers=tuple(dict.fromkeys(a for answers in sets for a in answers)) if parses else None,
        kind=_kind([answer for parse in parses for answer in parse.children("Answers")]),
        topic=tuple(filter(None, (_topic(parse, naming) for parse in parses))),
        hops=len(chain) or None,
        language="en",
        path=chain,
        sparql=parses[0].text("Sparql") if parses else "",
    )
    return asked, len({frozenset(answers) for answers in sets})


def _is_graded(parse: Entry) -> bool:
    comment = parse.child("AnnotatorComment")
    quality = (comment.text("QuestionQuality") or "Good", comment.text("ParseQuality") or "Complete")
    return quality == ("Good", "Complete")


def _topic(parse: Entry, naming: Naming) -> str:
    return naming(parse.text("TopicEntityMid"), parse.text("TopicEntityName"))


def _answers(parse: Entry, naming: Naming) -> tuple[str, ...]:
    return tuple(_answer(answer, naming) for answer in parse.children("Answers"))


def _answer(answer: Entry, naming: Naming) -> str:
    argument = answer.scalar("AnswerArgument")
    return naming(argument, answer.text("EntityName")) if answer.text("AnswerType") == "Entity" else argument


def _kind(answers: list[Entry]) -> AnswerKind | None:
    types = {answer.text("AnswerType") for answer in answers}
    kinds = {"Entity": AnswerKind.ENTITIES, "Value": AnswerKind.LITERALS}
    return kinds.get(types.pop()) if len(types) == 1 else None
