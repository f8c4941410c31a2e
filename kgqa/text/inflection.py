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
    "african": "africa",
    "afghan": "afghanistan",
    "american": "united states",
    "asian": "asia",
    "australian": "australia",
    "austrian": "austria",
    "argentine": "argentina",
    "belgian": "belgium",
    "brazilian": "brazil",
    "british": "united kingdom",
    "canadian": "canada",
    "chilean": "chile",
    "chinese": "china",
    "colombian": "colombia",
    "croatian": "croatia",
    "czech": "czech republic",
    "danish": "denmark",
    "dutch": "netherlands",
    "ecuadorian": "ecuador",
    "egyptian": "egypt",
    "emirati": "united arab emirates",
    "european": "europe",
    "filipino": "philippines",
    "finnish": "finland",
    "french": "france",
    "german": "germany",
    "ghanaian": "ghana",
    "greek": "greece",
    "hungarian": "hungary",
    "icelandic": "iceland",
    "indian": "india",
    "indonesian": "indonesia",
    "irish": "ireland",
    "israeli": "israel",
    "italian": "italy",
    "japanese": "japan",
    "kenyan": "kenya",
    "korean": "south korea",
    "kazakh": "kazakhstan",
    "malagasy": "madagascar",
    "mexican": "mexico",
    "moroccan": "morocco",
    "monegasque": "monaco",
    "mozambican": "mozambique",
    "nigerian": "nigeria",
    "norwegian": "norway",
    "peruvian": "peru",
    "polish": "poland",
    "portuguese": "portugal",
    "romanian": "romania",
    "russian": "russia",
    "scottish": "scotland",
    "senegalese": "senegal",
    "slovak": "slovakia",
    "slovene": "slovenia",
    "spanish": "spain",
    "swedish": "sweden",
    "swiss": "switzerland",
    "thai": "thailand",
    "turkish": "turkey",
    "ukrainian": "ukraine",
    "uzbek": "uzbekistan",
    "vietnamese": "vietnam",
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


def adjective_bases(word: str, *, written: bool = True) -> tuple[str, ...]:
    """The names that a folded word may be the adjective of: "african" gives "africa", "italian" gives "italy".

    written : whether it stood with a capital; in small letters, as people type, only known adjectives are taken.
    """
    if word in _ADJECTIVES:
        return (_ADJECTIVES[word],)
    if not written or len(word) < _SHORTEST_ADJECTIVE:
        return ()
    found = tuple(word[: -len(end)] + base for end, bases in _ADJECTIVE_ENDS for base in bases if word.endswith(end))
    return tuple(dict.fromkeys(found))


def other_number(word: str) -> tuple[str, ...]:
    """The same word in the other number: singulars of a plural, else its plural."""
    return singulars(word) or plurals(word)
