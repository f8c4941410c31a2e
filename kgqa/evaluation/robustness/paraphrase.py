"""Other words for the same question, by templates: frames around it, and rewrites that keep its meaning."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass

from kgqa.evaluation.robustness.contract import Case, Scene, Skipped
from kgqa.text import Language, guess_language

_END = re.compile(r"[\s?？.。]*$")
_NO_TEMPLATE = Skipped("no template fits it")
_NO_LANGUAGE = Skipped("there are templates for English and Chinese only")

# {q} : the question. {l} : the same, its first word in small letters. {s} : without the mark at its end.
_FRAMES = (
    "Tell me: {q}",
    "I'd like to know: {q}",
    "Can you tell me this: {q}",
    "Please answer this question: {q}",
    "Quick question: {q}",
    "{s}, please?",
    "Hi there! {q}",
    "I was wondering, {l}",
    "Could you look this up for me: {q}",
    "I need to know {l}",
)
_CHINESE_FRAMES = (
    "请问{q}",
    "请问，{q}",
    "我想知道：{q}",
    "你能告诉我吗：{q}",
    "麻烦问一下，{q}",
    "想请教一下，{q}",
    "{q}谢谢！",
    "帮我查一下：{q}",
)


@dataclass(frozen=True)
class Template:
    """A rewrite. pattern : of the whole text, without the mark at its end. result : `re` replacement or a function.

    name : the group that must be a name of the question and nothing else, or "".
    """

    pattern: re.Pattern[str]
    result: str | Callable[[re.Match[str]], str]
    name: str = ""

    def rewrite(self, text: str, names: frozenset[str]) -> str | None:
        """The text in other words, or None where the template does not fit."""
        match = self.pattern.fullmatch(text)
        if match is None or (self.name and match[self.name] not in names):
            return None
        return match.expand(self.result) if isinstance(self.result, str) else self.result(match)


def _english(pattern: str, result: str | Callable[[re.Match[str]], str], name: str = "") -> Template:
    return Template(re.compile(pattern, re.IGNORECASE), result, name)


_PARTICIPLES = {
    "discovered": "discovered",
    "directed": "directed",
    "founded": "founded",
    "wrote": "written",
    "produced": "produced",
    "invented": "invented",
}
_PLURALS = "countries|cities|languages|currencies|organisations|elements|metals|films|movies|actors|people|territories"
_SINGULARS = "country|city|language|currency|organisation|element|metal|film|movie|actor|person"
_VERBS = (
    r"(?:are|is) (?:in|on|at|there in|members? of|official in|named after)|"
    r"(?:were|was) (?:the|\w+ed|found|written|born)\b|has|have|borders?|uses?|"
    r"belongs? to|starred|directed|wrote|acted|share|lie|lies|melt|touch|introduced"
)


def _by_whom(match: re.Match[str]) -> str:
    return f"{match['name']} was {_PARTICIPLES[match['verb'].lower()]} by whom?"


def _asked_last(match: re.Match[str]) -> str:
    return f"{match['name']}'s {match['what']} {match['verb'].lower()} {match['asked'].lower()}?"


# A question that ends in "... directed by" asks by a word that the rewrite would lose.
_DONE = "".join(f"(?<! {word})" for word in ("by", "in", "of", "on", "at", "to", "for", "with", "from", "about"))
_TEMPLATES = (
    _english(r"(?P<asked>what|who) (?P<verb>is|was) the (?P<what>(?:(?! of ).)+) of (?P<name>.+)", _asked_last, "name"),
    _english(r"what(?: is|'s) (?P<name>.+)'s (?P<what>.+)", r"What is the \g<what> of \g<name>?", "name"),
    _english(rf"who (?P<verb>{'|'.join(_PARTICIPLES)}) (?P<name>.+)", _by_whom, "name"),
    _english(r"(?:what|who)(?: is| are|'s| was| were) (?-i:the) (.+)" + _DONE, r"Name the \1."),
    _english(rf"(?:which|what) ({_PLURALS}|{_SINGULARS}) ((?:{_VERBS}) .+)", r"Name the \1 that \2."),
    _english(r"who ((?!is|are|was|were|does|did|do\b)\w+ .+)", r"Name who \1."),
    _english(r"how many (.+) does (?P<name>.+) have", r"What is the number of \1 that \g<name> has?", "name"),
    _english(r"how many (.+) are there(.*)", r"What is the number of \1\2?"),
    _english(r"count the (.+)", r"How many \1 are there?"),
    _english(r"list (.+)", r"Give me \1."),
    _english(
        r"is (?P<name>.+?) ((?:a|an|in|next to|denser|bigger|larger|smaller|older) .+)",
        r"Is it true that \g<name> is \2?",
    ),
)
_CHINESE_NOUNS = "国家|城市|元素|金属|组织|语言|货币|电影|首都"
_CHINESE_TEMPLATES = (
    Template(re.compile("(?P<name>.+)的(?P<what>[^的]+)是(?P<asked>什么|谁)"), r"\g<asked>是\g<name>的\g<what>？"),
    Template(re.compile("(?P<asked>什么|谁)是(?P<name>.+)的(?P<what>[^的]+)"), r"\g<name>的\g<what>是\g<asked>？"),
    Template(
        re.compile("(?P<name>.+)的(?P<what>[^的]+)(?:是多少|有哪些|是哪些|在哪里|是哪里)"), r"说出\g<name>的\g<what>。"
    ),
    Template(re.compile("(?P<name>.+)是谁(?P<verb>[^的]{2})的"), r"谁\g<verb>了\g<name>？"),
    Template(re.compile(f"(?:哪些|哪个)({_CHINESE_NOUNS})(?!的)(.+)"), r"说出\2的\1。"),
)


def framed(case: Case, _: Scene, draw: random.Random) -> str | Skipped:
    """A polite or a chatty frame around the question."""
    language = guess_language(case.text)
    if language is Language.OTHER:
        return _NO_LANGUAGE
    frame = draw.choice(_CHINESE_FRAMES if language is Language.CHINESE else _FRAMES)
    first, rest = case.text[:1], case.text[1:]
    return frame.format(q=case.text, l=_small(case, first) + rest, s=_END.sub("", case.text))


def rewritten(case: Case, _: Scene, __: random.Random) -> str | Skipped:
    """The first template that fits: "What is the X of Y?" becomes "Y's X is what?"."""
    language = guess_language(case.text)
    if language is Language.OTHER:
        return _NO_LANGUAGE
    names = frozenset(form for p in case.places for form in _with_article(case.text[p.start : p.end]))
    bare = _END.sub("", case.text)
    templates = _CHINESE_TEMPLATES if language is Language.CHINESE else _TEMPLATES
    found = (template.rewrite(bare, names) for template in templates)
    text = next((text for text in found if text is not None), None)
    return _NO_TEMPLATE if text is None else text[:1].upper() + text[1:]


def _small(case: Case, first: str) -> str:
    """The first letter in small, unless a name begins there."""
    return first if any(place.start == 0 for place in case.places) else first.lower()


def _with_article(name: str) -> tuple[str, ...]:
    return (name, f"the {name}", f"The {name}")
