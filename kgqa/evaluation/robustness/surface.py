"""How a question is written down: letter case, accents, white space, marks, emoji, and the order of its words."""

from __future__ import annotations

import random
import re
import unicodedata
from itertools import pairwise

from kgqa.evaluation.robustness.contract import Case, Scene, Skipped
from kgqa.text import Language, guess_language

_END = re.compile(r"[\s?？.。!！…]*$")
_QUESTION_MARK = re.compile(r"\s*[?？؟][\s?？؟]*$")
_ENDINGS = ("??", "?!", "???", " ?", "...", "!!!")
_CHINESE_ENDINGS = ("？？", "？！", "……", "！！！", " ？", "。。。")
_EMOJI = ("🤔", "😀", "🙏", "👀", "🤷‍♀️", "👋🏽")
# A word, or two characters of Chinese.
_CHUNK = re.compile(
    "[\u3400-\u4dbf\u4e00-\u9fff]{2}|(?<![\\w'’])[^\\W\\d_\u3400-\u4dbf\u4e00-\u9fff]+(?:['’-][^\\W\\d_]+)*"
)
_BETWEEN = re.compile(r"\s*")


def lower_case(case: Case, _: Scene, __: random.Random) -> str:
    """All letters small."""
    return case.text.lower()


def upper_case(case: Case, _: Scene, __: random.Random) -> str:
    """All letters capital."""
    return case.text.upper()


def without_accents(case: Case, _: Scene, __: random.Random) -> str:
    """Latin letters without their accents; other scripts, where a mark makes another letter, stay."""
    return "".join(map(_bare, unicodedata.normalize("NFC", case.text)))


def without_question_mark(case: Case, _: Scene, __: random.Random) -> str:
    """No mark at the end."""
    return _QUESTION_MARK.sub("", case.text)


def more_spaces(case: Case, _: Scene, draw: random.Random) -> str:
    """Blanks before and after, and one inside made three; in a text without blanks, one put between two words."""
    inner = [m.start() for m in re.finditer(" ", case.text)]
    # Without blanks, one goes to where a name begins or ends, or else to the middle.
    edges = [e for p in case.places for e in (p.start, p.end) if 0 < e < len(case.text)] or [len(case.text) // 2]
    at, blank = (draw.choice(inner), "  ") if inner else (draw.choice(edges), " ")
    return f"  {case.text[:at]}{blank}{case.text[at:]} \t"


def more_marks(case: Case, _: Scene, draw: random.Random) -> str:
    """Another ending, such as "??" or "...", for the mark at the end."""
    endings = _CHINESE_ENDINGS if guess_language(case.text) is Language.CHINESE else _ENDINGS
    return _END.sub("", case.text) + draw.choice(endings)


def emoji(case: Case, _: Scene, draw: random.Random) -> str:
    """An emoji before or after."""
    sign = draw.choice(_EMOJI)
    return f"{sign} {case.text}" if draw.random() < 0.5 else f"{case.text} {sign}"


def word_order(case: Case, _: Scene, draw: random.Random) -> str | Skipped:
    """Two words beside each other change places, outside names; in Chinese, two pairs of characters."""
    pairs = [pair for start, end in case.outside() for pair in _neighbours(case.text, start, end)]
    if not pairs:
        return Skipped("no two words stand side by side outside names")
    (a, b), (c, d) = draw.choice(pairs)
    text = case.text
    return text[:a] + text[c:d] + text[b:c] + text[a:b] + text[d:]


def _neighbours(text: str, start: int, end: int) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Pairs of differing chunks with nothing but blanks between them."""
    chunks = [m.span() for m in _CHUNK.finditer(text, start, end)]
    pairs = pairwise(chunks)
    return [
        (one, two)
        for one, two in pairs
        if _BETWEEN.fullmatch(text[one[1] : two[0]]) and text[slice(*one)] != text[slice(*two)]
    ]


def _bare(character: str) -> str:
    base = unicodedata.normalize("NFD", character)[0]
    return base if base.isascii() else character
