"""Which way a verb is meant, from the order of words: "who knows Ann" and "whom does Ann know", 谁认识安 and 安认识谁.

Of a relation between unlike things, the things tell; between people, only the place of the name beside the verb does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from kgqa.graph import KnowledgeGraph
from kgqa.program.algebra import Entities, Follow, Program
from kgqa.retrieval.contract import Candidate
from kgqa.retrieval.question import QuestionView
from kgqa.retrieval.relations import relation_names
from kgqa.types import Link, Mention

AGAINST = 0.5
"""What a step costs against the direction that the order of words tells."""
ALONG = 0.15
"""What a step in that direction gains, so that going against a relation costs nothing where it is asked for."""
_SAMPLE = 20
_BOTH = 0.25
"""The least share of subjects, or of objects, that are both, where no classes tell what they are."""
_LEAST_STEM = 3
_BE = frozenset(("is", "are", "was", "were", "be", "been", "being"))
_ARTICLES = frozenset(("the", "a", "an"))
_ADVERBS = frozenset(("not", "also", "ever", "still", "now", "currently", "has", "have", "had", "once", "really"))
_HOLDING = frozenset(("is", "was", "has", "had", "are"))
_IRREGULAR = {
    "knew": "know",
    "known": "know",
    "taught": "teach",
    "led": "lead",
    "wrote": "write",
    "written": "write",
    "made": "make",
    "built": "build",
    "won": "win",
    "met": "meet",
    "beat": "beat",
    "beaten": "beat",
    "bought": "buy",
    "sold": "sell",
    "chose": "choose",
    "chosen": "choose",
    "held": "hold",
    "kept": "keep",
    "fought": "fight",
    "told": "tell",
}
_BELOW = re.compile(
    r"(?:['’]s)? (?:subordinates|direct reports|reports|pupils|students|apprentices|mentees|team members|people)\b"
    r"|的?(?:手下|下面|底下|下属|下级|部下|徒弟|弟子|门生|学生|下设|下辖)",
    re.I,
)
"""What follows a name whose own place is above those asked for."""
_REPORTING = re.compile(
    r"\b(?:reports?|reporting|answers?|answering)(?: directly| straight)? to (?:the )?$|(?:向|跟着)$", re.I
)
_ABOVE = re.compile(
    r"\b(?:reports? to|superior|supervis\w+|managers?|managed by|boss|parent|teacher|taught by|mentor\w*)\b"
    r"|\bstudied under\b"
    r"|上级|上司|领导|主管|师从|师父|师傅|师承|导师|老师|隶属",
    re.I,
)
"""Relations that lead from what is below to what is above."""
_ENDINGS = ("ing", "ied", "ies", "ed", "es", "s", "e", "y")


class Directions:
    """Holds the first steps of candidates against the order of words."""

    def __init__(self, graph: KnowledgeGraph) -> None:
        self._graph = graph
        self._alike: dict[int, bool] = {}

    def charged(self, view: QuestionView, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The candidates, those charged that take a step the other way than it is said."""
        known: dict[tuple[Mention, int], bool | None] = {}
        worths = (sum(self._worths(view, c.program, c.links, known)) for c in candidates)
        return [
            replace(c, alignment=c.alignment + worth) if worth else c
            for c, worth in zip(candidates, worths, strict=True)
        ]

    def _worths(
        self,
        view: QuestionView,
        program: Program,
        links: Sequence[Link],
        known: dict[tuple[Mention, int], bool | None],
    ) -> Iterator[float]:
        for part in program.walk():
            if not isinstance(part, Follow) or not isinstance(part.source, Entities):
                continue
            for link in links:
                if part.source.nodes == (link.node,):
                    key = (link.mention, part.step.relation)
                    if key not in known:
                        both = self._goes_both_ways(link.node, part.step.relation)
                        known[key] = None if both else self._said(view, *key)
                    if known[key] is not None:
                        yield ALONG if part.step.inverse is known[key] else -AGAINST

    def _said(self, view: QuestionView, mention: Mention, relation: int) -> bool | None:
        """Whether the step from a mention along a relation is said to go against it; None where nothing tells."""
        if not self._is_alike(relation):
            return None
        for name in relation_names(self._graph, relation):
            below = _BELOW.match(view.text, mention.end) or _REPORTING.search(view.text[: mention.start])
            if below and _ABOVE.search(name):
                return True
            found = says_inverse(view, mention, name)
            if found is not None:
                return found
        return None

    def _goes_both_ways(self, node: int, relation: int) -> bool:
        """Whether a relation leads to the same things either way, as to neighbours: then no order of words matters."""
        nodes = np.array([node], dtype=np.int32)
        forward, backward = (self._graph.follow(nodes, relation, inverse=inverse) for inverse in (False, True))
        return np.array_equal(forward, backward)

    def _is_alike(self, relation: int) -> bool:
        """Whether a relation leads from things to things of one kind: by their classes, or else by what is both."""
        if relation not in self._alike:
            subjects, objects = (np.unique(side) for side in self._graph.relation_pairs(relation))
            kinds = [set(self._graph.types(side[:_SAMPLE]).tolist()) for side in (subjects, objects)]
            shared = np.intersect1d(subjects, objects, assume_unique=True)
            both = len(shared) / max(min(len(subjects), len(objects)), 1)
            self._alike[relation] = bool(kinds[0] & kinds[1]) if all(kinds) else both >= _BOTH
        return self._alike[relation]


