"""Which language a question is in, as far as its script tells."""

from __future__ import annotations

import re
from enum import Enum

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_KANA_OR_HANGUL = re.compile("[\u3040-\u30ff\u31f0-\u31ff\u1100-\u11ff\uac00-\ud7af]")
_BASIC_LATIN = re.compile("[A-Za-z]")


class Language(Enum):
    """The languages that kgqa treats on their own; the value is the BCP 47 tag."""

    ENGLISH = "en"
    CHINESE = "zh"
    OTHER = "und"


def guess_language(text: str) -> Language:
    """The language of a text by its script; Latin letters count as English unless others outnumber them.

    A Chinese question may hold a foreign name, and an English one a Chinese name: the script with more weight
    wins, one Han character counting as much as three letters.
    """
    han, letters = len(_HAN.findall(text)), len(_BASIC_LATIN.findall(text))
    if _KANA_OR_HANGUL.search(text) and len(_KANA_OR_HANGUL.findall(text)) * 3 > letters:
        return Language.OTHER
    if han * 3 > letters:
        return Language.CHINESE
    foreign = sum(1 for c in text if c.isalpha() and not c.isascii()) - han
    return Language.ENGLISH if letters > 4 * foreign else Language.OTHER
