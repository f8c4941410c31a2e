"""Invented names: pronounceable, unlike any name of the graph."""

from __future__ import annotations

import random

from kgqa.evaluation.robustness.names import NameTable

_ONSETS = ("b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "t", "v", "z")
_VOWELS = "aeiou"
_CODAS = ("", "n", "r", "l")
# Characters that spell foreign names.
_HAN = "巴达法戈卡洛姆努帕雷塔维扎波迪菲古科里莫"
_SYLLABLES, _CHARACTERS = 4, 4


class Inventor:
    """Gives a new name on every call, never one twice and never one that the graph has.

    texts : what the names may not stand in either, such as the questions.
    """

    def __init__(self, names: NameTable, draw: random.Random, texts: str = "") -> None:
        self._names = names
        self._draw = draw
        self._texts = texts.casefold()
        self._given: set[str] = set()

    def latin(self) -> str:
        """Four syllables, such as "Vabolukim"."""
        while True:
            syllables = (self._draw.choice(_ONSETS) + self._draw.choice(_VOWELS) for _ in range(_SYLLABLES))
            name = ("".join(syllables) + self._draw.choice(_CODAS)).capitalize()
            if self._is_new(name):
                return name

    def chinese(self) -> str:
        """Four characters, such as "巴洛维科"."""
        while True:
            name = "".join(self._draw.choice(_HAN) for _ in range(_CHARACTERS))
            if self._is_new(name):
                return name

    def _is_new(self, name: str) -> bool:
        new = not (name in self._given or self._names.known(name) or name.casefold() in self._texts)
        self._given.add(name)
        return new
