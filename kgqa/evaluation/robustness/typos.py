"""Slips of the keyboard: a neighbouring key, two letters exchanged, a letter left out."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable

from kgqa.evaluation.robustness.contract import NO_NAME, Case, Scene, Skipped
from kgqa.evaluation.robustness.names import Place
from kgqa.text.characters import is_spaceless

_WORD = re.compile(r"[^\W\d_]+")
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_LEAST_LETTERS, _LEAST_CHARACTERS = 4, 3
_ONE_IN = 3
_TRIES = 20


def _keyboard() -> dict[str, str]:
    """Each letter of a QWERTY keyboard with the keys beside, above and below it."""
    near: dict[str, set[str]] = {letter: set() for row in _ROWS for letter in row}
    for upper, row in zip((None, *_ROWS), _ROWS, strict=False):
        for at, letter in enumerate(row):
            close = [*row[max(0, at - 1) : at], *row[at + 1 : at + 2], *(upper or "")[at : at + 2]]
            for other in close:
                near[letter].add(other)
                near[other].add(letter)
    return {letter: "".join(sorted(others)) for letter, others in near.items()}


NEAR = _keyboard()
"""Letter -> the keys next to it."""


def typos_outside(case: Case, _: Scene, draw: random.Random) -> str | Skipped:
    """Misspell one in three of the longer words outside names, at least one."""
    spans = [(a + m.start(), a + m.end()) for a, b in case.outside() for m in _WORD.finditer(case.text[a:b])]
    long = [span for span in spans if _long_enough(case.text[slice(*span)])]
    if not long:
        return Skipped("no word outside names is long enough")
    chosen = draw.sample(long, max(1, len(long) // _ONE_IN))
    return _replaced(case.text, chosen, lambda word: misspelt(word, draw))


def typos_inside(case: Case, scene: Scene, draw: random.Random) -> str | Skipped:
    """Misspell one word of every name, into what is no other name of the graph."""
    if not case.places:
        return NO_NAME
    names = {(place.start, place.end): _misspelt_name(case.text, place, scene, draw) for place in case.places}
    if not all(names.values()):
        return Skipped("a name is too short to misspell, or becomes another name")
    written = {case.text[slice(*span)]: name for span, name in names.items()}
    return _replaced(case.text, names, lambda name: str(written[name]))


def misspelt(word: str, draw: random.Random) -> str:
    """One slip in a word of at least three letters, never in its first; the result differs.

    Scripts without spaces have no neighbouring keys: two characters are exchanged, or one is left out.
    """
    slips: list[Callable[[str, random.Random], str]] = [_exchanged, _left_out]
    slips += [] if is_spaceless(word[0]) else [_neighbour]
    slip = draw.choice(slips)
    found = slip(word, draw)
    return found if found != word else _left_out(word, draw)


def _neighbour(word: str, draw: random.Random) -> str:
    at = draw.randrange(1, len(word))
    keys = NEAR.get(word[at].lower(), "")
    key = draw.choice(keys) if keys else word[at]
    return word[:at] + (key.upper() if word[at].isupper() else key) + word[at + 1 :]


def _exchanged(word: str, draw: random.Random) -> str:
    at = draw.randrange(1, len(word) - 1)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _left_out(word: str, draw: random.Random) -> str:
    at = draw.randrange(1, len(word))
    return word[:at] + word[at + 1 :]


def _misspelt_name(text: str, place: Place, scene: Scene, draw: random.Random) -> str:
    """The name with one slip, or "" where there is none that names nothing else."""
    name = text[place.start : place.end]
    words = [m.span() for m in _WORD.finditer(name) if _long_enough(m.group())]
    for _ in range(_TRIES if words else 0):
        tried = _replaced(name, [draw.choice(words)], lambda word: misspelt(word, draw))
        if not scene.names.known(tried):
            return tried
    return ""


def _long_enough(word: str) -> bool:
    return len(word) >= (_LEAST_CHARACTERS if is_spaceless(word[0]) else _LEAST_LETTERS)


def _replaced(text: str, spans: Iterable[tuple[int, int]], change: Callable[[str], str]) -> str:
    """A text with some parts changed."""
    for start, end in sorted(spans, reverse=True):
        text = text[:start] + change(text[start:end]) + text[end:]
    return text
