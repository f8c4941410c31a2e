"""Plain questions for something that no relation of the graph is called: "what is the PRICE of gold" over elements."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from kgqa.retrieval.contract import Candidate, strength
from kgqa.retrieval.cues import find_asked_attributes, find_asked_outright, find_asked_relations
from kgqa.retrieval.question import QuestionView, is_light
from kgqa.retrieval.relations import RelationMatcher
from kgqa.types import Link

STRANGE = 0.4
"""What every candidate costs there."""
_ALIKE = 0.5
"""The match from which on a noun may mean a relation: "mass" and "atomic weight" have 0.70, "tongue" and "official
language" 0.51; "price" and "atomic weight" 0.46, "president" and "sovereign state" 0.48."""
_MEANT = 0.6
"""The match of what a noun usually means ("subordinates": reports to) from which on a relation is called so."""
_SURE = 0.9
_NAME = "\N{OBJECT REPLACEMENT CHARACTER}"
_ASKS = re.compile(
    r"^\W*(?:(?:what|who|which)(?:'s|’s|\s+[a-z]+)\s+)?(?:the\s+)?"
    rf"(?:(?P<noun>[a-z][a-z-]*(?: [a-z][a-z-]*){{0,2}}?)\s+of\s+(?:the\s+)?{_NAME}"
    rf"|{_NAME}['’]s\s+(?P<own>[a-z][a-z-]*(?: [a-z-]+)?))\W*$",
    re.I,
)


class AskedNouns:
    """Holds the noun of a plain question against the names of all relations.

    matcher : of a graph with an encoder whose cosines are not stretched; else only words that mean one thing tell.
    """

    def __init__(self, matcher: RelationMatcher) -> None:
        self._matcher = matcher

    def charged(self, view: QuestionView, links: Sequence[Link], candidates: Sequence[Candidate]) -> list[Candidate]:
        """The candidates, all charged where the question asks a thing for what no relation is like."""
        if not all(map(self._matcher.has_name, find_asked_outright(view.text))):
            return _strange(candidates)
        noun = None if self._matcher.stretches else _noun(view, links)
        if noun is None or self._is_known(noun, view):
            return list(candidates)
        return _strange(candidates)

    def _is_known(self, noun: str, view: QuestionView) -> bool:
        """Whether a noun is like the name of a relation, or is one that is known to mean one by another name."""
        if float(self._matcher.alike([noun, noun.rsplit(maxsplit=1)[-1]]).max(initial=0.0)) >= _ALIKE:
            return True
        cues = (*find_asked_attributes(view.text), *find_asked_relations(view.text))
        return any(
            view.text[cue.start : cue.end].casefold() in noun.casefold()
            and float(self._matcher.usual(cue.hints).max(initial=0.0)) >= _MEANT
            for cue in cues
        )


def _strange(candidates: Sequence[Candidate]) -> list[Candidate]:
    return [replace(c, alignment=c.alignment - STRANGE, astray=True) for c in candidates]


def _noun(view: QuestionView, links: Sequence[Link]) -> str | None:
    """What a question that says nothing else asks one thing for: "motto" in "what is the motto of Canada"."""
    sure = [link.mention for link in links if strength(link) >= _SURE]
    for mention in sure:
        match = _ASKS.match(view.text[: mention.start] + _NAME + view.text[mention.end :])
        noun = match and (match["noun"] or match["own"])
        if noun and not is_light(noun.split()[0].casefold()):
            return str(noun)
    return None
