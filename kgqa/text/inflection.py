"""English number: from a plural to the forms that may be its singular, and back.

Rules over-generate: a form is only ever looked up in a graph, and one that no name has does no harm.
"""

from __future__ import annotations

from itertools import takewhile

_IRREGULAR = {
    "children": "child",
    "people": "person",
    "men": "man",
    "women": "woman",
    "feet": "foot",
    "teeth": "tooth",
    "geese": "goose",
    "mice": "mouse",
    "oxen": "ox",
    "wives": "wife",
    "lives": "life",
    "knives": "knife",
    "leaves": "leaf",
    "wolves": "wolf",
    "halves": "half",
    "loaves": "loaf",
    "shelves": "shelf",
    "calves": "calf",
    "scarves": "scarf",
    "thieves": "thief",
    "hooves": "hoof",
    "dwarves": "dwarf",
    "elves": "elf",
    "wharves": "wharf",
    "criteria": "criterion",
    "phenomena": "phenomenon",
    "data": "datum",
    "indices": "index",
    "matrices": "matrix",
    "vertices": "vertex",
}
_ADJECTIVES = {
    "british": "united kingdom",
    "danish": "denmark",
    "dutch": "netherlands",
    "finnish": "finland",
    "french": "france",
    "greek": "greece",
    "spanish": "spain",
    "swiss": "switzerland",
    "welsh": "wales",
}
_ADJECTIVE_ENDS = (
    ("n", ("", "ny")),
    ("an", ("", "o")),
    ("ian", ("", "a", "y")),
    ("ish", ("en", "and", "eland", "land", "ey")),
    ("ese", ("", "a", "o")),
    ("i", ("",)),
)
"""Endings of adjectives, and what stands in their place in the name."""
_IRREGULAR_PLURALS = {singular: plural for plural, singular in _IRREGULAR.items()}
_SIBILANTS = ("s", "x", "z", "ch", "sh")
_SHORTEST = 3
_SHORTEST_ADJECTIVE = 5


def singulars(word: str) -> tuple[str, ...]:
    """The forms that a folded word may be the plural of, likeliest first; empty when it is no plural."""
    if word in _IRREGULAR:
        return (_IRREGULAR[word],)
    if len(word) <= _SHORTEST or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return ()
    if word.endswith("ies"):
        return (word[:-3] + "y", word[:-1])
    if word.endswith("es") and word[:-2].endswith((*_SIBILANTS, "o")):
        return (word[:-2], word[:-1])
    return (word[:-1],)


def plurals(word: str) -> tuple[str, ...]:
    """The plural of a folded word; empty where English has none by rule."""
    if word in _IRREGULAR_PLURALS:
        return (_IRREGULAR_PLURALS[word],)
    if len(word) < _SHORTEST or not (word.isascii() and word.isalpha()):
        return ()
    if word.endswith("y") and word[-2] not in "aeiou":
        return (word[:-1] + "ies",)
    return (word + "es",) if word.endswith(_SIBILANTS) else (word + "s",)


def pluralised(phrase: str) -> str:
    """An English noun phrase in the plural, as which it may already stand; as it is where no rule makes one."""
    head, space, last = phrase.rpartition(" ")
    folded = last.casefold()
    found = () if singulars(folded) else plurals(folded)
    if not found or len(folded) != len(last):
        return phrase
    same = takewhile(lambda pair: pair[0] == pair[1], zip(folded, found[0], strict=False))
    kept = sum(1 for _ in same)  # so that capitals stay: "NGO" is "NGOs"
    return head + space + last[:kept] + found[0][kept:]


def adjective_bases(word: str) -> tuple[str, ...]:
    """The names that a folded word may be the adjective of: "african" gives "africa", "italian" gives "italy"."""
    if word in _ADJECTIVES:
        return (_ADJECTIVES[word],)
    if len(word) < _SHORTEST_ADJECTIVE:
        return ()
    found = tuple(word[: -len(end)] + base for end, bases in _ADJECTIVE_ENDS for base in bases if word.endswith(end))
    return tuple(dict.fromkeys(found))


def other_number(word: str) -> tuple[str, ...]:
    """The same word in the other number: singulars of a plural, else its plural."""
    return singulars(word) or plurals(word)
