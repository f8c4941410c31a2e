"""A question as retrieval reads it: words, phrases, cues, and the order of phrases seen from a mention."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kgqa.text.language import Language, guess_language
from kgqa.text.stopwords import is_stop
from kgqa.types import Mention

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"['’]s\b|[{_HAN}]|[^\W_{_HAN}]+(?:[-.][^\W_{_HAN}]+)*")
_IS_HAN = re.compile(f"[{_HAN}]")
_POSSESSIVE = ("'s", "’s", "的", "之")
_SPEAKING = frozenset(("kind", "kinds", "type", "last", "name", "many", "much", "most"))
_TAIL_WORDS = frozenset(("by", "in", "of", "on", "at", "for", "to", "from", "with"))
_SHARING = re.compile(
    r"\b(also|same|(?:shares?|shared|sharing)(?! (?:(?:a|its|their|the) )?(?:common )?borders?\b)|both|common"
    r"|other(?! hal(?:f|ves)\b)|together)\b|\bco-|相同|同样|同一|一样|共同|其他|其它|另外|还",
    re.I,
)
_OPERATORS = re.compile(
    r"\b(most|least|fewest|more|less|fewer|than|first|second|third|last|earliest|latest|oldest|newest|youngest)\b"
    r"|\b(above|below|over|under|before|after|between|without|not|except|neither|nor|never|both|only|or)\b"
    r"|\b(larg|bigg|small|high|low|long|short|old|deep|tall|heavi|light|dens|fast|near|rich|great)e(st|r)\b"
    r"|最|超过|多于|少于|大于|小于|高于|低于|之前|之后|以前|以后|以上|以下|不|没有|没|除了|除|比|还是|更|第[一二三四五六七八九十]",
    re.I,
)
_CHOICE = re.compile(
    r"\bor\b|\b(of|between)\b.{1,60}\band\b.{1,60}\b(which|who)\b|\b(which|who) of\b|还是|[和跟与同].{1,20}(哪|谁)",
    re.I,
)
_HAN_PARTICLES = frozenset(
    "的了吗呢吧啊呀是在有和与及或也就被把对从到向给让之这那哪谁何几些我你您他她它们很请问么什怎多少"
)
_MOST_WORDS = 3
_MOST_HAN = 4
_LONGEST = 60
_FAR = 1_000


_HEAD = re.compile(
    r"((\b(which|what|what's|how many|number of|list|name|give|show|find)\b"
    r"( is| are| was| were)?( me| us)?( all)?( of)?( the)?"
    r"|\b(is|are|was|were) there( an?| any| some| no)?|\bdo(es)? any)\s+"
    r"((?!(of|in|on|at|for|to|by|from|with|that|which|whose|the|a|an)\b)[\w-]+\s+){0,2}"
    r"|^\s*(all )?(the )?((?!(of|in|on|at|for|to|by|from|with|that|which|who|whose|what|where|when|how|is|are|was|were"
    r"|do|does|did|the|a|an|any)\b)[\w-]+\s+)?"
    r"|(哪些|哪个|哪一?[个座种条家位]|多少[个种座条]?|几[个种座条])\S{0,2}|(有没有|是否有|是否存在)\S{0,2})$",
    re.I,
)
_COMPOUND = re.compile(
    r"\s+[a-z]+s\s+(?:are|were|have|had|do|did|lie|with|that|which|who|whose|located|over|above|below|under)\b", re.I
)
"""What stands behind a class that only says more of the noun asked for: "which STATE capitals are ..."."""
_ASKING = re.compile(r"\b(?:which|what|whose|how many)\b", re.I)
"""What asks for something else than a class that a question opens with: "the biggest CITY is in which state"."""
_HEAD_BEFORE = re.compile(r"都?有哪[些几][个座种条家位]?[^一-鿿]*$")
"""What follows the class asked for in Chinese: 组织有哪些."""
_HEAD_LAST = re.compile(r"[^一-鿿\w]*$")


class Asked(Enum):
    """What the question word asks for."""

    ANYTHING = "anything"
    PERSON = "person"
    PLACE = "place"
    TIME = "time"
    NUMBER = "number"
    YES_NO = "yes_no"


_ASKED: tuple[tuple[Asked, re.Pattern[str]], ...] = (
    (
        Asked.NUMBER,
        re.compile(
            r"\bhow (many|much|big|large|tall|high|long|far|old|heavy|dense|populous)\b"
            r"|\bnumber of\b|多少|(?<![哪那这])几[个种位座条家部国套只台辆本张次场间件笔回户起批份趟]|有多[大高长远重]",
            re.I,
        ),
    ),
    (
        Asked.TIME,
        re.compile(
            r"\bwhen\b|\b(what|which) (year|date|day|century|time)s?\b"
            r"|什么时候|何时|哪(一)?年|几年|哪天|年份|日期",
            re.I,
        ),
    ),
    (
        Asked.YES_NO,
        re.compile(
            r"^\s*(is|are|was|were|do|does|did|has|have|had)\b|,\s*(?:no|right|correct|yes)\s*\?\s*$|[吗吧]\s*[?？]?\s*$|是否|([\u4e00-\u9fff])不\2|有没有(?!.*[哪谁几什])|(没有?|不)\s*[?？]?\s*$",
            re.I,
        ),
    ),
    (Asked.PLACE, re.compile(r"\bwhere\b|哪里|哪儿|何处|在哪", re.I)),
    (Asked.PERSON, re.compile(r"\bwho(m|se)?\b|\b(which|what) (person|people|man|men|woman|women)\b|谁|哪位", re.I)),
)
_UNITS = (
    r" (?:square |cubic |sq\.? )?(?:met(?:re|er)s|kilomet(?:re|er)s|km|miles|feet|acres|hectares|kilo(?:gram)?s"
    r"|kg|grams|tonnes|tons|pounds|lit(?:re|er)s|degrees|euros|dollars|quid)\b"
)
"""What follows "how many" where an amount is asked for, and nothing counted."""
MEASURE_WORDS = "个种位座条家部国名款道所处届套只台辆本张次场间件支把颗头匹艘架单门节副双栋幢笔回户起批份趟项样首篇轮"
_BEFORE_NUMBER = (
    "the a an what which whose total overall whole full combined exact precise actual current average mean median"
    " maximum minimum same large larger greater higher more small smaller lower fewer in by and or of is with has have"
    " having me us get give find show list tell any each every different distinct unique"
)
_NUMBER_OF = (
    r"(?:(?<![\w'’-] )|(?<=est )|" + "|".join(rf"(?<=\b{w} )" for w in _BEFORE_NUMBER.split()) + r")\bnumber of\b"
)
"""How many, and no number that another noun names: "the PHONE number of the owner"."""
COUNTING = re.compile(
    rf"\bhow many\b(?!{_UNITS})|\bhow often\b|{_NUMBER_OF}|\bcount\b"
    rf"|((?:一共|总共)有?)?(多少|(?<![哪那这好前后第])几)[{MEASURE_WORDS}]|(多少|几)人(?!口)"
    r"|有多少(?=[一-鿿])(?!人|钱|岁|度|米|公|千|天|年|月|元|块|吨|平|倍|斤|克|升|亩|分|秒|小时)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class QuestionWord:
    """A word, or one Han character: text[start:end] of the question, folded."""

    start: int
    end: int
    text: str
    han: bool


@dataclass(frozen=True, slots=True)
class Phrase:
    """A run of words that may express a relation; [first, last) are word positions."""

    first: int
    last: int
    text: str


@dataclass(frozen=True)
class QuestionView:
    """A question split into words and the phrases between its mentions."""

    text: str

    @cached_property
    def language(self) -> Language:
        """The language, by script."""
        return guess_language(self.text)

    @cached_property
    def words(self) -> tuple[QuestionWord, ...]:
        """All words in order."""
        return tuple(
            QuestionWord(m.start(), m.end(), m.group().casefold(), _IS_HAN.match(m.group()) is not None)
            for m in _WORD.finditer(self.text)
        )

    @cached_property
    def asked(self) -> Asked:
        """What the question word asks for."""
        found = next((kind for kind, pattern in _ASKED if pattern.search(self.text)), Asked.ANYTHING)
        return Asked.ANYTHING if found is Asked.YES_NO and self.choice else found

    @cached_property
    def choice(self) -> bool:
        """Whether the question offers things to choose from."""
        return _CHOICE.search(self.text) is not None

    @cached_property
    def counting(self) -> bool:
        """Whether the question asks how many."""
        return COUNTING.search(self.text) is not None

    @cached_property
    def operators(self) -> int:
        """How many words of the question ask for more than a path: superlatives, comparisons, negation, choice."""
        return len(_OPERATORS.findall(self.text))

    @cached_property
    def sharing(self) -> bool:
        """Whether the question speaks of things that have something in common ("also", "same", "other")."""
        return _SHARING.search(self.text) is not None

    def says_shared(self, mention: Mention) -> bool:
        """Whether a mention is but a word for things in common: "together"."""
        return _SHARING.fullmatch(mention.text) is not None

    def word_span(self, mention: Mention) -> tuple[int, int]:
        """The positions [first, last) of the words that a mention touches."""
        inside = [i for i, w in enumerate(self.words) if w.start < mention.end and w.end > mention.start]
        return (inside[0], inside[-1] + 1) if inside else (0, 0)

    def phrases(self, masked: Iterable[Mention]) -> tuple[Phrase, ...]:
        """The phrases that lie outside the masked mentions."""
        hidden = {i for mention in masked for i in range(*self.word_span(mention))}
        found = (p for run in self._runs(hidden) for p in self._phrases_of(run))
        return tuple(dict.fromkeys(found))[:_LONGEST]

    def without(self, masked: Iterable[Mention]) -> str:
        """What the question says besides some mentions."""
        parts, at = [], 0
        for mention in sorted(masked, key=lambda m: m.start):
            if mention.start >= at:
                parts.append(self.text[at : mention.start])
                at = mention.end
        parts.append(self.text[at:])
        joined = ("" if self.language is Language.CHINESE else " ").join(parts)
        return " ".join(joined.split())

    def content_words(self, masked: Iterable[Mention]) -> frozenset[int]:
        """The positions of words outside the mentions that carry meaning."""
        hidden = {i for mention in masked for i in range(*self.word_span(mention))}
        return frozenset(i for i, w in enumerate(self.words) if i not in hidden and not is_light(w.text))

    def type_phrases(self, phrases: Sequence[Phrase], mention: Mention) -> NDArray[np.bool_]:
        """Which phrases rather name a class than a relation, [phrases]: "which films ...", "the film X"."""
        first, _ = self.word_span(mention)
        typed = {i for i in range(len(self.words)) if self._names_class(i, first)}
        return np.array(
            [all(i in typed or is_light(self.words[i].text) for i in range(p.first, p.last)) for p in phrases],
            dtype=bool,
        )

    def crossings(self, phrases: Sequence[Phrase], mention: Mention, others: Iterable[Mention]) -> NDArray[np.float32]:
        """How many of the other mentions stand between each phrase and a mention, float32 [phrases]."""
        own = self.word_span(mention)
        spans = [self.word_span(other) for other in others if other != mention]
        return np.array(
            [sum(min(own[0], p.first) < s[0] < max(own[0], p.first) for s in spans) for p in phrases], dtype=np.float32
        )

    def order(self, phrases: Sequence[Phrase], mention: Mention) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """How far phrases stand from a mention in reading order of a relation path, (start, end), each [phrases].

        Steps near the mention come first: in "the child of X 's parent" the possessive binds tighter, so what
        follows it is nearer than anything before; elsewhere the words before the mention are nearer.
        """
        first, last = self.word_span(mention)
        right_first = last < len(self.words) and (self.words[last].text in _POSSESSIVE or self.words[last].han)
        starts, ends = [], []
        for p in phrases:
            right = p.first >= last
            near = p.first - last if right else first - p.last
            base = near + (0 if right == right_first else _FAR)
            starts.append(base)
            ends.append(base + p.last - p.first)
        return np.array(starts, dtype=np.int64), np.array(ends, dtype=np.int64)

    def _names_class(self, i: int, mention_first: int) -> bool:
        words = self.words
        if is_light(words[i].text) or i == 0:
            return False
        before = words[i - 1].text
        asked_for = before in ("which", "what")
        opening = i == 1 and before == "the" and words[i].text.endswith("s")
        apposed = i == mention_first - 1 and before in ("the", "a", "an", "of", "for", "by", "in")
        return asked_for or opening or apposed

    def _runs(self, hidden: set[int]) -> list[range]:
        runs: list[range] = []
        start = None
        for i in range(len(self.words) + 1):
            open_ = i < len(self.words) and i not in hidden and (i == 0 or start is None or self._joined(i))
            if open_ and start is None:
                start = i
            elif not open_ and start is not None:
                runs.append(range(start, i))
                start = i if i < len(self.words) and i not in hidden else None
        return runs

    def _joined(self, i: int) -> bool:
        """Whether a word goes on in the script of the one before, without punctuation between."""
        before, here = self.words[i - 1], self.words[i]
        gap = self.text[before.end : here.start]
        return before.han == here.han and not any(c in '?？!！。;；"“”' for c in gap)

    def _phrases_of(self, run: range) -> list[Phrase]:
        if self.words[run.start].han:
            return self._han_phrases(run)
        found = []
        for first in run:
            for last in range(first + 1, min(first + _MOST_WORDS, run.stop) + 1):
                head, tail = self.words[first].text, self.words[last - 1].text
                if not is_light(head) and (not is_light(tail) or tail in _TAIL_WORDS):
                    found.append(self._phrase(first, last))
        return found

    def _han_phrases(self, run: range) -> list[Phrase]:
        found = []
        for first in run:
            for last in range(first + 1, min(first + _MOST_HAN, run.stop) + 1):
                text = "".join(self.words[i].text for i in range(first, last))
                if last - first == 1 and len(run) > 1:
                    continue
                light = is_light(self.words[first].text) or is_light(self.words[last - 1].text)
                if not light and not is_stop(text):
                    found.append(self._phrase(first, last))
        return found

    def _phrase(self, first: int, last: int) -> Phrase:
        return Phrase(first, last, self.text[self.words[first].start : self.words[last - 1].end])


def asks_for(view: QuestionView, mention: Mention) -> bool:
    """Whether a question asks for things of the class that it names there: "which RIVERS ..."."""
    ahead, behind = view.text[: mention.start], view.text[mention.end :]
    if _HEAD_BEFORE.match(behind) or (ahead.endswith("的") and _HEAD_LAST.match(behind)):
        return True
    if _COMPOUND.match(behind) and not mention.text.endswith("s"):
        return False
    head = _HEAD.search(ahead)
    if head is None or behind.startswith(("'", "’", "的")):
        return False
    return head.start() > 0 or _ASKING.search(ahead) is not None or _ASKING.search(behind) is None


def is_light(word: str) -> bool:
    """Whether a word only holds others together."""
    if _IS_HAN.match(word) and len(word) == 1:
        return word in _HAN_PARTICLES
    return (is_stop(word) and word not in _SPEAKING) or word in _POSSESSIVE