def says_inverse(view: QuestionView, mention: Mention, name: str) -> bool | None:
    """Whether a question means a relation of some name against its direction, seen from a mention; None if unclear.

    "Who knows Ann" does, "whom does Ann know" doesn't; with "known by" for the relation's name it is the other way.
    """
    tokens = [token for token in re.split(r"[\s_]+", name.casefold()) if token]
    while tokens and tokens[0] in _HOLDING:
        tokens = tokens[1:]
    if not tokens:
        return None
    subject = _han_subject(view, mention, name) if not name.isascii() else _subject(view, mention, tokens)
    passive = tokens[-1] == "by" or name.startswith("被")
    return None if subject is None else subject is passive


def _subject(view: QuestionView, mention: Mention, tokens: list[str]) -> bool | None:
    """Whether a mention is the subject of an English verb, in the active voice; None if unclear."""
    first, last = view.word_span(mention)
    words = [word.text for word in view.words]
    verb = _stem(tokens[0])
    for at, word in enumerate(words):
        if first <= at < last or _stem(word) != verb or len(verb) < _LEAST_STEM:
            continue
        if tokens[-1] == "of" and words[at + 1 : at + 2] != ["of"]:
            continue
        if _is_passive(words, at):
            return words[first - 1] == "by" if first else False
        if at < first:
            between = words[at + 1 : first]
            return False if set(between) <= _ARTICLES | set(tokens[1:]) else None
        return True if set(words[last:at]) <= _ADVERBS | (_BE | _ARTICLES if tokens[-1] == "of" else set()) else None
    return None


def _is_passive(words: list[str], at: int) -> bool:
    participle = words[at].endswith(("ed", "en")) or words[at] in _IRREGULAR
    said = words[at + 1 : at + 2] == ["by"] or (bool(_BE & set(words[:at])) and "by" in words)
    return participle and said


def _han_subject(view: QuestionView, mention: Mention, name: str) -> bool | None:
    """Whether a mention is the subject of a Chinese verb; None if unclear."""
    text = view.text
    for match in re.finditer(re.escape(name.removeprefix("被")), text):
        if match.end() == mention.start:
            return False
        before = text[mention.end : match.start()]
        if match.start() >= mention.end and re.fullmatch(r"被.{1,6}", before):
            return False
        if match.start() == mention.end:
            return True
    return None


def _stem(word: str) -> str:
    """A verb without its endings: "manag" of "manages", "managed" and "manage"."""
    word = _IRREGULAR.get(word, word)
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _LEAST_STEM:
            return word.removesuffix(ending).removesuffix("e" if ending != "e" else "")
    return word
