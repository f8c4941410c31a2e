"""How one character is folded: the table behind `kgqa.text.folding`.

Folding is done character by character (after canonical composition), so that a name folds to the
same string alone and inside a question, and every folded character knows where it came from.
"""

from __future__ import annotations

import re
import unicodedata

_UNDECOMPOSED = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h", "ı": "i", "ŋ": "n", "ŧ": "t"}
)
_ACCENTS = re.compile("[\u0300-\u036f]")
# Tatweel and the Arabic and Hebrew points are written or left out at will.
_INVISIBLE = re.compile("[\u0591-\u05bd\u05bf\u05c1\u05c2\u0640\u064b-\u0652\u0670\ufe00-\ufe0f]")

SPACELESS = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f\u1780-\u17ff"  # Myanmar, Khmer
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"  # kana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # Han
    "\U00020000-\U0003ffff"
)
"""The scripts written without spaces between words, as the inside of a regular-expression class."""

_SPACELESS_CHARACTER = re.compile(f"[{SPACELESS}]")


class _FoldTable(dict[int, str]):
    """Character -> folded characters, filled as characters are met; for `str.translate`."""

    def __missing__(self, code: int) -> str:
        folded = fold_character(chr(code))
        self[code] = folded
        return folded


def fold_character(character: str) -> str:
    """The folded form of one character or of one base character with its marks; " " for punctuation, "" for marks."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", character).casefold())
    plain = _INVISIBLE.sub("", _ACCENTS.sub("", plain)).translate(_UNDECOMPOSED)
    return "".join(map(_letter_or_space, unicodedata.normalize("NFC", plain)))


def _letter_or_space(character: str) -> str:
    category = unicodedata.category(character)
    if category in ("Cf", "Cs", "Cn"):
        return ""
    return " " if category[0] in "PZCS" and character != "+" else character


FOLD_TABLE = _FoldTable()
"""The shared table for `str.translate`; grows by one entry for each character met."""


def is_spaceless(character: str) -> bool:
    """Whether a character belongs to a script written without spaces between words."""
    return _SPACELESS_CHARACTER.match(character) is not None
